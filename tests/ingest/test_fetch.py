"""The fetcher among strangers: redirects, private addresses, sizes, deadlines, encodings, TLS."""

from __future__ import annotations

import asyncio
import gzip
import resource
import socket
import ssl
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.errors import FetchError, FetchFailed, FetchRefused, FetchTimeout, FetchTooLarge
from ingest.address import AllowList
from ingest.fetch import Fetcher, Names, Request, Response
from tests.support.web import Page, Raw, Web, Writer, drip, drop, hang, redirect

LOOPBACK = AllowList.parse(["127.0.0.0/8"])
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"


def get(url: str, *, allow: AllowList = LOOPBACK, names: Names | None = None, **changes: Any) -> Response:
    values: dict[str, Any] = {"max_bytes": 1_000_000, "timeout": 20.0, **changes}

    async def run() -> Response:
        async with Fetcher(user_agent="Tocsin/test", allow=allow, names=names) as fetcher:
            return await fetcher.get(Request(url, **values))

    return asyncio.run(run())


def says(*addresses: str) -> Names:
    """A resolver that says what the test wants."""
    return lambda host: addresses


def test_five_redirects_are_followed_and_six_are_not(web: Web) -> None:
    for n in range(1, 7):
        web.pages[f"/{n}"] = redirect(f"/{n - 1}", 301 if n % 2 else 302)
    web.pages["/0"] = Page("here")
    response = get(web.url("/5"))
    assert (response.body, len(response.hops), response.url) == (b"here", 5, web.url("/0"))
    with pytest.raises(FetchFailed, match="more than 5 redirects"):
        get(web.url("/6"))


def test_a_redirect_loop_ends(web: Web) -> None:
    web.pages["/a"] = redirect("/b")
    web.pages["/b"] = redirect("/a")
    with pytest.raises(FetchFailed, match="redirects"):
        get(web.url("/a"))
    assert len(web.seen) == 6


PRIVATE = [
    "http://127.0.0.1:{port}/",
    "http://2130706433:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://0x7f.1:{port}/",
    "http://127.1:{port}/",
    "http://0:{port}/",
    "http://0.0.0.0:{port}/",
    "http://localhost:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[64:ff9b:1::1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[2001:0:7f00:1::]:{port}/",
    "http://[fe80::1]:{port}/",
    "http://[fd00::1]:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_private_addresses_are_refused_in_every_notation(web: Web, url: str) -> None:
    with pytest.raises(FetchRefused, match=r"private|special"):
        get(url.format(port=web.port), allow=AllowList())
    assert web.seen == []


@pytest.mark.parametrize("target", PRIVATE)
def test_redirects_to_private_addresses_are_refused(web: Web, target: str) -> None:
    with Web() as inside:
        web.pages["/"] = redirect(target.format(port=inside.port))
        allow = AllowList.parse(["courier.example"])
        with pytest.raises(FetchRefused, match=r"private|special"):
            get(f"http://courier.example:{web.port}/", allow=allow, names=says("127.0.0.1"))
        assert inside.seen == []


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
)
def test_names_that_resolve_to_private_addresses_are_refused(web: Web, address: str) -> None:
    with pytest.raises(FetchRefused, match=r"private|special"):
        get(f"http://news.example:{web.port}/", allow=AllowList(), names=says(address))
    assert web.seen == []


def test_a_name_with_one_private_answer_among_public_ones_never_reaches_it(web: Web) -> None:
    with pytest.raises(FetchError):
        get(
            f"http://news.example:{web.port}/",
            allow=AllowList(),
            timeout=1.0,
            names=says("127.0.0.1", "192.0.2.1"),
        )
    assert web.seen == []


def test_people_can_allow_a_host_or_a_network(web: Web) -> None:
    web.pages["/"] = Page("inside")
    by_name = get(
        f"http://wiki.internal:{web.port}/",
        allow=AllowList.parse(["wiki.internal"]),
        names=says("127.0.0.1"),
    )
    assert by_name.body == b"inside"
    assert get(web.url("/"), allow=AllowList.parse(["127.0.0.1"])).body == b"inside"


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/", "gopher://127.0.0.1/", "http:///x", "data:,x"]
)
def test_only_http_is_fetched(url: str) -> None:
    with pytest.raises(FetchRefused):
        get(url)


def test_a_redirect_to_a_file_is_refused(web: Web) -> None:
    web.pages["/"] = redirect("file:///etc/passwd")
    with pytest.raises(FetchRefused):
        get(web.url("/"))


def test_a_redirect_is_followed_without_waiting_for_its_body(web: Web) -> None:
    web.raw["/"] = drip(b"HTTP/1.1 302 Found\r\nLocation: /there\r\n\r\n", b"x", 0.5)
    web.pages["/there"] = Page("arrived")
    assert get(web.url("/"), timeout=10.0).body == b"arrived"


