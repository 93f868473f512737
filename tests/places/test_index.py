"""The index file: what goes in comes out; damage is noticed; one of several builders builds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import EnrichmentError
from processors.places import builder, gazetteer
from processors.places.builder import build_bytes
from processors.places.gazetteer import Gazetteer, open_gazetteer
from processors.places.keys import fold
from processors.places.sources import Source


def source(name: str, number: int = 1, **changes: object) -> Source:
    facts: dict[str, object] = {
        "name": name,
        "names": (),
        "kind": "city",
        "geoname_id": number,
        "country": "SY",
        "admin1": "",
        "admin2_id": 0,
        "latitude": 35.5,
        "longitude": 36.5,
        "population": 1000,
    }
    return Source(**{**facts, **changes})  # type: ignore[arg-type]


IDLIB = source("Idlib", 169387, kind="admin1", code="SY.12", iso="SY-ID", admin1="SY.12", names=("إدلب",))
SARMIN = source("Sarmin", 173, admin1="SY.12", names=("سرمين", "Sarmeen"))
FRANCE = source("France", 3017382, kind="country", country="FR", demonyms=("French",))


def written(path: Path, sources: list[Source]) -> Gazetteer:
    builder.write_atomically(path, build_bytes(sources, "test"))
    return Gazetteer(path, "test")


def test_an_entry_comes_back_with_its_divisions(tmp_path: Path) -> None:
    index = written(tmp_path / "g.idx", [IDLIB, SARMIN])
    (hit,) = index.lookup("SARMIN")
    assert hit.primary
    assert (hit.entry.name, hit.entry.country, hit.entry.admin1, hit.entry.geoname_id) == (
        "Sarmin",
        "SY",
        "SY-ID",
        173,
    )
    assert index.codes == {"SY.12": 0, "SY-ID": 0}


def test_alternate_names_and_romanizations_find_it_and_say_so(tmp_path: Path) -> None:
    index = written(tmp_path / "g.idx", [IDLIB, SARMIN])
    assert [h.primary for h in index.lookup("سرمين")] == [False]
    assert [(h.entry.name, h.loose) for h in index.lookup("Sarmayn")] == [("Sarmin", True)]
    assert index.lookup("Sarmayn", romanized=False) == []


def test_demonyms_name_no_place_but_their_country(tmp_path: Path) -> None:
    index = written(tmp_path / "g.idx", [FRANCE])
    assert index.lookup("French") == []
    found = index.demonym("french")
    assert found is not None
    assert found.country == "FR"
    assert index.demonym("Gallic") is None


def test_a_place_without_division_has_none(tmp_path: Path) -> None:
    index = written(tmp_path / "g.idx", [source("Nowhere", kind="admin1", code="XX.1"), source("Afar", 2)])
    (hit,) = index.lookup("Afar")
    assert (hit.entry.admin1, hit.entry.admin1_row) == ("", -1)


names = st.lists(
    st.text(alphabet=st.characters(codec="utf-8"), min_size=2, max_size=20), min_size=1, max_size=20
)


@settings(max_examples=25)
@given(names=names, absent=st.text(min_size=2, max_size=12))
def test_every_name_is_found_and_no_other(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], absent: str
) -> None:
    path = tmp_path_factory.mktemp("index") / "g.idx"
    index = written(path, [source(name, number) for number, name in enumerate(names, 1)])
    for number, name in enumerate(names, 1):
        if len(fold(name)) >= 2:
            assert number in {h.entry.geoname_id for h in index.lookup(name, romanized=False)}
            assert index.starts_name(fold(name).split(" ")[0])
    if fold(absent) not in {fold(name) for name in names}:
        assert index.lookup(absent, romanized=False) == []
        assert index.positions([fold(absent)]) == [None]


def few_sources() -> list[Source]:
    return [IDLIB, SARMIN]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Builds take two places; the list counts them."""
    built: list[int] = []

    def sources() -> list[Source]:
        built.append(1)
        return few_sources()

    monkeypatch.setattr(builder, "all_sources", sources)
    return built


