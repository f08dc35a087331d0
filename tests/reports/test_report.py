"""The report of the golden year: its words, its missing figures, and a proof that tells what was changed."""

import io
import json
import re
import zipfile
from datetime import date, timedelta

import pytest

from bot.errors import NotOurReport, ReportBlocked
from bot.ledger.cases import open_case
from bot.ledger.mediation_corrections import reopen_case
from bot.ledger.periods import close_month, closed_months, period_actions
from bot.ledger.privacy import erase_conversation
from bot.ledger.reports import sign_report
from bot.ledger.screenings import submit_screening
from bot.legal.rounding import with_yu
from bot.reports.content import check_may_be_signed, content
from bot.reports.document import write_report
from bot.reports.proof import as_xml, digest_of_proof, document_lines, read_proof, seal
from bot.reports.texts import plain, used_metrics
from bot.reports.verify import verify
from bot.statistics import metrics
from bot.statistics.closings import month_body
from bot.statistics.frozen import one_snapshot
from bot.statistics.periods import month, quarter, year
from bot.statistics.views import View
from tests.builders import make_request
from tests.reports.conftest import AFTER, fill
from tests.storage.books import make_screening

YEAR = View(year(2026), as_of=AFTER.date())


def made(database, office, path, view=YEAR, **more):
    with database.transaction() as session:
        one_snapshot(session)
        said = content(session, view, AFTER.date(), office, closed_months(period_actions(session)))
        return said, write_report(path, said, office, AFTER, **more)


def checked(database, office, path):
    with database.reading() as session:
        return verify(session, path, office)


