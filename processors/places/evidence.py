"""How much speaks for a run of words being used as a place's name: log-odds, weights set by hand.

What counts: the statistical model's label and how the run lies in the model's span, how famous the name is,
what kind of word it is, and the words before and after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from processors.places import cues
from processors.places.keys import fold
from processors.places.page import Page, elided
from processors.places.records import Hit

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
DOUBTED = -1.0  # the least for a name that the text calls a village, near something
OTHER_LABEL = -2.0  # inside a DATE, WORK_OF_ART, PRODUCT, ...
NO_LABEL = -1.4
WITHOUT_MODEL = -1.0  # the model did not run
UNKNOWN_NAME = -4.0  # the gazetteer has nothing of this name
INTRODUCED_NAME = -0.9  # the same, but the text says that it is a place
NEWSWORTHY = 1.4  # the project's supplement lists the place
ROMANIZED = -0.8  # it has, in another romanization

LOCATIVE = 1.6
AT = 0.1  # before a building or a firm more often than before a town
STRONG_LOCATIVE = 2.4  # hardly anything but a place follows "near" or "outskirts of"
STRUCK = 1.2  # "the attack on X", "the shelling of X": a place more often than a person
OF_KIND = 2.4  # "the village of X"
DIVISION = 2.5  # "X County"
DATELINE = 2.5
APPOSITION = 2.5  # "X, a village in ...", "X, Y Province"
BODY = 1.5  # "X police"
PART_OF_NAME = -4.0  # 'Wadi' and 'Dahab' in 'Wadi al-Dahab'
AGAINST = -2.5  # a title before, a street or team after

SPEAKS = -0.8  # before 'said'
ARTICLES = frozenset(("al", "el", "ad", "ar", "as", "at", "an", "az", "ash", "es", "ez"))
_APART = ARTICLES - {"ad", "an", "ar", "as", "at"}  # written apart, those are words: 'at Gao', 'as Kyiv'
ENDING = 1.0  # a case ending behind an apostrophe, which Turkish puts behind names only
UNCOMMON = 4.0  # what a common word needs to be a name
WRITTEN_TO = 1.0  # 'to', 'from' written together with the name
WRITTEN_IN = 1.4  # 'in'
UNMARKED = 0.6  # a known name in a script without capitals; everyday words were sorted out before
UNMARKED_LETTERS = 4
_TURKISH_CASE = re.compile(r"\w['’](?:y?[aeıiuü]|n?[ıiuü]n|[dt][ae]n|y?l[ae])$")
_TURKISH_IN = re.compile(r"\w['’][dt][ae](?:ki)?$")
_DIVISIONS = cues.words("division_words")
_CITIES = cues.words("city_words")


def model_weight(page: Page, label: str, lies: str) -> float:
    """What the model's label says; where it ran and gave none, that speaks against."""
    if label:
        return MODEL_WEIGHT.get((label, lies), OTHER_LABEL)
    return NO_LABEL if page.modelled else WITHOUT_MODEL


def fame(hits: Sequence[Hit]) -> float:
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
        else:
            digits = len(str(entry.population)) - 3 if entry.population else 0
            value = -0.9 + 0.45 * digits + entry.alternates / 60
            value = max(value, NEWSWORTHY) if entry.priority else value
        best = max(best, value - (0.0 if hit.primary else 0.5) + (ROMANIZED if hit.loose else 0.0))
    return best


def name_weight(text: str, key: str, first: int) -> float:
    """A single word by itself: common words and names of persons are rarely places."""
    weight = -4.0 if len(key) == 1 else 0.0
    if key in cues.COMMON and not _TURKISH_IN.search(text):  # Van'da: no van
        weight -= UNCOMMON
    if key in cues.PERSON_NAMES:
        weight -= 1.2
    if len(key) <= 2 and not text.isupper():
        weight -= 2.0
    if len(key) <= 3 and key[:1] < "\u0400":  # elsewhere three letters are a whole name: حلب, Ош
        weight -= 0.6
    if key in cues.LOCATIVE:
        weight -= 4.0  # 'Medina' and 'city' are one word in Arabic
    if first and "\u0400" <= key[:1] <= "\u04ff" and text[0].isupper():
        weight += 0.4  # a capital inside a sentence: the script's names need no other sign
    return weight + _by_spelling(text, key)


def _by_spelling(text: str, key: str) -> float:
    """What prefixes, case endings and the script itself say."""
    marked = "'" in text or "’" in text
    if marked and _TURKISH_IN.search(text):
        return LOCATIVE  # 'in' is an ending there: Kerkük'te
    if marked and _TURKISH_CASE.search(text):
        return ENDING
    weight = UNMARKED if key[:1] > "\u0590" and len(key) >= UNMARKED_LETTERS else 0.0
    if text[1:2] in ("'", "’") and text[0] in "dl" and len(key) < len(fold(text)):
        weight += ENDING  # 'd'Alep', 'l'Ukraine'
    return weight + prefixed(text, key)


