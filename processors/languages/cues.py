"""Status cues of a sentence in languages other than English: what they are, and which triggers they reach."""

from __future__ import annotations

import re
from collections.abc import Sequence

from processors.languages.local import LocalText, value
from processors.text.lexicon import Hit
from processors.text.sentences import Sentence
from processors.text.times import Time

_ORDER = ("denied", "hypothetical", "planned")
_CLAUSE = re.compile(r"[,،;؛:—–\"«»“”]")
BACK = 80  # characters that a cue reaches back to a trigger of its own clause
BESIDE = 3  # characters between 'previous' and the trigger
PAST_REACH = 120  # the same for a cue of the past, in either direction
DEMAND = 60  # characters between a demand and the truce or strike that it wants
WANTED = frozenset({"agreement", "protest", "labour-strike"})  # what people call for
SEIZED = frozenset({"arrest", "weapons-seized"})  # what those meet who plot something
REPORT = 26  # characters between a verb of saying and the day on which it was said
ADJACENT = 2  # characters between a day and a verb of saying right behind it: 'в среду сообщили'
SET_APART = 90  # the same for a day between commas, with who says so between them
REPORT_AFTER = 60  # characters between the day and a verb of saying at the end of its clause
VERB_LAST = frozenset({"fa", "tr"})  # the verb of saying follows what it dates
SAID = 1.2  # added to the score's log-odds where the sentence says who says so


def mode(
    local: LocalText, sentence: Sentence, start: int, end: int, event_type: str = ""
) -> tuple[str, str] | None:
    """(status, the cue) where the words deny, suppose, announce, demand or judge ``text[start:end]``."""
    hits = local.between(sentence.start, sentence.end)
    blamed = any("blame" in hit.concepts for hit in hits)
    for status in _ORDER:
        for hit in hits:
            if f"st:{status}" not in hit.concepts or (status == "denied" and blamed):
                continue
            if _reaches(local.text, hit, end):
                return status, local.text[hit.start : hit.end]
    if event_type not in SEIZED and (plot := _plotted(local, hits, start, end)):
        return "hypothetical", plot
    tried = local.labelled("trial", sentence.start, sentence.end)
    if tried and event_type != "execution":  # of convicts, whose trial is told as well
        return "background", local.text[tried[0].start : tried[0].end]
    if event_type in WANTED:
        for hit in local.labelled("demanded", sentence.start, start):
            if start - hit.end <= DEMAND and not _CLAUSE.search(local.text, hit.end, start):
                return "planned", local.text[hit.start : hit.end]
    ahead = _beside(local, sentence, "ahead", start, end)
    return ("planned", ahead) if ahead else None


def _plotted(local: LocalText, hits: Sequence[Hit], start: int, end: int) -> str | None:
    """The word by which the event was only plotted or foiled: 'arrested, as he was planning a bombing'."""
    for hit in hits:
        if "st:plotted" not in hit.concepts:
            continue
        first, last = (hit.end, start) if hit.end <= start else (end, hit.start)
        if last - first <= BACK and not _CLAUSE.search(local.text, first, max(first, last)):
            return local.text[hit.start : hit.end]
    return None


def recalls(local: LocalText, sentence: Sentence, start: int, end: int) -> str | None:
    """The cue by which the sentence tells of the past: a past perfect, an anniversary."""
    for hit in local.labelled("st:past", sentence.start, sentence.end):
        between = local.text[hit.end : start] if hit.end <= start else local.text[end : hit.start]
        if len(between) <= PAST_REACH and len(_CLAUSE.findall(between)) <= 1:
            return local.text[hit.start : hit.end]
    return _beside(local, sentence, "prior", start, end)


def _beside(local: LocalText, sentence: Sentence, label: str, start: int, end: int) -> str | None:
    """The word with this label that stands right beside the trigger."""
    for hit in local.labelled(label, sentence.start, sentence.end):
        if 0 <= start - hit.end <= BESIDE or 0 <= hit.start - end <= BESIDE:
            return local.text[hit.start : hit.end]
    return None


def _reaches(text: str, cue: Hit, end: int) -> bool:
    """Forward to the end of the sentence, back only inside the clause or over an inserted one."""
    if cue.start < end:
        return True
    marks = _CLAUSE.findall(text, end, cue.start)
    return cue.start - end <= BACK and (not marks or marks == [",", ","])


def says(local: LocalText, sentence: Sentence) -> bool:
    """Whether the sentence reports what somebody says."""
    return bool(local.labelled("speech", sentence.start, sentence.end))


def dates_report(local: LocalText, sentence: Sentence, time: Time) -> bool:
    """'сообщили во вторник', 'wie er am Dienstag sagte': the day of the report, not of the event."""
    said = local.labelled("speech", sentence.start, sentence.end)
    if local.data.language in VERB_LAST:
        return any(_reported_before(local, time, hit) for hit in said)
    if local.data.language == "ar" and _set_apart(local, time):
        return any(0 <= time.start - hit.end <= SET_APART for hit in said)
    if any(0 <= hit.start - time.end <= ADJACENT for hit in said):
        return True
    return any(
        0 <= time.start - hit.end <= REPORT and not _CLAUSE.search(local.text, hit.end, time.start)
        for hit in said
    ) or (local.data.language == "de" and any(_reported_before(local, time, hit) for hit in said))


def _set_apart(local: LocalText, time: Time) -> bool:
    """'أعلن المصدر، الخميس، مقتل': a day between two commas is that of the announcement."""
    before, after = local.text[: time.start].rstrip(), local.text[time.end :].lstrip()
    return before.endswith(("،", ",")) and after.startswith(("،", ","))


def _reported_before(local: LocalText, time: Time, said: Hit) -> bool:
    """Whether the verb of saying closes the clause of the day, in which nobody dies or is hurt."""
    if not 0 <= said.start - time.end <= REPORT_AFTER or _CLAUSE.search(local.text, time.end, said.start):
        return False
    return not any(value(hit, "toll:") for hit in local.between(time.end, said.start))


def is_weekday(local: LocalText, time: Time) -> bool:
    """Whether a time expression is a bare weekday."""
    return any(
        hit.end == time.end and any(label.startswith("wd:") for label in hit.concepts)
        for hit in local.between(time.start, time.end)
    )
