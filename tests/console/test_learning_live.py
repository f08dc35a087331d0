"""Learning from end to end on the running product: what the model did not understand is labelled at the desk, a candidate is trained with it,
what would change is looked at, it goes live, the same question gets its answer, and the model before comes back.

The training is real and takes a minute; like the model of the run it is done once for a state of the project and kept.
"""

from __future__ import annotations

import re
import shutil
import time
import urllib.request
from dataclasses import replace

import pytest
import yaml

from bot.knowledge.cards import read_cards
from bot.legal.cases import Role
from bot.models import index, released
from bot.settings import ROOT, read_settings
from bot.storage.database import open_database
from tests.conftest import MODEL_CACHE, serving
from tests.console.desk import Desk
from tests.web.talk import Speaker

PAGE = "/console/learning"
KEPT = MODEL_CACHE / "candidates"
# Words of one village: nobody taught the model what they mean.
QUESTION, CARD = "东家扣着我的窝子钱不吐出来咋弄", "rental"
LONGEST = 1200


@pytest.fixture(scope="module")
def product(model_folder, tmp_path_factory):
    """A running product with models of its own: what goes live here goes live nowhere else."""
    var = tmp_path_factory.mktemp("learning")
    folder = var / "models"
    folder.mkdir()
    for path in (released.live_path(model_folder), *KEPT.glob("candidate-*.tar.gz")):
        shutil.copy2(path, folder / path.name)
    index.enter(folder / released.live_path(model_folder).name)
    with serving(var) as running:
        yield running
    for name in compared(folder):
        shutil.rmtree(KEPT, ignore_errors=True)
        KEPT.mkdir()
        shutil.copy2(folder / name, KEPT / name)


def compared(folder):
    """The candidates that were compared with the live model; one that an earlier state of the project left behind was not."""
    return [model.name for model in released.listed(folder) if model.is_candidate and released.kept_comparison(folder, model.name)]


@pytest.fixture(scope="module")
def desk(product):
    settings = replace(read_settings(env_file=product.var / "none"), var=product.var, database_url=f"sqlite:///{product.var / 'bot.db'}", office=ROOT / "office.yml")
    database = open_database(settings)
    made = Desk(product.url, database, settings, product.process)
    made.add("learning_advisor", (Role.ADVISOR,), ("c01",))
    made.add("learning_office", (Role.OFFICE,), None)
    yield made
    database.close()


def cited(product):
    """What a resident reads who asks the question anew, "" where no card with its law answers."""
    said = Speaker(product.url).says(QUESTION)["messages"]
    return "\n".join(m["text"] for m in said) if any(m.get("citations") for m in said) else ""


def until(come_true):
    end = time.monotonic() + LONGEST
    while not come_true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.2)


def renewed(product, before):
    """Wait until every worker answers with the model that is live now."""

    def all_are_new():
        now = set(product.worker_pids())
        return len(now) == len(before) and not now & set(before)

    def answers():
        try:
            with urllib.request.urlopen(f"{product.url}/readyz", timeout=5):
                return True
        except OSError:
            return False

    until(all_are_new)
    until(answers)


@pytest.mark.long
@pytest.mark.timeout(2 * LONGEST)  # a training on a machine that does other things as well
def test_a_question_that_was_not_understood_is_understood_after_its_label_and_not_after_the_rollback(product, desk):
    title = read_cards()[CARD].title
    assert cited(product) == ""

    advisor, office = desk.login("learning_advisor"), desk.login("learning_office")
    number = re.search(rf'action="{PAGE}/(\d+)"(?:(?!</form>).)*?{QUESTION}', advisor.get(PAGE).text, re.DOTALL)[1]
    assert advisor.fill(f"{PAGE}/{number}", {"meaning": f"ask_law/tenancy/{CARD}"}, form_at=PAGE).status_code == 303
    [block] = yaml.safe_load(advisor.get(f"{PAGE}/export").text)["nlu"]
    assert block["metadata"] == {"topic": "tenancy", "card": CARD} and QUESTION in block["examples"]

    models = f"{PAGE}/models"
    assert advisor.fill(f"{PAGE}/train", {"what": "candidate"}, form_at=PAGE).status_code == 403
    assert office.fill(f"{PAGE}/train", {"what": "candidate"}, form_at=models).status_code == 303
    until(lambda: "会变的答复" in office.get(models).text)
    shown = office.get(models).text
    [candidate] = compared(product.var / "models")
    changed = shown[shown.index("会变的答复") :]
    assert QUESTION in changed and title in changed and "意图正确" in shown, "the figures before and after, and the answer that changes"
    assert cited(product) == "", "a candidate answers nobody"

    before = product.worker_pids()
    assert office.fill(f"{PAGE}/promote", {"name": candidate}, form_at=models).status_code == 303
    renewed(product, before)
    assert title in cited(product)

    before = product.worker_pids()
    assert office.fill(f"{PAGE}/rollback", form_at=models).status_code == 303
    renewed(product, before)
    assert cited(product) == ""
