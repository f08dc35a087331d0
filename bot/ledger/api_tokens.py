"""Tokens of programs that read the interface: made once, shown once, kept as a hash, bound to scopes and a last day."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.errors import BadInput
from bot.ledger import audit
from bot.legal.api_scopes import Scope
from bot.storage.office_tables import ApiToken

PREFIX = "dla_"
LONGEST_DAYS = 366
LONGEST_NAME = 64


@dataclass(frozen=True)
class Caller:
    """A program that showed a token that holds."""

    number: int
    name: str
    scopes: frozenset[Scope]
    communities: frozenset[str] | None = None


def make_token(session: Session, name: str, scopes: Iterable[Scope], days: int, by: str, now: datetime) -> tuple[ApiToken, str]:
    """Make a token and return it with its text, which is nowhere kept.

    Raises:
        BadInput: no name, no scope, or more than a year.
    """
    wanted = sorted({scope.code for scope in scopes})
    if not name.strip() or len(name.strip()) > LONGEST_NAME:
        raise BadInput(f"请写明给哪个程序用，最多{LONGEST_NAME}字。")
    if not wanted:
        raise BadInput("请至少选一个范围。")
    if not 1 <= days <= LONGEST_DAYS:
        raise BadInput(f"有效期要在1到{LONGEST_DAYS}天之间，现在是{days}天。")
    text = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        name=name.strip(), token_hash=_hash(text), scopes=",".join(wanted), created_at=now, created_by=by, expires_at=now + timedelta(days=days)
    )
    session.add(row)
    session.flush()
    audit.note(session, by, "token_added", f"token {row.id}", now, f"{row.name}：{row.scopes}，{days}天")
    return row, text


def all_tokens(session: Session) -> list[ApiToken]:
    """Return every token ever made, newest first."""
    return list(session.execute(sa.select(ApiToken).order_by(ApiToken.id.desc())).scalars())


def revoke_token(session: Session, number: int, by: str, now: datetime) -> ApiToken:
    """End a token at once; ending it again changes nothing.

    Raises:
        BadInput: there is none with this number.
    """
    row = session.get(ApiToken, number)
    if row is None:
        raise BadInput(f"没有编号为{number}的令牌。")
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = now, by
        audit.note(session, by, "token_revoked", f"token {number}", now, row.name)
    return row


def caller_of(session: Session, text: str, now: datetime) -> Caller | None:
    """Return whose token a text is; None where it is none, has ended or was revoked."""
    row = session.execute(sa.select(ApiToken).where(ApiToken.token_hash == _hash(text))).scalar_one_or_none()
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return None
    return Caller(row.id, row.name, frozenset(Scope.from_code(code) for code in row.scopes.split(",")))


def _hash(text: str) -> str:
    # The text is 256 bits of chance: nothing to guess, so a plain hash is enough.
    return hashlib.sha256(text.encode()).hexdigest()
