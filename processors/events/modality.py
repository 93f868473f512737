"""Whether an event is said to have happened; denied, planned and hypothetical ones go by the words."""

from __future__ import annotations

import re

import msgspec

from processors.events.reading import Reading
from processors.text.sentences import Sentence
from processors.text.sieve import ENGLISH, any_possible

_I = re.IGNORECASE
_NOT_DENIED = (
    r"(?!.*\b(?:responsib\w+|involve\w+|role|part in|entry|access|bail|link\w*|accus\w+|knowledge|"
    r"being behind)\b)"
)
_DENIED_BEFORE = ENGLISH.add(
    rf"\b(?:den(?:y|ies|ied|ying)|denial of|refut\w+|dismiss(?:es|ed)? (?:reports|claims|rumou?rs)|"
    rf"reject(?:s|ed)? (?:reports|claims))\b{_NOT_DENIED}"
    r"(?:(?!\b(?:and|but)\s+(?:it\s+)?(?:said|added|claimed|told)\b)[^.;]){0,70}$"
    r"|\b(?:did|does|do|was|were|has|have|had|is|are)(?:\s+not|n['’]t)\s+(?:been\s+|yet\s+|any\s+|a\s+|"
    r"an\s+|carr\w+ out\s+(?:a|an|any|the)\s+|conduct\w*\s+(?:a|an|any)\s+|launch\w*\s+(?:a|an|any)\s+|"
    r"involved in\s+(?:a|an|any)\s+){0,2}$"
    r"|\b(?:false|fake|bogus|baseless|unfounded)\s+(?:reports?|claims?|rumou?rs?|news|"
    r"allegations?)\s+(?:of|about|that)\b[^.;]{0,40}$"
    r"|\b(?:rumou?rs? of|hoax)\b[^.;]{0,30}$|\bno (?:evidence|indication|sign|truth|reports?) (?:of|"
    r"that|to)\b[^.;]{0,50}$",
    _I,
)
_CLAIM = (
    r"(?:reports?|claims?|rumou?rs?|allegations?|accounts?|posts?|videos?|footage|messages?|suggestions?|"
    r"speculation|accusations?|stories|talk)"
)
_CLAIMED_BEFORE = ENGLISH.add(
    rf"\b{_CLAIM}\b(?:(?!\bsaid\b)[^.;]){{0,80}}\b(?:of|that|about|showing)\b[^.;]{{0,60}}$", _I
)
_FALSE_AFTER = ENGLISH.add(
    r"\b(?:are|were|is|was|be|been|as|turned out to be|proved(?: to be)?)\s+(?:completely\s+|totally\s+|"
    r"entirely\s+|simply\s+)?(?:false|wrong|untrue|not true|fake|fabricated|baseless|unfounded|incorrect|"
    r"groundless|misleading|an? (?:hoax|lie|invention|fabrication))\b",
    _I,
)
_RUMOURED_BEFORE = ENGLISH.add(
    r"\b(?:rumou?rs?|rumou?red|speculation)\b[^.;]{0,80}$"
    r"|\bunconfirmed (?:reports|claims|accounts)\b[^.;]{0,60}$",
    _I,
)
_NEGATED_BEFORE = ENGLISH.add(
    r"\b(?:no|without (?:a|any|an)|not (?:a|any|an)|never)\s+(?:such\s+|new\s+|further\s+|known\s+|"
    r"immediate\s+)?(?:[\w-]+\s+)?$",
    _I,
)
_DENIED_AFTER = ENGLISH.add(
    r"^[^.;,]{0,40}?\b(?:did not|didn['’]t|never|has not|had not)\s+(?:take place|taken place|"
    r"happen\w*|occur\w*)"
    r"|^[^.;,]{0,30}?\b(?:was|were|is|are)\s+(?:a hoax|false|fake|untrue|fabricated|denied|baseless|"
    r"unfounded)\b"
    r"|^[^.;,]{0,30}?\b(?:denied|rejected|dismissed) (?:by|as)\b",
    _I,
)
_PREPARE = (
    r"plan(?:s|ned|ning)?|propos\w+|intend\w*|intention|threat(?:s|en(?:s|ed|ing)?)|vow(?:s|ed|ing)?|"
    r"pledg\w+|prepar\w+|ready|readying|poised|set|due|scheduled|about|expected|"
    r"promis\w+|seek(?:s|ing)?|want(?:s|ed)?|urg(?:es|ed|ing)|call(?:s|ed|ing)?|order(?:s|ed)?|"
    r"agree(?:s|d)?|hop\w+|aim(?:s|ed|ing)?|consider\w*|mull\w*|weigh\w*|refus\w+"
)
_START = (
    r"hold|stage|launch|carry out|conduct|mount|begin|start|resume|see|face|lead|organi[sz]e|continue|"
    r"go ahead with|order"
)
_DET = (
    r"(?:(?:a|an|the|its|their|his|new|another|further|more|any|own|major|large|fresh|mass|big|joint|"
    r"military|ground|air|nationwide|general|peaceful|retaliatory)\s+){0,3}(?:[\w-]+\s+)?"
)
_PLANNED_BEFORE = ENGLISH.add(
    rf"\b(?:will|shall|going to|'ll|would)\s+(?:not\s+|also\s+|soon\s+|again\s+|be\s+|continue to\s+|"
    rf"now\s+)?(?:(?:{_START})\s+{_DET})?$"
    rf"|\b(?:is|are|was|were)\s+(?:expected|due|set|scheduled|slated)\s[^.;,]{{0,60}}?\bfor\s+{_DET}$"
    rf"|\b(?:{_PREPARE})\s+(?:to|on)\s+(?:\w+\s+)?(?:(?:{_START})\s+)?{_DET}$"
    rf"|\b(?:plans?|planned|planning|preparations?|preparing|proposals?|offers?|demands?|hopes?|pleas?|push|"
    rf"bid|call(?:s|ed|ing)?|schedule[ds]?|brac(?:es|ed|ing)|ahead of|order(?:s|ed)?|upcoming|impending|"
    rf"imminent|looming)\s+(?:for\s+|of\s+)?(?:(?:a\s+)?(?:days?|weeks?|months?|series|wave)\s+of\s+)?{_DET}$"
    r"|\b(?:will|would|shall|going to)\s+(?!not\b|be\b|have\b)(?:[\w'’-]+,?\s+){1,12}"
    r"(?:to\s+(?:\w+\s+)?|(?:supported|backed|aided|covered|followed|joined) by\s+(?:\w+\s+){0,3})$"
    rf"|\bsaid (?:it|they|he|she) would\s+(?:{_START})?\s*{_DET}$"
    rf"|\b(?:call(?:s|ed|ing)? (?:on|upon|for)|appeal(?:s|ed|ing)? to|urg(?:es?|ed|ing)|ask(?:s|ed|ing)?|"
    rf"t(?:ell|old)|demand(?:s|ed|ing)? (?:of|that)|order(?:s|ed|ing)?|warn(?:s|ed|ing)?|want(?:s|ed)?)\s+"
    rf"(?:[\w’'-]+\s+){{1,15}}to\s+$",
    _I,
)
_PLANNED_AFTER = ENGLISH.add(
    r"^(?:\s+of\s[^.;,]{1,40}?)?\s*(?:(?:is|are|was|were|has been|have been)\s+(?:also\s+|already\s+)?)?"
    r"(?:planned|scheduled|set|due|slated)\s+(?:for|to|on)\b"
    r"|^[^.;,]{0,30}?\s(?:is|was|were|has been|have been)\s+(?:called|announced|organi[sz]ed)\s+"
    r"(?:(?:in|at)\s[^.;,]{2,30}\s)?for\s+(?:\w+\s+)?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun|next|tomorrow|the)"
    r"|^[^.;]{0,40}?\b(?:will|would|is to|are to|is set to|is due to)\s+(?:soon\s+)?(?:begin|start|"
    r"take place|go ahead|follow|resume|continue|be (?:held|used|deployed|launched|carried out|conducted|"
    r"staged|mounted|stepped up|resumed|organi[sz]ed))"
    r"|^[^.;,]{0,40}?\b(?:is|are) to (?!blame\b)\w+",
    _I,
)
_MAYBE_BEFORE = ENGLISH.add(
    rf"\b(?:could|(?-i:may)|might|can|should|must)\s+(?:also\s+|yet\s+|soon\s+|be\s+|well\s+)?(?:(?:{_START}|"
    rf"trigger|lead to|result in|provoke|cause|spark)\s+)?{_DET}$"
    r"|\b(?:if|unless|whether|in case|in the event)\b[^.;,]{0,60}$"
    r"|\b(?:fear\w*|risks?|threat|danger|possib\w+|potential\w*|likelihood|prospect|chance|warn(?:s|ed|"
    r"ing|ings)?|alert|brace\w*|hypothetical|worst-case)\s+(?:of|for|about|against|"
    r"that)?\s*(?:\w+\s+){0,4}$"
    r"|\b(?:prevent\w*|avert\w*|avoid\w*|deter\w*|foil\w*|thwart\w*|stop(?:s|ped|ping)?|plot\w*|conspir\w+|"
    r"attempt(?:s|ed|ing)? to|guard against|said to (?:show|be)|purport\w*(?: to show)?|"
    r"protect\w*\s+\w+\s+(?:from|against)|defend against|respond "
    r"to any|suspected of planning)\s+(?:to\s+|a\s+|an\s+|any\s+)?(?:\w+\s+){0,3}$"
    r"|\b(?:information|rewards?|bounty|tips?|warrants?)\b[^.;]{0,60}\b(?:leading to|lead to|for)\s+"
    r"(?:[\w’'-]+\s+){0,3}$"
    r"|\b(?:i|we|he|she|they|many|people)\s+(?:thought|imagined|assumed|dreamt|dreamed)\s+[^.;,]{0,40}$"
    r"|\b(?:simulat\w+|mock|rehears\w+|fictional|imaginary)\s+(?:\w+\s+){0,2}$"
    r"|\b(?:allow\w*|permit\w*|able|condemn\w*(?!\s+(?:(?:on\s+)?\w+\s+)?(?:the|this|these)\b)|combat|oppose\w*|"
    r"renounce\w*|fight against|tolerate|acts? of|end to|forms? of|kinds? of|war against)\s+"
    r"(?:us\s+|them\s+)?"
    r"(?:to\s+)?(?:\w+,?\s+(?:or\s+|and\s+)?){0,2}(?:all\s+|any\s+|the\s+)?$"
    r"|\b(?:powers|authority|right|pretext|excuse|reason|chance|opportunity|ability|capacity|desire|need|"
    r"permission|mandate|means|orders?|licen[cs]e) to\s+(?:\w+\s+)?$",
    _I,
)
_MIGHT_BEFORE = ENGLISH.add(  # any verb behind it, but 'could hear shelling', 'may have opened fire'
    r"\b(?:could|(?-i:may)|might)\s+(?!not\b|have\b|be\b|hear\b|feel\b|explain\b|face\b)(?:[\w’'-]+\s+){1,4}"
    r"(?<!the )(?<!this )(?<!that )$",
    _I,
)
_CALLED_BEFORE = ENGLISH.add(
    r"\b(?:announc\w+|declar\w+|proclaim\w+|call(?:s|ed|ing)?|schedul\w+)\s+(?:[\w’'-]+\s+){0,6}$", _I
)
_FROM_AFTER = ENGLISH.add(
    r"^[^.;]{0,30}?\b(?:from|for|starting|beginning|as of|effective)\s+(?:on\s+|next\s+|early\s+)*"
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|tomorrow|midnight|dawn|next week|next month)\b",
    _I,
)
_MAYBE_AFTER = ENGLISH.add(
    r"^\s*(?:exercises?|drills?|simulations?|training|scenarios?|plots?|warnings?|alerts?|sirens?|"
    r"threats?|preparedness|shelters?)\b"
    r"|^\s*(?:is|are|was|were)\s+(?:\w+\s+)?(?:likely|unlikely|possible|expected|feared|imminent)\b"
    r"|^[^.;]{0,50}\b(?:as part of (?:an?|the) (?:exercise|drill|film|simulation)|could|might) "
    r"(?:happen|occur|follow|be)",
    _I,
)
_DRILL = ENGLISH.add(
    r"\b(?:mock|simulated|drills?|military exercises?|war games?|re-?enact\w*|rehears\w*)\b", _I
)
_GENERIC = ENGLISH.add(
    r"\b(?:often|frequent|frequently|regularly|routinely|usually|typically|commonplace|are common|is "
    r"common|sporadic(?:ally)?|every (?:year|week|month|day)|each year|over the years|history of|tend "
    r"to)\b"
    r"|\b(?:which|who|that)\s(?:(?:has|have|had)\sbeen|is|are|was|were)\b[^.;]{0,80}?\b(?:fighting|waging|battling)\b",
    _I,
)
_AGREED = ("“agree", "“Agree")  # who agrees to a truce has made it
WINDOW = 90


