"""Keys for languages in Arabic and Hebrew script, whose particles are written onto the word.

A word of a text yields every reading ("وبالمداهمات": and-with-the-raids → "مداهم"); a keyword only sure
ones, so that "كتاب" (book) is not found in words that merely contain its letters. Affixes after the light
stemmer of Larkey, Ballesteros and Connell (2002, "light10"), the others from the grammars; broken plurals by
table.
"""

from __future__ import annotations

import re

SEMITIC = frozenset({"ar", "fa", "ur", "ps", "ku", "sd", "ug", "he"})

_ARABIC_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")
_HEBREW_MARKS = re.compile("[\u0591-\u05bd\u05bf\u05c1-\u05c7]")
_ARABIC_FOLD = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه",
        "ی": "ي", "ک": "ك", "ہ": "ه", "ۀ": "ه", "ے": "ي", "گ": "گ",
    }
)  # fmt: skip
_HEBREW_FINALS = str.maketrans({"ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ"})

_ARTICLES = ("وبال", "وكال", "فبال", "ولل", "وال", "بال", "كال", "فال", "لل", "ال")
_PARTICLES = ("وب", "ول", "وك", "فب", "فل", "و", "ف", "ب", "ل", "ك", "س")
_SUFFIXES_AR = (
    "اتها", "اتهم", "اته", "ات", "يات", "ون", "ين", "ان", "وا", "تان", "تين", "ها", "هم", "هن", "نا", "كم",
    "يه", "ته", "تها", "ت", "ه", "ي", "ا",
)  # fmt: skip
_SURE_AR = ("ات", "ه")  # plural and feminine: stripped from keywords as well
_SUFFIXES_FA = ("هایی", "های", "ها", "هایش", "ان", "ات", "ی", "ای", "اش", "ش", "م")
_SUFFIXES_FOLDED = tuple(suffix.translate(_ARABIC_FOLD) for suffix in _SUFFIXES_FA)
_BROKEN = {
    "هجمات": "هجوم", "قتلي": "قتيل", "جرحي": "جريح", "صواريخ": "صاروخ", "قنابل": "قنبله", "قذايف": "قذيفه",
    "اسري": "اسير", "شهداء": "شهيد", "جنود": "جندي", "الغام": "لغم", "معارك": "معركه", "مدافع": "مدفع",
    "حرايق": "حريق", "عناصر": "عنصر", "مواقع": "موقع", "عمليات": "عمليه", "رهاين": "رهينه", "عبوات": "عبوه",
    "طايرات": "طايره", "ضربات": "ضربه", "مظاهرات": "مظاهره", "قري": "قريه", "مدن": "مدينه", "اطفال": "طفل",
}  # fmt: skip
_PREFIXES_HE = (
    "וכשה", "וכש", "ושה", "ומה", "ובה", "שב", "של", "וה", "וב", "ול", "ומ", "וש", "וכ", "כש", "שה", "מה",
    "ה", "ו", "ב", "ל", "מ", "ש", "כ",
)  # fmt: skip
_SUFFIXES_HE = ("יות", "ות", "ימ", "יי", "ת", "ה", "י")
_SURE_HE = ("ות", "ימ", "ה")
LEAST = 3  # letters that must remain


def semitic_keys(word: str, language: str, *, token: bool) -> tuple[str, ...]:
    """Keys of a case-folded ``word``; ``token``: it stands in a text, so every reading counts."""
    if language == "he":
        return _hebrew(word, token=token)
    plain = fold_arabic(word)
    if language != "ar":
        return _persian(plain, token=token)
    readings = _arabic_bases(plain, token=token)
    keys: dict[str, None] = {}
    for base in readings:
        single = _BROKEN.get(base, base)
        for reading in dict.fromkeys((base, single)):
            keys[reading] = None
            for stem in _without(reading, _SUFFIXES_AR if token else _SURE_AR):
                keys[stem] = None
    return tuple(keys)


def fold_arabic(word: str) -> str:
    """Without vowel signs and stretching; letter variants made one."""
    return _ARABIC_MARKS.sub("", word).replace("\u200c", "").translate(_ARABIC_FOLD)


def _arabic_bases(word: str, *, token: bool) -> list[str]:
    bases = [word]
    for article in _ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= LEAST:
            bases.append(word[len(article) :])
            break
    else:
        if token:
            bases += [
                word[len(particle) :]
                for particle in _PARTICLES
                if word.startswith(particle) and len(word) - len(particle) >= LEAST
            ]
    return bases


def _persian(word: str, *, token: bool) -> tuple[str, ...]:
    endings = _SUFFIXES_FOLDED if token else ("هاي", "ها")
    return tuple(dict.fromkeys([word, *_without(word, endings)]))


def _hebrew(word: str, *, token: bool) -> tuple[str, ...]:
    plain = _HEBREW_MARKS.sub("", word).translate(_HEBREW_FINALS)
    bases = [plain]
    if token:
        bases += [
            plain[len(prefix) :]
            for prefix in _PREFIXES_HE
            if plain.startswith(prefix) and len(plain) - len(prefix) >= LEAST
        ]
    keys = dict.fromkeys(bases)
    for base in bases:
        for stem in _without(base, _SUFFIXES_HE if token else _SURE_HE):
            keys[stem] = None
    return tuple(keys)


def _without(word: str, endings: tuple[str, ...]) -> list[str]:
    return [
        word[: -len(ending)]
        for ending in endings
        if word.endswith(ending) and len(word) - len(ending) >= LEAST
    ]
