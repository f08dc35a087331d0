"""How long a resident waited for the first words of a person, in the classes the office looks at. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.legal.coded import Coded


class ReplyTime(Coded):
    """A class of waiting time; the code is the kind of line it writes in the books."""

    WITHIN_15_MINUTES = ("reply_15m", "15分钟内")
    WITHIN_AN_HOUR = ("reply_1h", "15分钟至1小时")
    WITHIN_FOUR_HOURS = ("reply_4h", "1至4小时")
    WITHIN_A_DAY = ("reply_1d", "4至24小时")
    LATER = ("reply_later", "超过24小时")


LIMITS = (
    (timedelta(minutes=15), ReplyTime.WITHIN_15_MINUTES),
    (timedelta(hours=1), ReplyTime.WITHIN_AN_HOUR),
    (timedelta(hours=4), ReplyTime.WITHIN_FOUR_HOURS),
    (timedelta(days=1), ReplyTime.WITHIN_A_DAY),
)


def reply_time(asked_at: datetime, replied_at: datetime) -> ReplyTime:
    """Return the class of a wait; the clock's time, nights and holidays included. A limit itself still belongs to its class."""
    waited = replied_at - asked_at
    return next((which for limit, which in LIMITS if waited <= limit), ReplyTime.LATER)
