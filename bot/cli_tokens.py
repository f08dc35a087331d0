"""`bot token add|list|revoke`: programs that may read the interface under /api/v1."""

from __future__ import annotations

import getpass
import sys
from datetime import datetime

import typer

from bot.errors import BadInput, UnknownCode
from bot.ledger.api_tokens import all_tokens, make_token, revoke_token
from bot.legal.api_scopes import Scope
from bot.office import BEIJING
from bot.settings import read_settings
from bot.storage.database import Database, open_database

token = typer.Typer(no_args_is_help=True, help="Tokens of programs that read /api/v1.")


@token.command()
def add(
    name: str = typer.Argument(..., help="Which program."),
    scope: str = typer.Option("stats", help=f"Comma separated: {', '.join(Scope.codes())}."),
    days: int = typer.Option(90, help="For how many days, at most 366."),
    by: str = typer.Option("", help="Who makes it; the login name if left out."),
) -> None:
    """Make a token and print it; it is shown this once."""
    try:
        scopes = [Scope.from_code(code.strip()) for code in scope.split(",") if code.strip()]
    except UnknownCode as error:
        raise BadInput(str(error)) from error
    with _database().transaction() as session:
        row, text = make_token(session, name, scopes, days, by or getpass.getuser(), datetime.now(BEIJING))
        number, ends = row.id, row.expires_at.astimezone(BEIJING).date()
    print(text)
    print(f"token {number} for {name!r}, scopes {', '.join(s.code for s in scopes)}, ends {ends}", file=sys.stderr)


@token.command("list")
def list_tokens() -> None:
    """Print every token: its number, name, scopes and whether it holds; never the token itself."""
    now = datetime.now(BEIJING)
    print("number  state    ends        scopes                    name")
    with _database().reading() as session:
        for row in all_tokens(session):
            state = "revoked" if row.revoked_at else "ended" if row.expires_at <= now else "holds"
            print(f"{row.id:<6}  {state:<7}  {row.expires_at.astimezone(BEIJING).date()}  {row.scopes:<24}  {row.name}")


@token.command()
def revoke(number: int = typer.Argument(..., help="Its number in the list."), by: str = typer.Option("", help="Who; the login name if left out.")) -> None:
    """End a token at once."""
    with _database().transaction() as session:
        row = revoke_token(session, number, by or getpass.getuser(), datetime.now(BEIJING))
        print(f"token {row.id} revoked")


def mount(app: typer.Typer) -> None:
    """Add these commands to `bot`."""
    app.add_typer(token, name="token")


def _database() -> Database:
    database = open_database(read_settings())
    database.migrate()
    return database
