"""Changing the key of look-up hashes while the product runs.

Three steps, each seen by every running process before the next: the new key is known to all, then it makes the new hashes, then what can be
made anew is: names and phones of parties are stored, encrypted. What a hash was made of is stored nowhere else; those keep their key, which
is kept for looking up as long as one of them is there.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.storage import personal_data
from bot.storage.book_tables import BookFact
from bot.storage.database import Database
from bot.storage.desk_tables import Attachment
from bot.storage.look_up_keys import LOOK_UP, is_look_up, number_of, tag_of
from bot.storage.rotation import BATCH, SETTLED
from bot.storage.staff_tables import SignInFailure
from bot.storage.tables import Case, CasePerson, Conversation, Message
from bot.storage.wechat_tables import WeChatResident

Hashes = Callable[[CasePerson], tuple[str | None, str | None]]
# After so long the log of services is de-identified statistics (domain.md 4.5), and nobody asks whether two of its acts are of one person.
SERVICES_ARE_COMPARED = timedelta(days=3 * 366)
PLACES = (
    (Conversation.id, "%:"),
    (WeChatResident.conversation_id, "%:"),
    (CasePerson.name_hash, ""),
    (CasePerson.phone_hash, ""),
    (Attachment.claim_key, ""),
    (Attachment.claimed_by, ""),
    (SignInFailure.who, ""),
    (BookFact.subject, ""),
)


def rotate_look_up(path: Path, again: Callable[[], None], settle: float = SETTLED) -> str:
    """Make a new look-up key and let it make all new hashes; returns its id. A rotation that was cut off is gone on with.

    Args:
        path: the file of keys.
        again: reads the file anew for this process.
    """
    lines = [line.strip() for line in path.read_text().replace(",", "\n").splitlines() if line.strip()]
    ours = [line for line in lines if is_look_up(_id(line))]
    others = [line for line in lines if not is_look_up(_id(line))]
    ours = ours or [f"{LOOK_UP}:{others[-1].partition(':')[2]}"]
    newest = max(ours, key=lambda line: number_of(_id(line)))
    if newest is ours[0]:
        newest = personal_data.new_key(f"{LOOK_UP}-{number_of(_id(newest)) + 1}")
        ours.append(newest)
    for order in (ours, [newest, *(line for line in ours if line != newest)]):
        personal_data.write_ring(path, [*others, *order])
        time.sleep(settle)
    again()
    return _id(newest)


def hash_anew(database: Database, hashes: Hashes) -> int:
    """Bring every hash whose material is stored under the current key, and return how many people were changed.

    Args:
        hashes: gives the hashes of a party's name and phone.
    """
    changed = 0
    while True:
        with database.transaction() as session:
            people = session.execute(sa.select(CasePerson).where(_is_old()).order_by(CasePerson.id).limit(BATCH).with_for_update()).scalars().all()
            for person in people:
                person.name_hash, person.phone_hash = hashes(person)
        if not people:
            return changed
        changed += len(people)


def count_by_look_up_key(database: Database, now: datetime) -> dict[str, int]:
    """Return how many hashes that are still looked up each kept key made; those whose material is gone keep their key in use.

    An emptied conversation is not looked up any more, nor is a service after `SERVICES_ARE_COMPARED`.
    """
    names = personal_data.keys().look_up.names
    with database.reading() as session:
        return {name: sum(_count(session, column, before, name, now) for column, before in PLACES) for name in names}


def drop_unused(path: Path, database: Database, now: datetime) -> tuple[str, ...]:
    """Take former look-up keys that made nothing which is still looked up out of the file, and return their ids."""
    counts, current = count_by_look_up_key(database, now), personal_data.keys().look_up.current
    unused = tuple(name for name, hashes in counts.items() if not hashes and name != current)
    if unused:
        lines = [line for line in path.read_text().splitlines() if _id(line) not in unused]
        personal_data.write_ring(path, lines)
    return unused


def _id(line: str) -> str:
    return line.partition(":")[0].strip()


def _is_old() -> sa.sql.ColumnElement:
    """Parties whose hashes another key made; a hash of the first key holds no dot."""
    tag = tag_of(personal_data.keys().look_up.current)
    found = []
    for column in (CasePerson.name_hash, CasePerson.phone_hash):
        new = column.like(f"{tag}%") if tag else column.not_like("%.%")
        found.append(sa.and_(column.is_not(None), sa.not_(new)))
    return sa.or_(*found)


def _count(session: Session, column: sa.orm.InstrumentedAttribute, before: str, name: str, now: datetime) -> int:
    tag = tag_of(name)
    made = column.like(f"{before}{tag}%") if tag else column.is_not(None) & column.not_like("%.%")
    query = sa.select(sa.func.count()).select_from(column.class_).where(made)
    if column.class_ is BookFact:
        query = query.where(BookFact.book == "service", BookFact.happened_at > now - SERVICES_ARE_COMPARED)
    elif column.class_ is Conversation:
        of_it = (sa.select(sa.literal(1)).where(table.conversation_id == Conversation.id).exists() for table in (Message, Case, Attachment))
        query = query.where(sa.or_(*of_it))
    return int(session.execute(query).scalar_one())
