"""Keywords as people write them, parsed.

``raid``                inflected forms match, in the language of the text
``special forces``      a phrase: the words in this order, each inflected
``=HTS``                only this form; a capital letter in it asks for that very case
``/raids? (on|in)/``    an RE2 regular expression, in linear time, whatever the case ((?-i) turns that off)
``"army" NEAR/5 "raid"``  both with at most five words from one to the other, in either order

Words of two to six capitals (HTS, US, WHO) are acronyms: they match in capitals only, with or without a
plural s, so that "US" is not "us".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

import re2

from alerts.keyword_tokens import spans
from config.errors import RuleError
from config.models.rules import Keyword

_NEAR = re.compile(r'^\s*("[^"]+"|\S+)\s+NEAR/(\d{1,3})\s+("[^"]+"|\S+)\s*$')
_ACRONYM = re.compile(r"[A-ZА-ЯΑ-Ω][A-ZА-ЯΑ-Ω0-9]{1,5}")


class Form(Enum):
    """How a word of a text must equal a word of a keyword."""

    INFLECTED = "inflected"
    FOLDED = "folded"  # the same, whatever the case
    CASED = "cased"  # the same, letter by letter


@dataclass(frozen=True, slots=True)
class Slot:
    """One word of a keyword. ``language``: only in texts of that language (or of unknown language)."""

    word: str
    form: Form
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """One or more words in order; ``gaps[i]`` is what stands between word i and i + 1 in the keyword."""

    slots: tuple[Slot, ...]
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """Two phrases at most ``distance`` words apart, in either order."""

    left: Phrase
    right: Phrase
    distance: int


@dataclass(frozen=True, slots=True)
class Regex:
    """An RE2 pattern."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Term:
    """A parsed keyword; ``text`` as written."""

    text: str
    language: str | None
    body: Phrase | Near | Regex

    def __str__(self) -> str:
        return f'"{self.text}"' if self.language is None else f'"{self.text}" ({self.language})'


def parse(keyword: Keyword) -> Term:
    """The keyword as a Term. Raises RuleError saying what is wrong with it and how to mend it."""
    text = keyword.term.strip()
    language = keyword.language
    if len(text) > 2 and text.startswith("/") and text.endswith("/"):
        return Term(text, language, _regex(text))
    near = _NEAR.match(text)
    if near:
        left, distance, right = near.groups()
        return Term(
            text,
            language,
            Near(
                _phrase(left.strip('"'), text, language),
                _phrase(right.strip('"'), text, language),
                int(distance),
            ),
        )
    return Term(text, language, _phrase(text, text, language))


def regex_options() -> re2.Options:
    """Case-insensitive, quiet, with room for the automaton of many patterns."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = 64 << 20
    return options


def _regex(text: str) -> Regex:
    try:
        compiled = re2.compile(text[1:-1], regex_options())
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else error.args[0]
        raise RuleError(
            f"keyword {text}: not a regular expression that runs in linear time ({reason}); RE2 knows no"
            " look-around and no back-references"
        ) from error
    if compiled.search("") is not None:
        raise RuleError(
            f"keyword {text}: it matches the empty text, so everything; ask for at least a character"
        )
    return Regex(text[1:-1])


def _phrase(text: str, whole: str, language: str | None) -> Phrase:
    exact = text.startswith("=")
    body = text[1:].strip() if exact else text.strip().strip('"')
    if exact:
        body = body.strip('"')
    places = spans(body)
    if not places:
        raise RuleError(f"keyword {whole!r}: there is no word in it; write a word, a phrase or /regex/")
    return Phrase(
        tuple(_slot(body[start:end], exact, language) for start, end in places),
        tuple(body[end:start] for (_, end), (start, _) in pairwise(places)),
    )


def _slot(word: str, exact: bool, language: str | None) -> Slot:
    if exact:
        return Slot(word, Form.CASED if word != word.lower() else Form.FOLDED, language)
    if _ACRONYM.fullmatch(word):
        return Slot(word, Form.CASED, language)
    return Slot(word, Form.INFLECTED, language)
