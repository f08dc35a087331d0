"""Notices to staff, and their way out by each channel. No personal data: a number or a community, what kind, and a page of ours."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.columns import UtcTime
from bot.storage.tables import BIG_ID, Base


class StaffNotice(Base):
    """Something that staff should look at; each once."""

    __tablename__ = "staff_notices"
    __table_args__ = (sa.UniqueConstraint("source_key", name="each_staff_notice_once"),)

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    source_key = sa.Column(sa.String(200), nullable=False)
    event = sa.Column(sa.String(24), nullable=False)
    subject = sa.Column(sa.String(200), nullable=False)
    community = sa.Column(sa.String(64))
    path = sa.Column(sa.String(120), nullable=False)
    made_at = sa.Column(UtcTime, nullable=False)


class StaffNoticeSending(Base):
    """One notice on one channel: waiting until `next_at`, then sent or given up. A claim moves `next_at` on, so that a crash is tried again."""

    __tablename__ = "staff_notice_sendings"
    __table_args__ = (
        sa.CheckConstraint("state IN ('waiting', 'sent', 'given_up')", name="sending_state_known"),
        sa.Index("staff_notices_to_send", "channel", "state", "next_at"),
    )

    notice_id = sa.Column(BIG_ID, sa.ForeignKey("staff_notices.id"), primary_key=True, autoincrement=False)
    channel = sa.Column(sa.String(16), primary_key=True)
    state = sa.Column(sa.String(8), nullable=False)
    tries = sa.Column(sa.Integer, nullable=False)
    next_at = sa.Column(UtcTime, nullable=False)
    sent_at = sa.Column(UtcTime)
    problem = sa.Column(sa.String(80))
