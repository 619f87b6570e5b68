"""The way of a request through Scrapy: straight to the download handler, or through all of the engine."""

from __future__ import annotations

from typing import Final

from pydispatch.dispatcher import getAllReceivers, liveReceivers  # type: ignore[import-untyped]
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.downloadtimeout import DownloadTimeoutMiddleware
from scrapy.downloadermiddlewares.stats import DownloaderStats
from scrapy.downloadermiddlewares.useragent import UserAgentMiddleware
from scrapy.extensions.corestats import CoreStats
from scrapy.http import Response

from scraper.handler import PLAIN_META

_REPLACED: Final = frozenset({DownloadTimeoutMiddleware, UserAgentMiddleware, DownloaderStats})
"""What the straight way does by itself, or leaves out: numbers that nobody prints."""
_SIGNALS: Final = (
    signals.request_reached_downloader,
    signals.request_left_downloader,
    signals.response_downloaded,
    signals.response_received,
)


class Sender:
    """Sends requests for one crawler, none of its gates before them.

    Scrapy's slots, signals and middlewares cost more than the download itself and do nothing here: spacing is in our
    tables. But whoever puts a downloader middleware of their own into the settings, listens to the signals of the
    downloader, or prints its numbers (``STATS_DUMP``) gets all requests sent through ``engine.download_async``.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._is_straight: bool | None = None

    async def __call__(self, request: Request) -> Response:
        """As :data:`scraper.fetch.Download`."""
        engine = self._crawler.engine
        if engine is None:
            raise RuntimeError("the crawler has no engine yet")
        if self._is_straight is None:
            self._is_straight = _nobody_looks_on(self._crawler)
        if not self._is_straight:
            return await engine.download_async(request)
        request.headers.setdefault(b"User-Agent", self._crawler.settings["USER_AGENT"])
        request.meta[PLAIN_META] = True
        return await engine.downloader.handlers.download_request_async(request)


def _nobody_looks_on(crawler: Crawler) -> bool:
    if crawler.settings.getbool("STATS_DUMP") or crawler.engine is None:
        return False
    if not {type(one) for one in crawler.engine.downloader.middleware.middlewares} <= _REPLACED:
        return False
    receivers = (one for signal in _SIGNALS for one in liveReceivers(getAllReceivers(crawler, signal)))
    return all(isinstance(getattr(one, "__self__", None), CoreStats) for one in receivers)
