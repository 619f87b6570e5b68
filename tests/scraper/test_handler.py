"""The download handler over loopback: an answer is whole or a failure, however it arrives; connections are used again,
closed, bounded, told apart."""

from __future__ import annotations

import asyncio
import functools
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ParamSpec

import pytest
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from scraper.connections import MOST_HEAD_BYTES, MOST_INTERIM
from scraper.download_errors import BadAnswerError, explain_failure
from scraper.handler import MOST_WAYS, HttpDownloadHandler
from scraper.socks import SOCKS_META, SocksTarget
from tests.scraper.misbehaving import serve
from tests.support.certificates import self_signed

OK = b"HTTP/1.1 200 OK\r\n"
FERRY = OK + b"Content-Length: 5\r\n\r\nferry"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
MOST_BODY = 100_000
SETTINGS = {
    "DOWNLOAD_TIMEOUT": 10,
    "DOWNLOAD_MAXSIZE": MOST_BODY,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DOWNLOAD_TLS_MIN_VERSION": "TLSv1.2",
}

P = ParamSpec("P")


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
        self.gone = asyncio.Event()
        """Set when a client hangs up."""

    def url(self, host: str = "127.0.0.1", path: str = "/", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


@asynccontextmanager
async def site(*answers: bytes | None, tls: ssl.SSLContext | None = None, step: int = 0) -> AsyncIterator[Port]:
    """Answers the requests of all connections in turn, ``step`` bytes at a time; hangs up after ``None``."""
    port, left = Port(), list(answers)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                port.requests.append(head)
                said = left.pop(0) if left else None
                if said is None:
                    break
                for at in range(0, len(said), step or max(1, len(said))):
                    writer.write(said[at : at + step] if step else said)
                    await writer.drain()
                    await asyncio.sleep(0)
                if left and left[0] is None:
                    left.pop(0)
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            port.gone.set()
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    port.port = server.sockets[0].getsockname()[1]
    try:
        yield port
    finally:
        server.close()


@asynccontextmanager
async def opened() -> AsyncIterator[HttpDownloadHandler]:
    handler = HttpDownloadHandler(get_crawler(settings_dict=SETTINGS))
    try:
        yield handler
    finally:
        await handler.close()


async def ask(handler: HttpDownloadHandler, url: str, **meta: Any) -> Response:
    return await handler.download_request(Request(url, meta=meta))


async def said(answer: bytes, step: int = 0) -> Response:
    """What is made of ``answer``, after which the connection ends."""
    async with site(answer, None, step=step) as port, opened() as handler:
        return await ask(handler, port.url())


WHOLE = {
    "length": (FERRY, b"ferry"),
    "line feeds only": (b"HTTP/1.1 200 OK\nContent-Length: 5\n\nferry", b"ferry"),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nferry", b"ferry"),
    "length said twice": (OK + b"Content-Length: 5\r\nX: y\r\ncontent-length: 5\r\n\r\nferry", b"ferry"),
    "lengths in one line": (OK + b"X: y\r\nContent-Length: 5, 5\r\n\r\nferry", b"ferry"),
    "a line without a colon": (OK + b"Nonsense\r\nX: y\r\n z\r\nodd\r\nContent-Length: 5\r\n\r\nferry", b"ferry"),
    "chunks and a length": (
        OK + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nferry\r\n0\r\n\r\n",
        b"ferry",
    ),
    "empty": (OK + b"Content-Length: 0\r\n\r\n", b""),
    "a line end behind": (FERRY + b"\r\n", b"ferry"),
    "closes": (OK + b"Connection: Close\r\nContent-Length: 5\r\n\r\nferry", b"ferry"),
    "old": (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nferry", b"ferry"),
    "until the end": (OK + b"\r\nferry", b"ferry"),
    "hints before": (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\nf", b"f"),
    "chunks": (CHUNKED + b"3\r\nfer\r\n2;x=y\r\nry\r\n0\r\n\r\n", b"ferry"),
    "chunks, trailer": (CHUNKED + b"0005\r\nferry\r\n0\r\nX: y\r\n\r\n", b"ferry"),
    "not modified": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5870\r\n\r\n", b""),
    "not modified, yet chunks": (b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n0\r\n\r\n", b""),
    "no content, yet some": (b"HTTP/1.1 204 No Content\r\n\r\nferry", b""),
}


@pytest.mark.parametrize("step", [0, 1, 7])
@pytest.mark.parametrize("kind", WHOLE)
@in_loop
async def test_a_whole_answer_is_read_however_it_arrives(kind: str, step: int) -> None:
    answer, body = WHOLE[kind]
    assert (await said(answer, step)).body == body


@pytest.mark.parametrize("kind", ["length", "line feeds only", "old", "hints before", "chunks", "chunks, trailer"])
@in_loop
async def test_an_answer_that_ends_early_is_a_failure_wherever_it_is_cut(kind: str) -> None:
    answer, body = WHOLE[kind]
    last = len(answer) - (1 if b"chunked" in answer else len(body))
    async with opened() as handler:
        for cut in range(0, last, 3):
            async with site(answer[:cut], None) as port:
                with pytest.raises((DownloadFailedError, ResponseDataLossError)):
                    await ask(handler, port.url())


FAILURES: dict[str, tuple[bytes, type[Exception]]] = {
    "nothing": (b"", DownloadFailedError),
    "no HTTP": (b"220 mail.example ESMTP\r\n\r\n", BadAnswerError),
    "no status": (b"HTTP/1.1 OK\r\n\r\n", BadAnswerError),
    "half a head": (OK + b"Content-Length: 5\r\n", BadAnswerError),
    "two lengths": (OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nferry", BadAnswerError),
    "a length with a sign": (OK + b"Content-Length: +5\r\n\r\nferry", BadAnswerError),
    "unknown coding": (OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", BadAnswerError),
    "shorter": (OK + b"Content-Length: 6\r\n\r\nferry", ResponseDataLossError),
    "longer": (OK + b"Content-Length: 4\r\n\r\nferry", ResponseDataLossError),
    "a chunk without a length": (CHUNKED + b"-5\r\nferry\r\n0\r\n\r\n", ResponseDataLossError),
    "a longer chunk": (CHUNKED + b"4\r\nferry\r\n0\r\n\r\n", ResponseDataLossError),
    "no last chunk": (CHUNKED + b"5\r\nferry\r\n", ResponseDataLossError),
    "too large": (OK + b"Content-Length: %d\r\n\r\n" % (MOST_BODY + 1), DownloadCancelledError),
    "too large in the end": (OK + b"\r\n" + b"x" * (MOST_BODY + 1), DownloadCancelledError),
    "too many tiny chunks": (CHUNKED + b"1\r\nx\r\n" * 90_000 + b"0\r\n\r\n", ResponseDataLossError),
    "too many hints": (b"HTTP/1.1 103 \r\n\r\n" * (MOST_INTERIM + 1) + FERRY, BadAnswerError),
    "many headers": (OK + b"X-Filler: yes\r\n" * 5_000 + b"\r\n", BadAnswerError),
    "endless hints": (b"HTTP/1.1 103 \r\nLink: " + b"x" * MOST_HEAD_BYTES, BadAnswerError),
}


@pytest.mark.parametrize("kind", FAILURES)
@in_loop
async def test_what_is_no_whole_answer_fails(kind: str) -> None:
    answer, error = FAILURES[kind]
    with pytest.raises(error) as raised:
        await said(answer)
    assert raised.type is error


@in_loop
async def test_one_header_of_many_kilobytes_is_fine() -> None:
    line = b"Content-Security-Policy: " + b"x" * 60_000 + b"\r\n"
    found = await said(OK + line + b"Content-Length: 0\r\n\r\n", step=20_000)
    assert len(found.headers[b"Content-Security-Policy"] or b"") == 60_000


@in_loop
async def test_headers_keep_their_order_and_number() -> None:
    found = await said(OK + b"set-cookie: a=1\r\nSET-COOKIE: b=2\r\nContent-Length: 0\r\n\r\n")
    assert found.headers.getlist("Set-Cookie") == [b"a=1", b"b=2"]


@in_loop
async def test_a_request_says_what_it_was_told_to_say_and_nothing_else() -> None:
    async with site(FERRY) as port, opened() as handler:
        url = port.url(path="/a%2Fb/%E2%82%AC?x=%20+&y=[1]")
        asked = Request(url, headers={"X-Name": "Überfahrt", "If-None-Match": 'W/"a"'})
        await handler.download_request(asked)
    first, *lines = port.requests[0].decode("utf-8").strip().split("\r\n")
    assert first == f"GET {asked.url.partition(str(port.port))[2]} HTTP/1.1"
    assert {line.partition(":")[0].lower(): line.partition(": ")[2] for line in lines} == {
        "host": f"127.0.0.1:{port.port}",
        "x-name": "Überfahrt",
        "if-none-match": 'W/"a"',
    }


@in_loop
async def test_a_header_beyond_ascii_is_sent_whatever_its_encoding() -> None:
    async with site(FERRY, FERRY) as port, opened() as handler:
        for name in ("Überfahrt".encode(), "Überfahrt".encode("latin-1")):
            await handler.download_request(Request(port.url(), headers={"X-Name": name}))
    assert all("Überfahrt".encode() in request for request in port.requests)


@in_loop
async def test_a_connection_on_which_chunks_and_a_length_were_said_is_not_used_again() -> None:
    both = OK + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nferry\r\n0\r\n\r\n"
    async with site(both, FERRY) as port, opened() as handler:
        for _ in range(2):
            assert (await ask(handler, port.url())).body == b"ferry"
        assert port.connections == 2


@in_loop
async def test_a_header_cannot_hold_another() -> None:
    async with site(FERRY) as port, opened() as handler:
        with pytest.raises((DownloadFailedError, ValueError)):
            await handler.download_request(Request(port.url(), headers={"X-Name": "a\r\nHost: b"}))
    assert not port.requests


@in_loop
async def test_a_connection_is_used_again() -> None:
    async with site(FERRY, FERRY) as port, opened() as handler:
        for _ in range(2):
            assert (await ask(handler, port.url())).body == b"ferry"
        assert (port.connections, len(port.requests)) == (1, 2)


@in_loop
async def test_a_connection_that_was_closed_meanwhile_is_not_noticed() -> None:
    async with site(FERRY, None, FERRY) as port, opened() as handler:
        await ask(handler, port.url())
        assert (await ask(handler, port.url())).body == b"ferry"
        assert (port.connections, len(port.requests)) == (2, 2)


@in_loop
async def test_a_request_on_a_kept_connection_goes_out_once_more_if_nothing_was_answered_and_then_no_more() -> None:
    async with site(FERRY, b"", None, b"", None) as port, opened() as handler:
        await ask(handler, port.url())
        with pytest.raises(DownloadFailedError, match="without an answer"):
            await ask(handler, port.url())
        assert (port.connections, len(port.requests)) == (2, 3)


@in_loop
async def test_half_an_answer_on_a_kept_connection_is_a_failure_and_not_asked_for_again() -> None:
    async with site(FERRY, FERRY[:-1], None) as port, opened() as handler:
        await ask(handler, port.url())
        with pytest.raises(ResponseDataLossError):
            await ask(handler, port.url())
        assert len(port.requests) == 2


@in_loop
async def test_what_comes_behind_an_answer_is_no_answer_to_the_next_request() -> None:
    async with site(FERRY + FERRY.replace(b"ferry", b"wreck"), FERRY) as port, opened() as handler:
        await ask(handler, port.url())
        assert (await ask(handler, port.url())).body == b"ferry"
        assert port.connections == 2


@in_loop
async def test_a_request_that_is_given_up_takes_its_connection_with_it() -> None:
    async with site(b"") as port, opened() as handler:
        with pytest.raises(DownloadTimeoutError):
            await ask(handler, port.url(), download_timeout=0.2)
        await asyncio.wait_for(port.gone.wait(), 5)


@in_loop
async def test_the_next_address_of_a_name_is_tried() -> None:
    async with site(FERRY) as port, opened() as handler:
        # ::1 has nobody at this port
        assert (await ask(handler, port.url("localhost"))).body == b"ferry"


@in_loop
async def test_failures_below_http_are_told_apart() -> None:
    async with site() as port, opened() as handler:
        gone = port
        for name in ("no-such-host.invalid", f"{'x' * 70}.example"):
            with pytest.raises(CannotResolveHostError):
                await ask(handler, f"http://{name}/")
    async with opened() as handler:
        for host in ("127.0.0.1", "[::1]"):
            with pytest.raises(DownloadConnectionRefusedError):
                await ask(handler, gone.url(host))


@in_loop
async def test_a_name_about_which_nobody_answers_is_a_failure_of_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def wait(*_: object, **__: object) -> None:
        answered.wait(10)
        raise socket.gaierror(socket.EAI_NONAME, "too late")

    monkeypatch.setattr("socket.getaddrinfo", wait)
    monkeypatch.setattr("scraper.lookup.LOOKUP_SECONDS", 0.1)
    began = time.monotonic()
    async with opened() as handler:
        with pytest.raises(CannotResolveHostError) as failed:
            await ask(handler, "http://press.example/")
    answered.set()
    failure = explain_failure(failed.value, url="http://press.example/", since=began)
    assert (failure.reason, str(failure)) == (
        "dns",
        "the host name cannot be resolved: no answer about it within 0.1 seconds",
    )


@in_loop
async def test_a_body_without_a_length_is_whole_over_tls_only_if_tls_was_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    async with site(OK + b"\r\nferry", None, tls=server) as port, opened() as handler:
        assert (await ask(handler, port.url("localhost", scheme="https"))).body == b"ferry"
    with serve(tls=server) as rude:
        rude.also["/unannounced"] = OK + b"\r\nferry"
        async with opened() as handler:
            with pytest.raises(ResponseDataLossError):
                await ask(handler, f"https://localhost:{rude.server_address[1]}/unannounced")


@in_loop
async def test_a_connection_through_one_proxy_is_not_used_for_another_or_other_credentials() -> None:
    async with site(*[FERRY] * 4) as proxy, opened() as handler:
        for authorization in ("Basic YTph", "Basic YTpi", None):
            asked = Request("http://press.example/", meta={"proxy": proxy.url()})
            if authorization:
                asked.headers["Proxy-Authorization"] = authorization
            await handler.download_request(asked)
        await ask(handler, proxy.url())
        assert proxy.connections == 4
        said_to = [request.partition(b"\r\n")[0] for request in proxy.requests]
        assert said_to == [b"GET http://press.example/ HTTP/1.1"] * 3 + [b"GET / HTTP/1.1"]
        assert [request.count(b"Proxy-Authorization: Basic") for request in proxy.requests] == [1, 1, 0, 0]


@pytest.mark.parametrize("reply", [b"\x04\x00", b"HT", b"\x05\xff", b"\x05\x00\x05\x04\x00\x01", b"\x05\x00\x05"])
@in_loop
async def test_a_socks_proxy_that_says_something_else_is_a_failure_that_names_it(reply: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(reply)
        await reader.read(100)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    way = SocksTarget("127.0.0.1", server.sockets[0].getsockname()[1], None, None, "press.example")
    async with server, opened() as handler:
        with pytest.raises(DownloadFailedError, match="the SOCKS proxy"):
            await ask(handler, "http://press.example/", **{SOCKS_META: way})


class Tunnel:
    """A SOCKS 5 proxy that believes every password and is every site itself."""

    def __init__(self) -> None:
        self.targets: list[str] = []
        self.open: set[str] = set()
        """Users with a connection."""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        user = ""
        try:
            await reader.readexactly((await reader.readexactly(2))[1])
            writer.write(b"\x05\x02")
            user = (await reader.readexactly((await reader.readexactly(2))[1])).decode()
            await reader.readexactly((await reader.readexactly(1))[0])
            writer.write(b"\x01\x00")
            self.open.add(user)
            await reader.readexactly(4)
            name = await reader.readexactly((await reader.readexactly(1))[0])
            await reader.readexactly(2)
            self.targets.append(name.decode())
            writer.write(b"\x05\x00\x00\x01" + bytes(6))
            while await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(0.01)
                writer.write(FERRY)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.open.discard(user)
        finally:
            writer.close()


@in_loop
async def test_connections_through_proxies_that_are_not_used_any_more_are_closed() -> None:
    tunnel = Tunnel()
    server = await asyncio.start_server(tunnel.answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    def through(user: int, target: str = "press.example") -> Coroutine[Any, Any, Response]:
        way = SocksTarget("127.0.0.1", port, str(user), "x", target)
        return ask(handler, f"http://{target}/", **{SOCKS_META: way})

    async with server, opened() as handler:
        # As many as are wanted at once; afterwards the latest are kept.
        await asyncio.gather(*(through(user, f"press{user}.example") for user in range(MOST_WAYS + 10)))
        assert sorted(tunnel.targets) == sorted(f"press{user}.example" for user in range(MOST_WAYS + 10))
        for user in (MOST_WAYS + 10, 3):
            assert (await through(user)).body == b"ferry"
        async with asyncio.timeout(5):
            while len(tunnel.open) > MOST_WAYS:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
        assert {str(MOST_WAYS + 10), "3"} <= tunnel.open


@in_loop
async def test_the_name_of_a_proxy_is_looked_up_where_all_names_are_and_each_of_its_addresses_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tunnel, threads = Tunnel(), list[str]()
    server = await asyncio.start_server(tunnel.answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    def two(*_: object, **__: object) -> list[Any]:
        threads.append(threading.current_thread().name)
        places = (("127.0.0.9", port), ("127.0.0.1", port))
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", place) for place in places]

    monkeypatch.setattr("socket.getaddrinfo", two)
    way = SocksTarget("tunnel.example", port, "a", "x", "press.example")
    async with server, opened() as handler:
        assert (await ask(handler, "http://press.example/", **{SOCKS_META: way})).body == b"ferry"
    assert [name.partition("_")[0] for name in threads] == ["lookup"]
