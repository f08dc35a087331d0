"""Conversations handed to people and back, and notices that were given to residents."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.columns import EncryptedText, UtcTime
from bot.storage.tables import BIG_ID, Base


class Handover(Base):
    """One time that a person was asked for: asked → taken → given back → rated. A conversation has one open at most."""

    __tablename__ = "handovers"
    __table_args__ = (
        sa.UniqueConstraint("source_key", name="each_handover_once"),
        sa.CheckConstraint("(taken_at IS NULL) = (taken_by IS NULL) AND (taken_at IS NULL) = (role IS NULL)", name="taken_by_somebody"),
        sa.CheckConstraint("given_back_at IS NULL OR taken_at IS NOT NULL", name="taken_before_given_back"),
        sa.CheckConstraint("(rated_at IS NULL) = (stars IS NULL) AND (stars IS NULL OR stars BETWEEN 1 AND 5)", name="rated_one_to_five"),
        sa.Index(
            "one_open_handover",
            "conversation_id",
            unique=True,
            sqlite_where=sa.text("given_back_at IS NULL"),
            postgresql_where=sa.text("given_back_at IS NULL"),
        ),
        sa.Index("handovers_of_conversation", "conversation_id", "id"),
    )

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    source_key = sa.Column(sa.String(250), nullable=False)
    conversation_id = sa.Column(sa.String(80), sa.ForeignKey("conversations.id"), nullable=False)
    reason = sa.Column(sa.String(16), nullable=False)
    asked_at = sa.Column(UtcTime, nullable=False)
    taken_at = sa.Column(UtcTime)
    taken_by = sa.Column(sa.String(64))
    role = sa.Column(sa.String(16))
    given_back_at = sa.Column(UtcTime)
    note = sa.Column(EncryptedText("handovers.note"))
    rated_at = sa.Column(UtcTime)
    stars = sa.Column(sa.Integer)
    words = sa.Column(EncryptedText("handovers.words"))


class Notice(Base):
    """That a resident was told of news in a case; the text itself is a reply in the conversation. No personal data."""

    __tablename__ = "notices"
    __table_args__ = (sa.UniqueConstraint("source_key", name="each_notice_once"),)

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    source_key = sa.Column(sa.String(250), nullable=False)
    case_number = sa.Column(sa.String(16), sa.ForeignKey("cases.number"), nullable=False, index=True)
    kind = sa.Column(sa.String(16), nullable=False)
    noticed_at = sa.Column(UtcTime, nullable=False)
