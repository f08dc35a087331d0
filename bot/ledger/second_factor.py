"""The second factor of an account: set up, shown, taken away."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.errors import AccountRefused
from bot.ledger import audit
from bot.legal.one_time_codes import matching_step, new_secret
from bot.storage.staff_tables import StaffAccount

WRONG = "验证码不对或已经用过。请等手机上出现下一个验证码再输入，并核对手机时间。"


def begin(session: Session, staff_id: int) -> str:
    """Return the secret that is being set up; the same one until it is confirmed, so that the page can be loaded again.

    Raises:
        AccountRefused: the account has a second factor already; the administrator must reset it first.
    """
    account = _account(session, staff_id)
    if account.second_factor_at is not None:
        raise AccountRefused("这个账号已经有两步验证。换手机请找管理员重置账号。")
    if account.second_factor is None:
        account.second_factor = new_secret()
        session.flush()
    return str(account.second_factor)


def confirm(session: Session, staff_id: int, given: str, now: datetime) -> None:
    """Switch the second factor on, once a code proves that the phone has the secret.

    Raises:
        AccountRefused: nothing is being set up, or the code is wrong.
    """
    account = _account(session, staff_id)
    if account.second_factor is None or account.second_factor_at is not None:
        raise AccountRefused("没有正在设置的两步验证，请重新打开设置页面。")
    _take(account, given, now)
    account.second_factor_at = now
    audit.note(session, account.code, "second_factor_set", account.code, now)


def check(session: Session, staff_id: int, given: str, now: datetime) -> bool:
    """Whether a code is right; a code is taken once only, and one that comes a second time is written down."""
    account = _account(session, staff_id)
    if account.second_factor is None or account.second_factor_at is None:
        return False
    try:
        _take(account, given, now)
    except AccountRefused:
        if matching_step(account.second_factor, given, now, None) is not None:
            audit.note(session, "-", "code_reused", account.code, now)
        return False
    return True


def _take(account: StaffAccount, given: str, now: datetime) -> None:
    step = matching_step(account.second_factor, given, now, account.second_factor_step)
    if step is None:
        raise AccountRefused(WRONG)
    account.second_factor_step = step


def _account(session: Session, staff_id: int) -> StaffAccount:
    account = session.get(StaffAccount, staff_id, with_for_update=True)
    if account is None:
        raise AccountRefused("没有这个账号。")
    return account
