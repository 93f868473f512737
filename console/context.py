"""What every command is given: the global options, output for people or machines, and doors to the parts."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import Console, JustifyMethod
    from sqlalchemy import Engine

    from config.models.root import Config
    from streams.broker import Broker

DEFAULT_FOLDER = Path("config")
_WIDE = 160


@dataclass
class Context:
    """The global options of one call, and what they open. Everything is opened when first asked for."""

    folder: Path = DEFAULT_FOLDER
    json: bool = False
    debug: bool = False
    _open: list[Any] = field(default_factory=list)

    @cached_property
    def out(self) -> Console:
        """Standard output."""
        from rich.console import Console

        # Into a file or a pipe there is no width to fit: lines stay whole enough to be searched.
        return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)

    @cached_property
    def err(self) -> Console:
        """Standard error: errors, hints and progress, so that standard output stays clean."""
        from rich.console import Console

        return Console(stderr=True, highlight=False, soft_wrap=True)

    @cached_property
    def config(self) -> Config:
        """The validated configuration; raises ConfigError."""
        from console.loading import load_config

        return load_config(self.folder)

    @property
    def config_or_defaults(self) -> Config:
        """The configuration; built-in settings where there is no default folder. A broken one is an error."""
        from config.models.root import Config

        if self.folder.is_dir():
            return self.config
        if self.folder != DEFAULT_FOLDER:
            raise ConfigError([f"{self.folder}: no such folder"])
        return Config(folder=self.folder.absolute())

    @cached_property
    def engine(self) -> Engine:
        """The state database, migrated; raises StateError."""
        from streams.open import state_url
        from streams.state import open_state

        engine = open_state(state_url(self.config))
        self._open.append(engine.dispose)
        return engine

    @cached_property
    def broker(self) -> Broker:
        """The log; raises LogError."""
        from streams.open import open_broker

        broker = open_broker(self.config)
        self._open.append(broker.close)
        return broker

    def close(self) -> None:
        """Release what was opened."""
        while self._open:
            self._open.pop()()

    def emit(self, value: Any) -> None:
        """One JSON value on one line of standard output."""
        import msgspec

        sys.stdout.buffer.write(msgspec.json.encode(value, enc_hook=_plain) + b"\n")
        sys.stdout.buffer.flush()

    def say(self, text: str) -> None:
        """A line for people (Rich markup allowed; escape foreign text). Silent under ``--json``."""
        if not self.json:
            self.out.print(text)

    def hint(self, text: str) -> None:
        """A remark on standard error, dim. Silent under ``--json``."""
        if not self.json:
            self.err.print(f"[dim]{text}[/dim]")

    def table(self, title: str | None, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table of plain text cells; foreign text is made harmless here."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        from console.text import clean

        table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
        for column in columns:
            name = column.removesuffix(">")
            fixed = name == "id" or name.endswith("(UTC)")
            justify: JustifyMethod = "right" if column.endswith(">") else "left"
            table.add_column(name, justify=justify, overflow="fold", no_wrap=fixed)
        for row in rows:
            table.add_row(*(Text(clean(cell)) for cell in row))
        self.out.print(table)


def _plain(value: Any) -> Any:
    """What msgspec does not know by itself."""
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True)
    raise NotImplementedError(type(value).__name__)
