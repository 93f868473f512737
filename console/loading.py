"""Reading the configuration folder with everything known that its references may name."""

from __future__ import annotations

from pathlib import Path

from config.loader import load
from config.models.root import Config
from processors.taxonomy import ALIASES, EVENT_TYPES, FAMILIES


def load_config(folder: Path, rules_file: Path | None = None) -> Config:
    """The validated configuration; raises ConfigError with every problem, unknown event types included.

    ``rules_file``: rules to read in place of the folder's.
    """
    return load(folder, event_types=event_names(), rules_file=rules_file)


def event_names() -> frozenset[str]:
    """Every name that a rule may use under ``events``."""
    return frozenset((*EVENT_TYPES, *FAMILIES, *ALIASES))


def check_deeply(config: Config) -> None:
    """What only the parts themselves can judge: rules compile, the routing tree and channels make sense.

    Raises RuleError or ConfigError.
    """
    from alerts.channels.check import check_delivery
    from alerts.rules import compile_rules

    compile_rules(config)
    check_delivery(config)
