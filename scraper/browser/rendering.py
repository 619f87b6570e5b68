"""Rendering one page: its scripts run, its requests are answered by us, and what it looks like then is a page again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from scraper.browser.answering import Answered, Answerer, Asked, is_web
from scraper.browser.chromium import Chromium
from scraper.errors import FetchError
from scraper.sessions import Cookie
from scraper.types import Page

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam
    from playwright.async_api import Page as Tab
    from playwright.async_api import Request, Route

log = logging.getLogger(__name__)

SECONDS: Final = 20.0
"""How long a page may take from its first byte to its last request."""
QUIET_SECONDS: Final = 0.25
"""A page is done when for so long it has asked for nothing and awaits nothing."""
MOST_OBSERVED: Final = 30
MOST_OBSERVED_BYTES: Final = 2_000_000
MOST_DOM_BYTES: Final = 10_000_000
MOST_SENT_BYTES: Final = 10_000_000
"""Of all bodies of a page's requests, sent on or not, each of which Playwright hands over whole."""
MOST_TOLD: Final = 20
"""Requests of one page of which the log says why they were not answered."""
VIEW: Final = {"width": 1280, "height": 1000}
MOST_HEIGHT: Final = 10_000
"""Pixels of a page that a picture shows."""
_NEEDED: Final = frozenset({"script", "xhr", "fetch"})
_SHOWN: Final = frozenset({"stylesheet", "image", "font"})
"""Loaded only where a picture is taken."""

_WHEN_IDLE: Final = """() => new Promise((done) => {
  const idle = () => requestIdleCallback(() => setTimeout(done, 0), {timeout: 1000});
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', idle, {once: true});
  else idle();
})"""
"""The document is read to its end, and scripts that have what they waited for come first, also where the processor is
busy with others."""
_SERIALIZE: Final = """(most) => {
  const drop = 'script:not([type="application/ld+json"]):not([type="application/json"]),style,noscript,template,' +
    'iframe,object,embed,link[rel~="stylesheet"],link[rel~="preload"],link[rel~="modulepreload"],' +
    'link[rel~="prefetch"],link[rel~="preconnect"],link[rel~="dns-prefetch"]';
  for (const host of document.querySelectorAll('*')) {
    if (!host.shadowRoot) continue;
    const shown = document.createElement('div');
    shown.innerHTML = host.shadowRoot.innerHTML;
    host.append(shown);
  }
  for (const one of document.querySelectorAll(drop)) one.remove();
  for (const one of document.querySelectorAll('[nonce]')) one.removeAttribute('nonce');
  const html = '<!doctype html>\\n' + document.documentElement.outerHTML;
  return html.length > most ? null : html;
}"""


@dataclass(frozen=True, slots=True)
class Rendered:
    """``page`` is the document as the scripts left it, UTF-8; ``observed`` the JSON that it was made of, in the order
    in which it came; ``picture`` a PNG, where one was wanted."""

    page: Page
    observed: tuple[Answered, ...] = ()
    picture: bytes | None = field(default=None, repr=False)


class Rendering:
    """One page on its way. Only its own document, scripts and data are loaded."""

    def __init__(self, shell: Page, answerer: Answerer, *, shown: bool) -> None:
        self._shell = shell
        self._answerer = answerer
        self._loaded = _NEEDED | _SHOWN if shown else _NEEDED
        self._awaited = 0
        self._on_their_way: set[Request] = set()
        self._last = time.monotonic()
        self._opened = self._stopped = False
        self._answering: set[asyncio.Future[None]] = set()
        self._closing: set[asyncio.Future[None]] = set()
        self._sent = 0
        self.bound: asyncio.Timeout | None = None
        self.observed: list[Answered] = []
        self.failed: list[str] = []

    async def answer(self, route: Route) -> None:
        """Playwright's handler of all requests of the page."""
        self._awaited += 1
        answering = asyncio.ensure_future(self._answer_or_abort(route))
        self._answering.add(answering)
        try:
            await asyncio.wait({answering})
            if not answering.cancelled():
                answering.result()
        finally:
            self._answering.discard(answering)
            self._awaited -= 1
            self._last = time.monotonic()

    async def stop(self) -> None:
        """Nothing is asked for any more: Playwright lets its handlers go on when the page has long been closed."""
        self._stopped = True
        answering = list(self._answering)
        for one in answering:
            one.cancel()
        await asyncio.gather(*answering, return_exceptions=True)

    async def _answer_or_abort(self, route: Route) -> None:
        from playwright.async_api import Error

        with contextlib.suppress(Error):  # the page has gone
            try:
                await self._answer(route)
            except FetchError as error:
                self.failed.append(f"{error.url[:200]}: {error}")
                await _abort(route)

    async def _answer(self, route: Route) -> None:
        request = route.request
        if request.resource_type == "document":
            await self._answer_document(route)
        elif request.resource_type in self._loaded and is_web(request.url) and not self._stopped:
            answered = await self._answerer(_asked(request))
            self._observe(answered, request.resource_type)
            await route.fulfill(status=answered.status, headers=answered.headers, body=answered.body)
        else:
            await _abort(route)

    async def _answer_document(self, route: Route) -> None:
        """The page itself, as it was fetched before; no other document, neither in a frame nor after it."""
        if self._opened or route.request.url != _without_fragment(self._shell.url):
            await route.abort("aborted")  # as if a person had stopped it: what is shown stays
            return
        self._opened = True
        headers = {"content-type": self._shell.content_type or "text/html"}
        if policy := self._shell.headers.get("content-security-policy"):
            headers["content-security-policy"] = policy
        await route.fulfill(status=200, headers=headers, body=self._shell.body)

    def _observe(self, answered: Answered, kind: str) -> None:
        said = answered.headers.get("content-type", "").lower()
        if kind == "script" or "json" not in said or len(answered.body) > MOST_OBSERVED_BYTES:
            return
        if len(self.observed) < MOST_OBSERVED:
            self.observed.append(answered)

    def close_other(self, other: Tab) -> None:
        """A page that opens a second one does so in vain."""
        task = asyncio.ensure_future(_close(other))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def begin(self, request: Request) -> None:
        """The page asks for something."""
        self._sent += len(request.post_data_buffer or b"")
        if self.sends_too_much and self.bound is not None:
            self.bound.reschedule(0)
            self.bound = None
        if request.resource_type in self._loaded:
            self._on_their_way.add(request)
            self._last = time.monotonic()

    @property
    def sends_too_much(self) -> bool:
        """Whether the page is to be ended for it."""
        return self._sent > MOST_SENT_BYTES

    def end(self, request: Request) -> None:
        """It has all of the answer, which on a busy machine may be long after we gave it; or there is none."""
        if request in self._on_their_way:
            self._on_their_way.discard(request)
            self._last = time.monotonic()

    async def settle(self, tab: Tab, until: float) -> None:
        """Return when the page is done, or ``until`` (of ``time.monotonic()``) has come."""
        while (now := time.monotonic()) < until:
            quiet_at = self._last + QUIET_SECONDS
            if self._awaited or self._on_their_way or now < quiet_at:
                await asyncio.sleep(min(max(quiet_at - now, 0.05), QUIET_SECONDS))
                continue
            before = self._last
            await tab.evaluate(_WHEN_IDLE)
            if self._last == before:
                return


