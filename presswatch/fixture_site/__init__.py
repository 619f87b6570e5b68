"""Real HTTP servers on loopback, for the demo and the tests: a news site that goes through several moments, a farm of
small sites, and a receiver of webhooks. Standard library only; nothing of presswatch itself is used here.

    >>> with FixtureSite("m0-first-look") as site:          # doctest: +SKIP
    ...     site.url("/en/news/")
    'http://127.0.0.1:40123/en/news/'
"""

from presswatch.fixture_site.farm import FarmItem, SiteFarm
from presswatch.fixture_site.server import Answer, Exchange, Fault, LoopbackServer, Request
from presswatch.fixture_site.site import FixtureSite, fixtures_folder, list_moments, load_expected
from presswatch.fixture_site.webhook import Received, WebhookReceiver, verify_signature

__all__ = [
    "Answer",
    "Exchange",
    "FarmItem",
    "Fault",
    "FixtureSite",
    "LoopbackServer",
    "Received",
    "Request",
    "SiteFarm",
    "WebhookReceiver",
    "fixtures_folder",
    "list_moments",
    "load_expected",
    "verify_signature",
]
