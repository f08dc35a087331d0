"""The office's tables: every sum is the metric, every cell has its type, nothing runs as a formula."""

import csv
import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UnknownMetric
from bot.reports.forms import form_sheets
from bot.reports.sheets import Sheet, as_csv, as_json, as_text, as_xlsx
from bot.reports.tables import counts_sheet, rows_sheet
from bot.statistics import metrics
from bot.statistics.periods import month, year
from bot.statistics.views import View
from tests.reports.conftest import cells

VIEW = View(year(2026))


def form(database, office, name, view=VIEW):
    with database.reading() as session:
        return form_sheets(session, name, view, office)


@pytest.mark.parametrize("name, view", [("mediation", VIEW), ("screening", View(month(3, 2026))), ("advisors", VIEW), ("advisor:a01", VIEW)])
def test_the_golden_years_forms_are_as_expected(golden, office, is_expected, name, view):
    is_expected(f"{name.replace(':', '_')}.cells.txt", cells(io.BytesIO(as_xlsx(form(golden, office, name, view)))))


@pytest.mark.parametrize("name", ["mediation", "screening", "advisors", "advisor:a01", "advisor:a02", "advisor:a03"])
def test_parts_sum_to_the_totals_in_every_form(golden, office, name):
    for sheet in form(golden, office, name):
        *parts, totals = sheet.rows
        assert sheet.totals == 1
        for column in range(len(sheet.columns)):
            numbers = [row[column] for row in parts if not isinstance(row[column], str)]
            if numbers:
                assert sum(numbers) == totals[column], (sheet.title, sheet.columns[column])


def test_every_form_says_the_metrics_own_total(golden, office):
    with golden.reading() as session:
        total = {m.code: metrics.count(session, m, VIEW) for m in metrics.METRICS}
    mediation, accepted, resolved = form(golden, office, "mediation")
    assert mediation.rows[-1][1:3] == (total["cases_total"], total["mediation_resolved"]) and len(mediation.rows) == 19
    assert (accepted.rows[-1][-1], resolved.rows[-1][-1]) == (total["cases_total"], total["mediation_resolved"])
    assert form(golden, office, "advisors")[0].rows[-1][-1] == total["advisor_service_items"]
    assert sum(form(golden, office, f"advisor:a0{n}")[0].rows[-1][-1] for n in (1, 2, 3)) == total["advisor_service_items"]


def test_a_community_that_the_office_no_longer_lists_keeps_its_column(golden, office):
    from dataclasses import replace

    smaller = replace(office, communities=office.communities[1:])
    sheet = form(golden, smaller, "mediation")[1]
    assert "c01" in sheet.columns and sheet.rows[-1][-1] == sum(sheet.rows[-1][1:-1])


@pytest.mark.parametrize("name", ["moon", "advisor:zz", ""])
def test_an_unknown_form_or_advisor_names_those_that_exist(golden, office, name):
    with pytest.raises(UnknownMetric, match="expected one of"):
        form(golden, office, name)


def test_a_workbook_has_types_a_head_and_frozen_panes(golden, office):
    with golden.reading() as session:
        sheets = [counts_sheet(session, [metrics.metric("agreement_amount"), metrics.metric("cases_total")], VIEW, ["community"], office), rows_sheet(session, metrics.metric("cases_total"), VIEW, office)]
    counts, rows = openpyxl.load_workbook(io.BytesIO(as_xlsx(sheets))).worksheets
    text = " ".join(str(c.value) for c in counts["B"][:8])
    assert counts.freeze_panes and "2026-01-01至2026-12-31" in text and "协议明确载明" in text
    assert [c.data_type for c in counts["D"] if c.row > 11 and c.value is not None] and all(c.data_type == "n" for c in counts["D"][-5:])
    assert rows.cell(rows.max_row, 2).is_date


@given(st.lists(st.text(max_size=12).filter(lambda t: t.isprintable()), min_size=1, max_size=4))
def test_no_text_becomes_a_formula(texts):
    texts = [*texts, "=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "＝1", " =1+1", "\u00a0@A1", "\ufeff=1", "\r=1", "1=1"]
    sheet = Sheet("表", (("期间", "=cmd|'/c calc'!A1"),), tuple(f"c{n}" for n in range(len(texts))), (tuple(texts),))
    page = openpyxl.load_workbook(io.BytesIO(as_xlsx([sheet]))).worksheets[0]
    assert not any(cell.data_type == "f" for row in page.iter_rows() for cell in row)
    [_, row] = list(csv.reader(io.StringIO(as_csv(sheet))))
    assert not any(cell.strip().startswith(("=", "+", "-", "@", "＝")) or cell.startswith(("\t", "\r")) for cell in row)
    assert row[-1] == "1=1"


def test_numbers_stay_numbers_in_every_format():
    sheet = Sheet("表", (), ("a", "b", "c", "d"), ((-3, Decimal("1234.50"), date(2026, 3, 1), None),))
    row = openpyxl.load_workbook(io.BytesIO(as_xlsx([sheet]))).worksheets[0]
    assert [c.value for c in list(row.iter_rows())[-1]][:2] == [-3, 1234.5]
    assert as_csv(sheet).splitlines()[1] == "-3,1234.50,2026-03-01,"
    assert '"a": -3' in as_json(sheet) and "1234.50" in as_text(sheet)
