"""The topics of Tocsin as the configuration wants them."""

from __future__ import annotations

from datetime import timedelta

from config.models.root import Config
from config.models.settings import RetentionSettings
from streams.broker import Broker
from streams.records import TopicSpec

DLQ_SUFFIX = ".dlq"
PIPELINE = tuple(name for name in RetentionSettings.model_fields if name != "dlq")


def topic_specs(config: Config) -> list[TopicSpec]:
    """Every topic of the path and its dead-letter topic."""
    retention = config.settings.retention
    specs = []
    for name in PIPELINE:
        full = config.topic(name)
        specs.append(TopicSpec(full, config.settings.partitions, _milliseconds(getattr(retention, name))))
        specs.append(TopicSpec(full + DLQ_SUFFIX, config.settings.partitions, _milliseconds(retention.dlq)))
    return specs


def create_topics(broker: Broker, config: Config) -> None:
    """Create whatever topic is missing. Every stage calls this when it starts."""
    broker.ensure_topics(topic_specs(config))


def _milliseconds(duration: timedelta) -> int | None:
    """Retention in milliseconds; zero means for ever."""
    return round(duration.total_seconds() * 1000) or None