class Modality(msgspec.Struct, frozen=True, gc=False):
    """``status`` is denied, planned, hypothetical or None (it happened, now or before); ``why`` in words."""

    status: str | None
    why: str | None


_CUES = any_possible(
    *(_NEGATED_BEFORE, _DENIED_BEFORE, _DENIED_AFTER, _CLAIMED_BEFORE, _FALSE_AFTER, _RUMOURED_BEFORE),
    *(_MAYBE_BEFORE, _MIGHT_BEFORE, _MAYBE_AFTER),
    *(_PLANNED_BEFORE, _PLANNED_AFTER, _CALLED_BEFORE, _FROM_AFTER, _DRILL),
)
_HAPPENED = Modality(None, None)


def judge(reading: Reading, sentence: Sentence, start: int, end: int, event_type: str) -> Modality:
    """How the sentence presents the trigger ``text[start:end]``."""
    whole = reading.among(sentence)
    if not _CUES.of(whole):
        return _HAPPENED
    first, last = max(sentence.start, start - WINDOW), min(sentence.end, end + WINDOW)
    before, after = reading.text[first:start], reading.text[end:last]
    said, follows = reading.possible(first, start), reading.possible(end, last)
    if found := _denied(said, before, follows, after, event_type):
        return Modality("denied", found)
    for pattern in (_MAYBE_BEFORE, _MIGHT_BEFORE, _RUMOURED_BEFORE):
        if found := _quoted(pattern.search(said, before)):
            return Modality("hypothetical", found)
    if found := _quoted(_MAYBE_AFTER.match(follows, after)):
        return Modality("hypothetical", found)
    found = _planned(said, before, follows, after)
    if found and not (event_type == "agreement" and found.startswith(_AGREED)):
        return Modality("planned", found)
    if _DRILL.search(whole, reading.text, sentence.start, sentence.end):
        return Modality("hypothetical", "an exercise")
    return _HAPPENED


