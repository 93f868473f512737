"""Rule sets for tests, from plain data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alerts.rules import RuleSet, compile_rules
from config.models.regions import Region
from config.models.root import Config
from config.models.rules import Condition, Rule

REGIONS: tuple[dict[str, Any], ...] = (
    {"id": "idlib", "admin1": ["SY-ID"], "within": {"lat": 36.3, "lon": 36.7, "radius_km": 40}},
    {"id": "aleppo", "admin1": ["SY-HL"]},
    {"id": "syria", "countries": ["SY"]},
    {"id": "france", "countries": ["FR"]},
)


def config_of(
    *rules: dict[str, Any],
    regions: tuple[dict[str, Any], ...] = REGIONS,
    snippets: dict[str, Any] | None = None,
    folder: Path = Path("/nowhere"),
) -> Config:
    """A configuration with these rules; ``id`` is added where it is missing."""
    return Config(
        folder=folder,
        regions=tuple(Region.model_validate(region) for region in regions),
        rules=tuple(Rule.model_validate({"id": f"rule-{n}", **rule}) for n, rule in enumerate(rules)),
        snippets={name: Condition.model_validate(value) for name, value in (snippets or {}).items()},
    )


def rule_set(*rules: dict[str, Any], **options: Any) -> RuleSet:
    """These rules, compiled."""
    return compile_rules(config_of(*rules, **options))
