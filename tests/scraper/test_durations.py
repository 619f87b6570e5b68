"""Lengths of time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.durations import LONGEST, distance, parse_duration, render_duration, span_in_words, spoken


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("30m", 1800),
        ("6h", 21600),
        ("1d", 86400),
        ("1d12h", 129600),
        ("1h30m", 5400),
        ("2w", 1209600),
        ("500ms", 0.5),
        ("0s", 0),
        ("1m0s", 60),
        ("3660d", 3660 * 86400),
    ],
)
def test_durations_read_as_written(text: str, seconds: float) -> None:
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize(
    "text",
    ["", "30", "m", "-5m", "5 m", "30M", "1.5h", "30m1h", "1h1h", "5min", "30m\n", " 30m", "٣m", "9" * 5000 + "s"],
)
def test_other_texts_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"30m") as caught:
        parse_duration(text)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("text", ["3661d", "999999999w", "522w10d"])
def test_more_than_ten_years_is_too_long(text: str) -> None:
    with pytest.raises(ValueError, match="ten years"):
        parse_duration(text)


@given(st.integers(0, LONGEST // timedelta(milliseconds=1)))
def test_what_is_rendered_reads_back(milliseconds: int) -> None:
    length = timedelta(milliseconds=milliseconds)
    assert parse_duration(render_duration(length)) == length


@given(st.text(alphabet="0123456789wdhms -", max_size=12))
def test_any_text_is_a_duration_or_a_value_error(text: str) -> None:
    try:
        length = parse_duration(text)
    except ValueError:
        return
    assert timedelta(0) <= length <= LONGEST


@pytest.mark.parametrize(
    ("seconds", "short", "long"),
    [
        (1, "1s", "1 second"),
        (60, "1m", "60 seconds"),
        (1800, "30m", "30 minutes"),
        (5400, "1h 30m", "90 minutes"),
        (3 * 3600, "3h", "3 hours"),
        (86400, "1d", "24 hours"),
        (3 * 86400 + 7261, "3d 2h", "3 days"),
    ],
)
def test_lengths_are_told_as_people_say_them(seconds: int, short: str, long: str) -> None:
    assert spoken(timedelta(seconds=seconds)) == short
    assert span_in_words(timedelta(seconds=seconds)) == long


def test_a_moment_is_ahead_or_past_or_now() -> None:
    away = [timedelta(hours=2), timedelta(minutes=-3), timedelta(milliseconds=-400)]
    assert [distance(one) for one in away] == ["in 2 h", "3 min ago", "now"]
