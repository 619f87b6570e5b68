# mypy: disable-error-code="no-untyped-call"
"""Scrapy's HTTP/1.1 download handler, stricter where a server could do harm or hand over half a page.

What is added to the stock handler: bounds on the head of an answer (Twisted reads header lines, and ``1xx`` answers,
for as long as they come) and on the number of chunks; a body that does not fit its Content-Length is a failure also
where it is *longer* (RFC 9112 6.3, 8); a body without an announced end that is cut by a reset is a failure too. Idle
connections are closed after seconds instead of minutes, so that ten thousand sites do not mean thousands of open files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ScrapyAgent,
)
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, ParseError
from twisted.web.client import Agent
from twisted.web.http import _ChunkedTransferDecoder, _DataLoss, _IdentityTransferDecoder

from scraper.socks import SOCKS_META, SocksEndpoints, SocksTarget

MOST_HEAD_BYTES: Final = 65_536
"""Of one answer: status line, headers, and all ``1xx`` answers before them."""
MOST_INTERIM: Final = 20
"""``1xx`` answers before the real one; Twisted writes a log line for each."""
KEEP_ALIVE_SECONDS: Final = 10
FREE_CHUNKS: Final = 50_000
LEAST_CHUNK_BYTES: Final = 8
"""Beyond the free ones, chunks must hold this much on average: each costs the loop the same time, full or empty."""


class _CutBody(_IdentityTransferDecoder):
    """A body decoder that says: this was not all, or not what was announced."""

    def __init__(self) -> None:
        super().__init__(None, None, None)

    def noMoreData(self) -> None:  # noqa: N802
        raise _DataLoss


class _SteadyChunks(_ChunkedTransferDecoder):
    """Hands on large pieces instead of every chunk by itself (Scrapy sends a signal for each), and bounds their number:
    a page in chunks of one byte would keep the loop busy for as long as it lasts."""

    def __init__(self, deliver: Callable[[bytes], None], finish: Callable[[bytes], None]) -> None:
        super().__init__(self._take, self._end)
        self._deliver = deliver
        self._finish = finish
        self._held = bytearray()
        self._chunks = 0
        self._taken = 0

    def _take(self, data: bytes) -> None:
        self._chunks += 1
        self._taken += len(data)
        if self._chunks > FREE_CHUNKS + self._taken // LEAST_CHUNK_BYTES:
            raise ParseError("too many tiny chunks", b"")
        self._held += data
        if len(self._held) >= 65_536:
            self._hand_on()

    def _hand_on(self) -> None:
        if self._held:
            self._deliver(bytes(self._held))
            self._held.clear()

    def _end(self, rest: bytes) -> None:
        self._hand_on()
        self._finish(rest)


class _StrictParser(_LenientHTTPClientParser):
    """Fails bodies that contradict their Content-Length, or end by a reset with no length announced."""

    _interim = 0

    def allHeadersReceived(self) -> None:  # noqa: N802
        if 100 <= self.response.code < 200:
            self._interim += 1
            if self._interim > MOST_INTERIM:
                raise ParseError("too many 1xx answers", b"")
        self._transferDecoders = {b"chunked": _SteadyChunks}  # type: ignore[dict-item]
        super().allHeadersReceived()

    def _finished(self, rest: bytes) -> None:
        # Stray line ends after a body are an old bug of servers and harmless; a body with 204 or 304 is not read.
        surplus = bool(rest.strip()) and self.response.code not in self.NO_BODY_CODES
        if surplus and (self.bodyDecoder is None or isinstance(self.bodyDecoder, _IdentityTransferDecoder)):
            if self.bodyDecoder is not None:
                self.bodyDecoder = _CutBody()
            raise ParseError("more bytes than Content-Length announced", rest[:40])
        super()._finished(rest)

    def connectionLost(self, reason: Failure | None = None) -> None:  # noqa: N802
        decoder = self.bodyDecoder
        endless = isinstance(decoder, _IdentityTransferDecoder) and decoder.contentLength is None
        if endless and reason is not None and reason.check(ConnectionLost):
            self.bodyDecoder = _CutBody()
        super().connectionLost(reason)


class _StrictProtocol(_LenientHTTP11ClientProtocol):
    """Counts the bytes before the body."""

    _head_bytes = 0

    def request(self, request: Any) -> Deferred[Any]:
        answer = super().request(request)
        self._head_bytes = 0
        if self._parser is not None:
            self._parser.__class__ = _StrictParser  # as the class above does, and for its reason
        return answer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        super().dataReceived(data)
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self._giveUp(Failure(ParseError(f"more than {MOST_HEAD_BYTES:,} bytes of headers", b"")))


class _StrictFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _StrictProtocol:  # noqa: ARG002, N802
        return _StrictProtocol(self._quiescentCallback)


class _SocksAgent(Agent):
    """Twisted's agent, whose connections through a proxy serve no request that goes another way."""

    way: tuple[str, ...] = ()

    def _requestWithEndpoint(self, key: Any, *rest: Any) -> Any:  # noqa: N802
        return super()._requestWithEndpoint((*key, *self.way), *rest)


class _ScrapySocksAgent(_ScrapyAgent):
    def _get_agent(self, request: Request, timeout: float) -> Agent:
        from twisted.internet import reactor

        target: SocksTarget = request.meta[SOCKS_META]
        endpoints = SocksEndpoints(reactor, target, self._contextFactory, timeout)
        agent: _SocksAgent = _SocksAgent.usingEndpointFactory(reactor, endpoints, self._pool)
        agent.way = target.key()
        return agent


class StrictHTTP11DownloadHandler(HTTP11DownloadHandler):
    """For ``DOWNLOAD_HANDLERS``, schemes http and https."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _StrictFactory
        self._pool.cachedConnectionTimeout = KEEP_ALIVE_SECONDS

    async def download_request(self, request: Request) -> Response:
        """As Scrapy's handler does; a request that carries a SOCKS proxy goes through it."""
        if SOCKS_META not in request.meta:
            return await super().download_request(request)
        agent = _ScrapySocksAgent(
            contextFactory=self._contextFactory,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
        )
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))
