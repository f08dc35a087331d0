"""The WeChat Official Account: what a delivery is, from whom, about what. No SQL, no Rasa, no network.

One delivery is opened (`open_envelope`) and parsed (`parse`) into a `Delivered` whose `what` is one of the small classes
below. Source of the formats: 微信开放文档 "接收普通消息", "接收事件推送".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Callable, Union

from bot.channels import wechat_crypto, wechat_xml
from bot.channels.wechat_crypto import NotFromWeChat
from bot.legal.places import Position, read_position
from bot.messages import clean_text
from bot.storage.personal_data import KeyRing

PREFIX = "wechat:"
SCENE_PREFIX = "qrscene_"
MENU = {
    "ask_law": "问法律问题",
    "request_advisor": "找社区法律顾问",
    "request_mediation": "申请人民调解",
    "check_case": "查进度",
    "raise_enterprise_issue": "反映企业问题",
    "ask_human": "转人工",
}
# Three buttons at the most, five below each, labels of four and eight characters (微信开放文档 "创建接口").
MENU_BAR = (
    ("问法律", ("ask_law",)),
    ("找人办", ("request_advisor", "request_mediation", "raise_enterprise_issue", "ask_human")),
    ("查进度", ("check_case",)),
)
MENU_LABELS = {"request_advisor": "约顾问", "request_mediation": "申请调解", "raise_enterprise_issue": "企业诉求", "ask_human": "转人工"}
THINGS = {"image": "一张图片", "video": "一段视频", "shortvideo": "一段小视频", "file": "一个文件", "link": "一个链接"}


@dataclass(frozen=True)
class Said:
    """Text, typed or recognised from speech; may be "" when nothing readable was in it."""

    text: str


@dataclass(frozen=True)
class UnheardVoice:
    """A voice message that the platform did not turn into text."""


@dataclass(frozen=True)
class SentThing:
    """Something that is not text; `name` is Chinese ("一张图片"), `title` what the resident's app says about it."""

    name: str
    title: str = ""


@dataclass(frozen=True)
class SentPlace:
    """A position, None where the platform's numbers cannot be read. It is compared with the service points and not kept."""

    position: Position | None


@dataclass(frozen=True)
class Subscribed:
    """Somebody follows the account, perhaps by a community's code."""

    community: str | None


@dataclass(frozen=True)
class Unsubscribed:
    """Somebody left; nothing can reach them any more."""


@dataclass(frozen=True)
class Scanned:
    """A follower scanned a community's code."""

    community: str


@dataclass(frozen=True)
class Clicked:
    """A menu key; `words` is what a resident would type for it, None for a key that this release does not know."""

    words: str | None


@dataclass(frozen=True)
class Unknown:
    """Something we have no answer to: a new kind of message, or an event that asks for none."""


What = Union[Said, UnheardVoice, SentThing, SentPlace, Subscribed, Unsubscribed, Scanned, Clicked, Unknown]


@dataclass(frozen=True)
class Delivered:
    """One delivery, proven and parsed.

    Args:
        openid, account: the raw ids, for the passive reply and the encrypted address only.
        conversation: "wechat:" and a keyed hash of the OpenID, by the current key.
        formerly: what former keys would call it; see `bot.inbox.wechat_names`.
        external_id: the same for every delivery of the same message or event.
        nonce: hash of the delivery's timestamp and nonce.
        key: the AES key that opened it, None in plain mode.
    """

    openid: str
    account: str
    conversation: str
    external_id: str
    what: What
    nonce: str
    key: bytes | None
    formerly: tuple[str, ...] = ()

    def called(self, conversation: str) -> Delivered:
        """Return the same delivery in the conversation by its settled name."""
        sender = conversation[len(PREFIX) :]
        return replace(self, conversation=conversation, external_id=f"{sender[:16]}:{self.external_id.partition(':')[2]}", formerly=())


@dataclass(frozen=True)
class Account:
    """What the platform's page and we agree on. With AES keys, only encrypted deliveries are accepted."""

    token: str
    app_id: str
    keys: tuple[bytes, ...]


def menu() -> dict[str, Any]:
    """Return the account's menu (点单) as the platform takes it: every key is one that a click sends back to us."""
    return {"button": [_menu_button(label, keys) for label, keys in MENU_BAR]}


def _menu_button(label: str, keys: tuple[str, ...]) -> dict[str, Any]:
    if len(keys) == 1:
        return {"type": "click", "name": label, "key": keys[0]}
    return {"name": label, "sub_button": [{"type": "click", "name": MENU_LABELS[key], "key": key} for key in keys]}


