"""robots.txt (RFC 9309) for article pages: asked for once per host, kept for a while."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from config.errors import FetchError
from ingest.fetch import Fetcher, Request

MAX_BYTES = 500 * 1024  # the least that RFC 9309 asks a crawler to read
KEPT_SECONDS = 12 * 3600.0
KEPT_AFTER_FAILURE = 600.0
_KEPT_HOSTS = 5000
_TIMEOUT = 10.0


@dataclass(slots=True)
class _Rules:
    rules: Protego | None  # None: everything may be fetched
    refuse: str | None  # why nothing may be
    until: float


class Robots:
    """Answers whether a page may be fetched. ``agent`` is the product name in the User-Agent."""

    def __init__(self, fetcher: Fetcher, agent: str) -> None:
        self._fetcher = fetcher
        self._agent = agent
        self._known: OrderedDict[str, _Rules] = OrderedDict()
        self._asking: dict[str, asyncio.Lock] = {}

    async def refusal(self, url: str, now: float, proxy: str | None = None) -> str | None:
        """Why the page must not be fetched; None when it may."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        rules = self._known.get(site)
        if rules is None or rules.until <= now:
            async with self._asking.setdefault(site, asyncio.Lock()):
                rules = self._known.get(site)
                if rules is None or rules.until <= now:
                    rules = await self._ask(site, now, proxy)
                    self._remember(site, rules)
            self._asking.pop(site, None)
        if rules.refuse is not None:
            return rules.refuse
        if rules.rules is not None and not rules.rules.can_fetch(url, self._agent):
            return f"robots.txt of {parts.netloc} forbids it"
        return None

    async def _ask(self, site: str, now: float, proxy: str | None) -> _Rules:
        try:
            response = await self._fetcher.get(
                Request(f"{site}/robots.txt", max_bytes=MAX_BYTES, timeout=_TIMEOUT, proxy=proxy)
            )
        except FetchError as error:
            return _Rules(None, f"robots.txt could not be read: {error}", now + KEPT_AFTER_FAILURE)
        if response.status >= 500 or response.status == 429:
            return _Rules(None, f"robots.txt answered {response.status}", now + KEPT_AFTER_FAILURE)
        if response.status >= 400 or "html" in response.headers.get("content-type", ""):
            return _Rules(None, None, now + KEPT_SECONDS)
        return _Rules(Protego.parse(response.body.decode("utf-8", "replace")), None, now + KEPT_SECONDS)

    def _remember(self, site: str, rules: _Rules) -> None:
        self._known[site] = rules
        self._known.move_to_end(site)
        while len(self._known) > _KEPT_HOSTS:
            self._known.popitem(last=False)
