"""Answering the requests of a rendered page in place of a network: what is asked for on behalf of foreign script."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from scraper.answers import redirect_target
from scraper.decompress import ACCEPT_ENCODING, decompress, split_encodings
from scraper.download_errors import DOWNLOAD_ERRORS, explain_failure
from scraper.errors import FetchError
from scraper.fetch import check_url
from scraper.urls import origin_of

MOST_REQUESTS: Final = 120
"""Of one page."""
MOST_BYTES: Final = 30_000_000
"""Of all answers of one page, unpacked."""
MOST_POSTED: Final = 1_000_000
_REDIRECTS: Final = 5
_AT_ONCE: Final = 4
"""Of each origin, as a browser does."""
_AT_ONCE_IN_ALL: Final = 8
"""What is on its way is not counted yet, and a page can have as many origins as it likes."""
_METHODS: Final = frozenset({"GET", "POST", "HEAD"})
_PASSED_ON: Final = frozenset(
    {"accept", "content-type", "cookie", "referer", "origin", "x-requested-with", "authorization"}
)
"""Headers of the page's script that are sent. Others of its own begin with ``x-``; the rest are the browser's, and we
say who we are ourselves."""
_PASSED_BACK: Final = (
    b"content-type",
    b"set-cookie",
    b"access-control-allow-origin",
    b"access-control-allow-credentials",
    b"access-control-expose-headers",
    b"link",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a page."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def key(self) -> tuple[str, str, bytes]:
        """The same for the same question."""
        return (self.method, self.url, self.body)


@dataclass(frozen=True, slots=True)
class Answered:
    """What the page is told. ``url`` is where it was found, after redirects."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)


class Answerer(Protocol):
    """Whoever asks in the place of a page."""

    async def __call__(self, asked: Asked) -> Answered:
        """Raises :class:`scraper.errors.FetchError`."""
        ...


class _Question:
    """One that is being asked, for as long as somebody waits for the answer."""

    def __init__(self, asking: Coroutine[Any, Any, Answered]) -> None:
        self._answer = asyncio.ensure_future(asking)
        self._waiting = 0
        self.is_over = False

    async def wait(self) -> Answered:
        """Raises :class:`scraper.errors.FetchError`."""
        self._waiting += 1
        try:
            return await asyncio.shield(self._answer)
        finally:
            self._waiting -= 1
            if not self._waiting:
                self.is_over = True
                self._answer.cancel()


class PageRequests:
    """The requests of one look: bounded together, each asked for once.

    ``admit`` says whether a URL may be asked for (robots.txt); ``own`` gives the headers that the source has for a
    URL: its credentials go to its own origin only, also where a redirect leads. ``language`` is an
    ``Accept-Language`` for all.
    """

    def __init__(
        self,
        *,
        download: Callable[[Request], Awaitable[Response]],
        admit: Callable[[str], Awaitable[None]],
        own: Callable[[str], Mapping[str, str]],
        user_agent: str,
        seconds: float,
        body_bytes: int,
        language: str | None = None,
    ) -> None:
        self._download = download
        self._admit = admit
        self._own = own
        self._user_agent = user_agent
        self._seconds = seconds
        self._body_bytes = body_bytes
        self._language = language
        self._known: dict[tuple[str, str, bytes], Answered] = {}
        self._open: dict[tuple[str, str, bytes], _Question] = {}
        self._turn = asyncio.Semaphore(_AT_ONCE_IN_ALL)
        self._turns: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_AT_ONCE))
        self._made = 0
        self._bytes = 0

    async def __call__(self, asked: Asked) -> Answered:
        """As :class:`Answerer`. A question that was answered in this look is answered as before; one that is being
        asked is not asked a second time, but again after a failure."""
        known = self._known.get(asked.key)
        if known is not None:
            return known
        question = self._open.get(asked.key)
        if question is None:
            question = self._open[asked.key] = _Question(self._ask(asked))
        try:
            answered = self._known[asked.key] = await question.wait()
        finally:
            if question.is_over and self._open.get(asked.key) is question:
                del self._open[asked.key]
        return answered

    async def _ask(self, asked: Asked) -> Answered:
        if asked.method not in _METHODS or len(asked.body) > MOST_POSTED:
            raise FetchError("unreadable", f"a page may not send {asked.method[:20]} requests", url=asked.url)
        url, posts = asked.url, asked.method == "POST"
        for _ in range(_REDIRECTS + 1):
            check_url(url)
            self._made += 1
            self._require_room(url, self._made)
            await self._admit(url)
            async with self._turns[origin_of(url)], self._turn:
                self._require_room(url)
                response = await self._send(asked, url, posts=posts)
            target = redirect_target(url, response)
            if target is None:
                return self._answered(url, response)
            posts = posts and response.status in (307, 308)
            url = target
        raise FetchError("redirect", f"more than {_REDIRECTS} redirects", url=url)

    def _require_room(self, url: str, made: int = 0) -> None:
        if made > MOST_REQUESTS or self._bytes > MOST_BYTES:
            raise FetchError("too_large", "the page asks for more than it may", url=url)

    async def _send(self, asked: Asked, url: str, *, posts: bool) -> Response:
        headers = {"accept": "*/*", "accept-encoding": ACCEPT_ENCODING, "user-agent": self._user_agent}
        if self._language:
            headers["accept-language"] = self._language
        at_home = origin_of(url) == origin_of(asked.url)
        headers.update({name: value for name, value in asked.headers.items() if at_home and _is_passed_on(name)})
        headers.update({name.lower(): value for name, value in self._own(url).items()})
        if not posts:
            headers.pop("content-type", None)
        request = Request(
            url,
            method="POST" if posts else "HEAD" if asked.method == "HEAD" else "GET",
            body=asked.body if posts else b"",
            headers={name: value.encode("latin-1", "replace") for name, value in headers.items()},
            dont_filter=True,
            meta={
                "download_timeout": self._seconds,
                "download_maxsize": max(min(self._body_bytes, MOST_BYTES - self._bytes), 1),
                # By default one at a time of each host.
                "download_slot": f"{origin_of(url)} for a page {self._made % _AT_ONCE}",
            },
        )
        started = time.monotonic()
        try:
            return await self._download(request)
        except DOWNLOAD_ERRORS as error:
            raise explain_failure(error, url=url, since=started) from error

    def _answered(self, url: str, response: Response) -> Answered:
        encodings = [
            name
            for value in response.headers.getlist("Content-Encoding")
            for name in split_encodings(value.decode("latin-1"))
        ]
        body = decompress(response.body, encodings, limit=self._body_bytes, url=url)
        self._bytes += len(body)
        self._require_room(url)
        headers = {}
        for name in _PASSED_BACK:
            values = response.headers.getlist(name)
            if values:
                # Playwright splits cookies at line ends.
                glue = "\n" if name == b"set-cookie" else ", "
                headers[name.decode()] = glue.join(value.decode("latin-1") for value in values)
        return Answered(url, response.status, headers, body)


def _is_passed_on(name: str) -> bool:
    return name in _PASSED_ON or name.startswith("x-")


def is_web(url: str) -> bool:
    """Whether a page's request is one for the web at all."""
    return urlsplit(url).scheme in ("http", "https")
