"""Hostile feeds all at once: the poller stays small and the ordinary feeds do not wait for them."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import psutil
import pytest
import sqlalchemy as sa

from config.models.feeds import Feed
from ingest.policy import policies
from ingest.poller import Poller
from ingest.store import Store
from ingest.tables import feed_state
from tests.support.newsroom import item, rss
from tests.support.web import Page, Web, drip, hang, redirect

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"


def bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * 1_000_000) for _ in range(megabytes)) + packer.flush()


def set_up(web: Web) -> list[str]:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    web.raw |= {
        "/drip": drip(OK + b"\r\n", b"<", 0.5),
        "/headers": drip(OK, b"X-A: " + b"y" * 500 + b"\r\n", 0.0),
        "/silence": hang(),
        "/endless": drip(OK + b"\r\n", b"<item>" * 10_000, 0.0),
    }
    web.pages |= {
        "/bomb": Page(bomb(300), headers={"Content-Encoding": "gzip"}),
        "/stacked": Page(bomb(300), headers={"Content-Encoding": "gzip, gzip"}),
        "/deep": Page("<rss><channel><item><title>" + "<a>" * 200_000),
        "/laughs": Page(
            f"<!DOCTYPE rss [{laughs}]><rss><channel><item><title>&l9;</title></item></channel></rss>"
        ),
        "/loop": redirect("/loop"),
        "/inside": redirect("http://169.254.169.254/latest/"),
        "/rubbish": Page(bytes(range(256)) * 200),
        "/nul": Page(b"\x00" * 1_000_000),
    }
    return [*web.raw, *web.pages]


def test_the_crowd_costs_no_memory_and_holds_up_nobody(web: Web, intake: Callable[..., Any]) -> None:
    hostile = [Feed(id=path.strip("/"), url=web.url(path), fetch_pages=False) for path in set_up(web)]
    for n in range(5):
        web.pages[f"/good/{n}"] = Page(rss([item(n, web.url(f"/{n}"))]))
    good = [Feed(id=f"good-{n}", url=web.url(f"/good/{n}"), fetch_pages=False) for n in range(5)]
    tocsin = intake(*hostile, *good, per_host=32, timeout="6s")
    order: list[str] = []
    errors: dict[str, str] = {}
    poller = Poller(
        tocsin.config,
        tocsin.broker,
        tocsin.engine,
        clock=lambda: tocsin.now[0],
        on_poll=lambda name, _late, outcome: (order.append(name), errors.setdefault(name, outcome))[0],
    )
    before = psutil.Process().memory_info().rss
    poller.run_once()
    grown = psutil.Process().memory_info().rss - before
    parser = [
        p.memory_info().rss for p in psutil.Process().children() if "sandbox_child" in " ".join(p.cmdline())
    ]
    poller.close()
    assert sorted(order) == sorted(feed.id for feed in [*hostile, *good])
    assert {errors[feed.id] for feed in good} == {"changed"}
    assert {name for name, outcome in errors.items() if outcome == "changed"} <= {f.id for f in good} | {
        "laughs"
    }
    assert max(order.index(feed.id) for feed in good) < order.index("silence")
    assert grown < 150 * 2**20
    assert max(parser) < 400 * 2**20


@pytest.mark.parametrize("failed_before", [0, 1])
def test_a_crowd_that_holds_every_place_does_not_make_the_others_late(
    web: Web, intake: Callable[..., Any], failed_before: int
) -> None:
    """Time passes only with the deadlines of the hostile: whoever waited for one of them is 6 s late."""
    web.raw["/silence"] = hang()
    web.pages["/good"] = Page(rss([item(1, web.url("/1"))]))
    count = 18 if failed_before else 3  # strangers get the benefit of the doubt, four places of them
    hostile = [Feed(id=f"hostile-{n}", url=f"http://a{n}.example:{web.port}/silence") for n in range(count)]
    good = [Feed(id=f"good-{n}", url=f"http://b{n}.example:{web.port}/good") for n in range(20)]
    tocsin = intake(*hostile, *good, concurrency=4, timeout="500ms", fetch_pages=False)
    late: dict[str, float] = {}

    def note(name: str, lateness: float, _outcome: str) -> None:
        late[name] = lateness
        if name.startswith("hostile"):
            tocsin.now[0] += 6.0

    options = {
        "clock": lambda: tocsin.now[0],
        "names": lambda host: ("127.0.0.1",),
        "sandbox": tocsin.sandbox,
    }
    poller = Poller(tocsin.config, tocsin.broker, tocsin.engine, on_poll=note, **options)
    Store(tocsin.engine, "test").sync_feeds(policies(tocsin.config), tocsin.now[0])
    with tocsin.engine.begin() as connection:
        first = sa.update(feed_state).where(feed_state.c.id.like("hostile%"))
        connection.execute(first.values(failures=failed_before, next_poll=tocsin.now[0] - 1.0))
    poller.run_once()
    poller.close()
    assert len(late) == count + 20
    assert max(seconds for name, seconds in late.items() if name.startswith("good")) < 5.0
