"""Signing in at the desk, as a browser does it."""

from __future__ import annotations

from datetime import datetime, timezone

from bot.legal.one_time_codes import code, step_of
from tests.console.desk import PASSWORD, SECRET


def sign_in(desk, who, password=PASSWORD, **more):
    client = desk.visitor()
    return client, client.fill("/console/login", {"code": who, "password": password, **more})


def test_an_advisor_signs_in_with_a_password(desk):
    client, answer = sign_in(desk, "advisor_c01")
    assert answer.status_code == 303 and answer.headers["location"] == "/console"
    page = client.get("/console/account")
    assert page.status_code == 200 and "示例advisor_c01" in page.text and "示例社区一" in page.text


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page_and_back(desk):
    client = desk.visitor()
    answer = client.get("/console/account?a=1")
    assert answer.status_code == 303 and answer.headers["location"] == "/console/login?next=%2Fconsole%2Faccount%3Fa%3D1"
    answer = client.fill("/console/login", {"code": "advisor_c01", "password": PASSWORD, "next": "/console/account?a=1"}, form_at=answer.headers["location"])
    assert answer.headers["location"] == "/console/account?a=1"


def test_the_office_needs_a_second_factor_and_gets_a_new_session_with_it(desk):
    client, answer = sign_in(desk, "office")
    assert answer.headers["location"].startswith("/console/login/code")
    assert client.get("/console/account").headers["location"] == "/console/login/code"
    before = client.cookies["staff"]
    digits = code(SECRET, step_of(datetime.now(timezone.utc)))
    assert client.fill("/console/login/code", {"digits": digits}).headers["location"] == "/console"
    assert client.cookies["staff"] != before
    assert client.get("/console/account").status_code == 200
    old = desk.visitor()
    old.cookies.set("staff", before)
    assert "/console/login" in old.get("/console/account").headers["location"]


def test_signing_out_ends_the_session(desk):
    client = desk.login("advisor_c01")
    token = client.cookies["staff"]
    assert client.fill("/console/logout").headers["location"] == "/console/login"
    again = desk.visitor()
    again.cookies.set("staff", token)
    assert "/console/login" in again.get("/console/account").headers["location"]
