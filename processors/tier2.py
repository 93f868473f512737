"""Tier 2: names by the statistical model, in pieces that bound its memory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from processors.entities import Named

if TYPE_CHECKING:
    from spacy.language import Language

_RUN = re.compile(r"\S{120,}")  # no words: the tokenizer would take quadratic time over them
PIECE = 20_000  # characters; the model's memory grows with the text it is given at once


def names(nlp: Language, text: str) -> list[Named]:
    """The names in ``text``, in order; offsets count code points of ``text``."""
    found: list[Named] = []
    position = 0
    while position < len(text):
        end = _piece_end(text, position)
        doc = nlp(_RUN.sub(lambda run: " " * len(run.group()), text[position:end]))
        found += [Named(position + e.start_char, position + e.end_char, e.label_) for e in doc.ents]
        position = end
    return found


def _piece_end(text: str, start: int) -> int:
    if len(text) - start <= PIECE:
        return len(text)
    for mark in ("\n", ". ", " "):
        end = text.rfind(mark, start + PIECE // 2, start + PIECE)
        if end > 0:
            return end + len(mark)
    return start + PIECE
