"""presswatch's download handler for Scrapy: HTTP/1.1 over asyncio, stricter than any that comes with it.

What an answer may look like is said by :mod:`scraper.http1`, how connections are made by :mod:`scraper.connections`.
Redirects, cookies, decompression and retries are not its business.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError, NotSupported
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings
from scrapy.utils.ssl import _make_ssl_context

from scraper.connections import Connections, HttpProxy, Way, netloc
from scraper.http1 import AnswerReader
from scraper.socks import SOCKS_META, SocksTarget

PLAIN_META: Final = "presswatch_plain"
"""In the ``meta`` of a request whose answer is wanted as bytes: nobody looks at what kind of document it is."""
_PORTS: Final = {"http": 80, "https": 443}
_SENDABLE: Final = re.compile(r"[\x21-\x7e]+")
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_BUNDLES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where systems keep the certificates they trust, for a Python that was built elsewhere."""


class HttpDownloadHandler(BaseDownloadHandler):
    """For ``DOWNLOAD_HANDLERS``, schemes http and https."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._seconds = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._most_body = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._context: ssl.SSLContext | None = None
        self._connections = Connections(self._tls)

    async def download_request(self, request: Request) -> Response:
        """One request, one whole answer. Raises Scrapy's download exceptions."""
        meta = request.meta
        reader = AnswerReader(
            most_body=meta.get("download_maxsize", self._most_body) or sys.maxsize,
            bodyless=request.method == "HEAD",
        )
        way, written = _way(request), _written(request)
        repeatable = request.method in ("GET", "HEAD")
        seconds = meta.get("download_timeout") or self._seconds
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(seconds):
                await self._connections.ask(way, written, reader, repeatable=repeatable)
        except TimeoutError as error:
            raise DownloadTimeoutError(f"no complete answer within {seconds:g} seconds") from error
        meta["download_latency"] = loop.time() - started
        return _response(request, reader)

    async def close(self) -> None:
        """Close all connections."""
        await self._connections.close()

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = _tls_context(self.crawler.settings)
        return self._context


def _response(request: Request, reader: AnswerReader) -> Response:
    headers, body = Headers(), reader.body
    dict.update(headers, reader.headers)  # spelled as Scrapy spells them already
    kind = Response if PLAIN_META in request.meta else responsetypes.from_args(headers, request.url, body=body)
    response = kind(request.url, status=reader.status, body=body, protocol="HTTP/1.1")
    response.headers = headers
    return response


def _way(request: Request) -> Way:
    parts = urlsplit(request.url)
    proxy: HttpProxy | SocksTarget | None = request.meta.get(SOCKS_META)
    if proxy is None and (named := request.meta.get("proxy")):
        at = urlsplit(named if "://" in named else f"http://{named}")
        if at.scheme != "http" or not at.hostname:
            raise NotSupported("only HTTP and SOCKS proxies can be used")
        proxy = HttpProxy(at.hostname, at.port or 80, request.headers.get(b"Proxy-Authorization"))
    return Way(parts.hostname or "", parts.port or _PORTS[parts.scheme], parts.scheme == "https", proxy)


def _written(request: Request) -> bytes:
    """The request as it goes out (RFC 9112 3)."""
    lines = [line for part in (_first_lines(request), _header_lines(request)) for line in part]
    head = b"\r\n".join(lines)
    breaks = len(lines) - 1
    if head.count(b"\n") != breaks or head.count(b"\r") != breaks or b"\0" in head:
        raise DownloadFailedError("a header has a line break in it")
    return head + b"\r\n\r\n" + request.body


def _first_lines(request: Request) -> Iterator[bytes]:
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = _host(parts)
    if parts.scheme == "http" and request.meta.get("proxy"):
        target = f"http://{host}{target}"
    line = f"{request.method} {target}"
    if not _SENDABLE.fullmatch(target) or not _SENDABLE.fullmatch(request.method) or not host.isascii():
        raise DownloadFailedError("the address has characters in it that cannot be sent")
    yield f"{line} HTTP/1.1".encode("ascii")
    if b"Host" not in request.headers:
        yield f"Host: {host}".encode("ascii")


def _header_lines(request: Request) -> Iterator[bytes]:
    for name, values in dict.items(request.headers):
        if name != b"Proxy-Authorization" or (request.meta.get("proxy") and request.url.startswith("http:")):
            for value in values:
                yield name + b": " + value
    if request.body or request.method in _WITH_BODY:
        yield b"Content-Length: %d" % len(request.body)


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if parts.port is None or parts.port == _PORTS[parts.scheme]:
        return f"[{host}]" if ":" in host else host
    return netloc(host, parts.port)


def _tls_context(settings: BaseSettings) -> ssl.SSLContext:
    """As Scrapy's settings ask for, with what the system trusts."""
    context = _make_ssl_context(settings)
    paths = ssl.get_default_verify_paths()
    hashed = paths.capath is not None and any(one.suffix == ".0" for one in Path(paths.capath).iterdir())
    if context.verify_mode == ssl.CERT_REQUIRED and paths.cafile is None and not hashed:
        bundle = next((one for one in _BUNDLES if Path(one).is_file()), None)
        if bundle is not None:
            context.load_verify_locations(bundle)
    return context
