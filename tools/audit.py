"""`make audit`: known advisories of everything locked, less those that tools/advisories.yml reasons about.

Exit code 0: nothing new. 1: an advisory without a reason, or a reason without its package. 3: no advisory service could be reached,
so nothing was audited; only the list itself was checked.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-tools.lock", "requirements-node.lock")
NEEDS = ("id", "package", "fixed_in", "what", "reached", "why", "test")
NOT_REACHED = 3


def reasons() -> list[dict[str, Any]]:
    """Return the entries of advisories.yml."""
    return list(yaml.safe_load((ROOT / "tools/advisories.yml").read_text()))


def known(entries: list[dict[str, Any]]) -> set[str]:
    """Return every id that is reasoned about."""
    return {name for entry in entries for name in (entry["id"], *entry.get("also", ()))}


def locked() -> dict[str, str]:
    """Return package → version of all lock files."""
    found = {}
    for lock in LOCKS:
        found.update(re.findall(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", (ROOT / lock).read_text(), re.M))
    return found


def stale(entries: list[dict[str, Any]], packages: dict[str, str]) -> list[str]:
    """Return what is wrong with the list: entries without a reason, a test or a package."""
    wrong = [f"{e.get('id')}: no {name}" for e in entries for name in NEEDS if e.get(name) in (None, "")]
    wrong += [f"{e['id']}: {e['package']} is not locked any more; take the entry away" for e in entries if e["package"] not in packages]
    return wrong + [f"{e['id']}: there is no {e['test']}" for e in entries if not (ROOT / e["test"]).exists()]


def python_advisories(lock: Path) -> set[tuple[str, str]] | None:
    """Return (package, id) that pip-audit knows for a lock file; None when no service answers."""
    for service in ("pypi", "osv"):
        quietly = ["-f", "json", "--progress-spinner", "off"]
        command = [str(ROOT / ".venv-audit/bin/pip-audit"), "-r", str(lock), "--no-deps", "--disable-pip", "-s", service, *quietly]
        done = subprocess.run(command, capture_output=True, text=True)
        try:
            found = json.loads(done.stdout)["dependencies"]
        except (ValueError, KeyError):
            continue
        audited = [d for d in found if "skip_reason" not in d]
        if audited:
            return {(d["name"], v["id"]) for d in audited for v in d["vulns"] if not {v["id"], *v["aliases"]} & known(reasons())}
    return None


def node_advisories() -> set[tuple[str, str]] | None:
    """Return (package, id) that npm knows; None when its service does not answer."""
    done = subprocess.run(["npm", "audit", "--json"], cwd=ROOT, capture_output=True, text=True)
    try:
        found = json.loads(done.stdout)["vulnerabilities"]
    except (ValueError, KeyError):
        return None
    told = {(name, str(via.get("url", "")).rsplit("/", 1)[-1]) for name, v in found.items() for via in v["via"] if isinstance(via, dict)}
    return {(name, advisory) for name, advisory in told if advisory not in known(reasons())}


def main() -> int:
    """Say everything, and end with the code of the worst."""
    entries, packages, code = reasons(), locked(), 0
    for words in stale(entries, packages):
        print(f"advisories.yml: {words}")
        code = 1
    asked = {lock: python_advisories(ROOT / lock) for lock in LOCKS}
    asked["package-lock.json"] = node_advisories()
    for name, found in asked.items():
        if found is None:
            print(f"NOT AUDITED: {name}: no advisory service could be reached from here")
            code = code or NOT_REACHED
            continue
        for package, advisory in sorted(found):
            print(f"{name}: {package} {packages.get(package, '')}: {advisory} has no entry in tools/advisories.yml")
            code = 1
    print(f"{len(packages)} locked packages, {len(known(entries))} advisories reasoned about")
    return code


if __name__ == "__main__":
    sys.exit(main())