def rewritten(path, changes):
    """The document with parts changed, as an editor would save it: name → (old, new) or bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.infolist():
            body = old.read(item.filename)
            change = changes.get(item.filename)
            if isinstance(change, bytes):
                body = change
            elif change:
                assert change[0].encode() in body, change[0]
                body = body.replace(change[0].encode(), change[1].encode(), 1)
            new.writestr(item.filename, body)
        for name in changes.keys() - set(old.namelist()):
            new.writestr(name, changes[name])
    path.write_bytes(out.getvalue())


BODY = "word/document.xml"


def test_the_golden_year_reads_as_expected(database, office, tmp_path, is_expected):
    fill(database, office)
    path = tmp_path / "2026.docx"
    made(database, office, path)
    is_expected("year.txt", "\n".join(document_lines(path)) + "\n")
    verdict = checked(database, office, path)
    assert (verdict.word, verdict.complaints, verdict.changes) == ("equal", (), ())


@pytest.mark.parametrize("name, period", [("quarter.txt", quarter(1, 2026)), ("month.txt", month(3, 2026))])
def test_a_quarter_and_a_month_read_as_expected(golden, office, is_expected, name, period):
    with golden.reading() as session:
        said = content(session, View(period, as_of=AFTER.date()), AFTER.date(), office, [])
    is_expected(name, "\n".join([said.title, *(line for s in said.sections for line in [s.title, *(plain(p) for p in s.paragraphs)])]) + "\n")


def test_figures_stand_beside_their_words_and_the_two_hundreds_are_two(golden, office):
    with golden.reading() as session:
        said = content(session, YEAR, AFTER.date(), office, [])
        services, discussions = (metrics.count(session, metrics.metric(c), YEAR) for c in ("advisor_service_items", "advisor_discussions"))
    text = "\n".join(plain(p) for s in said.sections for p in s.paragraphs)
    assert f"提供法律服务{with_yu(services)}次（精确数{services}次）" in text
    assert f"参与工作讨论{with_yu(discussions)}次（精确数{discussions}次）" in text
    assert said.figures["advisor_service_items"].id != said.figures["advisor_discussions"].id
    assert "本期没有发生行政复议案件" in text and "待报" not in text


def test_every_figure_the_text_names_exists(golden, office):
    with golden.reading() as session:
        known = content(session, YEAR, AFTER.date(), office, []).figures.by_key
    assert used_metrics() <= set(known)


def test_an_empty_year_names_who_has_to_report_and_cannot_be_signed(database, office):
    with database.reading() as session:
        said = content(session, YEAR, AFTER.date(), office, [])
    text = "\n".join(plain(p) for s in said.sections for p in s.paragraphs)
    assert "【待报：区法制办】" in text and "【待报：区办公室】" in text
    assert not re.search(r"行政复议案件0件|企业问题0个", text)
    with pytest.raises(ReportBlocked, match="收集企业问题（区办公室）"):
        check_may_be_signed(said)


def test_demonstration_data_is_never_signed(golden, office):
    view = View(year(2026), with_demo=True)
    with golden.reading() as session:
        said = content(session, view, AFTER.date(), office, [])
    assert any("不得上报" in note for note in said.notes)
    with pytest.raises(ReportBlocked, match="demonstration"):
        check_may_be_signed(said)


def test_words_may_be_edited(golden, office, tmp_path):
    path = tmp_path / "r.docx"
    made(golden, office, path)
    rewritten(path, {BODY: ("坚持按月排查矛盾纠纷", "坚持月月排查、户户到家")})
    assert checked(golden, office, path).word == "equal"


@pytest.mark.parametrize("old, new, told", [
    ("<w:t>100余</w:t>", "<w:t>200余</w:t>", "200余"),
    ("<w:t>9</w:t>", "<w:t>10</w:t>", "10"),
    ("坚持按月排查矛盾纠纷", "坚持按月排查，另化解矛盾纠纷50余起", "50"),
    ("坚持按月排查矛盾纠纷", "坚持按月排查，另化解矛盾纠纷一百余起", "一百"),
    ("坚持按月排查矛盾纠纷", "坚持按月排查，另化解矛盾纠纷１００余起", "１００"),
    ('w:val="fig:', 'w:val="gif:', "removed"),
])
def test_a_figure_changed_by_hand_is_told(golden, office, tmp_path, old, new, told):
    path = tmp_path / "r.docx"
    made(golden, office, path)
    rewritten(path, {BODY: (old, new)})
    verdict = checked(golden, office, path)
    assert verdict.word == "tampered" and any(told in complaint for complaint in verdict.complaints)


def test_an_added_picture_or_footnote_is_told(golden, office, tmp_path):
    for n, (name, body) in enumerate((("word/media/more.png", b"x"), ("word/footnotes.xml", '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:footnote><w:p><w:r><w:t>共300件</w:t></w:r></w:p></w:footnote></w:footnotes>'.encode()))):
        path = tmp_path / f"{n}.docx"
        made(golden, office, path)
        rewritten(path, {name: body})
        assert checked(golden, office, path).word == "tampered"


def test_a_forged_proof_is_told(golden, office, tmp_path):
    path = tmp_path / "r.docx"
    _, proof = made(golden, office, path)
    part = next(n for n in zipfile.ZipFile(path).namelist() if n == "customXml/item701.xml")
    forged = json.loads(json.dumps(proof))
    forged["figures"][0]["value"] = "999"
    rewritten(path, {part: as_xml(forged)})
    verdict = checked(golden, office, path)
    assert verdict.word == "tampered" and "altered" in verdict.complaints[0]


def test_a_proof_with_our_key_still_has_to_fit_the_rows(golden, office, tmp_path):
    path = tmp_path / "r.docx"
    _, proof = made(golden, office, path)
    forged = {k: v for k, v in json.loads(json.dumps(proof)).items() if k != "mac"}
    target = next(f for f in forged["figures"] if f["key"] == "cases_total")
    target["value"] = "999"
    rewritten(path, {"customXml/item701.xml": as_xml(seal(forged))})
    assert any("受理民间纠纷" in c for c in checked(golden, office, path).complaints)


def test_rows_altered_in_the_database_are_told(own_year, office, tmp_path):
    path = tmp_path / "r.docx"
    made(own_year, office, path)
    with own_year.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER service_entries_no_update")
        connection.exec_driver_sql("UPDATE service_entries SET community = 'c02' WHERE kind = 'mediation_accepted' AND community = 'c01'")
    verdict = checked(own_year, office, path)
    assert verdict.word == "tampered" and any("altered in the database" in c for c in verdict.complaints)


def test_a_later_entry_restates_the_report_and_is_listed(own_year, office, tmp_path):
    path = tmp_path / "r.docx"
    said, _ = made(own_year, office, path)
    with own_year.reading() as session:
        number = next(r.case_number for r in metrics.rows(session, metrics.metric("agreements_written"), YEAR))
    with own_year.transaction() as session:
        reopen_case(session, number, "协议未生效", "m01", AFTER + timedelta(days=1))
    verdict = checked(own_year, office, path)
    change = next(c for c in verdict.changes if c.label.endswith("调解成功"))
    assert verdict.word == "restated" and verdict.complaints == () and int(change.now) == int(change.then) - 1
    assert [row.reason for row in change.later] == ["协议未生效"]


def test_a_declared_zero_that_came_later_restates_too(own_year, office, tmp_path):
    from bot.ledger.counters import Counter, Record, record_counter

    path = tmp_path / "r.docx"
    made(own_year, office, path)
    with own_year.transaction() as session:
        record_counter(session, Record(Counter.RECONSIDERATION, "复议1", AFTER - timedelta(days=60), "复议", "卷宗", "office"), AFTER + timedelta(days=1))
    verdict = checked(own_year, office, path)
    assert verdict.word == "restated" and any("行政复议" in c.label for c in verdict.changes)


def test_late_entries_of_closed_months_are_corrections_in_the_next_report(own_year, office, tmp_path):
    with own_year.transaction() as session:
        close_month(session, "2026-03", month_body(session, "2026-03"), "a", AFTER)
    with own_year.transaction() as session:
        submit_screening(session, make_screening("2026-03", community="c01", round_no=2), AFTER + timedelta(days=1))
    path = tmp_path / "r.docx"
    said, _ = made(own_year, office, path)
    assert {c.month for c in said.corrections} == {"2026-03"} and {c.reason for c in said.corrections} == {"补录"}
    assert any("更正" in line for line in document_lines(path)) and any("已关账月份" in line for line in document_lines(path))


def test_erasing_a_resident_leaves_the_report_equal(own_year, office, tmp_path):
    with own_year.transaction() as session:
        open_case(session, make_request(conversation="web:z"), "GX", AFTER - timedelta(days=90))
    path = tmp_path / "r.docx"
    made(own_year, office, path)
    with own_year.transaction() as session:
        erase_conversation(session, "web:z", AFTER)
    assert checked(own_year, office, path).word == "equal"


@pytest.mark.parametrize("body", [b"", b"no zip", None])
def test_a_foreign_file_is_refused(golden, office, tmp_path, body):
    path = tmp_path / "f.docx"
    if body is None:
        from docx import Document

        Document().save(str(path))
    else:
        path.write_bytes(body)
    with pytest.raises(NotOurReport, match="f.docx"):
        checked(golden, office, path)


def test_a_report_that_is_not_there_is_refused(golden, office, tmp_path):
    with pytest.raises(NotOurReport, match="not there"):
        checked(golden, office, tmp_path / "none.docx")


def test_a_signed_report_names_the_one_it_replaces(own_year, office, tmp_path):
    _, proof = made(own_year, office, tmp_path / "a.docx", signed_by="李")
    assert read_proof(tmp_path / "a.docx") == proof and "签发：李" in "\n".join(document_lines(tmp_path / "a.docx"))
    with own_year.transaction() as session:
        first = sign_report(session, "2026", proof, digest_of_proof(proof), "李", AFTER)
        second = sign_report(session, "2026", proof, "f" * 64, "李", AFTER)
    assert (first.supersedes_id, second.supersedes_id) == (None, first.id)


def test_the_appendix_explains_every_figure_of_the_text(golden, office, tmp_path):
    said, proof = made(golden, office, tmp_path / "r.docx")
    listed = {row[0] for row in said.appendix[0].rows}
    shown = {i.split("/")[0] for i, _, _ in proof["shown"]}
    assert shown <= listed
    assert all(len(f["sha256"]) == 64 for f in proof["figures"] if f["table"] != "office")
    assert proof["as_of"] == str(AFTER.date()) and date.fromisoformat(proof["period"][1]) == date(2027, 1, 1)
