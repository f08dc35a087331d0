"""`bot wechat`: what the Official Account shows: its menu, and the communities' codes to print."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Awaitable, Callable, TypeVar

import typer
from sqlalchemy.orm import Session

from bot.channels import wechat
from bot.channels.wechat_api import WeChatApi
from bot.errors import BadSetting
from bot.inbox.wechat_token import TokenKeeper
from bot.office import read_office
from bot.settings import WeChatSettings, read_settings
from bot.storage.database import Database, open_database

T = TypeVar("T")
CALL_SECONDS = 15.0
commands = typer.Typer(no_args_is_help=True, help="The WeChat Official Account: its menu and the communities' codes.")


@commands.command()
def menu(publish: bool = typer.Option(False, help="Put it into the account; followers see it within a day.")) -> None:
    """Print the account's menu (点单); with --publish replace the one it has."""
    print(json.dumps(wechat.menu(), ensure_ascii=False, indent=1))
    if publish:
        _call(lambda api, token: api.create_menu(token, wechat.menu()))
        typer.echo("The account has this menu now.", err=True)


@commands.command()
def codes() -> None:
    """Print for each community the address that its QR code holds: code, name, address, tab separated."""
    communities = read_office(read_settings().office).communities

    async def make(api: WeChatApi, token: str) -> list[str]:
        return [await api.create_code(token, community.code) for community in communities]

    for community, url in zip(communities, _call(make)):
        print(f"{community.code}\t{community.name}\t{url}")


def mount(app: typer.Typer) -> None:
    """Add these commands to `bot`."""
    app.add_typer(commands, name="wechat")


def _call(work: Callable[[WeChatApi, str], Awaitable[T]]) -> T:
    settings = read_settings()
    account = settings.wechat
    if account is None or not (account.app_id and account.app_secret):
        raise BadSetting("The account cannot be called: set WECHAT_TOKEN, WECHAT_APP_ID and WECHAT_APP_SECRET; see .env.example.")
    database = open_database(settings)
    database.migrate()
    return asyncio.run(_with_token(account, database, work))


async def _with_token(account: WeChatSettings, database: Database, work: Callable[[WeChatApi, str], Awaitable[T]]) -> T:
    api = WeChatApi(account.api_base, account.app_id, account.app_secret, CALL_SECONDS)
    await api.start()
    try:
        return await work(api, await TokenKeeper(api, _at_once(database)).token())
    finally:
        await api.stop()


def _at_once(database: Database) -> Callable[..., Awaitable[Any]]:
    """A command has nothing else to do meanwhile, so its database work needs no thread."""

    async def run(work: Callable[[Session], Any], writing: bool = False, point: str = "") -> Any:
        with database.transaction() if writing else database.reading() as session:
            return work(session)

    return run
