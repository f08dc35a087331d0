"""The dashboard in Chromium, on an office PC and a phone, in light and dark, and on paper."""

import re

import pytest
from playwright.sync_api import expect

from tests.console.books import PERIOD, fill_year
from tests.console.browser import DESKTOP, PHONE, Screen, chromium_here, severe
from tests.console.desk import running_desk

pytestmark = pytest.mark.browser
PAGES = (f"/console/office?{PERIOD}", f"/console/office/rows/cases_total?{PERIOD}", f"/console/office/flags?{PERIOD}", f"/console/office/exports?{PERIOD}",
         "/console/office/periods", f"/console/office/report?{PERIOD}", "/console/office/opendata", "/console/office/tokens")  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with running_desk(tmp_path_factory.mktemp("office-browser")) as running:
        fill_year(running.database)
        yield running


@pytest.fixture(scope="module")
def browser():
    with chromium_here() as found:
        yield found


@pytest.fixture()
def screen(desk, browser):
    opened = []

    def make(size=DESKTOP, scheme="light", who="office"):
        opened.append(Screen.of(desk, browser, who, size, scheme))
        return opened[-1]

    yield make
    for one in opened:
        one.page.context.close()
        assert one.troubles == []


def drawn(screen):
    page = screen.open(PAGES[0])
    expect(page.locator("html")).to_have_attribute("data-charts", "9")
    expect(page.locator("#flags ul, #flags p:not(.quiet)").first).to_be_visible()
    return page


@pytest.mark.parametrize("size, scheme", [(DESKTOP, "light"), (PHONE, "dark")])
def test_the_dashboard_fits_the_screen_and_axe_finds_nothing_serious(screen, size, scheme):
    opened = screen(size, scheme)
    page = drawn(opened)
    assert opened.overflow() <= 0 and severe(page) == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("path", PAGES[1:])
def test_every_office_page_fits_the_screen_and_axe_finds_nothing_serious(screen, size, path):
    opened = screen(size)
    page = opened.open(path)
    expect(page.locator("h1")).to_be_visible()
    assert opened.overflow() <= 0 and severe(page) == []


def test_each_chart_has_ink_and_its_table_beside_it(screen):
    page = drawn(screen())
    for code in ("trend", "community", "dispute_type", "outcome", "funnel", "channel", "tier", "replies", "stars"):
        inked = page.locator(f"[data-chart={code}] canvas").evaluate(
            "canvas => new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer).filter(Boolean).length"
        )
        assert inked > 500, code
        expect(page.locator(f"#{code} table tbody tr").first).to_be_visible()


def test_a_figure_opens_as_many_rows_as_it_says(screen):
    page = drawn(screen())
    tile = page.locator("[data-metric=cases_total]")
    shown = int(re.search(r"\d+", tile.locator("strong").inner_text())[0])
    tile.click()
    expect(page.locator("#total")).to_have_text(str(shown))
    expect(page.locator("#rows tbody tr")).to_have_count(min(shown, 50))


def test_filters_stand_in_the_address_and_come_back_from_it(screen):
    page = drawn(screen())
    page.locator("select[name=community]").select_option(label="示例社区三")
    page.locator("select[name=dispute_type]").select_option(index=1)
    page.get_by_role("button", name="查看").click()
    expect(page).to_have_url(re.compile("community=c03"))
    page.reload()
    expect(page.locator("select[name=community]")).to_have_value("c03")
    listed = page.locator("#community tbody tr")
    expect(listed).to_have_count(1)


def test_it_prints_on_a4_without_forms_and_with_its_charts(screen):
    opened = screen()
    page = drawn(opened)
    page.emulate_media(media="print")
    expect(page.locator("form.filters")).to_be_hidden()
    expect(page.locator("nav.tabs")).to_be_hidden()
    expect(page.locator("[data-chart=trend] canvas")).to_be_visible()
    pdf = page.pdf(format="A4")
    assert pdf.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 2
    page.set_viewport_size({"width": 718, "height": 1000})  # A4 less its margins, at 96 dots an inch
    assert opened.overflow() <= 0


def test_a_month_is_closed_at_the_keyboard(screen):
    page = screen().open("/console/office/periods")
    page.get_by_label("月份").first.fill(PERIOD.partition("=")[2] + "-01")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("已关账。")
    expect(page.locator("table")).to_contain_text("有效")
