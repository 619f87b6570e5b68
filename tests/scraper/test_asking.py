"""Options of sources: what is posted, asked for, and never shown."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.asking import Post, SourceRequests, basic_credentials
from scraper.errors import ConfigError
from scraper.forms import MOST_FIELDS, hidden_fields
from scraper.proxy import Proxy


def test_hidden_fields_are_found_however_they_are_written() -> None:
    page = """<FORM><INPUT TYPE="hidden" NAME=a VALUE=1><input value='x > "y"' name='b' type='hidden'/>
    <input type=hidden name="c" value="&lt;&amp;&quot;"><input type=text name=d value=2><input name=e type=hidden>
    <input type=hidden name=a value=other><input type=hidden value=nameless>"""
    assert hidden_fields(page) == {"a": "1", "b": 'x > "y"', "c": '<&"', "e": ""}


def test_hidden_fields_are_found_beside_any_letter() -> None:
    """Some change their length as they change their case."""
    page = "<p>İstanbul, é</p><Input type=hidden name=a value=1><iNPUT type=hidden name=b value='é'><ınput name=c>"
    assert hidden_fields(page) == {"a": "1", "b": "é"}


@pytest.mark.parametrize(
    "page", ["<input " * 100_000, "<input type=hidden name='" * 20_000, '<input a="' + "b" * 900_000]
)
def test_broken_pages_cost_no_more_than_their_length(page: str) -> None:
    assert hidden_fields(page) == {}


@given(st.text())
def test_any_text_may_be_a_page(page: str) -> None:
    assert len(hidden_fields(page + "<input type=hidden name=q value=7>")) <= MOST_FIELDS


def test_our_fields_replace_hidden_ones_and_go_with_the_others() -> None:
    body = Post((("page", "2"), ("kind", "press release & more"))).body({"__VIEWSTATE": "a+b=", "page": "1"})
    assert parse_qsl(body.decode()) == [("__VIEWSTATE", "a+b="), ("page", "2"), ("kind", "press release & more")]


@pytest.mark.parametrize(
    ("language", "said"), [(None, None), ("de", "de, *;q=0.5"), ("de-AT", "de-AT, de;q=0.9, *;q=0.5")]
)
def test_a_language_is_asked_for_before_any_other(language: str | None, said: str | None) -> None:
    assert SourceRequests(language=language).accept_language == said


def test_basic_credentials_are_utf8() -> None:
    assert basic_credentials("Grün", "pass:word") == "Basic R3LDvG46cGFzczp3b3Jk"
    with pytest.raises(ValueError, match="colon"):
        basic_credentials("a:b", "c")


def test_no_secret_is_in_a_repr() -> None:
    proxy = Proxy.parse("http://walker:by%20night@proxy.example:3128")
    asking = SourceRequests({"X-Key": "anchor"}, Post((("token", "anchor"),), b"anchor"), proxy=proxy)
    assert "anchor" not in repr(asking)
    assert "night" not in repr(asking)
    assert (proxy.user, proxy.password, proxy.netloc) == ("walker", "by night", "proxy.example:3128")


@pytest.mark.parametrize(
    "url", ["proxy.example:3128", "https://proxy.example", "ftp://x", "socks4://x", "http://x/path", "socks5://[::1"]
)
def test_what_is_no_proxy_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Proxy.parse(url)
    assert url not in str(refused.value)
