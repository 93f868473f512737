"""Which runs of words are used as names of places.

A candidate is a run of words that the gazetteer knows, a span that the statistical model calls a place, or a
capitalised run after words like "near" or "the village of". Its evidence (processors.places.evidence) is
added up; in a second round the rest of the document speaks: the same name used as a place elsewhere, or as
a person's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from processors.places import cues, evidence
from processors.places.gazetteer import Gazetteer
from processors.places.keys import fold
from processors.places.page import Page, Span
from processors.places.records import Entry, Hit
from processors.places.scan import JOINTS, Found, scan

ACCEPT = 0.0
SUPPORT = 2.4  # the document uses the name as a place elsewhere
SUPPORTING = 2.0  # score from which a mention supports others
CONTAINED = 2.5  # "X, Y" and Y holds X
PERSON_ELSEWHERE = -2.5  # the document has a person of this name, and nothing local stands here
LOCAL = 1.5  # weight of context from which a mention is certainly used as a place
LONGEST_UNKNOWN = 4  # words
INITIALS = 3  # letters
LINKING = 7  # words between X and Y in "X, a village in the north of Y"
_LEADING = frozenset(("the", "a", "city of", "the city of", "the town of", "near", "in", "at", "outside"))
_TRAILING = frozenset(("'s", "’s", ".", "'", "’", ","))


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
    context: float = 0.0  # the part of the score that the neighbouring words give
    label: str = ""
    lies: str = ""  # exact | prefix | suffix | inside
    role: str = "place"  # place | demonym | organisation
    said: str = ""  # division | city: what the text calls it
    sense: str = ""  # set where the document uses the name for several places
    demonym: Entry | None = None
    echo: bool = False  # another mention of a name that only a cue makes known


def recognize(text: str, spans: Sequence[Span] | None, gazetteer: Gazetteer) -> tuple[Page, list[Mention]]:
    """The names in ``text`` that are used as places, in order, without overlap; demonyms after them."""
    page = Page(text, spans)
    candidates = [c for c in (_candidate(page, f, gazetteer) for f in scan(page, gazetteer)) if c is not None]
    strange = _unknown(page, candidates, gazetteer)
    candidates += [*strange, *_echoes(page, candidates, strange)]
    fame: dict[str, float] = {}
    for mention in candidates:
        _weigh(page, mention, fame)
    _second_round(page, candidates)
    kept = _without_overlap(_believed(page, [m for m in candidates if m.score > ACCEPT]))
    return page, kept + demonyms(page, kept, gazetteer)


def _mention(page: Page, first: int, last: int, key: str | None, hits: list[Hit]) -> Mention:
    start, end = page.starts[first], page.ends[last]
    text = page.text[start:end]
    return Mention(start, end, text, key or fold(text), hits, first, last)


def _candidate(page: Page, found: Found, gazetteer: Gazetteer) -> Mention | None:
    hits = gazetteer.hits(found.key, found.position)
    if len(found.key) <= INITIALS and found.key.isascii():
        hits = _of_initials(hits, page.words[found.last].isupper())
    if len(found.key) < 2 or not hits:
        return None
    if found.key in gazetteer.demonyms and not any(h.primary and h.entry.kind == "country" for h in hits):
        return None
    return _mention(page, found.first, found.last, found.key, hits)


def _of_initials(hits: list[Hit], capitals: bool) -> list[Hit]:
    """Of a very short name: US, UK and UAE are countries; Us and Car are not."""
    if capitals:
        return [h for h in hits if h.entry.kind in ("country", "admin1")] or hits
    return [h for h in hits if h.primary or h.entry.kind != "country"]


def _unknown(page: Page, candidates: Iterable[Mention], gazetteer: Gazetteer) -> list[Mention]:
    """Names that the gazetteer does not spell so: what the model calls a place, and what a cue introduces."""
    covered = {i: m for m in candidates for i in range(m.first, m.last + 1)}
    runs = [(*run, False) for run in _called_places(page)] + [(*run, True) for run in _introduced(page)]
    found = []
    for first, last, introduced in runs:
        inside = [covered[i] for i in range(first, last + 1) if i in covered]
        if inside and not (introduced and all(_part(m, first, last) for m in inside)):
            continue
        if inside and page.key(last) in cues.BUILT:  # 'near Grape Street', 'at Graham Middle School'
            continue
        mention = _mention(page, first, last, None, [])
        if mention.key not in gazetteer.demonyms and mention.key not in cues.COMMON:
            mention.hits = gazetteer.lookup_key(mention.key)
            found.append(mention)
            covered.update(dict.fromkeys(range(first, last + 1), mention))
    return found


def _echoes(page: Page, candidates: Iterable[Mention], strange: Sequence[Mention]) -> list[Mention]:
    """Where the text explains a name that a cue made known elsewhere: 'X, in the Y region'."""
    if not strange:
        return []
    by_word = {page.words[m.first]: m for m in strange}
    taken = {i for m in (*candidates, *strange) for i in range(m.first, m.last + 1)}
    found = []
    for first in page.capitals:
        known = by_word.get(page.words[first])
        last = first + known.last - known.first if known else first
        if known is None or not taken.isdisjoint(range(first, last + 1)):
            continue
        if _alike(page, known, first, last) and _explained(page, last):
            found.append(_mention(page, first, last, known.key, []))
            found[-1].echo = True
    return found


def _alike(page: Page, known: Mention, first: int, last: int) -> bool:
    """Whether the words are those of a known mention, and no more."""
    whole = not (page.capital(last + 1) and page.gap(last) == " ")
    whole = whole and not (page.capital(first - 1) and page.gap(first - 1) == " ")
    return whole and page.words[first : last + 1] == page.words[known.first : known.last + 1]


def _explained(page: Page, last: int) -> bool:
    """Whether the words behind a run say where it is."""
    return (
        evidence.in_division(page, last) or evidence.apposition(page, last) or evidence.measured(page, last)
    )


def _part(mention: Mention, first: int, last: int) -> bool:
    """Whether a mention is a part of the run, and not all of it."""
    return first <= mention.first and mention.last <= last and last - first > mention.last - mention.first


def _believed(page: Page, mentions: list[Mention]) -> list[Mention]:
    """Without unknown names around a known place ('near Aleppo Bakery'), unless they are called villages."""
    known = {i for m in mentions if m.hits for i in range(m.first, m.last + 1)}
    longer = {m.first for m in mentions if m.hits and m.last > m.first}
    return [
        m
        for m in mentions
        if m.hits
        or known.isdisjoint(range(m.first, m.last + 1))
        or evidence.rural(page, m.first, m.last)
        or (m.first not in longer and page.key(m.first) in cues.HEADS)
    ]


def _called_places(page: Page) -> Iterable[tuple[int, int]]:
    for span, (start, last) in page.words_in.items():
        if span[2] in ("GPE", "LOC"):
            named = (i for i in range(start, last + 1) if page.capital(i) and page.key(i) != "the")
            first = next(named, None)
            if first is not None and not _group(page, first, last):
                yield first, last


def _named_after(page: Page, last: int) -> bool:
    """Whether a word for a division or a part of a town follows a run: 'X Canton', 'the X quarter'."""
    key = page.key(last + 1)
    return key in cues.ADMIN_WORDS or (key in cues.QUARTERS and not page.capital(last + 1))


def _group(page: Page, first: int, last: int) -> bool:
    """Whether a name with digits is of those who fight: 'between M23 rebels and the army'."""
    return page.key(last + 1) in cues.FIGHTERS and any(c.isdigit() for c in page.words[first])


def _introduced(page: Page) -> Iterable[tuple[int, int]]:
    """Capitalised runs after "near", "the village of" and before "province"."""
    for first in page.capitals:
        if page.capital(first - 1) or page.gap(first - 1) != " " or page.words[first].isupper():
            continue
        weight, _ = evidence.before(page, first)
        last = _run_end(page, first)
        if last > first and page.key(last) in cues.ADMIN_WORDS:  # "Yamabal Canton"
            last -= 1
        called = evidence.rural(page, first, last)
        explained = _named_after(page, last) or called or _explained(page, last)
        if _group(page, first, last):
            continue
        named = not weight and page.key(first) not in cues.COMMON and evidence.hamlet(page, last)
        if weight >= evidence.STRONG_LOCATIVE or (weight > 0 and explained) or named:
            yield first, last


def _run_end(page: Page, first: int) -> int:
    """The last word of a capitalised run; 'de la' may stand inside it."""
    last, length = first, 1
    while length < LONGEST_UNKNOWN and _joined(page, last):
        following = last + 1
        while page.key(following) in cues.WITHIN_NAMES and page.gap(following) == " ":
            following += 1
        if not page.capital(following):
            break
        last, length = following, length + 1
    return last


def _joined(page: Page, index: int) -> bool:
    """Whether a name may go on behind this word; a full stop belongs to short words only ('St. Paul')."""
    gap = page.gap(index)
    return gap in JOINTS and (gap != ". " or len(page.words[index]) < LONGEST_UNKNOWN)


def _lies(page: Page, mention: Mention) -> tuple[str, str]:
    """The label of the model's span around a mention, and how the mention lies in it."""
    span = page.span_at.get(mention.first) or page.span_at.get(mention.last)
    if span is None:
        return "", ""
    start, end, label = span
    lead = page.text[start : mention.start].strip().lower()
    at_start = mention.start <= start or lead in _LEADING or lead.rstrip("-") in evidence.ARTICLES
    at_end = mention.end >= end or page.text[mention.end : end].strip() in _TRAILING
    if at_start and at_end:
        return label, "exact"
    return label, "prefix" if at_start else "suffix" if at_end else "inside"


