"""`bot model`: list, train a candidate, compare, promote and roll back."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.dialogue.model import fingerprint, model_path, reviewed
from bot.ledger.review import export_labelled
from bot.models import index, released
from bot.settings import ROOT
from tests.commands import run_bot
from tests.databases import open_migrated


@pytest.fixture()
def var(model_folder: Path, tmp_path: Path) -> Path:
    """A folder with the trained model as the live one and as a candidate that knows the labelled questions (none)."""
    (tmp_path / "models").mkdir()
    trained = released.live_path(model_folder)
    shutil.copy(trained, tmp_path / "models" / trained.name)
    index.enter(tmp_path / "models" / trained.name)
    reviewed(tmp_path).parent.mkdir()
    reviewed(tmp_path).write_text("version: '3.1'\nnlu: []\n", encoding="utf-8")
    candidate = model_path(tmp_path, fingerprint(more=reviewed(tmp_path)), "candidate")
    shutil.copy(trained, candidate)
    return tmp_path


def bot(var: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "BOT_VAR": str(var), "DATABASE_URL": "", "BOT_OFFICE": str(ROOT / "office.yml")}
    return run_bot("model", *arguments, environment=environment)


def test_without_labels_the_export_is_an_empty_training_file(settings):
    database = open_migrated(settings)
    with database.transaction() as session:
        assert export_labelled(session) == "version: '3.1'\nnlu: []\n"
    database.close()


def test_a_candidate_is_compared_promoted_and_taken_back(var):
    done = bot(var, "train-candidate")
    assert done.returncode == 0, done.stderr
    assert "answers that would be others: 0 of the frozen texts, 0 of residents' questions" in done.stdout
    candidate = next(model.name for model in released.listed(var / "models") if model.is_candidate)
    comparison = json.loads((var / "models" / f"{candidate.removesuffix('.tar.gz')}.comparison.json").read_text(encoding="utf-8"))
    assert comparison["sets"]["development"]["before"] == comparison["sets"]["development"]["after"]
    assert "live" in next(line for line in bot(var, "list").stdout.splitlines() if line.startswith("dialogue-"))
    assert bot(var, "promote", candidate, "--by", "office").returncode == 0
    assert "live" in next(line for line in bot(var, "list").stdout.splitlines() if line.startswith(candidate))
    assert bot(var, "rollback").returncode == 0
    assert released.live(var / "models") != candidate
    refused = bot(var, "rollback")
    assert refused.returncode == 1 and "bot model list" in refused.stderr


def test_an_unknown_model_is_refused_in_one_line(var):
    refused = bot(var, "promote", "candidate-none.tar.gz")
    assert refused.returncode == 1 and refused.stderr.startswith("bot: There is no model") and refused.stderr.count("\n") == 1
