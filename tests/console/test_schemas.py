"""docs/schemas/ is what the message types say."""

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location("schemas", ROOT / "scripts" / "schemas.py")
assert spec is not None
assert spec.loader is not None
schemas = importlib.util.module_from_spec(spec)
spec.loader.exec_module(schemas)


@pytest.mark.parametrize("name", schemas.MESSAGES)
def test_a_schema_is_current(name: str) -> None:
    written = (schemas.FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert written == schemas.schema_text(schemas.MESSAGES[name]), "run: python scripts/schemas.py"
    assert json.loads(written)["$schema"].startswith("https://json-schema.org/")


def test_every_schema_file_has_its_message() -> None:
    assert {path.stem for path in schemas.FOLDER.glob("*.json")} == set(schemas.MESSAGES)


def test_a_stale_schema_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemas, "FOLDER", tmp_path)
    assert schemas.main(["--check"]) == 1
    assert schemas.main([]) == 0
    assert schemas.main(["--check"]) == 0
    (tmp_path / "alert.json").write_text("{}")
    assert schemas.main(["--check"]) == 1
