"""tocsin.yaml: where things live and how hard the machine may be worked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from config.models.base import Duration, Model, parse_duration


class IntakeSettings(Model):
    """Manners and limits of the poller."""

    contact: str | None = Field(
        None, description="URL or address put into the User-Agent; publishers want one."
    )
    user_agent: str | None = Field(None, description="Replaces the whole User-Agent.")
    min_interval: Duration = Field(parse_duration("1m"), description="No feed is asked more often than this.")
    max_interval: Duration = Field(parse_duration("6h"), description="No feed is asked less often than this.")
    concurrency: Annotated[int, Field(ge=1, le=1000)] = 64
    per_host: Annotated[int, Field(ge=1, le=32)] = Field(2, description="Requests at a time to one host.")
    host_spacing: Duration = Field(
        parse_duration("500ms"), description="Least time between two requests to a host."
    )
    timeout: Duration = Field(parse_duration("30s"), description="Total deadline of one fetch.")
    max_feed_bytes: Annotated[int, Field(ge=1024)] = 5_000_000
    max_page_bytes: Annotated[int, Field(ge=1024)] = 5_000_000
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
    parse_timeout: Duration = parse_duration("10s")
    extract_timeout: Duration = parse_duration("15s")
    parse_memory_mb: Annotated[int, Field(ge=128)] = 1024


class EnrichmentSettings(Model):
    """How much is done for each document."""

    enrichment: Literal["full", "on_demand"] = Field(
        "on_demand", description="on_demand: the statistical model runs only where a rule could use it."
    )
    model: str | None = Field(None, description="spaCy model name or path; default: the best one installed.")
    gazetteer: Path | None = Field(None, description="Index file; default: built once in the data folder.")
    max_characters: Annotated[int, Field(ge=1000)] = 200_000
    story_window: Duration = parse_duration("72h")


class RetentionSettings(Model):
    """How long each topic keeps its records (replay reaches back that far)."""

    articles: Duration = parse_duration("14d")
    documents: Duration = parse_duration("90d")
    enriched: Duration = parse_duration("365d")
    alerts: Duration = parse_duration("3650d")
    dlq: Duration = parse_duration("90d")


class WorkerSettings(Model):
    """Processes per stage under ``tocsin run``."""

    poller: Annotated[int, Field(ge=0, le=64)] = 1
    extractor: Annotated[int, Field(ge=0, le=64)] = 1
    enricher: Annotated[int, Field(ge=0, le=64)] = 1
    alerter: Annotated[int, Field(ge=0, le=64)] = 1
    notifier: Annotated[int, Field(ge=0, le=64)] = 1


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
    partitions: Annotated[int, Field(ge=1, le=1024)] = 4
    kafka: dict[str, str | int | float | bool] = Field(
        default_factory=dict, description="Further kafka-python client settings (security_protocol, ...)."
    )
    retention: RetentionSettings = RetentionSettings()
    intake: IntakeSettings = IntakeSettings()
    processors: EnrichmentSettings = EnrichmentSettings()
    workers: WorkerSettings = WorkerSettings()
    public_url: str | None = Field(None, description="Where the acknowledge links of messages point.")
    secret_key: SecretStr | None = Field(None, description="Signs the acknowledge links.")
    operator_channel: str | None = Field(
        None, description="Channel for alerts about Tocsin itself (dead feeds, ...)."
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"
