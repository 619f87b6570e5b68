"""What Scrapy really runs with: the effective settings and components, not what a file says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.settings import Settings
from scrapy.utils.conf import build_component_list

EXPECTED: dict[str, object] = {
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "RETRY_ENABLED": False,
    "REDIRECT_ENABLED": False,
    "METAREFRESH_ENABLED": False,
    "COMPRESSION_ENABLED": False,
    "COOKIES_ENABLED": False,
    "REFERER_ENABLED": False,
    "HTTPPROXY_ENABLED": False,
    "HTTPCACHE_ENABLED": False,
    "ROBOTSTXT_OBEY": False,
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DOWNLOAD_FAIL_ON_DATALOSS": True,
    "DOWNLOAD_TIMEOUT": 30,
    "DOWNLOAD_MAXSIZE": 10_000_000,
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_ITEMS": 2,
    "DNSCACHE_ENABLED": False,
    "LOG_LEVEL": "INFO",
    "STATS_DUMP": False,
    "COMMANDS_MODULE": "scraper.commands",
    "SPIDER_MODULES": ["scraper.spiders"],
    "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    "REQUEST_FINGERPRINTER_CLASS": "scrapy.utils.request.RequestFingerprinter",
}


@pytest.fixture(scope="module")
def settings() -> Settings:
    loaded = Settings()
    loaded.setmodule("scraper.settings", priority="project")
    return loaded


@pytest.mark.parametrize("name", EXPECTED)
def test_each_setting_is_what_we_promise(name: str, settings: Settings) -> None:
    assert settings[name] == EXPECTED[name]
    assert settings.getpriority(name) == 20, "set explicitly, not by default"


def test_only_http_and_https_can_be_fetched(settings: Settings) -> None:
    handlers = {scheme for scheme, path in settings.getwithbase("DOWNLOAD_HANDLERS").items() if path is not None}
    assert handlers == {"http", "https"}


def test_only_the_middlewares_we_need_are_on(settings: Settings) -> None:
    names = {path.rpartition(".")[2] for path in build_component_list(settings.getwithbase("DOWNLOADER_MIDDLEWARES"))}
    assert names == {"DownloadTimeoutMiddleware", "UserAgentMiddleware", "DownloaderStats"}
    spider = {path.rpartition(".")[2] for path in build_component_list(settings.getwithbase("SPIDER_MIDDLEWARES"))}
    assert spider == {"StartSpiderMiddleware", "HttpErrorMiddleware", "UrlLengthMiddleware", "DepthMiddleware"}


def test_no_extension_listens_and_feed_exports_stay(settings: Settings) -> None:
    names = {path.rpartition(".")[2] for path in build_component_list(settings.getwithbase("EXTENSIONS"))}
    assert names == {"CoreStats", "LogCount", "MemoryUsage", "CloseSpider", "FeedExporter"}
    storages = {name for name, path in settings.getwithbase("FEED_STORAGES").items() if path is not None}
    assert storages == {"", "file", "stdout"}


def test_the_user_agent_names_product_version_and_contact(settings: Settings) -> None:
    assert settings["USER_AGENT"].startswith("presswatch/")
    assert "(+https://" in settings["USER_AGENT"]


CRAWL = """
import sys
from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

class Two(Spider):
    name = "two"
    async def start(self):
        for n in (1, 2):
            yield {"n": n, "title": "Fähre"}

settings = Settings()
settings.setmodule("scraper.settings", priority="project")
settings.set("FEEDS", {sys.argv[1]: {"format": "json"}}, priority="cmdline")
process = AsyncCrawlerProcess(settings)
process.crawl(Two)
process.start()
"""


def test_items_of_a_crawl_are_exported_and_nothing_is_said_on_stdout(tmp_path: Path) -> None:
    out = tmp_path / "items.json"
    done = subprocess.run([sys.executable, "-c", CRAWL, str(out)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert '"title": "Fähre"' in out.read_text(encoding="utf-8")
