"""The straight way to the download handler, and the long one for whoever looks on."""

from __future__ import annotations

from typing import Any

import pytest

from scraper.settings import DOWNLOADER_MIDDLEWARES, EXTENSIONS_BASE, USER_AGENT
from tests.scraper.misbehaving import PAGE, serve
from tests.scraper.test_fetch import probe

MIDDLEWARE = {"DOWNLOADER_MIDDLEWARES": {**DOWNLOADER_MIDDLEWARES, "tests.scraper.fetch_probe.MarkingMiddleware": 500}}
EXTENSION = {"EXTENSIONS_BASE": {**EXTENSIONS_BASE, "tests.scraper.fetch_probe.MarkingExtension": 500}}


@pytest.mark.parametrize(
    ("settings", "marked", "through_engine"),
    [
        ({}, None, 0),
        (MIDDLEWARE, "by a middleware", 3),
        (EXTENSION, "by an extension", 3),
        ({"STATS_DUMP": True}, None, 3),
    ],
    ids=["nobody", "middleware", "extension", "statistics"],
)
def test_requests_go_through_all_of_scrapy_where_somebody_looks_on(
    settings: dict[str, Any], marked: str | None, through_engine: int
) -> None:
    with serve() as site:
        fetches = [{"url": f"{site.base}/{path}", "limits": {"seconds": 5}} for path in ("ok", "gzip", "short")]
        *found, ways = probe({"allow": "127.0.0.0/8", "fetches": fetches, "settings": settings, "ways": True})
    assert [one.get("body") for one in found] == [PAGE.decode(), PAGE.decode(), None]
    assert found[2]["reason"] == "incomplete"
    assert ways == {"through_engine": through_engine}
    assert {headers.get("x-marked") for _, headers in site.seen} == {marked}
    assert {headers["user-agent"] for _, headers in site.seen} == {USER_AGENT}
