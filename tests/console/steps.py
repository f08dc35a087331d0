"""Taking the steps of a case on its page, as somebody does who sees the forms."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def take_step(page: Page, step: str, refused: bool = False, **values: str) -> None:
    """Open a step's form on the page of the case, fill it in and send it; what is not refused leads to the page anew."""
    page.locator(f"#act-{step} > summary").click()
    form = page.locator(f"#act-{step} form")
    fill_in(form, values)
    send(page, form.get_by_role("button"), refused)


def fill_in(form: Locator, values: dict[str, str]) -> None:
    """Fill in fields by their names, whatever kind they are."""
    for name, value in values.items():
        place = form.locator(f"[name={name}]")
        kind = place.evaluate("e => e.type || e.tagName")
        if kind == "checkbox":
            place.check()
        elif kind == "select-one":
            place.select_option(value)
        else:
            place.fill(value)


def send(page: Page, button: Locator, refused: bool = False) -> None:
    if refused:
        button.click()
        return
    with page.expect_navigation():
        button.click()


def done(page: Page, status: str) -> None:
    expect(page.locator(".facts").first).to_contain_text(status)
