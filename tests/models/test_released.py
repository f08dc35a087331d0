"""Which model answers: candidates wait, one is promoted, the one before comes back, an altered one does not."""

import os
from pathlib import Path

import pytest

from bot.dialogue.model import newest_model
from bot.errors import ModelAltered, ModelMissing
from bot.models import index, released
from tests.conftest import NOON


def made(folder: Path, name: str, at: int) -> str:
    (folder / name).write_bytes(name.encode())
    os.utime(folder / name, (at, at))
    index.enter(folder / name)
    return name


@pytest.fixture()
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "models"
    found.mkdir()
    made(found, "dialogue-a.tar.gz", 1_700_000_000)
    made(found, "candidate-b.tar.gz", 1_700_000_100)
    return found


def test_a_candidate_does_not_answer_until_somebody_promotes_it(folder, tmp_path):
    assert released.live(folder) == "dialogue-a.tar.gz"
    released.promote(folder, "candidate-b.tar.gz", "office", NOON)
    assert newest_model(tmp_path).endswith("candidate-b.tar.gz")
    assert [(m.name, m.is_live, m.is_candidate) for m in released.listed(folder)] == [("candidate-b.tar.gz", True, True), ("dialogue-a.tar.gz", False, False)]


def test_rollback_brings_back_the_model_before_and_ends_where_it_began(folder):
    made(folder, "candidate-c.tar.gz", 1_700_000_200)
    for name in ("candidate-b.tar.gz", "candidate-c.tar.gz", "candidate-c.tar.gz"):
        released.promote(folder, name, "office", NOON)
    assert [released.rollback(folder), released.rollback(folder)] == ["candidate-b.tar.gz", "dialogue-a.tar.gz"]
    with pytest.raises(ModelMissing, match="bot model list"):
        released.rollback(folder)
    assert released.live(folder) == "dialogue-a.tar.gz"


def test_a_promoted_model_that_is_gone_is_passed_over(folder):
    released.promote(folder, "candidate-b.tar.gz", "office", NOON)
    (folder / "candidate-b.tar.gz").unlink()
    assert released.live(folder) == "dialogue-a.tar.gz"


def test_an_altered_or_unknown_model_is_not_promoted(folder):
    (folder / "candidate-b.tar.gz").write_bytes(b"other")
    with pytest.raises(ModelAltered, match="SHA-256"):
        released.promote(folder, "candidate-b.tar.gz", "office", NOON)
    for name in ("candidate-x.tar.gz", "../models/dialogue-a.tar.gz", ""):
        with pytest.raises(ModelMissing):
            released.promote(folder, name, "office", NOON)
    assert released.live(folder) == "dialogue-a.tar.gz"


@pytest.mark.parametrize("content", ["", "{", "no json"])
def test_a_broken_list_of_live_models_leaves_the_newest_trained_one(folder, content):
    (folder / released.LIVE).write_text(content)
    assert released.live(folder) == "dialogue-a.tar.gz"


def test_without_any_model_one_is_told_to_train(tmp_path):
    with pytest.raises(ModelMissing, match="bot train"):
        released.live_path(tmp_path)
