"""Stories in the state database: what joins, what stays apart, what several workers see."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from ingest.messages import Document, Extraction
from ingest.text import content_hash
from processors.stories import StoryStore
from processors.stories_query import story_members, story_of
from processors.tables import story_member, story_sketch
from streams.state import open_state
from tests.support.newsroom import PARAGRAPHS

START = datetime(2026, 9, 1, 12, tzinfo=UTC)
WIRE = " ".join(PARAGRAPHS)


@pytest.fixture
def engine(state_url: str) -> Iterator[Engine]:
    engine = open_state(state_url)
    yield engine
    engine.dispose()


def document(
    name: str,
    body: str,
    *,
    url: str | None = None,
    at: datetime = START,
    revision: str = "r1",
    publisher: str = "P",
) -> Document:
    text = f"Title of {name}\n{body}"
    return Document(
        id=name,
        revision=revision,
        url=url or f"https://{name}.example/article/{name}",
        title=f"Title of {name}",
        text=text,
        effective=at,
        publisher=publisher,
        content_hash=content_hash(text),
        extraction=Extraction(method="fast", quality=1.0),
    )


def prose(seed: int, words: int = 300) -> str:
    rng = random.Random(seed)
    return " ".join(f"w{rng.randrange(4000)}" for _ in range(words))


def test_a_first_article_founds_its_story(engine: Engine) -> None:
    store = StoryStore(engine)
    assert store.assign(document("a", WIRE)) == "a"
    assert store.assign(document("b", prose(1))) == "b"


def test_the_same_words_are_one_story_whatever_the_title_and_case(engine: Engine) -> None:
    store = StoryStore(engine)
    store.assign(document("a", WIRE))
    (found,) = store.assign_many([document("b", WIRE.upper())])
    assert (found.story, found.how) == ("a", "text")


def test_a_cut_copy_joins_and_tells_how_much_it_shares(engine: Engine) -> None:
    store = StoryStore(engine)
    whole = prose(2, 600)
    store.assign(document("a", whole))
    cut = " ".join(whole.split()[:180])
    (found,) = store.assign_many([document("b", cut)])
    assert (found.story, found.how) == ("a", "copy")
    assert found.similarity > 0.9


def test_the_long_version_finds_the_short_one_too(engine: Engine) -> None:
    store = StoryStore(engine)
    whole = prose(3, 600)
    store.assign(document("a", " ".join(whole.split()[:180])))
    assert store.assign(document("b", whole)) == "a"


def test_one_canonical_address_is_one_story_if_some_words_are_shared(engine: Engine) -> None:
    store = StoryStore(engine)
    words = WIRE.split()
    store.assign(document("a", WIRE, url="https://courier.example/bridge"))
    rewritten = " ".join(words[:20]) + " " + prose(4, 100)
    (found,) = store.assign_many(
        [document("b", rewritten, url="http://www.courier.example/bridge/?utm_source=x")]
    )
    assert (found.story, found.how) == ("a", "url")


def test_a_canonical_address_that_all_pages_claim_joins_nothing(engine: Engine) -> None:
    store = StoryStore(engine)
    store.assign(document("a", WIRE, url="https://courier.example/news/"))
    assert store.assign(document("b", prose(5), url="https://courier.example/news/")) == "b"


def test_outside_the_window_a_copy_is_a_story_of_its_own(engine: Engine) -> None:
    store = StoryStore(engine, timedelta(hours=72))
    store.assign(document("a", WIRE))
    assert store.assign(document("b", WIRE, at=START + timedelta(hours=73))) == "b"
    assert store.assign(document("c", WIRE, at=START + timedelta(hours=71))) in {"a", "b"}


def test_short_texts_join_only_when_they_are_equal(engine: Engine) -> None:
    store = StoryStore(engine)
    store.assign(document("a", "Power is out in the whole district tonight"))
    assert store.assign(document("b", "Power is out in the whole city tonight")) == "b"


def test_the_same_article_again_gets_the_same_story(engine: Engine) -> None:
    store = StoryStore(engine)
    store.assign(document("a", WIRE))
    first = store.assign_many([document("b", WIRE)])[0]
    again = StoryStore(engine).assign_many([document("b", WIRE)])[0]
    assert (first.story, again.story) == ("a", "a")
    assert (first.is_new, again.is_new) == (True, False)
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(story_member)).scalar() == 2


def test_a_new_revision_keeps_its_story_and_is_found_by_its_new_words(engine: Engine) -> None:
    store = StoryStore(engine)
    store.assign(document("a", prose(6)))
    assert store.assign(document("a", prose(7), revision="r2")) == "a"
    assert store.assign(document("b", prose(7))) == "a"


def test_copies_within_one_batch_see_each_other(engine: Engine) -> None:
    found = StoryStore(engine).assign_many([document(name, prose(8) + f" {name}") for name in "abc"])
    assert [f.story for f in found] == ["a", "a", "a"]


def test_two_workers_share_what_they_know(engine: Engine) -> None:
    one, two = StoryStore(engine), StoryStore(engine)
    assert two.assign(document("x", prose(9))) == "x"
    assert one.assign(document("a", WIRE)) == "a"
    assert two.assign(document("b", WIRE + " One more sentence was added here by the second paper.")) == "a"
    assert StoryStore(engine).assign(document("c", " ".join(WIRE.split()[20:]))) == "a"


def test_the_oldest_are_forgotten_and_the_rest_stays(engine: Engine) -> None:
    now = [1_000_000.0]
    store = StoryStore(engine, timedelta(hours=72), clock=lambda: now[0])
    store.assign(document("a", WIRE))
    now[0] += 73 * 3600
    store.assign(document("b", prose(10)))
    assert story_of(engine, "a") is None
    assert story_of(engine, "b") == "b"
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(story_sketch)).scalar() == 1


def test_a_story_can_be_looked_into(engine: Engine) -> None:
    store = StoryStore(engine)
    store.assign(document("a", WIRE, publisher="Varda Courier"))
    store.assign(document("b", WIRE, publisher="Hill Gazette", at=START + timedelta(hours=1)))
    members = story_members(engine, "a")
    assert [(m.article_id, m.publisher, m.how) for m in members] == [
        ("a", "Varda Courier", "first"),
        ("b", "Hill Gazette", "text"),
    ]
    assert members[0].effective == START


def test_chinese_texts_are_compared_by_characters(engine: Engine) -> None:
    store = StoryStore(engine)
    rng = random.Random(11)
    characters = [chr(0x4E00 + rng.randrange(3000)) for _ in range(400)]
    store.assign(document("a", "".join(characters)))
    assert store.assign(document("b", "".join(characters[40:300]))) == "a"
    assert store.assign(document("c", "".join(rng.sample(characters, 300)))) == "c"
