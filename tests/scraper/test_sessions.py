"""Cookies go back to the very origin that set them, and are bounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.sessions import MOST_COOKIES, Session, Sessions

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
URL = "https://office.example/lists/press.aspx"


def session(*set_cookies: str, url: str = URL) -> Session:
    made = Session()
    made.note(url, set_cookies, NOW)
    return made


def test_a_cookie_goes_back_to_its_own_origin_only() -> None:
    made = session("id=7; Path=/; Domain=example; HttpOnly; Secure")
    assert made.header(URL, NOW) == "id=7"
    assert made.header("https://office.example/", NOW) == "id=7"
    for other in (
        "http://office.example/",
        "https://office.example:8443/",
        "https://www.office.example/",
        "https://example/",
        "https://other.example/",
    ):
        assert made.header(other, NOW) is None


def test_paths_and_lifetimes_are_kept() -> None:
    made = session(
        "here=1", "all=2; Path=/", "deep=3; Path=/lists/press.aspx", "old=4; Expires=Sat, 28 Feb 2026 10:00:00 GMT"
    )
    assert made.header(URL, NOW) == "deep=3; here=1; all=2"
    assert made.header("https://office.example/listsother", NOW) == "all=2"
    made.note(URL, ["all=; Path=/; Max-Age=0", "short=5; Path=/; Max-Age=60"], NOW)
    assert made.header("https://office.example/", NOW) == "short=5"
    assert made.header("https://office.example/", NOW + timedelta(seconds=61)) is None


def test_the_version_tells_whether_a_cookie_is_another_one() -> None:
    made = session("id=7")
    before = made.version
    made.note(URL, ["id=7"], NOW)
    assert made.version == before
    made.note(URL, ["id=8"], NOW)
    assert made.version == before + 1


@pytest.mark.parametrize("text", ["", "=x", "novalue", "a=b\r\nX: y", "a=\x00", "a" * 9_000 + "=1", ";;;=;"])
def test_what_is_no_cookie_is_left_out(text: str) -> None:
    assert session(text).header(URL, NOW) is None


def test_a_cookie_for_tls_only_is_not_taken_from_plain_http() -> None:
    assert session("id=7; Secure", url="http://office.example/").header("http://office.example/", NOW) is None


def test_a_jar_holds_so_many_and_there_are_so_many_jars() -> None:
    made = session(*(f"c{n}=1" for n in range(40)))
    made.note(URL, [f"d{n}=1" for n in range(40)], NOW)
    assert len((made.header(URL, NOW) or "").split("; ")) == MOST_COOKIES
    jars = Sessions(most=2)
    first = jars.of("a")
    first.note(URL, ["id=7"], NOW)
    assert jars.of("a").header(URL, NOW) == "id=7"
    assert jars.of("b").header(URL, NOW) is None
    jars.of("c")
    assert jars.of("a").header(URL, NOW) is None


def test_an_ended_session_begins_anew() -> None:
    jars = Sessions()
    jars.of("a").note(URL, ["id=7"], NOW)
    jars.end("a")
    jars.end("never seen")
    assert jars.of("a").header(URL, NOW) is None


@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_text_is_taken_and_what_is_sent_is_one_line(texts: list[str]) -> None:
    said = session(*texts).header(URL, NOW)
    assert said is None or not set(said) & set("\r\n\0")


def test_cookies_are_shown_by_no_repr() -> None:
    assert "anchor" not in repr(session("id=anchor"))