def prefixed(text: str, key: str) -> float:
    """What it says that 'in' or 'to' is written together with the name."""
    if text[:1] not in cues.PREFIXES or len(key) >= len(fold(text)):
        return 0.0
    return WRITTEN_IN if text[0] in "בب" else WRITTEN_TO


def alone(page: Page, first: int, last: int) -> float:
    """What it says that a capital stands alone inside a Cyrillic sentence: names of persons come in pairs."""
    if not "\u0400" <= page.key(first)[:1] <= "\u04ff" or page.capital(first - 1) or page.capital(last + 1):
        return 0.0
    inside = first > 0 and page.gap(first - 1) == " "
    return 0.6 if inside and page.words[first][0].isupper() else 0.0


def said_by(kind: str) -> str:
    """What a word for a kind of place says of the level: division, city or nothing."""
    if kind in cues.ADMIN_WORDS or kind in _DIVISIONS:
        return "division"
    return "city" if kind in _CITIES else ""


def before(page: Page, first: int) -> tuple[float, str]:
    """Weight of what stands before word ``first``, and the level that it says."""
    if first == 0:
        return 0.0, ""
    gap = page.gap(first - 1).strip()
    word = page.words[first - 1]
    if gap == "" and elided(page.words[first]) and page.key(first - 1) in cues.OF_KINDS:
        return OF_KIND, said_by(page.key(first - 1))  # 'au port d'Anvers'
    if (gap == "" and word in _APART) or (gap == "-" and word.lower() in ARTICLES):
        inside = gap == "-" and page.capital(first - 2) and page.gap(first - 2) == " "
        weight, said = before(page, first - 1)
        return (PART_OF_NAME if inside and not weight else weight), said
    if gap == ".":
        return (AGAINST if page.key(first - 1) in cues.PERSON_TITLES else 0.0), ""
    if gap in ("'", "’") and page.key(first - 1) in ("d", "l"):
        return _word_before(page, first, word)  # 'près d'Ansongo'
    if gap == "-" and _second_half(page, first):
        return PART_OF_NAME, ""
    if gap not in ("", "(", "“", '"'):
        return (0.4 if gap == "," else 0.0), ""
    return _word_before(page, first, word)


def _second_half(page: Page, first: int) -> bool:
    """Whether a word is the end of a division's name: 'Sava' in 'the Mayo-Sava department'."""
    behind = page.key(first + 1) in cues.DIVIDING and not page.capital(first + 1)
    return behind and page.capital(first - 1) and page.gap(first - 1) == "-"


def _weak_sign(key: str, earlier: str) -> float:
    """What 'in the' and 'the attack on' weigh; 0 where neither stands before."""
    if key == "the" and earlier in cues.LOCATIVE:
        return 0.3
    struck = (key == "on" and earlier in cues.STRUCK_ON) or (key in cues.OF and earlier in cues.STRUCK_OF)
    return STRUCK if struck or key in cues.STRUCK else 0.0


def _word_before(page: Page, first: int, word: str) -> tuple[float, str]:
    key, earlier = page.key(first - 1), page.key(first - 2)
    if key == "at" and earlier not in cues.HAPPENED:
        return AT, ""
    if key in cues.OF and earlier in cues.OF_KINDS:
        return OF_KIND, said_by(earlier)
    if key in ("of", "the") and earlier in cues.STRONG:
        return STRONG_LOCATIVE, ""
    if key in cues.STRONG:
        return STRONG_LOCATIVE, ""
    weak = _weak_sign(key, earlier)
    if weak:
        return weak, ""
    if key in ("in", "at", "near") and earlier in cues.HAPPENED:
        return STRONG_LOCATIVE, ""
    if key in cues.LOCATIVE or word == "à":
        return LOCATIVE, said_by(key)  # "ريف إدلب": the countryside of Idlib
    capital = page.capital(first - 1)
    if capital and key in cues.PERSON_TITLES:
        return AGAINST, ""
    if capital and key in cues.PERSON_NAMES and first not in page.span_at:
        return -1.5, ""
    return 0.0, ""


def after(page: Page, first: int, last: int) -> tuple[float, str, bool]:
    """Weight of what stands after a run, the level that it says, and whether it makes it a body's name."""
    if last + 1 >= len(page.words):
        return 0.0, "", False
    gap = page.gap(last).strip(" ")
    if gap == "":
        return _word_after(page, last)
    if dateline(page, first, last):
        return DATELINE, "", False
    if apposition(page, last):
        return APPOSITION, said_by(page.key(last + 2)), False
    if in_division(page, last):
        return APPOSITION, "", False
    return (0.3 if gap in (",", "'s", "’s") else 0.0), "", False


def _word_after(page: Page, last: int) -> tuple[float, str, bool]:
    key, capital = page.key(last + 1), page.capital(last + 1)
    said = said_by(key)
    if key in cues.ADMIN_WORDS or _local_government(page, last + 1):
        return DIVISION, "division", False
    if key in cues.KIND_AFTER:
        return 1.2, said, False
    if capital and (key in cues.STREET_AFTER or key in cues.TEAM_WORDS):
        return AGAINST, "", False
    if key in cues.BODY_AFTER:
        return BODY, said, capital
    if key in ARTICLES and page.gap(last + 1) == "-" and page.capital(last + 2):
        return PART_OF_NAME, "", False
    if key in cues.PERSON_VERBS:
        return SPEAKS, said, False
    if page.words[last + 1][0].isupper() and last not in page.span_at:
        return -0.7, said, False
    return 0.0, said, False


