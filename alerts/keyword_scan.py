"""What was found of the keywords in one text.

The pass over all words notes only which keywords stand in which sentence; where exactly is worked out again
for the few sentences that somebody asks about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from alerts.keyword_tokens import joins, running
from alerts.keywords import Near, Phrase, Regex

if TYPE_CHECKING:
    from alerts.keyword_index import KeywordIndex

Range = tuple[int, int]


class TrieNode:
    """A state of the phrase trie."""

    __slots__ = ("children", "phrases")

    def __init__(self) -> None:
        self.children: dict[int, TrieNode] = {}
        self.phrases: list[int] = []


class Head:
    """What begins with a written word."""

    __slots__ = ("nexts", "nodes", "phrases", "rules", "rules_anywhere")

    def __init__(self, nodes: Sequence[TrieNode]) -> None:
        self.phrases = tuple(phrase for node in nodes for phrase in node.phrases)  # the word by itself
        self.nodes = tuple(node for node in nodes if node.children)  # where longer phrases go on
        self.nexts = frozenset(slot for node in nodes for slot in node.children)  # with what
        self.rules: int | None = None  # those that ``phrases`` speak for: kept here by alerts.rule_index
        self.rules_anywhere = 0  # and those of them that need no region


END_OF_SENTENCE = Head(())


class Scan:
    """What was found in one text, sentence by sentence. Terms are numbers of the index's terms.

    A phrase or a proximity lies within one sentence; a regular expression may reach over several.
    """

    def __init__(
        self, index: KeywordIndex, text: str, language: str | None, sentences: Sequence[Range]
    ) -> None:
        self._index = index
        self._text = text
        self._sentences = sentences
        self._vocabulary = index.vocabulary(language)
        self._terms: dict[int, frozenset[int]] = {}
        self._spans: dict[int, list[Range]] = {}
        self._places: dict[int, dict[int, list[Range]]] = {}
        self._words = running(text, sentences) if index.phrases else []
        self._heads: dict[int, list[Head]] = {}  # by sentence
        self._spots: dict[int, list[int]] = {}  # and where among the words they stand
        self._long: dict[int, list[int]] = {}  # phrases of several words, by sentence
        self._firsts = [0]  # where each sentence begins among the words
        self._walk()
        self._regexes = [
            number
            for number in index.matching_regexes(text)
            if (wanted := index.terms[number].language) is None or language is None or wanted == language
        ]

    @property
    def has_others(self) -> bool:
        """Whether there can be anything in ``others_in``."""
        return bool(self._regexes or self._index.nears)

    @cached_property
    def terms(self) -> frozenset[int]:
        """Terms found anywhere."""
        return frozenset(self._regexes).union(*map(self.terms_in, self._heads))

    def terms_in(self, sentence: int) -> frozenset[int]:
        """Terms found in one sentence."""
        known = self._terms.get(sentence)
        if known is None:
            of_phrase = self._index.terms_of_phrase
            terms = [term for phrase in self.phrases_in(sentence) for term in of_phrase[phrase]]
            known = self._terms[sentence] = frozenset((*terms, *self.others_in(sentence)))
        return known

    def speaks_in(self, sentence: int) -> bool:
        """Whether any keyword may stand in a sentence."""
        return sentence in self._heads or bool(self._regexes)

    def heads_in(self, sentence: int) -> Sequence[Head]:
        """The words of a sentence that begin a keyword. The phrases found are theirs, and ``long_in``."""
        return self._heads.get(sentence, ())

    def long_in(self, sentence: int) -> Sequence[int]:
        """Phrases of several words found in a sentence."""
        return self._long.get(sentence, ())

    def phrases_in(self, sentence: int) -> Iterator[int]:
        """Every phrase found in a sentence."""
        for head in self.heads_in(sentence):
            yield from head.phrases
        yield from self.long_in(sentence)

    def others_in(self, sentence: int) -> Iterator[int]:
        """Terms found in one sentence that are not phrases."""
        if self._index.nears:
            for phrase in self.phrases_in(sentence):
                for number, near in self._index.nears.get(phrase, ()):
                    if self._of_body(near, self._located(sentence)):
                        yield number
        if self._regexes:
            start, end = self._sentences[sentence]
            text = self._text[start:end]
            for number in self._regexes:
                if self._index.pattern(number).search(text) is not None:
                    yield number

    def spans(self, term: int, sentences: Iterable[int]) -> list[Range]:
        """(start, end) of every place in these sentences where ``term`` was found, offsets in code points."""
        body = self._index.terms[term].body
        places: list[Range] = []
        for number in sentences:
            start, end = self._sentences[number]
            if isinstance(body, Regex):
                matches = self._index.pattern(term).finditer(self._text[start:end])
                places += [(start + m.start(), start + m.end()) for m in matches if m.end() > m.start()]
            elif number in self._heads:
                places += [
                    (self._span_of(number, first)[0], self._span_of(number, last)[1])
                    for first, last in self._of_body(body, self._located(number))
                ]
        return sorted(set(places))

    def whole_spans(self, term: int) -> list[Range]:
        """The same in the whole text."""
        if isinstance(self._index.terms[term].body, Regex):
            matches = self._index.pattern(term).finditer(self._text)
            return [m.span() for m in matches if m.end() > m.start()]
        return self.spans(term, range(len(self._sentences)))

    def _walk(self) -> None:
        """Note what begins in each sentence: the one pass over all words."""
        row, vocabulary = self._words, self._vocabulary
        here: list[Head] = []
        spots: list[int] = []
        number = 0
        for position, head in enumerate(map(vocabulary.heads.__getitem__, row)):
            if head is None:
                continue
            if head is END_OF_SENTENCE:
                if here:
                    self._heads[number], self._spots[number] = here, spots
                    here, spots = [], []
                number += 1
                self._firsts.append(position + 1)
                continue
            here.append(head)
            spots.append(position)
            if head.nexts and not head.nexts.isdisjoint(vocabulary[row[position + 1]]):
                for phrase, _ in self._longer(number, head, position):
                    self._long.setdefault(number, []).append(phrase)

    def _longer(self, number: int, head: Head, first: int) -> Iterator[Range]:
        """(phrase, its last word) of the longer phrases from word ``first`` on."""
        for slot in self._vocabulary[self._words[first + 1]]:
            for node in head.nodes:
                if slot in node.children:
                    yield from self._follow(number, node.children[slot], first, first + 1)

    def _follow(self, number: int, node: TrieNode, first: int, last: int) -> Iterator[tuple[int, int]]:
        """(phrase, its last word) of the phrases from word ``first`` on that pass ``node`` at ``last``."""
        for phrase in node.phrases:
            if self._joined(number, phrase, first, last):
                yield phrase, last
        if node.children:
            for slot in self._vocabulary[self._words[last + 1]]:
                child = node.children.get(slot)
                if child is not None:
                    yield from self._follow(number, child, first, last + 1)

    def _joined(self, number: int, phrase: int, first: int, last: int) -> bool:
        begin = self._firsts[number]
        places = [self._span_of(number, at - begin) for at in range(first, last + 1)]
        gaps = self._index.gaps[phrase]
        return all(
            joins(self._text[before[1] : after[0]], gap)
            for (before, after), gap in zip(pairwise(places), gaps, strict=True)
        )

    def _located(self, number: int) -> Mapping[int, list[Range]]:
        """Every phrase of one sentence with its (first, last) words, counted from the sentence's first."""
        known = self._places.get(number)
        if known is not None:
            return known
        found = self._places[number] = {}
        begin = self._firsts[number]
        for head, first in zip(self.heads_in(number), self._spots.get(number, ()), strict=True):
            for phrase in head.phrases:
                found.setdefault(phrase, []).append((first - begin, first - begin))
            if head.nexts and not head.nexts.isdisjoint(self._vocabulary[self._words[first + 1]]):
                for phrase, last in self._longer(number, head, first):
                    found.setdefault(phrase, []).append((first - begin, last - begin))
        return found

    def _span_of(self, number: int, word: int) -> Range:
        """Where a word of a sentence stands in the text. It is sought after the words before it."""
        known = self._spans.setdefault(number, [])
        if word >= len(known):
            first = self._firsts[number]
            after = known[-1][1] if known else self._sentences[number][0]
            for written in self._words[first + len(known) : first + word + 1]:
                start = self._text.index(written, after)
                after = start + len(written)
                known.append((start, after))
        return known[word]

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
