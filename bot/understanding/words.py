"""Chinese words, with the law's and the district's own added to jieba's."""

import logging
from functools import lru_cache
from pathlib import Path

import jieba

_WORDS = Path(__file__).parent / "words.txt"


@lru_cache(maxsize=1)
def _tokenizer() -> jieba.Tokenizer:
    """Return a tokenizer of our own: Rasa's and other people's dictionaries cannot change what a model was trained with."""
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for line in _WORDS.read_text(encoding="utf-8").splitlines():
        for word in line.partition("#")[0].split():
            tokenizer.add_word(word)
    return tokenizer


def warm_up() -> None:
    """Load the dictionary now (about a second) rather than at the first message."""
    words("预热")


def words(text: str) -> list[str]:
    """Return the words of a text that hold at least one letter or digit; punctuation and spaces are dropped."""
    return [word for word in _tokenizer().lcut(text, HMM=False) if any(c.isalnum() for c in word)]
