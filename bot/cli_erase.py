"""`bot erase`: delete a person's words and name; figures and closed months stay."""

from __future__ import annotations

from datetime import datetime

import typer

from bot.errors import CaseNotFound
from bot.ledger.privacy import erase_conversation, what_we_hold
from bot.office import BEIJING
from bot.settings import read_settings
from bot.storage.database import open_database
from bot.storage.tables import Case


def erase(resident: str = typer.Option(..., "--resident", help="A conversation, or the number of one of its cases.")) -> None:
    """Delete what a resident said and who said it; what the law wants kept stays and is named."""
    database = open_database(read_settings())
    database.migrate()
    with database.transaction() as session:
        case = session.get(Case, resident) if len(resident) <= 16 else None
        conversation = case.conversation_id if case else resident
        held = what_we_hold(session, str(conversation)) if conversation else None
        if held is None or not (held.messages or held.cases or held.consents):
            raise CaseNotFound(f"Nothing is held about {resident!r}; expected a conversation such as web:… or the number of one of its cases.")
        erased = erase_conversation(session, str(conversation), datetime.now(BEIJING))
    print(f"messages deleted: {erased.messages}")
    print(f"cases emptied: {', '.join(erased.cases_emptied) or 'none'}")
    print(f"cases kept by law: {', '.join(erased.cases_kept) or 'none'}")


def mount(app: typer.Typer) -> None:
    """Add these commands to `bot`."""
    app.command()(erase)
