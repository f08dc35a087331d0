"""The store: versions, days, imports that are whole or not at all."""

import sqlite3
from datetime import date

import pytest

from bot.knowledge import statutes_import
from bot.knowledge.statutes import LawNotFound, StatuteStore, StoreUnusable
from bot.knowledge.statutes_import import import_folder, open_store
from tests.knowledge.law_texts import law_text, write_laws

DAY = date(2026, 11, 23)


@pytest.fixture()
def store_of(tmp_path):
    def build(**texts):
        path = tmp_path / "laws.db"
        import_folder(path, write_laws(tmp_path / "texts", **texts), on_top_of_package=False)
        return StatuteStore(path)

    return build


def test_an_article_comes_with_its_day_and_source(store_of):
    article = store_of(a=law_text()).article("旅店法", "2", DAY)
    assert article.label == "第二条"
    assert article.text == "旅店应当在三十日内退还押金。\n押金不得超过一日房价。"
    assert article.law.effective_date == date(2020, 3, 1)
    assert article.law.url == "https://example.invalid/2020-01-10"


def test_zhiyi_articles_do_not_hide_behind_the_plain_number(store_of):
    store = store_of(a=law_text())
    assert "行李" in store.article("旅店法", "2之一", DAY).text
    assert "押金" in store.article("旅店法", "2", DAY).text


def test_the_version_in_force_is_decided_by_day_never_by_the_status_word(store_of):
    store = store_of(
        old=law_text(status="已废止"),
        new=law_text(published="2026-06-01", effective="2027-01-01", body="\n- **第一条**　　新文本。\n"),
    )
    assert "押金" in store.article("旅店法", "2", date(2026, 12, 31)).text
    assert store.article("旅店法", "1", date(2027, 1, 1)).text == "新文本。"
    with pytest.raises(LawNotFound, match="takes effect on 2020-03-01"):
        store.article("旅店法", "1", date(2020, 2, 29))


def test_a_law_repealed_by_another_names_the_other(store_of):
    code = law_text("中华人民共和国住宿法典", "2026-03-12", "2026-08-15", body="\n- **第九条**　　本法自2026年8月15日起施行。《中华人民共和国旅店法》同时废止。\n")
    store = store_of(a=law_text(), b=code)
    assert store.article("旅店法", "1", date(2026, 8, 14))
    with pytest.raises(LawNotFound, match="repealed on 2026-08-15 by 中华人民共和国住宿法典第九条"):
        store.article("旅店法", "1", date(2026, 8, 15))
    assert [law.title for law in store.in_force(DAY)] == ["中华人民共和国住宿法典"]


def test_a_missing_article_and_a_missing_law_say_what_there_is(store_of):
    store = store_of(a=law_text())
    with pytest.raises(LawNotFound, match="has no 第九条"):
        store.article("旅店法", "9", DAY)
    with pytest.raises(LawNotFound, match="Near titles: 中华人民共和国旅店法"):
        store.article("店法", "1", DAY)


def test_importing_twice_changes_nothing(store_of, tmp_path):
    store = store_of(a=law_text())
    before, written = store.content_hash, (tmp_path / "laws.db").stat().st_mtime_ns
    report = import_folder(tmp_path / "laws.db", tmp_path / "texts")
    assert (report.unchanged, report.new, report.replaced) == (1, [], [])
    assert (store.content_hash, (tmp_path / "laws.db").stat().st_mtime_ns) == (before, written)


def test_an_open_store_sees_the_next_import(store_of, tmp_path):
    store = store_of(a=law_text())
    newer = law_text(published="2026-01-05", effective="2026-02-01", body="\n- **第一条**　　改过的。\n")
    report = import_folder(tmp_path / "laws.db", write_laws(tmp_path / "more", b=newer))
    assert report.new_versions == ["中华人民共和国旅店法"]
    assert store.article("旅店法", "1", DAY).text == "改过的。"


def test_an_unreadable_document_is_reported_and_the_others_are_in(store_of, tmp_path):
    folder = write_laws(tmp_path / "mixed", good=law_text(), bad="没有前言")
    (folder / "bytes.md").write_bytes(b"\xff\xfe\x00")
    report = import_folder(tmp_path / "laws.db", folder, on_top_of_package=False)
    assert report.new == ["中华人民共和国旅店法"]
    assert [line.split(":")[0] for line in report.skipped] == ["bad.md", "bytes.md"]


def test_a_folder_with_nothing_readable_leaves_the_store_as_it_was(store_of, tmp_path):
    store = store_of(a=law_text())
    before = store.content_hash
    for folder in (write_laws(tmp_path / "bad", bad="没有前言"), tmp_path / "nowhere"):
        with pytest.raises(StoreUnusable):
            import_folder(tmp_path / "laws.db", folder)
    assert store.content_hash == before


def test_a_crash_while_writing_leaves_the_old_store_and_no_scraps(store_of, tmp_path, monkeypatch):
    store = store_of(a=law_text())
    before = store.content_hash

    def crash(*_):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(statutes_import, "_ends", crash)
    with pytest.raises(sqlite3.OperationalError):
        import_folder(tmp_path / "laws.db", write_laws(tmp_path / "more", b=law_text("中华人民共和国驿站法")))
    assert store.content_hash == before
    assert list(tmp_path.glob(".laws.db*")) == []


@pytest.mark.parametrize("content", [b"not a database at all", b""])
def test_a_damaged_store_says_so(tmp_path, content):
    (tmp_path / "laws.db").write_bytes(content)
    with pytest.raises(StoreUnusable, match="Delete it"):
        StatuteStore(tmp_path / "laws.db")


@pytest.fixture(scope="module")
def packaged(tmp_path_factory):
    return open_store(tmp_path_factory.mktemp("var"))


@pytest.mark.parametrize(
    "law, effective",
    [("民事诉讼法", date(2024, 1, 1)), ("网络安全法", date(2026, 1, 1)), ("食品安全法", date(2025, 12, 1)), ("村民委员会组织法", date(2026, 1, 1))],
)
def test_the_package_is_corrected_where_it_gives_the_day_of_a_first_version(packaged, law, effective):
    assert packaged.law(law, DAY).effective_date == effective


@pytest.mark.parametrize("law", ["商标法", "农业法"])
def test_laws_of_2027_wait_for_2027_though_the_package_calls_them_current(packaged, law):
    assert packaged.law(law, DAY).effective_date < DAY
    assert packaged.law(law, date(2027, 1, 1)).effective_date == date(2027, 1, 1)


def test_a_law_that_only_takes_effect_in_2027_is_not_in_force_before(packaged):
    with pytest.raises(LawNotFound, match="takes effect on 2027-01-01"):
        packaged.law("医疗保障法", DAY)


def test_the_laws_that_the_environmental_code_replaces_are_not_in_force(packaged):
    with pytest.raises(LawNotFound, match="生态环境法典第一千二百四十二条"):
        packaged.article("噪声污染防治法", "1", DAY)
    assert packaged.article("噪声污染防治法", "1", date(2026, 8, 14))


def test_no_article_of_the_package_ends_in_the_next_heading(packaged):
    assert packaged.article("民事诉讼法", "121", DAY).text.endswith("另行制定。")
    assert "第三编" not in packaged.article("民事诉讼法", "234", DAY).text


def test_articles_of_the_package_answer_to_zhiyi_numbers(packaged):
    assert packaged.article("刑法", "276之一", DAY).text != packaged.article("刑法", "276", DAY).text
