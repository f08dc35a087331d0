"""What `bot doctor` says of notices to staff: which channels are set up, and what did not get out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Iterator

import sqlalchemy as sa

from bot.findings import BAD, CARE, GOOD, Finding
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.staff_notice_tables import StaffNotice, StaffNoticeSending

WEEK = timedelta(days=7)


def notices(settings: Settings, database: Database, now: datetime) -> Iterator[Finding]:
    """Return what was found about the channels; notices that were given up or are tried again name the channel's last words."""
    known = settings.notices
    if known is None:
        yield Finding("notices to staff", CARE, "no channel is set up", "set STAFF_DINGTALK_WEBHOOK or STAFF_MAIL_HOST; without, staff must look at the desk")
        return
    if known.dingtalk_webhook and not known.dingtalk_secret:
        yield Finding("notices to staff", CARE, "the DingTalk robot has no signing secret", "switch 加签 on and set STAFF_DINGTALK_SECRET")
    if known.mail_host and known.mail_security == "none" and known.mail_host not in ("127.0.0.1", "localhost"):
        yield Finding("notices to staff", BAD, "mail goes over the network without TLS", "set STAFF_MAIL_SECURITY to tls or starttls")
    query = (
        sa.select(StaffNoticeSending.channel, sa.func.count(), sa.func.max(StaffNoticeSending.problem))
        .join(StaffNotice, StaffNotice.id == StaffNoticeSending.notice_id)
        .where(StaffNoticeSending.state != "sent", StaffNoticeSending.tries > 0, StaffNotice.made_at > now - WEEK)
        .group_by(StaffNoticeSending.channel)
    )
    with database.reading() as session:
        stuck = session.execute(query).all()
    for channel, count, problem in stuck:
        yield Finding("notices to staff", BAD, f"{count} of the last week did not get out by {channel}: {problem}", "mend the channel's settings in .env")
    if not stuck:
        names = " and ".join(name for name, on in (("DingTalk", known.dingtalk_webhook), ("e-mail", known.mail_host)) if on)
        yield Finding("notices to staff", GOOD, f"by {names}")
