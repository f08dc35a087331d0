"""`bot person`: residents who want a person; for staff until the desk is there, and beside it."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from typing import Any, Callable, Optional, TypeVar

import typer
from sqlalchemy.orm import Session

from bot.errors import HandoverRefused, UnknownCode
from bot.inbox import handover, store
from bot.inbox.handover import Listed
from bot.legal.cases import Role
from bot.office import BEIJING
from bot.settings import read_settings
from bot.storage.database import open_database

T = TypeVar("T")
SHOWN = 20
person = typer.Typer(no_args_is_help=True, help="Residents who want a person: see who waits, take over, answer, give back.")
NUMBER = typer.Argument(..., help="Number in `bot person list`.")
BY = typer.Option(..., help="Your code in office.yml, or your name; residents never see it.")
ROLE = typer.Option("advisor", help="advisor, mediator or office; residents see the role.")


@person.command("list")
def list_() -> None:
    """List who waits, emergencies first, then who is with a person."""
    for one in _read(lambda session: [*handover.waiting_list(session), *handover.with_person(session)]):
        print(_line(one))


@person.command()
def show(number: int = NUMBER) -> None:
    """Print the latest of a conversation."""
    _read(lambda session: _print_talk(session, handover.conversation_of(session, number)))


@person.command()
def take(number: int = NUMBER, by: str = BY, role: str = ROLE) -> None:
    """Take over a conversation and print what was said so far."""
    _write(lambda session, now: handover.take(session, handover.conversation_of(session, number), by, _role(role), now))
    show(number)


@person.command()
def say(number: int = NUMBER, text: str = typer.Argument(..., help="What to say; - reads it from stdin."), by: str = BY, role: str = ROLE) -> None:
    """Say something to the resident, on the channel they use."""
    words = sys.stdin.read() if text == "-" else text
    _write(lambda session, now: handover.say(session, handover.conversation_of(session, number), by, _role(role), words, now))
    typer.echo(f"Said in {number}.", err=True)


@person.command()
def back(
    number: int = NUMBER,
    note: str = typer.Option("", help="For colleagues: what was found out, what is left to do."),
    by: str = BY,
    role: Optional[str] = typer.Option(None, help="office or admin may give back what a colleague took."),
) -> None:
    """Give a conversation back to the assistant; the resident is asked for a rating."""
    as_role = None if role is None else _role(role)
    _write(lambda session, now: handover.give_back(session, handover.conversation_of(session, number), by, note, now, as_role))
    typer.echo(f"{number} is with the assistant again.", err=True)


def mount(app: typer.Typer) -> None:
    """Add these commands to `bot`."""
    app.add_typer(person, name="person")


def _role(code: str) -> Role:
    try:
        return Role.from_code(code)
    except UnknownCode as error:
        raise HandoverRefused(str(error)) from error


def _line(one: Listed) -> str:
    who = f"with {one.taken_by} ({one.role})" if one.taken_by else "waits"
    return f"{one.number}\t{_local(one.asked_at)}\t{one.reason.label}\t{one.channel}\t{who}"


def _print_talk(session: Session, conversation: str) -> None:
    said: list[tuple[datetime, int, str, str]] = [(m.received_at, m.id, "居民", m.text) for m in store.messages_of(session, conversation, SHOWN)]
    first = said[0][0] if said else datetime.min.replace(tzinfo=timezone.utc)
    said += [(r.at, r.message_id or 0, r.said_by, r.body.text) for r in store.replies_after(session, conversation, 0) if r.at >= first]
    for at, _, who, text in sorted(said, key=lambda entry: entry[0]):
        print(f"{_local(at)}\t{who}\t{' '.join(text.split())}")


def _local(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def _read(work: Callable[[Session], T]) -> T:
    database = open_database(read_settings())
    database.migrate()
    with database.reading() as session:
        return work(session)


def _write(work: Callable[[Session, datetime], Any]) -> None:
    database = open_database(read_settings())
    database.migrate()
    with database.transaction() as session:
        work(session, datetime.now(timezone.utc))
