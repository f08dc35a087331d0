"""What `bot doctor` proves: that the books add up, that what was closed holds, and that the machine below can be trusted.

Run after every restore (docs/operations.md).
"""

from __future__ import annotations

import errno
import os
import tempfile
from datetime import datetime, timedelta, timezone
from typing import Iterator
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.errors import BadSetting
from bot.findings import BAD, CARE, GOOD, Finding
from bot.ledger import audit
from bot.ledger.people import name_hashes
from bot.ledger.periods import broken_links, closed_months, period_actions
from bot.ledger.retention import look
from bot.office import BEIJING
from bot.settings import Settings
from bot.statistics.closings import checks
from bot.statistics.frozen import one_snapshot
from bot.statistics.rollups import recount
from bot.storage import personal_data
from bot.storage.database import Database
from bot.storage.rotation import count_by_key
from bot.storage.tables import Case, CasePerson, Message, ServiceEntry

NEWEST = 100
SKEW = timedelta(seconds=60)
MENDS = {
    errno.EROFS: "the file system is read-only: look at dmesg, remount it",
    errno.ENOSPC: "the disk is full: make room",
    errno.EDQUOT: "the disk quota is used up: make room or have it raised",
    errno.EFBIG: "a limit on the size of files is set: see ulimit -f",
}


def books(database: Database) -> Iterator[Finding]:
    """Roll-ups equal lines, closed months hold, the chains are unbroken; `seen` carries the counts and hashes to compare with others."""
    with database.reading() as session:
        one_snapshot(session)
        lines = session.execute(sa.select(sa.func.count()).select_from(ServiceEntry)).scalar_one()
        cases = session.execute(sa.select(sa.func.count()).select_from(Case)).scalar_one()
        wrong = recount(session)
        mend = "restore a backup; the lines themselves decide" if wrong else ""
        yield Finding("counts", BAD if wrong else GOOD, f"{cases} cases, {lines} lines, {len(wrong)} roll-ups differ", mend)
        chain = period_actions(session)
        closed = closed_months(chain)
        altered = [a.month for a, found in zip(closed, checks(session, closed)) if not all(c.intact for c in found)]
        if broken_links(chain) or altered:
            yield Finding("closed months", BAD, f"chain broken or rows altered: {', '.join(altered) or 'chain'}", "bot period list; restore a backup of before")
        else:
            yield Finding("closed months", GOOD, f"{len(closed_months(chain))} hold, head {chain[-1].digest[:12] if chain else '-'}")
        proof = audit.verify(session)
        if proof.broken_at is not None:
            yield Finding("audit log", BAD, f"broken at entry {proof.broken_at}", "somebody changed it: keep this database as evidence, restore a backup")
        else:
            yield Finding("audit log", GOOD, f"{proof.entries} entries, head {proof.head[:12]}")


def keys(database: Database) -> Iterator[Finding]:
    """Every stored value can be opened with the keys at hand."""
    ring, counts = personal_data.keys(), count_by_key(database)
    missing = {name: n for name, n in counts.items() if name not in ring.names}
    old = sum(n for name, n in counts.items() if name != ring.newest and name not in missing)
    if missing:
        yield Finding("personal data", BAD, f"{sum(missing.values())} values need the keys {sorted(missing)}", "add them to BOT_SECRET_KEYS or secret.keys")
    elif old:
        yield Finding("personal data", CARE, f"{old} values are under an older key", "bot keys rotate --keep-key")
    else:
        yield Finding("personal data", GOOD, f"{sum(counts.values())} values, all under {ring.newest}")


def look_ups(database: Database) -> Iterator[Finding]:
    """The newest parties are found by what the kept look-up keys make of their names; a database beside another file of keys finds nobody."""
    query = sa.select(CasePerson).where(CasePerson.name_hash.is_not(None)).order_by(CasePerson.id.desc()).limit(NEWEST)
    with database.reading() as session:
        try:
            people = session.execute(query).scalars().all()
        except BadSetting:
            return  # which key is missing is said above
        lost = [person for person in people if person.name_hash not in name_hashes(person.name)]
    if lost:
        mend = "put the look-up keys they were made with back into secret.keys (docs/operations.md); bot keys rotate --look-up if they are gone"
        yield Finding("look-up", BAD, f"{len(lost)} of the newest {len(people)} parties are not found by name", mend)
    else:
        yield Finding("look-up", GOOD, f"the newest {len(people)} parties are found by {personal_data.keys().look_up.current}")


def retention(database: Database, now: datetime) -> Iterator[Finding]:
    """Nothing is kept past its time."""
    with database.reading() as session:
        past = [p for p in look(session, now) if p.count]
    if past:
        seen = ", ".join(f"{p.kind.code} {p.count}" for p in past)
        yield Finding("retention", CARE, f"past their time: {seen}", "bot retention shows them, bot retention --apply removes them")
    else:
        yield Finding("retention", GOOD, "nothing is past its time")


def clock(database: Database, now: datetime) -> Iterator[Finding]:
    """The clock agrees with the database's and with what was stored; Beijing is eight hours ahead."""
    with database.reading() as session:
        newest = session.execute(sa.select(sa.func.max(Message.received_at))).scalar_one()
        theirs = None if database.is_sqlite else session.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    if newest is not None and newest - now > SKEW:
        mend = "set the clock (timedatectl, NTP); deliveries of WeChat are refused until then"
        yield Finding("clock", BAD, f"a message was stored {newest - now} in the future", mend)
    elif theirs is not None and abs(theirs - now) > SKEW:
        yield Finding("clock", BAD, f"the database's clock differs by {abs(theirs - now)}", "set both clocks by NTP")
    else:
        yield Finding("clock", GOOD, f"{now.astimezone(BEIJING):%Y-%m-%d %H:%M} in Beijing")
    if ZoneInfo("Asia/Shanghai").utcoffset(datetime(2026, 1, 1)) != timedelta(hours=8):
        yield Finding("time zone", BAD, "Asia/Shanghai is not UTC+8 here", "install tzdata anew")


def writable(settings: Settings) -> Iterator[Finding]:
    """Files can be written in BOT_VAR, and grow."""
    try:
        with tempfile.TemporaryFile(dir=settings.var) as file:
            file.write(os.urandom(256 * 1024))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        yield Finding("file system", BAD, f"{settings.var.name}: {error.strerror}", MENDS.get(error.errno or 0, "see who may write there"))
    else:
        yield Finding("file system", GOOD, "can be written")


def utc_now() -> datetime:
    """Now, as everything is stored."""
    return datetime.now(timezone.utc)
