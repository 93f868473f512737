"""Small text helpers that feeds and pages share."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata

_SPACE = re.compile(r"\s+")
_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]*|!--.*?--)>", re.DOTALL)
_NOT_SHOWN = re.compile(r"<(script|style)\b[^>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/h[1-6]|/tr|/blockquote)\b[^<>]*>", re.IGNORECASE)
_BLANK_LINES = re.compile(r"[ \t\xa0]*\n\s*")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")  # soft hyphen, zero-width space, word joiner, mark
_ASCII_WORDS = {n: chr(n).lower() if chr(n).isalnum() or chr(n) == "_" else " " for n in range(128)}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def _is_plain(text: str) -> bool:
    """True for text in which there is nothing to undo: the usual case, and cheap to see."""
    return text.isascii() and text.isprintable() and "<" not in text and "&" not in text


def clean(text: str) -> str:
    """Without the characters that XML forbids and lone surrogates."""
    return _FORBIDDEN.sub("", text)


def one_line(text: str) -> str:
    """Markup, entities and runs of white space gone: a title as people read it."""
    if _is_plain(text):
        return " ".join(text.split())
    if "<" in text:
        text = _TAG.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    return _SPACE.sub(" ", _INVISIBLE.sub("", clean(text))).strip()


def plain_text(markup: str) -> str:
    """The readable text of a feed's HTML, one paragraph a line. Linear in the length; never raises."""
    if _is_plain(markup):
        return markup.strip()
    text = _NOT_SHOWN.sub(" ", markup) if "<s" in markup.lower() else markup
    text = _TAG.sub("", _BREAK.sub("\n", text))
    text = clean(html.unescape(text))
    return _BLANK_LINES.sub("\n", text).strip()


def normal_form(text: str) -> str:
    """What two spellings of the same text share: NFKC, case folded, words only."""
    if text.isascii():  # the same, ten times faster
        return " ".join(text.translate(_ASCII_WORDS).split())
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def content_hash(text: str) -> str:
    """128 bits of the normalised text, as 32 hexadecimal digits."""
    return short_hash(normal_form(text))


def short_hash(*parts: str) -> str:
    """128 bits of the parts, as 32 hexadecimal digits; part borders count."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()
