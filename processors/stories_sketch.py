"""Texts as sketches of their word sequences, and how much of one text another contains.

A text is the set of hashes of its three-word shingles (six characters in scripts without word spaces). Its
sketch is the *bottom-k* MinHash: the ``SKETCH`` smallest hashes (Broder 1997, "On the resemblance and
containment of documents"). Below the smaller of two sketches' largest hashes both are complete samples, so
the containment of the shorter text in the longer one can be read off. A fixed number of independent minima
(k-mins MinHash) is blunter there: the Jaccard similarity of a copy cut to a third is only a third.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.text import short_hash

Hashes = NDArray[np.uint32]

SKETCH = 256  # hashes kept; the standard error of a containment of .5 is then about .03 for equal lengths
KEYS = 32  # of them, looked up in the index
WORDS = 3
CHARACTERS = 6
_FEW = 12  # shingles; shorter texts are only compared as a whole
_SHORT = 40
_LEAST_SHARED = 4  # hashes, where texts are compared by samples
_MAX_TOKENS = 20_000
_TOKEN = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|\\w+"
)
_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is kept of a text."""

    hashes: Hashes  # sorted, at most SKETCH
    body_hash: str  # of all its words, in order

    @property
    def keys(self) -> Hashes:
        """The hashes that the index knows."""
        return self.hashes[:KEYS]

    @property
    def comparable(self) -> bool:
        """False for texts so short that sharing shingles says nothing."""
        return len(self.hashes) >= _FEW


def sketch(body: str) -> Sketch:
    """The sketch of a body text (without its title: mastheads write their own)."""
    tokens = _TOKEN.findall(unicodedata.normalize("NFKC", body).casefold())[:_MAX_TOKENS]
    if not tokens:
        return Sketch(np.empty(0, np.uint32), "")
    codes = np.fromiter(
        (zlib.crc32(token.encode("utf-8", "replace")) for token in tokens), np.uint64, len(tokens)
    )
    size = CHARACTERS if _is_spaceless(tokens) else WORDS
    return Sketch(_bottom(_shingles(codes, size)), short_hash(codes.tobytes().hex()))


def containment(one: Hashes, other: Hashes) -> float:
    """How much of the shorter text is in the longer one, 0..1, estimated from two sketches' hashes."""
    if not len(one) or not len(other):
        return 0.0
    limit = min(_reach(one), _reach(other))
    a, b = one[one <= limit], other[other <= limit]
    shared = len(np.intersect1d(a, b, assume_unique=True))
    if shared < _LEAST_SHARED and limit < 0xFFFFFFFF:
        return 0.0  # a short text beside a very long one: the sample is too small to say anything
    return shared / min(len(a), len(b)) if shared else 0.0


def threshold(one: Hashes, other: Hashes) -> float:
    """The containment from which two texts count as copies; higher for short texts, where chance plays."""
    return 0.8 if min(len(one), len(other)) < _SHORT else 0.5


def _is_spaceless(tokens: list[str]) -> bool:
    sample = tokens[:200]
    return sum(bool(_SPACELESS.match(token)) for token in sample) * 2 > len(sample)


def _shingles(codes: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
    """Hashes of all runs of ``size`` tokens (of everything, for a shorter text)."""
    size = min(size, len(codes))
    count = len(codes) - size + 1
    value = np.zeros(count, np.uint64)
    with np.errstate(over="ignore"):
        for offset in range(size):
            value = _mixed(value ^ (codes[offset : offset + count] + np.uint64(0x9E3779B97F4A7C15)))
    return value


def _mixed(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = value ^ (value >> np.uint64(31))
    return mixed


def _bottom(values: NDArray[np.uint64]) -> Hashes:
    unique = np.unique((values >> np.uint64(32)).astype(np.uint32))
    return unique[:SKETCH].copy()


def _reach(hashes: Hashes) -> int:
    """Up to which hash the sketch is complete: everything, for a text with fewer shingles than fit."""
    return int(hashes[-1]) if len(hashes) >= SKETCH else 0xFFFFFFFF
