"""Lists in JSON are found by their shape, and addressed as the page shows them."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.extract import extract
from scraper.extract.json_listing import addressed, load_bounded, suggest
from scraper.types import ItemData

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
URL = "https://board.example/news"
MENU = [{"title": f"Menu entry number {n}", "id": n} for n in range(9)]


def record(n: int, **more: Any) -> dict[str, Any]:
    return {"title": f"The board decides on matter {n}", "date": f"2026-02-{n:02}", **more}


def read(document: Any, recipe: Any) -> list[tuple[str, str | None]]:
    found = extract(json.dumps(document).encode(), URL, content_type="application/json", now=NOW, recipe=recipe)
    return [(item.title, item.url) for item in found.items]


@pytest.mark.parametrize(
    "document",
    [
        [record(n, url=f"/n/{n}") for n in range(1, 6)],
        {"menu": MENU, "data": {"list": [record(n, url=f"/n/{n}") for n in range(1, 6)]}},
        {"pages": [{"odd name": [record(n, link=f"https://board.example/n/{n}") for n in range(1, 6)]}]},
        {"data": [{"id": n, "attributes": record(n, href=f"/n/{n}")} for n in range(1, 6)]},
        {
            "posts": [
                {"title": {"rendered": f"The board decides on matter {n}"}, "link": f"/n/{n}"} for n in range(1, 6)
            ]
        },
        {"hits": [{"_source": record(n, url=f"/n/{n}"), "score": n} for n in range(1, 6)]},
    ],
)
def test_the_list_of_news_is_found_with_its_titles_and_links(document: Any) -> None:
    best, *_ = suggest(document)
    assert read(document, best.recipe) == [
        (f"The board decides on matter {n}", f"https://board.example/n/{n}") for n in range(1, 6)
    ]


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        "text",
        None,
        MENU,
        [record(1, url="/1"), record(2, url="/2")],
        [{"title": "The same words each time", "url": f"/{n}"} for n in range(9)],
        [{"title": f"Short {n}", "url": f"/{n}"} for n in range(9)],
        [{"colour": f"A colour of number {n}", "url": f"/{n}"} for n in range(9)],
    ],
)
def test_what_is_no_list_of_news_is_none(document: Any) -> None:
    assert suggest(document) == []


@pytest.mark.parametrize(
    ("name", "values", "urls", "link"),
    [
        ("slug", ["quay-9", "quay-8", "quay-7"], "https://board.example/news/{}", "/news/{$.slug}"),
        ("id", [91, 92, 93], "https://board.example/show?id={}&lang=en", "/show?id={$.id}&lang=en"),
        ("slug", ["år 1", "år 2", "år 3"], "https://board.example/a/{}.html", "/a/{$.slug}.html"),
    ],
)
def test_addresses_are_made_as_the_page_makes_them(name: str, values: list[Any], urls: str, link: str) -> None:
    from urllib.parse import quote

    document = {"items": [record(n, **{name: value}) for n, value in enumerate(values, 1)]}
    shown = [
        ItemData(f"The board decides on matter {n}", urls.format(quote(str(value))))
        for n, value in enumerate(values, 1)
    ]
    (best,) = suggest(document)
    found = addressed(best, shown)
    assert found is not None
    assert found.recipe.link == link
    assert read(document, found.recipe) == [(item.title, item.url) for item in shown]


def test_a_list_that_the_page_does_not_show_is_none_of_it() -> None:
    (best,) = suggest([record(n, url=f"/n/{n}") for n in range(1, 9)])
    other = [ItemData(f"Something else entirely {n}", f"https://board.example/n/{n}") for n in range(1, 9)]
    assert addressed(best, other) is None
    assert addressed(best, []) is None


def test_addresses_that_follow_no_rule_are_not_guessed() -> None:
    (best,) = suggest([record(n, id=n) for n in range(1, 6)])
    shown = [
        ItemData(f"The board decides on matter {n}", f"https://board.example/{'xyzab'[n - 1]}") for n in range(1, 6)
    ]
    assert addressed(best, shown) is None


@pytest.mark.parametrize(
    "document",
    [
        [[]] * 40_000,
        {str(n): {"a": [{"title": "x" * 20}] * 5} for n in range(5_000)},
        [{str(m): {"b": "c" * 50} for m in range(300)} for n in range(400)],
    ],
)
def test_large_documents_cost_a_bounded_time(document: Any) -> None:
    before = time.process_time()
    suggest(document)
    assert time.process_time() - before < 3


def test_what_is_no_json_or_too_long_is_nothing() -> None:
    assert load_bounded("[" * 100_000) is None
    assert load_bounded("{'a': 1}") is None
    assert load_bounded('"' + "a" * 2_000_000 + '"') is None


NAMES = st.sampled_from(["title", "url", "date", "id", "a b", '"'])
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=40,
)


@given(JSON)
def test_any_document_gives_recipes_that_work(document: Any) -> None:
    for made in suggest(document):
        read(document, made.recipe)
