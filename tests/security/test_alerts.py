"""What is unusual is counted for the site's monitoring, and the alerts in deploy/ look at figures that are there."""

import re

import httpx
import yaml

from bot.settings import ROOT
from tests.console.desk import running_desk


def counted(desk) -> dict[str, float]:
    text = httpx.get(f"{desk.url}/metrics", trust_env=False).text
    return {name: float(value) for name, value in re.findall(r"^([a-z_]+(?:\{[^}]*\})?) ([0-9.e+]+)$", text, re.M)}


def test_guessing_prying_and_flooding_are_counted_and_every_alert_has_its_figure(tmp_path):
    with running_desk(tmp_path, BOT_RATE_ACCOUNT="6/minute") as desk:
        stranger = httpx.Client(base_url=desk.url, trust_env=False)
        proof = re.search(r'name="csrf" value="([^"]+)"', stranger.get("/console/login").text)
        stranger.post("/console/login", data={"csrf": proof[1], "code": "advisor_c01", "password": "wrong wrong wrong"})
        advisor = desk.login("advisor_c01")
        assert advisor.get("/console/cases/GX2026-99999").status_code == 404
        assert [advisor.get("/console/audit").status_code for _ in range(9)][-1] == 429
        found = counted(desk)
    why = {reason: found.get(f'refused_total{{why="{reason}"}}', 0) for reason in ("sign_in_failed", "not_theirs", "denied", "over_rate")}
    assert all(why.values()), why
    rules = yaml.safe_load((ROOT / "deploy/prometheus/legal-bot.yml").read_text())["groups"][0]["rules"]
    named = {name for rule in rules for name in re.findall(r"([a-z_]+)(?:\{|\[|\))", rule["expr"])} - {"increase", "sum"}
    assert len(rules) == 5 and named - {name.split("{")[0] for name in found} == set()
