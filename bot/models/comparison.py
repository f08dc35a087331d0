"""What changes when another model goes live: figures on the frozen texts before and after, and each answer that would be another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.understanding.evaluation import read_development
from bot.understanding.examples import Example
from bot.understanding.frozen_sets import FROZEN
from bot.understanding.measures import measure
from bot.understanding.understander import Understander
from bot.understanding.understood import Understood

MOST_CHANGES = 200


def frozen_texts() -> dict[str, list[Example]]:
    """Return the frozen sets by name; a set that is not there is left out."""
    return {name: read_development(path) for name, path in FROZEN.items() if path.is_file()}


def compare(before: Understander, after: Understander, frozen: dict[str, list[Example]], questions: Sequence[tuple[int, str]]) -> dict[str, Any]:
    """Return what two models make of the same texts, as JSON can hold it.

    Args:
        frozen: sets of texts whose meaning is known; their changed answers come with the text.
        questions: residents' questions as (number, text); only their numbers are returned, the text stays in the database.

    Returns:
        {"sets": {name: {"texts", "before": shares, "after": shares}}, "changed": [{"set", "text", "wanted", "before", "after"}],
        "questions": [{"number", "before", "after"}]}; before and after of an answer are [intent, topic, card, band].
    """
    found: dict[str, Any] = {"sets": {}, "changed": [], "questions": []}
    for name, examples in frozen.items():
        old, new = (model.understand_many([example.text for example in examples]) for model in (before, after))
        shares = [measure(list(zip(examples, said, strict=True))).shares() for said in (old, new)]
        found["sets"][name] = {"texts": len(examples), "before": shares[0], "after": shares[1]}
        for example, a, b in zip(examples, old, new, strict=True):
            if answer(a) != answer(b):
                wanted = [example.intent, example.topic, example.card]
                found["changed"].append({"set": name, "text": example.text, "wanted": wanted, "before": answer(a), "after": answer(b)})
    old, new = (model.understand_many([text for _, text in questions]) for model in (before, after))
    found["questions"] = [{"number": number, "before": answer(a), "after": answer(b)}
                          for (number, _), a, b in zip(questions, old, new, strict=True) if answer(a) != answer(b)][:MOST_CHANGES]
    found["changed"] = found["changed"][:MOST_CHANGES]
    return found


def answer(said: Understood) -> list[str | None]:
    """Return what a resident would notice: intent, topic, the card that is shown, and the band."""
    return [said.intent, said.topic if said.intent == "ask_law" else None, said.card if said.answered else None, said.band]
