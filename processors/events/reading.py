"""A document as the event steps see it: sentences, hits and times, each worked out once."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

from processors.languages import data as languages
from processors.languages import times as local_times
from processors.languages.local import LocalText
from processors.text import lexicon as lexicons
from processors.text import narrative, sentences, times
from processors.text.lexicon import Hit, Lexicon
from processors.text.sentences import Sentence
from processors.text.sieve import ENGLISH, Found
from processors.text.times import Time

_WORD = re.compile(r"[^\W\d_]{4,}")
_ASCII_WORD = re.compile(r"[A-Za-z]{4,}")  # the same where all letters are ASCII, three times as fast
_FOREIGN = re.compile(r"[^\x00-\x7f“”‘’–—…]")
_STOP = frozenset(
    [
        "that",
        "this",
        "with",
        "from",
        "have",
        "were",
        "been",
        "they",
        "their",
        "said",
        "says",
        "after",
        "over",
        "will",
        "into",
        "about",
        "more",
        "than",
        "also",
        "which",
        "would",
        "when",
        "where",
        "while",
        "there",
        "other",
        "some",
        "what",
        "could",
        "against",
        "first",
        "last",
        "year",
        "years",
        "people",
        "news",
        "report",
        "reports",
    ]
)

_DATELINE = re.compile(
    r"(?:[A-Z][\w.'’()/-]*,?\s+){1,6}(?:\d{1,2}\s+\w+\s+\d{2,4}|"
    r"\w+\.?\s+\d{1,2}(?:,\s+\d{4})?)?\s*(?:\([^)]{2,60}\))?\s*(?:--?|–|—)\s"
    r"|[A-Z][A-Z .'’-]{2,30}(?:,\s+[A-Z][\w. ]{2,12}\d{1,2})?(?:\s+\([^)]{2,60}\))?[.:]\s"
    r"|[A-Z]\w+(?:\s[A-Z]\w+)?:\s(?=[A-Z])"
    r"|[A-Z][A-Z '’-]{2,30}[.,]\s[A-Z][a-z]{2,8}\.?\s\d{1,2}"  # 'GROZNY. Aug 18 (Agency) -'
    r"(?:\s\([^)]{2,60}\)\s*(?:--?|–|—)|\.?\s/[^/\n]{2,40}/\.?)\s"
)
# The same in any script: 'نيالا (السودان) - ', 'КИЇВ —', 'МАХАЧКАЛА, 6 февраля. '.
_DATELINE_ABROAD = re.compile(
    r"(?:[^\W\d_][\w'’-]*,?\s+){0,3}[^\W\d_][\w'’-]*(?:\s+\([^)\n]{2,40}\))?"
    r"(?:,\s+\d{1,2}(?:\s+de)?\s+\w+(?:\s+(?:de\s+)?\d{4})?)?(?:\s+\([^)\n]{2,40}\))?(?:\s+[-–—]\s|\s?\.\s?[-–—]\s?)"
    r"|[А-ЯІЇЄҐ][А-ЯІЇЄҐ -]{3,30}(?:,\s+\d{1,2}\s+\w+)?\.\s"
)
IsPlace = Callable[[str], bool]
TOLD_BEFORE = 8  # sentences back in which the day may be told that 'the previous evening' counts from
# 'the army said in a statement late on Thursday', 'police on Friday confirmed': the day of the report.
_REPORTED = ENGLISH.add(
    r"\b(?:said|says|told(?: [\w’'-]+){1,5}|announced|(?<!were )(?<!was )(?<!been )reported|confirmed|wrote|"
    r"stated|disclosed|added|tweeted|posted|statement|according to(?: [\w’'-]+){1,4})"
    r"(?: (?:by|in|at|over|via|from)(?: [\w’'-]+){1,4}?)?,?(?: (?:late|early))?(?: on)? $"
    r"|\b(?:rose|risen|rises|rising|climb(?:ed|s)|jump(?:ed|s)|increased|grew|grown|revised|reached|stood) "
    r"(?:(?:to|at) )?(?:at least |more than |over )?[\w,-]+(?: people| dead)?(?: (?:late|early))?"
    r"(?: on| by)? $"
    r"|\b(?:wounded|injured) (?:had |have )?(?:died|succumbed)(?: (?:in|at)(?: [\w’'-]+){1,3}?)?"
    r"(?: (?:late|early))?(?: on)? $",
    re.IGNORECASE,
)
_REPORTS = re.compile(
    r"\s(?:said|told|confirmed|announced|disclosed|stated|claimed|denied|warned|urged|condemned)\b"
)
MAX_HITS = 50  # of one sentence; a sentence with more is no prose
_OLD_DAYS = 60
_RECENT_DAYS = 7
_LEAD_DAYS = 5


@dataclass
class Reading:
    """One document. ``anchor`` is the day of publication; without one, relative times stay unread."""

    text: str
    language: str
    anchor: date | None
    sentences: tuple[Sentence, ...]
    lexicon: Lexicon
    hits: tuple[tuple[Hit, ...], ...]  # by sentence
    is_place: IsPlace | None = None  # whether a name is a place's
    _times: dict[int, list[Time]] = field(default_factory=dict)
    _said: dict[int, list[Time]] = field(default_factory=dict)  # before steps are told
    _of_report: dict[int, bool] = field(default_factory=dict)  # by where the time begins
    _memory: tuple[float, ...] | None = None
    scores: tuple[tuple[float, str], ...] | None = None  # by sentence, kept by the scorer

    def hits_in(self, sentence: Sentence) -> tuple[Hit, ...]:
        """The lexicon hits of one sentence, in order."""
        return self.hits[sentence.index]

    def times_in(self, sentence: Sentence) -> list[Time]:
        """The time expressions of one sentence, in order."""
        found = self._times.get(sentence.index)
        if found is None:
            anchor = self.anchor or date(1, 1, 1)
            found = self._find_times(anchor, sentence)
            if self.anchor is None:
                found = [time for time in found if time.first.year > 100]
            begin, end = self.dateline
            found = [time for time in found if not begin <= time.start < end]
            self._times[sentence.index] = found
        return found

    def _find_times(self, anchor: date, sentence: Sentence) -> list[Time]:
        if self.language == "en":
            return self._told_from(anchor, sentence, self._english_times(anchor, sentence))
        return local_times.find(self.local, anchor, sentence.start, sentence.end) if self.local else []

    def _english_times(self, anchor: date, sentence: Sentence) -> list[Time]:
        found = self._said.get(sentence.index)
        if found is None:
            among = self.among(sentence)
            found = times.find(self.text, anchor, sentence.start, sentence.end, among)
            self._said[sentence.index] = found
        return found

    def _told_from(self, anchor: date, sentence: Sentence, found: list[Time]) -> list[Time]:
        """With the days that count from one told before ('the previous evening')."""
        steps = narrative.steps(self.text, sentence.start, sentence.end, self.among(sentence))
        if not steps:
            return found
        beside = [t for t in found if not any(t.start < s.end and s.start < t.end for s in steps)]
        led = [
            narrative.dated(self.text, step, beside, self._told_last(anchor, sentence, step), anchor)
            for step in steps
        ]
        return sorted([*beside, *(time for time in led if time)], key=lambda time: time.start)

    def _told_last(self, anchor: date, sentence: Sentence, step: narrative.Step) -> list[Time]:
        """The last time of the paragraph, of whatever kind, else the last day told before.

        'An hour later' and 'that night' go on with their paragraph, else with a day just told, no old story.
        """
        for told in reversed(self.sentences[max(0, sentence.index - TOLD_BEFORE) : sentence.index]):
            found = self._english_times(anchor, told)
            found = [time for time in found if not self.dates_report(told, time)] or found
            if told.paragraph != sentence.paragraph:
                past = bool(found) and not step.days and not self._recent(found[-1])
                found = [time for time in found if time.granularity in ("day", "hour") and not past]
                if past:
                    break
            if found:
                return found[-1:]
        return self._lead_time(sentence) if step.introduces else []

    def _lead_time(self, sentence: Sentence) -> list[Time]:
        """The day of the news, where the sentence stands behind the lead that tells it."""
        lead = self.sentences[self.lead : min(self.lead + 2, sentence.index)]
        return [time for told in lead for time in self.times_in(told) if self._recent(time)][:1]

    def yesterday(self, sentence: Sentence) -> Time | None:
        """The lead's day where that was the day before: what the report tells undated was then, too."""
        told = self._lead_time(sentence)
        return told[0] if told and self.anchor and (self.anchor - told[0].last).days == 1 else None

    def dates_report(self, sentence: Sentence, time: Time) -> bool:
        """Whether a time is that of the report: 'the army said on Thursday', 'rose to 16 on Monday'."""
        found = self._of_report.get(time.start)
        if found is None:
            found = self._of_report[time.start] = self._dates_report(sentence, time)
        return found

    def _dates_report(self, sentence: Sentence, time: Time) -> bool:
        first = max(sentence.start, time.start - 80)
        if _REPORTED.search(self.possible(first, time.start), self.text[first : time.start]):
            return True
        return bool(_REPORTS.match(self.text, time.end)) and self.text.endswith(
            (" on ", " On "), 0, time.start
        )

    @cached_property
    def local(self) -> LocalText | None:
        """The words of counting, times and status; None in English, which has steps of its own."""
        data = None if self.language == "en" else languages.load(self.language)
        return LocalText(self.text, data) if data else None

    @cached_property
    def sifted(self) -> Found:
        """Which English patterns can match where."""
        return ENGLISH.sift(self.text)

    def possible(self, start: int, end: int) -> int:
        """The English patterns that can match in ``text[start:end]``, for ``Sifted.search``."""
        return self.sifted.within(start, end)

    def among(self, sentence: Sentence) -> int:
        """The English patterns that can match in a sentence: ``possible``, worked out for all at once."""
        return self._among[sentence.index]

    @cached_property
    def _among(self) -> list[int]:
        return [self.sifted.within(sentence.start, sentence.end) for sentence in self.sentences]

    @cached_property
    def lead(self) -> int:
        """Index of the first sentence that is neither headline nor a line of facts (source, editor)."""
        for sentence in self.sentences:
            if not sentence.title and sentence.end - sentence.start > 60:
                return sentence.index
        return 1 if self.sentences and self.sentences[0].title else 0

    @cached_property
    def dateline(self) -> tuple[int, int]:
        """Where 'KABUL, Jan 5 (Agency) -' stands at the beginning of the body; (0, 0) where it does not."""
        for sentence in self.sentences:
            if not sentence.title:
                match = _DATELINE.match(self.text, sentence.start, sentence.end)
                if not match and self.language != "en":
                    match = _DATELINE_ABROAD.match(self.text, sentence.start)
                return (match.start(), match.end()) if match else (0, 0)
        return 0, 0

    @cached_property
    def headline(self) -> frozenset[str]:
        """The content words of the headline, of the lead where there is none: what the article is about."""
        titles = [sentence for sentence in self.sentences if sentence.title]
        chosen = titles or self.sentences[self.lead : self.lead + 1]
        return frozenset(word for sentence in chosen for word in content_words(self.text, sentence))

    @cached_property
    def lead_day(self) -> date | None:
        """The first day of the week past that the lead names: mostly that of the news."""
        lead = self.sentences[self.lead : self.lead + 2]
        named = (time for sentence in lead for time in self.times_in(sentence))
        return next((time.last for time in named if self._recent(time)), None)

    def _recent(self, time: Time) -> bool:
        recent = self.anchor is not None and -1 <= (self.anchor - time.last).days <= _LEAD_DAYS
        return recent and time.granularity in {"day", "hour"}

    def memory(self, sentence: Sentence) -> float:
        """1 where the sentence before dates its story to the past, fading over those that follow it."""
        if self._memory is None:
            self._memory = tuple(self._memories())
        return self._memory[sentence.index]

    def _memories(self) -> Iterator[float]:
        carried, paragraph = 0.0, -1
        for sentence in self.sentences:
            if sentence.paragraph != paragraph:
                carried, paragraph = 0.0, sentence.paragraph
            yield carried
            told = [time for time in self.times_in(sentence) if not time.stepped]
            ages = [(self.anchor - time.last).days for time in told] if self.anchor else []
            if any(age > _OLD_DAYS for age in ages):
                carried = 1.0
            elif any(age <= _RECENT_DAYS for age in ages):
                carried = 0.0
            else:
                carried /= 2


def content_words(text: str, sentence: Sentence) -> set[str]:
    """Stems (six letters) of the content words of a sentence."""
    piece = text[sentence.start : sentence.end]
    plain = piece.isascii() or not _FOREIGN.search(piece)
    stems = set(map(_stem, (_ASCII_WORD if plain else _WORD).findall(piece)))
    stems.discard("")
    return stems


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    """Six letters of a content word; nothing of another one."""
    lowered = word.lower()
    return "" if lowered in _STOP else lowered[:6]


def read(
    text: str, title_end: int, language: str, anchor: date | None, is_place: IsPlace | None = None
) -> Reading:
    """Split ``text`` and look up the lexicon of its language."""
    lexicon = lexicons.load(language)
    split = sentences.split(text, title_end)
    return Reading(
        text=text,
        language=language,
        anchor=anchor,
        sentences=split,
        lexicon=lexicon,
        hits=_by_sentence(split, lexicon.find(text)),
        is_place=is_place,
    )


def _by_sentence(split: tuple[Sentence, ...], hits: list[Hit]) -> tuple[tuple[Hit, ...], ...]:
    starts = [hit.start for hit in hits]
    return tuple(
        tuple(hits[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)][:MAX_HITS])
        for sentence in split
    )
