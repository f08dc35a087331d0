"""A database that an earlier release wrote is brought forward with everything in it.

`releases/NNNN.sql.gz` is what the release of that revision stored (SQLite, fictional): a demonstration year and one conversation with its case.
"""

import base64
import gzip
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.ledger.cases import find_case, open_case
from bot.statistics.rollups import recount
from bot.storage.database import open_database
from bot.storage.tables import CasePerson, Message
from tests.builders import make_request
from tests.conftest import NOON

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.sql.gz"))
KEY = "r4:" + base64.b64encode(b"fictional key of release 0004 !!").decode()


def rows_of(connection) -> dict[str, int]:
    tables = [t for t in sa.inspect(connection).get_table_names() if t != "alembic_version"]
    return {t: connection.execute(sa.text(f"SELECT count(*) FROM {t}")).scalar_one() for t in tables}


@pytest.fixture(params=RELEASES, ids=lambda path: path.name[:4])
def old(request, settings):
    with sqlite3.connect(settings.var / "bot.db") as file:
        file.executescript(gzip.decompress(request.param.read_bytes()).decode())
    database = open_database(replace(settings, secret_keys=KEY))
    yield database
    database.close()


def test_a_release_is_kept_to_migrate_from():
    assert RELEASES


def test_every_row_of_an_earlier_release_is_there_after_the_update(old):
    with old.engine.connect() as connection:
        before = rows_of(connection)
    old.migrate()
    with old.engine.connect() as connection:
        after = rows_of(connection)
    assert {t: after.get(t) for t in before} == before


def test_people_and_words_are_readable_and_the_books_still_add_up(old):
    old.migrate()
    with old.reading() as session:
        assert find_case(session, "GX2026-00001", conversation="web:a", phone_tail="8000").requested_at == NOON
        assert "张三" in session.execute(sa.select(CasePerson.name).where(CasePerson.case_number == "GX2026-00001")).scalars().all()
        assert session.execute(sa.select(Message.text)).scalar_one() == "我叫张三，楼上漏水"
        assert recount(session) == []


def test_life_goes_on_and_the_books_still_refuse_to_be_changed(old):
    old.migrate()
    with old.transaction() as session:
        assert open_case(session, make_request(source_key="after the update"), "GX", NOON).number == "GX2026-00002"
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), old.transaction() as session:
        session.execute(sa.text("UPDATE service_entries SET quantity = 2"))


def test_updating_twice_changes_nothing(old):
    old.migrate()
    with old.engine.connect() as connection:
        before = rows_of(connection)
    old.migrate()
    with old.engine.connect() as connection:
        assert rows_of(connection) == before