def _weigh(page: Page, mention: Mention, fame: dict[str, float]) -> None:
    mention.label, mention.lies = label, lies = _lies(page, mention)
    weight_before, said_before = evidence.before(page, mention.first)
    weight_after, said_after, body = evidence.after(page, mention.first, mention.last)
    if weight_after == evidence.SPEAKS and _of_country(mention):
        weight_after = 0.0  # 'Armenia said': governments speak as persons do
    if not mention.hits and _named_after(page, mention.last):
        weight_after = evidence.DIVISION
    departments = evidence.departments(page, mention.last, mention.hits)
    if departments:
        mention.hits = departments
        weight_after, said_after, body = evidence.DIVISION, "division", False
    mention.said = said_after or said_before
    mention.context = weight_before + weight_after
    score = evidence.model_weight(page, label, lies) + mention.context
    if evidence.river(page, mention.first) and not weight_after and _of_division(mention):
        score += evidence.PART_OF_NAME
    if not mention.hits and lies == "exact" and weight_before >= evidence.OF_KIND:
        score = max(score, evidence.DOUBTED + mention.context)  # "the village of X", whatever the model says
    if mention.key not in fame and mention.hits:
        fame[mention.key] = evidence.fame(mention.hits)
    introduced = mention.context >= evidence.STRONG_LOCATIVE
    score += fame.get(mention.key, evidence.INTRODUCED_NAME if introduced else evidence.UNKNOWN_NAME)
    score += _of_words(page, mention)
    within = label in ("ORG", "FAC") and lies != "exact" and not _said_to_be_place(page, mention)
    if body or within or _named_body(page, mention):
        mention.role = "organisation"
    mention.score = score


