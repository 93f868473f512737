"""feeds.yaml: what is watched."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from config.models.base import ONE_OR_MANY, CountryCode, Cron, Duration, Identifier, Model, parse_duration

Tags = Annotated[tuple[str, ...], ONE_OR_MANY]


class BasicAuth(Model):
    """User name and password for a feed behind basic authentication."""

    username: str
    """User name."""
    password: SecretStr
    """Password."""


class FeedDefaults(Model):
    """Values for every feed that does not say otherwise."""

    every: Duration = parse_duration("10m")
    """Aim of the interval between two polls."""
    cron: Cron | None = None
    """Five-field cron (UTC) instead of every."""
    stale_after: Duration | None = None
    """Silence longer than this raises an operator alert; default: never."""
    adaptive: bool = Field(True, description="Let the share of already-seen entries move the interval.")
    fetch_pages: bool | None = None
    """Fetch the article pages; default: as in tocsin.yaml."""
    robots: bool | None = None
    """Obey robots.txt for article pages; default: as in tocsin.yaml."""
    tags: Tags = ()
    """Joined to each feed's own tags."""
    language: str | None = None
    """ISO 639-1 code; default: what the text says."""
    country: CountryCode | None = None
    """Home country, ISO 3166-1 alpha-2."""


class Feed(Model):
    """One feed."""

    id: Identifier
    """Unique name; stays the same when the address changes."""
    url: str = Field(pattern=r"^https?://")
    """Address of the RSS, Atom, RDF or JSON feed, or of the news sitemap."""
    type: Literal["feed", "sitemap"] = "feed"
    """A feed, or a news sitemap."""
    title: str | None = None
    """Name for people; default: what the feed says."""
    publisher: str | None = Field(None, description="Masthead; feeds of one publisher count as one source.")
    country: CountryCode | None = Field(None, description="Home country: places without context lean there.")
    language: str | None = Field(None, description="ISO 639-1; default: what the text says.")
    tags: Tags = ()
    """Labels that rules can ask for."""
    every: Duration | None = Field(None, description="Aim of the interval; adaptive polling moves around it.")
    cron: Cron | None = Field(None, description="Five-field cron (UTC) instead of every.")
    min_interval: Duration | None = None
    """Adaptive polling goes no lower; default: as in tocsin.yaml."""
    max_interval: Duration | None = None
    """Adaptive polling goes no higher; default: as in tocsin.yaml."""
    adaptive: bool | None = None
    """Let the share of already-seen entries move the interval; default: as in defaults."""
    stale_after: Duration | None = Field(
        None, description="Silence longer than this raises an operator alert."
    )
    fetch_pages: bool | None = None
    """Fetch the article pages; default: as in defaults, then tocsin.yaml."""
    robots: bool | None = None
    """Obey robots.txt for article pages; default: as in defaults, then tocsin.yaml."""
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    """Further request headers."""
    basic_auth: BasicAuth | None = None
    """For a feed behind basic authentication."""
    cookie: SecretStr | None = None
    """Sent as the Cookie header."""
    proxy: SecretStr | None = None
    """http:// or socks5:// proxy for this feed."""
    verify_tls: bool = True
    """false accepts any certificate: only for servers of your own."""
    enabled: bool = True
    """false: never polled."""

    @field_validator("url")
    @classmethod
    def _no_password(cls, value: str) -> str:
        if "@" in value.split("//", 1)[1].split("/", 1)[0]:
            raise ValueError("user and password belong under basic_auth, not into the address")
        return value

    @model_validator(mode="after")
    def _one_schedule(self) -> Feed:
        if self.every is not None and self.cron is not None:
            raise ValueError("give either 'every' or 'cron', not both")
        return self


class FeedsFile(Model):
    """feeds.yaml or feeds/*.yaml."""

    defaults: FeedDefaults = FeedDefaults()
    """Values for every feed (of this file) that does not say otherwise."""
    feeds: tuple[Feed, ...] = ()
    """The feeds."""
