"""What courts deal with happened before: 'convicted of the murder', 'charged with kidnapping'.

A verdict comes months after the deed, a charge days; so a deed that somebody is charged with is today's news
only where the sentence dates it so ('charged with Sunday's murder').
"""

from __future__ import annotations

import re
from datetime import timedelta

from processors.events.reading import Reading
from processors.taxonomy import FAMILIES
from processors.text.sentences import Sentence
from processors.text.sieve import ENGLISH, any_possible

_I = re.IGNORECASE
_UP_TO = r"\s+(?:[\w’'-]+,?\s+){0,6}?$"  # words between the preposition and the deed
_IN_THE = r"in\s+the\s+(?:[\w’'-]+\s+){0,3}$"
_TRIED = ENGLISH.add(
    r"\b(?:convict(?:ed|ing|ions?)|acquitt(?:ed|als?)|guilty|sentenc(?:ed|ing|es?)|jailed|imprisoned|verdicts?|"
    r"indict(?:ed|ments?)|trials?|life terms?|(?:years?|months?|life)\s+in\s+(?:prison|jail))\b"
    rf"[^.;]{{0,40}}?\s(?:(?:of|for|over){_UP_TO}|{_IN_THE})"
    rf"|\b(?:hanged|executed)\b[^.;]{{0,40}}?\s(?:for|over){_UP_TO}"
    rf"|\bcounts?\s+of{_UP_TO}"
    rf"|\bguilty\b[^.;]{{0,60}}?\sto{_UP_TO}"
    rf"|\bconfess(?:es|ed|ing)\s+to{_UP_TO}"
    rf"|\b(?:tried|retried)\s+(?:for|over|on\s+charges\s+of){_UP_TO}",
    _I,
)
# The group is the preposition, behind which the deed's own day stands.
# Not 'police charged the crowd with batons', nor 'arrested wanted men in a raid'.
_CHARGED = ENGLISH.add(
    r"\b(?:charg(?:ed|ing)(?![^.;]{0,60}\b(?:batons?|sticks?|clubs?|truncheons?|bayonets?|shields?|horses?|"
    r"crowds?|protesters?|demonstrators?|tear\s?gas)\b)|arraigned|extradited|prosecuted)\b[^.;]{0,60}?\s"
    rf"(with|for|over){_UP_TO}"
    rf"|\bcharges?\s(of){_UP_TO}|\bcrimes\s(of){_UP_TO}"
    rf"|\bwanted\s(?:by\s[^.;]{{1,30}}?\s)?(for|over|in\sconnection\swith){_UP_TO}",
    _I,
)
_SUSPECTED = ENGLISH.add(rf"\b(?:suspicion|suspected|accused)\s(of){_UP_TO}", _I)
_CAUGHT = ENGLISH.add(
    r"\b(?:arrest\w*|detain\w*|held|custody|bail|courts?|judges?|magistrate|prosecutors?|charged|extradit\w*|"
    r"indict\w*)\b",
    _I,
)
_MATTER = ENGLISH.add(
    r"[\s-]+(?:and\s+\w+\s+)?(?:trials?|retrial|suspects?|charges?|convictions?|convicts?|cases?|defendants?|verdicts?|"
    r"sentences?|allegations?|conspiracy|inquiry|inquest|hearings?)\b",
    _I,
)
_COURT = r"\b(?:court|inquest|jury|jurors|tribunal|coroner)\b"
_TESTIFIED = ENGLISH.add(
    rf"\b(?:tell(?:s|ing)?|told)\s[^.;,]{{0,20}}{_COURT}[^.;]{{0,120}}$"
    r"|\b(?:warrant|indictment|charge sheet|verdict)\s(?:says|said|states|alleges)\b[^.;]{0,120}$"
    rf"|{_COURT}[^.;,]{{0,20}}\s(?:heard|hears|was told|were told)\b[^.;]{{0,120}}$"
    r"|\btestif\w+\b[^.;]{0,120}$",
    _I,
)
_HEARD = ENGLISH.add(rf"^[^.;]{{0,150}},\s[\w\s]{{0,20}}{_COURT}\s(?:has |have )?(?:heard|was told)\b", _I)
_SIGNS = any_possible(_TRIED, _CHARGED, _SUSPECTED, _MATTER, _TESTIFIED, _HEARD)
_TRIAL = re.compile(
    r"\b(?:sentenc(?:ed|es|ing)|convict(?:ed|s|ion)|acquit(?:s|ted|tal)|guilty|verdict|jury|jurors?|trial|retrial|"
    r"pleads?|pleaded|appeals? court|death row|life in (?:prison|jail)|years in (?:prison|jail)|"
    r"jailed (?:for|over)|sue[sd]?(?! for peace)|suing|lawsuits?|inquest|"
    r"(?:asks?|tells?|told|urges?) (?:an? |the )?(?:judge|court|jury))\b",
    _I,
)
_DEEDS = FAMILIES["violence"] | FAMILIES["crime"] | {"arson", "property-destruction"}
_CRIMES = frozenset({"assassination", "abduction", "sexual-violence", "robbery", "organised-crime"})
_OWN = frozenset({"arrest", "execution", "attribution", "diplomatic-event", "agreement"})  # what courts do
_FRESH = timedelta(7)
_NEAR, _FAR = 110, 150  # characters around a deed in which the court is named


