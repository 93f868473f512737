"""Golden articles: are type, region, date and deaths of every current event right, and the past left past?

    python benchmarks/golden.py [--articles DIR] [--verbose]

Baseline in the same run: the first known trigger word of the title, the first place, the publication
day and the first number before "killed" or "dead", and every mention taken as current. The articles in
other languages (the subfolder ``languages``) have a table of their own.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from ingest.messages import Document, Extraction
from processors.messages import Casualties, EnrichedDocument, Event, Place

if TYPE_CHECKING:
    from processors.pipeline import Pipeline

ARTICLES = Path(__file__).parent.parent / "tests" / "data" / "golden" / "articles"
LANGUAGES = ARTICLES / "languages"  # one file a language
ASPECTS = ("type", "region", "date", "deaths")


@dataclass
class Tally:
    """What was right, over all articles."""

    current: int = 0
    right: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*ASPECTS, "all"), 0))
    background: int = 0
    background_kept: int = 0
    misses: list[str] = field(default_factory=list)

    def share(self, aspect: str) -> float:
        """Share of gold current events whose ``aspect`` is right."""
        return self.right[aspect] / max(1, self.current)

    @property
    def past_share(self) -> float:
        """Share of background passages in which nothing is called current."""
        return self.background_kept / max(1, self.background)


def load(folder: Path = ARTICLES) -> list[dict[str, Any]]:
    """All articles of the folder's YAML files."""
    reader = YAML(typ="safe")
    return [article for path in sorted(folder.glob("*.yaml")) for article in reader.load(path)]


def by_language(folder: Path = LANGUAGES) -> dict[str, list[dict[str, Any]]]:
    """The articles in languages other than English, by language."""
    reader = YAML(typ="safe")
    return {path.stem: list(reader.load(path)) for path in sorted(folder.glob("*.yaml"))}


def as_document(article: dict[str, Any]) -> Document:
    """The article as it would reach the enricher."""
    published: datetime = article["published"]
    return Document(
        id=article["id"],
        revision="1",
        url=f"https://example.org/{article['id']}",
        title=article["title"],
        text=article["title"] + "\n" + article["text"].strip(),
        language="en",
        published=published,
        fetched=published,
        effective=published,
        content_hash=article["id"],
        extraction=Extraction(method="given", quality=1.0),
    )


def score(articles: Iterable[dict[str, Any]], enriched: Iterable[EnrichedDocument]) -> Tally:
    """Compare gold and enriched documents, given in the same order."""
    tally = Tally()
    for article, document in zip(articles, enriched, strict=True):
        found = [event for event in document.events if event.status == "current"]
        for gold in article["current"]:
            _score_current(tally, article, gold, found, document)
        for passage in article["background"]:
            _score_background(tally, article, passage, found, document.text)
    return tally


def _score_current(
    tally: Tally,
    article: dict[str, Any],
    gold: dict[str, Any],
    found: Sequence[Event],
    document: EnrichedDocument,
) -> None:
    tally.current += 1
    best: dict[str, bool] = dict.fromkeys(ASPECTS, False)
    for event in found:
        verdict = judge(gold, event, document.places)
        if (verdict["type"], sum(verdict.values())) > (best["type"], sum(best.values())):
            best = verdict
    for aspect, ok in best.items():
        tally.right[aspect] += ok
    tally.right["all"] += all(best.values())
    if not all(best.values()):
        wrong = ", ".join(aspect for aspect, ok in best.items() if not ok)
        tally.misses.append(f"{article['id']}: {gold['type'][0]} at {gold['place']}: wrong {wrong}")


