"""Which runs of words are used as names of places.

A candidate is a run of words that the gazetteer knows, or a span that the statistical model calls a place.
Its evidence is added up in log-odds style: what the model says of the span, how famous the name is, the
words around it, and, in a second round, how the rest of the document uses the same name. The weights are set
by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from processors.places import cues
from processors.places.gazetteer import Gazetteer
from processors.places.keys import fold
from processors.places.records import Entry, Hit
from processors.places.scan import Found, Word, scan, variants, words_of

Span = tuple[int, int, str]  # start, end, label of the statistical model
PLACE_LABELS = frozenset({"GPE", "LOC", "FAC"})
ACCEPT = 0.0

# Evidence of the model: (label, how the candidate lies in the model's span) -> weight.
MODEL_WEIGHT = {
    ("GPE", "exact"): 2.6,
    ("GPE", "prefix"): 1.0,
    ("GPE", "suffix"): 0.6,
    ("GPE", "inside"): 0.0,
    ("LOC", "exact"): 1.0,
    ("LOC", "prefix"): -0.6,
    ("LOC", "suffix"): -0.2,
    ("LOC", "inside"): -0.8,
    ("FAC", "exact"): -0.8,
    ("FAC", "prefix"): -2.0,
    ("FAC", "suffix"): -2.0,
    ("FAC", "inside"): -2.4,
    ("ORG", "exact"): -1.4,
    ("ORG", "prefix"): -1.4,
    ("ORG", "suffix"): -1.8,
    ("ORG", "inside"): -2.4,
    ("PERSON", "exact"): -1.8,
    ("PERSON", "prefix"): -2.8,
    ("PERSON", "suffix"): -4.0,
    ("PERSON", "inside"): -3.5,
    ("NORP", "exact"): -0.3,
    ("NORP", "prefix"): -1.0,
    ("EVENT", "exact"): -2.0,
}
OTHER_LABEL_WEIGHT = -2.0  # inside a DATE, WORK_OF_ART, PRODUCT, ...
NO_LABEL_WEIGHT = -1.4
WITHOUT_MODEL_WEIGHT = -1.0  # the model did not run
UNKNOWN_NAME = -2.9  # the gazetteer has nothing of this name
SUPPORT = 2.4  # the document uses the name as a place elsewhere
SUPPORTING = 2.0  # score from which a mention supports others


@dataclass(slots=True)
class Mention:
    """A name used as a place (``score`` above ACCEPT), or a candidate for one."""

    start: int
    end: int
    text: str
    key: str
    hits: list[Hit]
    first: int = 0  # index of its first word
    last: int = 0
    score: float = 0.0
    label: str = ""
    lies: str = ""  # exact | prefix | suffix | inside
    role: str = "place"  # place | demonym | organisation
    said: str = ""  # division | city: what the text calls it
    why: list[str] = field(default_factory=list)
    demonym: Entry | None = None


@dataclass(slots=True)
class Page:
    """A text as the recogniser looks at it."""

    text: str
    words: list[Word]
    spans: Sequence[Span]
    modelled: bool  # the statistical model ran
    word_starts: dict[int, int] = field(default_factory=dict)
    span_at: dict[int, Span] = field(default_factory=dict)  # word index -> span

    @classmethod
    def of(cls, text: str, spans: Sequence[Span] | None) -> Page:
        """The page of a text; ``spans`` is None where the model did not run."""
        page = cls(text, words_of(text), spans or (), spans is not None)
        page.word_starts = {word.start: i for i, word in enumerate(page.words)}
        position = 0
        for span in sorted(page.spans):
            while position < len(page.words) and page.words[position].end <= span[0]:
                position += 1
            index = position
            while index < len(page.words) and page.words[index].start < span[1]:
                page.span_at[index] = span
                index += 1
        return page

    def gap(self, before: int) -> str:
        """What stands between word ``before`` and the next."""
        return self.text[self.words[before].end : self.words[before + 1].start]

    def key(self, index: int) -> str:
        """The folded word at an index, empty outside the text."""
        return self.words[index].key if 0 <= index < len(self.words) else ""


def recognize(text: str, spans: Sequence[Span] | None, gazetteer: Gazetteer) -> tuple[Page, list[Mention]]:
    """The names in ``text`` that are used as places, in order, without overlap."""
    page = Page.of(text, spans)
    found = scan(text, page.words, gazetteer)
    candidates = [c for c in (_candidate(page, f, gazetteer) for f in found) if c is not None]
    candidates += [m for m in _unknown(page, candidates) if gazetteer.demonym(m.key) is None]
    for mention in candidates:
        _weigh(page, mention)
    _second_round(page, candidates)
    kept = _without_overlap([m for m in candidates if m.score > ACCEPT])
    return page, kept + demonyms(page, kept, gazetteer)


def _candidate(page: Page, found: Found, gazetteer: Gazetteer) -> Mention | None:
    hits = gazetteer.lookup_key(found.key, romanized=False)
    if not hits or (gazetteer.demonym(found.key) and not any(h.entry.kind == "country" for h in hits)):
        return None
    return Mention(
        found.start,
        found.end,
        page.text[found.start : found.end],
        found.key,
        hits,
        found.first,
        found.last,
    )


def _unknown(page: Page, candidates: list[Mention]) -> list[Mention]:
    """Spans that the model calls a place and that hold no known name."""
    covered = {i for m in candidates for i in range(m.first, m.last + 1)}
    extra = []
    for start, end, label in page.spans:
        if label not in ("GPE", "LOC"):
            continue
        indices = [i for i, span in page.span_at.items() if span == (start, end, label)]
        if not indices or any(i in covered for i in indices):
            continue
        while indices and (page.key(indices[0]) in ("the", "a") or not page.words[indices[0]].capital):
            indices.pop(0)
        if indices:
            first, last = indices[0], indices[-1]
            a, b = page.words[first].start, page.words[last].end
            extra.append(Mention(a, b, page.text[a:b], fold(page.text[a:b]), [], first, last))
    return extra


def _lies(page: Page, mention: Mention) -> tuple[str, str]:
    """The label of the model's span around a mention, and how the mention lies in it."""
    span = page.span_at.get(mention.first) or page.span_at.get(mention.last)
    if span is None:
        return "", ""
    start, end, label = span
    inner = page.text[start : mention.start].strip().lower()
    at_start = mention.start <= start or inner in ("the", "a", "city of", "the city of", "the town of")
    rest = page.text[mention.end : end].strip()
    at_end = mention.end >= end or rest in ("'s", "’s", ".", "'", "’", ",")
    if at_start and at_end:
        return label, "exact"
    return label, "prefix" if at_start else "suffix" if at_end else "inside"


