"""docker-compose.yml and the Dockerfile: right by the compose specification, and true of this project.

No container is started here; docs/operations.md says so.
"""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from config.loader import load
from console.worker import STAGES

ROOT = Path(__file__).parents[2]
INFRASTRUCTURE = {"kafka", "postgres", "mail"}
VARIABLE = re.compile(r"\$\{([A-Z_]+)(:[-?][^}]*)?\}")


@pytest.fixture(scope="module")
def text() -> str:
    return (ROOT / "docker-compose.yml").read_text("utf-8")


@pytest.fixture(scope="module")
def compose(text: str) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return loaded


def instructions() -> list[list[str]]:
    """The Dockerfile's instructions, each split into words."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


def test_compose_file_fits_the_specification(compose: dict[str, Any]) -> None:
    vendored = resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(vendored.read_text("utf-8"))
    assert [error.message for error in Draft7Validator(schema).iter_errors(compose)] == []


def test_every_stage_is_a_service_that_runs_its_worker(compose: dict[str, Any]) -> None:
    stages = {name: one["command"] for name, one in compose["services"].items() if name not in INFRASTRUCTURE}
    assert stages == {stage: ["worker", stage] for stage in STAGES}


def test_every_service_can_be_scaled(compose: dict[str, Any]) -> None:
    for name in STAGES:
        service = compose["services"][name]
        assert "container_name" not in service
        assert "ports" not in service or name == "acknowledger"


def test_every_service_has_a_health_check_and_restarts(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}, name
        assert service["restart"] == "unless-stopped", name


def test_services_wait_for_healthy_ones(compose: dict[str, Any]) -> None:
    for name in STAGES:
        waits = compose["services"][name]["depends_on"]
        assert {"kafka", "postgres"} <= waits.keys() <= compose["services"].keys()
        assert {wait["condition"] for wait in waits.values()} == {"service_healthy"}


def test_named_volumes_are_declared_and_bound_files_exist(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).exists(), source
            else:
                assert source in compose["volumes"]


def test_every_variable_is_in_the_example_or_has_a_default(text: str) -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    named = set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE))
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    assert {name for name, _ in VARIABLE.findall(code)} <= named


def test_every_variable_of_the_example_is_used(text: str) -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    for name in re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE):
        assert f"${{{name}" in text, name


def test_what_the_services_set_is_what_the_configuration_reads(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    """The configuration as the containers see it: ./config with deploy/channels.yaml over it."""
    for path in (ROOT / "config").glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "channels.yaml").write_bytes((ROOT / "deploy" / "channels.yaml").read_bytes())
    environment = {
        name: VARIABLE.sub(lambda match: (match[2] or ":-x")[2:] or "x", str(value))
        for name, value in compose["services"]["poller"]["environment"].items()
    }
    environment["TOCSIN_STATE"] = "postgresql://tocsin:x@postgres:5432/tocsin"
    config = load(tmp_path, environment=environment)
    assert config.settings.log == "kafka://kafka:9092"
    assert config.settings.state is not None
    assert config.settings.state.get_secret_value() == "postgresql://tocsin:x@postgres:5432/tocsin"
    mail = config.channels.channels["desk-mail"]
    assert mail.type == "email"
    assert mail.smtp.port == 1025


def test_the_broker_is_the_one_that_is_tested(compose: dict[str, Any]) -> None:
    version = re.search(r"^version=(\S+)$", (ROOT / "scripts" / "kafka").read_text(), re.MULTILINE)
    assert version is not None
    assert compose["services"]["kafka"]["image"] == f"apache/kafka:{version[1]}"


def test_health_check_is_a_command_of_ours(compose: dict[str, Any]) -> None:
    from typer.testing import CliRunner

    from console.main import app

    program, *arguments = compose["services"]["poller"]["healthcheck"]["test"][1:]
    assert program == "tocsin"
    result = CliRunner().invoke(app, [*arguments, "--help"])
    assert result.exit_code == 0, result.output


def test_dockerfile_has_the_target_of_the_compose_file(compose: dict[str, Any]) -> None:
    stages = {words[3] for words in instructions() if words[0] == "FROM"}
    assert compose["services"]["poller"]["build"]["target"] in stages


def test_dockerfile_copies_what_exists_and_is_not_ignored() -> None:
    ignore = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    allowed = [line[1:] for line in ignore if line.startswith("!")]
    stages = {words[3] for words in instructions() if words[0] == "FROM"}
    for words in instructions():
        if words[0] != "COPY":
            continue
        if words[1].startswith("--from="):
            assert words[1].removeprefix("--from=") in stages
            continue
        for source in words[1:-1]:
            assert (ROOT / source).exists(), source
            assert any(source == name or source.startswith(f"{name}/") for name in allowed), source


def test_dockerfile_brings_every_package() -> None:
    copied = {word for words in instructions() if words[0] == "COPY" for word in words[1:-1]}
    assert {"config", "streams", "ingest", "processors", "alerts", "console"} <= copied


def test_dockerfile_uses_known_instructions_and_no_root() -> None:
    known = {"FROM", "WORKDIR", "ENV", "RUN", "COPY", "USER", "VOLUME", "STOPSIGNAL", "ENTRYPOINT", "CMD"}
    found = [words[0] for words in instructions()]
    assert set(found) <= known
    assert found.index("USER") < found.index("ENTRYPOINT")


def test_image_ignores_what_docker_must_not_see() -> None:
    ignore = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert ignore[0] == "*"
    assert not any(fnmatch(".env", line[1:]) for line in ignore if line.startswith("!"))
