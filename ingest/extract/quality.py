"""How far to trust a page's text, and pages that are no articles: walls, consent, errors, challenges."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Any

import msgspec

from ingest.extract.model import PageText


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_TITLES = {
    "challenge": _any(
        r"^(just a moment|attention required|access denied|are you a robot|pardon our interruption)",
        r"^verify(ing)? (you are|that you)|^(security|robot) check|^ddos-guard|^bot verification",
        r"^(please wait|un moment|checking your browser)",
    ),
    "error-page": _any(
        r"^(40[034]|50[0234])\b|^error\b|^(page )?not found|^service unavailable|^bad gateway|^forbidden",
        r"^site (is )?(down|under maintenance)|\b404\b.*\bnot found",
        r"(page|article) (not found|no longer (available|exists))",
        r"seite nicht gefunden|page introuvable|página no encontrada|الصفحة غير موجودة|страница не найдена",
    ),
    "consent": _any(
        r"^(before you continue|your privacy|we value your privacy|cookie consent|consent)\b",
        r"^(privacy (settings|choices)|cookies? (policy|settings)|datenschutz|zustimmung)",
    ),
}
_TEXTS = {
    "challenge": _any(
        r"enable javascript and cookies to continue|checking (if the site connection is secure|your browser)",
        r"verify (that )?you are (a )?human|unusual traffic from your|\bray id:|complete the security check",
        r"\bcaptcha\b",
    ),
    "cookie-wall": _any(
        r"(we|our (site|website)|this (site|website)|wir|nous)\b.{0,60}"
        r"\b(uses?|verwenden|utilisons)\b.{0,40}\bcookies",
        r"accept (all )?cookies|alle akzeptieren|tout accepter|manage (your )?cookie",
        r"store and/or access information on a device",
    ),
    "paywall": _any(
        r"subscribe (now )?to (continue|read|keep reading|unlock)|already a subscriber|subscribers only",
        r"(to (continue|keep) reading|read the (full|whole|rest of)[^.]{0,40}),? (please )?"
        r"(subscribe|sign (in|up)|log in|register|become)",
        r"this (article|content|story) is (for|available to|only for|reserved for|exclusive)"
        r"[^.]{0,30}(subscribers|members)",
        r"(premium|subscriber)[- ]only|start your (free )?trial",
        r"you have (reached|used)[^.]{0,30}(limit|free articles)",
        r"jetzt abonnieren|weiterlesen mit|réservé aux abonnés|il vous reste [^.]{0,20}à lire",
        r"exclusivo para (suscriptores|assinantes)|للمشتركين فقط|только для подписчиков",
    ),
    "error-page": _any(
        r"(the )?page (you('| a)re looking for|you requested)[^.]{0,40}(not|no longer|cannot)",
        r"something went wrong|error 40[34]|(page|article) (not found|does not exist)",
    ),
}
_NO_NEWS = frozenset({"challenge", "consent", "cookie-wall", "error-page", "needs-javascript"})
_SHORT_TEXT = 1200  # characters; longer texts that merely mention cookies or subscriptions are articles
_NEEDS_SCRIPT = _any(r"(enable|requires?|activate|turn on) javascript|javascript (is )?(disabled|required)")
_ENDING = re.compile(r"[.!?…\"'”’»)。！？؟।]\s*$")


def assess(page: PageText, anchors: Set[str], html: str) -> PageText:
    """The page with its quality (0 useless, 1 an article in full) and its flags."""
    flags = list(_flags(page, html))
    links = link_share(anchors, page.text)
    quality = _quality(page, flags, links)
    note = _note(flags)
    text = "" if _NO_NEWS.intersection(flags) else page.text
    method = page.method if text else ""
    return msgspec.structs.replace(
        page, text=text, method=method, quality=quality, flags=tuple(flags), note=note, links=round(links, 3)
    )


def _flags(page: PageText, html: str) -> list[str]:
    title, text = page.metadata.title, page.text
    found: list[str] = []
    for flag, pattern in _TITLES.items():
        if pattern.search(title) and len(text) < _SHORT_TEXT:
            found.append(flag)
    if len(text) < _SHORT_TEXT:
        found += [
            f for f in ("challenge", "cookie-wall", "error-page") if f not in found and _is_mostly(f, text)
        ]
    if _walled(page):
        found.append("paywall")
    if len(text) < 200 and _NEEDS_SCRIPT.search(html[:200_000]) and "challenge" not in found:
        found.append("needs-javascript")
    if not text:
        found.append("no-text")
    elif len(text) < 400:
        found.append("short")
    return found


def _is_mostly(flag: str, text: str) -> bool:
    """True when the pattern stands early in a text that is otherwise short: articles mention cookies too."""
    match = _TEXTS[flag].search(text)
    return match is not None and (match.start() < 300 or len(text) < 500)


def _walled(page: PageText) -> bool:
    """Text that stops at an offer to subscribe; or the page says so and only a teaser is there."""
    tail = page.text[-600:]
    if len(page.text) < 4000 and _TEXTS["paywall"].search(tail):
        return True
    return page.metadata.paywalled and len(page.text) < 2500


def _quality(page: PageText, flags: list[str], links: float) -> float:
    """A product of doubts, each between 0 and 1: length, wall, links, ending, missing title or date."""
    if not page.text or _NO_NEWS.intersection(flags):
        return 0.0
    score = min(1.0, 0.25 + len(page.text) / 2000)
    if "paywall" in flags:
        score *= 0.5
    score *= 1.0 - min(0.6, links)
    if not _ENDING.search(page.text[-40:]):
        score *= 0.9
    if not page.metadata.title:
        score *= 0.8
    if page.metadata.published is None:
        score *= 0.95
    return round(score, 3)


def link_texts(tree: Any) -> Set[str]:
    """What the page's links say."""
    return {" ".join("".join(node.itertext()).split()) for node in tree.iter("a")}


def link_share(anchors: Set[str], text: str) -> float:
    """Share of the extracted lines that are link texts of the page: lists of headlines score high."""
    lines = [line for line in text.splitlines() if line]
    if not lines:
        return 0.0
    linked = sum(len(line) for line in lines if line.lstrip("- ") in anchors)
    return linked / max(1, sum(map(len, lines)))


def _note(flags: list[str]) -> str | None:
    words = {
        "challenge": "the site asked to prove that we are human",
        "consent": "a consent page stood in for the article",
        "cookie-wall": "a cookie notice stood in for the article",
        "error-page": "an error page stood in for the article",
        "paywall": "behind a paywall: only the beginning is there",
        "needs-javascript": "the page needs JavaScript",
        "no-text": "no article text was found on the page",
    }
    return next((words[flag] for flag in flags if flag in words), None)
