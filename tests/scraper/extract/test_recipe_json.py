"""Recipes for listings that are JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scraper.errors import ExtractError
from scraper.extract import extract
from scraper.types import Extraction, PageKind, Recipe

from .pages import NOW, SITE

ANSWER = {
    "data": {
        "items": [
            {
                "title": {"rendered": "Harbour office &amp; lighthouse <b>open</b>"},
                "slug": "open day",
                "links": [{"href": "/n/open-day"}],
                "date": "05/03/2026",
                "excerpt": "<p>All are <i>welcome</i>.</p><script>x()</script>",
                "epoch": 1772668800,
            },
            {"title": {"rendered": "Second notice"}, "slug": "second", "links": [], "epoch": 1772668800123},
            {"title": {"rendered": ""}, "links": None},
            "loose text",
            None,
        ]
    }
}
FULL = Recipe(
    "hand", item="$.data.items[*]", title="$.title.rendered", link="$.links[0].href", date="$.date",
    summary="$.excerpt", date_order="DMY",
)  # fmt: skip


def use(recipe: Recipe, answer: Any = ANSWER, content_type: str | None = "application/json") -> Extraction:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return extract(body, SITE, now=NOW, recipe=recipe, content_type=content_type)


def test_paths_read_each_field_and_mark_up_in_it_becomes_text() -> None:
    found = use(FULL)
    assert (found.verdict.kind, found.tier, len(found.items)) == (PageKind.LISTING, "recipe", 2)
    first, second = found.items
    assert first.title == "Harbour office & lighthouse open"
    assert first.url == "https://www.harbour-office.example/n/open-day"
    assert first.summary == "All are welcome."
    assert first.published is not None
    assert first.published.iso() == "2026-03-05"
    assert (second.title, second.url, second.published) == ("Second notice", None, None)


def test_a_link_may_be_a_template() -> None:
    items = use(Recipe("hand", item="$.data.items[*]", title="$.title.rendered", link="/news/{$.slug}")).items
    assert [item.url for item in items] == [
        "https://www.harbour-office.example/news/open%20day",
        "https://www.harbour-office.example/news/second",
    ]


def test_numbers_are_seconds_or_milliseconds_since_1970() -> None:
    items = use(Recipe("hand", item="$.data.items[*]", title="$.title.rendered", date="$.epoch")).items
    assert [item.published.iso() if item.published else None for item in items] == ["2026-03-05T00:00:00+00:00"] * 2


def test_title_and_url_are_the_usual_names() -> None:
    [item] = use(Recipe("hand", item="$[*]"), [{"title": "A notice", "url": "https://other.example/a"}]).items
    assert (item.title, item.url) == ("A notice", "https://other.example/a")


def test_data_inside_a_page_are_read_out_of_the_element_that_listing_names() -> None:
    data = json.dumps({"news": [{"title": "In a script", "url": "/s/1"}]})
    html = f'<!doctype html><title>App</title><div id=app></div><script id="data" type="a/json">{data}</script>'
    recipe = Recipe("hand", listing="script#data", item="$.news[*]")
    found = use(recipe, html.encode(), "text/html")
    assert [(item.title, item.url) for item in found.items] == [
        ("In a script", "https://www.harbour-office.example/s/1")
    ]
    assert found.page_title == "App"
    assert not use(recipe, b"<!doctype html><p>gone</p>", "text/html").items


def test_a_path_that_leads_nowhere_is_no_listing() -> None:
    found = use(Recipe("hand", item="$.gone[*]"))
    assert (found.items, found.verdict.kind) == ((), PageKind.OTHER)


@pytest.mark.parametrize(
    ("recipe", "answer", "named"),
    [
        (FULL, b"<html>no JSON</html>", "wants JSON"),
        (FULL, b"", "wants JSON"),
        (FULL, b"[" * 100_000, "wants JSON"),
        (Recipe("hand", item="$.data["), ANSWER, "$.data["),
        (Recipe("hand", item="$.data.items[*]", title="$title"), ANSWER, "$title"),
    ],
)
def test_an_error_names_what_is_wrong(recipe: Recipe, answer: Any, named: str) -> None:
    with pytest.raises(ExtractError) as error:
        use(recipe, answer)
    assert named in str(error.value)
    assert error.value.url == SITE
