"""What the model makes of one text."""

from dataclasses import dataclass, field
from typing import Any, Optional

from bot.understanding.entities import Entity

ANSWER, ASK_BACK, PERSON = "answer", "ask_back", "person"


@dataclass(frozen=True)
class Understood:
    """Intent, topic, card, danger and entities of one text.

    All confidences are calibrated: of the texts given 0.8, about eight in ten are right. `topic` and `topics` are set
    for every readable text, whatever its intent. `card` is None when no card of the best topic answers, and for
    anything but ask_law. `band` says what to do: answer, ask back with `choices` (two or three card ids), or hand to a
    person. `emergency_level` is "now" (stop everything and name the number) or "mention" (the card, with the safety line).
    """

    text: str
    intent: str
    confidence: float
    topic: Optional[str] = None
    topics: list[tuple[str, float]] = field(default_factory=list)
    card: Optional[str] = None
    card_confidence: float = 0.0
    choices: list[str] = field(default_factory=list)
    band: str = PERSON
    emergency: Optional[str] = None
    emergency_level: Optional[str] = None
    entities: list[Entity] = field(default_factory=list)
    intents: list[tuple[str, float]] = field(default_factory=list)  # the likeliest, best first

    @property
    def answered(self) -> bool:
        """Say whether a card would be shown without asking back."""
        return self.band == ANSWER and self.card is not None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON can hold them."""
        return {
            "text": self.text,
            "intent": self.intent,
            "confidence": self.confidence,
            "topic": self.topic,
            "topics": [[code, share] for code, share in self.topics],
            "card": self.card,
            "card_confidence": self.card_confidence,
            "choices": list(self.choices),
            "band": self.band,
            "emergency": self.emergency,
            "emergency_level": self.emergency_level,
            "entities": [entity.as_dict() for entity in self.entities],
        }
