"""What a resident's words mean: intent, topic, card, danger, amounts and dates. Knows no Rasa and no database."""

from bot.understanding.archive import load_from_archive, newest_archive
from bot.understanding.entities import Entity
from bot.understanding.examples import BadTrainingData, Example, read_examples
from bot.understanding.understander import Understander
from bot.understanding.understood import Understood

__all__ = ["BadTrainingData", "Entity", "Example", "Understander", "Understood", "load_from_archive", "newest_archive", "read_examples"]
