"""Rules for passwords of staff. Pure.

Length instead of riddles, no common ones, no account name, no forced change by date (ASVS 4.0.3, 2.1; NIST SP 800-63B 5.1.1.2).
"""

from __future__ import annotations

import functools
import secrets
import unicodedata
from pathlib import Path

SHORTEST = 12
LONGEST = 128
# Letters and digits that nobody confuses when a password is read out on the phone.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
# Long ones people really choose: pieces of keyboards, counting, and the usual words. Compared without case, digits and signs at the ends.
_WORDS = """
password passw0rd admin administrator qwerty qwertyuiop asdfghjkl zxcvbnm letmein welcome iloveyou woaini wodemima mima changeme default
test guest root qazwsx qazwsxedc abcdef abcdefg sunshine princess football monkey dragon master superman computer internet login user
falv tiaojie shequ sifa
"""
_KEYS = {sign: (row, column) for row, signs in enumerate(("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")) for column, sign in enumerate(signs)}
COMMON = frozenset(_WORDS.split())


def what_is_wrong(password: str, code: str) -> str | None:
    """Return why a password cannot be taken, in Chinese, or None when it can.

    Args:
        code: the account's name, which must not be in it.
    """
    if len(password) < SHORTEST:
        return f"密码至少要{SHORTEST}个字，可以用一句自己记得住的话。"
    if len(password) > LONGEST:
        return f"密码最多{LONGEST}个字。"
    if any(unicodedata.category(sign).startswith("C") for sign in password):
        return "密码里有看不见的控制字符，请去掉。"
    low = password.casefold()
    if code.casefold() in low:
        return "密码里不要含账号名。"
    if len(set(low)) < 5 or low in _breached() or _is_common(low) or _counts(low) or _walks(low):
        return "这个密码太常见、太容易猜，请换一个；可以用一句自己记得住的话。"
    return None


def first_password() -> str:
    """Return a random password to hand over once: four groups of four, 79 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


@functools.cache
def _breached() -> frozenset[str]:
    lines = Path(__file__).with_name("breached_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _is_common(low: str) -> bool:
    core = low.strip("0123456789!@#$%^&*()_-+=.,?~ ")
    half = low[: len(low) // 2]
    return core in COMMON or core == "" or (len(low) % 2 == 0 and low == half * 2 and len(half) <= 8)


def _walks(low: str) -> bool:
    """Whether three steps of four go to a neighbouring key or stay: 1q2w3e4r5t6y, 1qaz2wsx3edc."""
    places = [_KEYS.get(sign) for sign in low]
    near = sum(a is not None and b is not None and abs(a[0] - b[0]) <= 1 and abs(a[1] - b[1]) <= 1 for a, b in zip(places, places[1:]))
    return near >= 0.75 * (len(low) - 1)


def _counts(low: str) -> bool:
    """Whether all but three steps go to the same or a neighbouring sign: 123456789012, abcdefghijkl."""
    steps = [abs(ord(b) - ord(a)) for a, b in zip(low, low[1:])]
    return sum(step > 1 for step in steps) <= 3
