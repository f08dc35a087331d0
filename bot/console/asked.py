"""What a page's or the interface's address asks for, read into views of the books; the same reading serves both."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Iterable, Mapping, Sequence, TypeVar
from urllib.parse import urlencode

from bot.errors import BadPeriod, BadQuery, UnknownMetric
from bot.legal.cases import Channel, Tier
from bot.legal.coded import Coded
from bot.legal.disputes import DisputeType
from bot.legal.topics import Topic
from bot.office import Office
from bot.statistics.metrics import label_of
from bot.statistics.periods import Period, name_of, named_period, read_day, read_period
from bot.statistics.registry import Metric, all_metrics, metric
from bot.statistics.views import DIMENSIONS, NONE, TIMES, View

Args = Mapping[str, Any]
T = TypeVar("T")
WITHOUT = "none"  # in an address: those without a code
TAXONOMIES: dict[str, type[Coded]] = {"dispute_type": DisputeType, "topic": Topic, "channel": Channel, "tier": Tier}
LARGEST_PAGE = 200


def asked_view(args: Args, office: Office, today: date, communities: frozenset[str] | None = None) -> View:
    """Return the view an address asks for; this year where it names no period.

    Args:
        communities: those the asker works for; None is all.

    Raises:
        BadQuery: a period, day or code that cannot be used.
    """
    as_of = _text(args, "as_of")
    known = _day("as_of", as_of) if as_of else None
    where = tuple((name, _code(args, name, office)) for name in DIMENSIONS if _text(args, name))
    return View(_period(args, today), _flag(args, "with_demo"), known, where, communities)


def address_of(view: View, **more: Any) -> str:
    """Return a view as the query of an address, in a fixed order; `asked_view` reads it again."""
    named = name_of(view.period)
    last = view.period.end - timedelta(days=1)
    parts: dict[str, Any] = {"period": named} if named else {"from": view.period.first, "to": last}
    parts.update({name: code or WITHOUT for name, code in view.where})
    if view.as_of:
        parts["as_of"] = view.as_of
    if view.with_demo:
        parts["with_demo"] = 1
    return urlencode({**parts, **{name: value for name, value in more.items() if value is not None}})


def asked_metric(code: str) -> Metric:
    """Return the metric with this code.

    Raises:
        BadQuery: there is none.
    """
    try:
        return metric(code)
    except UnknownMetric:
        known = ", ".join(m.code for m in all_metrics())
        raise BadQuery("metric", f"没有“{code[:40]}”这个指标；可用的指标：{known}。", f"Unknown metric {code[:40]!r}; expected one of: {known}.") from None


def asked_metrics(args: Args) -> list[Metric]:
    """Return the metrics an address names, comma separated; all where it names none."""
    codes = [code.strip() for code in _text(args, "metric").split(",") if code.strip()]
    return [asked_metric(code) for code in codes] or list(all_metrics())


def asked_dimensions(args: Args) -> list[str]:
    """Return the dimensions of `by`, comma separated, each once.

    Raises:
        BadQuery: one does not exist.
    """
    found = list(dict.fromkeys(name.strip() for name in _text(args, "by").split(",") if name.strip()))
    for name in found:
        one_of("by", name, (*DIMENSIONS, *TIMES))
    return found


def asked_number(args: Args, name: str, default: int, largest: int, smallest: int = 0) -> int:
    """Return a whole number of an address.

    Raises:
        BadQuery: it is none, or out of range.
    """
    text = _text(args, name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and smallest <= int(text) <= largest):
        wanted = f"{smallest}到{largest}的整数", f"a whole number from {smallest} to {largest}"
        raise BadQuery(name, f"{name} 要写{wanted[0]}，现在是“{text[:40]}”。", f"{name} must be {wanted[1]}, got {text[:40]!r}.")
    return int(text)


def one_of(name: str, given: str, known: Iterable[str]) -> str:
    """Return a word if it is one of those known.

    Raises:
        BadQuery: it is not; names them.
    """
    listed = list(known)
    if given not in listed:
        shown = ", ".join(listed)
        raise BadQuery(name, f"{name} 没有“{given[:40]}”这一项；可用：{shown}。", f"{name} has no {given[:40]!r}; expected one of: {shown}.")
    return given


def filters_in_words(view: View, office: Office) -> str:
    """Return what narrows a view, for people: "社区：示例社区一" and so on; "" where nothing does."""
    names = {"community": "社区", "dispute_type": "纠纷类型", "topic": "主题", "channel": "渠道", "tier": "层级"}
    return "，".join(f"{names[name]}：{label_of(name, code, office) if code else '未注明'}" for name, code in view.where)


def _period(args: Args, today: date) -> Period:
    named, first, last = _text(args, "period"), _text(args, "from"), _text(args, "to")
    try:
        if named and (first or last):
            raise BadPeriod("Got period and from or to; expected one or the other.")
        if first or last:
            return read_period(first or last, last or first)
        return named_period(named or str(today.year))
    except BadPeriod as error:
        name = "period" if named else "from"
        expected = "期间写成 2026、2026H1、2026Q3 或 2026-03，或者用 from、to 两个日期（如 2026-01-01），起日不晚于止日"
        got = (named or f"{first} {last}".strip())[:40]
        raise BadQuery(name, f"看不懂这个期间“{got}”：{expected}。", f"{error} Or give from and to, such as 2026-01-01.") from None


def _day(name: str, text: str) -> date:
    try:
        return read_day(text)
    except BadPeriod:
        chinese = f"{name} 要写成 2026-03-16 这样的日期，现在是“{text[:40]}”。"
        raise BadQuery(name, chinese, f"{name} must be a day such as 2026-03-16, got {text[:40]!r}.") from None


def _code(args: Args, name: str, office: Office) -> str:
    given = _text(args, name)
    if given == WITHOUT:
        return NONE
    known: Sequence[str] = [c.code for c in office.communities] if name == "community" else TAXONOMIES[name].codes()
    return one_of(name, given, [*known, WITHOUT]) if given else NONE


def _flag(args: Args, name: str) -> bool:
    text = _text(args, name).lower()
    return one_of(name, text, ("1", "0", "true", "false")) in ("1", "true") if text else False


def _text(args: Args, name: str) -> str:
    value = args.get(name)
    return str(value[0] if isinstance(value, list) else value or "").strip()
