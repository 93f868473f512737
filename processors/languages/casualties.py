"""Tolls in languages other than English: each number goes to the nearest word that counts people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from processors.languages import numbers, sources
from processors.languages.local import LocalText, value, values
from processors.languages.numbers import Count
from processors.languages.pairing import BREAK, STOP, Pair, Pairing, Word
from processors.messages import Casualties
from processors.text.lexicon import Hit

MANY = 30  # words or counts of one sentence; a sentence with more is a table
EARLIER_REACH = 60  # characters between 'at first' and the number
LIST_REACH = 60  # characters between 'among them' and the numbers of its list
FEW = 3  # 'several' is a toll only where nobody gives a better one
OF_THEM_GAP = 4  # characters between a number and 'of them'
_AMONG_GAP = 8  # between 'among' and the toll word: an article, 'the'


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
    if len(words) > MANY or len(hits) > 5 * MANY:
        return []
    counts = [count for count in numbers.counts(local, start, end) if not _outdated(local, hits, count)]
    inside, taken = _inside(local, hits, counts, words)
    free = [word for word in words if word not in taken]
    wholes = _chained(local, [count for count in counts if count not in inside], words)
    pairs = Pairing(local, free, wholes).pairs()
    source = sources.who_says(local.text, start, end, local.data.language)
    counted = {word.kind for word, count in pairs if count.said and count.category == "all"}
    found = [toll for word, count in pairs for toll in _tolls(word, count, source, counted)]
    found += _parts(inside, pairs, source)
    found += _verbs_only(free, pairs, source)
    return sorted(found, key=lambda toll: toll.start or 0)


def _words(local: LocalText, hits: Sequence[Hit]) -> list[Word]:
    found = [
        Word(hit.start, hit.end, kind, kind in values(hit, "sg:"), "body" in hit.concepts)
        for index, hit in enumerate(hits)
        if (kind := value(hit, "toll:")) is not None
        and not _negated(local.text, hits, index)
        and not _who(hits, index, kind)
    ]
    if not any(word.kind == "killed" for word in found):
        found += [
            Word(hit.start, hit.end, "killed", single=False, weak=True)
            for hit in hits
            if "bare" in hit.concepts
        ]
    return sorted(found, key=lambda word: word.start)


def _who(hits: Sequence[Hit], index: int, kind: str) -> bool:
    """'56 presos mortos': here the word only says who was killed."""
    following = hits[index + 1] if index + 1 < len(hits) else None
    return (
        kind == "detained"
        and following is not None
        and "toll:killed" in following.concepts
        and following.start - hits[index].end <= 1
    )


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
        if gap < 0 or BREAK.search(local.text, hit.end, count.start):
            continue
        if ("versus" in hit.concepts and gap <= 1) or ("earlier" in hit.concepts and gap <= EARLIER_REACH):
            return True
    return False


def _inside(
    local: LocalText, hits: Sequence[Hit], counts: Sequence[Count], words: Sequence[Word]
) -> tuple[dict[Count, str | None], list[Word]]:
    """Counts that are parts of another toll, with its kind where it is said; words used up by saying so."""
    found: dict[Count, str | None] = {count: None for count in counts if count.part}
    used: list[Word] = []
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
            for count in _preceding(local, hit.start, counts, words, LIST_REACH // 2):
                found[count] = _kind_in(hit, words)
    inner = [word for hit in hits if _names_parts(hit) for word in words if hit.start <= word.start < hit.end]
    return found, used + inner


def _kind_in(hit: Hit, words: Sequence[Word]) -> str | None:
    """The kind that words like 'of the wounded' name themselves."""
    said = value(hit, "of:")
    return said or next((word.kind for word in words if hit.start <= word.start < hit.end), None)


def _names_parts(hit: Hit) -> bool:
    return not {"subset", "subset-after", "of-them"}.isdisjoint(hit.concepts)


def _following(
    local: LocalText, position: int, counts: Sequence[Count], words: Sequence[Word]
) -> Iterator[Count]:
    """The counts of the list that begins at ``position``: up to a stop, or to another toll's word."""
    text = local.text
    closed = [hit.start for hit in local.labelled("subset-end", position, position + 2 * LIST_REACH)]
    for count in counts:
        if count.start < position:
            continue
        gap = text[position : count.start]
        if any(position <= stop < count.start for stop in closed):
            return
        if len(gap) > LIST_REACH or STOP.search(gap) or any(position <= w.start < count.start for w in words):
            return
        if BREAK.search(gap) and _counts_anew(text, count, words):
            return
        yield count
        position = max(count.end, count.stop)


def _counts_anew(text: str, count: Count, words: Sequence[Word]) -> bool:
    """'… among them two children, 12 were hurt': a toll word follows before the next comma."""
    border = BREAK.search(text, count.end)
    stop = border.start() if border else count.end + LIST_REACH
    return any(count.end <= word.start < stop for word in words)


def _preceding(
    local: LocalText, position: int, counts: Sequence[Count], words: Sequence[Word], reach: int
) -> Iterator[Count]:
    for count in reversed(counts):
        stop = max(count.stop, count.end)
        gap = local.text[stop:position]
        if stop > position or len(gap) > reach or BREAK.search(gap) or STOP.search(gap):
            continue
        if any(stop <= word.start < position for word in words):
            return
        yield count
        position, reach = count.start, 4


def _chained(local: LocalText, counts: Sequence[Count], words: Sequence[Word]) -> list[Count]:
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


def _joined(local: LocalText, one: Count, other: Count, words: Sequence[Word]) -> bool:
    if not (one.headed and other.headed) or one.start == other.start or other.start < one.stop:
        return False
    if any(one.end <= word.start < other.stop for word in words):
        return False
    gap = local.text[one.stop : other.start]
    return bool(gap.strip()) and "," not in gap and bool(local.data.joint.fullmatch(gap.lower()))


def _tolls(word: Word, count: Count, source: str | None, counted: set[str]) -> Iterator[Casualties]:
    named = not count.said and count.category == "all" and word.kind in counted  # 'two dead; a leader killed'
    part_only = word.body or named or (count.max is None and count.min <= FEW)
    yield _casualties(word.kind, count, source, subset=part_only)
    for part in count.parts:
        if part.category != "all":
            yield _casualties(word.kind, part, source, subset=True)


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
    inside: dict[Count, str | None], pairs: Sequence[Pair], source: str | None
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


def _verbs_only(words: Sequence[Word], pairs: Sequence[Pair], source: str | None) -> Iterator[Casualties]:
    """'The guard was killed': one person, unless somebody gives a number for the same."""
    told = {word.kind for word, _ in pairs}
    for word in words:
        if word.single and word.kind not in told:
            told.add(word.kind)
            one = Count(word.start, word.end, 1, 1)
            yield _casualties(word.kind, one, source, subset=True)