def open_envelope(account: Account, query: Callable[[str], str], body: bytes, now: datetime) -> tuple[dict[str, str], bytes | None]:
    """Return the fields of a delivery, and the key that opened it.

    Plain mode proves timestamp and nonce; safe and compatible mode prove the encrypted text too, and what a compatible
    delivery repeats in the clear is ignored. An account with AES keys takes no unencrypted delivery: its signature does
    not cover the message.

    Args:
        query: gives a query argument, "" if absent.

    Raises:
        NotFromWeChat: signature, time or envelope is wrong.
        Unreadable: the XML is.
    """
    timestamp, nonce = query("timestamp"), query("nonce")
    if not account.keys:
        wechat_crypto.check_signature(query("signature"), account.token, timestamp, nonce)
        wechat_crypto.check_time(timestamp, now)
        return wechat_xml.read(body), None
    if query("encrypt_type") != "aes":
        raise NotFromWeChat("unencrypted")
    [encrypted] = wechat_xml.needed(wechat_xml.read(body), "Encrypt")
    wechat_crypto.check_signature(query("msg_signature"), account.token, timestamp, nonce, encrypted)
    wechat_crypto.check_time(timestamp, now)
    message, key = wechat_crypto.decrypt(encrypted, account.keys, account.app_id)
    return wechat_xml.read(message), key


def parse(fields: dict[str, str], query: Callable[[str], str], key: bytes | None, ring: KeyRing) -> Delivered:
    """Return what was delivered.

    Raises:
        Unreadable: a field that every delivery has is missing.
    """
    openid, account, kind, created = wechat_xml.needed(fields, "FromUserName", "ToUserName", "MsgType", "CreateTime")
    sender, *formerly = (found[:40] for found in ring.look_up_hashes(openid, "wechat openid"))
    if kind == "event":
        [event] = wechat_xml.needed(fields, "Event")
        name = f"{created}:{event}:{_digest(fields.get('EventKey', ''))}"
        what = _event(event, fields.get("EventKey", ""))
    else:
        name = fields.get("MsgId") or f"{created}:{kind}"
        what = _message(kind, fields)
    return Delivered(
        openid=openid,
        account=account,
        conversation=f"{PREFIX}{sender}",
        external_id=f"{sender[:16]}:{_short(name)}",
        what=what,
        nonce=_digest(f"{query('timestamp')}|{query('nonce')}", 64),
        key=key,
        formerly=tuple(f"{PREFIX}{name}" for name in formerly),
    )


def passive_reply(delivered: Delivered, text: str, account: Account, now: datetime, nonce: str) -> str:
    """Return the body that answers a delivery with a text, encrypted with the key the delivery came with."""
    reply = wechat_xml.text_reply(delivered.openid, delivered.account, text, now)
    if delivered.key is None:
        return reply
    encrypted = wechat_crypto.encrypt(reply.encode(), delivered.key, account.app_id)
    timestamp = str(int(now.timestamp()))
    return wechat_xml.sealed_reply(encrypted, wechat_crypto.sign(account.token, timestamp, nonce, encrypted), timestamp, nonce)


def _message(kind: str, fields: dict[str, str]) -> What:
    if kind == "text":
        return Said(clean_text(fields.get("Content", "")))
    if kind == "voice":
        heard = clean_text(fields.get("Recognition", ""))
        return Said(heard) if heard else UnheardVoice()
    if kind == "location":
        return SentPlace(read_position(fields.get("Location_X"), fields.get("Location_Y")))
    if kind in THINGS:
        return SentThing(THINGS[kind], clean_text(fields.get("Title", ""))[:100])
    return Unknown()


def _event(event: str, key: str) -> What:
    if event == "subscribe":
        return Subscribed(key[len(SCENE_PREFIX) :] if key.startswith(SCENE_PREFIX) else None)
    if event == "unsubscribe":
        return Unsubscribed()
    if event == "SCAN":
        return Scanned(key)
    if event == "CLICK":
        return Clicked(MENU.get(key) or (key if key in MENU.values() else None))
    return Unknown()


def _short(name: str) -> str:
    """The inbox has room for 128 characters; the platform's names are far shorter, a forger's need not be."""
    return name if len(name) <= 80 else _digest(name, 64)


def _digest(text: str, length: int = 16) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:length]
