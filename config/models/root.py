"""The whole configuration, as the stages see it."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from config.models.base import Model
from config.models.channels import ChannelsFile
from config.models.feeds import FeedsFile
from config.models.regions import Region
from config.models.rules import Condition, Rule
from config.models.settings import Settings


class Config(Model):
    """Everything that was read from one configuration folder, validated."""

    folder: Path  # absolute
    settings: Settings = Settings()
    feeds: FeedsFile = FeedsFile()  # of all files together, defaults applied
    regions: tuple[Region, ...] = ()
    rules: tuple[Rule, ...] = ()
    snippets: dict[str, Condition] = Field(default_factory=dict)
    channels: ChannelsFile = ChannelsFile()

    @property
    def data_dir(self) -> Path:
        """The data folder, absolute."""
        data = self.settings.data_dir
        return data if data.is_absolute() else (self.folder.parent / data).resolve()

    def topic(self, name: str) -> str:
        """The full name of a topic: prefix and short name."""
        return f"{self.settings.prefix}{name}"
