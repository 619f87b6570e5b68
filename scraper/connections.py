"""Connections of aiohttp's client, bounded where a server could do harm or hand over half a page.

aiohttp reads the answers (llhttp under it). What it leaves open is closed here: the size of a head with all the ``1xx``
answers before it, floods of tiny chunks, a body that is longer than announced, one without an announced end whose
connection was cut. aiohttp has no way to be given a protocol or a socket of one's own but its private names; the tests
hold them.
"""

from __future__ import annotations

import contextlib
import functools
import re
import socket
import ssl
from contextvars import ContextVar
from typing import Any, Final, cast

from aiohttp import (
    ClientConnectorError,
    ClientOSError,
    ClientPayloadError,
    ClientRequest,
    ClientResponse,
    ServerDisconnectedError,
    TCPConnector,
)
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http import RawResponseMessage
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import StreamReader
from python_socks import ProxyConnectionError, ProxyError, ProxyType
from python_socks.async_.asyncio import Proxy as SocksClient
from scrapy.exceptions import DownloadFailedError, ResponseDataLossError

from scraper.download_errors import BadAnswerError
from scraper.lookup import look_up
from scraper.socks import SocksTarget

MOST_HEAD_BYTES: Final = 65_536
"""Of one answer: status line, headers, and all ``1xx`` answers before them."""
MOST_INTERIM: Final = 20
"""``1xx`` answers before the real one."""
FREE_CHUNKS: Final = 50_000
LEAST_CHUNK_BYTES: Final = 8
"""Beyond the free ones there may be one end of a line (a chunk has two) in so many bytes: each chunk costs the loop the
same time, full or empty."""
KEEP_ALIVE_SECONDS: Final = 10.0
"""Short, so that ten thousand sites do not mean thousands of open files."""

_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_LENGTHS: Final = re.compile(rb"(?i)(?<=\n)content-length:([^\r\n]*)\r?\n")
_CODED: Final = re.compile(rb"(?i)\ntransfer-encoding:[ \t]*chunked")
_NO_HEADER: Final = re.compile(rb"\n(?![ \t])[^:\r\n]+\r?(?=\n)")
_BODYLESS: Final = frozenset({204, 304})


class StaleError(DownloadFailedError):
    """A connection that was kept had been closed by the other side: nobody has read the request."""


class BoundedProtocol(ResponseHandler):
    """One connection. ``fault`` is what was wrong with the latest answer, also where that had been read already;
    ``answers`` counts them, ``heard`` says whether anything of the latest has come."""

    fault: Exception | None = None
    answers = 0
    heard = False
    _answered = True
    _chunked = _bodyless = False

    def set_response_params(self, **params: Any) -> None:
        """Begin another answer."""
        self.answers += 1
        self.fault, self.heard = None, False
        self._answered = self._chunked = self._bodyless = False
        self._head_bytes = self._interim = self._lines = self._body_bytes = 0
        self._held = bytearray()
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        self.heard = True
        while data and not self._answered:
            data = self._take_head(data)
            if not data:
                return
        if data and self._bodyless:
            self.force_close()
            return
        if self._chunked:
            self._lines += data.count(b"\r\n")
            self._body_bytes += len(data)
            if self._lines > 2 * FREE_CHUNKS + self._body_bytes // LEAST_CHUNK_BYTES:
                self._give_up(ResponseDataLossError("too many tiny chunks"))
                return
        super().data_received(data)

    def _take_head(self, data: bytes) -> bytes:
        """Hand on a head by itself, once all of it is here: what stands behind it may be nonsense, and aiohttp would
        forget the head over it. What is left of ``data``."""
        held = self._held
        start = max(0, len(held) - 3)
        held += data
        end = _HEAD_END.search(held, start)
        size = end.end() if end else len(held)
        if self._head_bytes + size > MOST_HEAD_BYTES:
            self._give_up(BadAnswerError(f"more than {MOST_HEAD_BYTES:,} bytes of headers"))
        elif held[:5] != b"HTTP/"[: len(held)]:
            self._give_up(BadAnswerError("it does not begin as one"))
        if end is None or self.fault is not None:
            return b""
        self._head_bytes += size
        head, rest = bytes(held[:size]), bytes(held[size:])
        held.clear()
        tidied, is_last = _tidied(head)
        if is_last:
            self.force_close()
        super().data_received(tidied)
        return rest if self.fault is None else b""

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """aiohttp has read a head."""
        message, _ = data
        if message.code >= 200 or message.code == 101:
            self._answered, self._chunked = True, message.chunked
            self._bodyless = message.code in _BODYLESS
        else:
            self._interim += 1
            if self._interim > MOST_INTERIM:
                self._give_up(BadAnswerError("too many 1xx answers"))
                return
        super().feed_data(data, size)

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        """aiohttp cannot go on: what came is no HTTP, or is more than was announced."""
        if self.fault is None and isinstance(exc, HttpProcessingError):
            self.fault = exc
            self._cut_off()
        super().set_exception(exc, *cause)

    def eof_received(self) -> None:
        tls: ssl.SSLObject | None = self.transport.get_extra_info("ssl_object") if self.transport else None
        if tls is not None and not _said_goodbye(tls):
            self._cut_off()
        super().eof_received()

    def connection_lost(self, exc: BaseException | None) -> None:
        if exc is not None:
            self._cut_off()
        super().connection_lost(exc)

    def _cut_off(self) -> None:
        """The connection did not end as one does: what is not whole by now is not."""
        if self._payload is not None and not self._payload.is_eof():
            self._payload.set_exception(ClientPayloadError("the connection was cut within the body"))

    def _give_up(self, fault: Exception) -> None:
        self.fault = fault
        if self._payload is not None and not self._payload.is_eof():
            self._payload.set_exception(fault)
        if self.transport is not None:
            self.transport.abort()
        self.set_exception(fault)