def _named_body(page: Page, mention: Mention) -> bool:
    """Whether it is a part of a group's name: 'Tehreek-i-Taliban Pakistan', 'the Sinaloa cartel'."""
    ends = page.key(mention.first - 1) in cues.BODY_BEFORE and page.gap(mention.first - 1) == " "
    return ends or (page.key(mention.last + 1) in cues.GANGS and page.gap(mention.last) == " ")


def _of_words(page: Page, mention: Mention) -> float:
    """What the words of the name itself weigh."""
    if mention.last > mention.first:
        return 0.6 + evidence.prefixed(mention.text, mention.key)
    score = evidence.name_weight(mention.text, mention.key, mention.first)
    score += evidence.alone(page, mention.first, mention.last)
    if mention.key in cues.COMMON and mention.first and page.words[mention.first - 1] in ("à", "À"):
        score += evidence.UNCOMMON  # 'à Nice': a word that is common in English only
    if mention.key in cues.ADMIN_WORDS and page.capital(mention.first - 1):  # "Yamabal Canton"
        score += 2 * evidence.AGAINST
    return score


def _of_country(mention: Mention) -> bool:
    """Whether a name is first of all a country's, and no person's ('Jordan said')."""
    named = any(h.primary and h.entry.kind == "country" for h in mention.hits)
    return named and mention.key not in cues.PERSON_NAMES


def _of_division(mention: Mention) -> bool:
    """Whether a name is first of all a division's."""
    return bool(mention.hits) and mention.hits[0].entry.kind in ("admin1", "admin2")


def _said_to_be_place(page: Page, mention: Mention) -> bool:
    """Whether the words outdo a model that takes "GAO - The army" or "X, Arauca Department" for a body."""
    return (
        mention.said == "division"
        or evidence.dateline(page, mention.first, mention.last)
        or evidence.in_division(page, mention.last)
        or evidence.apposition(page, mention.last)
    )


def _second_round(page: Page, candidates: list[Mention]) -> None:
    """One sense per document: other uses of a name support a mention or speak against it."""
    best: dict[str, float] = {}
    for mention in candidates:
        if mention.role == "place" and not mention.echo:
            best[mention.key] = max(best.get(mention.key, -9.0), mention.score)
    persons = _persons(page)
    for mention in candidates:
        if mention.echo:
            mention.score = best.get(mention.key, 0.0)
            continue
        if best.get(mention.key, 0.0) > SUPPORTING and mention.hits:
            mention.score += SUPPORT
        if mention.key in persons and mention.context < LOCAL:
            mention.score += PERSON_ELSEWHERE
    _weigh_containers(page, candidates)


