"""Endings and irregular forms that the stemmers do not know, by language.

Written for this project from the grammars of the languages; only what conflict news uses.
"""

from __future__ import annotations


def _endings(**classes: str) -> tuple[tuple[str, str], ...]:
    """(ending, class) pairs, the longest endings first."""
    pairs = [(ending, name) for name, text in classes.items() for ending in text.split()]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


# Derivational endings with their own inflections. Words of different classes are different words.
DERIVATION: dict[str, tuple[tuple[str, str], ...]] = {
    "en": _endings(
        tion="tion tions sion sions",
        ment="ment ments",
        agent="er ers or ors",
        ist="ist ists",
        ism="ism isms",
        ity="ity ities",
        ness="ness",
        al="al als",
        ly="ly ally",
        ive="ive ives",
        ous="ous",
        ful="ful",
        ance="ance ances ence ences",
        able="able ible",
        ship="ship ships",
        age="age ages",
    ),
    "fr": _endings(
        tion="tion tions sion sions",
        ment="ment ments",
        agent="eur eurs euse euses",
        iste="iste istes",
        isme="isme ismes",
        ite="ité ités ite ites",
        able="able ables ible ibles",
        ance="ance ances ence ences",
    ),
    "es": _endings(
        cion="ción ciones sión siones cion sion",
        miento="miento mientos",
        agent="dor dora dores doras",
        ista="ista istas",
        ismo="ismo ismos",
        dad="dad dades",
        mente="mente",
        ble="able ables ible ibles",
        ancia="ancia ancias encia encias",
    ),
    "pt": _endings(
        cao="ção ções são sões cao coes",
        mento="mento mentos",
        agent="dor dora dores doras",
        ista="ista istas",
        ismo="ismo ismos",
        dade="dade dades",
        mente="mente",
        vel="vel veis",
    ),
    "it": _endings(
        zione="zione zioni sione sioni",
        mento="mento menti",
        agent="tore tori trice trici",
        ista="ista isti iste",
        ismo="ismo ismi",
        ita="ità",
        mente="mente",
        bile="bile bili",
    ),
    "de": _endings(
        ung="ung ungen",
        keit="keit keiten heit heiten",
        lich="lich liche lichen licher liches lichem",
        isch="isch ische ischen ischer isches ischem",
        ion="ion ionen",
        ismus="ismus",
        ist="ist isten",
    ),
    "ru": _endings(
        nost="ость ости остью остей остям остями остях",
        nik="ник ника нику ником нике ники ников никам никами никах",
        stvo="ство ства ству ством стве",
        nie="ние ния нию нием нии ний ниям ниями ниях",
    ),
}

# Irregular forms to the form whose key they share.
IRREGULAR: dict[str, dict[str, str]] = {
    "en": {
        "struck": "strike",
        "stricken": "strike",
        "shot": "shoot",
        "fought": "fight",
        "fled": "flee",
        "seen": "see",
        "saw": "see",
        "took": "take",
        "taken": "take",
        "stole": "steal",
        "stolen": "steal",
        "held": "hold",
        "fell": "fall",
        "fallen": "fall",
        "blew": "blow",
        "blown": "blow",
        "overran": "overrun",
        "overthrew": "overthrow",
        "overthrown": "overthrow",
        "withdrew": "withdraw",
        "withdrawn": "withdraw",
        "met": "meet",
        "said": "say",
        "hid": "hide",
        "hidden": "hide",
        "broke": "break",
        "broken": "break",
        "burnt": "burn",
        "sank": "sink",
        "sunk": "sink",
        "shook": "shake",
        "shaken": "shake",
        "sought": "seek",
        "led": "lead",
        "went": "go",
        "men": "man",
        "women": "woman",
        "children": "child",
        "gunmen": "gunman",
        "policemen": "policeman",
        "militiamen": "militiaman",
        "tribesmen": "tribesman",
        "fishermen": "fisherman",
        "firemen": "fireman",
        "servicemen": "serviceman",
        "knives": "knife",
        "lives": "life",
        "wives": "wife",
        "thieves": "thief",
        "crises": "crisis",
        "dying": "die",
        "lying": "lie",
    },
    "de": {
        "schoss": "schießen",
        "schossen": "schießen",
        "geschossen": "schießen",
        "starb": "sterben",
        "starben": "sterben",
        "gestorben": "sterben",
        "griff": "greifen",
        "griffen": "greifen",
        "angegriffen": "angreifen",
        "getötet": "töten",
        "getötete": "töten",
        "getöteten": "töten",
        "verhaftet": "verhaften",
        "bombardiert": "bombardieren",
        "geflohen": "fliehen",
        "floh": "fliehen",
        "razzien": "razzia",
    },
    "fr": {
        "mort": "mourir",
        "morts": "mourir",
        "meurt": "mourir",
        "tiré": "tirer",
        "abattu": "abattre",
        "abattue": "abattre",
        "abattus": "abattre",
        "détruit": "détruire",
        "détruite": "détruire",
        "détruits": "détruire",
        "journaux": "journal",
        "signaux": "signal",
        "hôpitaux": "hôpital",
        "généraux": "général",
    },
    "es": {
        "muerto": "morir",
        "muerta": "morir",
        "muertos": "morir",
        "muertas": "morir",
        "murió": "morir",
        "murieron": "morir",
        "huyó": "huir",
        "huyeron": "huir",
        "destruido": "destruir",
    },
    "ru": {
        "удары": "удар",
        "боев": "бой",
        "боёв": "бой",
        "бою": "бой",
        "боем": "бой",
        "бои": "бой",
        "боя": "бой",
        "боях": "бой",
        "убит": "убить",
        "убита": "убить",
        "убиты": "убить",
        "убито": "убить",
        "погиб": "погибнуть",
        "погибла": "погибнуть",
        "погибли": "погибнуть",
        "взрывов": "взрыв",
        "дети": "ребенок",
        "детей": "ребенок",
        "люди": "человек",
        "людей": "человек",
    },
}

# Words that only look inflected.
KEPT: dict[str, frozenset[str]] = {
    "en": frozenset(
        {
            "evening", "morning", "wedding", "nothing", "something", "anything", "everything", "during",
            "sterling", "pudding", "ceiling", "news", "arms", "goods", "united", "bias", "lens", "gas",
            "sacred", "hundred", "indeed", "series", "species", "premises", "customs", "barracks",
        }
    ),
}  # fmt: skip


def _longest_first(*lines: str) -> tuple[str, ...]:
    return tuple(sorted(" ".join(lines).split(), key=lambda ending: -len(ending)))


# Case and number endings of languages without a Snowball algorithm.
SUFFIXES: dict[str, tuple[str, ...]] = {
    "uk": _longest_first(
        "ями ами ові еві ого ому ими їми ій их їх ою ею єю ах ях ів їв ам ям ом ем єм",
        "ють уть ать ять ить їть и і ї а я у ю е є о ь й",
    ),
    "be": _longest_first(
        "ямі амі аві еві ага аму ымі імі ай ой ых іх аю ею ах ях аў яў оў ам ям ом ем",
        "ы і а я у ю е о э ь",
    ),
    "bg": _longest_first("ите ата ята ото ето ове еве ия ът ят та то те а я и е о ъ"),
}
SUFFIXES["mk"] = SUFFIXES["bg"]