def _fame(hits: list[Hit]) -> float:
    """How likely a bare name means a place, from the most famous place called so."""
    best = -1.5
    for hit in hits:
        entry = hit.entry
        if entry.priority == 2:
            return 2.5
        if entry.kind in ("country", "region"):
            value = 2.2
        elif entry.kind == "admin1":
            value = 1.8
        elif entry.population > 0:
            value = -0.9 + 0.45 * (len(str(entry.population)) - 3) + entry.alternates / 60
        else:
            value = -0.6 + (1.0 if entry.priority else 0.0)
        best = max(best, value - (0.0 if hit.primary else 0.5))
    return best


def _weigh(page: Page, mention: Mention) -> None:
    label, lies = _lies(page, mention)
    mention.label, mention.lies = label, lies
    score = _model_weight(page, label, lies)
    score += _fame(mention.hits) if mention.hits else UNKNOWN_NAME
    score += _name_weight(mention)
    score += _before(page, mention) + _after(page, mention)
    if label in ("ORG", "FAC") and lies != "exact":
        mention.role = "organisation"
    mention.score = score


def _model_weight(page: Page, label: str, lies: str) -> float:
    if label:
        return MODEL_WEIGHT.get((label, lies), OTHER_LABEL_WEIGHT)
    return NO_LABEL_WEIGHT if page.modelled else WITHOUT_MODEL_WEIGHT


def _name_weight(mention: Mention) -> float:
    """The name itself: common words and names of persons are rarely places."""
    if mention.last > mention.first:
        return 0.6
    key = mention.key
    weight = -4.0 if len(key) == 1 else 0.0
    if key in cues.COMMON:
        weight -= 4.0
    if key in cues.PERSON_NAMES:
        weight -= 1.2
    if len(key) <= 2 and not mention.text.isupper():
        weight -= 2.0
    if len(key) <= 3 and key[:1] < "\u0400":  # elsewhere three letters are a whole name: حلب, Ош
        weight -= 0.6
    if key in cues.LOCATIVE:
        weight -= 4.0  # 'Medina' and 'city' are one word in Arabic
    if mention.first and "\u0400" <= key[:1] <= "\u04ff" and mention.text[0].isupper():
        weight += 0.4  # a capital inside a sentence: the script's names need no other sign
    if mention.text[:1] in cues.PREFIXES and not key.startswith(fold(mention.text)[:1]):
        weight += 1.0  # 'in' and 'to' are written together with the name
    return weight


def _before(page: Page, mention: Mention) -> float:
    if mention.first == 0:
        return 0.0
    gap = page.gap(mention.first - 1)
    word = page.words[mention.first - 1]
    if gap.strip() not in ("", "(", "“", '"', "the", "."):
        return 0.4 if gap.strip() == "," else 0.0
    if gap.strip() == ".":
        if word.key in cues.PERSON_TITLES:
            return -2.5
        return 0.0
    if word.key in cues.OF and page.key(mention.first - 2) in cues.OF_KINDS:
        return 2.0
    if word.key == "the" and page.key(mention.first - 2) in cues.LOCATIVE:
        return 0.3
    if word.key in cues.LOCATIVE or word.text == "à":
        return 1.2
    if word.key in cues.PERSON_TITLES and word.capital:
        return -2.5
    if word.capital and word.key in cues.PERSON_NAMES and not page.span_at.get(mention.first):
        return -1.5
    return 0.0