def _weigh_containers(page: Page, candidates: Sequence[Mention]) -> None:
    """What a name gains from the one that the text puts around it, and the other way round."""
    by_first = {m.first: m for m in candidates}
    for mention in candidates:
        if _first_half(page, mention, by_first):
            mention.score += evidence.PART_OF_NAME
        follower = container(page, mention, by_first)
        if follower is not None and contains(follower, mention):
            mention.score += CONTAINED
            follower.score += CONTAINED


def _first_half(page: Page, mention: Mention, by_first: Mapping[int, Mention]) -> bool:
    """Whether a name is the beginning of an unknown one, in scripts other than Latin: Вади-Дахаб."""
    following = mention.last + 1
    joined = mention.key[:1] > "\u0370" and page.gap(mention.last) == "-" and page.capital(following)
    return joined and (following not in by_first or by_first[following].score <= ACCEPT)


def _persons(page: Page) -> set[str]:
    """Folded given names and surnames of the persons that the text names in full."""
    names: set[str] = set()
    for span, (first, last) in page.words_in.items():
        if span[2] == "PERSON" and last > first:
            names.update((page.key(first), page.key(last)))
    return names if page.modelled else names | _persons_by_rule(page)


def _persons_by_rule(page: Page) -> set[str]:
    """Where no model ran: what follows a given name or a title, and a pair whose second half then speaks."""
    names: set[str] = set()
    speakers = {page.key(i) for i in page.capitals if page.key(i + 1) in cues.PERSON_VERBS}
    for index in page.capitals:
        if page.capital(index + 1) and page.gap(index) == " ":
            key, following = page.key(index), page.key(index + 1)
            if key in cues.PERSON_NAMES or key in cues.PERSON_TITLES or following in speakers:
                names.update((key, following))
    return names


def container(page: Page, mention: Mention, by_first: Mapping[int, Mention]) -> Mention | None:
    """The name that stands where 'X, Y', 'X (Y)', 'X in northern Y' or 'X im Y' puts what X lies in."""
    return around(page, mention.last, by_first)


def around(page: Page, last: int, by_first: Mapping[int, Mention]) -> Mention | None:
    """As container, for a name that ends with the word at ``last``, whether it is a mention or not."""
    index = last + 1
    if index in by_first:
        beside = page.gap(last).strip(" ") in (",", "(", "")
        return _inner(page, by_first[index], by_first) if beside else None
    for step in range(LINKING):
        if page.gap(index + step - 1) not in (" ", ", ") or not _links(page, index + step):
            return None
        if index + step + 1 in by_first and page.gap(index + step) == " ":
            return _inner(page, by_first[index + step + 1], by_first)
    return None


def _inner(page: Page, outer: Mention, by_first: Mapping[int, Mention]) -> Mention:
    """Of "Colombia's Cauca department" the department."""
    if page.gap(outer.last) in ("'s ", "’s "):
        return by_first.get(outer.last + 1, outer)
    return outer


def _links(page: Page, index: int) -> bool:
    """Whether a word may stand between X and the Y around it: 'of', 'Syrian' in 'the Syrian city of'."""
    if page.key(index) in cues.LINKS:
        return True
    return page.capital(index) and page.key(index - 1) == "the" and page.key(index + 1) in cues.LINKS


def possessor(page: Page, mention: Mention, by_last: Mapping[int, Mention]) -> Mention | None:
    """The name Y of "Y's X"."""
    earlier = by_last.get(mention.first - 1)
    return earlier if earlier is not None and page.gap(mention.first - 1).strip(" ") in ("'s", "’s") else None


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
        if taken.isdisjoint(indices):
            taken.update(indices)
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def demonyms(page: Page, kept: list[Mention], gazetteer: Gazetteer) -> list[Mention]:
    """Peoples and adjectives of places: they vote for a country and are never where something happened."""
    taken = {i for m in kept for i in range(m.first, m.last + 1)}
    table = gazetteer.demonyms
    found = []
    for index in page.capitals:
        if index in taken or page.span_at.get(index, (0, 0, ""))[2] == "PERSON":
            continue
        key = page.key(index)
        longer = f"{key} {page.key(index + 1)}"
        last = index + 1 if longer in table and index + 1 not in taken else index
        row = table.get(longer if last > index else key)
        if row is not None and len(key) > 2:
            mention = _mention(page, index, last, key, [])
            mention.role, mention.score, mention.demonym = "demonym", SUPPORTING, gazetteer.entry(row)
            found.append(mention)
            taken.update((index, last))
    return found
