"""What was found in a text, where it stands and what it is worth."""

from dataclasses import asdict, dataclass
from typing import Any, Union


@dataclass(frozen=True)
class Entity:
    """One amount, date, span, phone number, case number, community or party named by a resident.

    `text` is what was typed, at [start, end) of it. `value` by kind: money, decimal 元 as text ("23000", unit 元); date,
    ISO ("2024-03-05", "2024-03" or "2024", unit day, month or year); span, a number (unit year, month, week, day or
    hour); phone, digits alone; case_number, as printed (GX2026-00001); community, its listed name; role, a code.
    """

    kind: str
    text: str
    start: int
    end: int
    value: Union[str, float, int]
    unit: Union[str, None] = None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON can hold them."""
        return asdict(self)
