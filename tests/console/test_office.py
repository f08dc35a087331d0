"""The office's figures over HTTP: every number opens to as many rows, totals are equal in every table and file, wrong filters are told."""

import csv
import io
import json
import re

import openpyxl
import pytest

from bot.statistics import metrics
from bot.statistics.dashboard import HEADLINES
from bot.statistics.periods import month, year
from bot.statistics.views import View
from tests.console.books import PERIOD, YEAR, fill_year
from tests.console.desk import Desk, running_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with running_desk(tmp_path_factory.mktemp("office")) as running:
        fill_year(running.database)
        yield running


@pytest.fixture(scope="module")
def office_client(desk: Desk):
    return desk.login("office")


def count(desk, code, view=View(year(YEAR))):
    with desk.database.reading() as session:
        return metrics.count(session, metrics.metric(code), view)


def rows_of(client, address):
    """The rows an address lists, all pages of it, and the number it says."""
    found, said = [], None
    while address:
        text = client.get(address).text
        said = int(re.search(r'id="total">(\d+)<', text)[1])
        found += [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr><td.*?</tr>", text, re.S)]
        following = re.search(r'rel="next" href="([^"]+)"', text)
        address = following[1].replace("&amp;", "&") if following else None
    return found, said


def test_every_headline_is_the_metric_and_opens_its_rows(desk, office_client):
    text = office_client.get(f"/console/office?{PERIOD}").text
    tiles = dict(re.findall(r'href="([^"]+)" data-metric="(\w+)"', text))
    assert list(tiles.values()) == list(HEADLINES)
    for address, code in tiles.items():
        which = metrics.metric(code)
        found, said = rows_of(office_client, address.replace("&amp;", "&"))
        assert len(found) == said
        if which.shape is metrics.Shape.SUM:
            assert sum(int(row[4]) for row in found) == count(desk, code)


def test_every_number_of_every_table_is_the_sum_of_the_rows_it_opens(office_client):
    text = office_client.get(f"/console/office?{PERIOD}&community=c01").text
    tables = re.findall(r'<section class="card figures" id="(\w+)">(.*?)</section>', text, re.S)
    checked = 0
    for code, body in tables:
        for address, shown in re.findall(r'<a href="(/console/office/rows/[^"]+)">(-?\d+)</a>', body)[:12]:
            found, _ = rows_of(office_client, address.replace("&amp;", "&"))
            assert sum(int(row[4]) for row in found) == int(shown), (code, address)
            checked += 1
    assert {code for code, _ in tables} >= {"trend", "places", "community", "dispute_type", "outcome", "funnel", "channel", "tier", "replies", "stars", "heat"}
    assert checked > 60


def test_parts_sum_to_totals_in_every_table_of_the_page(office_client):
    text = office_client.get(f"/console/office?{PERIOD}").text
    summed = 0
    tables = [table.partition("<tfoot>") for table in re.findall(r"<tbody>(.*?)</table>", text, re.S) if "<tfoot>" in table]
    for body, _, foot in tables:
        rows = [[int(re.sub("<.*?>", "", cell)) for cell in re.findall(r"<td.*?>(.*?)</td>", row, re.S)] for row in body.split("</tr>") if "<td" in row]
        totals = [int(re.sub("<.*?>", "", cell)) for cell in re.findall(r"<td.*?>(.*?)</td>", foot, re.S)]
        assert [sum(column) for column in zip(*rows)] == totals
        summed += 1
    assert summed == 5


def test_a_chart_is_drawn_from_what_its_table_says(office_client):
    text = office_client.get(f"/console/office?{PERIOD}").text
    for code in ("trend", "community", "outcome", "funnel", "channel", "tier", "replies", "stars"):
        data = json.loads(re.search(rf'id="chart-{code}">(.*?)</script>', text)[1])
        table = re.search(rf'id="{code}">.*?<tbody>(.*?)</tbody>', text, re.S)[1]
        rows = [[int(re.sub("<.*?>", "", c)) for c in re.findall(r"<td.*?>(.*?)</td>", row, re.S)] for row in table.split("</tr>") if "<td" in row]
        assert [list(map(float, column)) for column in zip(*rows)] == [s["values"] for s in data["series"]]


def test_satisfaction_of_fewer_than_thirty_shows_no_percentage(office_client):
    whole = office_client.get(f"/console/office?{PERIOD}").text
    part = office_client.get(f"/console/office?period={YEAR}-03").text
    tile = r'data-metric="satisfaction">(.*?)</a>'
    assert "87.5" in re.search(tile, whole, re.S)[1]
    assert "评价不足30条" in re.search(tile, part, re.S)[1] and "%" not in re.search(tile, part, re.S)[1]


def test_figures_are_compared_with_the_period_before_and_the_year_before(desk, office_client):
    text = office_client.get(f"/console/office?period={YEAR}-05").text
    tile = re.search(r'data-metric="cases_total">(.*?)</a>', text, re.S)[1]
    now, before = (count(desk, "cases_total", View(month(n, YEAR))) for n in (5, 4))
    assert f"{now - before:+d}" in tile or now == before and "比上期 持平" in tile
    assert f"比上年同期 {now:+d}" in tile


@pytest.mark.parametrize("query, named", [
    ("period=soon", "2026Q3"), ("from=2026-13-01", "2026-01-01"), (f"from={YEAR}-05-02&to={YEAR}-05-01", "起日不晚于止日"), ("period=2026&from=2026-01-01", "from、to"),
    ("community=c99", "c01"), ("dispute_type=moon", "neighbour"), ("channel=%00", "wechat"), ("tier=x", "district"), ("as_of=1-1-1", "2026-03-16"), ("with_demo=maybe", "true"),
    ("heat=ratings", "bot_answers"), ("period=9999", "期间"), ("from=0001-01-01&to=9999-12-31", "期间"),
])
def test_a_filter_that_cannot_be_used_says_what_was_expected(office_client, query, named):
    answer = office_client.get(f"/console/office?{query}")
    assert answer.status_code == 400 and named in answer.text


def test_an_unknown_metric_or_table_is_told(office_client):
    assert office_client.get("/console/office/rows/moon").status_code == 400
    assert office_client.get("/console/office/export/moon.csv").status_code == 404
    assert office_client.get("/console/office/export/community.docx").status_code == 404


def test_rows_show_no_conversation_and_no_person(office_client):
    for form in ("csv", "json"):
        assert "secret-conversation" not in office_client.get(f"/console/office/export/rows-bot_answers.{form}?{PERIOD}").text
    found, said = rows_of(office_client, f"/console/office/rows/bot_answers?{PERIOD}")
    assert said == 40 and "secret" not in json.dumps(found)


@pytest.mark.parametrize("name", ["trend", "community", "dispute_type", "channel", "tier", "form-mediation", "form-advisors", "form-screening", "heat"])
def test_files_say_the_metrics_totals_in_every_format(desk, office_client, name):
    codes = {"trend": "cases_total", "community": "cases_total", "dispute_type": "cases_total", "channel": "cases_total", "tier": "advisor_service_items",
             "form-mediation": "cases_total", "form-advisors": "advisor_service_items", "form-screening": "screening_findings", "heat": "bot_answers"}  # fmt: skip
    total = str(count(desk, codes[name]))
    answers = {form: office_client.get(f"/console/office/export/{name}.{form}?{PERIOD}") for form in ("xlsx", "csv", "json")}
    assert all(a.status_code == 200 and "attachment" in a.headers["content-disposition"] for a in answers.values())
    assert answers["csv"].content.startswith(b"\xef\xbb\xbf")
    last = next(row for row in csv.reader(io.StringIO(answers["csv"].content.decode("utf-8-sig"))) if row and row[0] == "合计")
    assert total in last
    data = json.loads(answers["json"].text)
    sums = (data[0] if isinstance(data, list) else data)["totals"][0]
    assert total in [str(v) for v in sums.values()]
    page = openpyxl.load_workbook(io.BytesIO(answers["xlsx"].content)).worksheets[0]
    sums_row = next(row for row in page.iter_rows() if row[0].value == "合计")
    assert int(total) in [cell.value for cell in sums_row] and page.freeze_panes and f"{YEAR}-01-01" in str([c.value for c in page["B"][:8]])


def test_an_advisor_sees_the_figures_of_their_own_communities_only(desk):
    client = desk.login("advisor_c01")
    text = client.get(f"/console/office?{PERIOD}").text
    own = count(desk, "cases_total", View(year(YEAR), where=(("community", "c01"),)))
    assert re.search(rf'data-metric="cases_total">.*?<strong>{own}<', text, re.S) and own < count(desk, "cases_total")
    assert client.get(f"/console/office?{PERIOD}&community=c02").status_code == 404
    assert client.get(f"/console/office/rows/cases_total?{PERIOD}&community=c02").status_code == 404
    assert client.get(f"/console/office/export/rows-cases_total.csv?{PERIOD}&community=none").status_code == 404
    found, _ = rows_of(client, f"/console/office/rows/cases_total?{PERIOD}")
    assert {row[6] for row in found} == {"示例社区一"}
    for path in ("periods", "report", "tokens", "opendata"):
        assert client.get(f"/console/office/{path}").status_code == 403


def test_flags_are_shown_with_their_records_and_a_sample_by_its_seed(office_client):
    one, same, other = (office_client.get(f"/console/office/flags?{PERIOD}&seed={seed}").text for seed in (1, 1, 2))
    assert one == same and one != other and "抽中回访（种子1）" in one
    assert "抽中回访" in office_client.get(f"/console/office/flags?part=1&{PERIOD}").text


def test_a_trend_of_days_has_a_line_for_each_day(desk, office_client):
    text = office_client.get(f"/console/office?from={YEAR}-03-01&to={YEAR}-03-31").text
    lines = re.findall(rf'<th scope="row">({YEAR}-03-\d\d)</th>', text)
    assert len(lines) == 31
