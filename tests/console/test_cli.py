"""The command line as its users meet it: exit codes, one line for an error."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from config.errors import (
    ChannelPermanent,
    ConfigError,
    EnrichmentError,
    FetchTimeout,
    LogUnavailable,
    RuleError,
    StateVersionError,
    TocsinError,
    UsageError,
)
from console import exits
from console.command import guard
from console.context import Context
from console.main import app

HEAVY = ("pycurl", "alembic", "numpy", "rich", "shapely", "spacy", "sqlalchemy", "trafilatura")


@dataclass(frozen=True)
class Answer:
    returncode: int
    stdout: str
    stderr: str


Tocsin = Callable[..., Answer]


@pytest.fixture
def tocsin(monkeypatch: pytest.MonkeyPatch) -> Tocsin:
    """``tocsin(*arguments, cwd=…, NAME=value…)`` in this process."""

    def call(*arguments: str, cwd: Path, **environment: str) -> Answer:
        monkeypatch.chdir(cwd)
        result = CliRunner().invoke(app, list(arguments), env=environment, prog_name="tocsin")
        return Answer(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "tocsin.yaml").write_text("data_dir: data\npartitions: 2\n")
    return tmp_path


def test_help_loads_nothing_heavy() -> None:
    """Start-up stays quick because command modules import what they need when they run."""
    program = f"import sys, console.main; print([m for m in {HEAVY!r} if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("stage", "foreign"),
    [
        ("ingest.poller", ("spacy", "trafilatura", "shapely", "apprise", "slack_sdk")),
        ("ingest.extractor", ("spacy", "shapely", "apprise", "slack_sdk")),
        ("processors.enricher", ("trafilatura", "pycurl", "shapely", "apprise", "slack_sdk")),
        ("alerts.alerter", ("spacy", "trafilatura", "pycurl", "apprise", "slack_sdk")),
        ("alerts.notifier", ("spacy", "trafilatura", "pycurl", "shapely", "apprise")),
    ],
)
def test_a_stage_loads_no_other_stages_libraries(stage: str, foreign: tuple[str, ...]) -> None:
    program = f"import sys, {stage}; print([m for m in {foreign!r} if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_an_error_is_one_line_and_an_exit_code(tocsin: Tocsin, tmp_path: Path) -> None:
    answer = tocsin("check", cwd=tmp_path)
    assert answer.returncode == exits.CONFIGURATION
    assert answer.stdout == ""
    (line,) = answer.stderr.splitlines()
    assert line.startswith("error ")
    assert "tocsin init" in line


def test_every_problem_of_a_configuration_is_printed(tocsin: Tocsin, folder: Path) -> None:
    (folder / "config" / "tocsin.yaml").write_text("partitons: 2\nlog_level: loud\n")
    answer = tocsin("check", cwd=folder)
    assert answer.returncode == exits.CONFIGURATION
    assert "tocsin.yaml:1" in answer.stderr
    assert "tocsin.yaml:2" in answer.stderr
    assert "2 problems" in answer.stderr


def test_errors_for_machines(tocsin: Tocsin, folder: Path) -> None:
    (folder / "config" / "tocsin.yaml").write_text("partitons: 2\n")
    answer = tocsin("--json", "check", cwd=folder)
    told = json.loads(answer.stderr)
    assert told["error"] == "ConfigError"
    assert len(told["problems"]) == 1


def test_global_options_may_stand_before_or_after_the_command(
    tocsin: Tocsin, folder: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    before = tocsin("--config", str(folder / "config"), "--json", "check", cwd=elsewhere)
    after = tocsin("check", "--config", str(folder / "config"), "--json", cwd=elsewhere)
    by_environment = tocsin("check", "--json", cwd=elsewhere, TOCSIN_CONFIG=str(folder / "config"))
    assert before.returncode == after.returncode == by_environment.returncode == 0, before.stderr
    assert before.stdout == after.stdout == by_environment.stdout
    assert json.loads(before.stdout)["ok"] is True


def test_init_then_check(tocsin: Tocsin, tmp_path: Path) -> None:
    assert tocsin("init", cwd=tmp_path).returncode == 0
    checked = tocsin("check", "--json", cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr
    counts = json.loads(checked.stdout)
    assert counts["feeds"] > 0
    assert counts["rules"] > 0
    (tmp_path / "config" / "rules.yaml").write_text("rules: []\n")
    again = tocsin("init", "--json", cwd=tmp_path)
    assert any(path.endswith("rules.yaml") for path in json.loads(again.stdout)["kept"])
    assert (tmp_path / "config" / "rules.yaml").read_text() == "rules: []\n"


def test_an_empty_system_answers_quietly(tocsin: Tocsin, folder: Path) -> None:
    assert tocsin("lag", "--max", "0", cwd=folder).returncode == exits.OK
    assert json.loads(tocsin("dlq", "list", "--json", cwd=folder).stdout) == []
    assert json.loads(tocsin("alerts", "list", "--json", cwd=folder).stdout) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("worker", "cook"),
        ("dlq", "show", "nonsense"),
        ("dlq", "list", "cakes"),
        ("dlq", "replay"),
        ("alerts", "show", "0000"),
        ("alerts", "list", "--since", "yesterday"),
        ("alerts", "silence", "idlib", "--until", "4h", "--reason", "x"),
        ("import", "missing.jsonl"),
        ("enrich", "missing.jsonl"),
        ("trace", "http://example.org/never-seen"),
        ("nonsense",),
        ("lag", "--max", "many"),
    ],
)
def test_wrong_usage_has_its_own_code_and_no_traceback(
    tocsin: Tocsin, folder: Path, arguments: tuple[str, ...]
) -> None:
    answer = tocsin(*arguments, cwd=folder)
    assert answer.returncode == exits.USAGE, answer.stderr
    assert "Traceback" not in answer.stderr
    assert answer.stderr.strip()


def test_a_database_that_cannot_be_opened_is_said_in_one_line(tocsin: Tocsin, folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "state.db").write_bytes(b"this is no database" * 100)
    answer = tocsin("alerts", "list", cwd=folder)
    assert answer.returncode == exits.UNAVAILABLE, answer.stderr
    assert len(answer.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), exits.USAGE),
        (ConfigError(["x"]), exits.CONFIGURATION),
        (RuleError("x"), exits.CONFIGURATION),
        (LogUnavailable("x"), exits.UNAVAILABLE),
        (StateVersionError("x"), exits.UNAVAILABLE),
        (FetchTimeout("x"), exits.OUTSIDE),
        (ChannelPermanent("x"), exits.OUTSIDE),
        (EnrichmentError("x"), exits.ENRICHMENT),
        (TocsinError("x"), exits.NO),
    ],
)
def test_each_kind_of_error_has_its_code(
    error: TocsinError, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> int:
        raise error

    assert guard(Context(), fail) == code
    assert capsys.readouterr().err == "error x\n"


def test_a_bug_is_one_line_with_advice_and_a_traceback_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> int:
        raise ZeroDivisionError("by [bold]nought[/bold]\x1b[2J")

    assert guard(Context(), fail) == exits.BUG
    printed = capsys.readouterr().err
    assert "ZeroDivisionError: by [bold]nought[/bold][2J" in printed
    assert "--debug" in printed
    with pytest.raises(ZeroDivisionError):
        guard(Context(debug=True), fail)


def test_interruption_and_explicit_exits_pass_through(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt() -> int:
        raise KeyboardInterrupt

    def leave() -> int:
        raise typer.Exit(7)

    assert guard(Context(), interrupt) == exits.INTERRUPTED
    with pytest.raises(typer.Exit):
        guard(Context(), leave)
    capsys.readouterr()