def tried(reading: Reading, sentence: Sentence, start: int, end: int, event_type: str) -> str | None:
    """The words that make the deed ``text[start:end]`` one that a court deals with; None without such."""
    whole = reading.among(sentence)
    if event_type in _OWN or not _SIGNS.of(whole):
        return None
    first = max(sentence.start, start - _NEAR)
    before = reading.text[first:start]
    among = reading.possible(first, start)
    verdict = _TRIED.search(among, before)
    if verdict:
        return " ".join(verdict.group().split())
    if _told(reading, sentence, start, end):
        return "told in court"
    follows = min(sentence.end, end + 40)
    matter = _MATTER.match(reading.possible(end, follows), reading.text[end:follows])
    charge = _CHARGED.search(among, before)
    if (
        charge is None
        and event_type in _CRIMES
        and _CAUGHT.search(whole, reading.text, sentence.start, sentence.end)
    ):
        charge = _SUSPECTED.search(among, before)
    found = charge or matter
    begin = first + charge.start(charge.lastindex or 0) if charge else start
    if found is None or _fresh(reading, sentence, begin, start, end):
        return None
    return " ".join(found.group().split())


def about_a_trial(reading: Reading, sentence: Sentence, event_type: str) -> bool:
    """Whether the headline tells of a verdict or trial: undated deeds below are then the old ones."""
    if sentence.index <= reading.lead:
        return False
    titles = (sentence for sentence in reading.sentences[: reading.lead] if sentence.title)
    return event_type in _DEEDS and any(_TRIAL.search(reading.text, it.start, it.end) for it in titles)


def _told(reading: Reading, sentence: Sentence, start: int, end: int) -> bool:
    """Whether somebody tells it to a court."""
    first, last = max(sentence.start, start - _FAR), min(sentence.end, end + _FAR)
    told = _TESTIFIED.search(reading.possible(first, start), reading.text[first:start])
    return bool(told or _HEARD.match(reading.possible(end, last), reading.text[end:last]))


_ELSEWHERE = re.compile(r"[,;]|\b(?:was|were|is|are|has|have|had)\b")
_OBJECT = 12  # characters between a deed and its day: 'the murder of a priest on Sunday'


def _fresh(reading: Reading, sentence: Sentence, begin: int, start: int, end: int) -> bool:
    """Whether a day told with the deed ``text[start:end]``, behind ``begin``, is one before the news."""
    if reading.anchor is None:
        return False
    for time in reading.times_in(sentence):
        told_before = begin <= time.start < start
        between = reading.text[end : time.start]
        told_after = len(between) >= _OBJECT and not _ELSEWHERE.search(between)
        if (told_before or told_after) and reading.anchor - time.last <= _FRESH:
            return True
    return False
