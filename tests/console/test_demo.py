"""The demo's content and its judgement; tests/e2e runs the demo itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from alerts.messages import Alert, Change, Evidence
from alerts.rules import compile_rules
from config.errors import UsageError
from console.demo.articles import Article, load_articles, load_sources
from console.demo.due import compare, due_alerts
from console.demo.folder import DemoFolder
from console.demo.site import Site
from console.loading import load_config
from processors.offline import InputLine, document
from processors.pipeline import Pipeline

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
ARTICLES = load_articles()
SOURCES = {source.id: source for source in load_sources()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DemoFolder:
    found = DemoFolder(tmp_path_factory.mktemp("demo") / "demo")
    found.write_config(
        load_sources(),
        site="http://127.0.0.1:1",
        smtp_port=25,
        slack_url="http://127.0.0.1:2/api/",
        gazetteer=Path("unused"),
        color=False,
    )
    return found


def test_the_articles_show_what_they_should() -> None:
    assert len(ARTICLES) >= 15
    assert len({article.id for article in ARTICLES}) == len(ARTICLES)
    assert {article.source for article in ARTICLES} <= set(SOURCES)
    assert any(article.language == "ar" for article in ARTICLES)
    assert any(article.update == "casualties" for article in ARTICLES)
    syndicated = [article for article in ARTICLES if article.alert == "jisr"]
    assert len({article.source for article in syndicated}) == 3
    assert sum(article.alert is None for article in ARTICLES) >= 10


def test_the_configuration_is_valid(folder: DemoFolder) -> None:
    config = load_config(folder.config)
    assert {article.rule for article in ARTICLES if article.rule} == {rule.id for rule in config.rules}


def test_every_article_fires_the_rule_that_is_due_and_no_other(folder: DemoFolder) -> None:
    config = load_config(folder.config)
    settings = config.settings.processors.model_copy(update={"gazetteer": None})
    config = config.model_copy(
        update={"settings": config.settings.model_copy(update={"processors": settings})}
    )
    pipeline, rules = Pipeline(config), compile_rules(config)
    wrong = {}
    for article in ARTICLES:
        enriched = pipeline.enrich(document(line(article)))
        fired = {match.rule for match in rules.evaluate(enriched, NOW)}
        if fired != ({article.rule} if article.rule else set()):
            wrong[article.id] = fired
    assert not wrong


def line(article: Article) -> InputLine:
    source = SOURCES[article.source]
    return InputLine(
        id=article.id,
        title=article.title,
        text="\n".join(article.paragraphs(NOW)),
        published=article.published(NOW).isoformat(),
        language=source.language,
        source_country=source.country,
        publisher=source.publisher,
    )


def test_the_site_shows_later_articles_later() -> None:
    site = Site(load_sources(), ARTICLES, NOW)
    site.base = "http://127.0.0.1:1"
    later = next(article for article in ARTICLES if article.later)
    assert later not in site.shown(later.source)
    site.latest = True
    assert later in site.shown(later.source)
    kind, feed = site.answer(f"/{later.source}/feed.xml") or ("", "")
    assert kind.startswith("application/rss+xml")
    assert site.url(later) in feed
    kind, page = site.answer(f"/{later.source}/{later.id}.html") or ("", "")
    assert kind.startswith("text/html")
    assert "$weekday" not in page
    assert (later.published(NOW)).strftime("%A") in page
    assert site.answer("/nowhere/feed.xml") is None


def url_of(article: Article) -> str:
    return f"https://example.org/{article.id}"


def alert(article: Article, *, number: str, revision: int = 1, change: str | None = None) -> Alert:
    return Alert(
        id=number,
        revision=revision,
        rule=article.rule or "",
        incident="i",
        headline=article.title,
        evidence=(Evidence(document=article.id, url=url_of(article), title=article.title),),
        changes=(Change(kind=change, text=change),) if change else (),
        created=NOW,
        updated=NOW,
    )


def everything_due() -> list[Alert]:
    found = []
    for number, one in enumerate(due_alerts(ARTICLES)):
        found.append(alert(one.articles[0], number=str(number)))
        if one.update:
            found.append(alert(one.articles[0], number=str(number), revision=2, change=one.update))
    return found


def problems(received: list[Alert]) -> list[str]:
    outcomes, unexpected = compare(due_alerts(ARTICLES), received, url_of)
    return [outcome.problem for outcome in outcomes if outcome.problem] + [item.id for item in unexpected]


def test_what_is_due_is_no_problem() -> None:
    assert problems(everything_due()) == []


def test_every_difference_is_found() -> None:
    due = everything_due()
    assert problems(due[1:])  # one is missing
    assert problems([*due, due[-1]]) == ["the same revision arrived twice"]
    twin = msgspec.structs.replace(due[0], id="twin")
    assert "different alerts" in problems([*due, twin])[0]
    quiet = next(article for article in ARTICLES if article.alert is None)
    stray = msgspec.structs.replace(alert(quiet, number="stray"), rule="idlib-attacks")
    assert problems([*due, stray]) == ["stray"]
    updated = next(item for item in due if item.changes)
    silent = [item for item in due if item is not updated]
    assert problems(silent) == ["1 messages instead of 2"]


def test_a_folder_that_is_no_demos_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(UsageError, match="not a demo's folder"):
        DemoFolder(tmp_path)
    assert (tmp_path / "precious.txt").exists()
    DemoFolder(tmp_path / "new")
    again = DemoFolder(tmp_path / "new")
    assert again.config.is_dir()


def test_published_times_lie_in_the_last_day() -> None:
    assert all(timedelta(0) < article.age < timedelta(days=1) for article in ARTICLES)
