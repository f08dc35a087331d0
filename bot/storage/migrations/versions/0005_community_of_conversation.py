"""the community whose poster a resident scanned belongs to the conversation, whatever the channel"""

import sqlalchemy as sa
from alembic import op

revision = "0005_community_of_conversation"
down_revision = "0004_handover"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("community", sa.String(length=64), nullable=True))
    op.execute(
        "UPDATE conversations SET community = (SELECT w.community FROM wechat_residents w WHERE w.conversation_id = conversations.id)"
    )
    op.drop_column("wechat_residents", "community")


def downgrade() -> None:
    op.add_column("wechat_residents", sa.Column("community", sa.String(length=64), nullable=True))
    op.execute(
        "UPDATE wechat_residents SET community = (SELECT c.community FROM conversations c WHERE c.id = wechat_residents.conversation_id)"
    )
    op.drop_column("conversations", "community")
