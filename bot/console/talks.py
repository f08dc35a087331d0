"""A conversation with a resident as the desk sees it: whether it is theirs, who is in charge, what a page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, TypeVar

from sanic.request import Request
from sqlalchemy.orm import Session

from bot.console.access import not_theirs, now
from bot.console.canned import fill
from bot.console.cases_of import staff_names
from bot.console.people_waiting import places_of
from bot.errors import BadInput
from bot.inbox.appointments import appointments_of
from bot.inbox.attachments import files_of
from bot.inbox.talk import as_said, talk_of
from bot.ledger.cases import own_cases
from bot.ledger.openings import is_open
from bot.ledger.risks import open_risks
from bot.legal.appointments import LENGTHS, time_words
from bot.legal.cases import Channel, Role
from bot.legal.handover import TALKING, Reason
from bot.legal.masking import without_personal_data
from bot.legal.permissions import Permission, Staff
from bot.legal.safety import KINDS
from bot.storage.handover_tables import Handover
from bot.storage.tables import Conversation
from bot.storage.threads import in_thread

T = TypeVar("T")


@dataclass(frozen=True)
class Open:
    """A hand-over with the conversation it belongs to, as somebody at the desk may see it."""

    handover: Handover
    conversation: Conversation
    subject: str


def role_of(staff: Staff) -> Role:
    """Return the role somebody talks to residents in.

    Raises:
        BadInput: none of their roles does.
    """
    role = next((role for role in TALKING if role in staff.roles), None)
    if role is None:
        raise BadInput("您的角色不和居民对话。")
    return role


async def with_talk(request: Request, number: int, work: Callable[[Session, Open], T], writing: bool = False) -> T:
    """Run `work(session, open)`; a conversation that is not theirs answers 404 and is audited."""
    who: Staff = request.ctx.staff

    def run(session: Session) -> tuple[bool, T | None]:
        found = session.get(Handover, number) if number < 2**62 else None
        if found is None:
            return False, None
        places = places_of(session, [found.conversation_id])[found.conversation_id]
        if who.communities is not None and places and not places & who.communities:
            return False, None
        return True, work(session, Open(found, session.get(Conversation, found.conversation_id), f"handover:{number}"))

    is_there, result = await in_thread(request.app, run, writing=writing)
    if not is_there:
        await not_theirs(request, f"handover:{number}")
    return result  # type: ignore[return-value]


def role_words(staff: Staff) -> str:
    """Return the role that residents read under what somebody says; "" where they do not talk to residents."""
    return next((role.label for role in TALKING if role in staff.roles), "")


def why_refused(session: Session, found: Open) -> str:
    """Return in Chinese why something could not be done in a conversation, as it stands now."""
    if found.handover.given_back_at is not None:
        return "这次人工服务已经结束，没有办成。居民再找人时会重新排队。"
    if found.handover.taken_by is None:
        return "还没有人接手。请先点“接手”，再回复。"
    name = staff_names(session).get(found.handover.taken_by, found.handover.taken_by)
    return f"这位居民已经由{name}接手，没有办成。请和同事商量，或请区法制办交还。"


def context_of(request: Request, session: Session, found: Open) -> dict[str, Any]:
    """Return what a page of this conversation shows."""
    who: Staff = request.ctx.staff
    office = request.app.ctx.office
    conversation, own = found.conversation.id, found.handover
    mine = own.taken_by == who.code and own.given_back_at is None
    opened = who.may(Permission.OPEN_PERSONAL) and is_open(session, who.code, found.subject, now())
    role = next((role for role in TALKING if role in who.roles), Role.ADVISOR)
    cases = own_cases(session, conversation)
    place = office.community(found.conversation.community or "")
    values = {"编号": cases[0].number if cases else "", "社区": place.name if place else "", "角色": role.label, "办公时间": office.hours_in_words()}
    return {
        "own": own,
        "number": own.id,
        "reason": Reason.from_code(own.reason).label,
        "channel": Channel.from_code(found.conversation.channel).label,
        "mine": mine,
        "opened": opened,
        "talk": talk_of(session, conversation, as_said if mine or opened else without_personal_data),
        "names": staff_names(session),
        "cases": [c.number for c in cases if who.may_see(c.community)],
        "risks": [(risk.seen_at, KINDS.get(risk.code, risk.code)) for risk in open_risks(session, conversation)],
        "canned": [(one.title, fill(one.text, values)) for one in request.app.ctx.canned],
        "files": files_of(session, conversation),
        "appointments": appointments_of(session, conversation)[:3],
        "time_words": time_words,
        "lengths": LENGTHS,
        "points": [point.name for point in office.service_points],
    }


def case_of(session: Session, conversation: str) -> str | None:
    """Return the newest open case of a conversation, or None."""
    found = own_cases(session, conversation)
    return found[0].number if found else None
