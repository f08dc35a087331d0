"""`bot doctor` on the way in: what does not fit together is named with its mend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.doctor_gate import accounts, gate
from bot.findings import BAD, CARE, GOOD
from bot.ledger import staff
from bot.legal.cases import Role
from bot.settings import GateSettings
from tests.conftest import NOON

NAMED = GateSettings(allowed_hosts=("law.example.cn",), proxies=1)


@pytest.mark.parametrize("host, secure, way, found", [
    ("127.0.0.1", False, GateSettings(), [("way in", GOOD)]),
    ("127.0.0.1", True, NAMED, []),
    ("127.0.0.1", False, NAMED, [("TLS", BAD)]),
    ("127.0.0.1", True, GateSettings(proxies=1), [("names", CARE)]),
    ("127.0.0.1", True, GateSettings(allowed_hosts=("law.example.cn",)), [("proxy", CARE)]),
    ("0.0.0.0", False, GateSettings(), [("TLS", BAD), ("names", CARE)]),
    ("0.0.0.0", True, NAMED, [("proxy", BAD)]),
])
def test_what_does_not_fit_together_on_the_way_in_is_named(settings, host, secure, way, found):
    said = list(gate(replace(settings, host=host, cookie_secure=secure, gate=way)))
    assert [(one.what, one.state) for one in said] == found and all(one.mend or one.state == GOOD for one in said)


def test_a_desk_without_accounts_and_accounts_without_second_factor_are_named(database):
    assert [one.state for one in accounts(database)] == [CARE]
    with database.transaction() as session:
        staff.add(session, "a01", "示例顾问甲", [Role.ADVISOR], ["c01"], "-", NOON)
        staff.add(session, "chief", "示例主任", [Role.OFFICE], None, "-", NOON)
    care, good = accounts(database)
    assert (care.state, good.state) == (CARE, GOOD) and "chief" in care.seen and "a01" not in care.seen
