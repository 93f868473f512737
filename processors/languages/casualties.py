"""Tolls in languages other than English: each number goes to the nearest word that counts people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from processors.languages import numbers, sources
from processors.languages.local import LocalText, value, values
from processors.languages.numbers import Count
from processors.messages import Casualties
from processors.text.lexicon import Hit

REACH = 120  # characters between a number and the word it counts for
SINGLE_REACH = 80  # the same for a noun in the singular
CLUSTER = 25  # characters within which two words for one fate are one
_COMMA = 12  # characters that a comma between them counts as
_AND = 25  # characters that an 'and' or a comma right beside one of them counts as
_OTHER_KIND = 40  # characters that another toll's word between them counts as
FEW = 3  # 'several' is a toll only where nobody gives a better one
_BREAK = re.compile(r"[,،;؛:]")
_STOP = re.compile(r"[.;:!?؛؟]")
_BORDER = re.compile(r"[;:؛\"«»“”]|[,،](?![^,،]{0,60}[,،])")  # a comma, unless a clause lies between two
EARLIER_REACH = 60  # characters between 'at first' and the number
OF_THEM_GAP = 4  # characters between a number and 'of them'
_AMONG_GAP = 8  # between 'among' and the toll word: an article, 'the'


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    kind: str
    single: bool  # a verb in the singular
    weak: bool = False  # 'toll': of the killed, where nothing else is said


def find(local: LocalText, start: int, end: int) -> list[Casualties]:
    """The tolls of ``text[start:end]``, in order; parts of other tolls are marked."""
    hits = local.between(start, end)
    nothing = [hit for hit in hits if "nobody" in hit.concepts]
    if nothing:
        first, last = nothing[0].start, nothing[0].end
        return [Casualties(kind=kind, min=0, max=0, start=first, end=last) for kind in ("killed", "injured")]
    words = _words(local, hits)
    if not words and not any(values(hit, "of:") for hit in hits):
        return []
    counts = [count for count in numbers.counts(local, start, end) if not _outdated(local, hits, count)]
    inside, taken = _inside(local, hits, counts, words)
    free = [word for word in words if word not in taken]
    wholes = _chained(local, [count for count in counts if count not in inside], words)
    pairs = _paired(local, free, [count for count in wholes if count.said])
    pairs += _alone(local, free, [count for count in wholes if not count.said], pairs)
    source = sources.who_says(local.text, start, end, local.data.language)
    found = [toll for word, count in pairs for toll in _tolls(word.kind, count, source)]
    found += _parts(inside, pairs, source)
    found += _verbs_only(free, pairs, source)
    return sorted(found, key=lambda toll: toll.start or 0)


def _words(local: LocalText, hits: Sequence[Hit]) -> list[_Word]:
    found = [
        _Word(hit.start, hit.end, kind, kind in values(hit, "sg:"))
        for index, hit in enumerate(hits)
        if (kind := value(hit, "toll:")) is not None and not _negated(local.text, hits, index)
    ]
    if not any(word.kind == "killed" for word in found):
        found += [
            _Word(hit.start, hit.end, "killed", single=False, weak=True)
            for hit in hits
            if "bare" in hit.concepts
        ]
    return sorted(found, key=lambda word: word.start)


def _negated(text: str, hits: Sequence[Hit], index: int) -> bool:
    """'не пострадали', 'n'a pas été tué', 'لم يصب': a 'not' right before the word."""
    return any(
        "not" in hit.concepts
        and 0 <= hits[index].start - hit.end <= 12
        and "," not in text[hit.end : hits[index].start]
        for hit in hits[max(0, index - 3) : index]
    )


def _outdated(local: LocalText, hits: Sequence[Hit], count: Count) -> bool:
    """'at first one death was reported', '12, against 9 before': an earlier count."""
    for hit in hits:
        gap = count.start - hit.end
        if gap < 0 or _BREAK.search(local.text, hit.end, count.start):
            continue
        if ("versus" in hit.concepts and gap <= 1) or ("earlier" in hit.concepts and gap <= EARLIER_REACH):
            return True
    return False


