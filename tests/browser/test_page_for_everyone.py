"""Readable, operable and light: small screens, keyboard, screen readers, old eyes, no third party."""

import gzip
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, SMALL

QUESTION = "家暴怎么取证"
BUDGET = 150 * 1024


def severe(page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found if v["impact"] in ("serious", "critical")]


# Every two of colour, type and size meet once.
@pytest.mark.parametrize("scheme, elder, size", [("light", False, PHONE), ("dark", True, PHONE), ("light", True, DESKTOP), ("dark", False, DESKTOP)])
def test_axe_finds_nothing_serious(visit, scheme, elder, size):
    resident = visit(size, scheme).opens()
    if elder:
        resident.page.click("#elder")
    assert severe(resident.page) == []
    resident.says(QUESTION)
    assert severe(resident.page) == [], "a safety word, an answer, citations, buttons"
    resident.page.locator("button.law").first.click()
    expect(resident.page.locator("#sheet-body .loading")).to_have_count(0)
    assert severe(resident.page) == [], "an open article"
    resident.page.keyboard.press("Escape")
    resident.says("救命他现在拿刀砍门要杀我")
    assert severe(resident.page) == [], "an emergency"
    resident.page.click("#more")
    assert severe(resident.page) == [], "the menu"


@pytest.mark.parametrize("elder", [False, True], ids=["standard", "elder"])
def test_nothing_is_wider_than_a_small_screen(visit, elder):
    resident = visit(SMALL).opens()
    if elder:
        resident.page.click("#elder")
    for text in (QUESTION, "申请人民调解", "救命他现在拿刀砍门要杀我", "http://example.invalid/" + "a" * 300):
        resident.says(text)
        assert resident.overflow() <= 0
    inside = resident.page.locator("#scroller").evaluate("e => e.scrollWidth - e.clientWidth")
    assert inside <= 0


def test_all_that_is_tapped_is_as_big_as_a_finger(resident):
    resident.says(QUESTION)
    resident.page.locator("button.law.more").click()
    small = resident.page.locator("button:visible, #sheet a:visible").evaluate_all(
        "found => found.filter(e => e.offsetHeight < 44 || e.offsetWidth < 44).map(e => e.outerHTML.slice(0, 120))"
    )
    assert small == []


def test_text_is_large_and_larger_in_the_version_for_elders(resident):
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    bubble = resident.page.locator(".bubble p").first
    assert bubble.evaluate(size) >= 18
    resident.page.click("#elder")
    assert bubble.evaluate(size) >= 24
    assert resident.page.locator(".choice").first.evaluate("e => e.offsetHeight") >= 56
    resident.page.reload()
    expect(resident.page.locator("#elder")).to_have_attribute("aria-pressed", "true")


def test_elders_see_one_question_a_screen_and_can_look_back(resident):
    resident.page.click("#elder")
    resident.says(QUESTION)
    expect(resident.page.locator(".kind-greeting")).to_be_hidden()
    resident.page.click("#earlier")
    expect(resident.page.locator(".kind-greeting")).to_be_visible()


def test_everything_can_be_done_from_the_keyboard(visit):
    resident = visit(DESKTOP).opens()
    page, keys = resident.page, resident.page.keyboard
    keys.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    keys.press("Enter")
    expect(page.locator("#say")).to_be_focused()
    keys.type(QUESTION)
    keys.press("Shift+Enter")
    keys.type("请告诉我")
    keys.press("Enter")
    resident.answer_to(QUESTION)
    expect(page.locator("#say")).to_be_focused()

    focus_backwards(page, "button.law:not(.more)")
    cited = page.evaluate("document.activeElement.ariaLabel")
    keys.press("Enter")
    expect(page.get_by_role("dialog", name=cited)).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_role("button", name=cited)).to_be_focused()

    page.focus("#say")
    focus_backwards(page, ".choice")
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth")
    assert ring == "solid3px"
    chosen = page.evaluate("document.activeElement.textContent")
    keys.press("Enter")
    resident.answer_to(chosen)


def focus_backwards(page, selector: str) -> None:
    """Shift+Tab until something like this has the focus."""
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_only_what_is_new_is_read_aloud(resident):
    log = resident.page.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "polite")
    resident.says(QUESTION)
    resident.page.route("**/api/chat/history*", lambda route: None)
    resident.page.reload()
    expect(log).to_have_attribute("aria-live", "off")


def test_the_page_is_light_and_its_own(served, resident):
    resident.says(QUESTION)
    resident.page.locator("button.law").first.click()
    expect(resident.page.locator("#sheet-body .loading")).to_have_count(0)
    assert resident.foreign == []
    files = {url for url in resident.requests if "/static/" in url or url.rstrip("/") == served.url}
    assert sum(packed(url) for url in files | {f"{served.url}/static/vendor/weui.min.css"}) <= BUDGET


def packed(url: str) -> int:
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})) as answer:
        body = answer.read()
    if answer.headers["Content-Encoding"] == "gzip":
        gzip.decompress(body)
    return len(body)


def test_it_can_be_installed(served, resident):
    manifest = resident.page.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then(r => r.json())")
    assert manifest["display"] == "standalone" and manifest["start_url"] == "/" and manifest["lang"] == "zh-CN"
    for image in manifest["icons"]:
        with urllib.request.urlopen(served.url + image["src"]) as answer:
            assert answer.headers["Content-Type"] == image["type"]
