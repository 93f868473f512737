"""The schemas for editors accept what the loader accepts and refuse what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from config.errors import UsageError
from config.files import KINDS
from config.initialise import SHIPPED
from config.schema import all_schemas, kind_of, schema
from config.yamltree import read_yaml


def errors(kind: str, text: str, **options: Any) -> list[str]:
    source, problems = read_yaml(f"{kind}.yaml", text.encode())
    assert problems == []
    return [error.message for error in Draft202012Validator(schema(kind, **options)).iter_errors(source.data)]


@pytest.mark.parametrize("kind", KINDS)
def test_schema_is_a_schema(kind: str) -> None:
    Draft202012Validator.check_schema(schema(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_shipped_files_are_valid(kind: str) -> None:
    assert errors(kind, (SHIPPED / f"{kind}.yaml").read_text("utf-8")) == []


RIGHT = {
    "empty": ("rules", ""),
    "one for many": ("rules", "rules: [{id: a, when: {regions: x, status: any, not: {keywords: y}}}]"),
    "keywords": ("rules", "rules: [{id: a, when: {keywords: [raid, {ar: [مداهمة]}, {fr: raid}]}}]"),
    "duration": ("feeds", "defaults: {every: 1h30m}"),
    "no duration": ("channels", "route: {repeat_interval: 0, channel: a}"),
    "variable for a number": ("tocsin", 'partitions: "${N:-4}"'),
    "variable for an address": ("feeds", 'feeds: [{id: a, url: "${FEED}"}]'),
    "variable for a duration": ("feeds", 'defaults: {every: "${EVERY:-5m}"}'),
    "secret file": ("tocsin", "secret_key_file: /run/secrets/key"),
    "secret file for a required one": ("channels", "channels: {a: {type: apprise, url_file: x}}"),
    "header file": ("channels", "channels: {a: {type: webhook, url: x, headers: {Authorization_file: y}}}"),
}
WRONG = {
    "unknown key": ("rules", "rules: [{id: a, when: {}, sevrity: high}]"),
    "choice": ("rules", "rules: [{id: a, when: {status: old}}]"),
    "type of channel": ("channels", "channels: {a: {type: slak}}"),
    "missing": ("feeds", "feeds: [{id: a}]"),
    "duration": ("feeds", "defaults: {every: 5 minutes}"),
    "number": ("tocsin", "partitions: many"),
    "neither secret nor file": ("channels", "channels: {a: {type: apprise}}"),
    "list at the top": ("feeds", "- a"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_accepts(name: str) -> None:
    assert errors(*RIGHT[name]) == []


@pytest.mark.parametrize("name", WRONG)
def test_refuses(name: str) -> None:
    assert errors(*WRONG[name]) != []


def test_event_types_where_they_are_known() -> None:
    text = "rules: [{id: a, when: {any: [{events: [raid]}, {events: bombng}]}}]"
    assert errors("rules", text) == []
    assert errors("rules", text, event_types={"raid", "bombing"}) != []
    assert errors("rules", text.replace("bombng", "bombing"), event_types={"raid", "bombing"}) == []


@pytest.mark.parametrize("name", ["rules", "rules.yaml", "config/rules.yaml", "rules/syria.yaml"])
def test_names(name: str) -> None:
    assert kind_of(name) == "rules"


def test_unknown_name() -> None:
    with pytest.raises(UsageError, match='no configuration file "ruls" \\(did you mean "rules"\\?\\)'):
        kind_of("ruls")


def test_every_key_is_described() -> None:
    for name, whole in all_schemas().items():
        for title, model in {name: whole, **whole.get("$defs", {})}.items():
            for key, value in model.get("properties", {}).items():
                assert value.get("description") or "$ref" in value, f"{title}.{key}"


def test_defaults_are_written_as_people_write_them() -> None:
    intake = schema("tocsin")["$defs"]["IntakeSettings"]["properties"]
    assert intake["timeout"]["default"] == "30s"
    assert intake["concurrency"]["default"] == 64
