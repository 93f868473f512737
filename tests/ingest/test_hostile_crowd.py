"""Hostile feeds all at once: the poller stays small and the ordinary feeds do not wait for them."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import psutil

from config.models.feeds import Feed
from ingest.poller import Poller
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
