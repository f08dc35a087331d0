"""What a browser is told about our pages, and by which names this server may be called."""

from __future__ import annotations

import re

import httpx
import pytest

from bot.web.guard import is_our_name
from tests.console.desk import running_desk
from tests.security.raw import exchange, status_of

PAGES = ["/", "/console/login", "/static/js/main.js", "/api/laws/article?law=x&article=1", "/nothing", "/healthz", "/console/nothing"]


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """Behind TLS and one proxy, with a name, embedded by one site, and narrow limits."""
    narrow = {"BOT_RATE_ADDRESS": "20/minute", "BOT_RATE_CONVERSATION": "5/minute", "BOT_RATE_ACCOUNT": "15/minute", "BOT_ANSWER_WAIT": "0.1"}
    names = {"BOT_ALLOWED_HOSTS": "law.example.cn", "BOT_FRAME_ANCESTORS": "https://www.example.cn,https://my.example.cn:8443", "BOT_PROXIES": "1"}
    with running_desk(tmp_path_factory.mktemp("strict"), BOT_COOKIE_SECURE="true", **names, **narrow) as running:
        yield running


def policy(answer):
    return dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_security_headers_errors_too(desk, path):
    answer = desk.visitor().get(path)
    assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin" and answer.headers["x-frame-options"] == "DENY"
    assert "no-store" in answer.headers["cache-control"] or path.startswith(("/static", "/api/laws")) or path == "/"
    rules = policy(answer)
    assert rules["default-src"] == "'self'" and rules["frame-ancestors"] == "'none'" and rules["object-src"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"] and "*" not in answer.headers["content-security-policy"]


def test_an_answer_for_programs_is_a_file_when_somebody_opens_its_address(desk):
    answer = desk.visitor().get("/api/chat/history?conversation=abc")
    assert answer.status_code == 200 and answer.headers["content-disposition"] == 'attachment; filename="api.json"'
    assert "content-disposition" not in desk.visitor().get("/").headers


@pytest.mark.parametrize("path", ["/", "/console/login"])
def test_pages_hold_no_script_or_style_of_their_own(desk, path):
    page = desk.visitor().get(path).text
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page), "no third party is asked for anything"


def test_the_resident_page_may_be_shown_by_the_sites_on_the_list_and_the_desk_by_nobody(strict):
    client = strict.visitor()
    assert policy(client.get("/"))["frame-ancestors"] == "https://www.example.cn https://my.example.cn:8443"
    assert "x-frame-options" not in client.get("/").headers
    assert policy(client.get("/console/login"))["frame-ancestors"] == "'none'"


def test_behind_tls_browsers_are_told_to_stay_there_and_cookies_too(strict):
    answer = strict.visitor().get("/console/login")
    assert answer.headers["strict-transport-security"].startswith("max-age=15")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-form=") and {"Secure", "HttpOnly", "Path=/"} <= {p.strip() for p in cookie.split(";")} and "SameSite=Lax" in cookie


@pytest.mark.parametrize("host, status", [
    ("law.example.cn", 200), ("LAW.example.cn:443", 200), ("localhost", 200), ("127.0.0.1:9", 200), ("[::1]:80", 200), ("10.1.2.3", 200),
    ("evil.example", 421), ("law.example.cn.evil.example", 421), ("law.example.cn@evil.example", 421), ("evil.example/law.example.cn", 421), ("", 421),
])
def test_only_names_on_the_list_are_answered(strict, host, status):
    answer = strict.visitor().get("/healthz", headers={"Host": host})
    assert answer.status_code == status


def test_a_proxys_host_header_is_held_to_the_list_too(strict):
    assert strict.visitor().get("/healthz", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "10.0.0.1"}).status_code == 421


def test_a_request_without_or_with_two_hosts_is_refused(desk):
    assert status_of(exchange(desk.url, b"GET /healthz HTTP/1.1\r\n\r\n")) == 421
    assert status_of(exchange(desk.url, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n")) == 400


def test_a_name_with_a_port_on_the_list_is_only_that_port():
    assert is_our_name("law.example.cn:8443", ("law.example.cn:8443",)) and not is_our_name("law.example.cn:80", ("law.example.cn:8443",))


def test_nothing_is_said_about_what_the_server_is_made_of(desk):
    for path in PAGES:
        answer = desk.visitor().get(path)
        assert "server" not in answer.headers and "x-powered-by" not in answer.headers
        assert not re.search(r"(?i)sanic|traceback|/work/|python|sqlalchemy", answer.text) or path.startswith("/static")


def test_no_other_site_may_read_our_answers(desk):
    answer = desk.visitor().get("/api/chat/history?conversation=abc", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("verb", ["TRACE", "CONNECT", "PUT", "DELETE", "PROPFIND"])
def test_verbs_nobody_needs_are_refused(desk, verb):
    assert httpx.request(verb, f"{desk.url}/", trust_env=False).status_code in (400, 404, 405)


def test_requests_of_one_address_are_limited_and_told_how_long_to_wait(strict):
    client, mine = strict.visitor(), {"X-Forwarded-For": "203.0.113.9"}
    statuses = [client.get("/api/chat/history?conversation=abc", headers=mine).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    refused = client.get("/api/chat/history?conversation=abc", headers=mine)
    assert 1 <= int(refused.headers["retry-after"]) <= 60 and "太快" in refused.json()["error"]
    assert client.get("/api/chat/history?conversation=abc", headers={"X-Forwarded-For": "203.0.113.10"}).status_code == 200
    assert client.get("/static/js/main.js", headers=mine).status_code == 200


def test_a_forged_forwarding_header_does_not_hide_an_address(strict):
    client = strict.visitor()
    statuses = {client.get("/api/chat/history?conversation=abc", headers={"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.77"}).status_code for n in range(25)}
    assert 429 in statuses


def test_without_a_proxy_the_header_is_not_believed_at_all(desk):
    desk_addresses = [desk.visitor().post("/console/login", headers={"X-Forwarded-For": "203.0.113.5"}).status_code]
    assert desk_addresses == [403]  # no form proof; the point is the next test's counting by the real address


def test_one_network_of_ipv6_is_one_address(strict):
    client = strict.visitor()
    asked = [client.get("/api/chat/history?conversation=abc", headers={"X-Forwarded-For": f"[2001:db8:1:2::{n:x}]"}).status_code for n in range(25)]
    assert asked.count(200) == 20


def test_messages_of_one_conversation_are_limited(strict):
    client = strict.visitor()
    ask = [client.post("/api/chat/messages", json={"conversation": "quick", "id": f"m{n}", "text": "在吗"}).status_code for n in range(7)]
    assert ask == [200] * 5 + [429] * 2
    assert client.post("/api/chat/messages", json={"conversation": "other", "id": "m1", "text": "在吗"}).status_code == 200


def test_requests_of_one_account_are_limited(strict):
    client = strict.visitor()
    for name, value in strict.login("advisor_c01").cookies.items():
        client.cookies.set(f"__Host-{name}", value)
    asked = [client.get("/console/account", headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code for n in range(17)]
    assert asked == [200] * 15 + [429] * 2


@pytest.mark.parametrize("path", ["/", "/console/login", "/healthz"])
@pytest.mark.parametrize("cookie", ["\xe4\xb8\xad=1", "?????=1", "a b=1", "=;=;="])
def test_cookies_that_cannot_be_read_are_none(strict, path, cookie):
    assert strict.visitor().get(path, headers={"Cookie": cookie.encode("latin-1")}).status_code == 200
