"""The tables. Each states what must be true; personal text is encrypted in its column.

Conversations and what is said, cases and the people in them, the ledger's books: three groups that refer to each other
only by id, so that people can be erased while the books stay (design.md section 5).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import declarative_base

from bot.storage.columns import EncryptedText, UtcTime

Base: Any = declarative_base()
BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class Conversation(Base):
    """One resident on one channel. `mode` says who answers."""

    __tablename__ = "conversations"
    __table_args__ = (sa.CheckConstraint("mode IN ('bot', 'waiting', 'person')", name="mode_known"),)

    id = sa.Column(sa.String(80), primary_key=True)
    channel = sa.Column(sa.String(16), nullable=False)
    mode = sa.Column(sa.String(8), nullable=False, default="bot", server_default="bot")
    community = sa.Column(sa.String(64))  # of the poster that was scanned; the form takes it over, for the resident to check
    started_at = sa.Column(UtcTime, nullable=False)


class Message(Base):
    """One thing a resident said, stored before anything else happens; answered exactly once."""

    __tablename__ = "messages"
    __table_args__ = (
        sa.UniqueConstraint("conversation_id", "external_id", name="each_message_once"),
        sa.CheckConstraint("state IN ('waiting', 'answered')", name="state_known"),
        sa.CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name="answered_has_time"),
        sa.Index("waiting_messages", "state", "conversation_id", "id"),
    )

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    conversation_id = sa.Column(sa.String(80), sa.ForeignKey("conversations.id"), nullable=False)
    external_id = sa.Column(sa.String(128), nullable=False)
    text = sa.Column(EncryptedText("messages.text"), nullable=False)
    received_at = sa.Column(UtcTime, nullable=False)
    state = sa.Column(sa.String(8), nullable=False, default="waiting")
    attempts = sa.Column(sa.Integer, nullable=False, default=0, server_default="0")
    answered_at = sa.Column(UtcTime)


class Reply(Base):
    """One part of an answer; committed together with the message's 'answered'."""

    __tablename__ = "replies"
    __table_args__ = (
        sa.UniqueConstraint("message_id", "part", name="each_part_once"),
        sa.Index("replies_of_conversation", "conversation_id", "id"),
    )

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    conversation_id = sa.Column(sa.String(80), sa.ForeignKey("conversations.id"), nullable=False)
    message_id = sa.Column(BIG_ID, sa.ForeignKey("messages.id"))
    part = sa.Column(sa.Integer, nullable=False, default=0)
    body = sa.Column(EncryptedText("replies.body"), nullable=False)
    said_by = sa.Column(sa.String(16), nullable=False, default="bot")
    created_at = sa.Column(UtcTime, nullable=False)


class Tracker(Base):
    """Rasa's memory of one conversation: one row, one encrypted line of events an answer, appended."""

    __tablename__ = "trackers"

    conversation_id = sa.Column(sa.String(80), primary_key=True)
    version = sa.Column(sa.Integer, nullable=False)
    body = sa.Column(sa.Text, nullable=False)
    saved_at = sa.Column(UtcTime, nullable=False)


class Consent(Base):
    """That a resident agreed to one version of the privacy notice, and the text that was shown."""

    __tablename__ = "consents"
    __table_args__ = (sa.UniqueConstraint("source_key", name="each_consent_once"),)

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    source_key = sa.Column(sa.String(200), nullable=False)
    conversation_id = sa.Column(sa.String(80), nullable=False)
    version = sa.Column(sa.String(32), nullable=False)
    notice = sa.Column(sa.Text, nullable=False)
    channel = sa.Column(sa.String(16), nullable=False)
    given_at = sa.Column(UtcTime, nullable=False)
    withdrawn_at = sa.Column(UtcTime)


class CaseNumber(Base):
    """The last number given out in a year, for each series of numbers."""

    __tablename__ = "case_numbers"

    series = sa.Column(sa.String(8), primary_key=True)
    year = sa.Column(sa.Integer, primary_key=True, autoincrement=False)
    last = sa.Column(sa.Integer, nullable=False)


class Case(Base):
    """A matter taken in (受理事项). No personal data here: people and their words are in tables of their own.

    `version` grows with every change, so that a form filled in before somebody else's change is refused. `due_at` is the next
    time limit of ours that is running (`due_code` says which), None where none is.
    """

    __tablename__ = "cases"
    __table_args__ = (
        sa.UniqueConstraint("source_key", name="each_request_one_case"),
        sa.Index("cases_of_conversation", "conversation_id"),
        sa.Index("cases_by_status", "status", "due_at"),
        sa.Index("cases_of_assignee", "assignee"),
    )

    number = sa.Column(sa.String(16), primary_key=True)
    source_key = sa.Column(sa.String(200), nullable=False)
    conversation_id = sa.Column(sa.String(80))
    kind = sa.Column(sa.String(16), nullable=False)
    status = sa.Column(sa.String(24), nullable=False)
    topic = sa.Column(sa.String(32), nullable=False)
    dispute_type = sa.Column(sa.String(32), nullable=False)
    community = sa.Column(sa.String(64))
    channel = sa.Column(sa.String(16), nullable=False)
    # To the second and never overwritten: a request to the committee interrupts limitation (时效规定 12).
    requested_at = sa.Column(UtcTime, nullable=False)
    withdrawn_at = sa.Column(UtcTime)
    is_demo = sa.Column(sa.Boolean, nullable=False, default=False)
    version = sa.Column(sa.Integer, nullable=False, default=1, server_default="1")
    tier = sa.Column(sa.String(16), nullable=False, default="community", server_default="community")
    assignee = sa.Column(sa.String(64))
    received_at = sa.Column(UtcTime)
    accepted_at = sa.Column(UtcTime)
    ended_at = sa.Column(UtcTime)
    due_at = sa.Column(UtcTime)
    due_code = sa.Column(sa.String(32))
    merged_into = sa.Column(sa.String(16))


