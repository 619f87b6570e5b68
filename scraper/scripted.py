"""The scripts of the pages of one look: run in the browser, with what they ask for answered politely."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

from scrapy import Request
from scrapy.http import Response

from scraper.asking import SourceRequests
from scraper.browser.answering import PageRequests
from scraper.browser.chromium import Chromium
from scraper.browser.rendering import Rendered, render
from scraper.clock import Clock
from scraper.errors import FetchError
from scraper.fetch import Limits
from scraper.robots import RobotsGate
from scraper.sessions import Session
from scraper.types import Page
from scraper.urls import origin_of

log = logging.getLogger(__name__)


class PageScripts:
    """Renders the pages of one look. What was answered once in it is answered the same again: a picture shows the very
    data that was read."""

    def __init__(
        self,
        chromium: Chromium,
        *,
        download: Callable[[Request], Awaitable[Response]],
        robots: RobotsGate,
        user_agent: str,
        limits: Limits,
        asking: SourceRequests,
        source_url: str,
        session: Session,
        clock: Clock,
    ) -> None:
        self._chromium = chromium
        self._robots = robots
        self._asking = asking
        self._home = origin_of(source_url)
        self._session = session
        self._clock = clock
        self._shell: Page | None = None
        self._answerer = PageRequests(
            download=download,
            admit=self._admit,
            own=self._own,
            user_agent=user_agent,
            seconds=limits.seconds,
            body_bytes=limits.body_bytes,
            language=asking.accept_language,
        )

    async def render(self, shell: Page) -> Rendered:
        """Run the scripts of a page that was fetched. Raises :class:`FetchError`."""
        self._shell = shell
        return await self._run(shell, picture=False)

    async def picture(self, page: Page) -> bytes | None:
        """A PNG of the page that was rendered last, else of ``page``; ``None`` where none can be had, which the log
        tells."""
        shell = self._shell or page
        try:
            found = await self._run(shell, picture=True)
        except FetchError as error:
            log.warning("no picture of %s: %s", page.url, error)
            return None
        return found.picture

    async def _run(self, shell: Page, *, picture: bool) -> Rendered:
        return await render(
            self._chromium,
            shell,
            self._answerer,
            picture=picture,
            language=self._asking.language,
            cookies=self._session.cookies(self._clock()),
        )

    async def _admit(self, url: str) -> None:
        """A page's own requests follow each other as in any browser, but robots.txt holds for each."""
        decision = await self._robots.consult(url)
        if not decision.allowed:
            raise FetchError("robots", decision.reason, url=url)

    def _own(self, url: str) -> Mapping[str, str]:
        return self._asking.headers if origin_of(url) == self._home else {}
