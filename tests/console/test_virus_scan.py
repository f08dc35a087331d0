"""Where a scanner is set up, no file reaches a resident that it did not look at."""

import asyncio
from dataclasses import replace

import pytest

from bot.channels import clamd
from bot.doctor_gate import scanner as examined
from bot.findings import BAD, GOOD
from bot.ledger import audit
from bot.settings import GateSettings
from tests.console.desk import running_desk
from tests.console.scanner import MALWARE, NAME, scanner
from tests.console.test_people import Resident, give
from tests.unit.test_attachments import PDF


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scanned")
    with running_desk(folder, BOT_CLAMD=f"unix:{folder / 'clamd'}") as running:
        yield running


def test_a_clean_file_goes_out_malware_does_not_and_without_the_scanner_nothing_does(desk):
    who, advisor = Resident(desk, community="c01"), desk.login("advisor_c01")
    advisor.fill(f"{who.page}/take", form_at=who.page)
    held = give(advisor, who, "a.pdf", PDF)
    assert held.status_code == 503 and "病毒检查暂时用不了" in held.json()["error"]
    with scanner(desk.settings.var / "clamd"):
        assert give(advisor, who, "a.pdf", PDF).status_code == 201
        refused = give(advisor, who, "b.pdf", PDF + MALWARE)
    assert refused.status_code == 400 and NAME in refused.json()["error"]
    assert [one["data"]["file"]["name"] for one in who.hears() if one["kind"] == "attachment"] == ["a.pdf"]
    with desk.database.reading() as session:
        [written] = audit.entries(session, action="file_infected")
        assert (written.actor, written.reason) == ("advisor_c01", NAME)


def test_a_large_body_is_streamed_and_a_scanner_that_hangs_up_or_is_away_says_nothing_good(tmp_path):
    with scanner(tmp_path / "s") as address:
        assert asyncio.run(clamd.scan(address, bytes(12 * 1024 * 1024))) == ""
        assert asyncio.run(clamd.scan(address, bytes(70_000) + MALWARE)) == NAME
        with pytest.raises(clamd.ScannerAway, match="StreamMaxLength"):
            asyncio.run(clamd.scan(address, bytes(26 * 1024 * 1024)))
    with scanner(tmp_path / "m", mute=True) as address, pytest.raises(clamd.ScannerAway):
        asyncio.run(clamd.scan(address, PDF))
    for nowhere in (f"unix:{tmp_path / 'none'}", "127.0.0.1:9"):
        with pytest.raises(clamd.ScannerAway):
            asyncio.run(clamd.scan(nowhere, PDF))


def test_doctor_names_a_scanner_that_is_away(settings, tmp_path):
    assert list(examined(settings)) == []
    asked = replace(settings, gate=GateSettings(clamd=f"unix:{tmp_path / 's'}"))
    assert [one.state for one in examined(asked)] == [BAD]
    with scanner(tmp_path / "s"):
        assert [one.state for one in examined(asked)] == [GOOD]