def _after(page: Page, mention: Mention) -> float:
    if mention.last + 1 >= len(page.words):
        return 0.0
    gap = page.gap(mention.last)
    word = page.words[mention.last + 1]
    plain = gap.strip(" ")
    if plain == "":
        return _next_word(page, mention, word)
    if "\n" not in gap and plain in cues.DATELINE_DASHES and _starts_line(page, mention):
        return 2.5
    if plain in ("'s", "’s"):
        return 0.3
    if plain == ",":
        return 0.3
    return 0.0


def _next_word(page: Page, mention: Mention, word: Word) -> float:
    mention.said = _said(word.key) or mention.said
    if word.key in cues.ADMIN_WORDS:
        return 2.5
    if word.key in cues.KIND_AFTER:
        return 1.2
    if word.capital and word.key in cues.STREET_AFTER:
        return -2.5
    if word.key in cues.TEAM_WORDS and word.capital:
        return -2.5
    if word.key in cues.BODY_AFTER:
        mention.role = "organisation" if word.capital else mention.role
        return 1.5
    if word.key in cues.PERSON_VERBS:
        return -0.8
    if word.text[0].isupper() and not page.span_at.get(mention.last):
        return -0.7
    return 0.0


def _said(kind: str) -> str:
    """What a word for a kind of place says of the level."""
    if kind in cues.ADMIN_WORDS or kind in (
        "state",
        "region",
        "countryside",
        "provinces",
        "wilayat",
        "canton",
    ):
        return "division"
    return "city" if kind in ("city", "town", "village", "airport") else ""


def _starts_line(page: Page, mention: Mention) -> bool:
    """Whether a mention opens a line or sentence, as a dateline does (after another place at most)."""
    before = page.text[max(0, mention.start - 60) : mention.start]
    line = before.rsplit("\n", 1)[-1].rsplit(". ", 1)[-1].strip(" \t")
    return line == "" or line.isupper() or (line.endswith(",") and len(line) < 40)


def _second_round(page: Page, candidates: list[Mention]) -> None:
    """One sense per document: the name's best use supports its other uses; 'X, Y' supports both."""
    best: dict[str, float] = {}
    for mention in candidates:
        if mention.role == "place":
            best[mention.key] = max(best.get(mention.key, -9.0), mention.score)
    for mention in candidates:
        if best.get(mention.key, 0.0) > SUPPORTING and mention.hits:
            mention.score += SUPPORT
    by_first = {m.first: m for m in candidates}
    for mention in candidates:
        follower = container(page, mention, by_first)
        if follower is not None and contains(follower, mention):
            mention.score += 2.5
            follower.score += 2.5


def container(page: Page, mention: Mention, by_first: Mapping[int, Mention]) -> Mention | None:
    """The name that stands where 'X, Y' or 'X im Y' puts what X lies in."""
    following = by_first.get(mention.last + 1)
    if following is not None:
        return following if page.gap(mention.last).strip(" ") == "," else None
    if page.key(mention.last + 1) in cues.INSIDE and page.gap(mention.last).strip(" ") in ("", ","):
        return by_first.get(mention.last + 2)
    return None


def contains(outer: Mention, inner: Mention) -> bool:
    """Whether some place called ``outer`` holds some place called ``inner``."""
    holders = {h.entry.row for h in outer.hits if h.entry.kind in ("admin1", "admin2")}
    countries = {h.entry.country for h in outer.hits if h.entry.kind == "country"}
    return any(
        h.entry.admin1_row in holders or h.entry.admin2_row in holders or h.entry.country in countries
        for h in inner.hits
    )


def _without_overlap(mentions: list[Mention]) -> list[Mention]:
    """The longer of two overlapping mentions, then the better."""
    kept: list[Mention] = []
    taken: set[int] = set()
    for mention in sorted(mentions, key=lambda m: (m.first - m.last, -m.score)):
        indices = range(mention.first, mention.last + 1)
        if not taken.intersection(indices):
            taken.update(indices)
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def demonyms(page: Page, kept: list[Mention], gazetteer: Gazetteer) -> list[Mention]:
    """Peoples and adjectives of places: they vote for a country and are never where something happened."""
    taken = {i for m in kept for i in range(m.first, m.last + 1)}
    found = []
    for index, word in enumerate(page.words):
        if index in taken or not word.capital or len(word.key) < 4:
            continue
        for last in (index + 1, index):
            if last >= len(page.words) or last in taken:
                continue
            key = word.key if last == index else f"{word.key} {page.words[last].key}"
            entry = gazetteer.demonym(key)
            if entry is not None:
                start, end = word.start, page.words[last].end
                mention = Mention(start, end, page.text[start:end], key, [], index, last, 2.0, role="demonym")
                mention.demonym = entry
                found.append(mention)
                taken.update(range(index, last + 1))
                break
    return found


__all__ = ["ACCEPT", "Mention", "Page", "contains", "demonyms", "recognize", "variants"]
