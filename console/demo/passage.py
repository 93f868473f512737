"""How far the articles have come: records in each topic, and whether every stage has read its own."""

from __future__ import annotations

from pathlib import Path

from config.errors import LogUnavailable
from console.loading import load_config
from streams.open import open_broker
from streams.records import TopicPartition

_READERS = (("articles", "extractor"), ("documents", "enricher"), ("enriched", "alerter"))


class Passage:
    """Looks at the log of one configuration."""

    def __init__(self, folder: Path) -> None:
        self._config = load_config(folder)
        self._broker = open_broker(self._config)

    def counts(self) -> dict[str, int]:
        """Records in each topic; topics that are not there yet are left out."""
        return {
            name.removeprefix(self._config.settings.prefix): sum(
                self._broker.end_offsets(_partitions(name, number)).values()
            )
            for name, number in self._topics().items()
        }

    def finished(self, articles: int) -> bool:
        """True when that many articles went all the way and no stage has anything left to read."""
        counts = self.counts()
        if counts.get("enriched", 0) + counts.get("articles.dlq", 0) < articles:
            return False
        return all(self._caught_up(topic, stage) for topic, stage in _READERS)

    def _caught_up(self, topic: str, stage: str) -> bool:
        full = self._config.topic(topic)
        places = _partitions(full, self._topics().get(full, 0))
        done = self._broker.committed(self._config.topic(stage), places)
        return all((done.get(place) or 0) >= end for place, end in self._broker.end_offsets(places).items())

    def _topics(self) -> dict[str, int]:
        try:
            return dict(self._broker.topics())
        except LogUnavailable:  # the stages are still starting
            return {}

    def close(self) -> None:
        """Release the log."""
        self._broker.close()


def _partitions(topic: str, number: int) -> list[TopicPartition]:
    return [TopicPartition(topic, partition) for partition in range(number)]
