"""What is kept for how long, by kind, and the removal of what is past its time (domain.md 4.5).

The books hold no personal data and are never touched: removing a person changes no figure. Nothing is removed while a law or an open
matter wants it kept; the periods are suggestions of domain.md (〔设〕) until the office confirms them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.ledger.blanking import BLANK, blank_case
from bot.ledger.privacy import erase_talk
from bot.storage.tables import Case, CaseStatement, Consent, Message, ReviewQuestion, RiskEvent
from bot.storage.wechat_tables import WeChatResident

DAY = timedelta(days=1)
YEAR = 366 * DAY
MEDIATION = "mediation"


@dataclass(frozen=True)
class Kind:
    """One kind of data.

    Args:
        kept: how long, from what moment on, in words and as a time.
        due: what is past its time, as ids.
        remove: takes one of them away.
    """

    code: str
    label: str
    words: str
    kept: timedelta
    due: Callable[[Session, datetime], list[Any]]
    remove: Callable[[Session, Any, datetime], object]


@dataclass(frozen=True)
class Past:
    """How many of a kind are past their time."""

    kind: Kind
    count: int


def look(session: Session, now: datetime) -> list[Past]:
    """Return every kind with the number of what is past its time; changes nothing."""
    return [Past(kind, len(kind.due(session, now - kind.kept))) for kind in KINDS]


def remove_some(session: Session, kind: Kind, now: datetime, limit: int) -> int:
    """Remove up to so many of a kind that are past their time, and return how many; the caller commits and asks again."""
    due = kind.due(session, now - kind.kept)[:limit]
    for one in due:
        kind.remove(session, one, now)
    return len(due)


def _conversations(session: Session, before: datetime) -> list[Any]:
    """Conversations without a case whose last word is older; one that waits for an answer is not over."""
    has_case = sa.select(Case.number).where(Case.conversation_id == Message.conversation_id).exists()
    query = sa.select(Message.conversation_id).where(~has_case).group_by(Message.conversation_id)
    over = sa.func.max(Message.received_at) < before, sa.func.min(Message.state) == "answered"
    return list(session.execute(query.having(sa.and_(*over)).order_by(Message.conversation_id)).scalars())


def _addresses(session: Session, before: datetime) -> list[Any]:
    """Where to reach residents on WeChat who have said nothing that is still kept: they followed, or left after their words were removed."""
    of_theirs = (t.conversation_id == WeChatResident.conversation_id for t in (Message, Case))
    silent = (~sa.select(sa.literal(1)).where(theirs).exists() for theirs in of_theirs)
    query = sa.select(WeChatResident.conversation_id).where(WeChatResident.seen_at < before, *silent)
    return list(session.execute(query.order_by(WeChatResident.conversation_id)).scalars())


def _cases(kind_is_mediation: bool, was_accepted: bool) -> Callable[[Session, datetime], list[Any]]:
    """Ended cases that still hold words; an open case is never past its time."""

    def due(session: Session, before: datetime) -> list[Any]:
        ended = sa.func.coalesce(Case.ended_at, Case.withdrawn_at)
        kind = Case.kind == MEDIATION if kind_is_mediation else Case.kind != MEDIATION
        accepted = Case.accepted_at.isnot(None) if was_accepted else Case.accepted_at.is_(None)
        query = sa.select(Case.number).where(kind, ended < before, Case.requested_at < before)
        cases = list(session.execute((query.where(accepted) if kind_is_mediation else query).order_by(Case.number)).scalars())
        return [number for number in cases if _holds_words(session, number)]

    return due


def _holds_words(session: Session, number: str) -> bool:
    texts = session.execute(sa.select(CaseStatement.text).where(CaseStatement.case_number == number)).scalars()
    return any(text != BLANK for text in texts)


def _empty_case(session: Session, number: str, _now: datetime) -> None:
    """A case's conversation goes with it, unless another case of it is still kept."""
    blank_case(session, number)
    case = session.get(Case, number)
    others = sa.select(Case.number).where(Case.conversation_id == case.conversation_id, Case.number != number)
    if case.conversation_id and not any(_holds_words(session, other) for other in session.execute(others).scalars()):
        erase_talk(session, case.conversation_id)


def _rows(table: Any, at: Any, *only: Any) -> Callable[[Session, datetime], list[Any]]:
    def due(session: Session, before: datetime) -> list[Any]:
        return list(session.execute(sa.select(table.id).where(at < before, *only).order_by(table.id)).scalars())

    return due


def _delete(table: Any) -> Callable[[Session, Any, datetime], object]:
    return lambda session, row, _now: session.execute(sa.delete(table).where(table.id == row).execution_options(synchronize_session=False))


KINDS = (
    Kind("conversation", "机器人对话（未转办）", "90天，自最后一句话起", 90 * DAY, _conversations, lambda session, one, _now: erase_talk(session, one)),
    Kind("address", "微信地址（没有留下对话和办件）", "90天，自最后一次动作起", 90 * DAY, _addresses, lambda session, one, _now: erase_talk(session, one)),
    Kind("request", "调解请求（未受理）", "5年，自办结或撤回起", 5 * YEAR, _cases(True, was_accepted=False), _empty_case),
    Kind("mediation", "调解卷宗", "10年〔设〕，自办结起", 10 * YEAR, _cases(True, was_accepted=True), _empty_case),
    Kind("case", "其他受理事项（顾问服务）", "3年，自办结或撤回起", 3 * YEAR, _cases(False, was_accepted=False), _empty_case),
    Kind("risk", "风险事件", "3年", 3 * YEAR, _rows(RiskEvent, RiskEvent.seen_at), _delete(RiskEvent)),
    Kind("consent", "同意记录（已撤回）", "3年，自撤回起", 3 * YEAR, _rows(Consent, Consent.withdrawn_at), _delete(Consent)),
    Kind("question", "待标注的问题（已去标识）", "1年〔设〕", YEAR, _rows(ReviewQuestion, ReviewQuestion.asked_at), _delete(ReviewQuestion)),
)
