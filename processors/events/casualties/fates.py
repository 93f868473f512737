"""What happened to people, in words: killed, injured, missing, detained, kidnapped, displaced."""

from __future__ import annotations

import re

from processors.text.sieve import ENGLISH


def _phrases(words: str) -> frozenset[str]:
    return frozenset(words.split(", "))


_KINDS = {
    "killed": (
        r"killings?\s+of|deaths?\s+of|assassinations?\s+of|(?:murder|killing|assassination)\s+in\s+[\w-]+\s+of|"
        r"killed|killing|kills?|dead|die[ds]?|dying|passed\s+away|"
        r"dea?ths?|fatalit(?:y|ies)|slain|murdered|murdering|"
        r"murders?\s+of|murder|shot\s+dead|shot\s+to\s+death|gunned\s+down|"
        r"executed|executing|beheaded|beheading|los(?:t|e|es|ing)\s+(?:their|his|her)\s+(?:lives|life)|"
        r"(?:claim|end)(?:ed|s|ing)?\s+(?:the\s+)?li(?:fe|ves)\s+of|"
        r"(?:cost(?:s|ing)?|t(?:ook|akes|aking))\s+the\s+li(?:fe|ves)\s+of|"
        r"costs?(?=\s(?:[\w,.-]+\s){1,5}?lives\b)|"
        r"(?:claim(?:ed|s|ing)?|took)(?=\s(?:[\w,.-]+\s){1,5}?(?:lives|life|victims)\b)|"
        r"succumb(?:s|ed|ing)?\s+to\s+(?:(?:his|her|their|the|its)\s+)?(?:\w+\s+)?"
        r"(?:wounds?|injur(?:y|ies)|burns)|"
        r"(?:burn(?:ed|t)|charred)\s+(?:beyond\s+recognition|to\s+ashes)|"
        r"crushed(?=\s(?:when|by|under|beneath)\b)|"
        r"lined\s+up\s+(?:against\s+a\s+wall\s+)?and\s+shot|butcher(?:ed|s|ing)|blown\s+(?:up|apart|to\s+(?:pieces|bits))|"
        r"massacred|(?<!the )(?<!\ba )massacr(?:es?|ing)(?!\s+of)|slaughter(?:ed|ing|s)|"
        r"(?<!the )(?<!\ba )slaughter(?!\s+of)|slays?|slew|felled|eliminat(?:ed|es|ing)|"
        r"neutrali[sz](?:ed|es|ing)|wip(?:ed|es|ing)\s+out|drown(?:ed|s|ing)?|perish(?:es|ing)?|electrocuted|"
        r"suffocated|asphyxiated|embraced\s+martyrdom|put\s+to\s+death|sent\s+to\s+the\s+gallows|"
        r"(?:shoot(?:s|ing)?|stab(?:s|bing)?|beat(?:s|ing)?|hack(?:s|ing)?|burn(?:s|ing)?|club(?:s|bing)?|"
        r"ston(?:es|ing)|crush(?:es|ing)|trampl(?:es|ing)|starv(?:ed|ing)|fr[eo]zen?)\s+(?:dead|to\s+death)|"
        r"gun(?:s|ning)?\s+down|mow(?:s|n|ed|ing)?\s+down|"
        r"fatally\s+(?:shot|shoots|struck|hit|stabbed|injur(?:ed|ing)|wound(?:ed|ing)|crushed|beaten)|"
        r"fall(?:en)?|fell|f[ae]ll(?:en)?\s+in\s+(?:battle|combat|action|the\s+line\s+of\s+duty)|"
        r"los(?:t|es?|ing)(?=\s(?:[\w-]+\s){1,3}?(?:(?:of\s)?(?:its|their|his)\s(?:own\s)?)?(?:men|fighters|soldiers|troops|"
        r"people|members|policemen|comrades|officers|civilians)\b)|"
        r"behead|execute(?=\s\w)|lynch(?=\s\w)|assassinated|assassinating|assassinates?|assassination|executes?|beheads|"
        r"martyred|hanged|hangs|lynche[ds]|perished|massacre\s+of|slaughter\s+of|slayings?\s+of|slaying|burn(?:ed|t)\s+alive|"
        r"(?:burned|burnt|stabbed|beaten|hacked|clubbed|crushed|trampled|tortured|stoned)\s+to\s+death|"
        r"(?:knif(?:es|ed)|strangl(?:es|ed)|stab(?:s|bed)?|beat(?:s|en)?|hack(?:s|ed)?|club(?:s|bed)?|shoots?|shot|burn(?:s|ed|t)?|ston(?:es?|ed)|"
        r"guns?|gunned|mow(?:s|ed)?)"  # 'shot a man dead'
        r"(?=\s(?:[\w'’-]+\s){1,7}?(?:to\s+death|dead|down|alive)\b)"
    ),
    "injured": r"wounded|wounding|wounds|injured|injuring|injures|hurt|hurting|injur(?:y|ies)|maimed|"
    r"treated\s+for|hospitali[sz]ed",
    "missing": r"missing|unaccounted\s+for",
    "detained": r"arrested|arresting|arrests?|detained|detaining|detains?|rounded\s+up|captured|capturing",
    "kidnapped": r"kidnapped|kidnapping|kidnaps?|abducted|abducting|abducts?|taken\s+hostage|took\s+hostage|"
    r"kidnaped",
    "displaced": r"displaced|displacing|fled|fleeing|evacuated|evacuating|left\s+homeless|homeless",
}


