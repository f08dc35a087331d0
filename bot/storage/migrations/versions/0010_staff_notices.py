"""notices to staff and their way out"""

import sqlalchemy as sa
from alembic import op

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0010_staff_notices"
down_revision = "0009_office"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("staff_notices",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("source_key", sa.String(length=200), nullable=False),
        sa.Column("event", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("community", sa.String(length=64), nullable=True),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_key", name="each_staff_notice_once")
    )
    op.create_table("staff_notice_sendings",
        sa.Column("notice_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("problem", sa.String(length=80), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'given_up')", name="sending_state_known"),
        sa.ForeignKeyConstraint(["notice_id"], ["staff_notices.id"]),
        sa.PrimaryKeyConstraint("notice_id", "channel")
    )
    op.create_index("staff_notices_to_send", "staff_notice_sendings", ["channel", "state", "next_at"], unique=False)


def downgrade() -> None:
    op.drop_table("staff_notice_sendings")
    op.drop_table("staff_notices")
