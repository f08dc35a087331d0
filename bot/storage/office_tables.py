"""The office's side of the figures: hours of the day, kept by a trigger, and tokens of the programs that may read."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.columns import UtcTime
from bot.storage.tables import BIG_ID, Base

# What residents ask for; only these lines are kept by the hour.
HOURLY_KINDS = ("bot_answer", "handover", "mediation_request", "advice_request", "legal_aid_request", "enterprise_issue")


class HourlyCount(Base):
    """The sum of residents' requests in one Beijing hour; '' stands for none. Written by the database only."""

    __tablename__ = "hourly_counts"

    day = sa.Column(sa.Date, primary_key=True)
    hour = sa.Column(sa.SmallInteger, primary_key=True, autoincrement=False)
    kind = sa.Column(sa.String(40), primary_key=True)
    community = sa.Column(sa.String(64), primary_key=True)
    channel = sa.Column(sa.String(16), primary_key=True)
    is_demo = sa.Column(sa.Boolean, primary_key=True)
    quantity = sa.Column(sa.BigInteger, nullable=False)


class ApiToken(Base):
    """A program that may read figures. Only the token's hash is kept, so that a copy of the database opens nothing."""

    __tablename__ = "api_tokens"
    __table_args__ = (sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_somebody"),)

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    name = sa.Column(sa.String(64), nullable=False)
    token_hash = sa.Column(sa.String(64), nullable=False, unique=True)
    scopes = sa.Column(sa.String(200), nullable=False)
    created_at = sa.Column(UtcTime, nullable=False)
    created_by = sa.Column(sa.String(64), nullable=False)
    expires_at = sa.Column(UtcTime, nullable=False)
    revoked_at = sa.Column(UtcTime)
    revoked_by = sa.Column(sa.String(64))


class ReopenRequest(Base):
    """That somebody wants a closed month open again; a second person answers."""

    __tablename__ = "reopen_requests"
    __table_args__ = (
        sa.CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL) AND (settled_at IS NULL) = (agreed IS NULL)", name="settled_by_somebody"),
        sa.CheckConstraint("agreed IS NULL OR agreed = false OR settled_by <> asked_by", name="agreed_by_another"),
    )

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    month = sa.Column(sa.String(7), nullable=False)
    asked_by = sa.Column(sa.String(64), nullable=False)
    asked_at = sa.Column(UtcTime, nullable=False)
    reason = sa.Column(sa.String(200), nullable=False)
    settled_at = sa.Column(UtcTime)
    settled_by = sa.Column(sa.String(64))
    agreed = sa.Column(sa.Boolean)