def _score_background(
    tally: Tally, article: dict[str, Any], passage: str, found: Sequence[Event], text: str
) -> None:
    tally.background += 1
    pattern = r"\s+".join(re.escape(word) for word in passage.split())
    where = re.search(pattern, text)
    if where is None:
        raise ValueError(f"{article['id']}: background passage is not in the text: {passage}")
    start, end = sentence_around(text, where.start(), where.end())
    wrong = [event for event in found if start <= event.trigger.start < end]
    tally.background_kept += not wrong
    tally.misses += [
        f"{article['id']}: called current: {e.type} {e.trigger.text!r} in {passage!r}" for e in wrong
    ]


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence that holds ``text[start:end]``: from the last to the next full stop or line end."""
    before = max(text.rfind(mark, 0, start) for mark in (". ", "\n", '" '))
    after = min((at for mark in (". ", "\n") if (at := text.find(mark, end)) >= 0), default=len(text))
    return before + 1, after


def judge(gold: dict[str, Any], event: Event, places: Sequence[Place]) -> dict[str, bool]:
    """Which aspects of the gold event this event has right."""
    here = [places[index] for index in event.places[:1]]
    return {
        "type": event.type in gold["type"],
        "region": any(_in_region(gold, place) for place in here),
        "date": event.date is not None and _date_right(gold["date"], event.date.start, event.date.end),
        "deaths": _deaths_right(gold["killed"], event.casualties),
    }


def _in_region(gold: dict[str, Any], place: Place) -> bool:
    if place.country not in gold.get("any_country", [gold["country"]]):
        return False
    return "admin1" not in gold or place.admin1 in gold["admin1"]


def _date_right(gold: date | list[date], start: str, end: str) -> bool:
    days = gold if isinstance(gold, list) else [gold]
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    return (last - first).days <= 1 and any(first <= day <= last for day in days)


def deaths(casualties: Sequence[Casualties]) -> tuple[int, int] | None:
    """The range that the tolls of killed people span; None where there is none.

    Without a total, the ranges of the categories are added: soldiers and civilians.
    """
    killed = [toll for toll in casualties if toll.kind == "killed" and not toll.subset]
    totals = [toll for toll in killed if toll.category == "all"]
    groups = (
        [totals] if totals else [[t for t in killed if t.category == c] for c in {t.category for t in killed}]
    )
    if not killed:
        return None
    return (
        sum(min(toll.min for toll in group) for group in groups),
        sum(max(toll.max or toll.min for toll in group) for group in groups),
    )


def _deaths_right(gold: list[int] | None, casualties: Sequence[Casualties]) -> bool:
    found = deaths(casualties)
    if gold is None or gold == [0, 0]:
        return found is None or found == (0, 0)
    if isinstance(gold, int):
        gold = [gold, gold]
    return found is not None and gold[0] <= found[0] and found[1] <= gold[1]


def baseline(document: EnrichedDocument) -> EnrichedDocument:
    """First trigger, first place, publication day, first toll: what a plain keyword alert would say."""
    import msgspec

    from processors.messages import DateRange

    day = document.published.date().isoformat() if document.published else ""
    toll = re.search(r"(\d+)[^.\d]{0,40}?\b(?:killed|dead|died)", document.text)
    tolls = (Casualties(kind="killed", min=int(toll[1]), max=int(toll[1])),) if toll else ()
    events = tuple(
        msgspec.structs.replace(
            event,
            status="current",
            places=(0,) if document.places else (),
            date=DateRange(start=day, end=day),
            casualties=tolls,
        )
        for event in document.events
    )
    return msgspec.structs.replace(document, events=events)


def main() -> None:
    """Print the table."""
    from processors.pipeline import Pipeline

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--articles", type=Path, default=ARTICLES)
    arguments.add_argument("--verbose", action="store_true")
    options = arguments.parse_args()
    articles = load(options.articles)
    pipeline = Pipeline.default()
    enriched = list(pipeline.enrich_many([as_document(article) for article in articles]))
    ours, plain = score(articles, enriched), score(articles, [baseline(document) for document in enriched])
    print(f"{len(articles)} articles, {ours.current} current events, {ours.background} background passages\n")
    print(f"{'':28} {'tocsin':>8} {'keyword':>8} {'ratio':>6}")
    rows = [(f"current: {name} right", ours.share(name), plain.share(name)) for name in (*ASPECTS, "all")]
    for name, mine, other in [*rows, ("background left past", ours.past_share, plain.past_share)]:
        print(f"{name:28} {mine:8.3f} {other:8.3f} {mine / other if other else float('inf'):6.2f}")
    misses = [*ours.misses, *_languages(pipeline)]
    if options.verbose:
        print("\n" + "\n".join(misses))


def _languages(pipeline: Pipeline) -> list[str]:
    """Print the table of the other languages; returns what was missed in them."""
    print(f"\n{'':8} {'articles':>8}" + "".join(f" {name:>7}" for name in (*ASPECTS, "all", "past")))
    misses: list[str] = []
    everything = by_language()
    rows = [*everything.items(), ("together", [a for articles in everything.values() for a in articles])]
    for language, articles in rows:
        tally = score(articles, pipeline.enrich_many([as_document(article) for article in articles]))
        shares = [*(tally.share(aspect) for aspect in (*ASPECTS, "all")), tally.past_share]
        print(f"{language:8} {len(articles):8}" + "".join(f" {share:7.3f}" for share in shares))
        misses += tally.misses if language != "together" else []
    return misses


if __name__ == "__main__":
    main()