class CasePerson(Base):
    """Who stands behind a case. The keyed hashes find the same person elsewhere without reading a name."""

    __tablename__ = "case_people"

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    case_number = sa.Column(sa.String(16), sa.ForeignKey("cases.number"), nullable=False, index=True)
    side = sa.Column(sa.String(16), nullable=False)
    name = sa.Column(EncryptedText("case_people.name"))
    phone = sa.Column(EncryptedText("case_people.phone"))
    name_hash = sa.Column(sa.String(64), index=True)
    phone_hash = sa.Column(sa.String(64), index=True)


class CaseStatement(Base):
    """What a resident said about a case, in the own words; added to, never changed."""

    __tablename__ = "case_statements"

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    case_number = sa.Column(sa.String(16), sa.ForeignKey("cases.number"), nullable=False, index=True)
    source_key = sa.Column(sa.String(200), nullable=False, unique=True)
    about = sa.Column(sa.String(16), nullable=False)
    text = sa.Column(EncryptedText("case_statements.text"), nullable=False)
    said_at = sa.Column(UtcTime, nullable=False)


class CaseEvent(Base):
    """One step in the life of a case: who, when, from which status to which; `details` are codes (JSON), `note` is in words."""

    __tablename__ = "case_events"

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    case_number = sa.Column(sa.String(16), sa.ForeignKey("cases.number"), nullable=False, index=True)
    happened_at = sa.Column(UtcTime, nullable=False)
    actor = sa.Column(sa.String(64), nullable=False)
    event = sa.Column(sa.String(32), nullable=False)
    status_before = sa.Column(sa.String(24))
    status_after = sa.Column(sa.String(24), nullable=False)
    details = sa.Column(sa.Text, nullable=False, default="{}", server_default="{}")
    note = sa.Column(EncryptedText("case_events.note"))


class RiskEvent(Base):
    """An emergency that was seen; handled by people, never part of a report (domain.md 1.6)."""

    __tablename__ = "risk_events"
    __table_args__ = (sa.UniqueConstraint("source_key", name="each_risk_once"),)

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    source_key = sa.Column(sa.String(200), nullable=False)
    conversation_id = sa.Column(sa.String(80), nullable=False)
    code = sa.Column(sa.String(40), nullable=False)
    seen_at = sa.Column(UtcTime, nullable=False)
    handled_at = sa.Column(UtcTime)


class ServiceEntry(Base):
    """One line of the books: what was served. Append-only; a mistake gets a reversing line. No personal data."""

    __tablename__ = "service_entries"
    was_there = False  # of a line just recorded: whether the books knew it already; not stored
    __table_args__ = (
        sa.UniqueConstraint("source_key", name="each_source_once"),
        sa.CheckConstraint("(reverses_id IS NULL) = (reason IS NULL)", name="reversal_has_reason"),
        sa.CheckConstraint("quantity <> 0", name="counts_something"),
        sa.Index("entries_by_kind_and_time", "kind", "happened_at"),
        sa.Index("entries_of_community", "community", "kind", "happened_at"),
        sa.Index("entries_of_case", "case_number"),
    )

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    source_key = sa.Column(sa.String(200), nullable=False)
    kind = sa.Column(sa.String(40), nullable=False)
    quantity = sa.Column(BIG_ID, nullable=False)
    happened_at = sa.Column(UtcTime, nullable=False)
    recorded_at = sa.Column(UtcTime, nullable=False)
    recorded_by = sa.Column(sa.String(64), nullable=False)
    case_number = sa.Column(sa.String(16))
    community = sa.Column(sa.String(64))
    tier = sa.Column(sa.String(16), nullable=False)
    channel = sa.Column(sa.String(16), nullable=False)
    topic = sa.Column(sa.String(32))
    dispute_type = sa.Column(sa.String(32))
    reverses_id = sa.Column(BIG_ID, sa.ForeignKey("service_entries.id"))
    reason = sa.Column(sa.String(200))
    is_demo = sa.Column(sa.Boolean, nullable=False, default=False)


class EntryKey(Base):
    """What holds for the lines of all years: each source once, each line reversed once. Written by the database only, with the line.

    On PostgreSQL, where the books lie in a partition a year, a table of its own (migration 0015); on SQLite a view of the books.
    A line whose `happened_at` is known is found in one partition instead of all.
    """

    __tablename__ = "entry_keys"

    entry_id = sa.Column(BIG_ID, primary_key=True, autoincrement=False)
    source_key = sa.Column(sa.String(200), nullable=False)
    happened_at = sa.Column(UtcTime, nullable=False)
    reverses_id = sa.Column(BIG_ID)


class ReviewQuestion(Base):
    """A question the model was not sure of, without personal data, kept for the advisors to label (issue: learning)."""

    __tablename__ = "review_questions"
    __table_args__ = (sa.UniqueConstraint("source_key", name="each_question_once"),)

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    source_key = sa.Column(sa.String(200), nullable=False)
    text = sa.Column(EncryptedText("review_questions.text"), nullable=False)
    band = sa.Column(sa.String(16), nullable=False)
    guesses = sa.Column(sa.Text, nullable=False)
    asked_at = sa.Column(UtcTime, nullable=False)
    label_intent = sa.Column(sa.String(32))
    label_topic = sa.Column(sa.String(32))
    label_card = sa.Column(sa.String(64))
    labelled_by = sa.Column(sa.String(64))
    exported_at = sa.Column(UtcTime)
