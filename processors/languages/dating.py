"""The day of an event whose own sentence does not say it: 'The shells fell on Monday evening'.

Agency reports in many languages give the day of the announcement in the lead ('informaron este lunes') and
the day of the event in the sentence after it. The announcement's day is only used where nothing better comes.
"""

from __future__ import annotations

from collections.abc import Sequence

from processors.events.draft import Draft
from processors.events.reading import Reading
from processors.languages import cues
from processors.text.sentences import Sentence
from processors.text.times import Time

AHEAD = 4  # sentences after the event's own in which its day may be told
OLDEST = 7  # days before publication


def settle(reading: Reading, drafts: Sequence[Draft]) -> None:
    """Give current events without a day of their own the one that the next sentences tell."""
    for draft in drafts if reading.local else ():
        if draft.judgement.status == "current" and not _dated(reading, draft):
            time = _told_after(reading, draft, drafts)
            if time is not None:
                draft.days = time.first, time.last, time


def _dated(reading: Reading, draft: Draft) -> bool:
    time = draft.days[2] if draft.days else None
    if time is None or reading.local is None:
        return False
    return not cues.dates_report(reading.local, draft.trigger.sentence, time)


def _told_after(reading: Reading, draft: Draft, drafts: Sequence[Draft]) -> Time | None:
    first = draft.trigger.sentence.index + 1
    for sentence in reading.sentences[first : first + AHEAD]:
        here = [other for other in drafts if other.trigger.sentence.index == sentence.index]
        if any(other.judgement.status != "current" for other in here):
            return None
        if any(other.own_place and not _may_share(draft, other) for other in here):
            return None
        time = next((t for t in reading.times_in(sentence) if _tells(reading, sentence, t)), None)
        if time is not None:
            return time
    return None


def _may_share(draft: Draft, other: Draft) -> bool:
    """Whether the other event may be the same one: nothing says that it was elsewhere."""
    return not draft.own_place or not set(draft.places).isdisjoint(other.places)


def _tells(reading: Reading, sentence: Sentence, time: Time) -> bool:
    if time.granularity not in {"day", "hour"} or reading.local is None or reading.anchor is None:
        return False
    age = (reading.anchor - time.last).days
    return 0 <= age <= OLDEST and not cues.dates_report(reading.local, sentence, time)
