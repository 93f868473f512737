from pathlib import Path

import pytest

from config.errors import ConfigError
from config.models.root import Config
from console.loading import load_config
from console.watch import ConfigWatch, fingerprint, matters, only_yaml

RULES = """
rules:
  - id: one
    when: {{ regions: [idlib], events: [{event}] }}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "regions.yaml").write_text("regions: [{id: idlib, admin1: [SY-ID]}]\n")
    (tmp_path / "rules.yaml").write_text(RULES.format(event="raid"))
    return tmp_path


@pytest.fixture
def watch(folder: Path) -> ConfigWatch:
    return ConfigWatch(load_config(folder), load_config)


def test_nothing_changed(watch: ConfigWatch) -> None:
    assert not watch.changed()


def test_a_changed_rule_reloads_the_alerter_and_not_the_poller(watch: ConfigWatch, folder: Path) -> None:
    before = watch.current
    (folder / "rules.yaml").write_text(RULES.format(event="airstrike"))
    assert watch.changed()
    after = watch.reload("alerter")
    assert after is not None
    assert after.rules[0].when.events == ("airstrike",)
    assert matters("enricher", before, after)
    assert not matters("poller", before, after)
    assert not matters("extractor", before, after)
    assert not watch.changed()


def test_an_invalid_change_is_refused_once_and_the_old_configuration_stays(
    watch: ConfigWatch, folder: Path
) -> None:
    before = watch.current
    (folder / "rules.yaml").write_text(RULES.format(event="raid").replace("idlib", "idlb"))
    with pytest.raises(ConfigError, match="idlb"):
        watch.reload("alerter")
    assert watch.current is before
    assert not watch.changed()


def test_mending_an_invalid_change_to_what_it_was_restarts_nothing(watch: ConfigWatch, folder: Path) -> None:
    (folder / "rules.yaml").write_text("rules: 7\n")
    with pytest.raises(ConfigError):
        watch.reload("alerter")
    (folder / "rules.yaml").write_text(RULES.format(event="raid") + "# mended\n")
    assert watch.changed()
    assert watch.reload("alerter") is None


def test_a_comment_restarts_nothing_unless_forced(watch: ConfigWatch, folder: Path) -> None:
    path = folder / "rules.yaml"
    path.write_text(path.read_text() + "# a remark\n")
    assert watch.reload("alerter") is None
    assert watch.reload("alerter", force=True) is not None


def test_a_changed_file_beside_the_yaml_counts_as_a_change(watch: ConfigWatch, folder: Path) -> None:
    (folder / "area.geojson").write_text("{}")
    assert watch.reload("poller") is not None


def test_a_vanished_folder_is_a_refused_reload(watch: ConfigWatch, folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    assert watch.changed()
    with pytest.raises(ConfigError):
        watch.reload("alerter")


def test_which_files_differ() -> None:
    assert only_yaml({"a.yaml": (1, 1)}, {"a.yaml": (2, 1)})
    assert not only_yaml({"a.yaml": (1, 1)}, {"a.yaml": (1, 1), "b.txt": (1, 1)})


def test_fingerprint_sees_files_in_subfolders(folder: Path) -> None:
    (folder / "rules").mkdir()
    (folder / "rules" / "more.yaml").write_text("rules: []\n")
    assert str(folder / "rules" / "more.yaml") in fingerprint(folder)


def test_every_ignored_part_is_a_part_of_the_configuration() -> None:
    from console.watch import _IGNORED

    assert set().union(*_IGNORED.values()) <= set(Config.model_fields)
