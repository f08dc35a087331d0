"""On PostgreSQL the books lie in one partition a year; what holds for one table holds for all years together. On SQLite they are one table."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from bot.ledger.mediation import accept_case
from bot.ledger.services import Service, record, reverse
from bot.legal.cases import Channel
from bot.statistics import metrics
from bot.statistics.paging import rows_page
from bot.statistics.periods import month, year
from bot.statistics.rollups import recount
from bot.statistics.views import View
from bot.storage.backup import back_up, restore
from bot.storage.book_tables import FactEntry
from bot.storage.database import Database, open_database
from bot.storage.migrating import MIGRATIONS
from bot.storage.tables import EntryKey, ServiceEntry
from bot.storage.years import make_years, years_missing
from tests.conftest import NOON
from tests.databases import empty_postgres, migrated_postgres
from tests.storage.books import counted, done, make_case

ELSEWHERE = {year_: datetime(year_, 7, 1, tzinfo=timezone.utc) for year_ in (1998, 2019, 2024, 2025, 2026)}
WHERE = sa.text("SELECT tableoid::regclass::text FROM service_entries ORDER BY id")


def write(database, key, at=NOON, kind="bot_answer", **more):
    with database.transaction() as session:
        return record(session, Service(kind, at, key, Channel.WEB, **more), NOON)


def raw_line(key, at=NOON, **more):
    return {"source_key": key, "kind": "bot_answer", "quantity": 1, "happened_at": at, "recorded_at": NOON, "recorded_by": "t", "tier": "community",
            "channel": "web", "is_demo": False, **more}  # fmt: skip


@pytest.fixture(params=[pytest.param("postgresql", marks=pytest.mark.postgres)])
def on_postgres(request, settings):
    """SQLite keeps the books in one table; this is about years."""
    opened = open_database(replace(settings, database_url=migrated_postgres(request.getfixturevalue("postgres_url"))))
    yield opened
    opened.close()


def test_a_source_is_counted_once_over_all_years(database):
    first = write(database, "a", ELSEWHERE[2024])
    assert write(database, "a", ELSEWHERE[2025]).id == first.id
    with pytest.raises(sa.exc.IntegrityError), database.transaction() as session:
        session.execute(sa.insert(ServiceEntry), [raw_line("b"), raw_line("a", ELSEWHERE[2026])])
    with database.reading() as session:
        assert session.execute(sa.select(ServiceEntry.source_key)).scalars().all() == ["a"] and recount(session) == []


def test_a_line_is_taken_back_once(database):
    wrong = write(database, "a", ELSEWHERE[2024])
    with database.transaction() as session:
        reverse(session, wrong.id, "entered twice", "a01", NOON)
    with pytest.raises(sa.exc.IntegrityError), database.transaction() as session:
        session.execute(sa.insert(ServiceEntry), [raw_line("again", quantity=-1, reverses_id=wrong.id, reason="entered twice")])


def test_a_line_that_takes_back_nothing_is_refused(database):
    with pytest.raises(sa.exc.IntegrityError), database.transaction() as session:
        session.execute(sa.insert(ServiceEntry), [raw_line("x", quantity=-1, reverses_id=4711, reason="nothing")])


def test_a_fact_is_tied_to_lines_that_exist(database):
    done(database, accept_case, make_case())
    with pytest.raises(sa.exc.IntegrityError), database.transaction() as session:
        session.add(FactEntry(entry_id=4711, fact_id=session.execute(sa.select(FactEntry.fact_id).limit(1)).scalar_one()))


def test_a_year_begins_in_beijing(on_postgres):
    eve = datetime(2025, 12, 31, 15, 59, 59, tzinfo=timezone.utc)
    make_years(on_postgres, ELSEWHERE[2025])
    for n in range(2):
        write(on_postgres, str(n), eve + timedelta(seconds=n))
    with on_postgres.reading() as session:
        assert session.execute(WHERE).scalars().all() == ["service_entries_2025", "service_entries_2026"]


def test_this_year_and_the_next_two_are_made_ahead_once(on_postgres):
    now = datetime(2140, 12, 31, 16, 0, tzinfo=timezone.utc)  # midnight of 2141 in Beijing
    assert years_missing(on_postgres, now) == [2141, 2142, 2143]
    assert make_years(on_postgres, now) == [2141, 2142, 2143]
    assert make_years(on_postgres, now) == [] == years_missing(on_postgres, now)


def test_lines_of_a_year_without_a_place_wait_and_move_into_it(on_postgres):
    for n, at in enumerate((ELSEWHERE[1998], ELSEWHERE[2019], ELSEWHERE[2019])):
        write(on_postgres, str(n), at, case_number=f"GX2019-{n:05d}")
    with on_postgres.reading() as session:
        assert set(session.execute(WHERE).scalars()) == {"service_entries_other"}
        before = session.execute(sa.select(ServiceEntry.__table__).order_by(ServiceEntry.id)).all()
    assert {1998, 2019} <= set(make_years(on_postgres, ELSEWHERE[2026]))
    with on_postgres.reading() as session:
        assert session.execute(WHERE).scalars().all() == ["service_entries_1998", "service_entries_2019", "service_entries_2019"]
        assert session.execute(sa.select(ServiceEntry.__table__).order_by(ServiceEntry.id)).all() == before and recount(session) == []


@pytest.mark.parametrize("statement", [
    "UPDATE service_entries_2024 SET quantity = 9", "DELETE FROM service_entries_2024", "TRUNCATE service_entries_2024", "TRUNCATE service_entries CASCADE",
    "INSERT INTO service_entries_2024 SELECT * FROM service_entries", "DELETE FROM service_entries_other", "UPDATE service_entries SET happened_at = happened_at + interval '1 year'",
    "DELETE FROM entry_keys", "UPDATE entry_keys SET source_key = 'b'", "INSERT INTO entry_keys VALUES (99, 'c', now(), NULL)", "TRUNCATE entry_keys CASCADE",
])  # fmt: skip
def test_no_year_and_no_key_can_be_changed_by_itself(on_postgres, statement):
    make_years(on_postgres, ELSEWHERE[2024])
    write(on_postgres, "a", ELSEWHERE[2024])
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), on_postgres.transaction() as session:
        session.execute(sa.text(statement))


def test_many_years_add_up_and_their_roll_ups_equal_the_lines(database):
    for of_year, at in ELSEWHERE.items():
        for n in range(3):
            write(database, f"{of_year}:{n}", at + timedelta(days=31 * n), "handover", community=f"c0{n}")
    with database.reading() as session:
        assert recount(session) == []
        which = metrics.metric("handovers")
        assert [metrics.count(session, which, View(year(n))) for n in ELSEWHERE] == [3] * 5
        assert metrics.count(session, which, View(month(8, 2024))) == 1
        assert dict(metrics.table(session, which, View(year(2024)), ["month"])) == {("2024-07",): 1, ("2024-08",): 1, ("2024-09",): 1}


def test_a_roll_up_that_lost_a_line_is_found(database):
    write(database, "a")
    for table, change in (("daily_counts", "quantity = quantity + 1"), ("month_parts", "lines = lines - 1 WHERE part = 'hour'"), ("month_parts", "code = 'c09' WHERE part = 'community'"), ("hourly_counts", "quantity = 0")):
        with database.begin() as session:
            session.execute(sa.text(f"UPDATE {table} SET {change}"))
            assert len(recount(session)) == (2 if "code" in change else 1)  # a sum under another code is missing under its own
            session.rollback()


def test_pages_come_in_time_and_know_how_many_lines_there_are(database):
    for n in range(7):
        write(database, str(n), ELSEWHERE[2025] - timedelta(hours=n // 2), community=f"c0{n % 2}")
    wrong = write(database, "late", ELSEWHERE[2025] - timedelta(days=1))
    with database.transaction() as session:
        reverse(session, wrong.id, "entered twice", "a01", NOON)
    which, view = metrics.metric("bot_answers"), View(year(2025))
    with database.reading() as session:
        ids, after = [], 0
        while after is not None:
            page = rows_page(session, which, view, after, size=2)
            assert page.total == 9
            ids += [row.id for row in page.rows]
            after = page.following
        assert ids == [row.id for row in metrics.rows(session, which, view)]
        assert rows_page(session, which, View(year(2025), where=(("community", "c01"),))).total == 3
        assert rows_page(session, which, View(year(2025), as_of=NOON.date())).total == 9
        assert rows_page(session, which, view, after=10**17).rows == ()


def test_books_of_many_years_come_back_from_a_backup(database, tmp_path):
    done(database, accept_case, make_case())
    for of_year, at in ELSEWHERE.items():
        write(database, str(of_year), at)
    with database.transaction() as session:
        for line in session.execute(sa.select(ServiceEntry)).scalars().all():
            reverse(session, line.id, "entered twice", "a01", NOON)
    back_up(database, tmp_path / "sealed", NOON)
    elsewhere = Database(f"sqlite:///{tmp_path / 'elsewhere.db'}")
    restore(elsewhere, tmp_path / "sealed")
    lines = sa.select(ServiceEntry.__table__).order_by(ServiceEntry.__table__.c.id)
    with database.reading() as session, elsewhere.reading() as brought:
        assert session.execute(lines).all() == brought.execute(lines).all() and recount(brought) == []
    elsewhere.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def before_years(request, settings):
    """Books of revision 0014 with a fact, a reversed line, lines of three years, one of them in the last hours of a year."""
    url = settings.database_url if request.param == "sqlite" else empty_postgres(request.getfixturevalue("postgres_url"))
    database = open_database(replace(settings, database_url=url))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = database.url
    command.upgrade(config, "0014_party_details")
    table = ServiceEntry.__table__
    with database.transaction() as session:
        session.execute(sa.insert(table), [raw_line(f"{n}", at, community="c01") for n, at in enumerate(ELSEWHERE.values())])
        session.execute(sa.insert(table), [raw_line("eve", datetime(2024, 12, 31, 16, tzinfo=timezone.utc), kind="mediation_accepted")])
        wrong = session.execute(sa.text("SELECT min(id) FROM service_entries")).scalar_one()
        session.execute(sa.insert(table), [raw_line("reversal:0", ELSEWHERE[1998], community="c01", quantity=-1, reverses_id=wrong, reason="entered twice")])
        session.execute(sa.text(
            "INSERT INTO book_facts (source_key, book, event, subject, happened_at, recorded_at, recorded_by, tier, channel, details, is_demo) "
            "VALUES ('f', 'mediation', 'accepted', 'M1', :at, :at, 't', 'community', 'web', '{}', false)"), {"at": NOON.replace(tzinfo=None)})  # fmt: skip
        session.execute(sa.text("INSERT INTO fact_entries SELECT s.id, f.id FROM service_entries s, book_facts f WHERE s.source_key = 'eve'"))
    yield database
    database.close()


def test_books_of_before_come_into_their_years_with_everything_in_them(before_years):
    lines = sa.select(ServiceEntry.__table__).order_by(ServiceEntry.__table__.c.id)
    with before_years.reading() as session:
        before = session.execute(lines).all()
    before_years.migrate()
    with before_years.reading() as session:
        assert session.execute(lines).all() == before and recount(session) == []
        keys = session.execute(sa.select(EntryKey.entry_id, EntryKey.source_key, EntryKey.happened_at, EntryKey.reverses_id).order_by(EntryKey.entry_id)).all()
        assert keys == [(line.id, line.source_key, line.happened_at, line.reverses_id) for line in before]
        if not before_years.is_sqlite:
            years = [name.removeprefix("service_entries_") for name in session.execute(WHERE).scalars()]
            assert years == ["1998", "2019", "2024", "2025", "2026", "2025", "1998"]
    assert write(before_years, "3").id == before[3].id and write(before_years, "new").id > before[-1].id
    done(before_years, accept_case, make_case())
    assert counted(before_years, "cases_total") == 1
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), before_years.transaction() as session:
        session.execute(sa.text("DELETE FROM service_entries"))


def test_updating_books_twice_changes_nothing(before_years):
    before_years.migrate()
    before_years.migrate()
    with before_years.reading() as session:
        assert recount(session) == []
