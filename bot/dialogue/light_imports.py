"""A worker without TensorFlow: nothing of ours uses it, yet Rasa imports it whatever config.yml says (rasa.md, hazard 13).

It costs 400 MB and three seconds. `stand_in` puts empty modules in its place before Rasa is imported; classes of Rasa's that
derive from it can then be defined, and any use of it says what is the matter. Only workers do this: `rasa train`, `rasa shell`
and `rasa test` see the real ones. What serving never touches is kept out the same way: learning, drawing, clouds, messengers.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from typing import Any, Sequence

from bot.errors import LegalBotError

ABSENT = frozenset((
    "tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras", "sklearn", "joblib", "matplotlib",
    "boto3", "botocore", "pymongo", "redis", "aio_pika", "kafka", "confluent_kafka",
    "aiogram", "webexteamssdk", "slack_sdk", "twilio", "mattermostwrapper", "rocketchat_API", "fbmessenger", "socketio", "engineio",
))  # fmt: skip


class LeftOut(LegalBotError):
    """A worker was asked to use a library it does without."""


class _StandIn(type):
    """A class that may be derived from and named, never used."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in_class(name)

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        raise LeftOut(f"{cls.__name__}: workers run without the libraries in bot/dialogue/light_imports.py; a pipeline that needs one is run by `rasa run`.")


def _stand_in_class(name: str) -> Any:
    return _StandIn(name, (), {})


class _Module(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = _stand_in_class(name)
        setattr(self, name, found)
        return found


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] not in ABSENT:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing: what is asked of the module is made up when it is asked for."""


def stand_in() -> None:
    """Put the empty modules in place; does nothing where TensorFlow is loaded already, as in tests, or when done twice."""
    if "tensorflow" not in sys.modules and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
