"""All keywords of all rules, found in one pass over the words of a text.

The automaton works on words, not characters: each distinct word is looked up once (and remembered) for the
keyword words it can stand for, and a trie over those follows phrases. So the pass costs the same for ten
keywords and for ten hundred thousand; only what is found costs more. Regular expressions run together in one
RE2 set. Why not Aho-Corasick on characters: docs/decisions/0402-keyword-automaton.md.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import re2

from alerts.inflection import fold, keyword_keys, token_keys
from alerts.keyword_tokens import joins, spans, words
from alerts.keywords import Form, Near, Phrase, Regex, Slot, Term, regex_options

_REMEMBERED = 200_000  # distinct words of texts kept per language
Spans = tuple[tuple[int, int], ...]


class _Node:
    """A state of the phrase trie."""

    __slots__ = ("children", "phrases")

    def __init__(self) -> None:
        self.children: dict[int, _Node] = {}
        self.phrases: list[int] = []


class _Vocabulary(dict[str, tuple[int, ...]]):
    """Word as written → the slots it fills, in texts of one language; computed on first sight."""

    def __init__(self, slots: Sequence[Slot], language: str | None) -> None:
        super().__init__()
        self._language = language
        self._cased: dict[str, list[int]] = {}
        self._folded: dict[str, list[int]] = {}
        self._keys: dict[str, list[int]] = {}
        for number, slot in enumerate(slots):
            if slot.language is None or language is None or slot.language == language:
                self._file(slot, number)

    def _file(self, slot: Slot, number: int) -> None:
        if slot.form is Form.FOLDED:
            self._folded.setdefault(fold(slot.word), []).append(number)
        elif slot.form is Form.CASED:
            forms = {slot.word, slot.word + "s"} if slot.word.isupper() else {slot.word}
            for form in forms:
                self._cased.setdefault(form, []).append(number)
        else:
            for key in keyword_keys(slot.word, slot.language or self._language):
                self._keys.setdefault(key, []).append(number)

    def __missing__(self, word: str) -> tuple[int, ...]:
        if len(self) >= _REMEMBERED:
            self.clear()
        found = dict.fromkeys(self._cased.get(word, ()))
        found.update(dict.fromkeys(self._folded.get(fold(word), ())))
        for key in token_keys(word, self._language):
            found.update(dict.fromkeys(self._keys.get(key, ())))
        self[word] = result = tuple(found)
        return result


class Scan:
    """What was found in one text. ``terms``: numbers of the index's terms. Places are worked out late."""

    __slots__ = ("_index", "_phrases", "_places", "_text", "_tokens", "terms")

    def __init__(self, index: KeywordIndex, text: str, language: str | None) -> None:
        self._index = index
        self._text = text
        self._places: list[tuple[int, int]] | None = None
        self._tokens: list[tuple[int, ...]] = []
        self._phrases: dict[int, list[tuple[int, int]]] = {}
        if index.phrases:
            self._walk(index.vocabulary(language))
        self.terms: frozenset[int] = frozenset(self._terms(language))

    def spans(self, term: int) -> Spans:
        """(start, end) of every place where ``term`` was found, in order, offsets in code points."""
        if term not in self.terms:
            return ()
        body = self._index.terms[term].body
        if isinstance(body, Regex):
            pattern = self._index.pattern(body)
            return tuple(m.span() for m in pattern.finditer(self._text) if m.end() > m.start())
        places = self._word_places()
        found = self._near(body) if isinstance(body, Near) else self._phrases[self._index.phrases[body]]
        return tuple(sorted({(places[first][0], places[last][1]) for first, last in found}))

    def _terms(self, language: str | None) -> Iterable[int]:
        index = self._index
        for phrase in self._phrases:
            yield from index.terms_of_phrase[phrase]
        for number, near in index.nears:
            if self._near(near):
                yield number
        for number in index.matching_regexes(self._text):
            wanted = index.terms[number].language
            if wanted is None or language is None or wanted == language:
                yield number

    def _walk(self, vocabulary: _Vocabulary) -> None:
        root = self._index.root.children
        self._tokens = tokens = list(map(vocabulary.__getitem__, words(self._text)))
        for position, slots in enumerate(tokens):
            for slot in slots:
                node = root.get(slot)
                if node is not None:
                    self._follow(node, position, position)

    def _follow(self, node: _Node, first: int, last: int) -> None:
        for phrase in node.phrases:
            if first == last or self._joined(phrase, first, last):
                self._phrases.setdefault(phrase, []).append((first, last))
        if node.children and last + 1 < len(self._tokens):
            for slot in self._tokens[last + 1]:
                child = node.children.get(slot)
                if child is not None:
                    self._follow(child, first, last + 1)

    def _joined(self, phrase: int, first: int, last: int) -> bool:
        places, text = self._word_places(), self._text
        gaps = self._index.gaps[phrase]
        return all(
            joins(text[places[at][1] : places[at + 1][0]], gap)
            for at, gap in zip(range(first, last), gaps, strict=True)
        )

    def _near(self, near: Near) -> list[tuple[int, int]]:
        numbers = self._index.phrases
        left = self._phrases.get(numbers[near.left], [])
        right = self._phrases.get(numbers[near.right], [])
        return [
            (min(a[0], b[0]), max(a[1], b[1]))
            for a in left
            for b in right
            if a != b and 0 < max(b[0] - a[1], a[0] - b[1]) <= near.distance
        ]

    def _word_places(self) -> list[tuple[int, int]]:
        if self._places is None:
            self._places = spans(self._text)
        return self._places


