"""conversations handed to people, and notices to residents"""

import sqlalchemy as sa
from alembic import op

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0004_handover"
down_revision = "0003_books"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("source_key", sa.String(length=250), nullable=False),
        sa.Column("conversation_id", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=True),
        sa.Column("taken_by", sa.String(length=64), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=True),
        sa.Column("given_back_at", sa.DateTime(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("rated_at", sa.DateTime(), nullable=True),
        sa.Column("stars", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.CheckConstraint("(taken_at IS NULL) = (taken_by IS NULL) AND (taken_at IS NULL) = (role IS NULL)", name="taken_by_somebody"),
        sa.CheckConstraint("given_back_at IS NULL OR taken_at IS NOT NULL", name="taken_before_given_back"),
        sa.CheckConstraint("(rated_at IS NULL) = (stars IS NULL) AND (stars IS NULL OR stars BETWEEN 1 AND 5)", name="rated_one_to_five"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_key", name="each_handover_once"),
    )
    is_open = sa.text("given_back_at IS NULL")
    op.create_index("one_open_handover", "handovers", ["conversation_id"], unique=True, sqlite_where=is_open, postgresql_where=is_open)
    op.create_index("handovers_of_conversation", "handovers", ["conversation_id", "id"])
    op.create_table(
        "notices",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("source_key", sa.String(length=250), nullable=False),
        sa.Column("case_number", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("noticed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_key", name="each_notice_once"),
    )
    op.create_index("ix_notices_case_number", "notices", ["case_number"])
