"""What is installed is what was locked; every accepted advisory has its reason, its shield and its test."""

import json
import re

import pytest

from bot.settings import ROOT
from tools import audit

LOCKS = [*audit.LOCKS, "requirements-audit.lock"]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes_and_no_place_of_its_own(lock):
    text = (ROOT / lock).read_text()
    packages = re.split(r"^(?=[a-z0-9][a-z0-9._-]*(?:\[[^]]*\])?==)", text, flags=re.M)[1:]
    assert packages and not [p.split()[0] for p in packages if "--hash=sha256:" not in p]
    assert not re.search(r"https?://|--index|--find-links|@ file", re.sub(r"^\s*#.*$", "", text, flags=re.M))


def test_every_accepted_advisory_names_a_locked_package_a_reason_and_a_test():
    assert audit.stale(audit.reasons(), audit.locked()) == []
    assert audit.stale([{"id": "X-1", "package": "no-such", "test": "no/such"}], audit.locked())


def test_the_documentation_tells_of_each():
    page = (ROOT / "docs/security.md").read_text()
    assert [e["id"] for e in audit.reasons() if e["id"] not in page] == []


def test_scripts_of_npm_packages_bring_nothing_from_elsewhere():
    lock = (ROOT / "package-lock.json").read_text()
    packages = json.loads(lock)["packages"]
    assert not [name for name, p in packages.items() if name and ("integrity" not in p or p.get("hasInstallScript"))]
    assert "http" not in re.sub(r'"(?:funding|license)":.*', "", lock) or not re.search(r'"resolved"', lock)
