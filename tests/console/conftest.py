"""The running desk, one a test file, and people who look at it in a browser."""

from __future__ import annotations

from typing import Any, Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.console.browser import DESKTOP, Screen, chromium_here
from tests.console.desk import Desk, running_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The web process with a database of its own (SQLite) and an account for each of `PEOPLE`."""
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a test file."""
    with chromium_here() as browser:
        yield browser


@pytest.fixture()
def screen(desk: Desk, chromium: Browser) -> Iterator[Callable[..., Screen]]:
    """Returns a maker of screens; none of them may meet a script error, break the content policy or ask somebody else."""
    made: list[Screen] = []

    def make(who: str = "advisor_c01", size: tuple[int, int] = DESKTOP, **options: Any) -> Screen:
        made.append(Screen.of(desk, chromium, who, size, **options))
        return made[-1]

    yield make
    for one in made:
        one.page.context.close()
        assert one.troubles == []
