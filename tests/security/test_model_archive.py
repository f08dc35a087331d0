"""Only a model that was trained here is loaded."""

import os

import pytest

from bot.dialogue.model import newest_model
from bot.errors import ModelAltered
from bot.models.index import enter


@pytest.fixture()
def models(tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "dialogue-a.tar.gz").write_bytes(b"what was trained")
    enter(folder / "dialogue-a.tar.gz")
    return folder


def test_the_archive_that_was_trained_is_loaded(models, tmp_path):
    assert newest_model(tmp_path).endswith("dialogue-a.tar.gz")


def test_an_exchanged_archive_is_refused(models, tmp_path):
    (models / "dialogue-a.tar.gz").write_bytes(b"what somebody else made")
    with pytest.raises(ModelAltered, match="SHA-256"):
        newest_model(tmp_path)


def test_an_archive_that_was_copied_in_is_refused(models, tmp_path):
    (models / "dialogue-b.tar.gz").write_bytes(b"from elsewhere")
    os.utime(models / "dialogue-b.tar.gz", (2_000_000_000, 2_000_000_000))
    with pytest.raises(ModelAltered, match="not trained here"):
        newest_model(tmp_path)


def test_archives_from_before_there_was_an_index_are_taken_as_found_once(tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "dialogue-old.tar.gz").write_bytes(b"old")
    assert newest_model(tmp_path).endswith("dialogue-old.tar.gz")
    enter(folder / "dialogue-old.tar.gz")
    (folder / "dialogue-old.tar.gz").write_bytes(b"other")
    with pytest.raises(ModelAltered):
        newest_model(tmp_path)
