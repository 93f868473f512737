"""No secret value ever appears in an error text, a repr or a dump, whatever else is wrong."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.errors import ConfigError
from config.loader import load

SECRET = "s3kr1t-Zq8"

# {0} is where a secret is written; each line is a right one.
TOCSIN = """\
state: {0}
secret_key: {0}
kafka: {{security_protocol: SASL_SSL, sasl_plain_password: {0}}}
intake: {{proxy: {0}}}
"""
FEEDS = """\
feeds:
  - id: a
    url: http://a.example
    cookie: {0}
    proxy: {0}
    headers: {{X-Key: {0}}}
    basic_auth: {{username: u, password: {0}}}
"""
CHANNELS = """\
channels:
  mail: {{type: email, to: [a@example.org], smtp: {{username: u, password: {0}}}}}
  hook: {{type: slack, webhook_url: {0}}}
  bot: {{type: slack, channel: C1, token: {0}}}
  post: {{type: webhook, url: {0}, secret: {0}, headers: {{Authorization: {0}}}}}
  other: {{type: apprise, url: {0}}}
"""
FILES = {"tocsin.yaml": TOCSIN, "feeds.yaml": FEEDS, "channels.yaml": CHANNELS}
ENVIRONMENT = {"S": SECRET}


def everything_shown(folder: Path, caplog: pytest.LogCaptureFixture) -> str:
    """All that a person or a log could see of loading ``folder``."""
    caplog.set_level(logging.DEBUG)
    try:
        config = load(folder, event_types={"raid"}, environment=ENVIRONMENT)
    except ConfigError as error:
        chain = f"{error!r} {error.__cause__!r} {error.__context__!r} {error.problems}"
        return f"{error} {chain} {caplog.text}"
    return f"{config!r} {config} {config.model_dump()} {config.model_dump_json()} {caplog.text}"


def test_right_files_show_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text.format('"${S}"'))
    shown = everything_shown(tmp_path, caplog)
    assert SECRET not in shown
    assert "**********" in shown
    password = load(tmp_path, environment=ENVIRONMENT).settings.kafka["sasl_plain_password"]
    assert password == SECRET


MISTAKES = st.sampled_from(
    ["", "x", "-", "  ", ": ", "[", "]", "{", "}", "*", "&", "!", "%", "@", "'", '"', "\t", "#"]
)
SPELLINGS = st.sampled_from(
    ["{s}", '"{s}"', "'${{S}}'", '"${{S:-x}}"', "${{S}}", "[{s}]", "*{s}", "!{s}", "&{s}", "@{s}", "'{s}"]
)


@given(
    name=st.sampled_from(sorted(FILES)),
    spelling=SPELLINGS,
    position=st.integers(0, 400),
    removed=st.integers(0, 3),
    inserted=MISTAKES,
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_wrong_files_show_nothing(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
    spelling: str,
    position: int,
    removed: int,
    inserted: str,
) -> None:
    """A file with secrets in every place and damage at one."""
    template = FILES[name].replace("{0}", "\0").replace("{{", "{").replace("}}", "}")
    at = position % len(template)
    damaged = template[:at] + inserted + template[at + removed :]
    (tmp_path / name).write_text(damaged.replace("\0", spelling.format(s=SECRET)))
    assert SECRET not in everything_shown(tmp_path, caplog)


@pytest.mark.parametrize(
    "line",
    [
        "log: ${S}",
        "partitions: ${S}",
        "log_level: ${S}",
        "operator_channel: ${S}",
        "retention: {articles: '${S}'}",
        "secret_key_file: /nonexistent/${S}",
        "intake: {proxy_file: '${S}'}",
        "prefix: ' ${S}'",
    ],
)
def test_values_from_outside_are_never_repeated(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, line: str
) -> None:
    (tmp_path / "tocsin.yaml").write_text(line + "\n")
    shown = everything_shown(tmp_path, caplog)
    assert "tocsin.yaml:1" in shown
    assert SECRET not in shown


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"x" * 70_000, None])
def test_bad_secret_files(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    (tmp_path / "tocsin.yaml").write_text("secret_key_file: key\n")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, environment={})
    (problem,) = caught.value.problems
    assert problem.startswith("tocsin.yaml:1 secret_key_file: cannot read the secret file key: ")
