"""Keys of lines that count an answer to a message: the same for every retry, and nobody's once the message is erased."""

from __future__ import annotations

from bot.storage.look_up_keys import key_of
from bot.storage.personal_data import keys


def message_key(what: str, conversation: str, message_id: str) -> str:
    """Return the source key of a line that counts a message once.

    The message's own id, which nobody can guess, goes into a keyed hash. It is stored with the message only and erased with it; then
    nothing leads from the line to the conversation, nor from one line of a person to the next. Made with the key that named the conversation,
    so that a retry in the moment of a rotation finds the same.
    """
    return f"{what}:{keys().look_up_hash(f'{conversation}|{message_id}', 'counted message', key_of(conversation))[:40]}"
