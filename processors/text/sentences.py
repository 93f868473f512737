"""Sentences by rules, fast enough for every document; offsets count code points of the whole text."""

from __future__ import annotations

import re

import msgspec

# The look back comes second, so that a search skips to the next full stop.
_BREAK = re.compile(
    r"[.!?…؟。۔](?<![.!?…][.!?…؟。۔])[.!?…؟。۔]*[\"'”’»)\]]*\s+(?=[\"'“‘«(\[]*[^\W_a-zа-яёіїєґ])"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"“])(?:[A-ZА-Я]|Mr|Mrs|Ms|Dr|Prof|Gen|Col|Lt|Maj|Capt|Cmdr|Cpl|Sgt|Adm|Brig|Pvt|Sen|"
    r"Rep|Gov|Pres|Rev"
    r"|Fr|Msgr|St|Ste|Mt|Ft|No|Nos|Art|vs|Inc|Corp|Co|Ltd|Jr|Sr|Hon|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|"
    r"Oct|Nov|Dec"
    r"|Mon|Tue|Wed|Thu|Fri|Sat|Sun|approx|ca|cf|al|Sra?|Dra?|Vda|[A-Za-z](?:\.[A-Za-z])+)\.$"
)
_INITIALS = re.compile(r"(?:^|[\s(])(?:U\.S|U\.N|U\.K|U\.S\.A|a\.m|p\.m|E\.U|D\.C)\.$")
_STARTER = re.compile(
    r"[\"'“‘(]*(?:The|A|An|In|On|At|He|She|It|They|But|And|We|I|There|This|That|His|Her|Its|Their|Some|"
    r"No|Police"
    r"|After|When|While|Local|Earlier|Meanwhile|However|Officials|Several|At|Two|Three)\b"
)
LONGEST = 1200  # characters; longer runs without a full stop are cut at a space


class Sentence(msgspec.Struct, frozen=True, gc=False):
    """``text[start:end]``; ``title`` marks the headline, ``paragraph`` counts from 0."""

    index: int
    start: int
    end: int
    paragraph: int
    title: bool


def split(text: str, title_end: int = 0) -> tuple[Sentence, ...]:
    """All sentences in order. ``title_end``: the end of the title, which is one sentence of its own."""
    found: list[Sentence] = []
    paragraph = 0
    position = 0
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        if position < title_end <= end:
            end = title_end
        is_title = end <= title_end
        spans = [(position, end)] if is_title else _in_paragraph(text, position, end)
        before = len(found)
        for start, stop in spans:
            if span := _trimmed(text, start, stop):
                found.append(Sentence(len(found), *span, paragraph, is_title))
        paragraph += len(found) > before
        position = end + (text[end : end + 1] == "\n")
        if end == title_end and position == end:
            position = end + 1 if text[end : end + 1].isspace() else end
            title_end = 0
    return tuple(found)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if end > start else None


def _in_paragraph(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    begin = start
    for match in _BREAK.finditer(text, start, end):
        if _is_abbreviation(text, begin, match):
            continue
        spans += _cut(text, begin, match.end())
        begin = match.end()
    return spans + _cut(text, begin, end)


def _is_abbreviation(text: str, begin: int, match: re.Match[str]) -> bool:
    stop = match.start() + 1
    if text[match.start()] != "." or text[stop : stop + 1] in {'"', "”", "!"}:
        return False
    tail = text[max(begin, stop - 24) : stop]
    if _INITIALS.search(tail):
        return not _STARTER.match(text, match.end())
    return bool(_ABBREVIATION.search(tail))


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut what has no end in sight, so that nothing later works on unbounded strings."""
    spans: list[tuple[int, int]] = []
    while end - start > LONGEST:
        space = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        stop = space if space > 0 else start + LONGEST
        spans.append((start, stop))
        start = stop
    return [*spans, (start, end)]
