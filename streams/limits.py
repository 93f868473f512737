"""How much a worker takes on, and what it did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Limits:
    """How much a worker takes on."""

    max_records: int = 100  # polled, and prepared, at a time
    checkpoint_seconds: float = 1.0  # outputs become visible at least this often while there is work
    checkpoint_bytes: int = 16_000_000  # outputs held in memory
    attempts: int = 3  # before a record becomes a dead letter
    retry_seconds: float = 0.2  # before the second attempt; doubles


@dataclass(slots=True)
class Counts:
    """What a worker did since it was made."""

    processed: int = 0  # records checkpointed, dead letters included
    outputs: int = 0
    dead_letters: int = 0
    checkpoints: int = 0
    recoveries: int = 0  # times that it began again at the last checkpoint
