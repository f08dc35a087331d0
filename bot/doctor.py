"""`bot doctor`: what is misconfigured, missing or behind, each with its mend."""

from __future__ import annotations

import shutil
import stat
from datetime import datetime, timedelta, timezone
from typing import Iterator

import sqlalchemy as sa

from bot import doctor_gate, doctor_notices, doctor_proofs
from bot.errors import LegalBotError
from bot.findings import BAD, CARE, GOOD, Finding
from bot.office import BEIJING, read_office
from bot.settings import ROOT, Settings
from bot.storage.database import Database, open_database
from bot.storage.years import years_missing

LOW_DISK = 2 * 1024**3
LONG_WAIT = timedelta(minutes=5)


def examine(settings: Settings) -> list[Finding]:
    """Return what was found, in the order things are needed; a check that fails is a finding, never an exception."""
    findings: list[Finding] = []
    for check in (_office, _gate, _file_system, _disk, _keys, _database, _proofs, _cards, _model, _laws, _assets):
        try:
            findings.extend(check(settings))
        except (LegalBotError, OSError, sa.exc.SQLAlchemyError) as error:
            findings.append(Finding(check.__name__.strip("_"), BAD, f"{type(error).__name__}: {error}", "see the message"))
    return findings


def _office(settings: Settings) -> Iterator[Finding]:
    office = read_office(settings.office)
    yield Finding("office file", GOOD, f"{settings.office.name}: {len(office.communities)} communities")
    if any("示例" in c.name for c in office.communities):
        yield Finding("communities", CARE, "the fictional sample is in use", "enter the real communities in office.yml")
    for community in office.communities:
        if not any(community.code in advisor.communities for advisor in office.advisors):
            yield Finding("advisors", CARE, f"{community.name} has no advisor", "enter one under advisors: in office.yml")


def _gate(settings: Settings) -> Iterator[Finding]:
    yield from doctor_gate.gate(settings)
    yield from doctor_gate.scanner(settings)


def _keys(settings: Settings) -> Iterator[Finding]:
    file = settings.var / "secret.keys"
    if settings.secret_keys:
        yield Finding("keys", GOOD, "BOT_SECRET_KEYS is set")
    elif not file.exists():
        yield Finding("keys", GOOD, "none yet; made at first start")
    elif stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield Finding("keys", BAD, f"others can read {file.name}", f"chmod 600 {file.name}")
    else:
        yield Finding("keys", CARE, f"made by itself in {file.name}", "keep a copy elsewhere: without it personal data cannot be read")


def _database(settings: Settings) -> Iterator[Finding]:
    database = open_database(settings)
    database.migrate()
    yield Finding("database", GOOD, f"{database.engine.dialect.name}, at this release")
    yield _waiting(database)
    yield _books(database)
    yield _years(database)
    yield from doctor_gate.accounts(database)
    database.close()


def _proofs(settings: Settings) -> Iterator[Finding]:
    database, now = open_database(settings), doctor_proofs.utc_now()
    yield from doctor_proofs.books(database)
    yield from doctor_proofs.keys(database)
    yield from doctor_proofs.look_ups(database)
    yield from doctor_proofs.clock(database, now)
    yield from doctor_proofs.retention(database, now)
    yield from doctor_notices.notices(settings, database, now)
    database.close()


def _file_system(settings: Settings) -> Iterator[Finding]:
    settings.var.mkdir(parents=True, exist_ok=True)
    yield from doctor_proofs.writable(settings)


def _waiting(database: Database) -> Finding:
    from bot.storage.tables import Message

    since = datetime.now(timezone.utc) - LONG_WAIT
    with database.reading() as session:
        query = sa.select(sa.func.count()).select_from(Message).where(Message.state == "waiting", Message.received_at < since)
        late = session.execute(query).scalar_one()
    if late:
        return Finding("inbox", BAD, f"{late} messages wait for longer than 5 minutes", "is `bot serve` running, and is its worker ready?")
    return Finding("inbox", GOOD, "nobody waits")


def _books(database: Database) -> Finding:
    """The database itself must refuse to change the books."""
    from bot.storage.tables import ServiceEntry

    with database.begin() as session:
        try:
            if session.execute(sa.select(ServiceEntry.id).limit(1)).first() is None:
                return Finding("books", GOOD, "empty")
            session.execute(sa.delete(ServiceEntry).where(sa.true()).execution_options(synchronize_session=False))
            return Finding("books", BAD, "the database let entries be deleted", "the trigger is gone: restore a backup")
        except sa.exc.DatabaseError:
            return Finding("books", GOOD, "append-only")
        finally:
            session.rollback()


def _years(database: Database) -> Finding:
    """The years that will be written next have their place; `migrate` has just made them if it could."""
    missing = years_missing(database, datetime.now(timezone.utc))
    if missing:
        seen = f"no partition of its own: {', '.join(map(str, missing))}"
        return Finding("years", CARE, seen, "nothing is lost, counting gets slower; restart `bot serve`, it makes them while nobody writes")
    return Finding("years", GOOD, "one table" if database.is_sqlite else "each in its partition, the next two made ahead")


def _cards(_settings: Settings) -> Iterator[Finding]:
    from bot.knowledge.cards import read_cards

    cards = read_cards().values()
    unsigned = sum(1 for card in cards if card.review_status(datetime.now(BEIJING).date()))
    state = CARE if unsigned else GOOD
    yield Finding("cards", state, f"{len(cards)} cards, {unsigned} not signed or expired", "a lawyer signs reviewed_by and reviewed_on" if unsigned else "")


def _model(settings: Settings) -> Iterator[Finding]:
    from bot.dialogue.model import fingerprint, model_path, newest_model

    newest = newest_model(settings.var)
    fits = model_path(settings.var, fingerprint()).exists()
    yield Finding("model", GOOD if fits else CARE, newest.rsplit("/", 1)[-1], "" if fits else "data or cards changed since: bot train")


def _laws(settings: Settings) -> Iterator[Finding]:
    from bot.knowledge.statutes import FILE_NAME, StatuteStore

    path = settings.var / FILE_NAME
    if not path.exists():
        yield Finding("laws", CARE, "no statute store yet", "bot laws import")
        return
    in_force = StatuteStore(path).in_force(datetime.now(BEIJING).date())
    yield Finding("laws", GOOD, f"{len(in_force)} laws in force today")


def _assets(_settings: Settings) -> Iterator[Finding]:
    built = ROOT / "bot/web/static/vendor/weui.min.css"
    yield Finding("page assets", GOOD, "built") if built.exists() else Finding("page assets", BAD, "not built", "make setup")


def _disk(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.var).free
    state = GOOD if free > LOW_DISK else BAD
    yield Finding("disk", state, f"{free // 1024**2} MiB free", "" if state == GOOD else "make room: a full disk stops the inbox")


