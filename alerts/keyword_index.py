"""All keywords of all rules, found in one pass over the words of a text.

The automaton works on words, not characters: each distinct word is looked up once (and remembered) for the
keyword words it can stand for, and a trie over those follows phrases. So the pass costs the same for ten
keywords and for ten hundred thousand; only what is found costs more. Regular expressions run together in one
RE2 set. Why not Aho-Corasick on characters: docs/decisions/0051-keyword-automaton.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import re2

from alerts.inflection import fold, keyword_keys, token_keys
from alerts.keyword_tokens import joins, spans, words
from alerts.keywords import Form, Near, Phrase, Regex, Slot, Term, regex_options

_REMEMBERED = 200_000  # distinct words of texts kept per language
_NOTHING: frozenset[int] = frozenset()
Range = tuple[int, int]


class _Node:
    """A state of the phrase trie."""

    __slots__ = ("children", "phrases")

    def __init__(self) -> None:
        self.children: dict[int, _Node] = {}
        self.phrases: list[int] = []


class _Word:
    """What a written word can stand for: slots of keywords, and trie nodes of phrases it begins."""

    __slots__ = ("nodes", "slots")

    def __init__(self, slots: tuple[int, ...], nodes: tuple[_Node, ...]) -> None:
        self.slots = slots
        self.nodes = nodes


class _Vocabulary(dict[str, _Word | None]):
    """Words as written, in texts of one language; worked out on first sight. None: in no keyword."""

    def __init__(self, slots: Sequence[Slot], root: _Node, language: str | None) -> None:
        super().__init__()
        self._language = language
        self._root = root
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

    def __missing__(self, word: str) -> _Word | None:
        if len(self) >= _REMEMBERED:
            self.clear()
        found = dict.fromkeys(self._cased.get(word, ()))
        found.update(dict.fromkeys(self._folded.get(fold(word), ())))
        for key in token_keys(word, self._language):
            found.update(dict.fromkeys(self._keys.get(key, ())))
        nodes = tuple(node for slot in found if (node := self._root.children.get(slot)) is not None)
        result = self[word] = _Word(tuple(found), nodes) if found else None
        return result


class Scan:
    """What was found in one text, sentence by sentence. Terms are numbers of the index's terms.

    A phrase or a proximity lies within one sentence; a regular expression may reach over several.
    """

    __slots__ = ("_found", "_index", "_regexes", "_sentences", "_terms", "_text", "_words", "terms")

    def __init__(
        self, index: KeywordIndex, text: str, language: str | None, sentences: Sequence[Range]
    ) -> None:
        self._index = index
        self._text = text
        self._sentences = sentences
        self._words: list[list[_Word | None]] = []
        self._found: dict[int, dict[int, list[Range]]] = {}  # sentence → phrase → (first, last) words
        if index.phrases:
            vocabulary = index.vocabulary(language)
            for number, (start, end) in enumerate(sentences):
                found = self._walk(number, vocabulary, text[start:end])
                if found:
                    self._found[number] = found
        self._regexes = [
            number
            for number in index.matching_regexes(text)
            if (wanted := index.terms[number].language) is None or language is None or wanted == language
        ]
        self._terms = {number: self._of_phrases(found) for number, found in self._found.items()}
        self.terms: frozenset[int] = frozenset(self._regexes).union(*self._terms.values())

    def terms_in(self, sentence: int) -> frozenset[int]:
        """Terms found in one sentence."""
        found = self._terms.get(sentence, _NOTHING)
        if not self._regexes:
            return found
        terms = set(found)
        start, end = self._sentences[sentence]
        for number in self._regexes:
            if self._index.pattern(number).search(self._text[start:end]) is not None:
                terms.add(number)
        return frozenset(terms)

    def spans(self, term: int, sentences: Iterable[int]) -> list[Range]:
        """(start, end) of every place in these sentences where ``term`` was found, offsets in code points."""
        body = self._index.terms[term].body
        places: list[Range] = []
        for number in sentences:
            start, end = self._sentences[number]
            if isinstance(body, Regex):
                matches = self._index.pattern(term).finditer(self._text[start:end])
                places += [(start + m.start(), start + m.end()) for m in matches if m.end() > m.start()]
                continue
            found = self._found.get(number)
            if found:
                places += self._places(number, self._of_body(body, found))
        return sorted(set(places))

    def whole_spans(self, term: int) -> list[Range]:
        """The same in the whole text."""
        if isinstance(self._index.terms[term].body, Regex):
            matches = self._index.pattern(term).finditer(self._text)
            return [m.span() for m in matches if m.end() > m.start()]
        return self.spans(term, range(len(self._sentences)))

    def _of_phrases(self, found: Mapping[int, list[Range]]) -> frozenset[int]:
        index = self._index
        terms: list[int] = []
        for phrase in found:
            terms += index.terms_of_phrase[phrase]
        terms += [number for number, near in index.nears if self._of_body(near, found)]
        return frozenset(terms)

    def _of_body(self, body: Phrase | Near, found: Mapping[int, list[Range]]) -> list[Range]:
        numbers = self._index.phrases
        if isinstance(body, Phrase):
            return found.get(numbers[body], [])
        return [
            (min(a[0], b[0]), max(a[1], b[1]))
            for a in found.get(numbers[body.left], ())
            for b in found.get(numbers[body.right], ())
            if 0 < max(b[0] - a[1], a[0] - b[1]) <= body.distance
        ]

    def _walk(self, number: int, vocabulary: _Vocabulary, text: str) -> dict[int, list[Range]]:
        """Every phrase of one sentence."""
        row = list(map(vocabulary.__getitem__, words(text)))
        self._words.append(row)
        found: dict[int, list[Range]] = {}
        last = len(row) - 1
        for position, word in enumerate(row):
            if word is None:
                continue
            for node in word.nodes:
                for phrase in node.phrases:
                    found.setdefault(phrase, []).append((position, position))
                if node.children and position < last and (following := row[position + 1]) is not None:
                    for slot in following.slots:
                        child = node.children.get(slot)
                        if child is not None:
                            self._follow(number, child, position, position + 1, found)
        return found

    def _follow(self, number: int, node: _Node, first: int, last: int, found: dict[int, list[Range]]) -> None:
        row = self._words[number]
        for phrase in node.phrases:
            if self._joined(number, phrase, first, last):
                found.setdefault(phrase, []).append((first, last))
        if node.children and last + 1 < len(row) and (following := row[last + 1]) is not None:
            for slot in following.slots:
                child = node.children.get(slot)
                if child is not None:
                    self._follow(number, child, first, last + 1, found)

    def _joined(self, number: int, phrase: int, first: int, last: int) -> bool:
        start, end = self._sentences[number]
        sentence = self._text[start:end]
        places = spans(sentence)
        gaps = self._index.gaps[phrase]
        return all(
            joins(sentence[places[at][1] : places[at + 1][0]], gap)
            for at, gap in zip(range(first, last), gaps, strict=True)
        )

    def _places(self, number: int, found: Iterable[Range]) -> list[Range]:
        start, end = self._sentences[number]
        places = spans(self._text[start:end])
        return [(start + places[first][0], start + places[last][1]) for first, last in found]


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
        self._patterns: dict[int, Any] = {}
        for number, term in enumerate(self.terms):
            self._add(number, term)
        self._regex_set = self._compile_set()

    def scan(self, text: str, language: str | None, sentences: Sequence[Range]) -> Scan:
        """Find every term in ``text``, which is in ``language`` (ISO 639-1; None: unknown)."""
        return Scan(self, text, language, sentences)

    def vocabulary(self, language: str | None) -> _Vocabulary:
        """The word table of a language, made when the first text of it comes."""
        known = self._vocabularies.get(language)
        if known is None:
            known = self._vocabularies[language] = _Vocabulary(tuple(self._slots), self.root, language)
        return known

    def pattern(self, term: int) -> Any:
        """The compiled pattern of a regular expression."""
        known = self._patterns.get(term)
        if known is None:
            body = self.terms[term].body
            assert isinstance(body, Regex)
            known = self._patterns[term] = re2.compile(body.pattern, regex_options())
        return known

    def matching_regexes(self, text: str) -> list[int]:
        """Numbers of the regex terms that match somewhere."""
        if self._regex_set is None:
            return []
        return [self._regex_terms[position] for position in self._regex_set.Match(text) or ()]

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
