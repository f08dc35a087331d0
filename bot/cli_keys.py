"""`bot keys list|new|rotate|drop`: the keys of personal data."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from pathlib import Path

import typer

from bot.errors import BadSetting
from bot.settings import Settings, read_settings
from bot.storage import personal_data

keys = typer.Typer(no_args_is_help=True, help="The keys that personal data is encrypted with.")


@keys.command("list")
def list_keys() -> None:
    """Print each key's id and how many stored values are under it; never a key."""
    from bot.storage.database import open_database
    from bot.storage.look_up_rotation import count_by_look_up_key
    from bot.storage.rotation import count_by_key

    database = open_database(read_settings())
    database.migrate()
    counts = count_by_key(database)
    for name in dict.fromkeys([*personal_data.keys().names, *counts]):
        state = "encrypts" if name == personal_data.keys().newest else "decrypts" if name in personal_data.keys().names else "MISSING"
        print(f"{name:<12} {state:<9} {counts.get(name, 0)} values")
    for name, hashes in count_by_look_up_key(database, datetime.now(timezone.utc)).items():
        print(f"{name:<12} {'hashes' if name == personal_data.keys().look_up.current else 'looks up':<9} {hashes} hashes")


@keys.command()
def new(name: str = typer.Argument(..., help="Its id, such as k2.")) -> None:
    """Print a new key for BOT_SECRET_KEYS; put it last first, everywhere, then first (docs/operations.md)."""
    print(personal_data.new_key(name))


@keys.command()
def rotate(
    keep_key: bool = typer.Option(False, "--keep-key", help="Make no new key; only bring everything under the newest."),
    look_up: bool = typer.Option(False, "--look-up", help="Make a new key of the look-up hashes instead of one that encrypts."),
) -> None:
    """Make a new key and bring every stored value under it, while the product runs."""
    from bot.ledger.people import hashes_of
    from bot.storage.database import open_database
    from bot.storage.look_up_rotation import hash_anew, rotate_look_up
    from bot.storage.rotation import add_key, reencrypt_all

    settings = read_settings()
    database = open_database(settings)
    database.migrate()
    if not keep_key:
        path = _file(settings)
        added = rotate_look_up(path, lambda: personal_data.load("", settings.var)) if look_up else add_key(path)
        personal_data.load(settings.secret_keys, settings.var)
        print(f"New key {added} in {personal_data.FILE}; keep a copy of the file elsewhere.", file=sys.stderr)
    if not look_up:
        changed = reencrypt_all(database)
        print(f"{changed} values are now under {personal_data.keys().newest}.", file=sys.stderr)
    people = hash_anew(database, hashes_of)
    print(f"{people} parties are now found by {personal_data.keys().look_up.current}.", file=sys.stderr)


@keys.command()
def drop() -> None:
    """Forget the old keys. Backups sealed with them cannot be opened any more: take a new one first.

    A former look-up key goes when nothing that it made is there any more (`bot keys list`).
    """
    from bot.storage.database import open_database
    from bot.storage.look_up_rotation import drop_unused
    from bot.storage.rotation import drop_old_keys

    settings = read_settings()
    path, database = _file(settings), open_database(settings)
    dropped = (*drop_old_keys(path, database), *drop_unused(path, database, datetime.now(timezone.utc)))
    print(f"Dropped: {', '.join(dropped) or 'nothing; there is one key'}.", file=sys.stderr)


def mount(app: typer.Typer) -> None:
    """Add these commands to `bot`."""
    app.add_typer(keys, name="keys")


def _file(settings: Settings) -> Path:
    if settings.secret_keys:
        raise BadSetting(
            "The keys are in BOT_SECRET_KEYS, which a command cannot change. Make one with `bot keys new ID`, put it last there and restart "
            "everything, then first and restart again, then run `bot keys rotate --keep-key`."
        )
    return settings.var / personal_data.FILE
