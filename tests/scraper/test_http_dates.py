"""Times in HTTP headers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.http_dates import parse_http_date, parse_retry_after

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"],
)
def test_all_three_forms_of_a_date_are_read(text: str) -> None:
    assert parse_http_date(text) == datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("86400", 86_400),
        ("86401", 86_400),
        ("9" * 40, 86_400),
        ("Sun, 01 Mar 2026 12:05:00 GMT", 300),
        ("Sun, 01 Mar 2026 14:05:00 +0200", 300),
        ("Tue, 01 Mar 2039 12:05:00 GMT", 86_400),
    ],
)
def test_a_wait_is_seconds_or_a_date_and_at_most_a_day(text: str, seconds: int) -> None:
    assert parse_retry_after(text, now=NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", [None, "", "0", "-5", "1.5", "soon", "Sun, 01 Mar 2026 11:00:00 GMT", "Sun, 99 Foo 2026", "١٢٠", "x" * 1000]
)
def test_nonsense_and_the_past_ask_for_no_wait(text: str | None) -> None:
    assert parse_retry_after(text, now=NOW) is None


@given(st.text(max_size=80))
def test_no_text_makes_it_raise(text: str) -> None:
    found = parse_retry_after(text, now=NOW)
    assert found is None or NOW < found <= NOW + timedelta(days=1)
