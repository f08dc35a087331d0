"""the WeChat channel: addresses, push windows, deliveries, parts on their way, nonces, the account's token"""

import sqlalchemy as sa
from alembic import op

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


revision = "0002_wechat"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wechat_residents",
        sa.Column("conversation_id", sa.String(length=80), nullable=False),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.Column("subscribed", sa.Boolean(), nullable=False),
        sa.Column("community", sa.String(length=64), nullable=True),
        sa.Column("choices", sa.Text(), nullable=True),
        sa.Column("last_speaker", sa.String(length=16), nullable=True),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("pushing_until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("conversation_id"),
    )
    op.create_table(
        "wechat_windows",
        sa.Column("conversation_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("allowance", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.CheckConstraint("used BETWEEN 0 AND allowance", name="used_is_allowed"),
        sa.PrimaryKeyConstraint("conversation_id", "kind"),
    )
    op.create_table(
        "wechat_messages",
        sa.Column("message_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("conversation_id", sa.String(length=80), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("awaited_until", sa.DateTime(), nullable=True),
        sa.Column("acknowledged", sa.Boolean(), nullable=False),
        sa.Column("asks_for_more", sa.Boolean(), nullable=False),
        sa.Column("passive", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index("awaited_wechat_messages", "wechat_messages", ["conversation_id", "awaited_until"])
    op.create_table(
        "wechat_taken_replies",
        sa.Column("reply_id", BIG_ID, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("reply_id"),
    )
    op.create_table(
        "wechat_parts",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(length=80), nullable=False),
        sa.Column("message_id", BIG_ID, nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said_by", sa.String(length=16), nullable=False),
        sa.Column("said_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("unsure", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'sending', 'sent', 'passive', 'held', 'dropped')", name="part_state_known"),
        sa.CheckConstraint("kind IN ('text', 'choices')", name="part_kind_known"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("wechat_parts_on_their_way", "wechat_parts", ["state", "conversation_id", "id"])
    op.create_table(
        "wechat_nonces",
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("nonce"),
    )
    op.create_index("ix_wechat_nonces_seen_at", "wechat_nonces", ["seen_at"])
    op.create_table(
        "wechat_accounts",
        sa.Column("app_id", sa.String(length=64), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.Column("refreshing_until", sa.DateTime(), nullable=True),
        sa.Column("may_push", sa.Boolean(), nullable=True),
        sa.Column("asked_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("app_id"),
    )


def downgrade() -> None:
    raise RuntimeError("Going back would lose undelivered answers; restore a backup instead.")
