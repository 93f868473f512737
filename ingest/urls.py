"""URLs: one canonical form for an article, and the names of its host.

Canonical form: lower-case scheme and host (IDNA), no default port, no user info, no fragment, no
tracking parameters, dot segments resolved, an empty path written as "/". The order and the spelling of
what is left stay as they are: servers are free to tell ``?a&b`` from ``?b&a``.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from courlan import extract_domain

_TRACKING = re.compile(
    r"(utm_.*|at_(medium|campaign|custom\d|link.*|format|bbc.*|ptr.*)|mtm_.*|pk_(campaign|kwd|source|medium)|"
    r"matomo_.*|hsa_.*|_hs(enc|mi)|mc_[ce]id|fb(clid|_action_.*|_source|_ref)|gclid|gclsrc|gbraid|wbraid|dclid|"
    r"msclkid|yclid|twclid|ttclid|igsh(id)?|li_fat_id|ns_(campaign|mchannel|source|linkname|fee)|"
    r"cmpid|cmp|ocid|ito|xtor|wt\.?mc(_id)?|smid|smtyp|partner|ref_src|ref_url|__twitter_impression|"
    r"guccounter|guce_.*|oly_(anon|enc)_id|vero_id|spm|s_cid|feature=emb.*)",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x20\x7f]+")
_UNPRINTED = re.compile(r"[\x00-\x1f\x7f]+")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SAFE_PATH = re.compile(r"%([0-9a-fA-F]{2})")
_MAX_LENGTH = 4096
_WIRE = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?/[!$-;=?-Z_a-z~]*")
_KEPT = "%!$&'()*+,/:;=?@[]~"
_HOST = re.compile(r"[a-z0-9_.-]+")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def canonical_url(url: str, base: str | None = None) -> str:
    """The canonical form of an http(s) URL, resolved against ``base``; "" for anything that is none.

    Idempotent. Never raises.
    """
    try:
        text = _CONTROL.sub("", url)
        if not text:
            return ""
        absolute = text.startswith(("http://", "https://"))
        parts = urlsplit(urljoin(base, text) if base and not absolute else text)
        host = _host(parts)
        port = parts.port
    except ValueError:
        return ""
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not host:
        return ""
    netloc = host if port is None or port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"
    path = _plain_path(_normal_escapes(parts.path) or "/")
    query = _kept_query(parts.query) if parts.query else ""
    result = f"{scheme}://{netloc}{path}?{query}" if query else f"{scheme}://{netloc}{path}"
    return result if len(result) <= _MAX_LENGTH else ""


def identity_of(url: str) -> str:
    """What two addresses of one article share: the canonical URL without scheme, ``www.``, final slash."""
    return identity_of_canonical(canonical_url(url))


def identity_of_canonical(url: str) -> str:
    """:func:`identity_of` for a URL that is canonical already."""
    rest = url.partition("://")[2].removeprefix("www.")
    head, mark, query = rest.partition("?")
    return head.rstrip("/") + mark + query


def host_of(url: str) -> str:
    """Host and port as manners count them ("example.org", "127.0.0.1:8080"); "" where there is none."""
    try:
        parts = urlsplit(url)
        host, port = _host(parts), parts.port
    except ValueError:
        return ""
    return host if port is None or port == _DEFAULT_PORTS.get(parts.scheme) else f"{host}:{port}"


def origin_of(url: str) -> tuple[str, str]:
    """Scheme and host with port: whom a password may be shown to."""
    return url.partition("://")[0].lower(), host_of(url)


def wire_url(url: str) -> str:
    """The address as it goes over the wire: ASCII, nothing unescaped that may not be, no fragment.

    Unlike the canonical form it asks for just what was written. Raises ValueError for what is no address.
    """
    if _WIRE.fullmatch(url):
        return url
    parts = urlsplit(_UNPRINTED.sub("", url.strip()))
    host, port = _host(parts), parts.port
    user = parts.netloc.rpartition("@")[0]
    netloc = (quote(user, safe=_KEPT) + "@" if user else "") + (host if port is None else f"{host}:{port}")
    path, query = _escaped(parts.path) or "/", _escaped(parts.query)
    return f"{parts.scheme}://{netloc}{path}" + (f"?{query}" if query else "")


def _escaped(text: str) -> str:
    return quote(text, safe=_KEPT, errors="surrogateescape")


def site_of(url: str) -> str:
    """The registrable domain ("bbc.co.uk"); the bare host for addresses and single labels."""
    host = host_of(url)
    if not host:
        return ""
    return extract_domain(f"https://{host}/", fast=False) or host.partition(":")[0]


def is_web_url(url: str) -> bool:
    """True for an http or https URL with a host."""
    return canonical_url(url) != ""


def _plain_path(path: str) -> str:
    """Without dot segments and without slashes in front of the first one."""
    if "/." in path:
        kept: list[str] = []
        segments = path.split("/")
        for segment in segments:
            if segment == "..":
                kept = kept[:-1] or [""]
            elif segment != ".":
                kept.append(segment)
        path = "/".join(kept) + ("/" if segments[-1] in (".", "..") else "")
    return "/" + path.lstrip("/")


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        return f"[{host}]"
    if not host.isascii():
        host = host.encode("idna").decode("ascii").lower()
    if host and not _HOST.fullmatch(host):
        raise ValueError(f"{host!r} is no host name")
    return host


def _kept_query(query: str) -> str:
    kept = [part for part in query.split("&") if part and not _TRACKING.fullmatch(part.partition("=")[0])]
    return _normal_escapes("&".join(kept))


def _normal_escapes(text: str) -> str:
    """Percent escapes in upper case, those of unreserved characters undone, other characters escaped."""
    if "%" in text:
        text = _SAFE_PATH.sub(_one_escape, text)
    if text.isascii():
        return text
    return "".join(
        c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode("utf-8", "replace")) for c in text
    )


def _one_escape(match: re.Match[str]) -> str:
    byte = int(match.group(1), 16)
    return chr(byte) if byte in _UNRESERVED else match.group(0).upper()
