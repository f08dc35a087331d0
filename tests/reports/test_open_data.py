"""Open data: what is hidden stays hidden, from whoever has all the files and subtracts."""

import csv
import io
import json
import zipfile
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from scipy.optimize import linprog

from bot.errors import BadPeriod
from bot.legal.suppression import Sum, hide
from bot.reports.open_data import as_zip, files_of, open_data
from bot.statistics import metrics
from bot.statistics.periods import year
from bot.statistics.views import View
from tests.reports.conftest import AFTER

SERVICES = [m.code for m in metrics.METRICS if m.code.startswith("svc_") and m.code != "svc_online"]
NARROWEST = 3


@pytest.fixture(scope="module")
def published(golden, office):
    with golden.reading() as session:
        return files_of(open_data(session, 2026, office, AFTER.date()))


def read(published, name):
    return list(csv.DictReader(io.StringIO(published[f"{name}.csv"].decode("utf-8-sig"))))


class Attacker:
    """Somebody who has the files only: one variable for each hidden number, one equation for each sum that is printed."""

    def __init__(self) -> None:
        self.cells: dict[tuple, str] = {}
        self.equations: list[tuple[tuple, list[tuple]]] = []

    def reads(self, key: tuple, text: str) -> tuple:
        assert self.cells.setdefault(key, text) == text, f"{key} is printed as {self.cells[key]} and as {text}"
        return key

    def adds_up(self, total: tuple, parts: list[tuple]) -> None:
        self.equations.append((total, parts))

    def reads_all(self, published) -> None:
        months = [f"2026-{n:02d}" for n in range(1, 13)]
        for row in read(published, "months"):
            parts = [self.reads((row["metric"], "", "", m), row[m]) for m in months]
            self.adds_up(self.reads((row["metric"], "", "", ""), row["total"]), parts)
        for month in [*months, ""]:
            self.adds_up(("mediation_resolved", "", "", month), [(c, "", "", month) for c in ("agreements_written", "agreements_oral")])
            self.adds_up(("advisor_service_items", "", "", month), [(c, "", "", month) for c in SERVICES])
        *places, total = read(published, "communities")
        for code in list(total)[1:]:
            self.adds_up(self.reads((code, "", "", ""), total[code]), [self.reads((code, p["community"], "", ""), p[code]) for p in places])
        crossed = read(published, "dispute_types")
        names = [name for name in crossed[0] if name not in ("metric", "label", "dispute_type", "type_label", "total")]
        for code in {row["metric"] for row in crossed}:
            rows = [row for row in crossed if row["metric"] == code and row["dispute_type"] != "合计"]
            last = next(row for row in crossed if row["metric"] == code and row["dispute_type"] == "合计")
            for row in rows:
                self.adds_up(self.reads((code, "", row["dispute_type"], ""), row["total"]), [self.reads((code, n, row["dispute_type"], ""), row[n]) for n in names])
            for name in names:
                self.adds_up(self.reads((code, name, "", ""), last[name]), [(code, name, row["dispute_type"], "") for row in rows])
            self.adds_up(self.reads((code, "", "", ""), last["total"]), [(code, "", row["dispute_type"], "") for row in rows])
        *rows, last = read(published, "community_months")
        for row in rows:
            self.adds_up(self.reads(("cases_total", row["community"], "", ""), row["total"]), [self.reads(("cases_total", row["community"], "", m), row[m]) for m in months])
        for month in months:
            self.adds_up(self.reads(("cases_total", "", "", month), last[month]), [("cases_total", row["community"], "", month) for row in rows])

    def bounds(self):
        unknown = [key for key, text in self.cells.items() if text == "*"]
        place = {key: i for i, key in enumerate(unknown)}
        rows, right = [], []
        for total, parts in self.equations:
            row, rest = np.zeros(len(unknown)), 0
            for key, sign in [(total, -1), *((p, 1) for p in parts)]:
                if key in place:
                    row[place[key]] += sign
                else:
                    rest -= sign * int(self.cells[key])
            if row.any():
                rows.append(row)
                right.append(rest)
            else:
                assert rest == 0, f"{total} is not the sum of its parts"
        for key in unknown:
            aim = np.zeros(len(unknown))
            aim[place[key]] = 1
            low = linprog(aim, A_eq=np.array(rows), b_eq=right, method="highs")
            high = linprog(-aim, A_eq=np.array(rows), b_eq=right, method="highs")
            assert low.status == 0, "the printed tables contradict each other"
            yield key, np.ceil(low.fun - 1e-6), float("inf") if high.status == 3 else np.floor(-high.fun + 1e-6)


