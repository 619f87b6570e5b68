"""Articles marked up for programs in the page itself say which list is the page's, or are the list."""

# ruff: noqa: E501 - mark-up reads better unbroken

from __future__ import annotations

from collections.abc import Callable

import pytest

from .pages import DAYS, HEADLINES, TEASERS, days_of, link_of, look, page, url_of


def microdata(k: int) -> str:
    return f'<div itemscope itemtype="https://schema.org/NewsArticle"><meta itemprop="datePublished" content="{DAYS[k]}"><span itemprop="headline">{HEADLINES[k]}</span><link itemprop="url" href="{link_of(k)}"><span itemprop="author">Ada Quill</span></div>'


def rdfa(k: int) -> str:
    return f'<div vocab="https://schema.org/" typeof="BlogPosting"><span property="datePublished" content="{DAYS[k]}"></span><a property="url" href="{link_of(k)}"><b property="headline">{HEADLINES[k]}</b></a></div>'


def microformat(k: int) -> str:
    return f'<div class="h-entry"><a class="u-url p-name" href="{link_of(k)}">{HEADLINES[k]}</a> <time class="dt-published" datetime="{DAYS[k]}"></time></div>'


@pytest.mark.parametrize("entry", [microdata, rdfa, microformat])
def test_articles_that_are_marked_up_are_listed_even_where_there_is_hardly_anything_to_see(
    entry: Callable[[int], str],
) -> None:
    scattered = "".join(
        f"<section><div>{entry(k)}</div></section><section><h2>Part {k}</h2><p>{TEASERS[k]}</p></section>"
        for k in range(3)
    )
    found = look(page(scattered), "https://www.harbour-office.example/")
    assert [item.title for item in found.items] == list(HEADLINES[:3])
    assert [item.url for item in found.items] == [url_of(k) for k in range(3)]
    assert days_of(found) == list(DAYS[:3])


def test_the_list_that_is_marked_up_wins_against_a_larger_one() -> None:
    plain = "".join(
        f'<li><a href="/topics/what-people-often-ask-about-berth-{k}">What people often ask about berth number {k}</a><span>2026-02-{k:02}</span></li>'
        for k in range(1, 21)
    )
    marked = "".join(
        f'<article class="hentry"><h3 class="entry-title"><a rel="bookmark" href="{link_of(k)}">{HEADLINES[k]}</a></h3></article>'
        for k in range(4)
    )
    both = page(f"<div><ul>{plain}</ul></div><div>{marked}</div>")
    assert [item.title for item in look(both).items] == list(HEADLINES[:4])
    assert len(look(both.replace("hentry", "teaser")).items) == 20


def test_an_article_that_is_marked_up_alone_is_no_list() -> None:
    text = "".join(f"<p>{t}</p>" for t in TEASERS)
    html = page(
        f'<article itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">{HEADLINES[0]}</h1>{text}</article>'
    )
    assert not look(html, "https://www.harbour-office.example/x/harbour-office-opens-a-berth").items
