"""What an alert shows of the articles behind it."""

from __future__ import annotations

from alerts.matches import Match
from alerts.messages import Evidence
from alerts.reports import Report
from processors.messages import EnrichedDocument, Event

_KEPT = 20


def evidence(match: Match) -> Evidence:
    """What one match adds to an alert."""
    return _from(match.document, match.sentence, match.highlights, match.reasons)


def follow_up_evidence(doc: EnrichedDocument, report: Report, event: Event) -> Evidence:
    """What an article adds that no rule asks for, but that changes an alert."""
    start, end = event.sentence or (event.trigger.start, event.trigger.end)
    highlights = ((event.trigger.start - start, event.trigger.end - start),)
    return _from(doc, doc.text[start:end], highlights, (f"follow-up: {report.type}, {report.status}",))


def _from(
    doc: EnrichedDocument, sentence: str, highlights: tuple[tuple[int, int], ...], matched: tuple[str, ...]
) -> Evidence:
    return Evidence(
        document=doc.id,
        revision=doc.revision,
        url=doc.url,
        title=doc.title or doc.text.split("\n", 1)[0],
        publisher=doc.publisher,
        published=doc.published,
        language=doc.language,
        story=doc.story,
        sentence=sentence,
        highlights=highlights,
        matched=matched,
    )


def add_evidence(known: tuple[Evidence, ...], new: Evidence) -> tuple[Evidence, ...]:
    """One piece of evidence a document; the first ones and the newest are kept."""
    if any(item.document == new.document and item.revision == new.revision for item in known):
        return known
    rest = tuple(item for item in known if item.document != new.document)
    return (*rest[: _KEPT - 1], new)
