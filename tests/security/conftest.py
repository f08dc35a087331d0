"""The running desk, one a test file."""

from __future__ import annotations

from typing import Iterator

import pytest

from tests.console.desk import Desk, running_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The web process with a database of its own (SQLite) and an account for each of `PEOPLE`."""
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running
