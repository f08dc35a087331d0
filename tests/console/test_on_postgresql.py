"""The desk on PostgreSQL: signing in, guessing, the second factor, the log; two web processes share all of it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timezone

import httpx
import pytest

from bot.ledger import audit
from bot.legal.one_time_codes import code, step_of
from bot.settings import ROOT
from tests.conftest import _free_port
from tests.console.desk import PASSWORD, SECRET, running_desk
from tests.databases import migrated_postgres

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def desk(postgres_url, tmp_path_factory):
    with running_desk(tmp_path_factory.mktemp("desk"), migrated_postgres(postgres_url)) as running:
        yield running


def sign_in(client, who, password=PASSWORD):
    return client.fill("/console/login", {"code": who, "password": password})


def test_the_office_signs_in_and_proves_the_log(desk):
    client = desk.visitor()
    assert sign_in(client, "office").headers["location"].startswith("/console/login/code")
    assert client.fill("/console/login/code", {"digits": code(SECRET, step_of(datetime.now(timezone.utc)))}).status_code == 303
    assert "完整" in client.get("/console/audit/verify").text and "登录" in client.get("/console/audit?subject=office").text
    with desk.database.reading() as session:
        assert audit.verify(session).broken_at is None


def test_failures_and_sessions_are_known_to_every_web_process(desk, tmp_path):
    port = _free_port()
    values = {"BOT_VAR": str(desk.settings.var), "BOT_PORT": str(port), "DATABASE_URL": desk.settings.database_url, "BOT_OFFICE": str(ROOT / "office.yml"), "PYTHONDONTWRITEBYTECODE": ""}
    second = subprocess.Popen([sys.executable, "-m", "bot.web.app"], env={**os.environ, **values}, cwd=ROOT)
    try:
        there = desk.visitor(transport=httpx.HTTPTransport(retries=60))
        there.base_url = f"http://127.0.0.1:{port}"
        here = desk.visitor()
        sign_in(here, "advisor_c01")
        there.cookies.set("staff", here.cookies["staff"])
        assert there.get("/console/account").status_code == 200
        assert [sign_in(desk.visitor(), "advisor_c04", "not the password").status_code for _ in range(5)] == [401] * 5
        stranger = desk.visitor()
        stranger.base_url = there.base_url
        assert sign_in(stranger, "advisor_c04").status_code == 429
        here.fill("/console/logout", form_at="/console/account")
        assert "/console/login" in there.get("/console/account").headers["location"]
    finally:
        second.terminate()
        second.wait(30)
