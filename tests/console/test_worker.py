"""The life of a stage process, with a stage that is only pretended."""

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.errors import LogUnavailable, RuleError
from config.models.root import Config
from console import worker
from console.loading import load_config
from console.processes import PARENT, orphaned
from console.watch import ConfigWatch
from console.worker import STAGES, StageProcess, wait_seconds


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tocsin.yaml").write_text("partitions: 2\n")
    return tmp_path


class Stage:
    """Waits in ``run`` until told to leave, telling the test each time it came so far."""

    def __init__(self) -> None:
        self.configs: list[Config] = []
        self.entered: threading.Semaphore = threading.Semaphore(0)
        self.closed = 0
        self.failures: list[Exception] = []

    def build(self, config: Config) -> Any:
        @contextlib.contextmanager
        def opened() -> Iterator["Stage"]:
            if self.failures:
                raise self.failures.pop(0)
            self.configs.append(config)
            yield self
            self.closed += 1

        return opened()

    def run(self, stop: threading.Event) -> None:
        self.entered.release()
        assert stop.wait(20)

    def close(self) -> None:
        """Nothing to release."""


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[[Stage], StageProcess]]:
    threads: list[tuple[StageProcess, threading.Thread]] = []

    def begin(stage: Stage) -> StageProcess:
        process = StageProcess("alerter", ConfigWatch(load_config(folder), load_config), stage.build)
        thread = threading.Thread(target=process.run)
        thread.start()
        threads.append((process, thread))
        return process

    yield begin
    for process, thread in threads:
        process.stop()
        thread.join(20)
        assert not thread.is_alive()


def test_sigterm_lets_the_stage_finish_and_close(start: Callable[[Stage], StageProcess]) -> None:
    stage = Stage()
    process = start(stage)
    assert stage.entered.acquire(timeout=20)
    process.signals.put(signal.SIGTERM)
    assert process._finish.wait(20)


def test_a_reload_builds_the_stage_anew(start: Callable[[Stage], StageProcess], folder: Path) -> None:
    stage = Stage()
    process = start(stage)
    assert stage.entered.acquire(timeout=20)
    (folder / "tocsin.yaml").write_text("partitions: 8\n")
    process.look()
    assert stage.entered.acquire(timeout=20)
    assert [config.settings.partitions for config in stage.configs] == [2, 8]
    assert stage.closed == 1


def test_sighup_rebuilds_even_without_a_change(start: Callable[[Stage], StageProcess]) -> None:
    stage = Stage()
    process = start(stage)
    assert stage.entered.acquire(timeout=20)
    process.signals.put(signal.SIGHUP)
    assert stage.entered.acquire(timeout=20)
    assert len(stage.configs) == 2


def test_an_invalid_reload_is_refused_in_one_line(
    start: Callable[[Stage], StageProcess], folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stage = Stage()
    process = start(stage)
    assert stage.entered.acquire(timeout=20)
    (folder / "tocsin.yaml").write_text("partitons: 8\n")
    with caplog.at_level(logging.ERROR):
        process.look()
    (record,) = caplog.records
    assert "reload refused" in record.getMessage()
    assert "tocsin.yaml:1" in record.getMessage()
    assert len(stage.configs) == 1


def test_a_reload_that_cannot_be_built_falls_back_to_the_last_good_one(
    start: Callable[[Stage], StageProcess], folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stage = Stage()
    process = start(stage)
    assert stage.entered.acquire(timeout=20)
    stage.failures.append(RuleError("rules[0]: no such thing"))
    (folder / "tocsin.yaml").write_text("partitions: 8\n")
    process.look()
    assert stage.entered.acquire(timeout=20)
    assert [config.settings.partitions for config in stage.configs] == [2, 2]
    assert "no such thing" in caplog.text


def test_a_first_configuration_that_cannot_be_built_is_an_error(folder: Path) -> None:
    stage = Stage()
    stage.failures.append(RuleError("rules[0]: no such thing"))
    process = StageProcess("alerter", ConfigWatch(load_config(folder), load_config), stage.build)
    with pytest.raises(RuleError):
        process.run()
    process.stop()


def test_a_log_that_is_down_is_waited_for(
    start: Callable[[Stage], StageProcess], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "wait_seconds", lambda attempt: 0.0)
    stage = Stage()
    stage.failures += [LogUnavailable("kafka://x: nobody answers")] * 3
    with caplog.at_level(logging.INFO):
        start(stage)
        assert stage.entered.acquire(timeout=20)
    assert sum("nobody answers" in record.getMessage() for record in caplog.records) == 3
    assert any("available again" in record.getMessage() for record in caplog.records)


def test_waits_grow_to_half_a_minute() -> None:
    assert [wait_seconds(attempt) for attempt in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]


def test_a_stage_stops_when_its_supervisor_is_gone(
    start: Callable[[Stage], StageProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage()
    process = start(stage)
    assert stage.entered.acquire(timeout=20)
    monkeypatch.setenv(PARENT, "1" if os.getppid() != 1 else "2")
    assert orphaned()
    process.look()
    assert process._finish.is_set()


def test_without_a_supervisor_nobody_is_an_orphan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PARENT, raising=False)
    assert not orphaned()
    monkeypatch.setenv(PARENT, str(os.getppid()))
    assert not orphaned()


def test_every_stage_has_a_module() -> None:
    import importlib.util

    for module in STAGES.values():
        assert importlib.util.find_spec(module) is not None, module
