"""Encryption of personal data and keyed hashes for look-up.

A stored value is `key id.base64(nonce + ciphertext)`. The newest key encrypts; every key in the ring decrypts, so that
keys can be rotated while the product runs: a running process sees within a second that the file of keys has changed.
The keys of the hashes are others (`bot.storage.look_up_keys`), and rotate apart from these.
"""

from __future__ import annotations

import base64
import os
import secrets
import time
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import BadSetting
from bot.storage.look_up_keys import LOOK_UP, LookUpKeys, is_look_up

NONCE_BYTES = 12
KEY_BYTES = 32
TAG_BYTES = 16
FILE = "secret.keys"
LOOK_EVERY = 1.0


class KeyRing:
    """AES-GCM keys by id, newest first.

    Args:
        keys: id → 32 bytes, in order; the first encrypts. Those called `look-up`, `look-up-2` … make the hashes and nothing else.
    """

    def __init__(self, keys: dict[str, bytes]) -> None:
        if all(map(is_look_up, keys)):
            raise BadSetting("BOT_SECRET_KEYS holds no key that encrypts; expected id:base64, newest first.")
        for name, key in keys.items():
            if len(key) != KEY_BYTES or "." in name:
                raise BadSetting(
                    f"BOT_SECRET_KEYS: key {name!r} has {len(key)} bytes; expected {KEY_BYTES} bytes as base64 and an id "
                    "without a dot. Make one: python -c \"import secrets,base64;print(base64.b64encode(secrets.token_bytes(32)).decode())\""
                )
        self._ciphers = {name: AESGCM(key) for name, key in keys.items() if not is_look_up(name)}
        self.newest = next(iter(self._ciphers))
        # Without one of its own the oldest key: look-ups must survive rotation of the encrypting key.
        self.look_up = LookUpKeys({name: key for name, key in keys.items() if is_look_up(name)} or {LOOK_UP: list(keys.values())[-1]})

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of the keys that decrypt, newest first."""
        return tuple(self._ciphers)

    def reencrypt(self, stored: str, place: str) -> str:
        """Return a stored value as the newest key writes it; several lines one by one; what is so already stays as it is."""
        lines = stored.split("\n")
        return "\n".join(line if line.startswith(f"{self.newest}.") else self.encrypt(self.decrypt(line, place), place) for line in lines)

    def encrypt(self, text: str, place: str) -> str:
        """Return the stored form of a text for one column."""
        nonce = os.urandom(NONCE_BYTES)
        body = nonce + self._ciphers[self.newest].encrypt(nonce, text.encode(), place.encode())
        return f"{self.newest}.{base64.b64encode(body).decode()}"

    def decrypt(self, stored: str, place: str) -> str:
        """Return the text behind a stored form.

        Raises:
            BadSetting: the key it was written with is not in BOT_SECRET_KEYS, or the value was altered or moved.
        """
        name, _, body = stored.partition(".")
        if name not in self._ciphers:
            newer = _newer_than(self)
            if newer is not None and name in newer._ciphers:
                return newer.decrypt(stored, place)
            raise BadSetting(f"A value in {place} was encrypted with key {name!r}; add that key to BOT_SECRET_KEYS.")
        raw = base64.b64decode(body)
        try:
            return self._ciphers[name].decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()
        except InvalidTag as error:
            raise BadSetting(f"A value in {place} does not open with key {name!r}: altered, moved, or another key.") from error

    def seal_bytes(self, body: bytes, nonce: bytes, place: str) -> bytes:
        """Return bytes encrypted with the newest key; the caller never uses a nonce twice."""
        return self._ciphers[self.newest].encrypt(nonce, body, place.encode())

    def open_bytes(self, key: str, sealed: bytes, nonce: bytes, place: str) -> bytes | None:
        """Return what `seal_bytes` encrypted, or None when it does not open."""
        if key not in self._ciphers or len(sealed) < TAG_BYTES:
            return None
        try:
            return self._ciphers[key].decrypt(nonce, sealed, place.encode())
        except InvalidTag:
            return None

    def look_up_hash(self, text: str, purpose: str, key: str | None = None) -> str:
        """Return a keyed hash (64 signs) that finds equal values without storing them; `key` as in `LookUpKeys.hash`."""
        return self.look_up.hash(text, purpose, key)

    def look_up_hashes(self, text: str, purpose: str) -> tuple[str, ...]:
        """Return every hash that this text may be stored as, the current key's first."""
        return self.look_up.hashes(text, purpose)


_ring: KeyRing | None = None
_file: Path | None = None
_read_at, _changed_at = 0.0, 0


def use(ring: KeyRing, file: Path | None = None) -> None:
    """Set the ring of this process; called once by whoever opens the database.

    Args:
        file: where it was read from; a change of this file is seen by `keys`.
    """
    global _ring, _file, _read_at, _changed_at
    _ring, _file = ring, file
    _read_at, _changed_at = time.monotonic(), file.stat().st_mtime_ns if file else 0


def keys() -> KeyRing:
    """Return the ring of this process.

    Raises:
        BadSetting: nobody opened the database yet.
    """
    if _ring is None:
        raise BadSetting("No keys are loaded; open the database through bot.storage.database.open_database.")
    if _file is not None and time.monotonic() - _read_at > LOOK_EVERY:
        _look_again(_file)
    return _ring


def _newer_than(ring: KeyRing) -> KeyRing | None:
    """What the file holds now, where another process may have written with a key that came since this one looked."""
    if ring is not _ring or _file is None:
        return None
    _look_again(_file)
    return _ring if _ring is not ring else None


def _look_again(file: Path) -> None:
    global _ring, _read_at, _changed_at
    _read_at = time.monotonic()
    try:
        changed_at = file.stat().st_mtime_ns
        if changed_at != _changed_at:
            _ring, _changed_at = parse_ring(file.read_text()), changed_at
    except OSError:
        pass  # the file is away for a moment; the keys in memory are still good


def load(declared: str, var: Path) -> None:
    """Set this process's ring from BOT_SECRET_KEYS, or from the file in BOT_VAR, which is made on first use."""
    use(read_ring(declared, var), None if declared else var / FILE)


def read_ring(declared: str, var: Path) -> KeyRing:
    """Return the key ring from BOT_SECRET_KEYS, or from the file in BOT_VAR, which is made on first use."""
    return parse_ring(declared or _file_of_keys(var / FILE))


def parse_ring(text: str) -> KeyRing:
    """Return the ring written as id:base64, comma or line separated, newest first.

    Raises:
        BadSetting: no key, no base64, or a wrong length.
    """
    found: dict[str, bytes] = {}
    for part in text.replace("\n", ",").split(","):
        if not part.strip():
            continue
        name, _, value = part.strip().partition(":")
        try:
            found[name] = base64.b64decode(value, validate=True)
        except ValueError as error:
            raise BadSetting(f"BOT_SECRET_KEYS: {name!r} is not base64; expected id:base64 of {KEY_BYTES} bytes.") from error
    if not found:
        raise BadSetting("BOT_SECRET_KEYS is set but holds no key; expected id:base64, newest first.")
    return KeyRing(found)


def new_key(name: str) -> str:
    """Return a new key as it is written in BOT_SECRET_KEYS."""
    return f"{name}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def write_ring(path: Path, lines: list[str]) -> None:
    """Replace the file of keys, whole or not at all, readable by its owner only."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _file_of_keys(path: Path) -> str:
    """Two processes may start together: whoever links the file first wins, both read the same keys."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(new_key("k1") + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