@pytest.fixture(scope="module")
def attacker(published):
    somebody = Attacker()
    somebody.reads_all(published)
    return somebody


def test_no_printed_number_is_one_or_two(attacker):
    assert not {key: text for key, text in attacker.cells.items() if text in ("1", "2")}
    assert "*" in attacker.cells.values()


def test_whoever_differences_all_tables_and_months_learns_no_hidden_number(attacker):
    found = list(attacker.bounds())
    assert len(found) > 50
    assert [(key, low, high) for key, low, high in found if high - low < NARROWEST] == []


def test_the_truth_lies_within_what_the_attacker_can_work_out(attacker, golden, office):
    codes = {c.name: c.code for c in office.communities}
    with golden.reading() as session:
        for key, low, high in attacker.bounds():
            code, place, kind, month = key
            where = tuple((n, v) for n, v in (("community", codes.get(place, "")), ("dispute_type", kind)) if (place if n == "community" else v))
            period = year(2026) if not month else metrics.months_of(year(2026))[int(month[-2:]) - 1]
            assert low <= metrics.count(session, metrics.metric(code), View(period, where=where)) <= high


def test_the_attack_finds_what_hiding_only_the_small_numbers_gives_away(published):
    naive = Attacker()
    naive.reads(("m", "a"), "*"), naive.reads(("m", "b"), "7"), naive.reads(("m", ""), "8")
    naive.adds_up(("m", ""), [("m", "a"), ("m", "b")])
    [(_, low, high)] = naive.bounds()
    assert low == high == 1


@how(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=3, max_size=5))
def test_in_any_table_of_sums_small_numbers_stay_hidden(rows):
    values = {(r, c): n for r, row in enumerate(rows) for c, n in enumerate(row)}
    sums = []
    for r, row in enumerate(rows):
        values[(r, "all")] = sum(row)
        sums.append(Sum((r, "all"), tuple((r, c) for c in range(4))))
    for c in range(4):
        values[("all", c)] = sum(row[c] for row in rows)
        sums.append(Sum(("all", c), tuple((r, c) for r in range(len(rows)))))
    values[("all", "all")] = sum(map(sum, rows))
    sums.append(Sum(("all", "all"), tuple((r, "all") for r in range(len(rows)))))
    sums.append(Sum(("all", "all"), tuple(("all", c) for c in range(4))))
    hidden = hide(values, sums)
    assert {key for key, n in values.items() if 0 < n < 3} <= hidden
    somebody = Attacker()
    for key, n in values.items():
        somebody.reads(key, "*" if key in hidden else str(n))
    for one in sums:
        somebody.adds_up(one.total, list(one.parts))
    if hidden:
        assert all(high - low >= NARROWEST for _, low, high in somebody.bounds())


def test_csv_and_json_say_the_same_and_every_column_is_explained(published):
    data = json.loads(published["open_data.json"])
    explained = {row["name"] for row in read(published, "dictionary")}
    for name, table in data["tables"].items():
        assert [{k: str(v) for k, v in row.items()} for row in table["rows"]] == read(published, name)
        assert published[f"{name}.csv"].startswith(b"\xef\xbb\xbf")
        if "metric" in table["columns"]:
            assert {row["metric"] for row in table["rows"]} <= explained
    assert {"*", "total", "未报"} <= explained
    with zipfile.ZipFile(io.BytesIO(as_zip(published))) as archive:
        assert set(archive.namelist()) == set(published)


def test_a_year_that_is_not_over_is_not_published(golden, office):
    with golden.reading() as session, pytest.raises(BadPeriod, match="not over"):
        open_data(session, 2026, office, date(2026, 12, 31))
