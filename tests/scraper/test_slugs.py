"""Slugs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.slugs import LONGEST, PATTERN, slugify, slugify_url, unique_slug


@pytest.mark.parametrize(
    ("name", "url", "slug"),
    [
        ("Ministry of Tides – News", "https://tides.example/news", "ministry-of-tides-news"),
        ("Größe & Æther: Łódź", "https://a.example/", "grosse-aether-lodz"),
        ("Новости министерства", "https://www.prilivy.example/ru", "prilivy-example"),
        ("潮汐部", "https://tides.example:8443/", "tides-example-8443"),
        ("", "http://127.0.0.1:8000/list", "127-0-0-1-8000"),
        ("", "http://приливы.example/", "xn--b1aghchk8h-example"),
        ("", "", "source"),
        ("!!!", "http://[", "source"),
    ],
)
def test_slugs_come_from_the_name_else_from_the_host(name: str, url: str, slug: str) -> None:
    made = slugify(name, url)
    assert re.fullmatch(PATTERN, made)
    if not slug.startswith("xn-"):
        assert made == slug
    else:
        assert made.startswith("xn-")


def test_long_names_are_cut_at_a_word() -> None:
    slug = slugify("The Permanent Commission for the Harmonisation of Lighthouse Signals")
    assert slug == "the-permanent-commission-for-the"


def test_taken_slugs_get_a_number() -> None:
    assert unique_slug("tides", []) == "tides"
    assert unique_slug("tides", ["tides", "tides-2"]) == "tides-3"
    assert len(unique_slug("a" * LONGEST, ["a" * LONGEST])) == LONGEST


@given(st.text(max_size=80), st.text(max_size=80))
def test_every_slug_is_a_legal_one(name: str, url: str) -> None:
    slug = slugify(name, url)
    assert re.fullmatch(PATTERN, slug)
    assert len(slug) <= LONGEST


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("https://www.tides.example/en/news/", "tides-example-en-news"),
        ("http://127.0.0.1:8000/list?page=2", "127-0-0-1-8000-list"),
        ("https://tides.example/" + "a-long-path/" * 9, "tides-example-a-long-path-a-long-path-a"),
        ("http://[", "page"),
        ("", "page"),
    ],
)
def test_a_page_without_a_name_is_called_by_host_and_path(url: str, slug: str) -> None:
    made = slugify_url(url)
    assert made == slug
    assert re.fullmatch(PATTERN, made)
