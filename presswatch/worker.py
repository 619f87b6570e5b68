"""A worker of a fleet: a long-lived Scrapy without a database and without a configuration file. What it needs to know
comes with each job; where it may connect is said by its own environment."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

import presswatch
from presswatch.assembly import guarding_policy
from scheduler.fleet.broker import Broker
from scheduler.fleet.worker import PREFETCH, Worker
from scraper.clock import utc_now
from scraper.errors import PresswatchError
from scraper.guard import install_guard
from scraper.parsepool import ParsePool
from scraper.sending import Sender


class WorkerSpider(Spider):
    """Reads pages until SIGTERM or SIGINT; a second one of these is not waited for."""

    name = "worker"
    error: PresswatchError | None = None

    def __init__(self, queue: str, parallel: int, called: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._queue = queue
        self._parallel = parallel
        self._called = called

    async def start(self) -> AsyncIterator[Any]:
        """Own the connection and the parse pool while it lives; yields nothing."""
        try:
            await self._work()
        except PresswatchError as error:
            self.error = error
        return
        yield

    async def _work(self) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        async with ParsePool(workers=max(1, os.cpu_count() or 1)) as pool:
            gc.freeze()  # as scraper.service does
            broker = await Broker.connect(self._queue, "presswatch worker", prefetch=PREFETCH)
            try:
                worker = Worker(
                    broker,
                    download=Sender(self.crawler),
                    extractor=pool,
                    clock=utc_now,
                    parallel=self._parallel,
                    version=presswatch.__version__,
                    name=self._called,
                )
                await worker.run(stop)
            finally:
                await broker.close()


def run_worker(queue: str, *, parallel: int, called: str | None, log_to: logging.Handler) -> None:
    """Be a worker of the broker at ``queue`` until told to stop, reading ``parallel`` pages at a time; ``called`` is
    its name where it is not to be host and process. Raises :class:`scraper.errors.PresswatchError`. Can be called once
    per process."""
    install_guard(guarding_policy(os.environ, queue))
    settings = Settings()
    settings.setmodule("presswatch.settings", priority="project")
    settings.set("LOG_ENABLED", False, priority="cmdline")
    settings.set("MEMUSAGE_ENABLED", False, priority="cmdline")  # as for the service: see presswatch.runner
    settings.set("ADDONS", {}, priority="cmdline")  # the assembly needs a database
    process = AsyncCrawlerProcess(settings)
    logging.getLogger().addHandler(log_to)
    for name in ("scrapy", "twisted", "asyncio", "aio_pika", "aiormq"):
        logging.getLogger(name).setLevel(logging.WARNING)
    crawler = process.create_crawler(WorkerSpider)
    opened: list[WorkerSpider] = []

    def remember(spider: WorkerSpider) -> None:
        opened.append(spider)

    crawler.signals.connect(remember, signal=signals.spider_opened)
    process.crawl(crawler, queue=queue, parallel=parallel, called=called)
    process.start(install_signal_handlers=False)
    if not opened:
        raise RuntimeError("the spider could not be opened")
    if opened[0].error is not None:
        raise opened[0].error
