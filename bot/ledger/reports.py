"""Signed reports: what was proved when somebody signed. A correction is a new report that names the old one."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.storage.book_tables import SignedReport


def sign_report(session: Session, period: str, proof: dict[str, Any], digest: str, by: str, now: datetime) -> SignedReport:
    """Record a signed report; it supersedes the last one signed for the same period."""
    before = session.execute(sa.select(SignedReport).where(SignedReport.period == period).order_by(SignedReport.id.desc())).scalars().first()
    body = json.dumps(proof, ensure_ascii=False, sort_keys=True)
    row = SignedReport(period=period, signed_at=now, signed_by=by, digest=digest, proof=body, supersedes_id=before.id if before else None)
    session.add(row)
    session.flush()
    return row
