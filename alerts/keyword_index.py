"""All keywords of all rules, found in one pass over the words of a text.

The automaton works on words, not characters: each distinct word is looked up once (and remembered) for the
keywords it begins, and a trie over keyword words follows phrases. So the pass costs the same for ten
keywords and for ten hundred thousand; only what is found costs more. Regular expressions run together in one
RE2 set. Why not Aho-Corasick on characters: docs/decisions/0051-keyword-automaton.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import re2

from alerts.inflection import fold, keyword_keys, token_keys
from alerts.keyword_scan import END_OF_SENTENCE, Head, Range, Scan, TrieNode
from alerts.keyword_tokens import END
from alerts.keywords import Form, Near, Phrase, Regex, Slot, Term, regex_options

_REMEMBERED = 200_000  # distinct words of texts kept per language


class Vocabulary(dict[str, tuple[int, ...]]):
    """The slots (words of keywords) that a written word can stand for, in texts of one language.

    Worked out when a word is first met.
    """

    def __init__(self, slots: Sequence[Slot], root: TrieNode, language: str | None) -> None:
        super().__init__()
        self.heads = _Heads(self, root)
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
        result = self[word] = tuple(found)
        return result


class _Heads(dict[str, Head | None]):
    """The words that begin a keyword, and the end of a sentence; None for every other word."""

    def __init__(self, vocabulary: Vocabulary, root: TrieNode) -> None:
        super().__init__({END: END_OF_SENTENCE})
        self._vocabulary = vocabulary
        self._root = root

    def __missing__(self, word: str) -> Head | None:
        if len(self) >= _REMEMBERED:
            self.clear()
            self[END] = END_OF_SENTENCE
        known = self._root.children
        nodes = [known[slot] for slot in self._vocabulary[word] if slot in known]
        result = self[word] = Head(nodes) if nodes else None
        return result


class KeywordIndex:
    """The compiled keywords. ``terms`` may hold duplicates; they cost nothing."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = tuple(terms)
        self.root = TrieNode()
        self.phrases: dict[Phrase, int] = {}
        self.gaps: list[tuple[str, ...]] = []
        self.terms_of_phrase: list[list[int]] = []
        self.nears: dict[int, list[tuple[int, Near]]] = {}  # by the phrase on their left
        self._slots: dict[Slot, int] = {}
        self._vocabularies: dict[str | None, Vocabulary] = {}
        self._regex_terms: list[int] = []
        self._patterns: dict[int, Any] = {}
        for number, term in enumerate(self.terms):
            self._add(number, term)
        self._regex_set = self._compile_set()

    def scan(self, text: str, language: str | None, sentences: Sequence[Range]) -> Scan:
        """Find every term in ``text``, which is in ``language`` (ISO 639-1; None: unknown)."""
        return Scan(self, text, language, sentences)

    def vocabulary(self, language: str | None) -> Vocabulary:
        """The word table of a language, made when the first text of it comes."""
        known = self._vocabularies.get(language)
        if known is None:
            known = self._vocabularies[language] = Vocabulary(tuple(self._slots), self.root, language)
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
            left = self._phrase(term.body.left)
            self._phrase(term.body.right)
            self.nears.setdefault(left, []).append((number, term.body))
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
            node = node.children.setdefault(slot_number, TrieNode())
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
