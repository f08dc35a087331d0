"""The interface for other programs: tokens open what they name, figures equal the metric, pages join without gap, answers fit the document."""

import json
from datetime import datetime, timedelta, timezone

import httpx
import jsonschema
import pytest
import sqlalchemy as sa

from bot.console.api_docs import openapi
from bot.ledger.api_tokens import caller_of, make_token, revoke_token
from bot.ledger.periods import close_month
from bot.legal.api_scopes import Scope
from bot.office import read_office
from bot.settings import ROOT
from bot.statistics import metrics
from bot.statistics.closings import month_body
from bot.statistics.periods import year
from bot.statistics.views import View
from bot.storage.office_tables import ApiToken
from tests.builders import make_request
from tests.console.books import PERIOD, YEAR, fill_year
from tests.console.desk import running_desk

NOW = datetime.now(timezone.utc)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    from bot.ledger.cases import open_case

    with running_desk(tmp_path_factory.mktemp("api")) as running:
        fill_year(running.database)
        with running.database.transaction() as session:
            for n in range(7):
                open_case(session, make_request(source_key=f"request:{n}", conversation=f"web:{n}", name="王五", phone="13900139000"), "GX", NOW - timedelta(days=n))
            close_month(session, f"{YEAR}-01", month_body(session, f"{YEAR}-01"), "office", NOW)
        yield running


@pytest.fixture(scope="module")
def document():
    return openapi(read_office(ROOT / "office.yml"))


def token(desk, *scopes, days=1, at=NOW):
    with desk.database.transaction() as session:
        return make_token(session, "大屏", scopes, days, "office", at)[1]


@pytest.fixture(scope="module")
def api(desk):
    headers = {"Authorization": f"Bearer {token(desk, *Scope)}"}
    with httpx.Client(base_url=f"{desk.url}/api/v1", headers=headers, timeout=60, trust_env=False) as client:
        yield client


def fits(schema, body):
    """Whether an answer has the shape the document promises (OpenAPI's `nullable` said in JSON Schema)."""

    def plain(part):
        if isinstance(part, dict):
            found = {k: plain(v) for k, v in part.items() if k not in ("nullable", "format", "example")}
            return {"anyOf": [found, {"type": "null"}]} if part.get("nullable") else found
        return [plain(p) for p in part] if isinstance(part, list) else part

    jsonschema.validate(body, plain(schema))


def test_without_a_token_nothing_opens(desk):
    for headers in ({}, {"Authorization": "Bearer"}, {"Authorization": "Bearer dla_wrong"}, {"Authorization": "Basic eA=="}):
        answer = httpx.get(f"{desk.url}/api/v1/stats", headers=headers, trust_env=False)
        assert answer.status_code == 401 and "Bearer" in answer.headers["www-authenticate"] and "令牌" in answer.json()["error"]


def test_a_token_that_ended_or_was_revoked_opens_nothing(desk):
    ended = token(desk, Scope.STATS, days=1, at=NOW - timedelta(days=2))
    revoked = token(desk, Scope.STATS)
    with desk.database.transaction() as session:
        revoke_token(session, caller_of(session, revoked, NOW).number, "office", NOW)
    for text in (ended, revoked):
        assert httpx.get(f"{desk.url}/api/v1/stats", headers={"Authorization": f"Bearer {text}"}, trust_env=False).status_code == 401


@pytest.mark.parametrize("path, scope", [("stats", "stats"), ("metrics", "stats"), ("rows?metric=requests", "rows"), ("cases", "cases"), ("cases/GX1", "cases"), ("periods", "periods")])
def test_a_token_opens_only_its_scopes(desk, path, scope):
    others = token(desk, *(s for s in Scope if s.code != scope))
    answer = httpx.get(f"{desk.url}/api/v1/{path}", headers={"Authorization": f"Bearer {others}", "Accept-Language": "en"}, trust_env=False)
    assert answer.status_code == 403 and scope in answer.json()["error"]


def test_only_a_hash_of_a_token_is_kept(desk):
    text = token(desk, Scope.STATS)
    with desk.database.reading() as session:
        stored = session.execute(sa.select(ApiToken)).scalars().all()
    assert not any(text in str(vars(row)) for row in stored)


def test_figures_equal_the_metric_and_parts_their_total(desk, api):
    for dimension in ("community", "dispute_type", "tier", "month", "day"):
        body = api.get(f"/stats?{PERIOD}&metric=cases_total,advisor_service_items&by={dimension}").json()
        with desk.database.reading() as session:
            for one in body["metrics"]:
                total = metrics.count(session, metrics.metric(one["metric"]), View(year(YEAR)))
                assert one["total"] == total == sum(part["count"] for part in one["parts"])


def test_all_figures_have_a_state_and_a_missing_one_no_number(api):
    body = api.get(f"/stats?period={YEAR - 1}").json()
    assert [m["metric"] for m in body["metrics"]] == [m.code for m in metrics.METRICS]
    missing = [m for m in body["metrics"] if m["state"] == "missing"]
    assert missing and all(m["total"] is None and m["shown"] == "未报" for m in missing)


