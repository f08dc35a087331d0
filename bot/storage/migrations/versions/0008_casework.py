"""the desk's work: versions and time limits of cases, who has them, mediation, duty; hashes that find people"""

import sqlalchemy as sa
from alembic import op

from bot.errors import BadSetting
from bot.legal.parties import name_key, phone_key
from bot.storage.personal_data import keys

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0008_casework"
down_revision = "0007_desk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    open_, standing = sa.text("until IS NULL"), sa.text("replaced_at IS NULL")
    op.create_table("duty_shifts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("day", "community")
    )
    op.create_table("staff_absences",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("back_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("back_on > first_day", name="absence_has_days"),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_index("ix_staff_absences_staff", "staff_absences", ["staff"], unique=False)
    op.create_table("case_assignments",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=16), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.Column("given_by", sa.String(length=64), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"]),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_index("assignments_of_staff", "case_assignments", ["staff", "case_number"], unique=False)
    op.create_index("one_in_charge", "case_assignments", ["case_number"], unique=True, sqlite_where=open_, postgresql_where=open_)
    op.create_table("conflict_checks",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=16), nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("checked_at", sa.DateTime(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("decision IN ('clear', 'assigned_anyway')", name="conflict_decision_known"),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"]),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_index("ix_conflict_checks_case_number", "conflict_checks", ["case_number"], unique=False)
    op.create_table("mediation_agreements",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=16), nullable=False),
        sa.Column("form", sa.String(length=8), nullable=False),
        sa.Column("agreement_no", sa.String(length=60), nullable=True),
        sa.Column("effective_at", sa.DateTime(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("performance_mode", sa.Text(), nullable=False),
        sa.Column("breach_clause", sa.Text(), nullable=True),
        sa.Column("confirmation_wanted", sa.Boolean(), nullable=False),
        sa.Column("checks", sa.String(length=200), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("form = 'oral' OR agreement_no IS NOT NULL", name="written_has_number"),
        sa.CheckConstraint("form IN ('written', 'oral')", name="agreement_form_known"),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"]),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_index("one_standing_agreement", "mediation_agreements", ["case_number"], unique=True, sqlite_where=standing, postgresql_where=standing)
    op.create_table("mediation_revisits",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=16), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("visited_at", sa.DateTime(), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("performance", sa.String(length=8), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("disputes_again", sa.Boolean(), nullable=False),
        sa.Column("hidden_risk", sa.Text(), nullable=True),
        sa.Column("measures", sa.Text(), nullable=True),
        sa.Column("visitor", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("performance IN ('full', 'part', 'none')", name="revisit_performance_known"),
        sa.CheckConstraint("satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5", name="revisit_satisfaction_one_to_five"),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"]),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_index("ix_mediation_revisits_case_number", "mediation_revisits", ["case_number"], unique=False)
    op.create_table("mediation_sessions",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=16), nullable=False),
        sa.Column("session_no", sa.Integer(), nullable=False),
        sa.Column("held_at", sa.DateTime(), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=True),
        sa.Column("mediators", sa.String(length=200), nullable=False),
        sa.Column("attendees", sa.Text(), nullable=True),
        sa.Column("rights_notified", sa.Boolean(), nullable=False),
        sa.Column("shared_facts", sa.Text(), nullable=True),
        sa.Column("proposals", sa.Text(), nullable=True),
        sa.Column("agreed_points", sa.Text(), nullable=True),
        sa.Column("disputed_points", sa.Text(), nullable=True),
        sa.Column("result", sa.String(length=8), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("mode IN ('onsite', 'online')", name="session_mode_known"),
        sa.CheckConstraint("result IN ('agreed', 'continue', 'failed')", name="session_result_known"),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_number", "session_no", name="each_session_one_number")
    )
    op.create_table("agreement_terms",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("agreement_id", BIG_ID, nullable=False),
        sa.Column("term_no", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("amount_fen", BIG_ID, nullable=True),
        sa.Column("payer", sa.String(length=16), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("method", sa.String(length=40), nullable=True),
        sa.CheckConstraint("amount_fen IS NULL OR (amount_fen > 0 AND due_on IS NOT NULL AND method IS NOT NULL)", name="payment_is_complete"),
        sa.ForeignKeyConstraint(["agreement_id"], ["mediation_agreements.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("agreement_id", "term_no", name="each_term_one_number")
    )
    op.create_table("mediation_statements",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("session_id", BIG_ID, nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("side IN ('applicant', 'other')", name="statement_side_known"),
        sa.ForeignKeyConstraint(["session_id"], ["mediation_sessions.id"]),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_index("ix_mediation_statements_session_id", "mediation_statements", ["session_id"], unique=False)
    op.add_column("case_events", sa.Column("details", sa.Text(), server_default="{}", nullable=False))
    op.add_column("case_events", sa.Column("note", sa.Text(), nullable=True))
    op.add_column("case_people", sa.Column("name_hash", sa.String(length=64), nullable=True))
    op.add_column("case_people", sa.Column("phone_hash", sa.String(length=64), nullable=True))
    op.create_index("ix_case_people_name_hash", "case_people", ["name_hash"], unique=False)
    op.create_index("ix_case_people_phone_hash", "case_people", ["phone_hash"], unique=False)
    op.add_column("cases", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("cases", sa.Column("tier", sa.String(length=16), server_default="community", nullable=False))
    op.add_column("cases", sa.Column("assignee", sa.String(length=64), nullable=True))
    op.add_column("cases", sa.Column("received_at", sa.DateTime(), nullable=True))
    op.add_column("cases", sa.Column("accepted_at", sa.DateTime(), nullable=True))
    op.add_column("cases", sa.Column("ended_at", sa.DateTime(), nullable=True))
    op.add_column("cases", sa.Column("due_at", sa.DateTime(), nullable=True))
    op.add_column("cases", sa.Column("due_code", sa.String(length=32), nullable=True))
    op.add_column("cases", sa.Column("merged_into", sa.String(length=16), nullable=True))
    op.create_index("cases_by_status", "cases", ["status", "due_at"], unique=False)
    op.create_index("cases_of_assignee", "cases", ["assignee"], unique=False)
    _hash_people()


def _hash_people() -> None:
    """People of earlier releases can be found too. A row whose key is not in the ring stays as it is."""
    people = sa.table("case_people", *(sa.column(name) for name in ("id", "name", "phone", "name_hash", "phone_hash")))
    bind = op.get_bind()
    for row in bind.execute(sa.select(people.c.id, people.c.name, people.c.phone)).all():
        try:
            name = name_key(keys().decrypt(row.name, "case_people.name")) if row.name else ""
            phone = phone_key(keys().decrypt(row.phone, "case_people.phone")) if row.phone else ""
        except BadSetting:
            continue
        hashes = {
            "name_hash": keys().look_up_hash(name, "party name") if name else None,
            "phone_hash": keys().look_up_hash(phone, "party phone") if phone else None,
        }
        bind.execute(sa.update(people).where(people.c.id == row.id).values(**hashes))


def downgrade() -> None:
    for table in (
        "mediation_statements", "agreement_terms", "mediation_sessions", "mediation_revisits", "mediation_agreements", "conflict_checks",
        "case_assignments", "staff_absences", "duty_shifts",
    ):
        op.drop_table(table)
    for name, table in (
        ("cases_by_status", "cases"), ("cases_of_assignee", "cases"), ("ix_case_people_name_hash", "case_people"),
        ("ix_case_people_phone_hash", "case_people"),
    ):
        op.drop_index(name, table)
    for table, columns in (
        ("cases", ("version", "tier", "assignee", "received_at", "accepted_at", "ended_at", "due_at", "due_code", "merged_into")),
        ("case_people", ("name_hash", "phone_hash")),
        ("case_events", ("details", "note")),
    ):
        for column in columns:
            op.drop_column(table, column)