class KeywordIndex:
    """The compiled keywords. ``terms`` may hold duplicates; they cost nothing."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = tuple(terms)
        self.root = _Node()
        self.phrases: dict[Phrase, int] = {}
        self.gaps: list[tuple[str, ...]] = []
        self.terms_of_phrase: list[list[int]] = []
        self.nears: list[tuple[int, Near]] = []
        self._slots: dict[Slot, int] = {}
        self._vocabularies: dict[str | None, _Vocabulary] = {}
        self._regex_terms: list[int] = []
        self._patterns: dict[str, Any] = {}
        for number, term in enumerate(self.terms):
            self._add(number, term)
        self._regex_set = self._compile_set()

    def scan(self, text: str, language: str | None) -> Scan:
        """Find every term in ``text``, which is in ``language`` (ISO 639-1; None: unknown)."""
        return Scan(self, text, language)

    def vocabulary(self, language: str | None) -> _Vocabulary:
        """The word table of a language, made when the first text of it comes."""
        known = self._vocabularies.get(language)
        if known is None:
            known = self._vocabularies[language] = _Vocabulary(tuple(self._slots), language)
        return known

    def pattern(self, regex: Regex) -> Any:
        """The compiled pattern."""
        known = self._patterns.get(regex.pattern)
        if known is None:
            known = self._patterns[regex.pattern] = re2.compile(regex.pattern, regex_options())
        return known

    def matching_regexes(self, text: str) -> list[int]:
        """Numbers of the regex terms that match somewhere."""
        if self._regex_set is None:
            return []
        return [self._regex_terms[position] for position in self._regex_set.Match(text)]

    def _add(self, number: int, term: Term) -> None:
        if isinstance(term.body, Phrase):
            self.terms_of_phrase[self._phrase(term.body)].append(number)
        elif isinstance(term.body, Near):
            self._phrase(term.body.left)
            self._phrase(term.body.right)
            self.nears.append((number, term.body))
        else:
            self._regex_terms.append(number)

    def _phrase(self, phrase: Phrase) -> int:
        known = self.phrases.get(phrase)
        if known is not None:
            return known
        number = self.phrases[phrase] = len(self.phrases)
        self.gaps.append(phrase.gaps)
        self.terms_of_phrase.append([])
        node = self.root
        for slot in phrase.slots:
            slot_number = self._slots.setdefault(slot, len(self._slots))
            node = node.children.setdefault(slot_number, _Node())
        node.phrases.append(number)
        return number

    def _compile_set(self) -> Any:
        if not self._regex_terms:
            return None
        patterns = re2.Set.SearchSet(regex_options())
        for number in self._regex_terms:
            body = self.terms[number].body
            assert isinstance(body, Regex)
            patterns.Add(body.pattern)
        patterns.Compile()
        return patterns


def within(found: Spans, ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans that lie wholly inside one of ``ranges`` (sorted, not overlapping)."""
    starts = [start for start, _ in ranges]
    kept = []
    for start, end in found:
        at = bisect_left(starts, start + 1) - 1
        if at >= 0 and end <= ranges[at][1]:
            kept.append((start, end))
    return kept


Scanner = Callable[[str, str | None], Scan]