async def render(
    chromium: Chromium,
    shell: Page,
    answerer: Answerer,
    *,
    picture: bool = False,
    language: str | None = None,
    cookies: Sequence[Cookie] = (),
    seconds: float = SECONDS,
) -> Rendered:
    """Run the scripts of ``shell``, a page that was fetched; ``cookies`` are those that were set with it.

    Raises :class:`FetchError`: there is no browser, the page ran for longer than ``seconds``, it asked for nothing that
    it may have, or its document became too large.
    """
    chromium.require(shell.url)
    from playwright.async_api import Error

    rendering = Rendering(shell, answerer, shown=picture)
    options: dict[str, Any] = {"viewport": VIEW}
    if language:
        options["locale"] = language
    try:
        # The time begins when the browser is there: starting it, or waiting for a turn, is no fault of the page.
        async with chromium.context(shell.url, **options) as context, asyncio.timeout(seconds) as bound:
            rendering.bound = bound
            await context.add_cookies([_given(cookie) for cookie in cookies])
            await context.route("**/*", rendering.answer)
            context.on("request", rendering.begin)
            context.on("requestfinished", rendering.end)
            context.on("requestfailed", rendering.end)
            tab = await context.new_page()
            context.on("page", rendering.close_other)
            try:
                html, shot = await _run(tab, rendering, until=time.monotonic() + seconds * 0.75, picture=picture)
            finally:
                rendering.bound = None
                await rendering.stop()
    except TimeoutError:
        if rendering.sends_too_much:
            raise FetchError("too_large", "the page sends more than it may", url=shell.url) from None
        raise FetchError(
            "timeout", f"the page's scripts ran for more than {seconds:g} seconds", url=shell.url
        ) from None
    except Error as error:
        why = (str(error).strip().splitlines() or ["no reason given"])[0]
        raise FetchError("unreadable", f"the page could not be rendered: {why[:200]}", url=shell.url) from error
    finally:
        for failure in rendering.failed[:MOST_TOLD]:
            log.info("a request of %s was not answered: %s", shell.url, failure)
    if not isinstance(html, str):
        raise FetchError("too_large", "the rendered page is larger than allowed", url=shell.url)
    page = replace(
        shell,
        body=html.encode("utf-8", "replace"),
        content_type="text/html; charset=utf-8",
        validators=None,  # they stand for the shell
    )
    return Rendered(page, tuple(rendering.observed), shot)


async def _run(tab: Tab, rendering: Rendering, *, until: float, picture: bool) -> tuple[object, bytes | None]:
    # Playwright waits without end for "domcontentloaded" where a script has gone elsewhere meanwhile; the document
    # itself knows when it is read (_WHEN_IDLE).
    await tab.goto(_without_fragment(rendering._shell.url), wait_until="commit", timeout=0)
    await rendering.settle(tab, until)
    shot = await _picture(tab) if picture else None
    return await tab.evaluate(_SERIALIZE, MOST_DOM_BYTES), shot


async def _picture(tab: Tab) -> bytes:
    height = await tab.evaluate("Math.ceil(document.documentElement.scrollHeight)")
    shown = min(max(int(height) if isinstance(height, int | float) else 0, VIEW["height"]), MOST_HEIGHT)
    clip: Any = {"x": 0, "y": 0, "width": VIEW["width"], "height": shown}
    return await tab.screenshot(full_page=True, clip=clip, type="png", animations="disabled", timeout=0)


def _given(cookie: Cookie) -> SetCookieParam:
    parts = urlsplit(cookie.origin)
    return {
        "name": cookie.name,
        "value": cookie.value,
        "domain": parts.hostname or "",
        "path": cookie.path,
        "secure": parts.scheme == "https",
    }


def _asked(request: Request) -> Asked:
    return Asked(request.url, request.method, request.headers, request.post_data_buffer or b"")


async def _abort(route: Route) -> None:
    await route.abort("blockedbyclient")


async def _close(tab: Tab) -> None:
    from playwright.async_api import Error

    with contextlib.suppress(Error):  # it went with its browser
        await tab.close()


def _without_fragment(url: str) -> str:
    return url.partition("#")[0]
