"""Training data for Rasa, read once and not copied.

Rasa's own importer reads and checks every file three times, copies each sentence four times and hashes each copy as JSON:
half a minute with our thirty thousand sentences. This one reads each file once, in C, and hands out sentences that need no
copying. Files with anything but plain sentences in them (rules, responses, entities in brackets) are read as Rasa reads them.
"""

from __future__ import annotations

import copy
import hashlib
from pathlib import Path
from typing import Any, Optional, Union

import rasa.shared.data
import yaml
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.importers import utils
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BLOCK = {"intent", "examples", "metadata"}
_AS_READ = {TEXT, INTENT, METADATA}
_MARKED = ("](", "]{")  # an entity, in Rasa's notation


class Sentence(Message):
    """A training sentence. What was read is never changed, so copies share it, and its hash is a short one that is made once."""

    _hash: Optional[str] = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Sentence:
        twin: Sentence = object.__new__(Sentence)
        twin.__dict__.update(self.__dict__)
        twin.data, twin.output_properties = dict(self.data), set(self.output_properties)
        twin.features = copy.deepcopy(self.features, memo) if self.features else []
        return twin

    def set(self, prop: str, info: Any, add_to_output: bool = False) -> None:
        """Set a property; another value than the one it has means another hash."""
        if self.data.get(prop) != info:
            self._hash = None
        super().set(prop, info, add_to_output)

    def fingerprint(self) -> str:
        """Return a hash over all that the sentence says; Rasa's own once a component has added to it."""
        if self.features or not self.data.keys() <= _AS_READ:
            return super().fingerprint()
        if self._hash is None:
            said = repr([self.data.get(TEXT), self.data.get(INTENT), self.data.get(METADATA)])
            self._hash = hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        return self._hash


class OnceImporter(RasaFileImporter):
    """Rasa's importer of files, without reading any of them twice; named in config.yml under `importers`."""

    def __init__(self, config_file: Optional[str] = None, domain_path: Optional[str] = None,
                 training_data_paths: Optional[Union[list[str], str]] = None) -> None:
        self.config_file, self._domain_path = config_file, domain_path
        self._sentences: list[Message] = []
        others: list[str] = []
        for path in rasa.shared.data.get_data_files(training_data_paths, lambda path: True):
            plain = plain_sentences(path)
            self._sentences.extend(plain or [])
            if plain is None:
                others.append(path)
        self._nlu_files = [path for path in others if rasa.shared.data.is_nlu_file(path)]
        self._story_files = [path for path in others if YAMLStoryReader.is_stories_file(path)]
        self._conversation_test_files = [path for path in others if YAMLStoryReader.is_test_stories_file(path)]

    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        """Return all sentences in the order of their files, then what Rasa reads from the files left to it."""
        ours = TrainingData(self._sentences)
        return ours.merge(utils.training_data_from_paths(self._nlu_files, language)) if self._nlu_files else ours


def plain_sentences(path: str) -> Optional[list[Message]]:
    """Return the sentences of a file that holds nothing else; None for a file that Rasa must read, or complain of, itself."""
    text = Path(path).read_text(encoding="utf-8", errors="replace")
    if Path(path).suffix not in rasa.shared.data.YAML_FILE_EXTENSIONS or any(mark in text for mark in _MARKED):
        return None
    try:
        content = yaml.load(text, Loader=_LOADER)  # noqa: S506 (a safe loader, in C where there is one)
    except yaml.YAMLError:
        return None
    blocks = content.get("nlu") if isinstance(content, dict) and content.keys() <= {"version", "nlu"} else None
    if not isinstance(blocks, list) or not all(_is_plain(block) for block in blocks):
        return None
    return [Sentence.build(line[2:].strip(), block["intent"], intent_metadata=block.get("metadata"))
            for block in blocks for line in _lines(block["examples"])]


def _is_plain(block: Any) -> bool:
    return (isinstance(block, dict) and {"intent", "examples"} <= block.keys() <= _BLOCK and isinstance(block["intent"], str)
            and isinstance(block["examples"], str) and all(line.startswith("- ") for line in _lines(block["examples"])))


def _lines(examples: str) -> list[str]:
    return [line.strip() for line in examples.splitlines() if line.strip()]
