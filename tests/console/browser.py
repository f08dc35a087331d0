"""A member of staff with a browser: Chromium on the running desk, signed in as one of PEOPLE."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, DESKTOP, PHONE, WAIT
from tests.conftest import CHROMIUM
from tests.console.desk import Desk

__all__ = ["DESKTOP", "PHONE", "Screen", "chromium_here", "severe"]


@contextmanager
def chromium_here() -> Iterator[Browser]:
    """One browser a file; skips where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Screen:
    """One browser window of one member of staff; remembers script errors, breaches of the content policy and foreign requests."""

    desk: Desk
    page: Page
    troubles: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, desk: Desk, browser: Browser, who: str, size: tuple[int, int] = DESKTOP, scheme: str = "light", **options: Any) -> Screen:
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce", **options
        )
        context.set_default_timeout(WAIT)
        if who:
            context.add_cookies([{"name": "staff", "value": desk.login(who).cookies["staff"], "url": desk.url}])
        screen = cls(desk, context.new_page())
        screen.page.on("pageerror", lambda error: screen.troubles.append(str(error)))
        screen.page.on("console", lambda message: screen.troubles.append(message.text) if "Content Security Policy" in message.text else None)
        screen.page.on("request", lambda request: screen._asked(request.url))
        return screen

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.desk.url}{path}")
        return self.page

    def overflow(self) -> int:
        """Return how many pixels the page is wider than the screen."""
        return int(self.page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth"))

    def _asked(self, url: str) -> None:
        if urlsplit(url).netloc not in ("", urlsplit(self.desk.url).netloc) and not url.startswith(("data:", "blob:")):
            self.troubles.append(f"asked somebody else: {url}")


def severe(page: Page) -> list[str]:
    """Return the serious and critical findings of axe on what is shown."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] in ("serious", "critical")]
