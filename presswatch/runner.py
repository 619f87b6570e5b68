"""Starting the spider from the command line: the same crawl as ``scrapy crawl news``, once or as the daemon."""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from scraper.spiders.news import NewsSpider

_AFTER_CLOSE_SECONDS = 1.5


def run_spider(home: str | None, *, verbose: bool = False, **arguments: Any) -> NewsSpider:
    """Run the spider ``news`` to its end in this process and return it, with its ``tally`` and ``reports``.

    ``home`` is the folder named on the command line, if any; ``arguments`` are those of the spider. Can be called once
    per process: Twisted's reactor cannot be started again.
    """
    settings = Settings()
    settings.setmodule("presswatch.settings", priority="project")
    if home:
        settings.set("PRESSWATCH_HOME", home, priority="cmdline")
    settings.set("LOG_LEVEL", "INFO" if verbose else "WARNING", priority="cmdline")
    serving = arguments.get("mode") == "serve"
    process = AsyncCrawlerProcess(settings)
    for name in ("scrapy", "twisted", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
    crawler = process.create_crawler(NewsSpider)
    opened: list[NewsSpider] = []

    def remember(spider: NewsSpider) -> None:
        opened.append(spider)
        if serving:
            spider.after_service = lambda: _leave_behind_what_hangs(spider)

    crawler.signals.connect(remember, signal=signals.spider_opened)
    process.crawl(crawler, **arguments)
    process.start(install_signal_handlers=not serving)
    if not opened:
        raise RuntimeError("the spider could not be opened")
    return opened[0]


def _leave_behind_what_hangs(spider: NewsSpider) -> None:
    """Scrapy's engine waits for requests under way, up to their timeout. Once everything is committed and the database
    closed there is nothing to wait for."""

    def leave() -> None:
        logging.shutdown()
        sys.stdout.flush()
        os._exit(spider.tally.exit_code)

    timer = threading.Timer(_AFTER_CLOSE_SECONDS, leave)
    timer.daemon = True
    timer.start()
