"""Tier 2: names by the statistical model, in pieces that bound its memory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from processors.entities import Named

if TYPE_CHECKING:
    from spacy.language import Language

_RUN = re.compile(r"\S{120,}")  # no words: the tokenizer would take quadratic time over them
_PLACES = frozenset({"GPE", "LOC"})
PIECE = 20_000  # characters; the model's memory grows with the text it is given at once


def names(nlp: Language, text: str) -> list[Named]:
    """The names in ``text``, in order; offsets count code points of ``text``."""
    found: list[Named] = []
    position = 0
    while position < len(text):
        end = _piece_end(text, position)
        doc = nlp(_RUN.sub(lambda run: " " * len(run.group()), text[position:end]))
        for e in doc.ents:
            found += _lines(text, Named(position + e.start_char, position + e.end_char, e.label_))
        position = end
    return found


def _lines(text: str, name: Named) -> list[Named]:
    """The name; where it runs from one line into the next, its parts if it is a place, else nothing.

    Headlines have no full stop: the model joins their last name with the dateline.
    """
    cut = text.find("\n", name.start, name.end)
    if cut < 0:
        return [name]
    if name.label not in _PLACES:
        return []
    first, rest = Named(name.start, cut, name.label), Named(cut + 1, name.end, name.label)
    return [part for part in (first, *_lines(text, rest)) if text[part.start : part.end].strip()]


def _piece_end(text: str, start: int) -> int:
    if len(text) - start <= PIECE:
        return len(text)
    for mark in ("\n", ". ", " "):
        end = text.rfind(mark, start + PIECE // 2, start + PIECE)
        if end > 0:
            return end + len(mark)
    return start + PIECE
