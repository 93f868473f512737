"""Which number goes to which word for people's fate: the nearest one, as clauses and lists allow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from processors.languages.local import LocalText
from processors.languages.numbers import Count

REACH = 120  # characters between a number and the word it counts for
SINGLE_REACH = 80  # the same for a noun in the singular
CLUSTER = 25  # characters within which two words for one fate are one
_COMMA = 12  # characters that a comma between them counts as
_AND = 25  # characters that an 'and' or a comma right beside one of them counts as
_OTHER_KIND = 40  # characters that another toll's word between them counts as
_OTHER_PEOPLE = 25  # characters that people counted between them count as
BREAK = re.compile(r"[,،;؛:]")
STOP = re.compile(r"[.;:!?؛؟]")
_OPENING, _CLOSING = re.compile("[«“]"), re.compile("[»”]")
_BORDER = re.compile(r"[;:؛\"«»“”]|[,،](?![^,،]{0,60}[,،])")  # a comma, unless a clause lies between two

Pair = tuple["Word", Count]


@dataclass(frozen=True, slots=True)
class Word:
    """A word that says what happened to people."""

    start: int
    end: int
    kind: str
    single: bool  # a verb in the singular
    body: bool = False  # 'bodies': those that were found
    weak: bool = False  # 'toll': of the killed, where nothing else is said


@dataclass(frozen=True, slots=True)
class Pairing:
    """The words and counts of one sentence."""

    local: LocalText
    words: Sequence[Word]
    counts: Sequence[Count]

    def pairs(self) -> list[Pair]:
        """Numbers take the nearest words; nouns in the singular what is left, and only from nearby."""
        said = self._nearest(self.words, [count for count in self.counts if count.said])
        left = [word for word in self.words if not any(together(word, used) for used, _ in said)]
        single = self._nearest(left, [count for count in self.counts if not count.said])
        return said + [pair for pair in single if self._close(*pair)]

    def _close(self, word: Word, count: Count) -> bool:
        if word.weak or self._distance(count, word) > SINGLE_REACH:
            return False
        first, last = min(count.end, word.end), max(count.start, word.start)
        return not _BORDER.search(self.local.text, first, last)

    def _nearest(self, words: Sequence[Word], counts: Sequence[Count]) -> list[Pair]:
        order = sorted(
            (self._distance(count, word), c, w)
            for c, count in enumerate(counts)
            for w, word in enumerate(words)
        )
        found: list[Pair] = []
        used_counts: set[int] = set()
        used_words: set[int] = set()
        for distance, c, w in order:
            if distance > REACH or c in used_counts or w in used_words:
                continue
            used_counts.add(c)
            used_words.update(i for i, word in enumerate(words) if together(word, words[w]))
            found.append((words[w], counts[c]))
        return found

    def _distance(self, count: Count, word: Word) -> int:
        """Characters between them; borders of clauses, other fates and other people count extra."""
        if count.start <= word.start < count.end or word.start <= count.start < word.end:
            return 0
        first, last = (count.end, word.start) if count.end <= word.start else (word.end, count.start)
        between = self._without_asides(first, last)
        if STOP.search(between) and "." in between:
            return REACH + 1
        if _quoted(between, word_first=first == word.end):  # what a witness says
            return REACH + 1
        kinds = sum(other.kind != word.kind and first <= other.start < last for other in self.words)
        people = sum(other.headed and first <= other.start and other.end <= last for other in self.counts)
        data = self.local.data
        edges = sum(bool(pattern.search(between)) for pattern in (data.opening, data.closing))
        borders = _COMMA * len(BREAK.findall(between)) + _AND * edges
        return len(between) + borders + _OTHER_KIND * kinds + _OTHER_PEOPLE * people

    def _without_asides(self, first: int, last: int) -> str:
        """What stands between, without '…, among them two women, …'."""
        text = self.local.text
        kept, position = "", first
        for hit in self.local.labelled("subset", first, last):
            comma = BREAK.search(text, hit.end, last)
            if hit.start >= position and comma:
                kept += text[position : hit.start].rstrip(" ,،")
                position = comma.end()
        return kept + text[position:last]


def _quoted(between: str, *, word_first: bool) -> bool:
    """Whether the word for a fate, and not the number, stands inside quotation marks."""
    opened, closed = len(_OPENING.findall(between)), len(_CLOSING.findall(between))
    return closed > opened if word_first else opened > closed


def together(one: Word, other: Word) -> bool:
    """Whether two words stand for one fate: 'were found dead, killed by'."""
    return one.kind == other.kind and abs(one.start - other.start) <= CLUSTER
