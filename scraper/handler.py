"""presswatch's download handler for Scrapy: HTTP/1.1 by aiohttp, stricter than any that comes with it.

Redirects, cookies, decompression and retries are not its business.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import sys
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientError,
    ClientHttpProxyError,
    ClientPayloadError,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    InvalidURL,
    NonHttpUrlClientError,
)
from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings
from scrapy.utils.ssl import _make_ssl_context
from yarl import URL

from scraper.addresses import written_out
from scraper.connections import (
    MOST_HEAD_BYTES,
    SOCKS_TARGET,
    BoundedConnector,
    SocksConnector,
    StaleError,
    WatchedResponse,
)
from scraper.download_errors import BadAnswerError
from scraper.socks import SOCKS_META, SocksTarget

PLAIN_META: Final = "presswatch_plain"
"""In the ``meta`` of a request whose answer is wanted as bytes: nobody looks at what kind of document it is."""
MOST_WAYS: Final = 20
"""SOCKS proxies (and credentials) whose connections are kept when nobody uses them."""
_BUNDLES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where systems keep the certificates they trust, for a Python that was built elsewhere."""


@dataclass(slots=True)
class _Lent:
    """A session through a proxy, and how many requests use it now."""

    session: ClientSession
    requests: int = 0


class HttpDownloadHandler(BaseDownloadHandler):
    """For ``DOWNLOAD_HANDLERS``, schemes http and https."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._seconds = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._most_body = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._context: ssl.SSLContext | None = None
        self._direct: ClientSession | None = None
        self._through: OrderedDict[tuple[object, ...], _Lent] = OrderedDict()

    async def download_request(self, request: Request) -> Response:
        """One request, one whole answer. Raises Scrapy's download exceptions."""
        meta = request.meta
        most = meta.get("download_maxsize", self._most_body) or sys.maxsize
        seconds = meta.get("download_timeout") or self._seconds or None
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(seconds):
                with _explained():
                    try:
                        response = await self._ask(request, most)
                    except StaleError:
                        response = await self._ask(request, most)
        except TimeoutError as error:
            raise DownloadTimeoutError(f"no complete answer within {seconds or 0:g} seconds") from error
        meta["download_latency"] = loop.time() - started
        return response

    async def _ask(self, request: Request, most: int) -> Response:
        address = _address(request.url)
        proxy = request.meta.get("proxy")
        authorization = request.headers.get(b"Proxy-Authorization") if proxy else None
        async with self._session_for(request.meta.get(SOCKS_META)) as session:
            asking = session.request(
                request.method,
                address,
                data=request.body or None,
                headers=_headers(request),
                allow_redirects=False,
                proxy=proxy,
                proxy_headers={"Proxy-Authorization": authorization.decode("latin-1")} if authorization else None,
            )
            async with asking as answer:
                if not isinstance(answer, WatchedResponse):
                    raise TypeError(type(answer))
                body = await _body(answer, most)
                return _response(request, answer, body)

    @contextlib.asynccontextmanager
    async def _session_for(self, way: SocksTarget | None) -> AsyncIterator[ClientSession]:
        if way is None:
            if self._direct is None:
                self._direct = _session(BoundedConnector(self._tls()))
            yield self._direct
            return
        lent = self._through.get(way.key())
        if lent is None:
            lent = self._through[way.key()] = _Lent(_session(SocksConnector(self._tls(), way)))
        self._through.move_to_end(way.key())
        lent.requests += 1
        SOCKS_TARGET.set(way.target)
        try:
            yield lent.session
        finally:
            lent.requests -= 1
            await self._close_unused()

    async def _close_unused(self) -> None:
        """Credentials change, and a fleet asks for many sources: whoever was not asked for longest goes."""
        unused = [key for key, lent in self._through.items() if not lent.requests]
        for key in unused[: max(len(self._through) - MOST_WAYS, 0)]:
            await self._through.pop(key).session.close()

    async def close(self) -> None:
        """Close all connections."""
        for session in (self._direct, *(lent.session for lent in self._through.values())):
            if session is not None:
                await session.close()

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = _tls_context(self.crawler.settings)
        return self._context


