"""How long an answer is good as a copy, and what nonsense servers send."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.freshness import LONGEST, fresh_until

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AT = "Mon, 02 Mar 2026 12:00:00 GMT"
SKEWED = "Mon, 02 Mar 2026 09:30:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": 'Public, Max-Age="600", must-revalidate'}, 600),
        ({"cache-control": "max-age=600", "age": "240"}, 360),
        ({"cache-control": "max-age=600", "age": "900"}, None),
        ({"cache-control": "max-age=600", "age": "soon"}, 600),
        ({"cache-control": "max-age=0"}, None),
        ({"cache-control": "max-age=-1"}, None),
        ({"cache-control": "max-age=1e9"}, None),
        ({"cache-control": "max-age="}, None),
        ({"cache-control": "no-cache, max-age=600"}, None),
        ({"cache-control": "max-age=600,no-store"}, None),
        ({"cache-control": 'no-cache="set-cookie", max-age=600'}, 600),
        ({"cache-control": "s-maxage=600"}, None),
        ({"cache-control": "s-maxage=60, max-age=600"}, 600),
        ({"cache-control": "max-age=900, max-age=300"}, 300),
        ({"cache-control": "max-age=99999999999999999999"}, 86_400),
        ({"cache-control": "max-age=0", "expires": "Mon, 02 Mar 2026 13:00:00 GMT"}, None),
        ({"expires": "Mon, 02 Mar 2026 13:00:00 GMT"}, 3600),
        ({"expires": "Mon, 02 Mar 2026 10:00:00 GMT", "date": SKEWED}, 1800),
        ({"expires": AT, "date": AT}, None),
        ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, None),
        ({"expires": "0"}, None),
        ({"expires": "-1", "date": AT}, None),
    ],
)
def test_what_a_server_says_of_its_answer(headers: dict[str, str], seconds: int | None) -> None:
    found = fresh_until(headers, NOW)
    assert found == (NOW + timedelta(seconds=seconds) if seconds else None)


@given(
    st.dictionaries(
        st.sampled_from(["cache-control", "expires", "date", "age"]),
        st.one_of(st.text(), st.from_regex(r"\A(max-age=\d*,? ?)+\Z"), st.sampled_from([AT, SKEWED])),
    )
)
def test_no_header_makes_an_answer_good_for_longer_than_a_day_or_for_no_time(headers: dict[str, str]) -> None:
    found = fresh_until(headers, NOW)
    assert found is None or NOW < found <= NOW + LONGEST
