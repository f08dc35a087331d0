"""Requests that are too large, too slow, unclear or aim outside of where they may."""

from __future__ import annotations

import time
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.console.access import safe_next
from bot.web.guard import BODY_LIMIT, UPLOAD_LIMIT, takes_files
from tests.console.desk import PASSWORD, running_desk
from tests.security.raw import connect, exchange, read_answer, status_of

HEAD = b"POST /api/chat/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """A server that waits two seconds for a request, so that a test of its patience need not wait long."""
    with running_desk(tmp_path_factory.mktemp("quick"), BOT_REQUEST_TIME="2", BOT_ANSWER_WAIT="0.1") as running:
        yield running


@pytest.mark.parametrize("path", ["/api/chat/messages", "/console/login", "/console/account/password", "/wechat", "/nothing"])
def test_more_than_a_form_is_refused_by_its_announced_length(desk, path):
    answer = exchange(desk.url, f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {BODY_LIMIT + 1}\r\n\r\n".encode())
    assert status_of(answer) in (413, 404)


def test_more_than_a_form_in_pieces_is_refused_when_it_has_grown_too_large(desk):
    piece = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    with connect(desk.url) as line:
        line.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + piece * 2 + piece)
        assert status_of(read_answer(line)) == 413


def test_only_pages_for_files_take_more_and_they_too_have_an_end(desk):
    assert takes_files("/console/cases/GX2026-00001/attachments") and takes_files("/console/services/imports")
    assert not any(takes_files(p) for p in ("/console/login", "/api/chat/messages", "/console/attachments/../login", "/wechat", "/x/uploads"))
    assert BODY_LIMIT < 12_000_000 < UPLOAD_LIMIT


def test_a_page_for_files_takes_a_megabyte_and_refuses_thirteen(desk):
    client = desk.login("advisor_c01")
    proof = {"X-CSRF": client.proof()}
    taken = client.post("/console/services/imports", files={"file": ("log.xlsx", b"x" * 2**20)}, headers=proof)
    assert taken.status_code == 400 and ".xlsx" in taken.text, "read, and then found to be no spreadsheet"
    assert status_of(exchange(desk.url, f"POST /console/services/imports HTTP/1.1\r\nHost: localhost\r\nContent-Length: {13 * 2**20}\r\n\r\n".encode())) == 413


@pytest.mark.parametrize("lengths", [
    b"Content-Length: abc\r\n", b"Content-Length: -1\r\n", b"Content-Length: 5\r\nContent-Length: 6\r\n", b"Content-Length: +5\r\n",
    b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"Transfer-Encoding: identity\r\n", b"Content-Length: 5, 5\r\n",
])
def test_a_request_whose_end_can_be_read_two_ways_is_refused(desk, lengths):
    assert status_of(exchange(desk.url, HEAD + lengths + b"\r\n0\r\n\r\n")) == 400


@pytest.mark.parametrize("path", ["/api/chat/messages", "/api/chat/claim"])
@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp"])
def test_what_does_not_call_itself_json_is_refused_so_no_form_elsewhere_speaks_for_a_resident(desk, path, kind):
    body = b'{"conversation": "elsewhere", "id": "m1", "text": "x"}'
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{f'Content-Type: {kind}' + chr(13) + chr(10) if kind else ''}Content-Length: {len(body)}\r\n\r\n"
    assert status_of(exchange(desk.url, head.encode() + body)) == 415


@pytest.mark.parametrize("sent", [
    b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 3000 + b"\r\n", HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"GET /%ff%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    HEAD + b"Expect: tea\r\n\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\nNo colon\r\n\r\n",
])
def test_bytes_that_are_no_request_get_a_refusal_and_the_server_lives(desk, sent):
    assert status_of(exchange(desk.url, sent)) in (0, 400, 404, 413, 417, 421, 505)
    assert httpx.get(f"{desk.url}/healthz", trust_env=False).status_code == 200


@pytest.mark.parametrize("start, status", [(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", 408), (HEAD + b"Content-Length: 60000\r\n\r\n", 503)])
def test_whoever_sends_byte_by_byte_is_cut_off(quick, start, status):
    with connect(quick.url) as line:
        line.sendall(start)
        begun = time.monotonic()
        line.settimeout(0.25)
        received = b""
        while time.monotonic() < begun + 60:
            try:
                line.sendall(b"x")
                more = line.recv(65536)
            except TimeoutError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                break
            received += more
            if not more:
                break
        else:
            raise AssertionError("a slow sender was listened to for a minute")
    assert status_of(received) in (status, 0)


def test_an_idle_connection_is_closed(quick):
    with connect(quick.url) as line:
        assert line.recv(100) == b""


@pytest.mark.parametrize("name", [
    "../app.py", "..%2fapp.py", "%2e%2e/app.py", "%2e%2e%2fapp.py", "..%5capp.py", "js/../../app.py", "js/..%2f..%2fapp.py", "%00", "index.html%00.js", "/etc/passwd", "%2fetc%2fpasswd",
    "....//app.py", "..%252fapp.py", "js", ".", "", "js/%c0%ae%c0%ae/app.py", "a" * 5000,
])
def test_static_files_come_from_their_folder_only(desk, name):
    answer = exchange(desk.url, f"GET /static/{name} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert status_of(answer) in (404, 400, 413) and b"import" not in answer and b"root:" not in answer


ELSEWHERE = [
    "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/console\\@evil.example", "https:evil.example", "javascript:alert(1)",
    "/consolex", "/console.evil.example", "/console@evil.example", "/console\r\nX: y", "/console/\x00", "", "console", "/console/../../evil", "http://[", "/console//evil.example/..",
]


@pytest.mark.parametrize("back", ELSEWHERE)
def test_signing_in_leads_to_no_other_site(desk, back):
    client = desk.visitor()
    answer = client.fill("/console/login", {"code": "advisor_c01", "password": PASSWORD, "next": back}, form_at=f"/console/login?next={quote(back, safe='')}")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/console" or answer.headers["location"].startswith("/console/")


@given(st.text())
def test_where_to_go_next_is_always_a_page_of_the_desk(back):
    target = safe_next(back)
    assert target == "/console" or target.startswith(("/console/", "/console?"))


def test_a_page_of_the_desk_with_its_filters_is_kept():
    assert safe_next("/console/queue?tab=mine&page=2") == "/console/queue?tab=mine&page=2"
