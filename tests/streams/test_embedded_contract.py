"""The contract over the embedded log."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.embedded import EmbeddedBroker
from tests.streams.contract import BrokerContract


class TestEmbedded(BrokerContract):
    @pytest.fixture
    def broker(self, tmp_path: Path) -> EmbeddedBroker:
        return EmbeddedBroker(tmp_path / "log.db")

    @pytest.fixture
    def zombie_broker(self, tmp_path: Path) -> EmbeddedBroker:
        return EmbeddedBroker(tmp_path / "log.db", lease_ms=500, max_poll_seconds=0.1)
