"""`bot doctor` on the way in: names, TLS, proxies, and the accounts of the desk."""

from __future__ import annotations

import asyncio
from typing import Iterator

from bot.channels import clamd
from bot.findings import BAD, CARE, GOOD, Finding
from bot.ledger.staff import listed
from bot.legal.permissions import needs_second_factor
from bot.settings import Settings
from bot.storage.database import Database

HERE = ("127.0.0.1", "localhost", "::1")


def gate(settings: Settings) -> Iterator[Finding]:
    """Whether what the settings say of the way in fits together."""
    asked_for, is_open = settings.gate, settings.host not in HERE
    is_public = bool(is_open or asked_for.allowed_hosts or asked_for.proxies)
    if is_public and not settings.cookie_secure:
        yield Finding("TLS", BAD, "reached from other machines, but cookies travel without TLS", "put TLS in front (deploy/nginx), set BOT_COOKIE_SECURE=true")
    if is_public and not asked_for.allowed_hosts:
        yield Finding("names", CARE, "no name is allowed: residents who open the site by its name are refused", "set BOT_ALLOWED_HOSTS to the site's name")
    if asked_for.allowed_hosts and not asked_for.proxies and not is_open:
        yield Finding("proxy", CARE, "a proxy seems to stand in front, but none is believed: all residents count as this machine", "set BOT_PROXIES=1")
    if is_open and asked_for.proxies:
        yield Finding("proxy", BAD, "whoever reaches the port itself can pretend an address", "set BOT_HOST=127.0.0.1, or let the proxy alone reach the port")
    if not is_public:
        yield Finding("way in", GOOD, "this machine only")


def scanner(settings: Settings) -> Iterator[Finding]:
    """Whether the virus scanner answers, where one is set up; without it no file goes out to residents."""
    if not settings.gate.clamd:
        return
    try:
        asyncio.run(clamd.scan(settings.gate.clamd, b"doctor"))
        yield Finding("virus scanner", GOOD, f"{settings.gate.clamd} answers")
    except clamd.ScannerAway as away:
        yield Finding("virus scanner", BAD, f"no file goes out to residents: {away}", "systemctl status clamav-daemon")


def accounts(database: Database) -> Iterator[Finding]:
    """Whether somebody can work at the desk, and everybody who must has a second factor."""
    with database.reading() as session:
        in_use = [one for one in listed(session) if one.disabled_at is None]
    if not in_use:
        yield Finding("accounts", CARE, "nobody can sign in at the desk", "bot staff add CODE --name NAME --role admin --all-communities")
        return
    without = [one.staff.code for one in in_use if needs_second_factor(one.staff.roles) and not one.has_second_factor]
    if without:
        yield Finding("accounts", CARE, f"no second factor yet: {', '.join(without)}", "they set it up at their first sign-in; until then they see nothing")
    yield Finding("accounts", GOOD, f"{len(in_use)} in use")
