"""`bot staff` and `bot audit`: accounts of the desk, and the proof of its log."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import Callable, Optional, TypeVar

import typer
from sqlalchemy.orm import Session

from bot.errors import AccountRefused, AuditBroken, UnknownCode
from bot.ledger import audit, sign_in_failures, staff
from bot.legal.cases import Role
from bot.office import BEIJING, Office, read_office
from bot.settings import read_settings
from bot.storage.database import open_database

T = TypeVar("T")
accounts = typer.Typer(no_args_is_help=True, help="Accounts of staff: add, list, disable, reset.")
log = typer.Typer(no_args_is_help=True, help="The audit log of the desk.")
CODE = typer.Argument(..., help="Account name, e.g. a01.")


@accounts.command()
def add(
    code: str = CODE,
    name: str = typer.Option(..., help="Name of the person."),
    role: list[str] = typer.Option(..., help="advisor, mediator, office or admin; may be repeated."),
    community: Optional[list[str]] = typer.Option(None, help="Code of a community in office.yml; may be repeated."),
    all_communities: bool = typer.Option(False, "--all-communities", help="Works for the whole district."),
) -> None:
    """Make an account; prints its first password, once. An advisor in office.yml gets the communities that stand there."""
    settings = read_settings()
    roles = [_role(given) for given in role]
    places = None if all_communities else _communities(read_office(settings.office), code, roles, community or [])
    password = _write(lambda session, now: staff.add(session, code, name, roles, places, _operator(), now))
    typer.echo(f"账号 {code} 已建立。下面是初始密码，只显示这一次，第一次登录时必须改掉：", err=True)
    print(password)


@accounts.command("list")
def list_() -> None:
    """List all accounts: code, name, roles, communities, state."""
    for one in _read(staff.listed):
        places = "全部社区" if one.staff.communities is None else ",".join(sorted(one.staff.communities))
        state = "停用" if one.disabled_at else "待改初始密码" if one.must_change_password else "在用"
        factor = "两步验证" if one.has_second_factor else "-"
        print("\t".join([one.staff.code, one.staff.name, ",".join(sorted(r.code for r in one.staff.roles)), places, state, factor]))


@accounts.command()
def disable(code: str = CODE) -> None:
    """Close an account and end its sessions; `reset` opens it again."""
    _write(lambda session, now: staff.disable(session, code, _operator(), now))
    typer.echo(f"账号 {code} 已停用，登录都已退出。", err=True)


@accounts.command()
def reset(code: str = CODE) -> None:
    """Give a new first password, take the second factor away, end all sessions, open a closed account; prints the password, once."""

    def work(session: Session, now: datetime) -> str:
        sign_in_failures.forgive(session, code)
        return staff.reset(session, code, _operator(), now)

    password = _write(work)
    typer.echo(f"账号 {code} 已重置，两步验证要重新设置。初始密码只显示这一次：", err=True)
    print(password)


@log.command()
def verify(contains: Optional[str] = typer.Option(None, help="A hash noted earlier; it must still be in the chain.")) -> None:
    """Recompute the whole chain; prints the number of entries and the newest hash. Note that hash elsewhere and ask for it later."""
    proof = _read(lambda session: audit.verify(session, contains))
    if proof.broken_at is not None:
        raise AuditBroken(f"The audit log is broken at entry {proof.broken_at}: it or the one before was changed outside of this program.")
    if not proof.holds:
        raise AuditBroken(f"The hash {contains} is not among the {proof.entries} entries: the end of the log was cut off, or it is another log.")
    print(f"{proof.entries}\t{proof.head}")


@log.command()
def show(
    subject: str = typer.Option("", help="Only this case, account or page."),
    actor: str = typer.Option("", help="Only this account."),
    number: int = typer.Option(100, min=1, max=10_000, help="How many at most."),
) -> None:
    """Print the newest entries, newest first."""
    for entry in _read(lambda session: audit.entries(session, actor=actor, subject=subject, limit=number)):
        print("\t".join([str(entry.number), f"{entry.at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}", entry.actor, entry.action, entry.subject, entry.reason or ""]))


def mount(app: typer.Typer) -> None:
    """Add these commands to `bot`."""
    app.add_typer(accounts, name="staff")
    app.add_typer(log, name="audit")


def _communities(office: Office, code: str, roles: list[Role], given: list[str]) -> list[str]:
    known = [c.code for c in office.communities]
    unknown = [place for place in given if place not in known]
    if unknown:
        raise AccountRefused(f"没有社区 {'、'.join(unknown)}；office.yml 里有：{'、'.join(known)}。")
    if given:
        return given
    if Role.ADMIN in roles and len(roles) == 1:
        return known
    advisor = next((a for a in office.advisors if a.code == code), None)
    return list(advisor.communities) if advisor else []


def _operator() -> str:
    """Who types at the machine, for the audit log."""
    return f"cli:{os.environ.get('SUDO_USER') or os.environ.get('USER') or 'unknown'}"[:64]


def _role(code: str) -> Role:
    try:
        return Role.from_code(code)
    except UnknownCode as error:
        raise AccountRefused(f"没有角色 {code}；可以用：{'、'.join(Role.codes())}。") from error


def _read(work: Callable[[Session], T]) -> T:
    database = open_database(read_settings())
    database.migrate()
    with database.reading() as session:
        return work(session)


def _write(work: Callable[[Session, datetime], T]) -> T:
    database = open_database(read_settings())
    database.migrate()
    with database.transaction() as session:
        return work(session, datetime.now(timezone.utc))
