"""Bot walls behind error statuses are told from ordinary refusals."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import pytest
from scrapy.http import HtmlResponse

from scraper.answers import read_answer
from scraper.errors import FetchError
from scraper.health import episode_of
from scraper.types import EpisodeClass, Outcome
from scraper.walls import is_wall

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WALL = b"<title>Just a moment...</title><p>Checking your browser before you enter.</p>"
PLAIN = b"<h1>Forbidden</h1><p>You may not read this folder.</p>"


@pytest.mark.parametrize(
    ("status", "headers", "body", "wall"),
    [
        (403, {}, WALL, True),
        (503, {}, WALL.upper(), True),
        (401, {}, b'<script src="/cdn/challenge-platform/x.js">', True),
        (403, {"cf-mitigated": "challenge"}, b"", True),
        (429, {"x-datadome": "protected"}, b"", True),
        (403, {}, PLAIN, False),
        (503, {}, b"<h1>Down for maintenance</h1>", False),
        (404, {}, WALL, False),
        (500, {}, WALL, False),
        (403, {}, b"x" * 200_000 + WALL, False),
    ],
)
def test_wall_is_known_by_its_headers_or_first_words(
    status: int, headers: dict[str, str], body: bytes, wall: bool
) -> None:
    assert is_wall(status, headers, body) is wall


def refused(status: int, body: bytes, **headers: str) -> FetchError:
    """The error as which an answer ends."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = HtmlResponse("https://bureau.org/news", status=status, body=body, headers=named)
    with pytest.raises(FetchError) as caught:
        read_answer(
            response.url,
            response,
            sent=None,
            redirects=(),
            now=NOW,
            body_bytes=1_000_000,
            retry_cap=timedelta(days=1),
        )
    return caught.value


def test_refusal_with_a_wall_is_blocked_and_without_one_fails() -> None:
    blocked = refused(403, gzip.compress(WALL), content_encoding="gzip")
    assert (blocked.reason, blocked.status) == ("blocked", 403)
    assert "bot wall" in str(blocked)
    assert episode_of(Outcome.FAILED, blocked.reason) is EpisodeClass.BLOCKED
    failed = refused(403, PLAIN)
    assert failed.reason == "http_4xx"
    assert episode_of(Outcome.FAILED, failed.reason) is EpisodeClass.FAILING


def test_wall_that_asks_to_wait_is_left_alone_so_long() -> None:
    assert refused(503, WALL, retry_after="600").not_before == NOW + timedelta(seconds=600)


def test_refusal_that_cannot_be_decompressed_is_a_refusal() -> None:
    assert refused(403, b"no gzip", content_encoding="gzip").reason == "http_4xx"
    assert refused(503, gzip.compress(b"0" * 20_000_000), content_encoding="gzip").reason == "http_5xx"
