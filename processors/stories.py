"""Stories: articles that carry one text, whoever publishes it. Clustered, never dropped.

An article joins a story when its canonical URL, or its words, are those of a member, or when at least half of
the shorter of the two texts stands in the other (see :mod:`processors.stories_sketch`), within ``window`` of
each other. Members live in the state database and are shared by all workers; each worker keeps an index in
memory and catches up with the others at the start of every transaction, so no two copies can miss each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa

from ingest.messages import Document
from ingest.text import short_hash
from ingest.urls import identity_of
from processors.stories_index import StoryIndex
from processors.stories_sketch import Hashes, Sketch, containment, sketch, threshold
from processors.tables import story_member, story_sketch
from streams.state import writing

_LOCK = (
    0x73746F7279  # "story": PostgreSQL advisory lock that makes arrivals take turns, as SQLite does by itself
)
_CHUNK = 400
_PRUNE_EVERY = 600.0
_LOAD = 50_000
SAME_URL = 0.1  # containment


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where an article went, and why."""

    story: str
    how: str  # first | url | text | copy
    similarity: float  # containment in the member it was matched with; 1 for url, text and first
    is_new: bool  # False: the article had been assigned before


@dataclass(frozen=True, slots=True)
class _Known:
    """A stored member, or one of the batch in hand."""

    story: str
    effective: float
    hashes: Hashes


