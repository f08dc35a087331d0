"""Changes to Rasa 3.6.21 where it has no extension point. Each says what it changes, why, and what stays the same.

Applied once a process by `apply`, after checking that Rasa is the version they were written against.
"""

from __future__ import annotations

from typing import Any

import jsonschema
import rasa
from rasa.core.actions.action import RemoteAction

from bot.errors import LegalBotError

WRITTEN_FOR = "3.6.21"


class WrongRasa(LegalBotError):
    """Another Rasa is installed than the patches were written for."""


def apply() -> None:
    """Patch Rasa; doing it twice changes nothing.

    Raises:
        WrongRasa: the installed version is another one; look at each patch again.
    """
    if rasa.__version__ != WRITTEN_FOR:
        raise WrongRasa(f"Rasa is {rasa.__version__}; the patches of bot/dialogue/patches.py were written for {WRITTEN_FOR}.")
    RemoteAction._validate_action_result = _with_prepared_validator


# Rasa checks its own constant schema anew at each action call, three quarters of the time a message takes (rasa.md 9).
# The same schema, checked once: results are judged as before.
_VALIDATOR = jsonschema.validators.validator_for(RemoteAction.action_response_format_spec())(RemoteAction.action_response_format_spec())


def _with_prepared_validator(self: RemoteAction, result: dict[str, Any]) -> bool:
    """Raise jsonschema.ValidationError for an action result of the wrong shape, as Rasa does."""
    error = jsonschema.exceptions.best_match(_VALIDATOR.iter_errors(result))
    if error is not None:
        raise error
    return True
