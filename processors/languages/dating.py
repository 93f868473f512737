"""The day of an event whose own sentence does not say it: 'The shells fell on Monday evening'.

Agency reports in many languages give the day of the announcement in the lead ('informaron este lunes') and
the day of the event in the sentence after it. The announcement's day is only used where nothing better comes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from processors.events import where
from processors.events.draft import Draft
from processors.events.reading import Reading
from processors.languages import cues
from processors.messages import Place
from processors.text.sentences import Sentence
from processors.text.times import Time

BACK = 3  # sentences before an event in which the one that it goes on with is dated
LATELY = 20  # events told before that are looked at
AHEAD = 3  # sentences after the event's own in which its day may be told
OLDEST = 7  # days before publication


def settle(reading: Reading, drafts: Sequence[Draft], places: Sequence[Place]) -> None:
    """Give current events without a day of their own the one told before, else after them."""
    if reading.local is None:
        return
    by_sentence: dict[int, list[Draft]] = {}
    for draft in drafts:
        by_sentence.setdefault(draft.trigger.sentence.index, []).append(draft)
    for position, draft in enumerate(drafts):
        if draft.judgement.status != "current" or _dated(reading, draft):
            continue
        time = _told_before(reading, draft, drafts[max(0, position - LATELY) : position])
        time = time or _told_after(reading, draft, by_sentence, places)
        if time is not None:
            draft.days = time.first, time.last, time


def _dated(reading: Reading, draft: Draft) -> bool:
    """Whether the event's own sentence dates it, and not only its announcement."""
    time = draft.days[2] if draft.days else None
    if time is None or reading.local is None:
        return False
    return not cues.dates_report(reading.local, draft.trigger.sentence, time)


def _told_before(reading: Reading, draft: Draft, earlier: Sequence[Draft]) -> Time | None:
    """The day of the event that this one goes on with."""
    for other in reversed(earlier):
        near = draft.trigger.sentence.index - other.trigger.sentence.index <= BACK
        if near and other.judgement.status == "current" and _dated(reading, other):
            return other.days[2] if other.days else None
    return None


def _told_after(
    reading: Reading, draft: Draft, drafts: Mapping[int, Sequence[Draft]], places: Sequence[Place]
) -> Time | None:
    first = draft.trigger.sentence.index + 1
    for sentence in reading.sentences[first : first + AHEAD]:
        here = drafts.get(sentence.index, ())
        if any(other.judgement.status != "current" or not _may_be(draft, other, places) for other in here):
            return None
        if not here and _tells_otherwise(reading, sentence):
            continue
        time = next((t for t in reading.times_in(sentence) if _tells(reading, sentence, t)), None)
        if time is not None:
            return time
    return None


def _may_be(draft: Draft, other: Draft, places: Sequence[Place]) -> bool:
    """Whether the other event may be the same one: nothing says that it was elsewhere."""
    if not (draft.own_place and other.own_place and draft.places and other.places):
        return True
    return where.fits(places[draft.places[0]], places[other.places[0]])


def _tells_otherwise(reading: Reading, sentence: Sentence) -> bool:
    """Whether the sentence announces, supposes, denies or remembers."""
    local = reading.local
    return local is not None and bool(
        cues.mode(local, sentence, sentence.end, sentence.end)
        or cues.recalls(local, sentence, sentence.start, sentence.end)
    )


def _tells(reading: Reading, sentence: Sentence, time: Time) -> bool:
    if time.granularity not in {"day", "hour"} or reading.local is None or reading.anchor is None:
        return False
    age = (reading.anchor - time.last).days
    return 0 <= age <= OLDEST and not cues.dates_report(reading.local, sentence, time)
