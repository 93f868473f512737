"""Commands that try feeds, pages and articles, against publishers on loopback."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from console import exits
from console.demo.articles import load_articles, load_sources
from console.demo.site import Site, SiteServer
from console.main import app

OPML = """<opml version="2.0"><body><outline text="Syria">
<outline type="rss" text="Wire" xmlUrl="https://example.org/wire.xml"/></outline>
<outline type="rss" text="Known" xmlUrl="https://example.org/known.xml"/></body></opml>"""
RULES = """
rules:
  - id: raids
    when: { regions: [idlib], events: [raid] }
    tests:
      - at: 2026-09-01T10:00Z
        document: {title: "Soldiers raid house in Idlib, killing three"}
        expect: [{region: idlib}]
      - {at: 2026-09-01T10:00Z, document: {title: "Ambassador visits Paris"}, expect: []}
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    site = Site(load_sources(), load_articles(), datetime.now(UTC))
    server = SiteServer(site)
    yield site
    server.close()


@pytest.fixture
def folder(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> Path:
    config = tmp_path / "config"
    config.mkdir()
    (config / "tocsin.yaml").write_text(
        "data_dir: data\npartitions: 1\nintake: { allow_addresses: [127.0.0.0/8], host_spacing: 0s }\n"
    )
    (config / "feeds.yaml").write_text(
        f"feeds:\n  - {{ id: wire, url: '{site.base}/northern-wire/feed.xml', publisher: Northern Wire }}\n"
        "  - { id: known, url: 'https://example.org/known.xml' }\n"
    )
    (config / "regions.yaml").write_text("regions: [{ id: idlib, admin1: [SY-ID] }]\n")
    (config / "rules.yaml").write_text(RULES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tocsin(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_a_feed_can_be_tried_by_id_and_by_address(folder: Path, site: Site) -> None:
    by_id = json.loads(tocsin("--json", "feeds", "test", "wire").stdout)
    by_address = json.loads(tocsin("--json", "feeds", "test", f"{site.base}/northern-wire/feed.xml").stdout)
    assert by_id["title"] == by_address["title"] == "Northern Wire"
    assert len(by_id["entries"]) == len(by_address["entries"]) >= 2
    shown = tocsin("feeds", "test", "wire", "--limit", "1")
    assert "the newest article as it would be read" in shown.stdout
    assert tocsin("feeds", "test", "nonsense").exit_code == exits.USAGE
    assert tocsin("feeds", "test", f"{site.base}/nowhere.xml").exit_code == exits.OUTSIDE


def test_feeds_are_discovered_or_not(folder: Path, site: Site) -> None:
    found = tocsin("feeds", "discover", f"{site.base}/northern-wire/feed.xml")
    assert found.exit_code == exits.OK, found.stderr
    assert "{id: northern-wire, url:" in found.stdout
    assert tocsin("feeds", "discover", f"{site.base}/northern-wire/harvest.html").exit_code == exits.NO


def test_feeds_are_listed_with_their_health(folder: Path) -> None:
    listed = json.loads(tocsin("--json", "feeds", "list").stdout)
    assert [(feed["id"], feed["health"]) for feed in listed] == [("wire", "new"), ("known", "new")]
    assert tocsin("feeds", "list", "--unhealthy").exit_code == exits.OK


def test_opml_comes_in_once_and_goes_out(folder: Path) -> None:
    (folder / "reader.opml").write_text(OPML)
    first = json.loads(tocsin("--json", "feeds", "import", "reader.opml").stdout)
    assert (first["imported"], first["known"]) == (1, 1)
    assert "Syria" in (folder / "config" / "feeds" / "reader.yaml").read_text()
    assert json.loads(tocsin("--json", "feeds", "import", "reader.opml").stdout)["imported"] == 0
    assert 'xmlUrl="https://example.org/wire.xml"' in tocsin("feeds", "export").stdout
    assert tocsin("feeds", "export", "out.opml").exit_code == exits.OK
    assert tocsin("feeds", "export", "out.opml").exit_code == exits.USAGE  # it is there already
    assert tocsin("feeds", "import", "missing.opml").exit_code == exits.USAGE


def test_a_page_is_extracted_from_the_web_and_from_a_file(folder: Path, site: Site) -> None:
    address = f"{site.base}/northern-wire/raid-atme.html"
    page = json.loads(tocsin("--json", "extract", address).stdout)
    assert page["title"].startswith("Three killed")
    assert "olive grove" in page["text"]
    assert "newsletter" not in page["text"]
    _, html = site.answer("/northern-wire/raid-atme.html") or ("", "")
    (folder / "page.html").write_text(html)
    shown = tocsin("extract", "page.html")
    assert "olive grove" in shown.stdout
    assert tocsin("extract", f"{site.base}/nothing.html").exit_code == exits.OUTSIDE
    assert tocsin("extract", "missing.html").exit_code == exits.USAGE


def test_an_article_is_explained_rule_by_rule(folder: Path, site: Site) -> None:
    fires = json.loads(tocsin("--json", "explain", f"{site.base}/northern-wire/raid-atme.html").stdout)
    assert [(rule["rule"], rule["matched"]) for rule in fires["rules"]] == [("raids", True)]
    (folder / "quiet.txt").write_text("Police raid flat in Paris\nPolice raided a flat in Paris on Monday.")
    shown = tocsin("explain", "quiet.txt", "--rule", "raids")
    assert "✗ raids" in shown.stdout
    assert "not in idlib" in shown.stdout
    assert tocsin("explain", "quiet.txt", "--rule", "nonsense").exit_code == exits.USAGE


def test_lines_are_enriched_and_bad_ones_refused(folder: Path) -> None:
    lines = [
        {"id": "1", "text": "Soldiers raided a house in Idlib on Monday."},
        {"id": "2", "title": "t", "text": "x"},
    ]
    (folder / "in.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\nno json\n")
    answer = tocsin("enrich", "in.jsonl")
    assert answer.exit_code == exits.NO
    enriched = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [document["id"] for document in enriched] == ["1", "2"]
    assert enriched[0]["events"][0]["type"] == "raid"
    assert enriched[0]["places"][0]["admin1"] == "SY-ID"
    assert "line 3" in answer.stderr
    piped = CliRunner().invoke(app, ["enrich", "-", "--on-demand"], input=json.dumps(lines[0]))
    assert json.loads(piped.stdout)["id"] == "1"


def test_rules_are_tested_and_a_changed_file_can_fail(folder: Path) -> None:
    passed = tocsin("rules", "test")
    assert passed.exit_code == exits.OK, passed.stdout
    assert "2 tests passed" in passed.stdout
    (folder / "changed.yaml").write_text(RULES.replace("events: [raid]", "events: [protest]"))
    failed = tocsin("rules", "test", "changed.yaml", "--rule", "raids")
    assert failed.exit_code == exits.NO
    assert "it must fire and did not" in failed.stdout
    assert tocsin("rules", "test", "--rule", "nonsense").exit_code == exits.USAGE
    assert tocsin("rules", "test", "missing.yaml").exit_code == exits.CONFIGURATION


def test_an_empty_history_is_tested_back_without_complaint(folder: Path) -> None:
    answer = json.loads(tocsin("--json", "rules", "backtest", "--since", "7d").stdout)
    assert answer["documents"] == 0


def test_a_missing_topic_cannot_be_replayed_and_wrong_options_are_refused(folder: Path) -> None:
    assert tocsin("replay", "cakes").exit_code == exits.USAGE
    assert tocsin("replay", "documents", "--notify").exit_code == exits.USAGE
    assert tocsin("replay", "enriched", "--notify").exit_code == exits.USAGE
    assert tocsin("replay", "enriched").exit_code == exits.USAGE  # nothing was ever written
