"""Mentions that lean on an earlier one: 'the raid', after a sentence dated it to 2019, is that raid."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import structs

from processors.events.draft import Draft
from processors.events.reading import Reading
from processors.events.triggers import Trigger
from processors.taxonomy import compatible
from processors.text.sieve import ENGLISH

LEAD = 4  # sentences of the body that a headline may stand for
_YEARS_ON = ENGLISH.add(
    r"\b(?!few|several)\w+ years?(?: and [\w ]{1,12} days?)?,? "
    r"(?:on\b(?! (?:the|a)\b)|after|later|to the day)|\b(?:anniversary of|commemorat\w+)\b",
    re.IGNORECASE,
)
_DEFINITE = re.compile(r"\b(?:the|that|this|those|these|both|its|their)\s+(?:[\w-]+\s+)?$", re.IGNORECASE)


def inherit(reading: Reading, drafts: Sequence[Draft]) -> None:
    """Let mentions that no date or modality decides follow the mention that they lean on.

    Definite mentions of a background event become background, and so does a headline whose text tells of
    the past only; an undated mention that goes on with a current event stays current.
    """
    for position, draft in enumerate(drafts):
        if draft.judgement.sure or draft.judgement.status not in {"current", "background"}:
            continue
        if draft.trigger.sentence.title:
            _headline(reading, draft, drafts)
        else:
            _follow(reading, draft, drafts[:position])
    _retold(reading, drafts)


def _retold(reading: Reading, drafts: Sequence[Draft]) -> None:
    """Where a report begins with a past event and has none of today, what it tells undated is that event."""
    known = [draft.judgement for draft in drafts]
    if not known or any(judgement.sure and judgement.status == "current" for judgement in known):
        return
    years_on = _years_on(reading)
    if known[0].status != "background" and not years_on:
        return
    first = drafts[0]
    for draft in drafts:
        undated = draft.judgement.status == "current" and not draft.judgement.sure
        if undated and (years_on or compatible(first.trigger.type, draft.trigger.type)):
            _put_back(draft, first, "the report looks back")


def _years_on(reading: Reading) -> bool:
    """Whether headline or lead count the years since the event."""
    end = reading.sentences[min(reading.lead + LEAD, len(reading.sentences)) - 1].end
    return bool(_YEARS_ON.search(reading.possible(0, end), reading.text, 0, end))


def definite(reading: Reading, trigger: Trigger) -> bool:
    """Whether a word like 'the' or 'that' makes the mention lean on an earlier one."""
    before = reading.text[max(trigger.sentence.start, trigger.start - 30) : trigger.start]
    found = _DEFINITE.search(before)
    owned = found is not None and found.group().lower().startswith(("its", "their"))
    return found is not None and not (owned and _ARMS.match(reading.text, trigger.start))


_ARMS = re.compile(r"(?:drone|missile|rocket|jet|warplane|aircraft|artillery|bomber|fighter)s?\b")


def _follow(reading: Reading, draft: Draft, earlier: Sequence[Draft]) -> None:
    for other in reversed(earlier):
        if not compatible(other.trigger.type, draft.trigger.type):
            continue
        was, now = other.judgement.status, draft.judgement.status
        if draft.definite and was == "background" and now == "current":
            _put_back(draft, other, "the event dated before")
        elif was == "current" and now == "background" and not reading.memory(draft.trigger.sentence):
            why = "goes on with the current event"
            draft.judgement = structs.replace(draft.judgement, status="current", score=0.55, why=why)
            draft.days = draft.days or other.days
        return


def _headline(reading: Reading, draft: Draft, drafts: Sequence[Draft]) -> None:
    """A headline names what the lead tells: where that has it in the past only, so has the headline."""
    same = [
        other
        for other in drafts
        if not other.trigger.sentence.title and compatible(other.trigger.type, draft.trigger.type)
    ]
    past = [other for other in same if other.judgement.status == "background" and other.judgement.sure]
    now = [other for other in same if other.judgement.status == "current" and other.judgement.sure]
    leading = bool(past) and past[0].trigger.sentence.index - reading.lead < LEAD
    if leading and not now and past[0] is same[0]:
        _put_back(draft, past[0], "the text dates it")


def _put_back(draft: Draft, other: Draft, why: str) -> None:
    time = other.judgement.time
    dated = f": “{time.text}”" if time else ""
    draft.judgement = structs.replace(
        draft.judgement,
        status="background",
        score=0.2,
        why=f"{why}{dated}",
        time=draft.judgement.time or time,
    )
    draft.days = draft.days if draft.days and draft.days[2] else other.days
