"""Hand-written recipes: selectors, attributes, hooks, and errors that name what is wrong."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from bs4 import BeautifulSoup

from scraper.errors import ExtractError
from scraper.extract import extract
from scraper.types import Extraction, Recipe

from .pages import NOW, SITE

HTML = """<div class="board">
<div class="row" data-to="/n/1"><b>First notice</b><i>05.03.2026 14:30</i><u>Some words</u></div>
<div class="row" data-to="/n/2"><b>Second notice</b><i>01.03.2026</i></div>
</div><div class="row"><b>Elsewhere</b></div>"""


def use(recipe: Recipe) -> Extraction:
    return extract(HTML.encode(), SITE, now=NOW, recipe=recipe)


def test_selectors_read_text_and_attributes() -> None:
    recipe = Recipe(
        origin="hand", listing=".board", item=".row", title="b", link="@data-to", date="i", summary="u",
        date_order="DMY", timezone="Europe/Vienna",
    )  # fmt: skip
    first, second = use(recipe).items
    assert (first.title, first.url, first.summary) == (
        "First notice",
        "https://www.harbour-office.example/n/1",
        "Some words",
    )
    assert first.published is not None
    assert first.published.iso() == "2026-03-05T14:30:00+01:00"
    assert second.published is not None
    assert second.published.iso() == "2026-03-01"


@pytest.mark.parametrize(
    ("recipe", "named"),
    [
        (Recipe(origin="hand", item="div["), "'div['"),
        (Recipe(origin="hand", item=".row", title="b["), "title"),
        (Recipe(origin="hand"), "item"),
        (Recipe(origin="hand", hook="no.such.module:f"), "no.such.module:f"),
        (Recipe(origin="hand", hook="json"), "json"),
        (Recipe(origin="hand", hook=f"{__name__}:broken_hook"), "broken_hook"),
    ],
)
def test_an_error_names_what_failed(recipe: Recipe, named: str) -> None:
    with pytest.raises(ExtractError) as error:
        use(recipe)
    assert named in str(error.value)
    assert error.value.url == SITE


def good_hook(soup: BeautifulSoup, url: str) -> Iterable[Mapping[str, Any]]:
    for row in soup.select(".board .row"):
        yield {"title": row.b.text if row.b else "", "url": row["data-to"], "published": "2026-03-01"}


def broken_hook(soup: BeautifulSoup, url: str) -> Iterable[Mapping[str, Any]]:
    raise KeyError("board")


def test_a_hook_gets_the_soup_and_gives_the_items() -> None:
    found = use(Recipe(origin="hand", hook=f"{__name__}:good_hook"))
    assert [i.title for i in found.items] == ["First notice", "Second notice"]
    assert found.tier == "recipe"


def test_a_recipe_that_matches_nothing_gives_no_items_and_says_so() -> None:
    found = use(Recipe(origin="hand", item=".gone"))
    assert not found.items
    assert "matched nothing" in found.verdict.reasons[0]


def test_records_in_records_without_end_are_refused_in_little_time() -> None:
    started = time.process_time()
    page = "<ul><li><a href=/x>x</a>" * 3_000
    with pytest.raises(ExtractError, match="lies in itself"):
        extract(page.encode(), SITE, now=NOW, recipe=Recipe(origin="hand", item="li", summary="p.none"))
    assert time.process_time() - started < 3


def test_what_a_recipe_reads_is_as_bounded_as_anything_else() -> None:
    long = "word " * 5_000
    page = f"<ul><li><a href=/x>{long}</a><p>{long}</p><time>{long}</time></li></ul>"
    recipe = Recipe(origin="hand", item="li", title="a", summary="p", date="time")
    (item,) = extract(page.encode(), SITE, now=NOW, recipe=recipe).items
    assert len(item.title) <= 1_000
    assert len(item.summary or "") <= 5_000
