"""What was being worked on when a process died."""

from __future__ import annotations

from pathlib import Path

from streams.records import Record, TopicPartition
from streams.suspects import Suspects

PLACE = TopicPartition("t", 0)


def record(offset: int, partition: int = 0) -> Record:
    return Record("t", partition, offset, 0, b"k", b"v")


def test_a_record_that_is_done_leaves_no_trace(tmp_path: Path) -> None:
    suspects = Suspects(tmp_path)
    for offset in range(3):
        assert suspects.begin(record(offset)) == 0
        suspects.end(record(offset))
    assert Suspects(tmp_path).begin(record(2)) == 0


def test_deaths_on_one_record_are_counted_though_others_are_done_again_before_it(tmp_path: Path) -> None:
    for deaths in range(3):
        life = Suspects(tmp_path)
        for offset in (5, 6):
            assert life.begin(record(offset)) == 0
            life.end(record(offset))
        assert life.begin(record(7)) == deaths


def test_a_suspect_that_passes_is_cleared(tmp_path: Path) -> None:
    Suspects(tmp_path).begin(record(7))
    life = Suspects(tmp_path)
    assert life.begin(record(7)) == 1
    life.end(record(7))
    assert Suspects(tmp_path).begin(record(7)) == 0


def test_partitions_are_counted_each_for_itself(tmp_path: Path) -> None:
    Suspects(tmp_path).begin(record(7, partition=0))
    assert Suspects(tmp_path).begin(record(7, partition=1)) == 0


def test_a_death_while_preparing_makes_the_next_process_go_without_once(tmp_path: Path) -> None:
    life = Suspects(tmp_path)
    assert life.batch([PLACE])
    next_life = Suspects(tmp_path)
    assert not next_life.batch([PLACE])
    assert next_life.batch([PLACE])
    next_life.rest()
    assert Suspects(tmp_path).batch([PLACE])


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    suspects = Suspects(tmp_path / "file" / "folder")
    assert suspects.batch([PLACE])
    assert suspects.begin(record(1)) == 0
    suspects.end(record(1))
    suspects.forget()


def test_a_damaged_file_is_taken_for_empty(tmp_path: Path) -> None:
    (tmp_path / "t-0").write_bytes(b"xyz")
    assert Suspects(tmp_path).begin(record(1)) == 0
