"""Accounts of staff: made, listed, closed, passwords changed. The edge commits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Iterable

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy.orm import Session

from bot.errors import AccountRefused
from bot.ledger import audit
from bot.legal.cases import Role
from bot.legal.passwords import first_password, what_is_wrong
from bot.legal.permissions import Staff, permissions_of
from bot.storage.staff_tables import StaffAccount, StaffCommunity, StaffRole, StaffSession

CODE = re.compile(r"[a-z][a-z0-9_]{1,31}")
FIRST_PASSWORD_LASTS = timedelta(days=3)
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # argon2id as OWASP advises where memory counts: 19 MiB
# An account that does not exist takes as long as one that does; nothing fits this.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$s11a/1DifNVB8eeMlOpWUg$eJQT75gXHlrhLVFdoUYjMp26VSjPsiSIEtYvd2UfE7c"


@dataclass(frozen=True)
class Listed:
    """An account as the list shows it; communities None means all."""

    staff: Staff
    created_at: datetime
    disabled_at: datetime | None
    has_second_factor: bool
    must_change_password: bool


def add(session: Session, code: str, name: str, roles: Iterable[Role], communities: Iterable[str] | None, by: str, now: datetime) -> str:
    """Make an account and return its first password, which is shown once and must be changed at the first sign-in.

    Args:
        communities: codes of the communities they work for; None means all.
        by: who makes it, for the audit log.

    Raises:
        AccountRefused: bad or taken code, no name, no role, or no community.
    """
    chosen, places = frozenset(roles), None if communities is None else sorted(set(communities))
    _check_new(session, code, name, chosen, places)
    password = first_password()
    account = StaffAccount(code=code, name=name.strip(), created_at=now, all_communities=places is None, **_password(password, True, now))
    session.add(account)
    session.flush()
    session.add_all([StaffRole(staff_id=account.id, role=role.code) for role in chosen])
    session.add_all([StaffCommunity(staff_id=account.id, community=place) for place in places or ()])
    audit.note(session, by, "staff_added", code, now, "、".join(sorted(role.label for role in chosen)))
    return password


def listed(session: Session) -> list[Listed]:
    """Return all accounts by code, closed ones too."""
    accounts = session.execute(sa.select(StaffAccount).order_by(StaffAccount.code)).scalars()
    return [Listed(_staff(session, a), a.created_at, a.disabled_at, a.second_factor_at is not None, a.must_change_password) for a in accounts]


def get(session: Session, staff_id: int) -> Staff | None:
    """Return an account that is not closed, or None."""
    account = session.get(StaffAccount, staff_id)
    return _staff(session, account) if account is not None and account.disabled_at is None else None


def account_of(session: Session, code: str) -> StaffAccount:
    """Return the account with this code.

    Raises:
        AccountRefused: there is none.
    """
    account = session.execute(sa.select(StaffAccount).where(StaffAccount.code == code)).scalar_one_or_none()
    if account is None:
        raise AccountRefused(f"没有账号 {code}；bot staff list 列出全部账号。")
    return account


def disable(session: Session, code: str, by: str, now: datetime) -> None:
    """Close an account and end its sessions; what it did stays under its code.

    Raises:
        AccountRefused: no such account, or it is closed already.
    """
    account = account_of(session, code)
    if account.disabled_at is not None:
        raise AccountRefused(f"账号 {code} 已经停用。")
    account.disabled_at = now
    _end_sessions(session, account.id)
    audit.note(session, by, "staff_disabled", code, now)


def reset(session: Session, code: str, by: str, now: datetime) -> str:
    """Open an account anew: return a password to hand over, take its second factor away, end its sessions, lift a closing.

    Raises:
        AccountRefused: no such account.
    """
    account, password = account_of(session, code), first_password()
    for name, value in _password(password, True, now).items():
        setattr(account, name, value)
    account.second_factor = account.second_factor_at = account.second_factor_step = account.disabled_at = None
    _end_sessions(session, account.id)
    audit.note(session, by, "staff_reset", code, now)
    return password


def password_hash_of(session: Session, code: str, now: datetime) -> str:
    """Return the hash to compare a password with; one that nothing fits for unknown and closed accounts and a first password that is too old."""
    found = session.execute(sa.select(StaffAccount).where(StaffAccount.code == code, StaffAccount.disabled_at.is_(None))).scalar_one_or_none()
    if found is None or (found.must_change_password and now - found.password_changed_at >= FIRST_PASSWORD_LASTS):
        return NOBODY
    return str(found.password_hash)


def fits(password_hash: str, password: str) -> bool:
    """Whether a password belongs to a hash. Takes some 50 ms by intention: call it outside of transactions."""
    try:
        return HASHER.verify(password_hash, password) and password_hash != NOBODY
    except (VerifyMismatchError, InvalidHashError):
        return False


def new_password_hash(code: str, password: str) -> str:
    """Return the hash of a new password.

    Raises:
        AccountRefused: the password breaks the rules; says which.
    """
    wrong = what_is_wrong(password, code)
    if wrong:
        raise AccountRefused(wrong)
    return HASHER.hash(password)


def change_password(session: Session, code: str, password_hash: str, now: datetime) -> None:
    """Store a new password and end all sessions; the edge opens a new one for whoever changed it."""
    account = account_of(session, code)
    account.password_hash, account.must_change_password, account.password_changed_at = password_hash, False, now
    _end_sessions(session, account.id)
    audit.note(session, code, "password_changed", code, now)


def _check_new(session: Session, code: str, name: str, roles: frozenset[Role], communities: list[str] | None) -> None:
    if not CODE.fullmatch(code):
        raise AccountRefused(f"账号名 {code!r} 不能用：要以小写字母开头，只含小写字母、数字和下划线，2—32位，例如 a01。")
    if not name.strip() or len(name) > 32:
        raise AccountRefused("姓名要写1—32个字。")
    if not roles:
        raise AccountRefused(f"至少要一个角色：{'、'.join(Role.codes())}。")
    if communities == []:
        raise AccountRefused("没有指定社区：用 --community 逐个指定，或用 --all-communities 表示全部。")
    if session.execute(sa.select(StaffAccount.id).where(StaffAccount.code == code)).first():
        raise AccountRefused(f"账号 {code} 已经有了；密码忘了用 bot staff reset {code}。")


def _password(password: str, must_change: bool, now: datetime) -> dict[str, Any]:
    return {"password_hash": HASHER.hash(password), "must_change_password": must_change, "password_changed_at": now}


def _end_sessions(session: Session, staff_id: int) -> None:
    session.execute(sa.delete(StaffSession).where(StaffSession.staff_id == staff_id))


def _staff(session: Session, account: StaffAccount) -> Staff:
    codes = session.execute(sa.select(StaffRole.role).where(StaffRole.staff_id == account.id)).scalars()
    places = session.execute(sa.select(StaffCommunity.community).where(StaffCommunity.staff_id == account.id)).scalars()
    roles = frozenset(Role.from_code(code) for code in codes)
    communities = None if account.all_communities else frozenset(places)
    return Staff(account.id, account.code, account.name, roles, communities, permissions_of(roles))