def _session(connector: BoundedConnector) -> ClientSession:
    return ClientSession(
        connector=connector,
        response_class=WatchedResponse,
        cookie_jar=DummyCookieJar(),
        timeout=ClientTimeout(),
        auto_decompress=False,
        skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        max_line_size=MOST_HEAD_BYTES,
        max_field_size=MOST_HEAD_BYTES,
        max_headers=MOST_HEAD_BYTES,
    )


def _address(url: str) -> URL:
    """As it stands, but for an IPv4 address, which is written out."""
    address = URL(url, encoded=True)
    host = address.raw_host or ""
    try:
        plain = written_out(host)
    except ValueError as error:
        raise CannotResolveHostError(str(error)) from error
    if plain == host:
        return address
    port = address.explicit_port
    return URL(urlunsplit(urlsplit(url)._replace(netloc=plain if port is None else f"{plain}:{port}")), encoded=True)


async def _body(answer: WatchedResponse, most: int) -> bytes:
    """The body as it was sent; whole, or a failure."""
    codings = {value.strip().lower() for value in answer.headers.get("Transfer-Encoding", "").split(",")}
    if codings - {"", "chunked", "identity"}:
        raise BadAnswerError("its transfer coding is not known")
    announced = answer.content_length or 0
    pieces, size = list[bytes](), 0
    if announced <= most:
        async for piece in answer.content.iter_any():
            pieces.append(piece)
            size += len(piece)
            if size > most:
                break
    if max(size, announced) > most:
        raise DownloadCancelledError(f"the body is larger than {most:,} bytes")
    if answer.link.fault is not None:
        raise ResponseDataLossError("more bytes than announced") from answer.link.fault
    return b"".join(pieces)


def _response(request: Request, answer: WatchedResponse, body: bytes) -> Response:
    headers, fields = Headers(), dict[bytes, list[bytes]]()
    for name, value in answer.raw_headers:
        fields.setdefault(name.title(), []).append(value)
    dict.update(headers, fields)  # spelled as Scrapy spells them
    kind = Response if PLAIN_META in request.meta else responsetypes.from_args(headers, request.url, body=body)
    response = kind(request.url, status=answer.status, body=body, protocol="HTTP/1.1")
    response.headers = headers
    return response


def _headers(request: Request) -> list[tuple[str, str]]:
    """As they are sent. What is meant for a proxy stands here where it reads the request itself: without TLS."""
    is_read_by_proxy = "proxy" in request.meta and request.url.startswith("http:")
    return [
        (name.decode("latin-1"), _text(value))
        for name, values in dict.items(request.headers)
        if name != b"Proxy-Authorization" or is_read_by_proxy
        for value in values
    ]


def _text(value: bytes) -> str:
    """aiohttp sends all headers as UTF-8: an entity tag with other bytes comes back changed, and just never matches."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Says in Scrapy's exceptions what went wrong, with what lies under it as the cause."""
    try:
        yield
    except ClientConnectorDNSError as error:
        raise CannotResolveHostError(error.strerror or str(error)) from error.os_error
    except ClientConnectorCertificateError as error:
        raise DownloadFailedError("the connection failed") from error.certificate_error
    except ClientConnectorError as error:
        if isinstance(error.os_error, ConnectionRefusedError):
            raise DownloadConnectionRefusedError(str(error.os_error)) from error.os_error
        raise DownloadFailedError("the connection failed") from error.os_error
    except ClientPayloadError as error:
        raise ResponseDataLossError("the connection ended within the body") from error
    except ClientHttpProxyError as error:
        why = f"the proxy opened no way to the site: it answered with status {error.status}"
        raise DownloadFailedError(why) from error
    except ClientResponseError as error:
        raise BadAnswerError(error.message) from error
    except (InvalidURL, NonHttpUrlClientError) as error:
        raise UnsupportedURLSchemeError(str(error)) from error
    except ClientError as error:
        raise DownloadFailedError(str(error) or type(error).__name__) from error


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
