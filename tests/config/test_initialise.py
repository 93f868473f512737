"""The shipped configuration, and folders made from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import UsageError
from config.files import KINDS
from config.initialise import SHIPPED, initialise
from config.loader import load
from config.models.root import Config


@pytest.fixture(scope="module")
def shipped() -> Config:
    return load(SHIPPED, environment={})


def test_the_shipped_folder_is_right_without_any_variable(shipped: Config) -> None:
    assert len(shipped.feeds.feeds) >= 20
    assert len(shipped.regions) >= 10
    assert {"terminal", "jsonl"} <= {channel.type for channel in shipped.channels.channels.values()}


def test_shipped_feeds_name_a_publisher_and_use_tls(shipped: Config) -> None:
    for feed in shipped.feeds.feeds:
        assert feed.publisher, feed.id
        assert feed.url.startswith("https://"), feed.id
        assert feed.every is not None
    urls = [feed.url for feed in shipped.feeds.feeds]
    assert len(set(urls)) == len(urls)


def test_shipped_rules_carry_tests_that_must_and_must_not_fire(shipped: Config) -> None:
    tests = [test for rule in shipped.rules for test in rule.tests]
    assert sum(test.expect == () for test in tests) >= 3
    assert sum(test.expect != () for test in tests) >= 3


def test_idlib_knows_atme_in_arabic(shipped: Config) -> None:
    idlib = next(region for region in shipped.regions if region.id == "idlib")
    atme = next(place for place in idlib.places if place.name == "Atme")
    assert "أطمة" in atme.aliases


def test_a_new_folder_loads(tmp_path: Path) -> None:
    done = initialise(tmp_path / "watch", event_types={"raid"})
    assert {path.name for path in done.written} == {
        f"{kind}{end}" for kind in KINDS for end in (".yaml", ".json")
    }
    config = load(tmp_path / "watch", environment={})
    assert config.rules == load(SHIPPED, environment={}).rules
    for kind in KINDS:
        first = (tmp_path / "watch" / f"{kind}.yaml").read_text("utf-8").splitlines()[0]
        named = first.removeprefix("# yaml-language-server: $schema=")
        assert (tmp_path / "watch" / named).is_file()


def test_what_people_wrote_is_kept(tmp_path: Path) -> None:
    mine = tmp_path / "rules.yaml"
    mine.write_text("rules: []\n")
    done = initialise(tmp_path)
    assert done.kept == [mine]
    assert mine.read_text() == "rules: []\n"
    assert (tmp_path / "feeds.yaml").exists()
    assert initialise(tmp_path, force=True).kept == []
    assert mine.read_text() != "rules: []\n"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        initialise(tmp_path / "file" / "config")
