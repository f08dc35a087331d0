"""Signed-in browsers of staff. Times: idle end and absolute end; a new token at every change of privilege."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.ledger import staff
from bot.legal.permissions import Staff, needs_second_factor
from bot.storage.staff_tables import StaffAccount, StaffSession

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
FRESH = timedelta(minutes=1)
TOKEN_BYTES = 32


@dataclass(frozen=True)
class SignedIn:
    """A session that stands. `has_factor`: the account has a second factor; `is_proven`: it was shown in this session."""

    id: int
    staff: Staff
    seen_at: datetime
    must_change_password: bool
    has_factor: bool
    is_proven: bool

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing: own password, and the second factor where one is set up or required."""
        return not self.must_change_password and (self.is_proven or not (self.has_factor or needs_second_factor(self.staff.roles)))


@dataclass(frozen=True)
class OpenSession:
    """A session as its owner sees it in the list."""

    id: int
    agent: str
    created_at: datetime
    seen_at: datetime


def open_session(session: Session, staff_id: int, agent: str, now: datetime, proven: bool = False, old_token: str | None = None) -> str:
    """Sign an account in and return the token for the cookie.

    Args:
        agent: what the browser calls itself; only its kind is kept.
        proven: the second factor was shown.
        old_token: the session this one takes the place of; it ends, but the absolute end stays its own.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    ends_at = now + LONGEST
    if old_token:
        before = session.execute(sa.select(StaffSession).where(StaffSession.token_hash == _hash(old_token))).scalar_one_or_none()
        ends_at = before.ends_at if before else ends_at
        end(session, old_token)
    session.execute(sa.delete(StaffSession).where(StaffSession.ends_at <= now))
    values = {"token_hash": _hash(token), "staff_id": staff_id, "agent": kind_of_browser(agent), "ends_at": ends_at}
    session.add(StaffSession(**values, created_at=now, seen_at=now, proven_at=now if proven else None))
    session.flush()
    return token


def find(session: Session, token: str, now: datetime) -> SignedIn | None:
    """Return the session of a token, or None when it never was, has ended, or the account is closed."""
    asked = sa.select(StaffSession, StaffAccount).join(StaffAccount, StaffAccount.id == StaffSession.staff_id)
    found = session.execute(asked.where(StaffSession.token_hash == _hash(token))).first()
    if found is None:
        return None
    one, account = found
    if now >= one.ends_at or now - one.seen_at >= IDLE:
        return None
    who = staff.get(session, one.staff_id)
    if who is None:
        return None
    return SignedIn(one.id, who, one.seen_at, account.must_change_password, account.second_factor_at is not None, one.proven_at is not None)


def touch(session: Session, session_id: int, now: datetime) -> None:
    """Note that a session is in use, so that its idle time begins anew."""
    session.execute(sa.update(StaffSession).where(StaffSession.id == session_id, StaffSession.seen_at < now).values(seen_at=now))


def end(session: Session, token: str) -> None:
    """End the session of a token."""
    session.execute(sa.delete(StaffSession).where(StaffSession.token_hash == _hash(token)))


def end_one(session: Session, staff_id: int, session_id: int) -> bool:
    """End one of somebody's own sessions; False when it is not theirs."""
    return bool(session.execute(sa.delete(StaffSession).where(StaffSession.id == session_id, StaffSession.staff_id == staff_id)).rowcount)


def end_all(session: Session, staff_id: int, but: int | None = None) -> int:
    """End somebody's sessions, all or all but one; return how many."""
    chosen = sa.delete(StaffSession).where(StaffSession.staff_id == staff_id)
    return int(session.execute(chosen.where(StaffSession.id != but) if but is not None else chosen).rowcount)


def open_sessions(session: Session, staff_id: int, now: datetime) -> list[OpenSession]:
    """Return somebody's standing sessions, newest first."""
    wanted = sa.select(StaffSession).where(StaffSession.staff_id == staff_id, StaffSession.ends_at > now, StaffSession.seen_at > now - IDLE)
    found = session.execute(wanted.order_by(StaffSession.id.desc())).scalars()
    return [OpenSession(s.id, s.agent, s.created_at, s.seen_at) for s in found]


def kind_of_browser(agent: str) -> str:
    """Return what a User-Agent header tells a person: "Chrome · Windows"."""
    names = (("MicroMessenger", "微信"), ("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))
    parts = [next((label for sign, label in table if sign in agent), "") for table in (names, systems)]
    return " · ".join(p for p in parts if p) or "其他浏览器"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