def test_pages_of_rows_join_without_gap_or_double(desk, api):
    found, after = [], 0
    while after is not None:
        body = api.get(f"/rows?metric=cases_total&{PERIOD}&size=7&after={after}").json()
        found += body["rows"]
        after = body["next"]
    assert len({row["id"] for row in found}) == len(found) == body["total"]
    with desk.database.reading() as session:
        assert sum(row["quantity"] for row in found) == metrics.count(session, metrics.metric("cases_total"), View(year(YEAR)))


def test_cases_come_in_pages_without_a_word_of_anybody(api):
    first = api.get("/cases?size=4").json()
    second = api.get(f"/cases?size=4&after={first['next']}").json()
    assert [c["number"] for c in first["cases"] + second["cases"]] == sorted(f"GX{NOW.year}-{n:05d}" for n in range(1, 8)) and second["next"] is None
    whole = json.dumps([first, second, api.get(f"/cases/{first['next']}").json()], ensure_ascii=False)
    assert not any(word in whole for word in ("王五", "13900139000", "漏", "web:"))


def test_rows_name_no_conversation(api):
    assert "secret-conversation" not in api.get(f"/rows?metric=bot_answers&{PERIOD}&size=200").text


def test_closings_are_told_with_their_chain(api):
    body = api.get("/periods").json()
    assert body["closed"] == [f"{YEAR}-01"] and body["holds"] and body["actions"][0]["previous_digest"] == ""


def test_an_unchanged_answer_is_not_sent_again(desk, api):
    address = f"/stats?{PERIOD}&metric=cases_total"
    tag = api.get(address).headers["etag"]
    again = api.get(address, headers={"If-None-Match": tag})
    assert again.status_code == 304 and again.content == b""
    assert api.get(f"/stats?{PERIOD}&metric=mediation_resolved", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("query, named", [
    ("stats?period=soon", "2026Q3"), ("stats?metric=moon", "cases_total"), ("stats?by=moon", "community"), ("stats?moon=1", "period"), ("stats?by=community,tier,channel,topic", "3"),
    ("stats?by=day&from=2020-01-01&to=2025-01-01", "366"), ("stats?by=day&metric=success_rate", "success_rate"), ("rows", "cases_total"), ("rows?metric=x", "cases_total"),
    ("rows?metric=requests&size=0", "200"), ("rows?metric=requests&size=999", "200"), ("rows?metric=requests&after=-1", "0"), ("rows?metric=requests&after=1e9", "0"),
    ("cases?status=moon", "withdrawn"), ("cases?kind=x", "mediation"), ("cases?after=%00", "GX2026-00001"), ("cases?community=c99", "c01"), ("periods?x=1", "(none)"),
    ("stats?as_of=yesterday", "2026-03-16"), ("stats?dispute_type=%F0%9F%92%A5", "neighbour"), ("stats?from=2026-02-30", "2026-01-01"), ("stats?with_demo=2", "true"),
])
@pytest.mark.parametrize("language", ["zh-CN", "en-GB,en;q=0.9"])
def test_bad_input_says_what_was_expected_in_the_callers_language(api, query, named, language):
    answer = api.get(f"/{query}", headers={"Accept-Language": language})
    said = answer.json()["error"]
    assert answer.status_code == 400 and named in said
    assert answer.headers["content-language"] == ("en" if language.startswith("en") else "zh-CN")
    assert any("\u4e00" <= c <= "\u9fff" for c in said.replace("💥", "")) == (not language.startswith("en"))


@pytest.mark.parametrize("number", ["GX1999-00001", "x", "%00", "..%2f..", "GX" + "9" * 40])
def test_a_case_that_is_not_there_is_404(api, number):
    assert api.get(f"/cases/{number}").status_code == 404


def test_every_answer_has_the_shape_that_the_document_promises(api, document):
    case = api.get("/cases?size=1").json()["cases"][0]["number"]
    for path, query in (("/metrics", ""), ("/stats", f"?{PERIOD}&by=community,month"), ("/rows", f"?metric=cases_total&{PERIOD}"), ("/cases", ""), ("/cases/{number}", ""), ("/periods", "")):
        operation = document["paths"][f"/api/v1{path}"]["get"]
        answer = api.get(path.replace("{number}", case) + query)
        fits(operation["responses"]["200"]["content"]["application/json"]["schema"], answer.json())
        refused = api.get(path.replace("{number}", case) + "?moon=1")
        fits(document["components"]["schemas"]["Error"], refused.json())
        assert str(refused.status_code) in operation["responses"]


def test_the_document_lists_every_route_that_is_served(desk, document):
    from bot.console import api as served

    paths = {f"/api/v1{route.uri}".rstrip("/").replace("<number:str>", "{number}") for route in served.bp._future_routes}
    assert paths == set(document["paths"])
    told = httpx.get(f"{desk.url}/docs/openapi.json", trust_env=False).json()
    assert told["paths"].keys() == document["paths"].keys() and told["openapi"].startswith("3.")


def test_the_page_of_the_document_asks_nobody_else(desk):
    page = httpx.get(f"{desk.url}/docs", follow_redirects=True, trust_env=False)
    assert page.status_code == 200 and "/api/v1/stats" in page.text and "http" not in page.text.replace(desk.url, "")
