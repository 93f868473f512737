from __future__ import annotations

import pytest

from processors import taxonomy
from processors.text import lexicon

ACLED = {
    "Armed clash",
    "Government regains territory",
    "Non-state actor overtakes territory",
    "Chemical weapon",
    "Air/drone strike",
    "Suicide bomb",
    "Shelling/artillery/missile attack",
    "Remote explosive/landmine/IED",
    "Grenade",
    "Sexual violence",
    "Attack",
    "Abduction/forced disappearance",
    "Peaceful protest",
    "Protest with intervention",
    "Excessive force against protesters",
    "Violent demonstration",
    "Mob violence",
    "Agreement",
    "Arrests",
    "Change to group/activity",
    "Disrupted weapons use",
    "Headquarters or base established",
    "Looting/property destruction",
    "Non-violent transfer of territory",
    "Other",
}


def test_every_acled_sub_event_has_a_type_and_no_other_is_named() -> None:
    assert {kind.acled for kind in taxonomy.EVENT_TYPES.values()} == ACLED


def test_ids_families_and_aliases_do_not_collide() -> None:
    assert not set(taxonomy.EVENT_TYPES) & set(taxonomy.FAMILIES)
    assert not set(taxonomy.EVENT_TYPES) & set(taxonomy.ALIASES)
    assert all(taxonomy.is_known(target) for target in taxonomy.ALIASES.values())


def test_families_partition_the_types_by_their_home() -> None:
    for kind in taxonomy.EVENT_TYPES.values():
        assert kind.id in taxonomy.FAMILIES[kind.family]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["raid"], {"raid"}),
        (["Air Strike"], {"airstrike"}),
        (["airstrikes"], {"airstrike", "drone-strike"}),
        (["kidnapping", "RAID"], {"abduction", "raid"}),
        (["nonsense"], set()),
        ([], set()),
    ],
)
def test_expands_types_families_and_aliases(names: list[str], expected: set[str]) -> None:
    assert taxonomy.expand(names) == expected


def test_suggests_what_was_meant() -> None:
    assert taxonomy.suggest("airstirke") == "airstrike"
    assert taxonomy.suggest("demonstation") == "protest"
    assert taxonomy.suggest("xyzzy") is None


def test_compatible_is_symmetric_and_reflexive() -> None:
    for one in taxonomy.EVENT_TYPES:
        assert taxonomy.compatible(one, one)
        for other in taxonomy.EVENT_TYPES:
            assert taxonomy.compatible(one, other) == taxonomy.compatible(other, one)


@pytest.mark.parametrize("language", sorted(lexicon.languages()))
def test_lexicons_name_only_known_types(language: str) -> None:
    inner = {"none", "kill-report", "incident"}
    loaded = lexicon.load(language)
    framed = {frame.type for frames in loaded.frames.values() for frame in frames}
    direct = {t for _, (_, _, concepts, _) in loaded.automaton.items() for t in _types(concepts)}
    assert (framed | direct) - inner <= set(taxonomy.EVENT_TYPES)
    assert set(loaded.weights) - inner <= set(taxonomy.EVENT_TYPES)


def _types(concepts: tuple[str, ...]) -> list[str]:
    return [concept[3:] for concept in concepts if concept.startswith("ev:")]