def _denied(said: int, before: str, follows: int, after: str, event_type: str) -> str | None:
    """The words that deny an event: 'no', 'denied', 'claims ... are false'."""
    found = _quoted(_NEGATED_BEFORE.search(said, before))
    if found or event_type in {"attribution", "diplomatic-event", "agreement"}:
        return found
    found = _quoted(_DENIED_BEFORE.search(said, before)) or _quoted(_DENIED_AFTER.match(follows, after))
    if not found and _CLAIMED_BEFORE.search(said, before):
        found = _quoted(_FALSE_AFTER.search(follows, after))
    return found


def _planned(said: int, before: str, follows: int, after: str) -> str | None:
    """The words that make an event a coming one: 'will hold', 'is set for', 'called ... from Friday'."""
    found = _PLANNED_BEFORE.search(said, before) or _PLANNED_AFTER.match(follows, after)
    if not found and _CALLED_BEFORE.search(said, before):
        found = _FROM_AFTER.match(follows, after)
    return _quoted(found)


def generic(reading: Reading, sentence: Sentence) -> bool:
    """Whether the sentence speaks of what happens again and again."""
    return bool(_GENERIC.search(reading.among(sentence), reading.text, sentence.start, sentence.end))


_HABITUAL = re.compile(  # 'the gangs raid villages, kidnap for ransom and burn crops'
    r"(?:raid|attack|ambush|kidnap|abduct|bomb|shell|kill|loot|burn|torch|rob|storm|murder|rape)"
    r"(?=\s+(?:[a-z]+\s(?:and\s[a-z]+\s)?)?[a-z]+s\b(?!['’])|\s+for\s+ransom\b|\s+people\b)"
)
_NO_PRESENT = re.compile(
    r"\b(?:to|will|would|could|can|may|might|must|should|shall|did|do|does|not|an?|the|this|that|to\s\w+ly|air|"
    r"drone|rocket|night|police|army|gun|suicide|bomb|cattle)\s$",
    _I,
)


def habitual(reading: Reading, sentence: Sentence, start: int, end: int) -> bool:
    """Whether a verb in the present tells what somebody does again and again, which headlines do not."""
    text = reading.text
    if sentence.title or text[sentence.end - 1] not in '.”"' or not _HABITUAL.match(text, start):
        return False
    return text[start:end].islower() and not _NO_PRESENT.search(text, sentence.start, start)


def _quoted(match: re.Match[str] | None) -> str | None:
    return f"“{' '.join(match.group().split())[:60]}”" if match else None
