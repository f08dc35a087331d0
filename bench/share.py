"""Our own training on the sentences stock is trained on.

    python -m bench.share FOLDER 700      write the share into FOLDER, with our rules
    python -m bench.share FOLDER train    train from it
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import yaml

from bench.stock.project import share_of_data
from bot.settings import ROOT


def write(folder: Path, sentences: int) -> None:
    """Write the sentences stock gets, each with the meaning it has in data/, and all of our rules."""
    from bot.understanding import read_examples

    wanted = {text for texts in share_of_data(sentences).values() for text in texts}
    blocks: dict[tuple[str, str], list[str]] = {}
    for example in read_examples(ROOT / "data"):
        if example.text.translate(str.maketrans("[]{}", "()()")) in wanted:
            about = {"topic": example.topic, "card": example.card, "emergency": example.emergency}
            meaning = yaml.safe_dump({name: value for name, value in about.items() if value}, allow_unicode=True)
            blocks.setdefault((example.intent, meaning), []).append(example.text)
    nlu = [
        {"intent": intent, **({"metadata": yaml.safe_load(meaning)} if yaml.safe_load(meaning) else {}), "examples": "".join(f"- {text}\n" for text in texts)}
        for (intent, meaning), texts in blocks.items()
    ]
    folder.mkdir(parents=True)
    (folder / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True, sort_keys=False, width=10_000), encoding="utf-8")
    for rules in sorted((ROOT / "data").glob("*/rules.yml")):
        shutil.copy(rules, folder / f"{rules.parent.name}_rules.yml")


def train(folder: Path) -> None:
    """Train with Rasa, as `bot train` does, from the folder's data."""
    import rasa

    os.chdir(ROOT)
    done = rasa.train(domain="domain.yml", config="config.yml", training_files=str(folder), output=str(folder / "models"), force_training=True)
    if done.code != 0:
        raise SystemExit(done.code)


if __name__ == "__main__":
    if sys.argv[2] == "train":
        train(Path(sys.argv[1]))
    else:
        write(Path(sys.argv[1]), int(sys.argv[2]))