VERB = ENGLISH.add(  # reads lower case, which is faster
    r"(?<![\w-])(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in _KINDS.items()) + r")(?![\w-])"
)


FOLLOWERS = re.compile(
    r"^\s*(?:in|on|at|by|when|after|as|during|near|and\s+(?:wounded|injured)|,|\.|\)|overnight|"
    r"yesterday|today|while|following|since|outside|inside|before|from|amid|for|of|over|"
    r"(?:\w+\s+)?(?:hours|days|weeks|months|years)\s+(?:after|later)|$)",
    re.IGNORECASE,
)


TELLING = ENGLISH.add(  # what a sentence with tolls has in any case
    r"kill|dead|die|dying|death|fatalit|slain|murder|shot|gunned|execut|behead|massacr|slaughter|"
    r"passed away|assassin|martyr|hanged|hangs|beat|mow|stoned|hacked|alive|lynch|drown|slew|felled|eliminat|"
    r"neutrali|"
    r"wiped out|wipes out|wiping out|electrocut|suffocat|asphyxiat|gallows|fatally|lost |gun down|guns down|"
    r"gunning down|butcher|blown |succumb|fallen|fell|losing |loses |lose |"
    r"in battle|in combat|in action|of duty|life|slay|perish|burned|stabbed|"
    r"wound|hurt|injur|maim|missing|unaccounted|arrest|detain|rounded|captur|kidnap|abduct|hostage|displac|"
    r"fled|fleeing|evacuat|"
    r"homeless|toll|body|bodies|casualties|victims|claimed|lives|remains of"
)


FALLING = frozenset({"fall", "fell", "fallen"})  # 'twelve of its fighters had fallen', not 'fell back'


ARMED = frozenset({"soldiers", "fighters", "police"})


FALLEN = re.compile(r"\s*(?:$|[.,;]|(?:and|in|on|at|when|as|while|during|defending|fighting|near|since)\b)")


# What is done to things as well: who is meant has to be said.
THINGS_TOO = frozenset({"eliminated", "neutralised", "neutralized", "felled"})


# verbs of headlines that take their victims without an article
HEADLINE_VERBS = _phrases(
    "assassinate, assassinates, beat, beats, behead, beheads, burn, burns, butchers, claims life of, "
    "claims the life of, ends life of, execute, executes, gun down, guns down, hacks, hacks to death, "
    "hangs, kill, killed, killing, kills, knifes, lynches, murders, shoot, shoots, shoots dead, slay, "
    "slays, slew, stab, stabs, stabs to death, strangles"
)


FELLED = frozenset(
    {"shot dead", "shot to death", "gunned down", "assassinated", "murdered", "beheaded", "lynched"}
    | {"murder of", "assassination of", "slaying of"}
)


# what only people suffer
OF_PEOPLE = FELLED | _phrases(
    "beaten to death, burned alive, burnt alive, butchered, dies, drowns, executed, fatally shot, "
    "hacked to death, hanged, killed, perishes, slain, stabbed to death"
)


NEEDS_OWNER = frozenset({"assassination", "slaying"})


LOOKS_BACK = frozenset({"dead", "die", "died", "dies", "dying", "death", "deaths", "fatality", "fatalities"})


BY_NAME = frozenset({"killed", "kidnapped"})


DYING = frozenset(
    {"die", "died", "dies", "passed away", "perish", "perished", "perishes", "drown", "drowned", "suffocated"}
    | {f"{lost} their lives" for lost in ("lost", "lose", "losing")}
    | {"embraced martyrdom"}
)
