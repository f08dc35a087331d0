"""The second factor: six digits from a shared secret and the time (TOTP). Pure.

Source: RFC 6238 with RFC 4226 section 5.3; SHA-1 and 30 seconds, because that is what authenticator apps take.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
DRIFT_STEPS = 1  # a phone's clock may be half a minute off


def new_secret() -> str:
    """Return a new secret, base32 (32 letters), as apps take it."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def code(secret: str, step: int) -> str:
    """Return the six digits of a time step (seconds since 1970 // 30)."""
    digest = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(now: datetime) -> int:
    """Return the time step of a moment."""
    return int(now.timestamp()) // STEP_SECONDS


def matching_step(secret: str, given: str, now: datetime, last_used: int | None) -> int | None:
    """Return the time step a code belongs to, or None.

    Args:
        last_used: step of the code that was taken last; it and earlier ones are not taken again (RFC 6238, 5.2).
    """
    typed = "".join(given.split())
    present = step_of(now)
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        if (last_used is None or step > last_used) and hmac.compare_digest(code(secret, step).encode(), typed.encode()):
            return step
    return None


def setup_link(secret: str, account: str, office: str) -> str:
    """Return the otpauth:// address that an authenticator app opens."""
    return f"otpauth://totp/{quote(office)}:{quote(account)}?secret={secret}&issuer={quote(office)}&digits={DIGITS}&period={STEP_SECONDS}"