def damage(data: bytes, how: str) -> bytes:
    if how == "flipped":
        middle = len(data) // 2
        return data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]
    return {
        "cut": data[:-100],
        "empty": b"",
        "foreign": b"SQLite format 3\x00" + data[16:],
        "header": data[:12] + b"{" * 500,
    }[how]


@pytest.mark.parametrize("how", ["flipped", "cut", "empty", "foreign", "header"])
def test_a_damaged_index_is_rebuilt(tmp_path: Path, small: list[int], how: str) -> None:
    path = tmp_path / "g.idx"
    open_gazetteer(path)
    path.write_bytes(damage(path.read_bytes(), how))
    assert [h.entry.name for h in open_gazetteer(path).lookup("Sarmin")] == ["Sarmin"]
    assert len(small) == 2


def test_an_index_of_another_version_is_rebuilt_and_a_good_one_kept(
    tmp_path: Path, small: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "g.idx"
    open_gazetteer(path)
    open_gazetteer(path)
    assert len(small) == 1
    monkeypatch.setattr(builder, "stamp", lambda: "newer")
    open_gazetteer(path)
    assert len(small) == 2


def test_what_a_killed_builder_left_is_cleared_away(tmp_path: Path, small: list[int]) -> None:
    left = tmp_path / "g.idx.abc123"
    left.write_bytes(b"half")
    open_gazetteer(tmp_path / "g.idx")
    assert not left.exists()
    assert (tmp_path / "g.idx.lock").exists()


def test_the_stamp_follows_the_shipped_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    before = builder.stamp()
    monkeypatch.setattr(builder, "TABLES", builder.TABLES[:-1])
    assert builder.stamp() != before


def test_building_reports_progress_up_to_the_end() -> None:
    seen: list[tuple[int, int]] = []
    build_bytes(few_sources(), "test", lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1]


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path, small: list[int]) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")
    with pytest.raises(EnrichmentError, match="gazetteer index"):
        open_gazetteer(blocker / "g.idx")


BUILDER = """
import sys, time
from pathlib import Path
from processors.places import builder, gazetteer
from tests.places import test_index as t
folder, mode = Path(sys.argv[1]), sys.argv[2]

def sources():
    with (folder / "builds").open("a") as log:
        log.write("built\\n")
    yield t.IDLIB
    (folder / "begun").touch()
    while mode == "hang":
        time.sleep(0.01)
    yield t.SARMIN

builder.all_sources = sources
print(len(gazetteer.open_gazetteer(folder / "g.idx").lookup("Sarmin")))
"""


def start(folder: Path, mode: str) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", BUILDER, str(folder), mode],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_of_several_processes_one_builds_and_all_read(tmp_path: Path) -> None:
    workers = [start(tmp_path, "build") for _ in range(4)]
    answers = [worker.communicate(timeout=60)[0].strip() for worker in workers]
    assert answers == ["1"] * 4
    assert (tmp_path / "builds").read_text().splitlines() == ["built"]


def test_a_builder_that_is_killed_leaves_nothing_behind_that_others_trip_over(tmp_path: Path) -> None:
    victim = start(tmp_path, "hang")
    while not (tmp_path / "begun").exists():
        assert victim.poll() is None
    victim.send_signal(signal.SIGKILL)
    victim.wait(timeout=30)
    assert not (tmp_path / "g.idx").exists()
    assert start(tmp_path, "build").communicate(timeout=60)[0].strip() == "1"


def test_the_users_places_join_without_touching_the_index(tmp_path: Path, small: list[int]) -> None:
    own = source(
        "Checkpoint Seven", 0, latitude=36.3, longitude=36.69, country="", priority=2, names=("Nokta 7",)
    )
    path = tmp_path / "g.idx"
    index = open_gazetteer(path, [own])
    (hit,) = index.lookup("checkpoint seven")
    assert (hit.entry.priority, hit.entry.country, hit.entry.admin1) == (2, "SY", "SY-ID")
    assert index.positions([fold("Nokta 7")]) == [-1]
    assert open_gazetteer(path).lookup("Checkpoint Seven") == []
    assert gazetteer.default_path().name.startswith("gazetteer")
