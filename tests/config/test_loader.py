"""What a right configuration becomes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.loader import load
from config.models.root import Config

Loaded = Callable[..., Config]

FEEDS = """
    defaults: {every: 20m, tags: [syria], stale_after: 1d}
    feeds:
      - {id: one, url: "https://one.example/feed", every: 5m, tags: north}
      - {id: two, url: "https://two.example/feed", country: SY}
      - {id: three, url: "https://three.example/feed", cron: "*/15 * * * *"}
"""
RULES = """
    snippets:
      deadly: {min_killed: 1}
    rules:
      - id: idlib-raids
        when:
          regions: idlib
          any:
            - events: [raid, airstrike]
            - keywords: [raid, "special forces", {ar: [مداهمة, إنزال]}]
          not: {keywords: [anniversary]}
          use: deadly
        corroboration: {publishers: 2, within: 6h}
        tests:
          - {at: 2026-09-01T10:00Z, document: {title: Ambassador visits Paris}, expect: []}
          - {at: 2026-09-01 10:00, document: {title: Raid, published: 2026-09-01}, expect: {region: idlib}}
"""
REGIONS = """
    regions:
      - {id: idlib, admin1: SY-ID, within: {lat: 36.3, lon: 36.7, radius_km: 40}}
      - {id: north, regions: [idlib], exclude: {countries: TR}}
"""
CHANNELS = """
    channels:
      mail: {type: email, from: bell@example.org, to: desk@example.org}
      syria: {type: slack, webhook_url: "${HOOK}"}
    route: {channel: mail, routes: [{match: {severity: [high, critical]}, channel: syria}]}
    silences: [{match: {region: idlib}, until: 2026-10-01T00:00+02:00, reason: exercise, by: desk}]
"""
FILES = {"feeds.yaml": FEEDS, "rules.yaml": RULES, "regions.yaml": REGIONS, "channels.yaml": CHANNELS}


def test_everything_together(loaded: Loaded) -> None:
    config = loaded(FILES, {"HOOK": "https://hooks.example/T0/B0"})
    (rule,) = config.rules
    assert rule.when.regions == ("idlib",)
    assert [keyword.language for keyword in rule.when.any[1].keywords] == [None, None, "ar", "ar"]
    assert rule.when.not_[0].keywords[0].term == "anniversary"
    assert config.snippets["deadly"].min_killed == 1
    assert [test.at for test in rule.tests] == [datetime(2026, 9, 1, 10, tzinfo=UTC)] * 2
    assert config.channels.silences[0].until == datetime(2026, 9, 30, 22, tzinfo=UTC)
    slack = config.channels.channels["syria"]
    assert slack.type == "slack"
    assert slack.webhook_url is not None
    assert slack.webhook_url.get_secret_value() == "https://hooks.example/T0/B0"
    mail = config.channels.channels["mail"]
    assert mail.type == "email"
    assert (mail.sender, mail.to) == ("bell@example.org", ("desk@example.org",))


def test_feed_defaults(loaded: Loaded) -> None:
    one, two, three = loaded({"feeds.yaml": FEEDS}).feeds.feeds
    assert (one.every, one.tags) == (timedelta(minutes=5), ("syria", "north"))
    assert (two.every, two.stale_after, two.adaptive) == (timedelta(minutes=20), timedelta(days=1), True)
    assert (three.every, three.cron) == (None, "*/15 * * * *")


def test_files_of_a_folder_join_and_have_defaults_of_their_own(loaded: Loaded) -> None:
    config = loaded(
        {
            "feeds.yaml": "defaults: {every: 20m, country: SY}\n",
            "feeds/b.yaml": "feeds: [{id: b, url: 'http://b.example'}]\n",
            "feeds/a.yaml": """
                defaults: {every: 2h}
                feeds: [{id: a, url: 'http://a.example'}, {id: c, url: 'http://c.example', country: IQ}]
            """,
        }
    )
    found = [(feed.id, feed.every, feed.country) for feed in config.feeds.feeds]
    hours, minutes = timedelta(hours=2), timedelta(minutes=20)
    assert found == [("a", hours, "SY"), ("c", hours, "IQ"), ("b", minutes, "SY")]


def test_rules_share_snippets_between_files(loaded: Loaded) -> None:
    config = loaded(
        {
            "rules/a.yaml": "snippets: {deadly: {min_killed: 1}}\n",
            "rules/b.yaml": "rules: [{id: b, when: {use: deadly}}]\n",
        }
    )
    assert config.rules[0].when.use == ("deadly",)
    assert set(config.snippets) == {"deadly"}


def test_empty_files_and_missing_files_have_defaults(loaded: Loaded) -> None:
    config = loaded({"tocsin.yaml": "# nothing yet\n", "feeds.yaml": ""})
    assert config.settings.partitions == 4
    assert config.feeds.feeds == ()
    assert config.channels.route is None


def test_folder_is_absolute_and_data_dir_lies_beside_it(
    loaded: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded({"tocsin.yaml": ""})
    monkeypatch.chdir(tmp_path)
    config = load(Path("config"))
    assert config.folder == tmp_path / "config"
    assert config.data_dir == tmp_path / "tocsin-data"


def test_variables(loaded: Loaded) -> None:
    text = 'prefix: "${P}."\npartitions: "${N:-8}"\nlog: "${LOG:-embedded}"\npublic_url: "$${P}"\n'
    settings = loaded({"tocsin.yaml": text}, {"P": "test", "LOG": ""}).settings
    assert (settings.prefix, settings.partitions) == ("test.", 8)
    assert (settings.log, settings.public_url) == ("embedded", "${P}")


def test_secret_files(loaded: Loaded, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("xoxb-1\n")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "header").write_text("Bearer 1")
    (tmp_path / "config" / "password").write_text("hunter2\r\n")
    config = loaded(
        {
            "tocsin.yaml": "kafka: {sasl_plain_password_file: password}\n",
            "channels.yaml": f"""
                channels:
                  slack: {{type: slack, channel: C1, token_file: {tmp_path}/token}}
                  hook: {{type: webhook, url: "http://x.example", headers: {{Authorization_file: header}}}}
            """,
        }
    )
    slack, hook = config.channels.channels["slack"], config.channels.channels["hook"]
    assert slack.type == "slack"
    assert hook.type == "webhook"
    assert slack.token is not None
    assert slack.token.get_secret_value() == "xoxb-1"
    assert hook.headers["Authorization"].get_secret_value() == "Bearer 1"
    assert config.settings.kafka == {"sasl_plain_password": "hunter2"}


def test_anchors_and_merge_keys(loaded: Loaded) -> None:
    config = loaded(
        {
            "feeds.yaml": """
                feeds:
                  - &base {id: a, url: "http://a.example", every: 5m}
                  - {<<: *base, id: b}
            """
        }
    )
    assert [(feed.id, feed.every) for feed in config.feeds.feeds] == [
        ("a", timedelta(minutes=5)),
        ("b", timedelta(minutes=5)),
    ]


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "nowhere")
    (problem,) = caught.value.problems
    assert "nowhere: no configuration here; make one with: tocsin init" in problem


def test_yaml_means_what_it_says(loaded: Loaded) -> None:
    """Norway stays a country, and sexagesimals and octals stay what people see."""
    text = 'feeds: [{id: vg, url: "http://vg.example", country: NO, title: "07", tags: [on, 12:30]}]'
    (feed,) = loaded({"feeds.yaml": text}).feeds.feeds
    assert (feed.country, feed.title, feed.tags) == ("NO", "07", ("on", "12:30"))
