"""``scrapy crawl``, whose exit status tells failure: Scrapy's own exits 0 when a spider's ``start()`` fails."""

from __future__ import annotations

import argparse

from scrapy import Spider
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler


class Command(ScrapyCrawl):
    """As Scrapy's, with the exit status of the spider: 0 fine, 1 failure, 2 usage or configuration, 3 some failed."""

    crawler: Crawler | None = None

    def _create_crawler(self, spidercls: type[Spider] | str) -> Crawler:
        self.crawler = super()._create_crawler(spidercls)
        return self.crawler

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the spider and take over its exit status."""
        super().run(args, opts)
        tally = getattr(self.crawler and self.crawler.spider, "tally", None)
        if tally is not None:
            self.exitcode = self.exitcode or tally.exit_code
