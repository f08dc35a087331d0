"""The tables of the WeChat channel. An OpenID is stored encrypted, and only to push answers; look-ups use its keyed hash."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.columns import EncryptedText, UtcTime
from bot.storage.tables import BIG_ID, Base


class WeChatResident(Base):
    """A resident on WeChat: how to reach them, and what the last answer offered to choose from."""

    __tablename__ = "wechat_residents"

    conversation_id = sa.Column(sa.String(80), primary_key=True)
    openid = sa.Column(EncryptedText("wechat_residents.openid"), nullable=False)
    subscribed = sa.Column(sa.Boolean, nullable=False, default=True)
    choices = sa.Column(EncryptedText("wechat_residents.choices"))
    last_speaker = sa.Column(sa.String(16))
    seen_at = sa.Column(UtcTime, nullable=False)
    # One process pushes to a resident at a time; a crashed one's turn ends by itself.
    pushing_until = sa.Column(UtcTime)


class WeChatWindow(Base):
    """What the platform allows to push after one kind of act, and how much of it is used (客服消息额度)."""

    __tablename__ = "wechat_windows"
    __table_args__ = (sa.CheckConstraint("used BETWEEN 0 AND allowance", name="used_is_allowed"),)

    conversation_id = sa.Column(sa.String(80), primary_key=True)
    kind = sa.Column(sa.String(16), primary_key=True)
    ends_at = sa.Column(UtcTime, nullable=False)
    allowance = sa.Column(sa.Integer, nullable=False)
    used = sa.Column(sa.Integer, nullable=False, default=0)


class WeChatMessage(Base):
    """How often the platform delivered a message, who waits for its answer, and what it got as passive reply."""

    __tablename__ = "wechat_messages"
    __table_args__ = (sa.Index("awaited_wechat_messages", "conversation_id", "awaited_until"),)

    message_id = sa.Column(BIG_ID, primary_key=True, autoincrement=False)
    conversation_id = sa.Column(sa.String(80), nullable=False)
    first_at = sa.Column(UtcTime, nullable=False)
    deliveries = sa.Column(sa.Integer, nullable=False, default=0)
    awaited_until = sa.Column(UtcTime)
    acknowledged = sa.Column(sa.Boolean, nullable=False, default=False)
    asks_for_more = sa.Column(sa.Boolean, nullable=False, default=False)
    passive = sa.Column(EncryptedText("wechat_messages.passive"))


class WeChatTakenReply(Base):
    """A stored reply that has been turned into parts; each reply once."""

    __tablename__ = "wechat_taken_replies"

    reply_id = sa.Column(BIG_ID, primary_key=True, autoincrement=False)


class WeChatPart(Base):
    """A piece of an answer on its way: waiting → sending → sent, or passive, or held until the resident's next message."""

    __tablename__ = "wechat_parts"
    __table_args__ = (
        sa.CheckConstraint("state IN ('waiting', 'sending', 'sent', 'passive', 'held', 'dropped')", name="part_state_known"),
        sa.CheckConstraint("kind IN ('text', 'choices')", name="part_kind_known"),
        sa.Index("wechat_parts_on_their_way", "state", "conversation_id", "id"),
    )

    id = sa.Column(BIG_ID, primary_key=True, autoincrement=True)
    conversation_id = sa.Column(sa.String(80), nullable=False)
    message_id = sa.Column(BIG_ID)
    kind = sa.Column(sa.String(8), nullable=False)
    place = sa.Column(sa.Integer, nullable=False)
    text = sa.Column(EncryptedText("wechat_parts.text"), nullable=False)
    said_by = sa.Column(sa.String(16), nullable=False)
    said_at = sa.Column(UtcTime, nullable=False)
    state = sa.Column(sa.String(8), nullable=False, default="waiting")
    late = sa.Column(sa.Boolean, nullable=False, default=False)
    unsure = sa.Column(sa.Integer, nullable=False, default=0)
    tries = sa.Column(sa.Integer, nullable=False, default=0)


class WeChatNonce(Base):
    """A delivery's nonce and the message it belonged to; the same nonce with another message is a replay."""

    __tablename__ = "wechat_nonces"

    nonce = sa.Column(sa.String(64), primary_key=True)
    external_id = sa.Column(sa.String(128), nullable=False)
    seen_at = sa.Column(UtcTime, nullable=False, index=True)
    uses = sa.Column(sa.Integer, nullable=False, default=1)


class WeChatAccount(Base):
    """The account's access token, kept once for all processes, and whether the account may push at all."""

    __tablename__ = "wechat_accounts"

    app_id = sa.Column(sa.String(64), primary_key=True)
    token = sa.Column(EncryptedText("wechat_accounts.token"))
    expires_at = sa.Column(UtcTime)
    refreshing_until = sa.Column(UtcTime)
    may_push = sa.Column(sa.Boolean)  # null: not known yet
    asked_at = sa.Column(UtcTime)
