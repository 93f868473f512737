"""Several pollers, one set of feeds: nobody is asked twice, and what a dead one held is taken over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from config.models.feeds import Feed
from ingest.policy import policies
from ingest.poller import Poller
from ingest.store import Store
from streams.state import open_state
from tests.support.newsroom import item, rss
from tests.support.web import Page, Web, hang


def many(web: Web, count: int) -> list[Feed]:
    return [
        Feed(id=f"feed-{n}", url=web.url(f"/feed/{n}"), every="10m", fetch_pages=False) for n in range(count)
    ]


def test_two_pollers_at_once_ask_each_feed_once(web: Web, intake: Callable[..., Any]) -> None:
    feeds = many(web, 40)
    tocsin = intake(*feeds, per_host=8)
    for n in range(40):
        web.pages[f"/feed/{n}"] = Page(rss([item(n, web.url(f"/{n}"))]))
    pollers = [
        Poller(
            tocsin.config, tocsin.broker, tocsin.engine, clock=lambda: tocsin.now[0], sandbox=tocsin.sandbox
        )
        for _ in range(2)
    ]
    threads = [threading.Thread(target=poller.run_once) for poller in pollers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for poller in pollers:
        poller.close()
    assert [web.count(f"/feed/{n}") for n in range(40)] == [1] * 40
    assert sum(poller.counts.polls for poller in pollers) == 40


def test_a_claim_holds_until_its_lease_ends(state_url: str, web: Web) -> None:
    from config.models.feeds import FeedsFile
    from config.models.root import Config

    engine = open_state(state_url)
    config = Config(folder="/tmp", feeds=FeedsFile(feeds=tuple(many(web, 30))))  # type: ignore[arg-type]
    one, two = Store(engine, "one"), Store(engine, "two")
    one.sync_feeds(policies(config), 1000.0)
    mine = one.claim_feeds(1000.0, 1120.0, 10, per_host=100)
    theirs = two.claim_feeds(1000.0, 1120.0, 100, per_host=100)
    assert (len(mine), len(theirs)) == (10, 20)
    assert not {row.id for row in mine} & {row.id for row in theirs}
    assert two.claim_feeds(1119.0, 1200.0, 100, per_host=100) == []
    assert len(two.claim_feeds(1121.0, 1300.0, 100, per_host=100)) == 30
    two.release(["two"])
    assert len(one.claim_feeds(1122.0, 1300.0, 100, per_host=3)) == 3
    engine.dispose()


def test_a_new_address_in_the_configuration_starts_afresh(
    web: Web, intake: Callable[..., Any], make_feed: Callable[..., Any]
) -> None:
    tocsin = intake(make_feed())
    moment = datetime.fromtimestamp(tocsin.now[0], UTC)
    web.pages["/feed"] = Page(rss([item(1, web.url("/a"), now=moment)]), etag='"old"')
    web.pages["/moved"] = Page(rss([item(1, web.url("/a"), now=moment)]), etag='"new"')
    tocsin.poll()
    assert tocsin.with_feeds(make_feed(url=web.url("/moved"))).poll().polls == 1
    assert "if-none-match" not in web.seen[-1].headers
    assert tocsin.feed().etag == '"new"'
    assert tocsin.with_feeds().poll(seconds=7200).polls == 0


def test_a_running_poller_stops_and_gives_everything_back(web: Web, intake: Callable[..., Any]) -> None:
    import sqlalchemy as sa

    from ingest.tables import feed_state

    feeds = [*many(web, 3), Feed(id="slow", url=web.url("/slow"), fetch_pages=False)]
    tocsin = intake(*feeds)
    web.raw["/slow"] = hang()
    for n in range(3):
        web.pages[f"/feed/{n}"] = Page(rss([item(n, web.url(f"/{n}"))]))
    stop, polled = threading.Event(), []

    def note(name: str, lateness: float, outcome: str) -> None:
        polled.append(name)
        if len(polled) == 3:
            stop.set()

    poller = Poller(tocsin.config, tocsin.broker, tocsin.engine, on_poll=note, sandbox=tocsin.sandbox)
    poller.run(stop)
    poller.close()
    assert sorted(polled) == ["feed-0", "feed-1", "feed-2"]
    with tocsin.engine.begin() as connection:
        held = connection.execute(sa.select(feed_state.c.id).where(feed_state.c.lease_until > 0)).all()
    assert held == []
