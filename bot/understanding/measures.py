"""Figures over texts whose meaning is known."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

from bot.understanding.emergencies import NOW
from bot.understanding.examples import Example
from bot.understanding.understood import Understood

Pair = tuple[Example, Understood]
_BINS = 10
_SERVICE_EXCEPT = {"ask_law", "emergency", "out_of_scope"}


@dataclass(frozen=True)
class Figures:
    """Shares between 0 and 1 unless said otherwise; a share over nothing is None. Emergencies count as found when level is now."""

    texts: int
    intent_accuracy: float | None
    intent_macro_f1: float | None
    services: float | None
    topic_top1: float | None
    topic_top3: float | None
    topic_macro_f1: float | None
    card_right_of_shown: float | None
    card_shown_of_wanted: float | None
    card_in_choices: float | None
    off_topic_answered: float | None
    emergency_recall: float | None
    false_alarms: float | None
    intent_calibration_error: float | None
    topic_calibration_error: float | None
    card_calibration_error: float | None
    confusions: list[tuple[str, str, int, str]] = field(default_factory=list)

    def shares(self) -> dict[str, float]:
        """Return the figures that could be measured, without the confusions."""
        return {name: value for name, value in asdict(self).items() if isinstance(value, float)}


def measure(pairs: Sequence[Pair]) -> Figures:
    """Return the figures of texts and what was understood of them."""
    legal = [(e, u) for e, u in pairs if e.intent == "ask_law" and e.topic]
    carded = [(e, u) for e, u in legal if e.card]
    judged = pairs if carded else []  # of a set that names no cards nobody knows which would be right
    shown = [(e, u) for e, u in judged if u.answered]
    off = [(e, u) for e, u in pairs if e.intent == "out_of_scope"]
    danger = [(e, u) for e, u in pairs if e.intent == "emergency"]
    ordinary = [(e, u) for e, u in pairs if e.intent == "ask_law" and not e.emergency]
    settled = [(e, u) for e, u in pairs if e.intent != "emergency"]
    return Figures(
        len(pairs),
        _share(pairs, lambda e, u: e.intent == u.intent),
        macro_f1([(e.intent, u.intent) for e, u in pairs]),
        _share([(e, u) for e, u in pairs if e.intent not in _SERVICE_EXCEPT], lambda e, u: e.intent == u.intent),
        _share(legal, lambda e, u: e.topic == u.topic),
        _share(legal, lambda e, u: e.topic in [code for code, _ in u.topics]),
        macro_f1([(str(e.topic), str(u.topic)) for e, u in legal]),
        _share(shown, lambda e, u: e.card == u.card),
        _share(carded, lambda e, u: u.answered),
        _share(carded, lambda e, u: e.card == u.card or e.card in u.choices),
        _share(off, lambda e, u: u.answered),
        _share(danger, lambda e, u: u.emergency_level == NOW),
        _share(ordinary, lambda e, u: u.emergency_level == NOW),
        calibration_error([(u.confidence, e.intent == u.intent) for e, u in settled]),
        calibration_error([(u.topics[0][1], e.topic == u.topic) for e, u in legal if u.topics]),
        calibration_error([(u.card_confidence, e.card == u.card) for e, u in judged if u.card]),
        _confusions(pairs),
    )


def _share(pairs: Sequence[Pair], holds: Callable[[Example, Understood], bool]) -> float | None:
    return sum(holds(e, u) for e, u in pairs) / len(pairs) if pairs else None


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return the mean F1 over the labels that were wanted, from (wanted, given) pairs; None without pairs."""
    wanted, given, both = Counter(w for w, _ in pairs), Counter(g for _, g in pairs), Counter(w for w, g in pairs if w == g)
    return sum(2 * both[label] / (wanted[label] + given[label]) for label in wanted) / len(wanted) if wanted else None


def calibration_error(judged: Sequence[tuple[float, bool]]) -> float | None:
    """Return the expected calibration error over ten bins, from (confidence, right) pairs; None without pairs."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in judged:
        bins[min(int(confidence * _BINS), _BINS - 1)].append((confidence, right))
    gaps = (abs(sum(right for _, right in part) - sum(confidence for confidence, _ in part)) for part in bins.values())
    return sum(gaps) / len(judged) if judged else None


def _confusions(pairs: Sequence[Pair], most: int = 25) -> list[tuple[str, str, int, str]]:
    """Return the commonest (wanted, given, how often, one text) among intents and topics."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for e, u in pairs:
        if e.intent != u.intent:
            found[e.intent, u.intent].append(e.text)
        elif e.intent == "ask_law" and e.topic and e.topic != u.topic:
            found[e.topic, str(u.topic)].append(e.text)
    ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))[:most]
    return [(wanted, given, len(texts), min(texts, key=lambda text: abs(len(text) - 25))) for (wanted, given), texts in ranked]