def _tidied(head: bytes) -> tuple[bytes, bool]:
    """A head without what browsers pass over and llhttp refuses: lines that have no colon, one length said several
    times, a length beside chunks. Whether the connection is to be closed after such an answer (RFC 9112 6.3)."""
    head = _NO_HEADER.sub(b"", head)
    found = _LENGTHS.findall(head)
    if not found:
        return head, False
    if _CODED.search(head):
        return _LENGTHS.sub(b"", head), True
    values = {value.strip() for entry in found for value in entry.split(b",")}
    if len(values) > 1 or (len(found) == 1 and b"," not in found[0]):
        return head, False
    status, _, rest = _LENGTHS.sub(b"", head).partition(b"\n")
    return b"%s\nContent-Length: %s\r\n%s" % (status, values.pop(), rest), False


def _said_goodbye(tls: ssl.SSLObject) -> bool:
    """Whether TLS was ended by the other side (close_notify, RFC 9112 9.8), and not only the connection under it."""
    try:
        return not tls.read(1)
    except ssl.SSLError:
        return False


class WatchedResponse(ClientResponse):
    """Keeps hold of its connection, which aiohttp lets go once all is read."""

    link: BoundedProtocol

    async def start(self, connection: Connection) -> ClientResponse:
        """Raises :class:`StaleError`, and what aiohttp does, but nothing that makes it ask a second time."""
        self.link = cast("BoundedProtocol", connection.protocol)
        try:
            return await super().start(connection)
        except (ServerDisconnectedError, ClientOSError) as error:
            if self.link.heard:
                raise BadAnswerError("the connection ended within the head") from error
            kind = StaleError if self.link.answers > 1 else DownloadFailedError
            raise kind("the connection ended without an answer") from error


class Lookup(AbstractResolver):
    """Names to addresses, in threads of their own."""

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002
    ) -> list[ResolveResult]:
        """Raises ``OSError``."""
        return [
            ResolveResult(
                hostname=host, host=str(where[0]), port=port, family=kind, proto=protocol, flags=socket.AI_NUMERICHOST
            )
            for kind, _, protocol, _, where in await look_up(host, port)
        ]

    async def close(self) -> None:
        """Nothing is held."""


class BoundedConnector(TCPConnector):
    """Connections that are :class:`BoundedProtocol`, any number of them, each kept for some seconds."""

    def __init__(self, tls: ssl.SSLContext | bool, resolver: AbstractResolver | None = None) -> None:
        super().__init__(
            ssl=tls,
            limit=0,
            use_dns_cache=False,
            keepalive_timeout=KEEP_ALIVE_SECONDS,
            resolver=resolver or Lookup(),
        )
        self._factory = cast("functools.partial[ResponseHandler]", functools.partial(BoundedProtocol, loop=self._loop))


class _NoLookup(AbstractResolver):
    """Where names are not for us to look up."""

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host=host, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is held."""


SOCKS_TARGET: Final = ContextVar[str]("SOCKS_TARGET")
"""What the proxy is asked for by the request that is being made: the name, or an address that was judged."""


class SocksConnector(BoundedConnector):
    """Connections through one SOCKS 5 proxy (RFC 1928, 1929), to :data:`SOCKS_TARGET`."""

    def __init__(self, tls: ssl.SSLContext | bool, way: SocksTarget) -> None:
        super().__init__(tls, _NoLookup())
        self._way = way

    async def _wrap_create_connection(
        self,
        *args: Any,
        addr_infos: list[Any],  # noqa: ARG002
        req: ClientRequest,
        timeout: Any,  # noqa: ARG002, ASYNC109
        client_error: type[Exception] = ClientConnectorError,  # noqa: ARG002
        **kwargs: Any,
    ) -> tuple[Any, ResponseHandler]:
        try:
            opened = await self._open(SOCKS_TARGET.get(), req.port or 0)
        except ProxyError as error:
            raise DownloadFailedError(f"the SOCKS proxy opened no way to the site ({error})") from None
        except OSError as error:
            raise DownloadFailedError("the SOCKS proxy cannot be reached") from error
        return await self._loop.create_connection(*args, sock=opened, **kwargs)

    async def _open(self, target: str, port: int) -> socket.socket:
        """By the first of the proxy's addresses that answers. The client would look its name up in asyncio's few
        threads."""
        way = self._way
        *others, last = [str(where[0]) for *_, where in await look_up(way.host, way.port)]
        for address in others:
            with contextlib.suppress(ProxyConnectionError):
                return await _socks(address, way).connect(target, port)
        return await _socks(last, way).connect(target, port)


def _socks(address: str, way: SocksTarget) -> SocksClient:
    return SocksClient(ProxyType.SOCKS5, address, way.port, way.user, way.password, rdns=True)
