"""WeChat's signature and its AES envelope (安全模式). Pure computation.

Source: 微信开放文档 "消息加解密说明"; plain text = 16 random bytes + 4 bytes length (network order) + message + AppID.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import struct
from datetime import datetime

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.errors import BadSetting, LegalBotError

BLOCK = 32
SECONDS_OF_GRACE = 300
_RANDOM, _LENGTH = 16, 4
_KEY = re.compile(r"^[A-Za-z0-9+/]{43}$")


class NotFromWeChat(LegalBotError):
    """A delivery whose signature, time, nonce or envelope does not prove that WeChat sent it; `reason` is one word for counting."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"A delivery was refused: {reason}. Compare WECHAT_TOKEN, WECHAT_AES_KEYS and the clock with the platform's page.")
        self.reason = reason


def sign(*parts: str) -> str:
    """Return WeChat's signature of token, timestamp, nonce and, in safe mode, the encrypted text: 40 hex digits."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def check_signature(given: str, *parts: str) -> None:
    """Return when the signature belongs to the parts; takes the same time for every wrong one.

    Raises:
        NotFromWeChat: it does not.
    """
    if not hmac.compare_digest(sign(*parts).encode(), given.encode("utf-8", "replace")):
        raise NotFromWeChat("signature")


def check_time(timestamp: str, now: datetime) -> None:
    """Return when a delivery's Unix timestamp is at most five minutes away from now, either way.

    Raises:
        NotFromWeChat: it is older, newer, or no number.
    """
    if not re.fullmatch(r"[0-9]{1,12}", timestamp) or abs(now.timestamp() - int(timestamp)) > SECONDS_OF_GRACE:
        raise NotFromWeChat("timestamp")


def read_key(encoded: str) -> bytes:
    """Return the 32 bytes of an EncodingAESKey.

    Raises:
        BadSetting: it is not 43 letters and digits.
    """
    if not _KEY.match(encoded):
        raise BadSetting(f"WECHAT_AES_KEYS: a key has {len(encoded)} characters; expected the 43 of EncodingAESKey, several with commas, newest first.")
    return base64.b64decode(encoded + "=")


def decrypt(encrypted: str, keys: tuple[bytes, ...], app_id: str) -> tuple[bytes, bytes]:
    """Return the message of an envelope and the key that opened it; while keys are rotated both old and new open.

    Raises:
        NotFromWeChat: no key opens it, or it was made for another AppID.
    """
    try:
        body = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotFromWeChat("envelope") from error
    if not body or len(body) % 16:
        raise NotFromWeChat("envelope")
    for key in keys:
        message = _open(body, key, app_id.encode())
        if message is not None:
            return message, key
    raise NotFromWeChat("envelope")


def encrypt(message: bytes, key: bytes, app_id: str) -> str:
    """Return the envelope of a message, base64."""
    plain = os.urandom(_RANDOM) + struct.pack("!I", len(message)) + message + app_id.encode()
    pad = BLOCK - len(plain) % BLOCK
    sealer = _cipher(key).encryptor()
    return base64.b64encode(sealer.update(plain + bytes([pad]) * pad) + sealer.finalize()).decode()


def _open(body: bytes, key: bytes, app_id: bytes) -> bytes | None:
    opener = _cipher(key).decryptor()
    padded = opener.update(body) + opener.finalize()
    pad = padded[-1]
    if not 1 <= pad <= BLOCK or padded[-pad:] != bytes([pad]) * pad:
        return None
    plain = padded[:-pad]
    start = _RANDOM + _LENGTH
    if len(plain) < start:
        return None
    end = start + struct.unpack("!I", plain[_RANDOM:start])[0]
    genuine = end <= len(plain) and hmac.compare_digest(plain[end:], app_id)
    return plain[start:end] if genuine else None


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
