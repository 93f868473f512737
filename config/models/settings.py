"""tocsin.yaml: where things live and how hard the machine may be worked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_serializer, field_validator

from config.models.base import Duration, Model, parse_duration

_LOG = re.compile(r"embedded|embedded://\S+|kafka://[^\s@]+")
_SECRET_KEY = re.compile(r"password|secret|token|oauth|jaas", re.IGNORECASE)


class IntakeSettings(Model):
    """Manners and limits of the poller."""

    contact: str | None = Field(
        None, description="URL or address put into the User-Agent; publishers want one."
    )
    user_agent: str | None = Field(None, description="Replaces the whole User-Agent.")
    min_interval: Duration = Field(parse_duration("1m"), description="No feed is asked more often than this.")
    max_interval: Duration = Field(parse_duration("6h"), description="No feed is asked less often than this.")
    concurrency: Annotated[int, Field(ge=1, le=1000)] = 64
    """Fetches under way at a time, over all hosts."""
    per_host: Annotated[int, Field(ge=1, le=32)] = Field(2, description="Requests at a time to one host.")
    host_spacing: Duration = Field(
        parse_duration("500ms"), description="Least time between two requests to a host."
    )
    timeout: Duration = Field(parse_duration("30s"), description="Total deadline of one fetch.")
    max_feed_bytes: Annotated[int, Field(ge=1024)] = 5_000_000
    """A feed larger than this (decompressed) is refused."""
    max_page_bytes: Annotated[int, Field(ge=1024)] = 5_000_000
    """An article page larger than this (decompressed) is refused."""
    robots: bool = Field(True, description="Obey robots.txt for article pages.")
    fetch_pages: bool = Field(True, description="Fetch article pages; false uses the feed's own text only.")
    allow_addresses: tuple[str, ...] = Field(
        (),
        description="Networks (CIDR) or host names that may be private, e.g. 127.0.0.0/8.",
    )
    proxy: SecretStr | None = Field(None, description="http:// or socks5:// proxy for every fetch.")
    max_age: Duration = Field(
        parse_duration("7d"), description="Entries dated older than this are recorded, not processed."
    )
    revisions_per_day: Annotated[int, Field(ge=0, le=100)] = 6
    """Changed versions of one entry that are taken a day; 0: none."""
    parse_timeout: Duration = parse_duration("10s")
    """A feed whose parsing takes longer is given up, and its process killed."""
    extract_timeout: Duration = parse_duration("15s")
    """A page whose extraction takes longer is given up, and its process killed."""
    parse_memory_mb: Annotated[int, Field(ge=128)] = 1024
    """Memory limit of each parsing or extracting process, in MiB."""


class EnrichmentSettings(Model):
    """How much is done for each document."""

    enrichment: Literal["full", "on_demand"] = Field(
        "on_demand", description="on_demand: the statistical model runs only where a rule could use it."
    )
    model: str | None = Field(None, description="spaCy model name or path; default: the best one installed.")
    gazetteer: Path | None = Field(
        None,
        description="Index file, built once; default: tocsin/gazetteer.idx in $XDG_CACHE_HOME or ~/.cache.",
    )
    max_characters: Annotated[int, Field(ge=1000)] = 200_000
    """Texts are cut to this length before enrichment; the cut is noted in the document."""
    story_window: Duration = parse_duration("72h")
    """Copies of a text are recognised this far back."""


class RetentionSettings(Model):
    """How long each topic keeps its records (replay reaches back that far)."""

    articles: Duration = parse_duration("14d")
    """Raw pages as fetched."""
    documents: Duration = parse_duration("90d")
    """Extracted texts."""
    enriched: Duration = parse_duration("365d")
    """Texts with places and events: what rules are replayed over."""
    alerts: Duration = parse_duration("3650d")
    """Alerts as raised."""
    dlq: Duration = parse_duration("90d")
    """Dead letters of every topic."""


class WorkerSettings(Model):
    """Processes per stage under ``tocsin run``."""

    poller: Annotated[int, Field(ge=0, le=64)] = 1
    """Pollers share the feeds among them."""
    extractor: Annotated[int, Field(ge=0, le=64)] = 1
    """Extractors."""
    enricher: Annotated[int, Field(ge=0, le=64)] = 1
    """Enrichers; each holds the language model and the gazetteer (up to 700 MB)."""
    alerter: Annotated[int, Field(ge=0, le=64)] = 1
    """Alerters share the partitions of enriched."""
    notifier: Annotated[int, Field(ge=0, le=64)] = 1
    """Notifiers share the outbox."""


class Settings(Model):
    """tocsin.yaml."""

    data_dir: Path = Field(Path("tocsin-data"), description="Relative to the configuration folder's parent.")
    log: str = Field(
        "embedded", description="'embedded', 'embedded:///path/log.db' or 'kafka://host:9092,host:9092'."
    )
    state: SecretStr | None = Field(
        None, description="SQLAlchemy URL; default: SQLite in data_dir. postgresql://user:password@host/db"
    )
    prefix: str = Field("tocsin.", pattern=r"^[a-zA-Z0-9._-]*$", max_length=100)
    """Put before every topic and group name."""
    partitions: Annotated[int, Field(ge=1, le=1024)] = 4
    """Partitions of a topic when it is made: the most processes that can share a stage."""
    kafka: dict[str, str | int | float | bool] = Field(
        default_factory=dict,
        repr=False,
        description="Further kafka-python client settings (security_protocol, sasl_plain_password, ...).",
    )
    retention: RetentionSettings = RetentionSettings()
    """How long each topic keeps its records."""
    keep_deliveries: Annotated[Duration, Field(ge=parse_duration("30d"))] = parse_duration("90d")
    """How long the outbox remembers what was told of an incident after the last word on it; 30d at least."""
    intake: IntakeSettings = IntakeSettings()
    """Manners and limits of the poller and the extractor."""
    processors: EnrichmentSettings = EnrichmentSettings()
    """How much is done for each document."""
    workers: WorkerSettings = WorkerSettings()
    """Processes per stage under tocsin run."""
    public_url: str | None = Field(None, description="Where the acknowledge links of messages point.")
    secret_key: SecretStr | None = Field(None, description="Signs the acknowledge links.")
    ack_listen: str = Field(
        "127.0.0.1:8477",
        pattern=r"^\S*:\d{1,5}$",
        description="Address and port of the page behind the acknowledge links.",
    )
    operator_channel: str | None = Field(
        None, description="Channel for alerts about Tocsin itself (dead feeds, ...)."
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severity that is written to the log output."""

    @field_validator("state", "public_url", "secret_key", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("log")
    @classmethod
    def _known_log(cls, value: str) -> str:
        if not _LOG.fullmatch(value):
            raise ValueError(
                "must be embedded, embedded:///path/log.db or kafka://host:9092,host:9092"
                " (user and password go under kafka: sasl_plain_username, sasl_plain_password)"
            )
        return value

    @field_serializer("kafka")
    def _mask(self, value: dict[str, str | int | float | bool]) -> dict[str, str | int | float | bool]:
        return {key: "**********" if _SECRET_KEY.search(key) else item for key, item in value.items()}