def apposition(page: Page, last: int) -> bool:
    """Whether a run is explained as a place: "X, a village in the north"."""
    if page.gap(last).strip(" ") not in (",", "(", "—", "–"):
        return False
    if page.key(last + 1) in ("in", "on", "along") and page.key(last + 2) == "the":
        return page.key(last + 3) in cues.LIE or page.key(last + 4) in cues.LIE  # 'X, in the hills above Y'
    if page.key(last + 1) not in ("a", "an", "the"):
        return False
    return any(page.key(last + 2 + step) in cues.EXPLAINING for step in range(3))


def rural(page: Page, first: int, last: int) -> bool:
    """Whether a run is called a village: 'the hamlet of X', 'X village', 'X, a village in'."""
    before = page.key(first - 2 if page.key(first - 1) in cues.OF else first - 1)
    if page.key(first) in cues.NAMED_KINDS and last > first:
        return True
    if before in cues.RURAL or (page.key(last + 1) in cues.RURAL and page.gap(last) == " "):
        return True
    return apposition(page, last) and any(page.key(last + 2 + step) in cues.RURAL for step in range(3))


def river(page: Page, first: int) -> bool:
    """Whether the words before are those of a river: 'west of the Ayeyarwady', 'across the Benue'."""
    if page.key(first - 1) != "the":
        return False
    key, earlier = page.key(first - 2), page.key(first - 3)
    return key in cues.ALONG or (key == "of" and (earlier in cues.DIRECTIONS or earlier in cues.ALONG))


def hamlet(page: Page, last: int) -> bool:
    """Whether a run is called a village right behind: 'Kan Gyi village', not 'Kan Gyi Village'."""
    return page.key(last + 1) in cues.HAMLETS and page.gap(last) == " " and not page.capital(last + 1)


def measured(page: Page, last: int) -> bool:
    """Whether a run is placed by a distance: 'X, some 60 km north of Y'."""
    if page.gap(last).strip(" ") not in (",", "("):
        return False
    return any(
        page.words[index][0].isdigit() and page.key(index + 1) in cues.LENGTHS
        for index in range(last + 1, min(last + 4, len(page.words)))
    )


def in_division(page: Page, last: int) -> bool:
    """Whether a run is put into a division: "X, Junin Department", "X, in Peru's Junin department"."""
    if page.gap(last).strip(" ") != ",":
        return False
    first = last + 1
    while page.key(first) in ("in", "the") and page.gap(first) == " ":
        first += 1
    for index in range(first, first + 5):
        said = page.key(index) in cues.DIVIDING or _local_government(page, index)
        if index > first and said:
            return page.key(index + 1) != "of"
        if not page.capital(index) or page.gap(index) not in (" ", "'s ", "’s "):
            return False
    return False


def _local_government(page: Page, index: int) -> bool:
    """Whether 'local government area' begins here, which is what Nigeria calls its districts."""
    return page.key(index) == "local" and page.key(index + 1) == "government"


def departments(page: Page, last: int, hits: Sequence[Hit]) -> list[Hit]:
    """The divisions that "X Department" may be, where countries are divided so; else it is an office of X."""
    office = not page.capital(last + 1) or page.key(last + 2) in ("of", "for")
    if page.key(last + 1) != "department" or office:
        return []
    return [h for h in hits if h.entry.kind == "admin1" and h.entry.country.lower() in cues.DEPARTMENTS]


def dateline(page: Page, first: int, last: int) -> bool:
    """Whether a run opens a report: "GAO - The army said"."""
    gap = page.gap(last).strip(" ")
    if gap in cues.DATELINE_DASHES:
        return _opens_line(page, first)
    heads = gap.startswith("\n") or gap == "."  # a line of its own: 'GAZIPUR', or 'GAZIPUR. Inmates of ...'
    start = page.starts[first]
    alone = start == 0 or page.text[start - 1] == "\n"
    return heads and alone and page.text[start : page.ends[last]].isupper()


def _opens_line(page: Page, first: int) -> bool:
    """Whether a run opens a line or sentence, as a dateline does (after another place at most)."""
    start = page.starts[first]
    line = page.text[max(0, start - 60) : start].rsplit("\n", 1)[-1].rsplit(". ", 1)[-1].strip(" \t")
    return line == "" or line.isupper() or (line.endswith(",") and len(line) < 40)


def written_at(page: Page, first: int, last: int) -> bool:
    """As dateline, with a day or an agency behind the place: "BOGOTA, Sept 16 - ", "MINNA (Agency) - "."""
    if dateline(page, first, last):
        return True
    capitals = page.text[page.starts[first] : page.ends[last]].isupper()
    return capitals and page.gap(last).strip(" ") == "," and _opens_line(page, first)
