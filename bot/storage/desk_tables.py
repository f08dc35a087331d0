"""What the advisor's desk keeps beside a case: who saw it, what it resembles, its dates, files and appointments.

Names, words and files are encrypted.
"""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.columns import EncryptedText, UtcTime
from bot.storage.tables import BIG_ID, Base

CASE = "cases.number"


class CaseSuggestion(Base):
    """What the model made of a case when it was opened: topics with confidence, the card, days that were named."""

    __tablename__ = "case_suggestions"

    case_number = sa.Column(sa.String(16), sa.ForeignKey(CASE), primary_key=True)
    topics = sa.Column(sa.Text, nullable=False, default="[]")
    card = sa.Column(sa.String(64))
    card_confidence = sa.Column(sa.Float, nullable=False, default=0.0)
    days = sa.Column(EncryptedText("case_suggestions.days"))
    suggested_at = sa.Column(UtcTime, nullable=False)


class CaseDeadline(Base):
    """A legal period that runs in a case, computed from a day that somebody at the desk entered."""

    __tablename__ = "case_deadlines"
    __table_args__ = (
        sa.UniqueConstraint("case_number", "code", name="each_period_once"),
        sa.CheckConstraint("last_on >= start_on", name="ends_after_start"),
    )

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    case_number = sa.Column(sa.String(16), sa.ForeignKey(CASE), nullable=False)
    code = sa.Column(sa.String(40), nullable=False)
    start_on = sa.Column(sa.Date, nullable=False)
    last_on = sa.Column(sa.Date, nullable=False)
    set_by = sa.Column(sa.String(64), nullable=False)
    set_at = sa.Column(UtcTime, nullable=False)


class CaseLink(Base):
    """That two cases stay apart and belong together."""

    __tablename__ = "case_links"
    __table_args__ = (
        sa.UniqueConstraint("case_number", "other_number", name="each_link_once"),
        sa.CheckConstraint("case_number <> other_number", name="not_to_itself"),
    )

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    case_number = sa.Column(sa.String(16), sa.ForeignKey(CASE), nullable=False)
    other_number = sa.Column(sa.String(16), sa.ForeignKey(CASE), nullable=False, index=True)
    linked_by = sa.Column(sa.String(64), nullable=False)
    linked_at = sa.Column(UtcTime, nullable=False)


class Opening(Base):
    """That a member of staff uncovered the people of a case or conversation; the reason stands in the audit log."""

    __tablename__ = "openings"
    __table_args__ = (sa.Index("openings_of_staff", "staff", "subject", "opened_at"),)

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    staff = sa.Column(sa.String(64), nullable=False)
    subject = sa.Column(sa.String(120), nullable=False)
    opened_at = sa.Column(UtcTime, nullable=False)


class Attachment(Base):
    """A file that the desk gave a resident; `token` is its address, `claim_key` the hash of its pick-up code."""

    __tablename__ = "attachments"
    __table_args__ = (sa.UniqueConstraint("token", name="each_file_one_address"), sa.Index("attachments_of_conversation", "conversation_id"))

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    token = sa.Column(sa.String(40), nullable=False)
    conversation_id = sa.Column(sa.String(80), sa.ForeignKey("conversations.id"), nullable=False)
    case_number = sa.Column(sa.String(16), sa.ForeignKey(CASE))
    name = sa.Column(EncryptedText("attachments.name"), nullable=False)
    kind = sa.Column(sa.String(8), nullable=False)
    size = sa.Column(sa.Integer, nullable=False)
    sha256 = sa.Column(sa.String(64), nullable=False)
    claim_key = sa.Column(sa.String(64), index=True)
    claimed_by = sa.Column(sa.String(64))
    sent_by = sa.Column(sa.String(64), nullable=False)
    sent_at = sa.Column(UtcTime, nullable=False)


class AttachmentPart(Base):
    """A piece of a file, encrypted; in the database, so that backup, erasure and both kinds of database hold it."""

    __tablename__ = "attachment_parts"

    attachment_id = sa.Column(BIG_ID, sa.ForeignKey("attachments.id"), primary_key=True, autoincrement=False)
    part = sa.Column(sa.Integer, primary_key=True, autoincrement=False)
    body = sa.Column(EncryptedText("attachment_parts.body"), nullable=False)


class Appointment(Base):
    """Times that the desk proposed to a resident, and the one that was chosen."""

    __tablename__ = "appointments"
    __table_args__ = (sa.UniqueConstraint("token", name="each_appointment_one_address"), sa.Index("appointments_of_conversation", "conversation_id"))

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    token = sa.Column(sa.String(40), nullable=False)
    conversation_id = sa.Column(sa.String(80), sa.ForeignKey("conversations.id"), nullable=False)
    case_number = sa.Column(sa.String(16), sa.ForeignKey(CASE), index=True)
    place = sa.Column(sa.String(120), nullable=False)
    minutes = sa.Column(sa.Integer, nullable=False)
    times = sa.Column(sa.Text, nullable=False)
    proposed_by = sa.Column(sa.String(64), nullable=False)
    proposed_at = sa.Column(UtcTime, nullable=False)
    chosen = sa.Column(UtcTime)
    chosen_at = sa.Column(UtcTime)