def _inside(
    local: LocalText, hits: Sequence[Hit], counts: Sequence[Count], words: Sequence[_Word]
) -> tuple[dict[Count, str | None], list[_Word]]:
    """Counts that are parts of another toll, with its kind where it is said; words used up by saying so."""
    found: dict[Count, str | None] = {count: None for count in counts if count.part}
    used: list[_Word] = []
    for hit in hits:
        if "subset" in hit.concepts:
            for count in _following(local, hit.end, counts, words):
                found[count] = _kind_in(hit, words)
        elif "among" in hit.concepts:
            word = next((w for w in words if 0 <= w.start - hit.end <= _AMONG_GAP), None)
            if word is not None:
                used.append(word)
                for count in _following(local, word.end, counts, words):
                    found[count] = word.kind
        if "of-them" in hit.concepts:
            found |= {c: _kind_in(hit, words) for c in counts if 0 <= hit.start - c.end <= OF_THEM_GAP}
        elif "subset-after" in hit.concepts:
            for count in _preceding(local, hit.start, counts, words, REACH // 2):
                found[count] = _kind_in(hit, words)
    inner = [word for hit in hits if _names_parts(hit) for word in words if hit.start <= word.start < hit.end]
    return found, used + inner


def _kind_in(hit: Hit, words: Sequence[_Word]) -> str | None:
    """The kind that words like 'of the wounded' name themselves."""
    said = value(hit, "of:")
    return said or next((word.kind for word in words if hit.start <= word.start < hit.end), None)


def _names_parts(hit: Hit) -> bool:
    return not {"subset", "subset-after", "of-them"}.isdisjoint(hit.concepts)


def _following(
    local: LocalText, position: int, counts: Sequence[Count], words: Sequence[_Word]
) -> Iterator[Count]:
    """The counts of the list that begins at ``position``: up to a stop, or to another toll's word."""
    text = local.text
    closed = [hit.start for hit in local.labelled("subset-end", position, position + 2 * REACH)]
    for count in counts:
        if count.start < position:
            continue
        gap = text[position : count.start]
        if any(position <= stop < count.start for stop in closed):
            return
        if len(gap) > REACH or _STOP.search(gap) or any(position <= w.start < count.start for w in words):
            return
        if _BREAK.search(gap) and _counts_anew(text, count, words):
            return
        yield count
        position = max(count.end, count.stop)


def _counts_anew(text: str, count: Count, words: Sequence[_Word]) -> bool:
    """'… among them two children, 12 were hurt': a toll word follows before the next comma."""
    border = _BREAK.search(text, count.end)
    stop = border.start() if border else count.end + REACH
    return any(count.end <= word.start < stop for word in words)


def _preceding(
    local: LocalText, position: int, counts: Sequence[Count], words: Sequence[_Word], reach: int
) -> Iterator[Count]:
    for count in reversed(counts):
        stop = max(count.stop, count.end)
        gap = local.text[stop:position]
        if stop > position or len(gap) > reach or _BREAK.search(gap) or _STOP.search(gap):
            continue
        if any(stop <= word.start < position for word in words):
            return
        yield count
        position, reach = count.start, 4


def _chained(local: LocalText, counts: Sequence[Count], words: Sequence[_Word]) -> list[Count]:
    """'three women and two children' as one count with its parts; both need their noun."""
    found: list[Count] = []
    for count in counts:
        before = found[-1] if found else None
        if before is not None and _joined(local, before, count, words):
            parts = (before.parts or (before,)) + (count.parts or (count,))
            most = None if before.max is None or count.max is None else before.max + count.max
            found[-1] = Count(
                before.start,
                count.end,
                before.min + count.min,
                most,
                before.category if before.category == count.category else "all",
                headed=True,
                said=before.said or count.said,
                stop=count.stop,
                parts=parts,
            )
        else:
            found.append(count)
    return found


def _joined(local: LocalText, one: Count, other: Count, words: Sequence[_Word]) -> bool:
    if not (one.headed and other.headed) or one.start == other.start or other.start < one.stop:
        return False
    if any(one.end <= word.start < other.stop for word in words):
        return False
    gap = local.text[one.stop : other.start]
    return bool(gap.strip()) and "," not in gap and bool(local.data.joint.fullmatch(gap.lower()))


def _paired(local: LocalText, words: Sequence[_Word], counts: Sequence[Count]) -> list[tuple[_Word, Count]]:
    """Each count with the nearest word left; words for one fate that stand together are one."""
    order = sorted(
        (_distance(local, count, word, words), c, w)
        for c, count in enumerate(counts)
        for w, word in enumerate(words)
    )
    pairs: list[tuple[_Word, Count]] = []
    used_counts: set[int] = set()
    used_words: set[int] = set()
    for distance, c, w in order:
        if distance > REACH or c in used_counts or w in used_words:
            continue
        used_counts.add(c)
        used_words.update(i for i, word in enumerate(words) if _together(word, words[w]))
        pairs.append((words[w], counts[c]))
    return pairs


def _together(one: _Word, other: _Word) -> bool:
    return one.kind == other.kind and abs(one.start - other.start) <= CLUSTER


def _distance(local: LocalText, count: Count, word: _Word, words: Sequence[_Word]) -> int:
    if count.start <= word.start < count.end or word.start <= count.start < word.end:
        return 0
    first, last = (count.end, word.start) if count.end <= word.start else (word.end, count.start)
    between = _without_asides(local, first, last)
    crossed = sum(other.kind != word.kind and first <= other.start < last for other in words)
    if _STOP.search(between) and "." in between:
        return REACH + 1
    edges = sum(bool(pattern.search(between)) for pattern in (local.data.opening, local.data.closing))
    borders = _COMMA * len(_BREAK.findall(between)) + _AND * edges
    return len(between) + borders + _OTHER_KIND * crossed


def _without_asides(local: LocalText, first: int, last: int) -> str:
    """What stands between, without '…, among them two women, …'."""
    kept, position = "", first
    for hit in local.labelled("subset", first, last):
        comma = _BREAK.search(local.text, hit.end, last)
        if hit.start >= position and comma:
            kept += local.text[position : hit.start].rstrip(" ,،")
            position = comma.end()
    return kept + local.text[position:last]


def _alone(
    local: LocalText, words: Sequence[_Word], counts: Sequence[Count], pairs: Sequence[tuple[_Word, Count]]
) -> list[tuple[_Word, Count]]:
    """Nouns in the singular take what the numbers have left, and only from nearby."""
    left = [word for word in words if not any(_together(word, used) for used, _ in pairs)]
    return [
        (word, count)
        for word, count in _paired(local, left, counts)
        if _distance(local, count, word, left) <= SINGLE_REACH
        and not word.weak
        and not _BORDER.search(local.text, min(count.end, word.end), max(count.start, word.start))
    ]


def _tolls(kind: str, count: Count, source: str | None) -> Iterator[Casualties]:
    yield _casualties(kind, count, source, subset=count.max is None and count.min <= FEW)
    for part in count.parts:
        if part.category != "all":
            yield _casualties(kind, part, source, subset=True)


def _casualties(kind: str, count: Count, source: str | None, *, subset: bool) -> Casualties:
    category = "some" if subset and count.category == "all" else count.category
    return Casualties(
        kind=kind,
        min=count.min,
        max=count.max,
        category=category,
        source=source,
        subset=subset,
        start=count.start,
        end=count.end,
    )


def _parts(
    inside: dict[Count, str | None], pairs: Sequence[tuple[_Word, Count]], source: str | None
) -> Iterator[Casualties]:
    """Parts of the toll that was told before them, else after them."""
    for count, said in inside.items():
        near = min(
            pairs,
            key=lambda pair: (pair[1].start > count.start, abs(pair[1].start - count.start)),
            default=None,
        )
        kind = said or (near[0].kind if near else None)
        if kind is not None:
            yield _casualties(kind, count, source, subset=True)


def _verbs_only(
    words: Sequence[_Word], pairs: Sequence[tuple[_Word, Count]], source: str | None
) -> Iterator[Casualties]:
    """'The guard was killed': one person, unless somebody gives a number for the same."""
    told = {word.kind for word, _ in pairs}
    for word in words:
        if word.single and word.kind not in told:
            told.add(word.kind)
            one = Count(word.start, word.end, 1, 1)
            yield _casualties(word.kind, one, source, subset=True)
