"""How many people a sentence counts: digits, number words put together, duals, 'a policeman'."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import structs

from processors.languages.local import LocalText, value, values
from processors.text.lexicon import Hit

_DIGITS = re.compile(
    r"(?<![\w.,:/-])(?P<digits>\d{1,3}(?:[.,\u00a0\u202f ]\d{3})+(?!\d)|\d+)"
    r"(?![\w/:°]|\s?[%€$]|[.,]\d|-[^\W\d])"
)
_YEARS = range(1900, 2101)
_SOLAR_YEARS = range(1300, 1451)
LEAD = 24  # characters before a number in which 'at least' may stand
NOUN_REACH = 26  # characters between a number and the noun that says what it counts
JOINT_REACH = 6  # characters of ' and ' between a noun and a number
ARTICLE_REACH = 40  # characters between 'a' and the noun: 'un jeune', 'eine 70-jährige'
_DEFINITE = frozenset(
    ["den", "die", "das", "le", "la", "l'", "l’", "al", "a", "el", "los", "las", "o", "os", "as", "ao", "à"]
)
_BELONGING = re.compile(r"\b(?:d['’]|d[aeo] |del )$")  # 'le frère d'une victime'
_STOP = re.compile(r"[.,;:!?،؛؟()«»\"]")


class Count(msgspec.Struct, frozen=True, gc=False):
    """``text[start:end]`` counts between ``min`` and ``max`` people (None: open upwards)."""

    start: int
    end: int
    min: int
    max: int | None
    category: str = "all"
    headed: bool = False  # a noun says that these are people
    said: bool = True  # a number stands there; otherwise a noun in the singular
    part: bool = False  # 'two of them', in one word
    stop: int = 0  # end of the noun
    parts: tuple[Count, ...] = ()


def counts(local: LocalText, start: int, end: int) -> list[Count]:
    """The counts of ``text[start:end]``, in order, with the noun that each belongs to."""
    hits = local.between(start, end)
    said = [count for count in _numbers(local, hits, start, end) if not _is_other(local, hits, count)]
    found = [*said, *_duals(hits)]
    found += list(_singles(local, hits, found))
    kept = [_qualified(local, hits, count) for count in found]
    return sorted((_with_noun(local, hits, count) for count in kept), key=lambda count: count.start)


def _numbers(local: LocalText, hits: Sequence[Hit], start: int, end: int) -> Iterator[Count]:
    words = [hit for hit in hits if _worth(hit) is not None or value(hit, "v:") or value(hit, "part:")]
    position = 0
    while position < len(words):
        first = words[position]
        amount = _worth(first)
        if amount is None or "art" in first.concepts:
            vague = value(first, "v:")
            part = value(first, "part:")
            if vague:
                yield Count(first.start, first.end, int(vague), None)
            elif part:
                yield Count(first.start, first.end, int(part), int(part), part=True)
            position += 1
            continue
        last, total = _composed(local, words, position)
        yield Count(first.start, words[last].end, total, total)
        position = last + 1
    for match in _DIGITS.finditer(local.text, start, end):
        yield from _digits(local, match, words)


def _worth(hit: Hit) -> int | None:
    amount = value(hit, "n:")
    return None if amount is None else int(amount)


def _composed(local: LocalText, words: Sequence[Hit], position: int) -> tuple[int, int]:
    """(index of the last word, value) of the number that begins at ``words[position]``."""
    total = _worth(words[position]) or 0
    last = position
    for index in range(position + 1, min(position + 6, len(words))):
        gap = local.text[words[index - 1].end : words[index].start]
        more = _worth(words[index])
        if more is None or "," in gap or not local.data.joint.fullmatch(gap):
            break
        grown = _added(total, more, spaced=not gap.strip(), units_first=local.data.number_first)
        if grown is None:
            break
        total, last = grown, index
    return last, total


def _added(total: int, more: int, *, spaced: bool, units_first: bool) -> int | None:
    """The value of a number followed by a number word; None where that is no number."""
    if more >= 1000:
        return total * more if total < 1000 else None
    low = total % 100
    if more == 100 and total < 10:
        return total * 100
    if more == 10 and units_first and spaced and low < 10:  # 'three ten' is thirteen
        return total + 10
    if total >= 100 and low == 0 and more < min(total, 1000):
        return total + more
    if 0 < more < 10 and low >= 10 and low % 10 == 0:  # Turkish: 'ten three'
        return total + more
    if units_first and not spaced and more % 10 == 0 and 20 <= more < 100 and 0 < low < 10:
        return total + more
    return None


def _digits(local: LocalText, match: re.Match[str], words: Sequence[Hit]) -> Iterator[Count]:
    digits = re.sub(r"\D", "", match["digits"])
    if len(digits) > 7:
        return
    amount, end = int(digits), match.end()
    scale = next((hit for hit in words if 0 <= hit.start - end <= 1), None)
    if scale is not None and (_worth(scale) or 0) >= 1000:
        amount, end = amount * (_worth(scale) or 1), scale.end
    plain = len(digits) == len(match["digits"]) and end == match.end()
    if not (plain and (amount in _YEARS or (amount in _SOLAR_YEARS and local.data.language == "fa"))):
        yield Count(match.start(), end, amount, amount)


def _duals(hits: Sequence[Hit]) -> Iterator[Count]:
    for hit in hits:
        if "two" in hit.concepts:
            category = _category(hit) or "all"
            yield Count(hit.start, hit.end, 2, 2, category, headed=True, stop=hit.end)


def _singles(local: LocalText, hits: Sequence[Hit], found: Sequence[Count]) -> Iterator[Count]:
    """'un policier', 'ein Mann', 'полицейский': one person, where no number stands before the noun."""
    for index, hit in enumerate(hits):
        if "one" not in hit.concepts or any(0 <= hit.start - count.end <= NOUN_REACH for count in found):
            continue
        begin = hit.start
        if local.data.articles:
            article = _article(local, hits, index)
            if article is None:
                if not (_beside_others(local, hit, found) or _needs_none(local, hits, index)):
                    continue
                article = hit.start
            begin = article
            if _BELONGING.search(local.text, max(0, begin - 4), begin):
                continue
        category = _category(hit) or "all"
        yield Count(begin, hit.end, 1, 1, category, headed=True, said=False, stop=hit.end)


def _needs_none(local: LocalText, hits: Sequence[Hit], index: int) -> bool:
    """Whether a noun stands for one person without an indefinite article."""
    return _object(local, hits, index) or _bare(local, hits, index)


def _object(local: LocalText, hits: Sequence[Hit], index: int) -> bool:
    """'erschossen den Nachtwächter', 'mató al alcalde': a definite noun right behind a word for killing."""
    if index == 0 or "toll:killed" not in hits[index - 1].concepts:
        return False
    between = local.text[hits[index - 1].end : hits[index].start]
    return between.strip().lower() in _DEFINITE


def _bare(local: LocalText, hits: Sequence[Hit], index: int) -> bool:
    """'Rentnerin bei Beschuss getötet', 'Kherson: facteur tué', 'çoban öldü': headlines have no articles."""
    noun = hits[index]
    if values(noun, "toll:"):
        return False
    before = local.text[max(0, noun.start - 2) : noun.start]
    behind = hits[index + 1 : index + 2]
    dies = any("toll:killed" in hit.concepts and hit.start - noun.end <= 1 for hit in behind)
    return dies or not before or before.endswith(("\n", ": "))


def _beside_others(local: LocalText, noun: Hit, found: Sequence[Count]) -> bool:
    """'the driver and five passengers': one more, though no article says so."""
    if values(noun, "toll:"):
        return False
    return any(
        0 < count.start - noun.end <= JOINT_REACH
        and local.data.joint.fullmatch(local.text[noun.end : count.start].lower())
        and local.text[noun.end : count.start].strip() not in ("", ",", "-")
        for count in found
    )


def _category(hit: Hit) -> str | None:
    """The category that a noun for people names; 'all' for people of any kind."""
    category = value(hit, "p:")
    return "all" if category == "people" else category


def _article(local: LocalText, hits: Sequence[Hit], index: int) -> int | None:
    noun = hits[index]
    for hit in reversed(hits[max(0, index - 4) : index]):
        if noun.start - hit.end > ARTICLE_REACH or "one" in hit.concepts:
            return None
        if "art" in hit.concepts:
            return None if _STOP.search(local.text, hit.end, noun.start) else hit.start
    return None


def _is_other(local: LocalText, hits: Sequence[Hit], count: Count) -> bool:
    """Whether the number counts days, houses, ages, or is a day of a month."""
    for hit in hits:
        if hit.start >= count.end:
            if hit.start - count.end > 14 or _STOP.search(local.text, count.end, hit.start):
                return False
            if values(hit, "p:"):  # also what begins like a thing: 'villagers' in Persian
                return False
            if "thing" in hit.concepts or values(hit, "u:"):
                return count.said
            if values(hit, "m:") or values(hit, "sm:"):
                return count.said and hit.start - count.end <= 5
            if values(hit, "toll:"):
                return False
        elif hit.start == count.start and values(hit, "wd:"):
            return True
        elif {"age", "agent"} & set(hit.concepts) and 0 <= count.start - hit.end <= 1:
            return count.said
    return False


def _qualified(local: LocalText, hits: Sequence[Hit], count: Count) -> Count:
    if count.max is None or not count.said:
        return count
    for hit in hits:
        before = local.text[hit.end : count.start] if hit.end <= count.start else None
        if before is not None and "least" in hit.concepts and len(before) <= 3 and not before.strip(" -"):
            return structs.replace(count, max=None, start=hit.start)
        if "least-after" in hit.concepts and _qualifies_before(local, hits, count, hit):
            return structs.replace(count, max=None)
    return count


def _qualifies_before(local: LocalText, hits: Sequence[Hit], count: Count, hit: Hit) -> bool:
    """Whether 'at least' belongs to the number before it: none stands right behind."""
    if not 0 <= hit.start - count.end <= LEAD or _STOP.search(local.text, count.end, hit.start):
        return False
    if local.text[hit.end : hit.end + 2].strip()[:1].isdigit():
        return False
    return not any(0 <= other.start - hit.end <= 1 and _worth(other) is not None for other in hits)


def _with_noun(local: LocalText, hits: Sequence[Hit], count: Count) -> Count:
    """The count with the category of the people right behind it."""
    if count.headed:
        return count
    for hit in hits:
        if hit.start < count.end:
            continue
        if hit.start - count.end > NOUN_REACH or _STOP.search(local.text, count.end, hit.start):
            break
        if values(hit, "n:") and "art" not in hit.concepts:
            break
        category = _category(hit)
        if category:
            return structs.replace(count, category=category, headed=True, stop=hit.end)
        if values(hit, "toll:"):
            break
    return structs.replace(count, stop=count.end)
