"""Replies cut into parts, and parts packed into as few texts as possible.

Functions take a session and never commit.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.channels import wechat_text
from bot.messages import Button, Outbound
from bot.storage.tables import Reply
from bot.storage.wechat_tables import WeChatPart, WeChatResident, WeChatTakenReply

# An answer that is pushed later than this says when it was given.
LATE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Unit:
    """One text the platform gets: one or more parts together."""

    parts: tuple[int, ...]
    text: str
    choices: str | None
    only_late: bool


def untaken(session: Session, conversation: str) -> Sequence[Reply]:
    """Return the replies of a conversation that are not parts yet, oldest first."""
    taken = sa.select(WeChatTakenReply.reply_id).where(WeChatTakenReply.reply_id == Reply.id).exists()
    query = sa.select(Reply).where(Reply.conversation_id == conversation, ~taken).order_by(Reply.id)
    return list(session.execute(query).scalars())


def take_replies(session: Session, line: WeChatResident, now: datetime) -> None:
    """Turn every reply that is not taken yet into parts; what belongs to one message and speaker is one text."""
    replies = untaken(session, line.conversation_id)
    for (message_id, said_by), some in itertools.groupby(replies, key=lambda r: (r.message_id, r.said_by)):
        group = list(some)
        session.add_all(WeChatTakenReply(reply_id=reply.id) for reply in group)
        first = WeChatPart(conversation_id=line.conversation_id, message_id=message_id, said_by=said_by, said_at=group[0].created_at)
        session.add_all(_parts_of(first, [Outbound.from_json(reply.body) for reply in group], line.last_speaker))
        line.last_speaker = said_by
    session.flush()
    _drop_old_choices(session, line.conversation_id)
    old = (WeChatPart.state == "waiting", WeChatPart.conversation_id == line.conversation_id, WeChatPart.said_at < now - LATE_AFTER)
    session.execute(sa.update(WeChatPart).where(*old).values(late=True).execution_options(synchronize_session=False))


def parts_in(session: Session, conversation: str, *states: str) -> list[WeChatPart]:
    """Return parts in the order they are read: what is new before what is late."""
    query = sa.select(WeChatPart).where(WeChatPart.state.in_(states), WeChatPart.conversation_id == conversation)
    return list(session.execute(query.order_by(WeChatPart.late, WeChatPart.id).execution_options(populate_existing=True)).scalars())


def pack(parts: list[WeChatPart]) -> list[Unit]:
    """Return as few units as possible; the parts of one long text stay apart, they were filled already."""
    units: list[Unit] = []
    for part in parts:
        text, choices = _shown(part), part.text if part.kind == "choices" else None
        last = units[-1] if units else None
        joined = f"{last.text}\n\n{text}" if last else ""
        continues = part.kind == "text" and part.place > 0
        if last and not continues and wechat_text.fits(joined, wechat_text.MORE_UNITS, wechat_text.MORE_BYTES):
            units[-1] = Unit((*last.parts, part.id), joined, choices or last.choices, last.only_late and part.late)
        else:
            units.append(Unit((part.id,), text, choices, part.late))
    return units


def move(session: Session, parts: Sequence[int], state: str) -> None:
    """Put parts into a state."""
    if parts:
        session.execute(sa.update(WeChatPart).where(WeChatPart.id.in_(parts)).values(state=state).execution_options(synchronize_session=False))


def _drop_old_choices(session: Session, conversation: str) -> None:
    """Only the newest answer's choices are shown: two lists with a "1" would be one too many."""
    newest = session.execute(sa.select(sa.func.max(WeChatPart.id)).where(WeChatPart.conversation_id == conversation)).scalar_one()
    old = (WeChatPart.state.in_(("waiting", "held")), WeChatPart.conversation_id == conversation, WeChatPart.kind == "choices", WeChatPart.id != newest)
    session.execute(sa.update(WeChatPart).where(*old).values(state="dropped").execution_options(synchronize_session=False))


def _parts_of(like: WeChatPart, bodies: list[Outbound], last_speaker: str | None) -> list[WeChatPart]:
    changed = like.said_by != "bot" or last_speaker not in (None, "bot")
    name = f"【{wechat_text.speaker(like.said_by)}】\n" if changed else ""
    texts = wechat_text.number(wechat_text.split(name + "\n\n".join(wechat_text.render(body) for body in bodies)))
    parts = [_part(like, "text", n, text) for n, text in enumerate(texts)]
    choices = list({choice.payload: choice for body in bodies for choice in body.buttons}.values())
    if choices:
        parts.append(_part(like, "choices", len(parts), json.dumps([asdict(c) for c in choices], ensure_ascii=False)))
    return parts


def _part(like: WeChatPart, kind: str, place: int, text: str) -> WeChatPart:
    same = {"conversation_id": like.conversation_id, "message_id": like.message_id, "said_by": like.said_by, "said_at": like.said_at}
    return WeChatPart(**same, kind=kind, place=place, text=text, state="waiting", late=bool(like.late))


def _shown(part: WeChatPart) -> str:
    if part.kind == "choices":
        return wechat_text.choices_block([Button(**choice) for choice in json.loads(part.text)])
    late = wechat_text.late_mark(part.said_at) if part.late and part.place == 0 else ""
    return (wechat_text.resent_mark() if part.unsure else "") + late + part.text
