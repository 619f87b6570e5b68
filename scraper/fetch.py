"""Fetching one page over Scrapy's downloader: one coroutine from a URL to a complete, decompressed answer.

Redirects are followed here, so that every hop passes the gate (robots, spacing), is judged by scheme, and loses
conditional headers and credentials that are not meant for it. Whatever is not one whole answer raises
:class:`FetchError`; nothing is tried twice.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, Literal, Protocol
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from scraper.answers import NotModified, read_answer, redirect_target
from scraper.decompress import ACCEPT_ENCODING
from scraper.download_errors import DOWNLOAD_ERRORS, explain_failure
from scraper.errors import FetchError
from scraper.http_dates import RETRY_AFTER_CAP
from scraper.sessions import Session
from scraper.types import Page, Validators
from scraper.urls import MAX_URL, origin_of

ACCEPT_PAGE: Final = (
    "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/feed+json;q=0.9,"
    "application/xml;q=0.9,text/plain;q=0.8,*/*;q=0.5"
)

_BREAKS: Final = re.compile(r"[\r\n\0]")

Download = Callable[[Request], Awaitable[Response]]
"""A :class:`scraper.sending.Sender`, or anything that answers like it."""


class Gate(Protocol):
    """What stands before every request: robots.txt, spacing per site, penalties."""

    async def admit(self, url: str) -> None:
        """Return when ``url`` may be asked for. Raises :class:`FetchError` (``robots``, ``rate_limited`` ...)."""
        ...


class OpenGate:
    """A gate that lets everything pass: for requests that are the gate's own (robots.txt), and for tests."""

    async def admit(self, url: str) -> None:  # noqa: ARG002
        return


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch. ``seconds`` is for each hop, ``total_seconds`` for all of them without the gate's waiting;
    ``body_bytes`` holds on the wire and again after decompression."""

    seconds: float = 30.0
    total_seconds: float = 40.0
    body_bytes: int = 10_000_000
    redirects: int = 5
    retry_after: timedelta = RETRY_AFTER_CAP


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """What to fetch.

    ``validators`` make the request conditional, at exactly their URL. ``headers`` (credentials among them) go to the
    origin of ``url`` only, and no more once a redirect has left it; ``language`` is an ``Accept-Language`` for all.
    ``user_agent`` of ``None`` is Scrapy's setting. ``body`` goes with POST, whose media type is among the headers.
    ``session`` is where cookies come from and go to.
    """

    url: str
    validators: Validators | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    user_agent: str | None = None
    accept: str = ACCEPT_PAGE
    language: str | None = None
    method: Literal["GET", "POST"] = "GET"
    body: bytes = field(default=b"", repr=False)
    session: Session | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Hop:
    """One request of a fetch. ``trusted``: it goes to the origin that headers and body are meant for."""

    url: str
    trusted: bool
    posts: bool
    sent: Validators | None


async def fetch(
    request: FetchRequest,
    *,
    download: Download,
    gate: Gate,
    now: Callable[[], datetime],
    limits: Limits = Limits(),
) -> Page | NotModified:
    """Fetch ``request.url``, following redirects.

    ``redirects`` of the result are the URLs that led to its ``url``, in order. Raises :class:`FetchError`, with one of
    the classes of :data:`scraper.types.FAILURES`; whatever ``gate`` raises passes through.
    """
    hop = _hop(request, request.url, trusted=True, posts=request.method == "POST")
    asked, seen = list[str](), set[tuple[str, int]]()
    check_url(hop.url)
    spent = 0.0
    while True:
        await gate.admit(hop.url)
        seen.add((hop.url, request.session.version if request.session else 0))
        headers = _headers(hop, request, now())
        started = time.monotonic()
        response = await _ask(hop, headers, request.body, download=download, limits=limits, spent=spent)
        spent += time.monotonic() - started
        if request.session is not None:
            request.session.note(hop.url, [v.decode("latin-1") for v in response.headers.getlist("Set-Cookie")], now())
        target = redirect_target(hop.url, response)
        if target is None:
            return read_answer(
                hop.url,
                response,
                sent=hop.sent,
                redirects=tuple(asked),
                now=now(),
                body_bytes=limits.body_bytes,
                retry_cap=limits.retry_after,
            )
        asked.append(hop.url)
        # A site that first wants to see its cookie sends us back to the same address, with another cookie.
        if (target, request.session.version if request.session else 0) in seen:
            raise _astray(f"the redirects lead back to {target}", hop, response)
        if len(asked) > limits.redirects:
            raise _astray(f"more than {limits.redirects} redirects", hop, response)
        hop = _next_hop(request, hop, target, response)


def _hop(request: FetchRequest, url: str, *, trusted: bool, posts: bool) -> _Hop:
    validators = request.validators
    # Conditions are for GET: a POST with one may be refused (RFC 9110 13.1.2).
    sent = validators if validators and validators.url == url and not posts else None
    return _Hop(url, trusted, posts, sent)


def _next_hop(request: FetchRequest, hop: _Hop, target: str, response: Response) -> _Hop:
    """Where a redirect leads (RFC 9110 15.4): only 307 and 308 ask for the body again, which goes nowhere else."""
    trusted = hop.trusted and origin_of(target) == origin_of(request.url)
    posts = hop.posts and response.status in (307, 308)
    if posts and not trusted:
        raise _astray("asked to post what was meant for it to another site", hop, response)
    return _hop(request, target, trusted=trusted, posts=posts)


def _astray(message: str, hop: _Hop, response: Response) -> FetchError:
    return FetchError("redirect", message, url=hop.url, status=response.status)


@lru_cache(maxsize=20_000)
def check_url(url: str) -> None:
    """Refuse what is no plain http(s) URL before anything is looked up: :class:`FetchError` (``connection``)."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise FetchError("connection", f"{url[:200]!r} is no URL: {error}", url=url) from error
    why = None
    if parts.scheme not in ("http", "https"):
        why = "only http and https are fetched"
    elif not host:
        why = "it names no host"
    elif "@" in parts.netloc:
        why = "it has a user name in it; credentials are given as headers of the source"
    elif "\\" in url or any(ord(c) <= 0x20 or ord(c) == 0x7F for c in url):
        why = "it has a backslash, a space or a control character in it"
    elif len(url) > MAX_URL:
        why = f"it is longer than {MAX_URL:,} characters"
    if why:
        raise FetchError("connection", f"{url[:200]!r} cannot be fetched: {why}", url=url)


