"""wishes to reopen a closed month wait for a second person"""

import sqlalchemy as sa
from alembic import op

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0012_reopen_requests"
down_revision = "0011_roll_ups_by_statement"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reopen_requests",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_by", sa.String(64), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL) AND (settled_at IS NULL) = (agreed IS NULL)", name="settled_by_somebody"),
        sa.CheckConstraint("agreed IS NULL OR agreed = false OR settled_by <> asked_by", name="agreed_by_another"),
    )


def downgrade() -> None:
    op.drop_table("reopen_requests")