def test_announcements_before_the_answer_are_not_the_answer(web: Web) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
    web.raw["/"] = drop(early * 3 + OK + b"Content-Length: 4\r\n\r\nnews")
    response = get(web.url("/"))
    assert (response.status, response.body, "link" in response.headers) == (200, b"news", False)


def test_addresses_go_out_escaped_and_in_ascii(web: Web) -> None:
    web.pages["/caf%C3%A9%20au%20lait?q=%D8%A5%D8%AF%D9%84%D8%A8"] = Page("found")
    assert get(web.url("/café au lait?q=إدلب#top")).body == b"found"


def test_a_header_cannot_bring_another_one_along(web: Web) -> None:
    with pytest.raises(FetchFailed, match="line break"):
        get(web.url("/"), headers={"If-None-Match": '"a"\r\nX-Evil: yes'})
    assert web.seen == []


def test_large_bodies_take_turns_and_all_arrive(web: Web) -> None:
    web.pages["/"] = Page(b"x" * 3_000_000)

    async def run() -> list[Response]:
        async with Fetcher(user_agent="Tocsin/test", allow=LOOPBACK, large_bodies=1) as fetcher:
            request = Request(web.url("/"), max_bytes=5_000_000, timeout=60.0)
            return await asyncio.gather(*(fetcher.get(request) for _ in range(6)))

    assert [len(response.body) for response in asyncio.run(run())] == [3_000_000] * 6


def test_a_fetch_that_nobody_waits_for_leaves_the_others_alone(web: Web) -> None:
    web.raw["/silence"] = hang()
    web.pages["/"] = Page("here")

    async def run() -> bytes:
        async with Fetcher(user_agent="Tocsin/test", allow=LOOPBACK) as fetcher:
            waiting = asyncio.create_task(
                fetcher.get(Request(web.url("/silence"), max_bytes=1, timeout=60.0))
            )
            await asyncio.sleep(0.05)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            return (await fetcher.get(Request(web.url("/"), max_bytes=100, timeout=20.0))).body

    assert asyncio.run(run()) == b"here"


def test_the_proxies_of_the_environment_are_not_asked(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    web.pages["/"] = Page("straight")
    with Web() as proxy:
        monkeypatch.setenv("http_proxy", proxy.base)
        monkeypatch.setenv("ALL_PROXY", proxy.base)
        assert get(web.url("/")).body == b"straight"
        assert proxy.seen == []


def test_a_byte_every_half_second_ends_at_the_total_deadline(web: Web) -> None:
    web.raw["/"] = drip(OK + b"\r\n", b"x", 0.5)
    with pytest.raises(FetchTimeout, match=r"within 1.5 s"):
        get(web.url("/"), timeout=1.5)


def test_silence_ends_at_the_total_deadline(web: Web) -> None:
    web.raw["/"] = hang()
    with pytest.raises(FetchTimeout):
        get(web.url("/"), timeout=0.5)


@pytest.mark.parametrize("line", [b"X-A: " + b"y" * 500 + b"\r\n", b"z" * 4096])
def test_endless_headers_end(web: Web, line: bytes) -> None:
    web.raw["/"] = drip(OK, line * 50, 0.0)
    with pytest.raises(FetchError):
        get(web.url("/"), timeout=5.0)


def test_a_cut_body_is_an_error(web: Web) -> None:
    web.raw["/"] = drop(OK + b"Content-Length: 1000\r\n\r\nonly this")
    with pytest.raises(FetchFailed):
        get(web.url("/"))


@pytest.mark.parametrize("raw", [drop(), drop(b"HTTP/9 rubbish\r\n\r\n"), drop(b"\x00\x01\x02")])
def test_what_is_no_http_is_an_error(web: Web, raw: Raw) -> None:
    web.raw["/"] = raw
    with pytest.raises(FetchFailed):
        get(web.url("/"))


def test_nobody_listening_is_an_error() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(FetchFailed):
        get(f"http://127.0.0.1:{port}/")


def test_sizes_are_capped_announced_or_not(web: Web) -> None:
    web.pages["/announced"] = Page(b"x" * 20_000_000)
    web.raw["/endless"] = drip(OK + b"\r\n", b"x" * 65536, 0.0)
    for path in ("/announced", "/endless"):
        with pytest.raises(FetchTooLarge):
            get(web.url(path))


def bomb(megabytes: int, layers: int = 1) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    data = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(megabytes)) + packer.flush()
    for _ in range(layers - 1):
        data = gzip.compress(data)
    return data


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def test_gzip_bombs_cost_no_memory(web: Web) -> None:
    body = bomb(500)
    assert len(body) < 1_000_000
    web.pages["/"] = Page(body, headers={"Content-Encoding": "gzip"})
    before = peak_mb()
    with pytest.raises(FetchTooLarge, match="after decompression"):
        get(web.url("/"))
    assert peak_mb() - before < 30


