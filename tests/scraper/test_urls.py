"""One form for identity, absolute links, and the unit of politeness."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.urls import canonicalize_url, is_literal, origin_of, resolve_url, site_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.example.org/news/1", "https://example.org/news/1/"),
        ("https://example.org/news/1?utm_source=x&utm_medium=y", "https://example.org/news/1"),
        ("https://example.org/news?id=7&fbclid=abc", "https://example.org/news?id=7"),
        ("https://example.org/news;jsessionid=A1B2C3?id=7", "https://example.org/news?id=7"),
        ("https://example.org/(S(lit3py55t21z5v55vlm25s55))/news/7", "https://example.org/news/7"),
        ("https://example.org/app/(X(1)S(lit3py55t21z5v55vlm25s55))/n.aspx?i=7", "https://example.org/app/n.aspx?i=7"),
        ("https://example.org/n/7;PHPSESSID=0123456789abcdef/", "https://example.org/n/7"),
        ("https://example.org/n?PHPSESSID=0123456789abcdef0123&id=2", "https://example.org/n?id=2"),
        ("https://example.org/n?sid=0123456789abcdef0123&id=2", "https://example.org/n?id=2"),
        ("https://example.org/a?b=1&a=2", "https://example.org/a?a=2&b=1"),
        ("https://example.org/a#top", "https://example.org/a"),
        ("https://example.org//a//b", "https://example.org/a/b"),
        ("https://EXAMPLE.org:443/a", "http://example.org/a"),
        ("https://example.org/%D0%BD%D0%BE%D0%B2", "https://example.org/нов"),
        ("https://example.org/%d0%bd", "https://example.org/%D0%BD"),
        ("https://example.org/a/index.html", "https://example.org/a/"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://example.org/a?x=1&amp;y=2", "https://example.org/a?x=1&y=2"),
    ],
)
def test_spellings_of_one_address_are_one(one: str, other: str) -> None:
    assert canonicalize_url(one) == canonicalize_url(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/news?id=7", "https://example.org/news?id=8"),
        ("https://example.org/news?sid=7", "https://example.org/news?sid=8"),  # a story id, not a session
        ("https://example.org/news", "https://news.example.org/"),
        ("https://example.org/#!/news/1", "https://example.org/#!/news/2"),
        ("https://example.org/a%2Fb", "https://example.org/a/b"),
        ("https://example.org/(2026)/news", "https://example.org/(2025)/news"),
        ("https://example.org:8080/a", "https://example.org/a"),
        ("https://example.org/A", "https://example.org/a"),
    ],
)
def test_different_addresses_stay_different(one: str, other: str) -> None:
    assert canonicalize_url(one) != canonicalize_url(other)


_PIECES = "www. a b-c . / // index.html default.PHP ~1 a:b @ ! ' , & = + .. ./ ;sid=1 (S(x)) %20 ?a=1 #!x :80 é".split()


@given(st.sampled_from(["https://", "http://www."]), st.lists(st.sampled_from(_PIECES), max_size=6))
def test_short_way_to_the_canonical_form_ends_where_the_long_one_does(scheme: str, pieces: list[str]) -> None:
    url = f"{scheme}example.org/{''.join(pieces)}"
    odd = f"HTTPS://{url.partition('//')[2]}"
    assert canonicalize_url(url) == canonicalize_url(odd)


@given(st.text(max_size=80).map(lambda tail: "https://example.org/" + tail) | st.text(max_size=60))
def test_canonicalising_twice_equals_once(url: str) -> None:
    once = canonicalize_url(url)
    assert canonicalize_url(once) == once


@pytest.mark.parametrize(
    "url",
    [
        "https://[2001:db8::1]:8080/a?q=//b",
        "https://example.org/a?" + "x&" * 400 + "utm_source=y",
        "https://example.org/a?next=https://example.net/&b=1",
        "https://example.org/\ud800?\udfff",
    ],
)
def test_canonical_form_of_odd_addresses_is_its_own(url: str) -> None:
    once = canonicalize_url(url)
    assert once.startswith(("example.org/", "[2001:db8::1]:8080/"))
    assert canonicalize_url(once) == once


@given(st.text(max_size=100), st.text(max_size=100))
def test_no_href_ever_raises(base: str, href: str) -> None:
    for where in (base, "https://example.org/a/"):
        found = resolve_url(where, href)
        assert found is None or found.startswith(("http://", "https://"))
    site_of(href)
    origin_of(href)


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("b", "https://example.org/a/b"),
        ("/b?x=1", "https://example.org/b?x=1"),
        ("//cdn.example.net/b", "https://cdn.example.net/b"),
        (" \n/b\t/c ", "https://example.org/b/c"),
        ("/with space", "https://example.org/with%20space"),
        ("HTTPS://Example.ORG/B", "https://example.org/B"),
        ("javascript:alert(1)", None),
        ("mailto:a@example.org", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("http://[::1", None),
        ("http://user:secret@example.org/", None),
        ("http://internal\\@example.org/", None),
        ("", None),
        ("/a\ud800b", "https://example.org/a%EF%BF%BDb"),
        ("/a#b\x1b]0;c\x07d", "https://example.org/a#b%1B]0;c%07d"),
        ("//exam\x01ple.org/", None),
        ("//exam\u202eple.org/", None),
        ("//exam<ple.org/", None),
        ("//exa%2emple.org/", None),
    ],
)
def test_links_resolve_as_in_a_browser(href: str, expected: str | None) -> None:
    assert resolve_url("https://example.org/a/", href) == expected


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.mfa.example.co.uk/news", "example.co.uk"),
        ("https://someone.github.io/blog", "someone.github.io"),
        ("http://127.0.0.5:8080/x", "127.0.0.5:8080"),
        ("http://[::1]:8080/x", "[::1]:8080"),
        ("http://localhost:8000/", "localhost:8000"),
        ("https://example.org./", "example.org"),
        ("http://[fe80::1%25eth0]/", "[fe80::1%25eth0]:80"),
        ("http://1.2.3.4%25a.example.org/", "example.org"),
        ("https://[1", ""),
    ],
)
def test_site_is_the_registrable_domain(url: str, site: str) -> None:
    assert site_of(url) == site


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("192.0.2.1", True),
        ("2001:db8::1", True),
        ("[2001:db8::1]", True),
        ("fe80::1%eth0", True),
        ("192.0.2.1%eth0", False),
        ("192.0.2", False),
        ("example.org", False),
        ("", False),
    ],
)
def test_a_literal_is_an_address_and_no_name(host: str, expected: bool) -> None:
    assert is_literal(host) is expected


@given(
    st.sampled_from(
        ["https://example.org/a/b?c", "http://example.org", "https://example.org:8443/x", "https://E.org/"]
    ),
    st.lists(
        st.sampled_from(
            "/ // . .. a b1 %20 % ? # = & : @ http:// https:// h.example h.example:80 - ~ ; \\ é [ ]".split()
        ),
        min_size=1,
        max_size=8,
    ).map("".join),
)
def test_a_plain_link_resolves_as_one_that_needs_care(base: str, href: str) -> None:
    # White space around a link means nothing, and is what makes it no plain one.
    assert resolve_url(base, href) == resolve_url(base, f" {href}")
