"""Slowing down whoever guesses passwords or codes: failures are counted in the database, so that every web process sees them.

Counted per account and per network address, both as keyed hashes. ASVS 4.0.3, 2.2.1 allows 100 failures an hour on an account; this
allows 20. Nobody is locked out for good: a quarter of an hour after the fifth failure the account can be tried again.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.storage import personal_data
from bot.storage.staff_tables import SignInFailure

WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)
PER_ACCOUNT = 5
PER_ADDRESS = 30


def minutes_to_wait(session: Session, code: str, address: str, now: datetime) -> int:
    """Return for how many minutes this account or address is refused; 0 when it may try."""
    ends = [_full_until(session, who, allowed, now) for who, allowed in ((_account(code), PER_ACCOUNT), (_address(address), PER_ADDRESS))]
    left = max((end - now).total_seconds() for end in ends)
    return math.ceil(left / 60) if left > 0 else 0


def write(session: Session, code: str, address: str, now: datetime) -> None:
    """Count a failure, and forget those of the day before."""
    session.execute(sa.delete(SignInFailure).where(SignInFailure.at < now - KEPT))
    session.add_all([SignInFailure(who=who[0], at=now) for who in (_account(code), _address(address))])
    session.flush()


def forgive(session: Session, code: str) -> None:
    """Forget an account's failures, after it signed in or was reset."""
    session.execute(sa.delete(SignInFailure).where(SignInFailure.who.in_(_account(code))))


def _full_until(session: Session, who: tuple[str, ...], allowed: int, now: datetime) -> datetime:
    newest = sa.select(SignInFailure.at).where(SignInFailure.who.in_(who), SignInFailure.at > now - WINDOW)
    times = list(session.execute(newest.order_by(SignInFailure.at.desc()).limit(allowed)).scalars())
    return times[-1] + WINDOW if len(times) == allowed else now


def _account(code: str) -> tuple[str, ...]:
    return personal_data.keys().look_up_hashes(code.casefold(), "sign-in account")


def _address(address: str) -> tuple[str, ...]:
    return personal_data.keys().look_up_hashes(address, "sign-in address")