@pytest.mark.parametrize(
    "encoding", ["gzip, gzip", "deflate,gzip", "br", "zstd", "compress", "gzip, identity, deflate"]
)
def test_stacked_and_unknown_encodings_are_refused(web: Web, encoding: str) -> None:
    web.pages["/"] = Page(bomb(100, layers=2), headers={"Content-Encoding": encoding})
    before = peak_mb()
    with pytest.raises(FetchRefused, match="encoding"):
        get(web.url("/"))
    assert peak_mb() - before < 30


def test_a_compressed_transfer_encoding_is_no_way_around_the_cap(web: Web) -> None:
    packed = bomb(300)
    chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    web.raw["/"] = drop(OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + chunk)
    before = peak_mb()
    with pytest.raises(FetchError):
        get(web.url("/"))
    assert peak_mb() - before < 30


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),
        ("identity", bytes),
        ("gzip", lambda data: gzip.compress(data[:10]) + gzip.compress(data[10:])),
    ],
)
def test_ordinary_encodings_are_undone(web: Web, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    web.pages["/"] = Page(pack(b"news " * 1000), headers={"Content-Encoding": encoding})
    assert get(web.url("/")).body == b"news " * 1000


def test_broken_and_cut_gzip_is_an_error(web: Web) -> None:
    packed = gzip.compress(bytes(range(256)) * 100)
    for body in (b"no gzip at all", packed[:-20]):
        web.pages["/"] = Page(body, headers={"Content-Encoding": "gzip"})
        with pytest.raises(FetchFailed):
            get(web.url("/"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    import subprocess

    folder = tmp_path_factory.mktemp("tls")
    key, crt = folder / "key.pem", folder / "crt.pem"
    command = (
        f"openssl req -x509 -newkey rsa:2048 -nodes -keyout {key} -out {crt} -days 2 -subj /CN=127.0.0.1"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    return key, crt


def test_tls_is_verified_unless_people_say_otherwise(certificate: tuple[Path, Path]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate[1], certificate[0])
    with Web(tls=context) as secure:
        secure.pages["/"] = Page("secret")
        with pytest.raises(FetchFailed, match="TLS certificate is not valid"):
            get(secure.url("/"))
        assert get(secure.url("/"), verify_tls=False).body == b"secret"


def test_plain_http_on_a_tls_address_is_an_error(web: Web) -> None:
    with pytest.raises(FetchError):
        get(web.url("/").replace("http://", "https://"), timeout=1.0)


def test_private_headers_do_not_follow_to_another_host(web: Web) -> None:
    with Web() as other:
        web.pages["/"] = redirect(other.url("/"))
        other.pages["/"] = Page("x")
        get(web.url("/"), private_headers={"Authorization": "Basic abc", "Cookie": "a=b"})
        assert web.seen[0].headers["authorization"] == "Basic abc"
        assert "authorization" not in other.seen[0].headers
        assert "cookie" not in other.seen[0].headers


def test_an_http_proxy_is_used(web: Web) -> None:
    web.pages["/page"] = Page("through the proxy")
    response = get("http://news.example/page", proxy=web.base)
    assert response.body == b"through the proxy"


def test_a_proxy_does_not_open_private_literal_addresses(web: Web) -> None:
    with pytest.raises(FetchRefused):
        get("http://169.254.169.254/", allow=AllowList(), proxy=web.base)


def test_a_proxy_is_shown_no_password_of_a_site_behind_it() -> None:
    asked: list[bytes] = []

    async def run() -> None:
        async def serve(reader: asyncio.StreamReader, writer: Writer) -> None:
            asked.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(b"HTTP/1.1 502 No\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        proxy = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        private = {"Authorization": "Basic abc", "Cookie": "a=b"}
        async with server, Fetcher(user_agent="x", proxy=proxy) as fetcher:
            request = Request("https://news.example/", max_bytes=9, timeout=10, private_headers=private)
            with pytest.raises(FetchFailed):
                await fetcher.get(request)

    asyncio.run(run())
    assert asked[0].startswith(b"CONNECT news.example:443 ")
    assert b"abc" not in asked[0]
    assert b"a=b" not in asked[0]


def test_a_socks_proxy_is_used() -> None:
    asked: list[bytes] = []

    async def run() -> Response:
        async def serve(reader: asyncio.StreamReader, writer: Writer) -> None:
            offered = await reader.readexactly(2)
            await reader.readexactly(offered[1])
            writer.write(b"\x05\x00")
            head = await reader.readexactly(5)
            asked.append(await reader.readexactly(head[4]))
            await reader.readexactly(2)
            writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nonion")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, Fetcher(user_agent="x", proxy=f"socks5://127.0.0.1:{port}") as fetcher:
            return await fetcher.get(Request("http://abcdef.onion/", max_bytes=100, timeout=10))

    assert asyncio.run(run()).body == b"onion"
    assert asked == [b"abcdef.onion"]
