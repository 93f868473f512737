"""Golden sentences of each language, and English wordings: how many have every stated fact right.

    python benchmarks/golden_sentences.py [--language CODE] [--verbose]

Baseline in the same run: the share of sentences that one guess for all (the commonest type, current, no
toll) gets right.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from ingest.messages import Document, Extraction
from processors.messages import EnrichedDocument, Event

SENTENCES = Path(__file__).parent.parent / "tests" / "data" / "golden" / "sentences"
WORDINGS = SENTENCES.parent / "wordings"
PUBLISHED = datetime(2026, 3, 4, 12, tzinfo=UTC)


def load(language: str) -> list[dict[str, Any]]:
    """The sentences of one language."""
    return list(YAML(typ="safe").load(SENTENCES / f"{language}.yaml"))


def wordings() -> list[dict[str, Any]]:
    """Headlines and first sentences in English, many for each type of event."""
    reader = YAML(typ="safe")
    return [row for path in sorted(WORDINGS.glob("*.yaml")) for row in reader.load(path)]


def languages() -> list[str]:
    """Languages that have golden sentences."""
    return sorted(path.stem for path in SENTENCES.glob("*.yaml"))


def as_document(text: str, language: str, number: int) -> Document:
    """One sentence as a whole article."""
    return Document(
        id=f"{language}-{number}",
        revision="1",
        url="",
        title="",
        text=text,
        language=language,
        published=PUBLISHED,
        effective=PUBLISHED,
        content_hash=f"{language}-{number}",
        extraction=Extraction(method="given", quality=1.0),
    )


def wrong(gold: dict[str, Any], document: EnrichedDocument) -> list[str]:
    """What the document has wrong; empty when all that gold states is right."""
    types = gold["type"] if isinstance(gold["type"], list) else [gold["type"]]
    events = document.events
    if not events:
        return [] if None in types else ["no event"]
    attempts = [_wrong_in(gold, types, event, document) for event in events]
    if None in types:
        return [f"event {event.type}" for event in events if event.status == "current"]
    return min(attempts, key=len)


def _wrong_in(
    gold: dict[str, Any], types: Sequence[str | None], event: Event, document: EnrichedDocument
) -> list[str]:
    found = []
    if event.type not in types:
        found.append(f"type {event.type}")
    statuses = gold.get("status", "current")
    if event.status not in (statuses if isinstance(statuses, list) else [statuses]):
        found.append(f"status {event.status} ({event.status_why})")
    if "country" in gold:
        here = [document.places[index].country for index in event.places[:1]]
        if here != [gold["country"]]:
            found.append(f"country {here} in {[(p.text, p.country) for p in document.places]}")
    if "date" in gold and (event.date is None or date.fromisoformat(event.date.start) != gold["date"]):
        found.append(f"date {event.date and event.date.start}")
    found += [
        f"{kind} {t}" for kind in ("killed", "injured", "detained") if (t := _toll_wrong(gold, event, kind))
    ]
    return found


def _toll_wrong(gold: dict[str, Any], event: Event, kind: str) -> str | None:
    if kind not in gold:
        return None
    tolls = [toll for toll in event.casualties if toll.kind == kind and not toll.subset]
    low, high = gold[kind] if isinstance(gold[kind], list) else (gold[kind], gold[kind])
    if not tolls:
        return None if (low, high) == (0, 0) else "none"
    toll = tolls[0]
    fits = toll.min >= low and (high is None or (toll.max if toll.max is not None else toll.min) <= high)
    return None if fits else f"{toll.min}..{toll.max}"


def main() -> None:
    """Print the table."""
    from processors.pipeline import Pipeline

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--language", action="append")
    arguments.add_argument("--verbose", action="store_true")
    options = arguments.parse_args()
    pipeline = Pipeline.default()
    print(f"{'language':10} {'sentences':>9} {'right':>7} {'guess':>7} {'ratio':>6}")
    chosen = [(language, language, load(language)) for language in options.language or languages()]
    if not options.language or "en" in options.language:
        chosen.append(("wordings", "en", wordings()))
    for name, language, golden in chosen:
        documents = pipeline.enrich_many(as_document(g["text"], language, n) for n, g in enumerate(golden))
        problems = [wrong(gold, document) for gold, document in zip(golden, documents, strict=True)]
        right = sum(not found for found in problems) / len(golden)
        guess = _guess(golden)
        print(f"{name:10} {len(golden):9} {right:7.3f} {guess:7.3f} {right / guess if guess else 0:6.1f}")
        if options.verbose:
            for gold, found in zip(golden, problems, strict=True):
                if found:
                    print(f"    {gold['text']}\n        {'; '.join(found)}")


def _guess(golden: Sequence[dict[str, Any]]) -> float:
    def first(gold: dict[str, Any]) -> Any:
        return gold["type"][0] if isinstance(gold["type"], list) else gold["type"]

    common = Counter(map(first, golden)).most_common(1)[0][0]
    plain = [g for g in golden if set(g) <= {"text", "type", "country"} and first(g) == common]
    return len(plain) / len(golden)


if __name__ == "__main__":
    main()
