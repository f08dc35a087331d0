"""Whatever an office did: in every table, file, report and answer of the interface the parts sum to the total, and the total is the metric."""

import csv
import io
import json
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import openpyxl
from hypothesis import HealthCheck, given
from hypothesis import settings as how

from bot.console import api
from bot.console.office_exports import _heat_sheet as heat_sheet
from bot.legal.disputes import DisputeType
from bot.reports.content import PLACE_COLUMNS, TYPE_COLUMNS, content
from bot.reports.figures import Shown
from bot.reports.forms import MEDIATION_COLUMNS, SCREENING_COLUMNS, form_sheets
from bot.reports.open_data import BY_MONTH, BY_PLACE, files_of, open_data
from bot.reports.sheets import as_bytes
from bot.reports.tables import counts_sheet, rows_sheet, split_sheet
from bot.statistics import metrics
from bot.statistics.dashboard import SPLITS, split, trend
from bot.statistics.hours import BY_THE_HOUR
from bot.statistics.periods import month, year
from bot.statistics.registry import Shape, metric
from bot.statistics.views import View
from tests.examples import some
from tests.storage.history import steps, written
from tests.storage.test_books_properties import undone

few = how(max_examples=some(2), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
YEAR = View(year(2026))
AFTER = date(2031, 1, 1)
FORMS = ("xlsx", "csv", "json")
WHOLE = tuple(m for m in metrics.METRICS if m.shape is not Shape.RATIO)
STATES = ("未报", "不适用")
SPLIT_BY = (["community"], ["dispute_type", "community"], ["topic"], ["tier", "channel"], ["month"])
COUNTED = {}  # what the metrics say of the year that is looked at, counted once


@contextmanager
def year_of(database, history):
    """A year that some history wrote, gone again when the block ends."""
    with undone(database) as session:
        written(session, history)
        session.flush()
        COUNTED.clear()
        yield session


def number(cell):
    return Decimal(str(cell)).quantize(Decimal("0.01"))


def is_number(cell):
    try:
        number(cell)
    except ArithmeticError:
        return False
    return not isinstance(cell, bool)


def read(sheets, form):
    """Every table of a file as (heads, rows), each cell as the file has it."""
    body = as_bytes(sheets, form)
    if form == "xlsx":
        return [_page(page) for page in openpyxl.load_workbook(io.BytesIO(body)).worksheets]
    if form == "csv":
        parts = body.decode("utf-8-sig").split("\r\n\r\n")
        tables = [list(csv.reader(io.StringIO(part))) for part in parts]
        return [(heads, rows) for heads, *rows in tables]
    loaded = json.loads(body)
    tables = loaded if isinstance(loaded, list) else [loaded]
    rows = [[*table["rows"], *table.get("totals", ())] for table in tables]
    return [(list(sheet.columns), [[row[c] for c in sheet.columns] for row in some]) for sheet, some in zip(sheets, rows)]


def _page(page):
    head = openpyxl.utils.cell.coordinate_from_string(page.freeze_panes)[1] - 1
    heads, *rows = ([cell.value for cell in row] for row in page.iter_rows(min_row=head))
    return heads, rows


def adds_up(table):
    """The last row of a table is the sum of the rows above it, column by column; returns it under its heads."""
    heads, (*parts, totals) = table
    for n, head in enumerate(heads):
        numbers = [number(row[n]) for row in parts if is_number(row[n])]
        if numbers and is_number(totals[n]):
            assert sum(numbers) == number(totals[n]), head
    return dict(zip(heads, totals))


def total(session, code, view=YEAR):
    if (code, view) not in COUNTED:
        COUNTED[code, view] = number(metrics.count(session, metric(code), view))
    return COUNTED[code, view]


def in_every_file_of_all_metrics(session, office, turn):
    view = View(year(2026), with_demo=turn % 2 == 0)
    dimensions = SPLIT_BY[turn % len(SPLIT_BY)]
    chosen = [m for m in WHOLE if "month" not in dimensions or m.shape is Shape.SUM]
    sheet = counts_sheet(session, chosen, view, dimensions, office)
    for form in FORMS:
        if form == "json":
            found = {m["metric"]: (m["total"], [p["count"] for p in m["parts"]]) for m in json.loads(as_bytes([sheet], form))["metrics"]}
        else:
            [(heads, rows)] = read([sheet], form)
            at, label = heads.index("count"), heads.index(dimensions[0])
            found = {
                m.code: ([r[at] for r in rows if r[0] == m.code and r[label] == "合计"][0], [r[at] for r in rows if r[0] == m.code and r[label] != "合计"])
                for m in chosen
            }
        for m in chosen:
            said, parts = found[m.code]
            whole = total(session, m.code, view)
            assert sum(map(number, parts)) == whole, (m.code, form)
            assert number(said) == whole if is_number(said) else whole == 0 and said in (*STATES, None)


def in_every_file_of_the_mediation_statistics(session, office, turn):
    sheets = form_sheets(session, "mediation", YEAR, office)
    for form in FORMS:
        first, accepted, resolved = (adds_up(table) for table in read(sheets, form))
        assert [number(n) for n in list(first.values())[1:]] == [total(session, code) for code in MEDIATION_COLUMNS]
        for sums, code in ((accepted, "cases_total"), (resolved, "mediation_resolved")):
            *places, whole = [number(n) for n in list(sums.values())[1:]]
            assert sum(places) == whole == total(session, code)
        for _, rows in read(sheets, form)[1:]:
            assert [row[0] for row in rows] == [*(t.label for t in DisputeType), "合计"]
            assert all(sum(map(number, row[1:-1])) == number(row[-1]) for row in rows)


def in_every_file_of_the_monthly_screening(session, office, turn):
    for n in (1, 2 + turn % 3):
        view = View(month(n, 2026))
        for form in FORMS:
            found, rounds = (adds_up(table) for table in read(form_sheets(session, "screening", view, office), form))
            carried, *sums = [number(cell) for cell in list(found.values())[2:]]
            assert sums == [total(session, code, view) for code in SCREENING_COLUMNS]
            assert carried == total(session, "findings_open", view.before())
            come, gone = sums[0], sum(sums[1:4])
            assert carried + come - gone == sums[4]
            assert number(rounds["实报（轮）"]) == total(session, "screening_rounds", view)


def in_every_file_of_the_advisors_items(session, office, turn):
    for form in FORMS:
        [table] = read(form_sheets(session, "advisors", YEAR, office), form)
        sums = adds_up(table)
        assert number(sums["法律服务事项"]) == total(session, "advisor_service_items")
        assert all(sum(map(number, row[1:-1])) == number(row[-1]) for row in table[1])
        each = [adds_up(read(form_sheets(session, f"advisor:{a.code}", YEAR, office), form)[0])["合计"] for a in office.advisors]
        assert sum(map(number, each)) == total(session, "advisor_service_items")


def in_every_file_of_the_dashboard(session, office, turn):
    codes = tuple(c.code for c in office.communities)
    splits = [split(session, code, YEAR, codes if code == "community" else ()) for code, *_ in SPLITS]
    for one in [*splits, trend(session, YEAR, AFTER)]:
        for form in FORMS:
            sums = list(adds_up(read([split_sheet(one, YEAR, office)], form)[0]).values())[1:]
            assert [number(n) for n in sums] == [total(session, head) for head in one.heads], one.code
    for code in BY_THE_HOUR:
        for form in FORMS:
            [table] = read([heat_sheet(session, code, YEAR, office)], form)
            assert number(adds_up(table)["合计"]) == total(session, code)


def in_the_rows_and_their_files(session, office, turn):
    for m in WHOLE[turn % 8 :: 8]:
        for form in FORMS:
            [(heads, rows)] = read([rows_sheet(session, m, YEAR, office)], form)
            assert _amount(m, [dict(zip(heads, row)) for row in rows]) == total(session, m.code), (m.code, form)


def _amount(m, rows):
    if m.shape is Shape.SNAPSHOT:
        return number(len(rows))
    return number(sum((-1 if row["kind"] in m.minus else 1) * number(row["quantity"]) for row in rows) / m.scale)


def in_the_report(session, office, turn):
    said = content(session, YEAR, AFTER, office, [], drawn=False)
    for table, columns in zip(said.tables, (TYPE_COLUMNS, PLACE_COLUMNS)):
        *parts, sums = [[cell.text if isinstance(cell, Shown) else cell for cell in row[1:]] for row in table.rows]
        for n, code in enumerate(columns):
            assert sum(number(row[n]) for row in parts) == total(session, code)
            assert number(sums[n]) == total(session, code) if is_number(sums[n]) else said.figures[code].missing
    shown = [m for m in WHOLE if m.code in said.figures.by_key]
    assert len(shown) > 25
    for m in shown:
        figure = said.figures[m.code]
        assert number(figure.value or 0) == total(session, m.code)
        assert figure.frozen["rows"] == len(metrics.rows(session, m, YEAR))


def in_the_open_data_wherever_nothing_is_hidden(session, office, turn):
    tables = json.loads(files_of(open_data(session, 2026, office, AFTER))["open_data.json"])["tables"]
    for row in tables["months"]["rows"]:
        months = [row[f"2026-{n:02d}"] for n in range(1, 13)]
        if "*" not in (*months, row["total"]):
            assert sum(months) == row["total"] == total(session, row["metric"])
    assert {row["metric"] for row in tables["months"]["rows"]} == set(BY_MONTH)
    *places, sums = tables["communities"]["rows"]
    for code in BY_PLACE:
        if "*" not in [row[code] for row in (*places, sums)]:
            assert sum(row[code] for row in places) == sums[code] == total(session, code)


def in_the_answers_of_the_interface(session, office, turn):
    def asked(name, **args):
        # What is sent, without the wire: the JSON of the answer.
        return json.loads(json.dumps(getattr(api, name).__wrapped__(session, args, office), default=api._plain))

    by = SPLIT_BY[(turn + 1) % len(SPLIT_BY)]
    for one in asked("stats", period="2026", by=",".join(by))["metrics"]:
        m = metric(one["metric"])
        if m.shape is Shape.RATIO or by == ["month"] and m.shape is not Shape.SUM:
            continue
        assert sum(number(part["count"]) for part in one["parts"]) == total(session, m.code)
        assert number(one["total"]) == total(session, m.code) if one["total"] is not None else total(session, m.code) == 0
    for m in WHOLE[turn % 4 :: 4]:
        rows, after = [], 0
        while after is not None:
            body = asked("rows", metric=m.code, period="2026", size="7", after=str(after))
            rows, after = rows + body["rows"], body["next"]
        assert len(rows) == body["total"] and _amount(m, rows) == total(session, m.code), m.code


CHECKS = (
    in_every_file_of_all_metrics, in_every_file_of_the_mediation_statistics, in_every_file_of_the_monthly_screening,
    in_every_file_of_the_advisors_items, in_every_file_of_the_dashboard, in_the_rows_and_their_files, in_the_report,
    in_the_open_data_wherever_nothing_is_hidden, in_the_answers_of_the_interface,
)  # fmt: skip


@few
@given(history=steps)
def test_in_every_table_file_report_and_answer_the_parts_sum_to_the_metric(database, office, history):
    with year_of(database, history) as session:
        for check in CHECKS:
            check(session, office, len(history))
