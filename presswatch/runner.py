"""Starting the spider from the command line: the same crawl as ``scrapy crawl news``, once or as the daemon."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from typing import Any, Literal

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from scraper.spiders.news import NewsSpider, Progress

_AFTER_CLOSE_SECONDS = 1.5


def run_spider(
    home: str | None,
    *,
    verbose: bool = False,
    console: Literal["stdout", "stderr"] = "stdout",
    log_to: logging.Handler | None = None,
    progress: Progress | None = None,
    queue: str | None = None,
    **arguments: Any,
) -> NewsSpider:
    """Run the spider ``news`` to its end in this process and return it, with its ``tally``, ``reports`` and
    ``previews``.

    ``home`` is the folder named on the command line, if any; ``arguments`` are those of the spider. ``console`` is
    where channels of that kind write. With ``log_to`` all logging goes there, and the caller tells of ``tally.error``.
    With ``queue`` (the URL of a broker) pages are read by workers. Can be called once per process: Twisted's reactor
    cannot be started again.
    """
    settings = _settings(home, verbose=verbose, console=console)
    if log_to is not None:
        settings.set("LOG_ENABLED", False, priority="cmdline")
    settings.set("PRESSWATCH_QUEUE", queue, priority="cmdline")
    serving = arguments.get("mode") == "serve"
    if serving:
        # Scrapy's bound is on the highest that memory ever was, and it would end the service for good, with status 0.
        settings.set("MEMUSAGE_ENABLED", False, priority="cmdline")
        # Until the daemon listens itself there is nothing to finish.
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    process = AsyncCrawlerProcess(settings)
    if log_to is not None:
        logging.getLogger().addHandler(log_to)
    for name in ("scrapy", "twisted", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
    crawler = process.create_crawler(NewsSpider)
    opened: list[NewsSpider] = []

    def remember(spider: NewsSpider) -> None:
        opened.append(spider)
        spider.progress = progress
        spider.logs_its_error = log_to is None
        spider.after_service = lambda: _leave_behind_what_hangs(spider, serving=serving)

    crawler.signals.connect(remember, signal=signals.spider_opened)
    process.crawl(crawler, **arguments)
    process.start(install_signal_handlers=not serving)
    if not opened:
        raise RuntimeError("the spider could not be opened")
    return opened[0]


def _settings(home: str | None, *, verbose: bool, console: str) -> Settings:
    settings = Settings()
    settings.setmodule("presswatch.settings", priority="project")
    if home:
        settings.set("PRESSWATCH_HOME", home, priority="cmdline")
    settings.set("PRESSWATCH_CONSOLE", console, priority="cmdline")
    settings.set("LOG_LEVEL", "INFO" if verbose else "WARNING", priority="cmdline")
    return settings


def _leave_behind_what_hangs(spider: NewsSpider, *, serving: bool) -> None:
    """Scrapy's engine waits for requests under way, up to their timeout. Once everything is committed and the database
    closed there is nothing to wait for, where the program is to end."""
    if not serving and not spider.tally.interrupted:
        return

    def leave() -> None:
        logging.shutdown()
        sys.stdout.flush()
        os._exit(spider.tally.exit_code)

    timer = threading.Timer(_AFTER_CLOSE_SECONDS, leave)
    timer.daemon = True
    timer.start()
