"""Settings of kafka-python's clients, and how they are made and thrown away."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from difflib import get_close_matches
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka import errors as kafka_errors

from config.errors import UsageError
from streams.records import MAX_RECORD_BYTES

logging.getLogger("kafka").setLevel(logging.CRITICAL)  # it repeats every failed attempt; we say it once

Setting = str | int | float | bool

REQUEST_BYTES = MAX_RECORD_BYTES + 100_000  # a value of the largest size with key, headers and framing
_COMMON: dict[str, Any] = {
    "bootstrap_timeout_ms": 10_000,
    "reconnect_backoff_max_ms": 2000,
    "metadata_max_age_ms": 10_000,  # topics that appear, and leaders that move, are noticed this soon
}
_CONSUMER: dict[str, Any] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "isolation_level": "read_committed",
    "fetch_max_bytes": 16_000_000,  # held in memory; a larger record still passes
    "session_timeout_ms": 10_000,
    "heartbeat_interval_ms": 2000,
}
_PRODUCER: dict[str, Any] = {
    "enable_idempotence": True,
    "compression_type": "lz4",
    "max_request_size": REQUEST_BYTES,
    "linger_ms": 2,
    "batch_size": 131_072,
    "delivery_timeout_ms": 30_000,
    "request_timeout_ms": 15_000,
    "max_block_ms": 15_000,
    "transaction_timeout_ms": 15_000,
}
_OURS = {"transactions", "replication_factor"}


class Clients:
    """Makes clients for one cluster. ``settings`` are kafka-python's own; each client takes what it knows.

    Two more: ``transactions`` (default true: outputs and offsets are committed together) and
    ``replication_factor`` (of topics made here; default: the broker's).
    """

    def __init__(self, bootstrap: str, settings: Mapping[str, Setting]) -> None:
        self.servers = [server.strip() for server in bootstrap.split(",") if server.strip()]
        self.where = ",".join(self.servers)
        self._settings = dict(settings)
        self._reject_unknown()
        self.transactions = bool(self._settings.get("transactions", True))
        self.replication_factor = int(self._settings.get("replication_factor", -1))

    def consumer(self, group: str | None) -> KafkaConsumer:
        """A consumer without topics yet."""
        return KafkaConsumer(group_id=group, **self._merged(KafkaConsumer.DEFAULT_CONFIG, _CONSUMER))

    def producer(self, transactional_id: str | None = None) -> KafkaProducer:
        """A producer; with an id it is transactional."""
        merged = self._merged(KafkaProducer.DEFAULT_CONFIG, _PRODUCER)
        return KafkaProducer(transactional_id=transactional_id, **merged)

    def admin(self) -> KafkaAdminClient:
        """An admin client."""
        return KafkaAdminClient(
            **self._merged(KafkaAdminClient.DEFAULT_CONFIG, {"request_timeout_ms": 15_000})
        )

    def _merged(self, known: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
        theirs = {name: value for name, value in self._settings.items() if name in known}
        return {**_COMMON, **ours, **theirs, "bootstrap_servers": self.servers}

    def _reject_unknown(self) -> None:
        known = _OURS.union(
            KafkaConsumer.DEFAULT_CONFIG, KafkaProducer.DEFAULT_CONFIG, KafkaAdminClient.DEFAULT_CONFIG
        )
        for name in self._settings:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f" (did you mean {near[0]!r}?)" if near else ""
                raise UsageError(f"tocsin.yaml kafka.{name}: kafka-python has no such setting{hint}")


def drop_producer(producer: KafkaProducer) -> None:
    """Close without waiting for what was not sent."""
    try:
        producer.close(timeout=1)
    except kafka_errors.KafkaError:
        with suppress(AttributeError):
            producer._sender.force_close()  # close() gives up before this when its flush times out
