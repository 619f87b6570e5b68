"""Connections over loopback: used again, closed, bounded, told apart."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ParamSpec

import pytest
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    ResponseDataLossError,
)

from scraper.connections import Connections, HttpProxy, Way
from scraper.http1 import AnswerReader
from scraper.socks import SocksTarget
from tests.scraper.misbehaving import serve
from tests.support.certificates import self_signed

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nferry"
ENDLESS = b"HTTP/1.1 200 OK\r\n\r\nferry"


P = ParamSpec("P")
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]]


def in_loop(test: Callable[P, Coroutine[None, None, None]]) -> Callable[P, None]:
    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


class Port:
    """Where it listens, and how many connections and requests there were."""

    def __init__(self) -> None:
        self.port = 0
        self.connections = 0
        self.requests: list[bytes] = []
        self.asked = asyncio.Event()
        self.gone = asyncio.Event()
        """Set when a client hangs up."""


@asynccontextmanager
async def listening(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """At the port that is given, until nobody is served any more."""
    serving: list[asyncio.Future[None]] = []

    async def be_served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.append(task)
        with contextlib.suppress(OSError):
            try:
                await serve(reader, writer)
            finally:
                writer.close()
                await writer.wait_closed()

    server = await asyncio.start_server(be_served, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.gather(*serving)


@asynccontextmanager
async def site(*answers: bytes | None, tls: ssl.SSLContext | None = None) -> AsyncIterator[Port]:
    """Answers the requests of all connections in turn; hangs up after ``None``."""
    port, left = Port(), list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                port.requests.append(head)
                port.asked.set()
                said = left.pop(0)
                if said is None:
                    break
                writer.write(said)
                if left and left[0] is None:
                    left.pop(0)
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            port.gone.set()

    async with listening(serve, tls) as port.port:
        yield port


@asynccontextmanager
async def opened(tls: ssl.SSLContext | None = None) -> AsyncIterator[Connections]:
    connections = Connections(lambda: tls or ssl.create_default_context())
    try:
        yield connections
    finally:
        await connections.close()


async def ask(connections: Connections, way: Way, path: str = "/", *, repeatable: bool = True) -> bytes:
    reader = AnswerReader(most_body=1_000)
    async with asyncio.timeout(5):
        request = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        await connections.ask(way, request, reader, repeatable=repeatable)
    return reader.body


def direct(port: Port, host: str = "127.0.0.1") -> Way:
    return Way(host, port.port, tls=False)


@in_loop
async def test_a_connection_is_used_again_and_not_for_what_may_be_done_once_only() -> None:
    async with site(OK, OK, OK) as port, opened() as connections:
        for repeatable in (True, True, False):
            assert await ask(connections, direct(port), repeatable=repeatable) == b"ferry"
        assert (port.connections, len(port.requests)) == (2, 3)


@in_loop
async def test_a_connection_that_was_closed_meanwhile_is_not_noticed() -> None:
    async with site(OK, None, OK) as port, opened() as connections:
        await ask(connections, direct(port))
        assert await ask(connections, direct(port)) == b"ferry"
        await asyncio.sleep(0.05)
        assert (port.connections, len(port.requests)) == (2, 2)


@in_loop
async def test_a_request_on_a_kept_connection_goes_out_once_more_if_nothing_was_answered_and_then_no_more() -> None:
    async with site(OK, b"", None, b"", None) as port, opened() as connections:
        await ask(connections, direct(port))
        with pytest.raises(DownloadFailedError, match="without an answer"):
            await ask(connections, direct(port))
        assert (port.connections, len(port.requests)) == (2, 3)


@in_loop
async def test_half_an_answer_on_a_kept_connection_is_a_failure_and_not_asked_for_again() -> None:
    async with site(OK, OK[:-1], None) as port, opened() as connections:
        await ask(connections, direct(port))
        with pytest.raises(ResponseDataLossError):
            await ask(connections, direct(port))
        assert len(port.requests) == 2


@in_loop
async def test_what_comes_behind_an_answer_is_no_answer_to_the_next_request() -> None:
    async with site(OK + b"\n", OK) as port, opened() as connections:
        await ask(connections, direct(port))
        assert await ask(connections, direct(port)) == b"ferry"
        assert port.connections == 2


@in_loop
async def test_a_request_that_is_given_up_takes_its_connection_with_it() -> None:
    async with site(b"") as port, opened() as connections:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await connections.ask(
                    direct(port), b"GET / HTTP/1.1\r\n\r\n", AnswerReader(most_body=9), repeatable=True
                )
        await asyncio.wait_for(port.gone.wait(), 5)


@in_loop
async def test_closing_hangs_up_where_an_answer_is_awaited_and_where_none_is() -> None:
    async with site(OK, b"") as port:
        connections = Connections(ssl.create_default_context)
        await ask(connections, direct(port))
        port.asked.clear()
        waiting = asyncio.create_task(ask(connections, direct(port), repeatable=False))
        await asyncio.wait_for(port.asked.wait(), 5)
        await connections.close()
        with pytest.raises(DownloadFailedError):
            await waiting


@in_loop
async def test_the_next_address_of_a_name_is_tried() -> None:
    async with site(OK) as port, opened() as connections:
        # ::1 has nobody at this port
        assert await ask(connections, direct(port, "localhost")) == b"ferry"


@in_loop
async def test_failures_below_http_are_told_apart() -> None:
    async with site() as port, opened() as connections:
        gone = direct(port)
        with pytest.raises(CannotResolveHostError):
            await ask(connections, Way("no-such-host.invalid", 80, tls=False))
        with pytest.raises(CannotResolveHostError):
            await ask(connections, Way(f"{'x' * 70}.example", 80, tls=False))
    async with opened() as connections:
        with pytest.raises(DownloadConnectionRefusedError):
            await ask(connections, gone)
        with pytest.raises(DownloadConnectionRefusedError):
            await ask(connections, gone._replace(host="::1"))


@in_loop
async def test_a_body_without_a_length_is_whole_over_tls_only_if_tls_was_ended(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    client = ssl.create_default_context(cafile=str(certificate))
    async with site(ENDLESS, None, tls=server) as port, opened(client) as connections:
        assert await ask(connections, Way("localhost", port.port, tls=True)) == b"ferry"
    with serve(tls=server) as rude:
        rude.also["/unannounced"] = ENDLESS
        async with opened(client) as connections:
            way = Way("localhost", rude.server_address[1], tls=True)
            assert await ask(connections, way, "/500") == b"oh"
            with pytest.raises(ResponseDataLossError):
                await ask(connections, way, "/unannounced")


@in_loop
async def test_a_connection_through_one_proxy_is_not_used_for_another_or_other_credentials() -> None:
    async with site(*[OK] * 4) as proxy, opened() as connections:
        ways: list[HttpProxy | None] = [
            HttpProxy("127.0.0.1", proxy.port, b"Basic a"),
            HttpProxy("127.0.0.1", proxy.port, b"Basic b"),
            HttpProxy("127.0.0.1", proxy.port, None),
            None,
        ]
        for way in ways:
            await ask(connections, Way("127.0.0.1", proxy.port, tls=False, proxy=way))
        assert proxy.connections == 4


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"\x04\x00", "is no SOCKS 5 proxy"),
        (b"HT", "is no SOCKS 5 proxy"),
        (b"\x05\xff", "credentials of a kind"),
        (b"\x05\x02", "credentials of a kind"),
        (b"\x05\x00\x05\x04\x00\x01", "cannot reach the host"),
        (b"\x05\x00\x05\x63\x00\x01", "answers 99"),
        (b"\x05\x00\x05\x00\x00\x07", "address of an unknown kind"),
        (b"\x05\x00\x05", "ended the connection without an answer"),
    ],
)
@in_loop
async def test_what_a_socks_proxy_says_wrong_is_said(said: bytes, words: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await reader.read(100)

    async with listening(serve) as port, opened() as connections:
        way = SocksTarget("127.0.0.1", port, None, None, "press.example", 80)
        with pytest.raises(DownloadFailedError) as raised:
            await ask(connections, Way("press.example", 80, tls=False, proxy=way))
    assert words in str(raised.value.__cause__)
