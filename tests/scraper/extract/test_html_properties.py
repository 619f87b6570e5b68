"""What must not matter: wrappers, white space, class names, attribute order, encoding; and what must never raise."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.extract import extract
from scraper.types import Extraction

from .pages import NOW, SITE, look, page
from .test_listings import SHAPES, cards

LISTING = page('<div class="list wide">' + "".join(map(cards, range(8))) + "</div>")


def told(found: Extraction) -> list[tuple[object, ...]]:
    return [(i.title, i.url, i.published.on if i.published else None) for i in found.items]


def in_wrappers(html: str) -> str:
    return html.replace("<main>", "<main><div><div>").replace("</main>", "</div></div></main>")


def with_other_classes(html: str) -> str:
    return re.sub(r'class="([^"]*)"', lambda m: 'class="' + " ".join(f"x{w[::-1]}" for w in m[1].split()) + '"', html)


def minified(html: str) -> str:
    return re.sub(r">\s+<", "><", html)


def spread_out(html: str) -> str:
    return re.sub(r"(</?(?:div|main|article|ul|li|p|h2|table|tr|td)\b[^>]*>)", r"\n   \1\n  ", html)


@pytest.mark.parametrize("change", [in_wrappers, with_other_classes, minified, spread_out])
@pytest.mark.parametrize(("name", "start", "shape", "stop"), SHAPES, ids=[s[0] for s in SHAPES])
def test_items_do_not_depend_on_dress(change, name, start, shape, stop) -> None:  # type: ignore[no-untyped-def]
    html = page(start + "".join(map(shape, range(8))) + stop)
    assert told(look(change(html))) == told(look(html))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
def test_items_do_not_depend_on_the_encoding(encoding: str) -> None:
    html = LISTING.replace('<meta charset="utf-8">', "").replace("harbour", "harbour’s")
    found = extract(html.encode(encoding), SITE, content_type=f"text/html; charset={encoding}", now=NOW)
    assert told(found) == told(look(html))


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=len(LISTING)))
def test_a_page_cut_at_any_byte_never_raises(length: int) -> None:
    extract(LISTING.encode()[:length], SITE, content_type="text/html", now=NOW)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from("<div> </div> <a href=/x/1> </a> <tr> <td> <h2> text 2026-03-01 <li> <ul> <table> <p>".split())
    )
)
def test_any_heap_of_tags_never_raises(parts: list[str]) -> None:
    extract(("<html><body>" + "".join(parts)).encode(), SITE, content_type="text/html", now=NOW)


def test_a_page_nested_without_end_is_read_within_bounds() -> None:
    look("<html><body>" + "<div>" * 20_000 + "deep" + "<a href=/x>y</a>" * 100)


def test_same_page_gives_same_answer() -> None:
    assert look(LISTING) == look(LISTING)
