"""the advisor's desk: suggestions, periods, links, openings, files, appointments"""

import sqlalchemy as sa
from alembic import op

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0007_desk"
down_revision = "0006_staff"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("open_risks", "risk_events", ["handled_at", "conversation_id"])
    case = lambda: sa.ForeignKeyConstraint(["case_number"], ["cases.number"])  # noqa: E731
    op.create_table(
        "case_suggestions",
        sa.Column("case_number", sa.String(length=16), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("card", sa.String(length=64), nullable=True),
        sa.Column("card_confidence", sa.Float(), nullable=False),
        sa.Column("days", sa.Text(), nullable=True),
        sa.Column("suggested_at", sa.DateTime(), nullable=False),
        case(),
        sa.PrimaryKeyConstraint("case_number"),
    )
    op.create_table(
        "case_deadlines",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        case(),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_number", "code", name="each_period_once"),
        sa.CheckConstraint("last_on >= start_on", name="ends_after_start"),
    )
    op.create_table(
        "case_links",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=16), nullable=False),
        sa.Column("other_number", sa.String(length=16), nullable=False),
        sa.Column("linked_by", sa.String(length=64), nullable=False),
        sa.Column("linked_at", sa.DateTime(), nullable=False),
        case(),
        sa.ForeignKeyConstraint(["other_number"], ["cases.number"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_number", "other_number", name="each_link_once"),
        sa.CheckConstraint("case_number <> other_number", name="not_to_itself"),
    )
    op.create_index("ix_case_links_other_number", "case_links", ["other_number"])
    op.create_table(
        "openings",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("openings_of_staff", "openings", ["staff", "subject", "opened_at"])
    _files_and_appointments()


def _files_and_appointments() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("conversation_id", sa.String(length=80), nullable=False),
        sa.Column("case_number", sa.String(length=16), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("claim_key", sa.String(length=64), nullable=True),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("sent_by", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"]),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token", name="each_file_one_address"),
    )
    op.create_index("attachments_of_conversation", "attachments", ["conversation_id"])
    op.create_index("ix_attachments_claim_key", "attachments", ["claim_key"])
    op.create_table(
        "attachment_parts",
        sa.Column("attachment_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachments.id"]),
        sa.PrimaryKeyConstraint("attachment_id", "part"),
    )
    op.create_table(
        "appointments",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("conversation_id", sa.String(length=80), nullable=False),
        sa.Column("case_number", sa.String(length=16), nullable=True),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("times", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("chosen", sa.DateTime(), nullable=True),
        sa.Column("chosen_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"]),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token", name="each_appointment_one_address"),
    )
    op.create_index("appointments_of_conversation", "appointments", ["conversation_id"])
    op.create_index("ix_appointments_case_number", "appointments", ["case_number"])
