"""Connections to sites, direct or through a proxy, with TLS: opened, asked over, and kept for a few seconds.

Failures are raised as Scrapy's exceptions, with what lies under them as their cause.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, cast

from aiohappyeyeballs import start_connection
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError, DownloadFailedError

from scraper.http1 import ANSWER_ERRORS, AnswerReader
from scraper.lookup import look_up
from scraper.socks import SocksTarget, ask_for_way

KEEP_ALIVE_SECONDS: Final = 10.0
"""Short, so that ten thousand sites do not mean thousands of open files."""
_NEXT_ADDRESS_SECONDS: Final = 0.25
"""How long one address of a host may be silent before the next is tried beside it (RFC 8305)."""
_TLS_END_SECONDS: Final = 1.0


class HttpProxy(NamedTuple):
    """``authorization`` is the value of Proxy-Authorization."""

    host: str
    port: int
    authorization: bytes | None


class Way(NamedTuple):
    """To whom, and how: connections are used again for the same only."""

    host: str
    port: int
    tls: bool
    proxy: HttpProxy | SocksTarget | None = None


class _Link(asyncio.Protocol):
    """One connection, over which one answer at a time is read."""

    def __init__(self, way: Way, lost: Callable[[_Link], None]) -> None:
        self.way = way
        self.expiry: asyncio.TimerHandle | None = None
        self._lost = lost
        self._transport: asyncio.Transport
        self._reader: AnswerReader | None = None
        self._answered: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    async def ask(self, request: bytes, reader: AnswerReader) -> None:
        """Send a request and wait until ``reader`` has the whole answer. Raises as the reader does."""
        self._reader = reader
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            if self._transport.is_closing():
                self._end(cleanly=False)
            await self._answered
        finally:
            self._reader = self._answered = None

    def data_received(self, data: bytes) -> None:
        if self._reader is None or self._answered is None or self._answered.done():
            self._transport.abort()  # more than the answer: whatever it is, nobody asked for it
            return
        try:
            whole = self._reader.feed(data)
        except ANSWER_ERRORS as error:
            self._answered.set_exception(error)
            self._transport.abort()
        else:
            if whole:
                self._answered.set_result(None)

    def eof_received(self) -> None:
        tls: ssl.SSLObject | None = self._transport.get_extra_info("ssl_object")
        self._end(cleanly=tls is None or _said_goodbye(tls))

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(cleanly=False, cause=exc)
        self._lost(self)

    def _end(self, *, cleanly: bool, cause: Exception | None = None) -> None:
        if self._reader is None or self._answered is None or self._answered.done():
            return
        try:
            self._reader.end(cleanly=cleanly)
        except ANSWER_ERRORS as error:
            error.__cause__ = cause
            self._answered.set_exception(error)
        else:
            self._answered.set_result(None)

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def abort(self) -> None:
        """Hang up at once, whatever is still to be said."""
        self._transport.abort()


def _said_goodbye(tls: ssl.SSLObject) -> bool:
    """Whether TLS was ended by the other side (close_notify), and not only the connection under it."""
    try:
        return not tls.read(1)
    except ssl.SSLError:
        return False


class Connections:
    """All connections of one download handler. ``tls`` makes the context for those with TLS."""

    def __init__(self, tls: Callable[[], ssl.SSLContext]) -> None:
        self._tls = tls
        self._idle: dict[Way, list[_Link]] = {}
        self._open: set[_Link] = set()

    async def ask(self, way: Way, request: bytes, reader: AnswerReader, *, repeatable: bool) -> None:
        """Send ``request`` on the way and have ``reader`` read the answer.

        A ``repeatable`` one may take a connection that was kept; where the other side turns out to have closed that,
        the request goes out once more on a new one. Raises Scrapy's exceptions.
        """
        kept = self._take_idle(way) if repeatable else None
        if kept is not None:
            try:
                await self._exchange(kept, request, reader)
            except DownloadFailedError:
                if reader.begun:
                    raise
            else:
                return
        await self._exchange(await self._connect(way), request, reader)

    async def close(self) -> None:
        """Hang up everywhere, also where an answer is awaited."""
        for link in self._open:
            link.abort()
        await asyncio.sleep(0)  # the loop closes the sockets in its next round

    async def _exchange(self, link: _Link, request: bytes, reader: AnswerReader) -> None:
        try:
            await link.ask(request, reader)
        except BaseException:
            link.abort()
            raise
        if reader.reusable:
            self._idle.setdefault(link.way, []).append(link)
            link.expiry = asyncio.get_running_loop().call_later(KEEP_ALIVE_SECONDS, link.close)
        else:
            link.close()

    def _take_idle(self, way: Way) -> _Link | None:
        links = self._idle.get(way)
        return self._wake(links[-1]) if links else None

    def _wake(self, link: _Link) -> _Link:
        """Take it off those that are idle."""
        links = self._idle[link.way]
        links.remove(link)
        if not links:
            del self._idle[link.way]
        if link.expiry is not None:
            link.expiry.cancel()
            link.expiry = None
        return link

    def _forget(self, link: _Link) -> None:
        self._open.discard(link)
        if link.expiry is not None:
            self._wake(link)

    async def _connect(self, way: Way) -> _Link:
        with _explained():
            opened = await _open_socket(way)
            loop = asyncio.get_running_loop()
            try:
                _, link = await loop.create_connection(
                    lambda: _Link(way, self._forget),
                    sock=opened,
                    ssl=self._tls() if way.tls else None,
                    server_hostname=way.host.rstrip(".") if way.tls else None,
                    ssl_shutdown_timeout=_TLS_END_SECONDS if way.tls else None,
                )
            except BaseException:
                opened.close()
                raise
        self._open.add(link)
        return link


async def _open_socket(way: Way) -> socket.socket:
    """Connected to the site, or to what is as good: TLS comes on top of it."""
    if way.proxy is None:
        return await _dial(way.host, way.port)
    opened = await _dial(way.proxy.host, way.proxy.port)
    try:
        if isinstance(way.proxy, SocksTarget):
            await ask_for_way(opened, way.proxy)
        elif way.tls:
            await _ask_for_tunnel(opened, way, way.proxy.authorization)
    except BaseException:
        opened.close()
        raise
    return opened


async def _dial(host: str, port: int) -> socket.socket:
    try:
        addresses = await look_up(host, port)
    except (socket.gaierror, TimeoutError) as error:
        raise CannotResolveHostError(error.strerror or str(error)) from error
    return await start_connection(addresses, happy_eyeballs_delay=_NEXT_ADDRESS_SECONDS)


async def _ask_for_tunnel(opened: socket.socket, way: Way, authorization: bytes | None) -> None:
    """CONNECT (RFC 9110 9.3.6). The site says nothing before TLS begins, so nothing of it can be read here."""
    loop = asyncio.get_running_loop()
    target = netloc(way.host, way.port).encode("ascii")
    said = b"Proxy-Authorization: " + authorization + b"\r\n" if authorization else b""
    await loop.sock_sendall(opened, b"CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n" % (target, target, said))
    reader = AnswerReader(most_body=0, bodyless=True)
    while data := await loop.sock_recv(opened, 4_096):
        if reader.feed(data):
            break
    else:
        reader.end(cleanly=True)
    if not 200 <= reader.status < 300:
        raise DownloadFailedError(f"the proxy opened no way to the site: it answered with status {reader.status}")


def netloc(host: str, port: int) -> str:
    """Host and port as a URL has them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Says in Scrapy's exceptions what went wrong below HTTP."""
    try:
        yield
    except ConnectionRefusedError as error:
        raise DownloadConnectionRefusedError(str(error)) from error
    except OSError as error:
        raise DownloadFailedError("the connection failed") from error
