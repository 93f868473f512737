"""The log of one machine: a SQLite file in WAL mode, safe for several processes. Local disks only."""

from streams.embedded.broker import EmbeddedBroker

__all__ = ["EmbeddedBroker"]
