"""The office's books beside the service entries: facts, roll-ups, closed months, signed reports.

Facts, closings and signed reports are append-only in the database itself; the roll-ups are kept by a trigger, in the
transaction that writes the entry. No personal data in any of them.
"""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.columns import UtcTime
from bot.storage.tables import BIG_ID, Base


class BookFact(Base):
    """One thing that happened in one book: a case accepted, a screening handed in, a zero declared.

    What it counts stands in `service_entries`, joined by `fact_entries`. A mistake gets a reversing fact.
    """

    __tablename__ = "book_facts"
    __table_args__ = (
        sa.UniqueConstraint("source_key", name="each_fact_once"),
        sa.UniqueConstraint("reverses_id", name="each_fact_reversed_once"),
        sa.CheckConstraint("(event = 'reversed') = (reverses_id IS NOT NULL)", name="reversal_names_its_fact"),
        sa.CheckConstraint("reverses_id IS NULL OR note IS NOT NULL", name="reversed_with_reason"),
        sa.Index("facts_of_subject", "book", "subject", "id"),
        sa.Index("facts_by_time", "book", "happened_at"),
    )

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    source_key = sa.Column(sa.String(200), nullable=False)
    book = sa.Column(sa.String(24), nullable=False)
    event = sa.Column(sa.String(32), nullable=False)
    subject = sa.Column(sa.String(120), nullable=False)
    happened_at = sa.Column(UtcTime, nullable=False)
    recorded_at = sa.Column(UtcTime, nullable=False)
    recorded_by = sa.Column(sa.String(64), nullable=False)
    advisor = sa.Column(sa.String(32))
    community = sa.Column(sa.String(64))
    tier = sa.Column(sa.String(16), nullable=False)
    channel = sa.Column(sa.String(16), nullable=False)
    topic = sa.Column(sa.String(32))
    dispute_type = sa.Column(sa.String(32))
    evidence_ref = sa.Column(sa.String(200))
    details = sa.Column(sa.Text, nullable=False, default="{}")
    note = sa.Column(sa.String(200))
    reverses_id = sa.Column(BIG_ID, sa.ForeignKey("book_facts.id"))
    is_demo = sa.Column(sa.Boolean, nullable=False, default=False)


class FactEntry(Base):
    """Which line of the books counts which fact."""

    __tablename__ = "fact_entries"

    entry_id = sa.Column(BIG_ID, sa.ForeignKey("service_entries.id"), primary_key=True, autoincrement=False)
    fact_id = sa.Column(BIG_ID, sa.ForeignKey("book_facts.id"), nullable=False, index=True)


class DailyCount(Base):
    """The sum and number of the lines of one Beijing day, one kind and one place; '' stands for none. Written by the database only.

    On PostgreSQL a key may have several rows, so that two writers do not wait for each other: it is summed, never read by itself.
    """

    __tablename__ = "daily_counts"
    __table_args__ = (sa.Index("days_by_kind", "kind", "day"), sa.Index("days_of_community", "community", "kind", "day"))

    day = sa.Column(sa.Date, primary_key=True)
    kind = sa.Column(sa.String(40), primary_key=True)
    community = sa.Column(sa.String(64), primary_key=True)
    tier = sa.Column(sa.String(16), primary_key=True)
    channel = sa.Column(sa.String(16), primary_key=True)
    topic = sa.Column(sa.String(32), primary_key=True)
    dispute_type = sa.Column(sa.String(32), primary_key=True)
    is_demo = sa.Column(sa.Boolean, primary_key=True)
    quantity = sa.Column(sa.BigInteger, nullable=False)
    lines = sa.Column(sa.BigInteger, nullable=False)


class MonthPart(Base):
    """The sum and number of the lines of one Beijing month and one kind, by one code of one part; `month` is its first day. Written by the database only.

    Parts are the dimensions of a view, `hour` (of the week, "015" is Sunday 15:00; only of HOURLY_KINDS) and `all`, whose code is ''.
    A year of a province is some thousand rows here, and what ever came in less what ever left a few hundred.
    """

    __tablename__ = "month_parts"

    kind = sa.Column(sa.String(40), primary_key=True)
    part = sa.Column(sa.String(16), primary_key=True)
    month = sa.Column(sa.Date, primary_key=True)
    code = sa.Column(sa.String(64), primary_key=True)
    is_demo = sa.Column(sa.Boolean, primary_key=True)
    quantity = sa.Column(sa.BigInteger, nullable=False)
    lines = sa.Column(sa.BigInteger, nullable=False)


class PeriodAction(Base):
    """A month closed or reopened. Each row's digest covers its body and the digest of the row before."""

    __tablename__ = "period_actions"
    __table_args__ = (
        sa.CheckConstraint("action IN ('close', 'reopen')", name="period_action_known"),
        sa.CheckConstraint(
            "action = 'close' OR (approved_by IS NOT NULL AND approved_by <> done_by AND reason IS NOT NULL)", name="reopening_needs_two"
        ),
        # Two people closing at once extend the same row; the second is refused.
        sa.UniqueConstraint("previous_digest", name="one_chain"),
    )

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    month = sa.Column(sa.String(7), nullable=False)
    action = sa.Column(sa.String(8), nullable=False)
    done_at = sa.Column(UtcTime, nullable=False)
    done_by = sa.Column(sa.String(64), nullable=False)
    approved_by = sa.Column(sa.String(64))
    reason = sa.Column(sa.String(200))
    body = sa.Column(sa.Text, nullable=False)
    digest = sa.Column(sa.String(64), nullable=False)
    previous_digest = sa.Column(sa.String(64), nullable=False)


class SignedReport(Base):
    """A report that was signed: what it proved. A correction is a new row that names the one it replaces."""

    __tablename__ = "signed_reports"
    __table_args__ = (sa.UniqueConstraint("digest", name="each_report_signed_once"),)

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    period = sa.Column(sa.String(24), nullable=False)
    signed_at = sa.Column(UtcTime, nullable=False)
    signed_by = sa.Column(sa.String(64), nullable=False)
    digest = sa.Column(sa.String(64), nullable=False)
    proof = sa.Column(sa.Text, nullable=False)
    supersedes_id = sa.Column(BIG_ID, sa.ForeignKey("signed_reports.id"))