class StoryStore:
    """Assigns stories. One per thread; any number of processes."""

    def __init__(
        self,
        engine: sa.Engine,
        window: timedelta = timedelta(hours=72),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine = engine
        self._window = window.total_seconds()
        self._clock = clock
        self._index = StoryIndex()
        self._seen = 0  # highest member number in the index
        self._next_prune = 0.0

    def assign(self, document: Document) -> str:
        """The story of one document. The same article always gets the same story, also after a crash.

        Raises StateUnavailable. For many documents :meth:`assign_many` is much faster.
        """
        return self.assign_many([document])[0].story

    def assign_many(self, documents: Sequence[Document]) -> list[Assignment]:
        """Stories of a batch, in order, in one transaction; documents of the batch see each other."""
        batch = _Batch([_prepared(document) for document in documents])
        now = self._clock()
        with writing(self._engine) as connection:
            if self._engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            self._catch_up(connection, now)
            batch.look_up(connection)
            answers = [self._one(connection, batch, item, now) for item in batch.items]
            batch.write(connection)
            if now >= self._next_prune:
                self._prune(connection, now)
        for number, keys in batch.added:
            self._index.add(number, keys)
            self._seen = max(self._seen, number)
        return answers

    def _one(self, connection: sa.Connection, batch: _Batch, item: _Item, now: float) -> Assignment:
        known = batch.assigned.get(item.document.id)
        if known is not None and known.revision == item.document.revision:
            return Assignment(known.story, known.how, known.similarity, is_new=False)
        if known is not None:
            batch.replace(item, known, now)
            return Assignment(known.story, known.how, known.similarity, is_new=False)
        story, how, similarity = self._match(connection, batch, item)
        batch.insert(item, story, how, similarity, now)
        return Assignment(story, how, similarity, is_new=True)

    def _match(self, connection: sa.Connection, batch: _Batch, item: _Item) -> tuple[str, str, float]:
        for story, effective in batch.bodies.get(item.body_hash or "", ()):
            if self._near(effective, item):
                return story, "text", 1.0
        for rival in batch.of_url(connection, item.url_hash):
            # some sites give one canonical address to all their pages: some words must be shared, too
            alike = containment(item.sketch.hashes, rival.hashes)
            if self._near(rival.effective, item) and (alike >= SAME_URL or not item.sketch.comparable):
                return rival.story, "url", round(alike, 3)
        best = self._copy(connection, batch, item)
        return best if best is not None else (item.document.id, "first", 1.0)

    def _copy(self, connection: sa.Connection, batch: _Batch, item: _Item) -> tuple[str, str, float] | None:
        mine = item.sketch
        if not mine.comparable:
            return None
        numbers = self._index.candidates(mine.keys)
        rivals = [*batch.members(connection, numbers), *batch.pending(mine.keys)]
        best: tuple[str, str, float] | None = None
        for rival in rivals:
            if not self._near(rival.effective, item):
                continue
            share = containment(mine.hashes, rival.hashes)
            if share >= threshold(mine.hashes, rival.hashes) and (best is None or share > best[2]):
                best = (rival.story, "copy", round(share, 3))
        return best

    def _near(self, effective: float, item: _Item) -> bool:
        return abs(effective - item.effective) <= self._window

    def _catch_up(self, connection: sa.Connection, now: float) -> None:
        """Index what other workers added, or, at the start, everything that is still of use."""
        columns = (story_member.c.seq, story_member.c.key_hashes)
        query = sa.select(*columns).where(story_member.c.seq > self._seen).order_by(story_member.c.seq)
        if not self._seen:
            query = query.where(story_member.c.added >= now - self._window)
        rows = connection.execute(query, execution_options={"stream_results": True})
        for part in rows.partitions(_LOAD):
            numbers = [row[0] for row in part]
            keys = [np.frombuffer(row[1], np.uint32) for row in part]
            if len(part) < 100:
                for number, own in zip(numbers, keys, strict=True):
                    self._index.add(number, own)
            else:
                self._index.load(numbers, keys)
            self._seen = numbers[-1]

    def _prune(self, connection: sa.Connection, now: float) -> None:
        self._next_prune = now + _PRUNE_EVERY
        old = story_member.c.added < now - self._window
        newest = connection.execute(sa.select(sa.func.max(story_member.c.seq)).where(old)).scalar()
        if newest is None:
            return
        connection.execute(sa.delete(story_sketch).where(story_sketch.c.seq <= newest))
        connection.execute(sa.delete(story_member).where(story_member.c.seq <= newest, old))
        self._index.forget(newest + 1)


@dataclass(frozen=True, slots=True)
class _Item:
    """A document and what it is compared by."""

    document: Document
    sketch: Sketch
    url_hash: str | None
    body_hash: str | None
    effective: float


@dataclass(frozen=True, slots=True)
class _Assigned:
    seq: int | None
    revision: str
    story: str
    how: str
    similarity: float


class _Batch:
    """The work of one transaction: what was looked up and what will be written."""

    def __init__(self, items: list[_Item]) -> None:
        self.items = items
        self.assigned: dict[str, _Assigned] = {}
        self._urls: dict[str, list[int]] = {}  # member numbers; below zero: ~position in this batch
        self.bodies: dict[str, list[tuple[str, float]]] = {}
        self.added: list[tuple[int, Hashes]] = []
        self._index = StoryIndex()
        self._new: list[tuple[_Item, dict[str, Any]] | None] = []  # None: replaced within the batch
        self._where: dict[str, int] = {}  # article id → position
        self._gone: list[int] = []

    def look_up(self, connection: sa.Connection) -> None:
        """Articles, addresses and texts of the batch that are stored already."""
        c = story_member.c
        columns = (c.article_id, c.seq, c.revision, c.story, c.how, c.similarity)
        for row in _matching(connection, columns, c.article_id, [i.document.id for i in self.items]):
            self.assigned[row[0]] = _Assigned(*row[1:])
        for name, seq in _matching(
            connection, (c.url_hash, c.seq), c.url_hash, [i.url_hash for i in self.items]
        ):
            self._urls.setdefault(name, []).append(seq)
        texts = (c.body_hash, c.story, c.effective)
        for row in _matching(connection, texts, c.body_hash, [i.body_hash for i in self.items]):
            self.bodies.setdefault(row[0], []).append((row[1], row[2]))

    def of_url(self, connection: sa.Connection, url_hash: str | None) -> list[_Known]:
        """Members with this canonical address."""
        numbers = self._urls.get(url_hash or "", [])
        stored = self.members(connection, [n for n in numbers if n >= 0][:10])
        return stored + self._waiting([~n for n in numbers if n < 0])

    def members(self, connection: sa.Connection, numbers: Sequence[int]) -> list[_Known]:
        """The stored members with these numbers."""
        if not numbers:
            return []
        c = story_member.c
        query = (
            sa.select(c.story, c.effective, story_sketch.c.sketch)
            .join(story_sketch, story_sketch.c.seq == c.seq)
            .where(c.seq.in_(numbers))
            .order_by(c.seq)
        )
        return [_Known(r[0], r[1], np.frombuffer(r[2], np.uint32)) for r in connection.execute(query)]

    def pending(self, keys: Hashes) -> list[_Known]:
        """Members that this batch adds."""
        return self._waiting(self._index.candidates(keys))

    def _waiting(self, positions: Sequence[int]) -> list[_Known]:
        found = []
        for position in positions:
            entry = self._new[position]
            if entry is not None:
                item, row = entry
                found.append(_Known(row["story"], item.effective, item.sketch.hashes))
        return found

    def insert(self, item: _Item, story: str, how: str, similarity: float, now: float) -> None:
        """A new member."""
        document = item.document
        row = {
            "article_id": document.id,
            "revision": document.revision,
            "story": story,
            "publisher": document.publisher,
            "url": document.url,
            "title": document.title[:500],
            "url_hash": item.url_hash,
            "body_hash": item.body_hash,
            "effective": item.effective,
            "added": now,
            "how": how,
            "similarity": similarity,
            "key_hashes": item.sketch.keys.tobytes(),
        }
        self.assigned[document.id] = _Assigned(None, document.revision, story, how, similarity)
        position = len(self._new)
        if item.url_hash:
            self._urls.setdefault(item.url_hash, []).append(~position)
        if item.body_hash:
            self.bodies.setdefault(item.body_hash, []).append((story, item.effective))
        earlier = self._where.get(document.id)
        if earlier is not None:
            self._new[earlier] = None
        self._where[document.id] = position
        self._index.add(position, item.sketch.keys)
        self._new.append((item, row))

    def replace(self, item: _Item, known: _Assigned, now: float) -> None:
        """A new revision: the member moves to the end, its story stays."""
        if known.seq is not None:
            self._gone.append(known.seq)
        self.insert(item, known.story, known.how, known.similarity, now)

    def write(self, connection: sa.Connection) -> None:
        """Store everything; ``added`` then holds the numbers for the index."""
        if self._gone:
            for table in (story_sketch, story_member):
                connection.execute(sa.delete(table).where(table.c.seq.in_(self._gone)))
        new = [entry for entry in self._new if entry is not None]
        if not new:
            return
        insert = sa.insert(story_member).returning(story_member.c.seq, sort_by_parameter_order=True)
        numbers = list(connection.execute(insert, [row for _, row in new]).scalars())
        sketches = []
        for number, (item, _) in zip(numbers, new, strict=True):
            self.added.append((number, item.sketch.keys))
            sketches.append({"seq": number, "sketch": item.sketch.hashes.tobytes()})
        connection.execute(sa.insert(story_sketch), sketches)


def _prepared(document: Document) -> _Item:
    title, _, body = document.text.partition("\n")
    made = sketch(body or title)
    identity = identity_of(document.canonical_url or document.url)
    # a bare host is the home page of a site: every article may claim it as its canonical address
    url_hash = short_hash(identity) if "/" in identity or "?" in identity else None
    body_hash = made.body_hash if made.comparable else None
    return _Item(document, made, url_hash, body_hash, document.effective.timestamp())


def _matching(
    connection: sa.Connection, columns: Iterable[Any], column: sa.Column[Any], values: Iterable[str | None]
) -> Iterable[Any]:
    wanted = list(dict.fromkeys(value for value in values if value))
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        yield from connection.execute(
            sa.select(*columns).where(column.in_(part)).order_by(story_member.c.seq)
        )
