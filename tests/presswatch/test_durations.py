"""Lengths of time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presswatch.durations import LONGEST, parse_duration, render_duration


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
