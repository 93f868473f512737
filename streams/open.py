"""From settings to the log and the state database."""

from __future__ import annotations

from pathlib import Path

from config.errors import UsageError
from config.models.root import Config
from streams.broker import Broker


def open_broker(config: Config) -> Broker:
    """The log that ``log`` in tocsin.yaml names. Makes no connection yet; close it when done."""
    address = config.settings.log
    if address == "embedded" or address.startswith("embedded:///"):
        from streams.embedded import EmbeddedBroker

        return EmbeddedBroker(_log_file(config, address))
    if address.startswith("kafka://"):
        from streams.kafka import KafkaBroker

        return KafkaBroker(address.removeprefix("kafka://"), settings=config.settings.kafka)
    raise UsageError(
        f"tocsin.yaml log: cannot use {address!r}; write embedded, embedded:///path/log.db or kafka://host:9092"
    )


def _log_file(config: Config, address: str) -> Path:
    if address == "embedded":
        return config.data_dir / "log.db"
    return Path(address.removeprefix("embedded://"))


def state_url(config: Config) -> str:
    """The state database as a SQLAlchemy URL; makes the data folder where SQLite needs it."""
    if config.settings.state is not None:
        return config.settings.state.get_secret_value()
    config.data_dir.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{config.data_dir / 'state.db'}"
