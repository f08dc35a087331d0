"""What forms and calculators can use of a resident's sentence, found by rules."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Optional

from bot.understanding.entities.dates import find_dates, find_spans
from bot.understanding.entities.entity import Entity
from bot.understanding.entities.money import find_money
from bot.understanding.entities.names import find_case_numbers, find_communities, find_phones, find_roles
from bot.understanding.normalise import narrow

__all__ = ["Entity", "find_entities"]

_BEIJING = timezone(timedelta(hours=8))
_MOST_READ = 4000  # characters; entities further into a text are not looked for
_RANK = {kind: rank for rank, kind in enumerate(("case_number", "phone", "date", "span", "money", "community", "role"))}


def find_entities(text: str, today: Optional[date] = None, communities: Sequence[str] = ()) -> list[Entity]:
    """Return the entities of a text in reading order, without overlaps: the longer one wins, then the stricter kind.

    Args:
        text: as typed; positions refer to it.
        today: Beijing date that 昨天 and 上个月 are seen from; the current one if None.
        communities: names to look for.
    """
    text = text[:_MOST_READ]
    flat = narrow(text)
    day = today or datetime.now(_BEIJING).date()
    found = [*find_case_numbers(flat), *find_phones(flat), *find_dates(flat, day), *find_spans(flat, day), *find_money(flat),
             *find_communities(flat, communities), *find_roles(flat)]
    found.sort(key=lambda entity: (entity.kind not in ("case_number", "phone"), entity.start - entity.end, _RANK[entity.kind]))
    kept: list[Entity] = []
    for entity in found:
        if all(entity.end <= other.start or entity.start >= other.end for other in kept):
            kept.append(entity)
    return sorted((_as_typed(entity, text) for entity in kept), key=lambda entity: entity.start)


def _as_typed(entity: Entity, text: str) -> Entity:
    """Give the entity the text the resident typed, white space at its ends left out."""
    typed = text[entity.start : entity.end]
    start = entity.start + len(typed) - len(typed.lstrip())
    return Entity(entity.kind, typed.strip(), start, start + len(typed.strip()), entity.value, entity.unit)
