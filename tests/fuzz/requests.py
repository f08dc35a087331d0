"""Requests that no page of ours would send, to every route of a running web process: none may end in a server error.

    python -m tests.fuzz.requests --count 20000 [--seed 1]

Routes come from the application's own table, with and without a signed-in account; deliveries of WeChat carry a true signature, so that
they get past it. The interface with an OpenAPI document is tried by schemathesis as well, from an environment of its own (.venv-fuzz).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa
from sanic import Sanic

from bot.demo import write_demo_year
from bot.ledger.api_tokens import make_token
from bot.ledger.cases import open_case
from bot.legal.api_scopes import Scope
from bot.legal.cases import Role
from bot.office import BEIJING, read_office
from bot.settings import ROOT
from bot.storage.staff_tables import StaffAccount
from bot.web.app import create_app
from tests.builders import make_request
from tests.console.desk import PEOPLE, SECRET, Desk, running_desk
from tests.wechat.platform import ACCOUNT, APP_ID, TOKEN, signature

WORDS = (
    "", "0", "-1", "1", "99999999999999999999", "2026-03", "2026-03-16", "2026-13-45", "c01", "GX2026-00001", "GX2026-99999", "null", "true", "[]", "{}", "../../etc/passwd", "..%2f..%2f",
    "%00", "\0", "\u202e", "😀" * 40, "张三", "<script>alert(1)</script>", "'; DROP TABLE cases; --", "${7*7}", "{{7*7}}", "/restart", "a" * 5000, "１２３", "٣", "NaN", "1e309", "\r\nX: y",
    "office", "admin", "advisor_c01", "mediation", "labour", "web", "csv", "xlsx", "//example.org", "https://example.org", "%ff%fe", "\ud7ff", "on", "approve",
)  # fmt: skip
NAMES = ("conversation", "id", "text", "after", "community", "page", "tab", "q", "kind", "status", "from", "to", "by", "month", "year", "form", "format", "metric", "metrics", "next",
         "code", "password", "csrf", "reason", "name", "phone", "version", "number", "amount", "date", "note", "token", "scope", "sort", "topic", "role", "echostr", "nonce", "timestamp",
         "signature", "cursor", "limit", "as_of", "dispute_type", "to_person", "file")  # fmt: skip
HEADERS = ("Content-Type", "Cookie", "Accept", "Accept-Encoding", "If-None-Match", "Last-Event-ID", "Origin", "Referer", "X-Forwarded-For", "X-CSRF", "HX-Request", "Authorization", "Range")
KINDS = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/xml", "text/plain; charset=utf-16", "")
SIDE_BY_SIDE = 8
NOT_YET = ("/readyz", "/api/laws")  # no worker runs here, and no index of laws was built


def routes_of(desk: Desk) -> list[tuple[str, list[str]]]:
    """Return (path with <parameters>, methods) of every route."""
    Sanic.test_mode = True
    app = create_app(desk.settings, desk.database)
    return sorted({("/" + route.path.lstrip("/"), tuple(sorted(route.methods))) for route in app.router.routes_all.values()})  # type: ignore[misc]


class Fuzzer:
    """Makes requests from a seed."""

    def __init__(self, desk: Desk, seed: int, accounts: dict[str, dict[str, str]]) -> None:
        self.desk, self.chance, self.accounts = desk, random.Random(seed), accounts
        self.signed_in_again = 0
        self.routes = routes_of(desk)
        self.statuses: Counter[int] = Counter()
        self.failures: list[str] = []

    def word(self) -> str:
        chance = self.chance
        if chance.random() < 0.2:
            return "".join(chr(chance.choice((chance.randrange(32, 127), chance.randrange(0x4E00, 0x9FFF), chance.randrange(1, 0xD800)))) for _ in range(chance.randrange(20)))
        return chance.choice(WORDS)

    def named(self, parameter: str) -> str:
        """Return a value for a part of a path: often one that is there."""
        there = {"number": ("GX2026-00001", "GX2026-00002", "1"), "code": ("advisor_c01", "office"), "month": ("2026-03",), "community": ("c01",)}
        return self.chance.choice(there[parameter]) if parameter in there and self.chance.random() < 0.7 else self.word()

    def one(self) -> tuple[str, str, dict[str, Any]]:
        """Return method, path and what aiohttp sends with it."""
        chance = self.chance
        path, methods = chance.choice(self.routes)
        path = re.sub(r"<(\w+)[^>]*>", lambda found: _quoted(self.named(found[1])) or "x", path)
        method = chance.choice(methods) if chance.random() < 0.9 else chance.choice(("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"))
        query = [(chance.choice(NAMES), self.word()) for _ in range(chance.randrange(4))]
        headers = {chance.choice(HEADERS): _header(self.word()) for _ in range(chance.choice((0, 0, 0, 1, 2)))}
        if chance.random() < 0.8:
            headers.update(self.accounts[chance.choice(list(self.accounts))])
        if path.startswith("/wechat"):
            return method, path, self._delivery(query, headers)
        body = self._body(headers) if method not in ("GET", "HEAD") else None
        return method, path, {"params": query, "headers": headers, "data": body}

    def _body(self, headers: dict[str, str]) -> bytes:
        chance = self.chance
        kind = chance.choice(KINDS)
        headers["Content-Type"] = kind
        pairs = {chance.choice(NAMES): self.word() for _ in range(chance.randrange(8))}
        if kind == "application/json":
            value: Any = chance.choice((pairs, [pairs], self.word(), 5, None, {"conversation": "c" * 8, "id": self.word() or "m", "text": self.word()}))
            return json.dumps(value, ensure_ascii=chance.random() < 0.5).encode("utf-8", "replace")
        if kind.startswith("multipart"):
            parts = (f'--x\r\nContent-Disposition: form-data; name="{n}"; filename="{v[:20]}"\r\n\r\n{v}\r\n' for n, v in pairs.items())
            return ("".join(parts) + "--x--\r\n").encode("utf-8", "replace")
        if kind == "application/x-www-form-urlencoded":
            return "&".join(f"{n}={_quoted(v)}" for n, v in pairs.items()).encode()
        return self.word().encode("utf-8", "replace") + chance.randbytes(chance.randrange(200))

    def _delivery(self, query: list[tuple[str, str]], headers: dict[str, str]) -> dict[str, Any]:
        stamp, nonce = str(int(time.time())), f"{self.chance.getrandbits(40):x}"
        signed = [("timestamp", stamp), ("nonce", nonce), ("signature", signature(TOKEN, stamp, nonce))]
        kind = self.chance.choice(("text", "event", "image", "voice", "location", self.word()))
        fields = {"ToUserName": ACCOUNT, "FromUserName": f"o{self.chance.randrange(50)}", "CreateTime": stamp, "MsgType": kind, "MsgId": str(self.chance.randrange(10**6)),
                  self.chance.choice(("Content", "Event", "EventKey", "Recognition", "Label", "MsgId", "CreateTime")): self.word()}  # fmt: skip
        body = "<xml>" + "".join(f"<{n}><![CDATA[{v}]]></{n}>" for n, v in fields.items()) + "</xml>"
        return {"params": signed + query[:1], "headers": headers, "data": body.encode("utf-8", "replace")}

    async def run(self, count: int) -> None:
        """Send so many; a stream that stays open is left after a moment."""
        timeout = aiohttp.ClientTimeout(total=20)
        left = iter(range(count))
        async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=SIDE_BY_SIDE), cookie_jar=aiohttp.DummyCookieJar()) as http:
            await asyncio.gather(*(self._some(http, left) for _ in range(SIDE_BY_SIDE)))

    async def _some(self, http: aiohttp.ClientSession, left: Any) -> None:
        for _ in left:
            method, path, more = self.one()
            try:
                async with http.request(method, self.desk.url + path, allow_redirects=False, **more) as answer:
                    self.statuses[answer.status] += 1
                    if answer.status >= 500 and not (answer.status == 503 and path.startswith(NOT_YET)):
                        self.failures.append(f"{answer.status} {method} {path} {more}"[:600])
                    if answer.status == 303 and "/console/login" in answer.headers.get("Location", "") and "Cookie" in more["headers"]:
                        await self._sign_in_again(more["headers"]["Cookie"])
                    if "event-stream" not in answer.headers.get("Content-Type", ""):
                        await answer.read()
            except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
                self.statuses[0] += 1
                if self.desk.process.poll() is not None:
                    self.failures.append(f"the process ended at {method} {path} ({error})")
                    return


    async def _sign_in_again(self, cookie: str) -> None:
        """Some request signed out, closed an account or let it change its password: what comes after must not stop at the door."""
        for who, headers in self.accounts.items():
            if headers.get("Cookie") == cookie:
                self.accounts[who] = await asyncio.to_thread(signed_in, self.desk, who)
                self.signed_in_again += 1


def signed_in(desk: Desk, who: str) -> dict[str, str]:
    """Return the headers of somebody who is signed in, whatever was done to the account."""
    with desk.database.transaction() as session:
        opened: dict[str, Any] = {"disabled_at": None, "must_change_password": False}
        if set(PEOPLE[who][0]) & {Role.OFFICE, Role.ADMIN}:
            opened |= {"second_factor": SECRET, "second_factor_at": datetime.now(timezone.utc)}
        session.execute(sa.update(StaffAccount).where(StaffAccount.code == who).values(**opened))
    client = desk.login(who)
    return {"Cookie": f"staff={client.cookies['staff']}", "X-CSRF": client.proof(), "Origin": desk.url}


def bombard(var: Path, count: int, seed: int) -> dict[str, Any]:
    """Run a web process, send it so many requests, and return numbers and what failed."""
    more = {"BOT_ANSWER_WAIT": "0.01", "BOT_RATE_CONVERSATION": "", "BOT_RATE_ADDRESS": "", "BOT_RATE_ACCOUNT": "", "WECHAT_TOKEN": TOKEN, "WECHAT_APP_ID": APP_ID,
            "WECHAT_ANSWER_WAIT": "0.01"}  # fmt: skip
    found: dict[str, Any] = {}
    try:
        with running_desk(var, **more) as desk:
            found.update(_bombard(desk, count, seed))
    except subprocess.TimeoutExpired:
        desk.process.kill()
        found["failures"].append("the process did not end within 30 s when asked to")
    return found


def _bombard(desk: Desk, count: int, seed: int) -> dict[str, Any]:
    now = datetime.now(timezone.utc)
    with desk.database.transaction() as session:
        for n in range(2):
            open_case(session, make_request(source_key=str(n), community="c01"), "GX", now)
        write_demo_year(session, read_office(desk.settings.office), now.year, 40, seed, now.astimezone(BEIJING))
    accounts = {who: signed_in(desk, who) for who in ("advisor_c01", "mediator_c01", "office", "admin")}
    with desk.database.transaction() as session:
        _, token = make_token(session, "fuzz", list(Scope), 1, "admin", now)
    accounts["program"] = {"Authorization": f"Bearer {token}"}
    fuzzer = Fuzzer(desk, seed, accounts)
    asyncio.run(fuzzer.run(count))
    by_schema = schemathesis(desk.url, token) if (ROOT / ".venv-fuzz/bin/schemathesis").exists() and count >= 2_000 else None
    statuses = {str(status): number for status, number in sorted(fuzzer.statuses.items())}
    return {"requests": sum(fuzzer.statuses.values()), "routes": len(fuzzer.routes), "statuses": statuses, "signed in again": fuzzer.signed_in_again, "failures": fuzzer.failures, "schemathesis": by_schema}


def schemathesis(url: str, token: str) -> dict[str, Any]:
    """Try the documented interface; returns the exit code, how many cases were tried, and the last lines of what was said.

    An operation is reported as errored, not failed, when no answer came in time: so a busy machine gets a minute for each.
    """
    command = [str(ROOT / ".venv-fuzz/bin/schemathesis"), "run", f"{url}/docs/openapi.json", "--url", url, "--checks", "not_a_server_error",
               "-H", f"Authorization: Bearer {token}", "--max-examples", "200", "--request-timeout", "60", "--no-color"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    said = done.stdout + done.stderr
    found = re.search(r"(\d+) generated", said)
    return {"code": done.returncode, "cases": int(found[1]) if found else 0, "said": said.strip().splitlines()[-40 if done.returncode else -3 :]}


def _quoted(word: str) -> str:
    from urllib.parse import quote

    return quote(word[:200].encode("utf-8", "replace"), safe="")


def _header(word: str) -> str:
    return re.sub(r"[^\x20-\x7e]", "?", word)[:500]


def main() -> int:
    """Print one JSON line; exit code 1 when a request ended in a server error."""
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryDirectory() as folder:
        found = bombard(Path(folder), given.count, given.seed)
    print(json.dumps(found, ensure_ascii=False))
    return int(bool(found["failures"]) or bool(found["schemathesis"] and found["schemathesis"]["code"]))


if __name__ == "__main__":
    sys.exit(main())
