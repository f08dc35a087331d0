"""Appointments: times that are proposed, how people read them, which one was meant, and the calendar file. Pure.

The matter is never in a calendar entry: others may see the screen (domain.md 4.6).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from bot.errors import BadInput

BEIJING = ZoneInfo("Asia/Shanghai")
MOST_TIMES = 4
FARTHEST = timedelta(days=60)
LENGTHS = (30, 60, 90, 120)
SUMMARY = "法律服务约见"
_WEEKDAYS = "一二三四五六日"
_LINE_OCTETS = 75


def read_times(texts: list[str], now: datetime) -> list[datetime]:
    """Return the proposed times, earliest first, UTC.

    Args:
        texts: Beijing times as a browser's field gives them, "2026-03-18T09:30"; empty ones are left out.

    Raises:
        BadInput: none, more than four, unreadable, past, more than 60 days ahead, or the same twice.
    """
    times = [_read(text) for text in texts if text.strip()]
    if not times:
        raise BadInput("请至少写一个时间。")
    if len(times) > MOST_TIMES or len(set(times)) != len(times):
        raise BadInput(f"最多写{MOST_TIMES}个时间，不要重复。")
    for at in times:
        if at <= now:
            raise BadInput(f"{time_words(at)}已经过了，请写以后的时间。")
        if at > now + FARTHEST:
            raise BadInput(f"{time_words(at)}太远了，请写{FARTHEST.days}天以内的时间。")
    return sorted(times)


def time_words(at: datetime) -> str:
    """Return a time as residents read it: 3月18日（周三）上午9:30."""
    local = at.astimezone(BEIJING)
    half, hour = ("上午", local.hour) if local.hour < 12 else ("下午", local.hour - 12 or 12)
    return f"{local.month}月{local.day}日（周{_WEEKDAYS[local.weekday()]}）{half}{hour}:{local.minute:02d}"


def chosen_time(text: str, times: list[datetime]) -> datetime | None:
    """Return the proposed time that a text names in its words, whatever the width of its signs, or None."""
    said = re.sub(r"^我?选", "", _plain(text))
    return next((at for at in times if said == _plain(time_words(at))), None)


def calendar_file(uid: str, start: datetime, minutes: int, place: str, made_at: datetime) -> str:
    """Return an iCalendar file (RFC 5545) with one event and an alarm two hours before; lines end in CRLF, folded at 75 octets."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//district legal assistant//appointments//ZH",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{_utc(made_at)}",
        f"DTSTART:{_utc(start)}",
        f"DTEND:{_utc(start + timedelta(minutes=minutes))}",
        f"SUMMARY:{SUMMARY}",
        f"LOCATION:{_escaped(place)}",
        "CLASS:PRIVATE",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT2H",
        f"DESCRIPTION:{SUMMARY}",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _read(text: str) -> datetime:
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%dT%H:%M").replace(tzinfo=BEIJING).astimezone(timezone.utc)
    except ValueError as error:
        raise BadInput(f"看不懂时间“{text[:20]}”，请用日期时间框选择。") from error


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _utc(at: datetime) -> str:
    return at.astimezone(timezone.utc).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """A line of more than 75 octets goes on in the next, which begins with a space; no character is divided."""
    parts, current = [], ""
    for character in line:
        if len((current + character).encode()) > _LINE_OCTETS:
            parts.append(current)
            current = " "
        current += character
    return [*parts, current]
