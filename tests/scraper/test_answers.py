"""What is kept of an answer can be used again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from scrapy.http import Response

from scraper.answers import read_answer
from scraper.types import Page, Validators

URL = "https://bureau.example/news"


def validators_of(headers: dict[str, bytes]) -> Validators | None:
    answer = read_answer(
        URL,
        Response(URL, headers=headers, body=b"<h1>News</h1>"),
        sent=None,
        redirects=(),
        now=datetime(2026, 3, 2, tzinfo=UTC),
        body_bytes=1_000_000,
        retry_cap=timedelta(days=1),
    )
    assert isinstance(answer, Page)
    return answer.validators


@pytest.mark.parametrize("etag", [b'"v1"', b'W/"v1"', b"v1", b'"caf\xe9"', b'"a b"'])
def test_etags_of_all_sorts_are_kept(etag: bytes) -> None:
    assert validators_of({"ETag": etag}) == Validators(URL, etag=etag.decode("latin-1"))


@pytest.mark.parametrize("bad", [b'"a\0b"', b'"a\nb"', b'"a\rb"', b'"\x1b[2J"', b'"\x7f"', b'"' + b"x" * 1_001])
def test_validator_that_could_not_be_sent_back_is_not_kept(bad: bytes) -> None:
    """Otherwise each later request to the page would fail."""
    assert validators_of({"ETag": bad}) is None
    assert validators_of({"Last-Modified": bad, "ETag": b'"v1"'}) == Validators(URL, etag='"v1"')
