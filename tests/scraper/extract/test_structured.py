"""What a page tells programs: it names the list, sharpens its fields, and stands alone where nothing is shown."""

# ruff: noqa: E501 - mark-up and data read better unbroken

from __future__ import annotations

import json
from typing import Any

import pytest

from scraper.types import PageKind

from .pages import DAYS, HEADLINES, TEASERS, days_of, link_of, look, page, url_of


def post(k: int) -> dict[str, Any]:
    return {
        "@type": "BlogPosting", "headline": HEADLINES[k], "url": url_of(k) + "/", "datePublished": f"{DAYS[k]}T09:30:00+01:00",
        "author": {"@type": "Person", "name": "Ada Quay"}, "description": TEASERS[k].replace("'", "&#39;"), "image": ["/p.jpg"],
    }  # fmt: skip


POSTS = [post(k) for k in range(8)]
FORMS: dict[str, Any] = {
    "array": [{"@context": "https://schema.org", **p} for p in POSTS],
    "graph": {"@graph": [{"@type": "WebSite", "name": "Harbour"}, *POSTS]},
    "blog": {"@type": "Blog", "blogPost": POSTS},
    "item list": {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": p} for p in POSTS]},
    "main entity": {"@type": "CollectionPage", "mainEntity": {"@type": "ItemList", "itemListElement": POSTS}},
}


def told(data: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


@pytest.mark.parametrize("form", FORMS)
def test_records_get_what_only_programs_are_told(form: str) -> None:
    shown = "".join(f'<li><a href="{link_of(k)}">{HEADLINES[k][:24]}…</a></li>' for k in range(8))
    found = look(page(f"<ul>{shown}</ul>{told(FORMS[form])}"))
    assert [item.url for item in found.items] == [url_of(k) for k in range(8)]
    assert [item.title for item in found.items] == list(HEADLINES)
    assert days_of(found) == list(DAYS)
    assert {item.author for item in found.items} == {"Ada Quay"}
    assert all(item.summary and item.image_url for item in found.items)
    assert ("published", "json_ld") in found.items[0].provenance


@pytest.mark.parametrize("form", FORMS)
def test_a_page_filled_by_scripts_lists_what_it_tells_programs(form: str) -> None:
    found = look(page(f'<div id="app"></div>{told(FORMS[form])}', menu="", footer=""))
    assert found.verdict.kind is PageKind.LISTING
    assert [item.title for item in found.items] == list(HEADLINES)
    assert days_of(found) == list(DAYS)


def test_what_a_page_shows_is_not_overruled() -> None:
    shown = "".join(
        f'<article><h2><a href="{link_of(k)}">{HEADLINES[k]}</a></h2><time datetime="{DAYS[k]}">{DAYS[k]}</time></article>'
        for k in range(8)
    )
    other = [{**p, "headline": "Another title", "datePublished": "2020-01-01"} for p in POSTS]
    found = look(page(shown + told(other)))
    assert [item.title for item in found.items] == list(HEADLINES)
    assert days_of(found) == list(DAYS)


def test_an_article_among_what_is_told_is_the_page_itself_by_its_address() -> None:
    text = "".join(f"<p>{teaser} {teaser}</p>" for teaser in TEASERS)
    main = f"<h1>{HEADLINES[0]}</h1>{text}{told(FORMS['graph'])}"
    found = look(page(main, title=HEADLINES[0]), url=url_of(0) + "/")
    assert found.verdict.kind is PageKind.ARTICLE
    assert found.items == ()
    assert found.article is not None
    assert found.article.published is not None
    assert found.article.author == "Ada Quay"


@pytest.mark.parametrize(
    "data",
    [
        "no json", [1, None, "x"], {"@type": 7, "@graph": {"@graph": 3}}, {"@type": "Blog", "blogPost": [[[]]]},
        [{"@type": "Article", "headline": 3, "url": {"url": {"url": {"url": "x"}}}}] * 5,
        [{"@type": "Article", "headline": "One", "url": "http://[", "datePublished": "2026-99-99", "author": []}] * 5,
        [{"@type": "Product", "name": HEADLINES[k], "url": url_of(k)} for k in range(8)],
    ],
)  # fmt: skip
def test_what_tells_nothing_changes_nothing(data: Any) -> None:
    assert look(page(f"<div></div>{told(data)}")).items == ()


def test_nested_data_ends() -> None:
    deep: Any = POSTS[0]
    for _ in range(300):
        deep = {"@type": "ItemList", "itemListElement": [deep]}
    wide = {"@graph": [{"@type": "ItemList", "itemListElement": [{}] * 50}] * 300}
    for data in (deep, wide):
        assert look(page(told(data))).verdict.kind is not PageKind.LISTING
