"""Article pages: ask robots.txt, fetch, and make the ``articles`` record."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from config.errors import FetchError, FetchFailed, FetchTimeout
from config.models.settings import IntakeSettings
from ingest.body import pack_body
from ingest.fetch import Fetcher, Request, Response
from ingest.messages import Article, EntryFacts, HttpFacts
from ingest.policy import FeedPolicy
from ingest.robots import Robots
from ingest.schedule import classify, retry_after_seconds
from ingest.store import PageJob
from ingest.urls import host_of

log = logging.getLogger(__name__)

RETRY_DELAYS = (
    20.0,
    120.0,
)  # seconds before another try where the failure may pass; then the feed's own text
_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
_NOT_TEXT = ("application/pdf", "image/", "video/", "audio/", "application/zip", "application/octet-stream")


@dataclass(frozen=True, slots=True)
class PageResult:
    """What became of a page: an article, another try later, or nothing to say."""

    article: Article | None = None
    retry_at: float | None = None  # seconds since the epoch
    unchanged: bool = False  # the page is as it was when it was last read
    blocked: dict[str, object] | None = field(default=None)  # host_state row to write


def wants_page(job: PageJob, policy: FeedPolicy) -> bool:
    """False where the feed's own text is all there will be."""
    return bool(job.url) and policy.fetch_pages


class PageFetcher:
    """Fetches article pages. Writes nothing itself."""

    def __init__(
        self, fetcher: Fetcher, robots: Robots, settings: IntakeSettings, clock: Callable[[], float]
    ) -> None:
        self._fetcher = fetcher
        self._robots = robots
        self._settings = settings
        self._clock = clock

    async def fetch(
        self, job: PageJob, policy: FeedPolicy, validators: tuple[str | None, str | None] = (None, None)
    ) -> PageResult:
        """Fetch the page of one entry. Never raises for what the server does."""
        if not wants_page(job, policy):
            return PageResult(self.without_page(job, policy))
        now = self._clock()
        if policy.robots:
            refused = await self._robots.refusal(job.url, now, policy.proxy)
            if refused is not None:
                return PageResult(self._article(job, policy, HttpFacts(error=refused), None))
        try:
            response = await self._fetcher.get(self._request(job, policy, validators))
        except FetchError as error:
            return self._failed(job, policy, error)
        return self._answered(job, policy, response)

    def without_page(self, job: PageJob, policy: FeedPolicy) -> Article:
        """The article of an entry whose page nobody wants."""
        return self._article(job, policy, None, None)

    async def fetch_safely(
        self, job: PageJob, policy: FeedPolicy, validators: tuple[str | None, str | None]
    ) -> PageResult:
        """:meth:`fetch`, with a mistake of ours costing the page and not the article."""
        try:
            return await self.fetch(job, policy, validators)
        except Exception as error:
            log.exception("page %s", job.url)
            reason = f"internal error: {type(error).__name__}: {error}"[:300]
            return PageResult(self._article(job, policy, HttpFacts(error=reason), None))

    def _request(
        self, job: PageJob, policy: FeedPolicy, validators: tuple[str | None, str | None]
    ) -> Request:
        headers = {"Accept": _ACCEPT}
        etag, last_modified = validators
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        return Request(
            job.url,
            max_bytes=self._settings.max_page_bytes,
            timeout=self._settings.timeout.total_seconds(),
            headers=headers,
            private_headers=policy.private_headers if host_of(job.url) == host_of(policy.url) else {},
            proxy=policy.proxy,
            verify_tls=policy.verify_tls,
        )

    def _failed(self, job: PageJob, policy: FeedPolicy, error: FetchError) -> PageResult:
        may_pass = isinstance(error, FetchTimeout | FetchFailed) and "redirects" not in str(error)
        if may_pass and job.attempts < len(RETRY_DELAYS):
            return PageResult(retry_at=self._clock() + RETRY_DELAYS[job.attempts])
        return PageResult(self._article(job, policy, HttpFacts(error=str(error)), None))

    def _answered(self, job: PageJob, policy: FeedPolicy, response: Response) -> PageResult:
        now = self._clock()
        meaning = classify(response.status, "retry-after" in response.headers)
        if meaning == "unmodified":
            return PageResult(unchanged=True)
        may_pass = meaning == "limited" or response.status >= 500
        if may_pass and job.attempts < len(RETRY_DELAYS):
            wait = RETRY_DELAYS[job.attempts]
            blocked = None
            if meaning == "limited":
                wait = max(
                    wait, min(retry_after_seconds(response.headers.get("retry-after"), now) or 0.0, 900.0)
                )
                host = host_of(response.url)
                reason = f"{host} answered {response.status}"
                blocked = {"host": host, "blocked_until": now + wait, "reason": reason}
            return PageResult(retry_at=now + wait, blocked=blocked)
        facts = _facts(response, meaning)
        body = response.body if facts.error is None else None
        return PageResult(self._article(job, policy, facts, body, response.url))

    def _article(
        self,
        job: PageJob,
        policy: FeedPolicy,
        http: HttpFacts | None,
        body: bytes | None,
        final_url: str | None = None,
    ) -> Article:
        return Article(
            id=job.article_id,
            revision=job.revision,
            url=job.url,
            final_url=final_url,
            feed=policy.facts,
            entry=msgspec.json.decode(job.entry, type=EntryFacts),
            http=http,
            body=pack_body(body) if body else None,
            seen=datetime.fromtimestamp(job.seen, UTC),
            fetched=datetime.fromtimestamp(self._clock(), UTC),
        )


def _facts(response: Response, meaning: str) -> HttpFacts:
    content_type = response.headers.get("content-type")
    error = None
    if meaning != "ok":
        error = f"the server answered {response.status}"
    elif not response.body:
        error = "the page is empty"
    elif (content_type or "").lower().startswith(_NOT_TEXT) or response.body.startswith(b"%PDF-"):
        error = f"no web page but {(content_type or 'application/pdf').partition(';')[0]}"
    return HttpFacts(
        status=response.status,
        content_type=content_type,
        etag=response.headers.get("etag"),
        last_modified=response.headers.get("last-modified"),
        error=error,
        size=len(response.body),
        seconds=round(response.seconds, 3),
    )
