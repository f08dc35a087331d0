"""Questions the model was not sure of become labels at the desk; a model goes live only when somebody lets it."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
import yaml
from playwright.sync_api import expect

from bot.ledger.review import keep_question, open_questions
from bot.models import index, released
from bot.storage.staff_tables import AuditEntry
from bot.storage.tables import ReviewQuestion
from tests.conftest import NOON
from tests.console.browser import DESKTOP, PHONE, Screen, severe

PAGE = "/console/learning"
UNSURE = {"intent": "ask_law", "band": "ask_back", "topics": [["neighbour", 0.4], ["property_management", 0.3]], "choices": ["water_leak", "property_fee"]}


@pytest.fixture()
def ask(desk):
    """Keep a question and return its number; all are gone at the end."""

    def keep(text="楼上的水滴我头上13800138000", meaning=UNSURE):
        with desk.database.transaction() as session:
            return keep_question(session, text, meaning, f"test:{text}", NOON).id

    yield keep
    with desk.database.transaction() as session:
        session.execute(sa.delete(ReviewQuestion))


@pytest.fixture()
def models(desk):
    folder = desk.settings.var / "models"
    folder.mkdir(exist_ok=True)
    for name in ("dialogue-a.tar.gz", "candidate-b.tar.gz"):
        (folder / name).write_bytes(name.encode())
        index.enter(folder / name)
    yield folder
    for path in folder.iterdir():
        path.unlink()


def question(desk, number):
    with desk.database.reading() as session:
        return session.get(ReviewQuestion, number)


def acts(desk, action):
    with desk.database.reading() as session:
        return list(session.execute(sa.select(AuditEntry.actor, AuditEntry.subject).where(AuditEntry.action == action)))


def test_the_page_shows_the_question_without_personal_data_and_the_guesses_under_keys(desk, ask):
    ask()
    shown = desk.login("advisor_c01").get(PAGE).text
    assert "楼上的水滴我头上〔电话〕" in shown and "13800138000" not in shown
    assert re.search(r'value="ask_law/neighbour/water_leak" data-key="1"', shown)
    assert re.search(r'value="ask_law/property_management" data-key="4"', shown)
    assert re.search(r'value="out_of_scope" data-key="q"', shown)


@pytest.mark.parametrize("meaning, label", [
    ("ask_law/neighbour/water_leak", ("ask_law", "neighbour", "water_leak")), ("ask_law/tenancy", ("ask_law", "tenancy", None)), ("out_of_scope", ("out_of_scope", None, None)),
])  # fmt: skip
def test_a_label_is_kept_with_who_gave_it_and_the_question_is_gone_from_the_list(desk, ask, meaning, label):
    number = ask()
    client = desk.login("advisor_c01")
    assert client.fill(f"{PAGE}/{number}", {"meaning": meaning}, form_at=PAGE).status_code == 303
    kept = question(desk, number)
    assert (kept.label_intent, kept.label_topic, kept.label_card, kept.labelled_by) == (*label, "advisor_c01")
    with desk.database.reading() as session:
        assert open_questions(session) == []
    assert ("advisor_c01", f"question:{number}") in acts(desk, "question_labelled")


@pytest.mark.parametrize("meaning", ["", "ask_law", "ask_law/moon", "ask_law/neighbour/moon", "moon", "a/b/c/d"])
def test_a_meaning_that_does_not_exist_is_refused_in_words(desk, ask, meaning):
    number = ask()
    answer = desk.login("advisor_c01").fill(f"{PAGE}/{number}", {"meaning": meaning}, form_at=PAGE)
    assert answer.status_code == 422 and "请选一个意图或主题" in answer.text
    assert question(desk, number).label_intent is None


def test_a_question_that_is_not_there_is_told(desk, ask):
    ask()
    answer = desk.login("advisor_c01").fill(f"{PAGE}/999999", {"meaning": "greet"}, form_at=PAGE)
    assert answer.status_code == 404 and "没有这个问题" in answer.text


def test_labelled_questions_are_exported_as_training_data(desk, ask):
    number = ask()
    client = desk.login("mediator_c01")
    client.fill(f"{PAGE}/{number}", {"meaning": "ask_law/neighbour/water_leak"}, form_at=PAGE)
    [block] = yaml.safe_load(client.get(f"{PAGE}/export").text)["nlu"]
    assert block["metadata"] == {"topic": "neighbour", "card": "water_leak"} and "楼上的水" in block["examples"]
    assert question(desk, number).exported_at is not None


def test_what_a_candidate_would_change_is_shown_before_it_goes_live(desk, ask, models):
    number = ask("物业要收装修押金", UNSURE)
    shares = {"topic_top1": 0.8}
    comparison = {"sets": {"development": {"texts": 1187, "before": shares, "after": {"topic_top1": 0.845}}},
                  "changed": [{"set": "development", "text": "房东不退押金", "wanted": ["ask_law", "tenancy", "rental"], "before": ["ask_law", "tenancy", None, "person"], "after": ["ask_law", "tenancy", "rental", "answer"]}],
                  "questions": [{"number": number, "before": ["ask_law", "housing", None, "ask_back"], "after": ["ask_law", "property_management", "property_fee", "answer"]}]}  # fmt: skip
    released.keep_comparison(models, "candidate-b.tar.gz", comparison)
    shown = desk.login("office").get(f"{PAGE}/models").text
    assert "80.0%" in shown and "84.5%" in shown and "会变的答复（2 条）" in shown
    assert "物业要收装修押金" in shown and "房东不退押金" in shown and "没答上来" in shown


def test_the_office_promotes_and_rolls_back_and_it_is_written_down(desk, models):
    client = desk.login("office")
    at = f"{PAGE}/models"
    assert client.fill(f"{PAGE}/promote", {"name": "candidate-b.tar.gz"}, form_at=at).status_code == 303
    assert released.live(models) == "candidate-b.tar.gz" and ("office", "candidate-b.tar.gz") in acts(desk, "model_promoted")
    assert "正在答复居民" in client.get(at).text
    assert client.fill(f"{PAGE}/rollback", form_at=at).status_code == 303
    assert released.live(models) == "dialogue-a.tar.gz" and ("office", "dialogue-a.tar.gz") in acts(desk, "model_rolled_back")
    assert client.fill(f"{PAGE}/rollback", form_at=at).status_code == 409


def test_an_altered_archive_and_an_unknown_name_stay_away(desk, models):
    client = desk.login("office")
    (models / "candidate-b.tar.gz").write_bytes(b"other")
    assert client.fill(f"{PAGE}/promote", {"name": "candidate-b.tar.gz"}, form_at=f"{PAGE}/models").status_code == 409
    assert client.fill(f"{PAGE}/promote", {"name": "../bot.db"}, form_at=f"{PAGE}/models").status_code == 404
    assert released.live(models) == "dialogue-a.tar.gz"


def test_an_advisor_labels_but_does_not_release(desk, models):
    client = desk.login("advisor_c01")
    shown = client.get(f"{PAGE}/models").text
    assert "上线</button>" not in shown and "训练候选模型</button>" not in shown
    assert client.fill(f"{PAGE}/promote", {"name": "candidate-b.tar.gz"}, form_at=PAGE).status_code == 403


@pytest.mark.browser
def test_one_key_labels_a_question_and_the_next_one_is_there(desk, ask, chromium):
    first, second = ask("楼上的水滴到床上"), ask("今晚吃什么")
    screen = Screen.of(desk, chromium, "advisor_c01", DESKTOP)
    page = screen.open(PAGE)
    expect(page.locator("form.question")).to_have_count(2)
    page.keyboard.press("1")
    expect(page.locator("form.question")).to_have_count(1)
    page.keyboard.press("q")
    expect(page.locator("form.question")).to_have_count(0)
    assert (question(desk, first).label_card, question(desk, second).label_intent) == ("water_leak", "out_of_scope")
    assert screen.troubles == []
    page.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/models"])
def test_the_pages_fit_a_phone_and_have_no_severe_barrier(desk, ask, models, chromium, path):
    ask()
    screen = Screen.of(desk, chromium, "office", PHONE)
    screen.open(path)
    assert screen.overflow() <= 0 and severe(screen.page) == []
    screen.page.context.close()
