"""Reports that stand on closed months, and proofs of earlier releases."""

import base64
import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.ledger.periods import close_month, reopen_month
from bot.ledger.screenings import submit_screening
from bot.reports.proof import FORMATS, NAMESPACE, read_proof, seal
from bot.statistics.closings import month_body
from bot.statistics.metrics import metric
from bot.storage.book_tables import PeriodAction
from tests.reports.conftest import AFTER
from tests.reports.test_report import YEAR, checked, made, rewritten
from tests.storage.books import make_screening
from tests.storage.old_records import whole_records

MONTHS = [f"2026-{n:02d}" for n in range(1, 13)]


def closed(database, months=MONTHS):
    with database.transaction() as session:
        for name in months:
            close_month(session, name, month_body(session, name), "a", AFTER - timedelta(hours=1))


def figures(proof):
    """What a proof says of each figure, but not where the batches lie."""
    without = [{**one, "months": {name: {**part, "at": ""} for name, part in one.get("months", {}).items()}} for one in proof["figures"]]
    return without, proof["parts"], proof["shown"]


def test_a_year_of_closed_months_is_the_same_report_and_reads_no_line(own_year, office, tmp_path):
    _, from_lines = made(own_year, office, tmp_path / "open.docx")
    closed(own_year, MONTHS[:6])
    _, half = made(own_year, office, tmp_path / "half.docx")
    closed(own_year, MONTHS[6:])
    said, proof = made(own_year, office, tmp_path / "closed.docx")
    assert figures(proof) == figures(half) == figures(from_lines)
    assert proof["batches"] == {} and set(half["batches"]) <= {*MONTHS[6:]} and len(from_lines["batches"]) > len(half["batches"])
    for name in ("open", "half", "closed"):
        assert checked(own_year, office, tmp_path / f"{name}.docx").word == "equal"
    assert len(said.appendix) == 2  # the closings it stands on


def test_a_report_on_closed_months_tells_late_lines_and_reopened_months(own_year, office, tmp_path):
    closed(own_year)
    made(own_year, office, tmp_path / "r.docx")
    with own_year.transaction() as session:
        reopen_month(session, "2026-03", "a", "b", "漏记排查", AFTER)
        submit_screening(session, make_screening("2026-03", community="c01", round_no=2), AFTER + timedelta(days=1))
        close_month(session, "2026-03", month_body(session, "2026-03"), "a", AFTER + timedelta(days=2))
    verdict = checked(own_year, office, tmp_path / "r.docx")
    assert verdict.word == "restated" and verdict.complaints == ()
    change = next(c for c in verdict.changes if metric("screening_rounds").label in c.label)
    assert int(change.now) == int(change.then) + 1 and [row.kind for row in change.later] == ["screening_round"]


def test_a_closing_that_was_altered_or_is_gone_is_told_by_the_reports_on_it(own_year, office, tmp_path):
    closed(own_year)
    _, proof = made(own_year, office, tmp_path / "r.docx")
    with own_year.reading() as session:
        body = session.execute(sa.select(PeriodAction.body).where(PeriodAction.month == "2026-03")).scalar_one()
    batches = json.loads(body)["batches"]["2026-03"]
    assert batches["mediation_accepted"]["rows"] > 1
    batches["mediation_accepted"]["ids"] = batches["mediation_accepted"]["ids"].split(",")[0]
    for forged in ({**json.loads(body), "batches": {"2026-03": batches}}, {**json.loads(body), "batches": {}}):
        with own_year.engine.begin() as connection:
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS period_actions_no_update")
            connection.execute(sa.update(PeriodAction).where(PeriodAction.month == "2026-03").values(body=json.dumps(forged)))
        verdict = checked(own_year, office, tmp_path / "r.docx")
        assert verdict.word == "tampered" and any("受理民间纠纷" in c for c in verdict.complaints)


@pytest.fixture()
def old_report(own_year, office, tmp_path):
    """A report as releases before batches wrote it: every figure with the ids of all its lines, the proof not packed."""
    path = tmp_path / "old.docx"
    _, proof = made(own_year, office, path)
    with own_year.reading() as session:
        view = YEAR.during(YEAR.period)
        records = {False: {one["code"]: one for one in whole_records(session, view)}, True: {one["code"]: one for one in whole_records(session, view.before())}}
    old = {name: value for name, value in proof.items() if name not in ("mac", "batches")}
    for one in old["figures"]:
        one.pop("months", None)
        one.update(records[one["opening"]].get(one["code"], {}) if one["table"] != "office" else {})
    packed = base64.b64encode(json.dumps(seal({**old, "format": FORMATS[0]}), ensure_ascii=False).encode()).decode()
    rewritten(path, {"customXml/item701.xml": f'<proof xmlns="{NAMESPACE}">{packed}</proof>'.encode()})
    return path


def test_a_report_of_an_earlier_release_is_still_checked(own_year, office, old_report):
    assert read_proof(old_report)["format"] == FORMATS[0] and checked(own_year, office, old_report).word == "equal"
    with own_year.transaction() as session:
        submit_screening(session, make_screening("2026-03", community="c01", round_no=2), AFTER + timedelta(days=1))
    assert checked(own_year, office, old_report).word == "restated"
    with own_year.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER service_entries_no_update")
        connection.exec_driver_sql("UPDATE service_entries SET community = 'c02' WHERE kind = 'mediation_accepted' AND community = 'c01'")
    assert checked(own_year, office, old_report).word == "tampered"
