"""When a law text takes effect and what it repeals, read from its own words. Pure."""

import re
from collections.abc import Iterator
from datetime import date

_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_IN_FORCE_FROM = re.compile(r"自(\d{4})年(\d{1,2})月(\d{1,2})日起(?:施行|实施|生效|执行)")
_TITLE = re.compile(r"《((?:[^《》]|《[^《》]*》)+)》")
_STAYS_WHOLE = re.compile(r"^(?:[（(][^）)]*[）)])?(?:、|，|和|及|以及|与|并?同时|即行|予以|一并|自.{0,14}日?起?|停止执行|废止|$)")


def is_day(text: str) -> bool:
    """Say whether `text` is an ISO day such as 2021-01-01."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def effective_day(stated: str, published: str, text: str) -> str:
    """Return the ISO day a version takes effect.

    The stated day wins. Without one (many 行政法规) it is the last day named in "自…起施行" within the text, but never
    before the version was published: an amended text still names the day of its first version (domain.md 0.3, trap 2).
    """
    if stated:
        return stated
    named = [iso for found in _IN_FORCE_FROM.findall(text) if (iso := _iso(found))]
    return max([published, *named[-1:]])


def repeals(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield (title, ISO day or None) for every law that `text` says it repeals as a whole.

    The day is the one that the same text names for its own start; None means: the day the repealing text takes effect.
    Repeals of single articles ("《…》第三十二条第一款同时废止") are not yielded.
    """
    for sentence in re.findall(r"[^。\n]*废止", text):
        started = _IN_FORCE_FROM.search(text)
        day = _iso((started[1], started[2], started[3])) if started else None
        for found in _TITLE.finditer(sentence):
            if _STAYS_WHOLE.match(sentence[found.end():]):
                yield found[1].replace("〈", "《").replace("〉", "》"), day


def _iso(parts: tuple[str, str, str]) -> str | None:
    try:
        return date(*map(int, parts)).isoformat()
    except ValueError:
        return None