async def _ask(
    hop: _Hop, headers: dict[bytes, bytes], body: bytes, *, download: Download, limits: Limits, spent: float
) -> Response:
    """One request, one answer of any status. ``spent`` are the seconds that earlier hops took."""
    url = hop.url
    seconds_left = limits.total_seconds - spent
    if seconds_left <= 0:
        raise FetchError("timeout", f"no answer within {limits.total_seconds:g} seconds", url=url)
    started = time.monotonic()
    asked = Request(
        url,
        method="POST" if hop.posts else "GET",
        body=body if hop.posts else b"",
        headers=headers,
        dont_filter=True,
        meta={
            "download_timeout": min(limits.seconds, seconds_left),
            "download_maxsize": limits.body_bytes,
            # By default all ports of a host share a slot, where a silent one holds up the others.
            "download_slot": origin_of(url),
        },
    )
    try:
        return await download(asked)
    except DOWNLOAD_ERRORS as error:
        raise explain_failure(error, url=url, since=started) from error


def _headers(hop: _Hop, request: FetchRequest, now: datetime) -> dict[bytes, bytes]:
    # Lower case, so that a header of the source replaces one of ours however it is spelled.
    headers = {"accept": request.accept, "accept-encoding": ACCEPT_ENCODING}
    if request.user_agent:
        headers["user-agent"] = request.user_agent
    if request.language:
        headers["accept-language"] = request.language
    if hop.trusted:
        headers.update({name.lower(): value for name, value in request.headers.items()})
        if not hop.posts:
            headers.pop("content-type", None)
    if request.session is not None and (cookies := request.session.header(hop.url, now)):
        headers["cookie"] = "; ".join(filter(None, (headers.get("cookie"), cookies)))
    if hop.sent and hop.sent.etag:
        headers["if-none-match"] = hop.sent.etag
    if hop.sent and hop.sent.last_modified:
        headers["if-modified-since"] = hop.sent.last_modified
    for name, value in headers.items():
        if _BREAKS.search(name) or _BREAKS.search(value):
            raise FetchError("connection", f"the header {name!r} has a line break in it", url=hop.url)
    return {_header_bytes(name): _header_bytes(value) for name, value in headers.items()}


def _header_bytes(value: str) -> bytes:
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8")
