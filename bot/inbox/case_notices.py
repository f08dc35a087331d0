"""Which steps of a case its resident is told of, and as what (受理、指派、约见时间、结果、回访). Never the matter itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.inbox.notices import notify
from bot.legal.notices import NoticeKind
from bot.storage.tables import Case, Reply

TOLD = {
    "accepted": NoticeKind.ACCEPTED,
    "assigned": NoticeKind.ASSIGNED,
    "taken": NoticeKind.ASSIGNED,
    "substituted": NoticeKind.ASSIGNED,
    "dispatched": NoticeKind.ASSIGNED,
    "appointment": NoticeKind.APPOINTMENT,
    **dict.fromkeys(
        (
            "not_accepted", "answered", "guided", "agreed_written", "agreed_oral", "failed", "terminated", "transferred_out",
            "confirmed", "confirmation_rejected", "resolved", "explained", "unresolved_with_reason",
        ),
        NoticeKind.RESULT,
    ),
    "follow_up": NoticeKind.FOLLOW_UP,
}  # fmt: skip


def tell_resident(session: Session, case: Case, event: str, now: datetime) -> Reply | None:
    """Tell the resident of a case what the desk did, on their channel; the same event at the same moment again tells nothing.

    Args:
        event: code of the step, or "appointment" or "follow_up"; a step that residents are not told of tells nothing.

    Returns:
        What was said, or None where nothing was: no such notice, a case without a conversation of ours, or one of a demonstration.
    """
    kind = TOLD.get(event)
    if kind is None:
        return None
    return notify(session, case, kind, now, f"notice:{case.number}:{event}:{now.isoformat()}")
