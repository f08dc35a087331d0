"""Pictures of the resident page and the desk for the documents: python tools/screenshots.py

Starts a product of its own in a temporary folder, with the newest model of BOT_VAR, plays one resident's visit, and
writes docs/screenshots/*.png. Needs the tests' packages and Chromium (`make setup-tests`).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # for bench.web_process

import screenshots_desk  # noqa: E402
import screenshots_office  # noqa: E402

TARGET = ROOT / "docs" / "screenshots"
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-component-update", "--disable-sync"]
PHONE, DESKTOP = (360, 740), (1280, 800)
QUESTION = "楼上漏水泡坏了我家天花板怎么办"
FORM = (QUESTION, "申请人民调解", "示例社区三", "同意", "楼上住户李四", "修好漏水点，赔我修天花板的钱", "张三", "13800138000", "确认提交")


def main() -> None:
    """Write all pictures and say where they are."""
    browser_path = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    if browser_path is None:
        sys.exit("No Chromium here; on Debian: apt-get install chromium fonts-noto-cjk")
    TARGET.mkdir(parents=True, exist_ok=True)
    with running_product() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
        one_visit(browser, url)
        other_looks(browser, url)
        screenshots_desk.draw(browser, TARGET)
        screenshots_office.draw(browser, TARGET)
        browser.close()
    print(f"{len(list(TARGET.glob('*.png')))} pictures in {TARGET.relative_to(ROOT)}")


def one_visit(browser: Browser, url: str) -> None:
    """From the greeting to the number, on a phone."""
    page = visit(browser, url, PHONE)
    shoot(page, "1-greeting")
    for text in FORM:
        say(page, text)
        if text == QUESTION:
            shoot(page, "2-answer")
            page.locator("button.law").first.click()
            page.locator("#sheet-body .loading").wait_for(state="detached")
            shoot(page, "3-citation")
            page.keyboard.press("Escape")
        if text == FORM[-2]:
            shoot(page, "4-summary")
    shoot(page, "5-number")


def other_looks(browser: Browser, url: str) -> None:
    """An emergency, the dark page, 长辈版 and a wide screen."""
    emergency = visit(browser, url, PHONE)
    say(emergency, "救命他现在拿刀砍门要杀我")
    shoot(emergency, "6-emergency")
    dark = visit(browser, url, PHONE, scheme="dark")
    say(dark, QUESTION)
    shoot(dark, "7-dark")
    elder = visit(browser, url, PHONE)
    elder.click("#elder")
    say(elder, "转人工")
    shoot(elder, "8-elder")
    wide = visit(browser, url, DESKTOP)
    say(wide, QUESTION)
    shoot(wide, "9-desktop")


def visit(browser: Browser, url: str, size: tuple[int, int], scheme: str = "light") -> Page:
    """Return the page of a new visitor."""
    options = {"color_scheme": scheme, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", "reduced_motion": "reduce"}
    page = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options).new_page()  # type: ignore[arg-type]
    page.goto(url)
    page.locator(".kind-greeting").wait_for()
    return page


def say(page: Page, text: str) -> None:
    """Say something and wait for the answer."""
    page.fill("#say", text)
    page.keyboard.press("Enter")
    page.locator("#log > .reply:last-child").wait_for()
    page.locator("#typing").wait_for(state="hidden")


def shoot(page: Page, name: str) -> None:
    """Write a picture of what is on the screen."""
    page.evaluate("() => document.activeElement.blur()")
    page.screenshot(path=TARGET / f"{name}.png")


@contextmanager
def running_product() -> Iterator[str]:
    """A product with an empty database; yields its address."""
    var = ROOT / os.environ.get("BOT_VAR", "var")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("models", "laws.db"):
            if (var / name).exists():
                (Path(folder) / name).symlink_to((var / name).resolve())
        port = _free_port()
        environment = {**os.environ, "BOT_VAR": folder, "DATABASE_URL": ""}
        process = subprocess.Popen([sys.executable, "-m", "bot.cli", "serve", "--port", str(port)], cwd=ROOT, env=environment)
        try:
            _wait(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            sys.exit("bot serve ended before it was ready; its messages are above.")
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):  # noqa: S310 (our own address)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    sys.exit("bot serve was not ready in two minutes.")


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


if __name__ == "__main__":
    main()
