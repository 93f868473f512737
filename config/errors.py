"""Every error that Tocsin raises on purpose, one tree.

    TocsinError                     anything below; str() is one line: what, where, how to mend it
    ├── ConfigError                 the YAML is wrong; carries every problem found
    ├── UsageError                  a command was called with something that cannot work
    ├── LogError                    the log
    │   ├── LogUnavailable          broker down, file locked or unreadable: wait and try again
    │   ├── LogFull                 disk full or file read-only: a person has to act
    │   ├── DeliveryFailed          a record was not acknowledged
    │   ├── Fenced                  this member lost its partitions; discard, do not commit
    │   └── MalformedRecord         the bytes are not the message that the topic promises
    ├── StateError                  the state database
    │   ├── StateUnavailable        locked, stopped or unreachable: wait and try again
    │   └── StateVersionError       written by a newer or unknown Tocsin
    ├── FetchError                  one HTTP exchange (feed or page) failed
    │   ├── FetchRefused            we refuse: private address, robots.txt, scheme, stacked encodings
    │   ├── FetchTimeout            the total deadline passed
    │   ├── FetchTooLarge           more bytes than the cap
    │   └── FetchFailed             network, TLS, too many redirects
    ├── ParseError                  a feed that is no feed
    ├── ExtractionError             a page that gave no article
    ├── EnrichmentError             a model or the gazetteer cannot be loaded or used
    ├── RuleError                   a rule cannot be compiled
    └── ChannelError                a notification was not delivered
        ├── ChannelTransient        try again (optionally not before ``retry_after`` seconds)
        ├── ChannelPermanent        never try this one again
        └── ChannelUnknown          sent, but the answer was lost: it may have arrived

Adapters translate third-party exceptions into these; nothing else crosses an adapter.
"""

from __future__ import annotations


class TocsinError(Exception):
    """Root of the tree. ``str(error)`` is one line fit for a terminal."""


class ConfigError(TocsinError):
    """The configuration is wrong. ``problems`` holds one line for every problem found."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class UsageError(TocsinError):
    """A command was called with something that cannot work."""


class LogError(TocsinError):
    """Root of the errors of the log."""


class LogUnavailable(LogError):
    """The broker is down or the file is locked: waiting may help."""


class LogFull(LogError):
    """The disk is full or the file is read-only: a person has to act."""


class DeliveryFailed(LogError):
    """A record was handed over and not acknowledged."""


class Fenced(LogError):
    """Another member owns these partitions now; what is in hand must be discarded."""


class MalformedRecord(LogError):
    """The bytes are not the message that the topic promises."""


class StateError(TocsinError):
    """Root of the errors of the state database."""


class StateUnavailable(StateError):
    """Locked, stopped or unreachable: waiting may help."""


class StateVersionError(StateError):
    """The state was written by a newer or unknown version."""


class FetchError(TocsinError):
    """Root of the errors of one HTTP exchange."""


class FetchRefused(FetchError):
    """We refuse to fetch this (address, scheme, robots.txt, encoding)."""


class FetchTimeout(FetchError):
    """The total deadline passed."""


class FetchTooLarge(FetchError):
    """More bytes than the cap, before or after decompression."""


class FetchFailed(FetchError):
    """The network, TLS or the redirects failed."""


class ParseError(TocsinError):
    """The body is no feed that we can read."""


class ExtractionError(TocsinError):
    """The page gave no article."""


class EnrichmentError(TocsinError):
    """A model or the gazetteer cannot be loaded or used."""


class RuleError(TocsinError):
    """A rule cannot be compiled."""


class ChannelError(TocsinError):
    """Root of the errors of a delivery."""


class ChannelTransient(ChannelError):
    """Not delivered; try again, not before ``retry_after`` seconds where that is given.

    ``whole_channel``: nothing else can be delivered there now either (server down, rate limited).
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, whole_channel: bool = False
    ) -> None:
        self.retry_after = retry_after
        self.whole_channel = whole_channel or retry_after is not None
        super().__init__(message)


class ChannelPermanent(ChannelError):
    """Not delivered, and trying again cannot help."""


class ChannelUnknown(ChannelError):
    """Sent, but the provider's answer was lost: it may have arrived."""
