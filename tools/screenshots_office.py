"""Pictures of the office's pages (docs/screenshots/office-*.png): its dashboard, rows, closings and report, of a fictional year."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.console.books import PERIOD, fill_year  # noqa: E402
from tests.console.desk import running_desk  # noqa: E402

PAGES = (
    ("dashboard", f"/console/office?{PERIOD}", (1280, 800)),
    ("dashboard-phone", f"/console/office?{PERIOD}", (360, 740)),
    ("rows", f"/console/office/rows/mediation_resolved?{PERIOD}", (1280, 800)),
    ("periods", "/console/office/periods", (1280, 800)),
    ("report", f"/console/office/report?{PERIOD}", (1280, 800)),
    ("exports", f"/console/office/exports?{PERIOD}", (1280, 800)),
)
CLOSED = 3  # months


def draw(browser: Browser, target: Path) -> None:
    """Write the pictures; the dashboard also as the first page of what is printed on A4."""
    with tempfile.TemporaryDirectory() as folder, running_desk(Path(folder)) as desk:
        fill_year(desk.database, cases=120)
        client = desk.login("office")
        for n in range(1, CLOSED + 1):
            client.fill("/console/office/periods/close", {"month": f"{PERIOD.partition('=')[2]}-{n:02d}"}, "/console/office/periods")
        for name, path, (width, height) in PAGES:
            context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce")
            context.add_cookies([{"name": "staff", "value": client.cookies["staff"], "url": desk.url}])
            page = context.new_page()
            page.goto(f"{desk.url}{path}", wait_until="networkidle")
            page.screenshot(path=target / f"office-{name}.png", full_page=name == "dashboard")
            if name == "dashboard":
                printed = Path(folder) / "printed.pdf"
                printed.write_bytes(page.pdf(format="A4", print_background=True))
                subprocess.run(["pdftoppm", "-png", "-r", "60", "-f", "1", "-l", "1", "-singlefile", printed, target / "office-printed"], check=False)
            context.close()


if __name__ == "__main__":
    import shutil

    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--headless", "--no-sandbox", "--disable-gpu"])
        draw(chromium, Path(__file__).resolve().parents[1] / "docs" / "screenshots")
        chromium.close()
