"""A resident with a phone: Chromium on the running product, and what such a person does there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import CHROMIUM, Served

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-component-update", "--disable-sync"]
PHONE, DESKTOP, SMALL = (360, 740), (1280, 800), (320, 568)
WAIT = 20_000
expect.set_options(timeout=WAIT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a file: Playwright keeps an event loop running, which tests of other folders must not meet."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """One browser profile; remembers what was asked of whom and what went wrong."""

    url: str
    context: BrowserContext
    page: Page
    requests: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def opens(self) -> Visitor:
        self.page.goto(self.url)
        expect(self.page.locator(".kind-greeting")).to_be_visible()
        return self

    def says(self, text: str) -> str:
        """Type and send; returns all that was answered."""
        self.page.fill("#say", text)
        self.page.keyboard.press("Enter")
        return self.answer_to(text)

    def taps(self, title: str) -> str:
        """Tap a button under the newest answer; returns all that was answered."""
        self.page.locator(".choices:not(.closed)").get_by_role("button", name=title, exact=True).click()
        return self.answer_to(title)

    def answer_to(self, text: str) -> str:
        """Wait for the answer to what was said last and return it."""
        expect(self.page.locator(".said .bubble").last).to_contain_text(text[:40])
        expect(self.page.locator(".said ~ .reply").last).to_be_visible()
        expect(self.page.locator("#log > .entry").last).to_have_class(re.compile("reply"))
        expect(self.page.locator("#typing")).to_be_hidden()
        return "\n".join(self.answers())

    def answers(self) -> list[str]:
        """Return the parts of the newest answer."""
        return self.page.evaluate(
            """() => {
                const entries = [...document.querySelectorAll('#log > .entry')];
                const last = entries.map(e => e.classList.contains('said')).lastIndexOf(true);
                return entries.slice(last + 1).map(e => e.querySelector('.bubble')?.innerText ?? e.innerText);
            }"""
        )

    @property
    def shown(self) -> list[str]:
        """Return all bubbles, in order."""
        return self.page.locator("#log > .entry .bubble").all_inner_texts()

    @property
    def foreign(self) -> list[str]:
        """Return the requests that went elsewhere."""
        return [r for r in self.requests if urlsplit(r).netloc not in ("", urlsplit(self.url).netloc) and not r.startswith(("data:", "blob:"))]

    def posts(self) -> list[str]:
        return [r for r in self.requests if r.endswith("/api/chat/messages")]

    def overflow(self) -> int:
        """Return how many pixels the page is wider than the screen."""
        return int(self.page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth"))


@pytest.fixture()
def visit(chromium: Browser, served: Served) -> Iterator[Callable[..., Visitor]]:
    """Returns a maker of visitors; none of them may meet a script error or have contacted anybody else."""
    visitors: list[Visitor] = []

    def make(size: tuple[int, int] = PHONE, scheme: str = "light", **options: Any) -> Visitor:
        width, height = size
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce", **options
        )
        context.set_default_timeout(WAIT)
        visitor = Visitor(served.url, context, context.new_page())
        watch(visitor, visitor.page)
        visitors.append(visitor)
        return visitor

    yield make
    for visitor in visitors:
        visitor.context.close()
        assert visitor.troubles == []
        assert visitor.foreign == [], "the page contacted somebody else"


def watch(visitor: Visitor, page: Page) -> None:
    """Note a page's requests, script errors and breaches of the content policy."""
    page.on("request", lambda request: visitor.requests.append(request.url))
    page.on("pageerror", lambda error: visitor.troubles.append(str(error)))
    page.on("console", lambda message: visitor.troubles.append(message.text) if "Content Security Policy" in message.text else None)


@pytest.fixture()
def resident(visit: Callable[..., Visitor]) -> Visitor:
    """A new visitor on a phone, with the page open."""
    return visit().opens()
