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
from aiohttp.abc import AbstractResolver, ResolveResult

from config.errors import FetchError, FetchFailed, FetchRefused, FetchTimeout, FetchTooLarge
from ingest.address import AllowList
from ingest.fetch import Fetcher, Request, Response
from tests.support.web import Page, Raw, Web, Writer, drip, drop, hang, redirect

LOOPBACK = AllowList.parse(["127.0.0.0/8"])
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"


def get(
    url: str, *, allow: AllowList = LOOPBACK, resolver: AbstractResolver | None = None, **changes: Any
) -> Response:
    values: dict[str, Any] = {"max_bytes": 1_000_000, "timeout": 20.0, **changes}

    async def run() -> Response:
        async with Fetcher(user_agent="Tocsin/test", allow=allow, resolver=resolver) as fetcher:
            return await fetcher.get(Request(url, **values))

    return asyncio.run(run())


class Names(AbstractResolver):
    """A resolver that says what the test wants."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        pass


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
            get(f"http://courier.example:{web.port}/", allow=allow, resolver=Names("127.0.0.1"))
        assert inside.seen == []


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
)
def test_names_that_resolve_to_private_addresses_are_refused(web: Web, address: str) -> None:
    with pytest.raises(FetchRefused, match=r"private|special"):
        get(f"http://news.example:{web.port}/", allow=AllowList(), resolver=Names(address))
    assert web.seen == []


def test_a_name_with_one_private_answer_among_public_ones_never_reaches_it(web: Web) -> None:
    with pytest.raises(FetchError):
        get(
            f"http://news.example:{web.port}/",
            allow=AllowList(),
            timeout=1.0,
            resolver=Names("127.0.0.1", "192.0.2.1"),
        )
    assert web.seen == []


def test_people_can_allow_a_host_or_a_network(web: Web) -> None:
    web.pages["/"] = Page("inside")
    by_name = get(
        f"http://wiki.internal:{web.port}/",
        allow=AllowList.parse(["wiki.internal"]),
        resolver=Names("127.0.0.1"),
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


def test_a_socks_proxy_is_used() -> None:
    asked: list[bytes] = []

    async def run() -> Response:
        async def serve(reader: asyncio.StreamReader, writer: Writer) -> None:
            await reader.readexactly(3)
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
