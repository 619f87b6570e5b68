"""Scrapy's settings for presswatch, each one that matters set explicitly: the library's own defaults verify no
certificate, allow a page of a gigabyte, retry at once, and listen on two ports.

What stays above Scrapy is ours and therefore off here: redirects (each hop passes robots, spacing and guard, and drops
credentials), decompression (with a limit on the decompressed size), retries (the due table is the retry), robots.txt
(with an expiry), spacing per site (in the database, shared with other processes).
"""

from importlib.metadata import PackageNotFoundError, version

try:
    _VERSION = version("presswatch")
except PackageNotFoundError:  # a checkout on sys.path that was never installed
    _VERSION = "0"

BOT_NAME = "presswatch"
CONTACT_URL = "https://github.com/presswatch/presswatch"
USER_AGENT = f"presswatch/{_VERSION} (+{CONTACT_URL})"
SPIDER_MODULES = ["scraper.spiders"]
NEWSPIDER_MODULE = "scraper.spiders"
COMMANDS_MODULE = "scraper.commands"

# One loop for Scrapy, APScheduler and our own coroutines.
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
TWISTED_REACTOR_ENABLED = True
ASYNCIO_EVENT_LOOP = None
REQUEST_FINGERPRINTER_CLASS = "scrapy.utils.request.RequestFingerprinter"

# Our download handler looks names up itself; whatever still asks Twisted gets no answer of months ago.
DNSCACHE_ENABLED = False

# Only http and https can be fetched at all.
DOWNLOAD_HANDLERS = {
    "http": "scraper.handler.HttpDownloadHandler",
    "https": "scraper.handler.HttpDownloadHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_TLS_MIN_VERSION = "TLSv1.2"

# Bounds. fetch() sets its own per request from its Limits; these hold for anything that goes around it. That a body
# which is not what was announced is a failure cannot be switched off.
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 10_000_000
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = True
URLLENGTH_LIMIT = 4_000
MEMUSAGE_ENABLED = True
MEMUSAGE_LIMIT_MB = 700
MEMUSAGE_WARNING_MB = 0

# Scrapy starts this many tasks per response: the default of 100 costs a millisecond each time (scrapy issue 5182).
CONCURRENT_ITEMS = 2
CONCURRENT_REQUESTS = 64
CONCURRENT_REQUESTS_PER_DOMAIN = 1
# Spacing is in our own tables: Scrapy's slots forget a site after a minute, and know nothing of other processes.
DOWNLOAD_DELAY = 0
DOWNLOAD_DELAY_JITTER = 0
AUTOTHROTTLE_ENABLED = False

RETRY_ENABLED = False
REDIRECT_ENABLED = False
REDIRECT_MAX_TIMES = 0
METAREFRESH_ENABLED = False
COMPRESSION_ENABLED = False
COOKIES_ENABLED = False
REFERER_ENABLED = False
HTTPPROXY_ENABLED = False  # behind a proxy of the environment the guard would see the proxy's address only
HTTPCACHE_ENABLED = False
ROBOTSTXT_OBEY = False
HTTPAUTH_USER = ""
HTTPAUTH_PASS = ""
DEFAULT_REQUEST_HEADERS: dict[str, str] = {}  # fetch() says all that is said

# No listening port, no execution of what is posted to it, no console.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

_DOWNLOADER = "scrapy.downloadermiddlewares"
DOWNLOADER_MIDDLEWARES: dict[str, int | None] = {
    f"{_DOWNLOADER}.offsite.OffsiteMiddleware": None,
    f"{_DOWNLOADER}.robotstxt.RobotsTxtMiddleware": None,
    f"{_DOWNLOADER}.httpauth.HttpAuthMiddleware": None,
    f"{_DOWNLOADER}.defaultheaders.DefaultHeadersMiddleware": None,
    f"{_DOWNLOADER}.retry.RetryMiddleware": None,
    f"{_DOWNLOADER}.redirect.MetaRefreshMiddleware": None,
    f"{_DOWNLOADER}.httpcompression.HttpCompressionMiddleware": None,
    f"{_DOWNLOADER}.redirect.RedirectMiddleware": None,
    f"{_DOWNLOADER}.cookies.CookiesMiddleware": None,
    f"{_DOWNLOADER}.httpproxy.HttpProxyMiddleware": None,
    f"{_DOWNLOADER}.httpcache.HttpCacheMiddleware": None,
}
SPIDER_MIDDLEWARES: dict[str, int | None] = {
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
# What is on, in place of None for what is off: Scrapy imports whatever it is told to leave out, and the remote control
# alone brings an HTTP client and server along, a sixth of what a check costs to begin.
_EXTENSIONS = "scrapy.extensions"
EXTENSIONS_BASE = {
    f"{_EXTENSIONS}.corestats.CoreStats": 0,
    f"{_EXTENSIONS}.logcount.LogCount": 0,
    f"{_EXTENSIONS}.memusage.MemoryUsage": 0,
    f"{_EXTENSIONS}.closespider.CloseSpider": 0,
    f"{_EXTENSIONS}.feedexport.FeedExporter": 0,
}

# Feed exports (-O items.json) stay as people know them, but write to files only, and CSV is safe for spreadsheets.
FEED_EXPORT_ENCODING = "utf-8"
FEED_EXPORTERS = {"csv": "scraper.csv_export.InertCsvExporter"}
FEED_STORAGES: dict[str, str | None] = {"ftp": None, "ftps": None, "s3": None, "gs": None}

LOG_LEVEL = "INFO"
LOG_VERSIONS: list[str] = []
LOGSTATS_INTERVAL = 0
STATS_DUMP = False
