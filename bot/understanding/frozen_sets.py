"""The frozen sets: texts whose meaning is known, by authors who wrote none of the training data before; tests/nlu/README.md tells of each."""

from bot.settings import ROOT

FROZEN = {name: ROOT / "tests" / "nlu" / f"{name}.jsonl" for name in ("development", "second", "third", "fourth", "fifth")}
