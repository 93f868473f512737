"""feeds.yaml: what is watched."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, model_validator

from config.models.base import CountryCode, Cron, Duration, Identifier, Model, one_or_many, parse_duration

Tags = Annotated[tuple[str, ...], BeforeValidator(one_or_many)]


class BasicAuth(Model):
    """User name and password for a feed behind basic authentication."""

    username: str
    password: SecretStr


class FeedDefaults(Model):
    """Values for every feed that does not say otherwise."""

    every: Duration = parse_duration("10m")
    cron: Cron | None = None
    stale_after: Duration | None = None
    adaptive: bool = Field(True, description="Let the share of already-seen entries move the interval.")
    fetch_pages: bool | None = None
    robots: bool | None = None
    tags: Tags = ()
    language: str | None = None
    country: CountryCode | None = None


class Feed(Model):
    """One feed."""

    id: Identifier
    url: str = Field(pattern=r"^https?://")
    type: Literal["feed", "sitemap"] = "feed"
    title: str | None = None
    publisher: str | None = Field(None, description="Masthead; feeds of one publisher count as one source.")
    country: CountryCode | None = Field(None, description="Home country: places without context lean there.")
    language: str | None = Field(None, description="ISO 639-1; default: what the text says.")
    tags: Tags = ()
    every: Duration | None = Field(None, description="Aim of the interval; adaptive polling moves around it.")
    cron: Cron | None = Field(None, description="Five-field cron (UTC) instead of every.")
    min_interval: Duration | None = None
    max_interval: Duration | None = None
    adaptive: bool | None = None
    stale_after: Duration | None = Field(
        None, description="Silence longer than this raises an operator alert."
    )
    fetch_pages: bool | None = None
    robots: bool | None = None
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    basic_auth: BasicAuth | None = None
    cookie: SecretStr | None = None
    proxy: SecretStr | None = None
    verify_tls: bool = True
    enabled: bool = True

    @model_validator(mode="after")
    def _one_schedule(self) -> Feed:
        if self.every is not None and self.cron is not None:
            raise ValueError("give either 'every' or 'cron', not both")
        return self


class FeedsFile(Model):
    """feeds.yaml or feeds/*.yaml."""

    defaults: FeedDefaults = FeedDefaults()
    feeds: tuple[Feed, ...] = ()
