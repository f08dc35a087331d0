"""Taking a WeChat delivery in: proven new, stored once, and answered here where no dialogue is needed.

What is not text (a picture, a position, a scanned code) is stored as a message too, with its polite answer, in one
transaction: it is in the conversation for the advisor to see, and no second delivery answers it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.channels import wechat, wechat_text, wechat_words
from bot.channels.wechat import Delivered
from bot.inbox import person_guard, store, wechat_outbox, wechat_store
from bot.legal.cases import Channel
from bot.messages import Inbound, Outbound
from bot.office import Office
from bot.storage.wechat_tables import WeChatResident

OPENS = {wechat.Clicked: "click", wechat.Subscribed: "subscribe", wechat.Scanned: "scan"}


@dataclass(frozen=True)
class Admitted:
    """A delivery that was taken in.

    Args:
        message_id: the stored message; None when nothing is to be said.
        answered: whether its answer is there already.
        delivery: 1 for the platform's first try.
    """

    message_id: int | None
    answered: bool = True
    delivery: int = 1


@dataclass(frozen=True)
class _Taken:
    """What a delivery says, and the answer where we have it at once ([] is "nothing to say")."""

    text: str
    answer: list[Outbound] | None = None
    community: str | None = None
    asks_for_more: bool = False


def admit(session: Session, delivered: Delivered, office: Office, now: datetime, wait: float) -> Admitted:
    """Store what a delivery brought; the second delivery of a message finds the first one's row.

    Args:
        wait: seconds that the delivery will wait for an answer.

    Raises:
        NotFromWeChat: its nonce was used for something else.
    """
    wechat_store.claim_nonce(session, delivered.nonce, delivered.external_id, now)
    if isinstance(delivered.what, wechat.Unknown):
        return Admitted(None)
    leaves = isinstance(delivered.what, wechat.Unsubscribed)
    line = wechat_store.note_resident(session, delivered.conversation, delivered.openid, now, subscribed=not leaves)
    if leaves:
        wechat_store.close_windows(session, delivered.conversation)
        return Admitted(None)
    taken = _take(session, delivered, line, office, now)
    stored = store.receive(session, Inbound(Channel.WECHAT, delivered.conversation, delivered.external_id, taken.text, now, taken.community))
    stored = person_guard.watch(session, stored, now)
    delivery = wechat_store.note_delivery(session, delivered.conversation, stored.id, now, wait)
    if delivery.deliveries == 1:
        delivery.asks_for_more = taken.asks_for_more
        wechat_store.open_window(session, delivered.conversation, OPENS.get(type(delivered.what), "message"), now)
        wechat_outbox.revive(session, delivered.conversation, stored.id)
    answered_here = delivery.deliveries == 1 and taken.answer is not None and not stored.answered
    if answered_here:
        store.answer(session, stored, taken.answer or [], now)
    return Admitted(stored.id, stored.answered or answered_here, delivery.deliveries)


def _take(session: Session, delivered: Delivered, line: WeChatResident, office: Office, now: datetime) -> _Taken:
    what = delivered.what
    if isinstance(what, wechat.Said):
        return _said(session, what.text, line)
    if isinstance(what, wechat.Clicked):
        return _Taken(what.words) if what.words else _Taken("（点了菜单）", [wechat_words.UNKNOWN_KEY])
    if isinstance(what, wechat.UnheardVoice):
        return _Taken("（发来一条没有转成文字的语音）", [wechat_words.UNHEARD])
    if isinstance(what, wechat.SentPlace):
        return _Taken("（发来一个位置）", [wechat_words.places(office, what.position)])
    if isinstance(what, wechat.SentThing):
        return _thing(session, delivered, what, now)
    assert isinstance(what, (wechat.Subscribed, wechat.Scanned))
    community = office.community(what.community) if what.community else None
    code = community.code if community else None
    if isinstance(what, wechat.Subscribed):
        return _Taken("（关注了公众号）", [wechat_words.welcome(office, community)], code)
    return _Taken("（扫了社区二维码）", [wechat_words.scanned(community)], code)


def _said(session: Session, text: str, line: WeChatResident) -> _Taken:
    if not text:
        return _Taken("（没有可读的文字）", [wechat_words.NOTHING_READABLE])
    conversation = line.conversation_id
    if wechat_text.wants_more(text) and (
        wechat_outbox.something_is_left(session, conversation) or wechat_store.is_being_answered(session, conversation)
    ):
        return _Taken(text, [], asks_for_more=True)
    return _Taken(wechat_text.choose(text, wechat_store.offered(line)) or text)


def _thing(session: Session, delivered: Delivered, what: wechat.SentThing, now: datetime) -> _Taken:
    said = f"（发来{what.name}{f'：{what.title}' if what.title else ''}）"
    note = f"{said[:-1]}，经微信，未保存；请向本人查看原件）"
    number = wechat_store.note_for_open_case(session, delivered.conversation, note, delivered.external_id, now)
    return _Taken(said, [wechat_words.thing_received(what.name, number)])
