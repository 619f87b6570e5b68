"""Listings in many shapes: every item, in order, with title, address and day."""

# ruff: noqa: E501 - mark-up reads better unbroken

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from scraper.extract import extract
from scraper.types import PageKind

from .pages import DAYS, HEADLINES, NOW, SITE, TEASERS, days_of, link_of, look, page, url_of

Shape = Callable[[int], str]


def cards(k: int) -> str:
    return (
        f'<article class="post-{k}"><h2><a href="{link_of(k)}">{HEADLINES[k]}</a></h2>'
        f'<time datetime="{DAYS[k]}T09:30:00+01:00">{DAYS[k]}</time><p>{TEASERS[k]}</p>'
        f'<a href="{link_of(k)}">Read more</a></article>'
    )


def plain_items(k: int) -> str:
    return f'<li><span>{DAYS[k]}</span> <a href="{link_of(k)}">{HEADLINES[k]}</a></li>'


def table_rows(k: int) -> str:
    return f'<tr><td>{DAYS[k]}</td><td><a href="{link_of(k)}">{HEADLINES[k]}</a></td><td>Press office</td></tr>'


def row_pairs(k: int) -> str:
    return (
        f'<tr><td><b><a href="{link_of(k)}">{HEADLINES[k]}</a></b></td></tr><tr><td>{DAYS[k]}<br>{TEASERS[k]}</td></tr>'
    )


def flat(k: int) -> str:
    return f'<h3><a href="{link_of(k)}">{HEADLINES[k]}</a></h3><p>{DAYS[k]}</p><p>{TEASERS[k]}</p>'


def definitions(k: int) -> str:
    return f'<dt>{DAYS[k]}</dt><dd><a href="{link_of(k)}">{HEADLINES[k]}</a><br>{TEASERS[k]}</dd>'


def linked_cards(k: int) -> str:
    return (
        f'<div class="card"><a href="{link_of(k)}"><img src="/p/{k}.jpg" alt=""><div><span>{DAYS[k]}</span>'
        f"<h3>{HEADLINES[k]}</h3><p>{TEASERS[k]}</p></div></a></div>"
    )


def line_breaks(k: int) -> str:
    return f'{DAYS[k]} <a href="{link_of(k)}">{HEADLINES[k]}</a><br><br>'


SHAPES: list[tuple[str, str, Shape, str]] = [
    ("cards", "<div>", cards, "</div>"),
    ("list", "<ul>", plain_items, "</ul>"),
    ("table", "<table>", table_rows, "</table>"),
    ("row pairs", "<table>", row_pairs, "</table>"),
    ("flat", "<div><h1>News</h1>", flat, "</div>"),
    ("definitions", "<dl>", definitions, "</dl>"),
    ("linked cards", '<div class="grid">', linked_cards, "</div>"),
    ("line breaks", "<p>", line_breaks, "</p>"),
]


@pytest.mark.parametrize(("name", "start", "shape", "stop"), SHAPES, ids=[s[0] for s in SHAPES])
def test_every_item_of_a_listing_is_found_with_its_fields(name: str, start: str, shape: Shape, stop: str) -> None:
    found = look(page(start + "".join(map(shape, range(8))) + stop))
    assert found.verdict.kind is PageKind.LISTING, found.verdict
    assert [i.title for i in found.items] == list(HEADLINES)
    assert [i.url for i in found.items] == [url_of(k) for k in range(8)]
    assert days_of(found) == list(DAYS)


@pytest.mark.parametrize("shape", [cards, flat, row_pairs, linked_cards])
def test_the_teaser_becomes_the_summary(shape: Shape) -> None:
    wrap = ("<table>", "</table>") if shape is row_pairs else ("<div>", "</div>")
    found = look(page(wrap[0] + "".join(map(shape, range(8))) + wrap[1]))
    assert [i.summary for i in found.items] == list(TEASERS)


def test_a_main_list_wins_against_menu_sidebar_and_footer() -> None:
    sidebar = "<aside><h3>Most read</h3><ol>" + "".join(
        f'<li><a href="/old/{k}">Something that many people read in year {2000 + k}</a></li>' for k in range(12)
    )
    found = look(page("<div>" + "".join(map(cards, range(8))) + "</div>" + sidebar + "</ol></aside>"))
    assert [i.title for i in found.items] == list(HEADLINES)


def test_items_point_where_the_page_says_even_with_a_base_element() -> None:
    html = page("<ul>" + "".join(map(plain_items, range(8))) + "</ul>").replace("/news/", "")
    html = html.replace("<head>", '<head><base href="https://mirror.example/archive/">')
    assert look(html).items[0].url == "https://mirror.example/archive/" + link_of(0).removeprefix("/news/")


def test_pictures_and_authors_come_with_the_items() -> None:
    def card(k: int) -> str:
        image = f'<img src="data:image/gif;base64,AA" data-src="/p/{k}.jpg">'
        return f'<li>{image}<h3><a href="{link_of(k)}">{HEADLINES[k]}</a></h3><a rel="author" href="/who/{k}">Ada {k}</a></li>'

    found = look(page("<ul>" + "".join(map(card, range(8))) + "</ul>"))
    assert [i.image_url for i in found.items] == [f"https://www.harbour-office.example/p/{k}.jpg" for k in range(8)]
    assert [i.author for i in found.items] == [f"Ada {k}" for k in range(8)]


def test_date_headings_govern_the_items_below_them() -> None:
    html = "".join(
        f"<h2>{day}</h2><ul>" + "".join(f'<li><a href="{link_of(k)}">{HEADLINES[k]}</a></li>' for k in some) + "</ul>"
        for day, some in (("12 March 2026", (0, 1, 2)), ("10 March 2026", (3, 4)), ("9 March 2026", (5, 6, 7)))
    )
    found = look(page(f"<div>{html}</div>"))
    assert [i.title for i in found.items] == list(HEADLINES)
    assert days_of(found) == ["2026-03-12"] * 3 + ["2026-03-10"] * 2 + ["2026-03-09"] * 3


def test_one_order_of_day_and_month_holds_for_the_whole_list() -> None:
    dates = (
        "03/12/2026",
        "03/10/2026",
        "03/05/2026",
        "02/27/2026",
        "02/20/2026",
        "02/11/2026",
        "02/03/2026",
        "01/29/2026",
    )
    rows = "".join(f'<tr><td>{dates[k]}</td><td><a href="{link_of(k)}">{HEADLINES[k]}</a></td></tr>' for k in range(8))
    assert days_of(look(page(f"<table>{rows}</table>"))) == list(DAYS)


def test_a_list_in_two_columns_is_one_list() -> None:
    halves = ("left", range(4)), ("right", range(4, 8))
    html = "".join(f'<div class="{side}">' + "".join(map(cards, some)) + "</div>" for side, some in halves)
    assert [i.title for i in look(page(html)).items] == list(HEADLINES)


@pytest.mark.parametrize(("start", "shape", "stop"), [s[1:] for s in SHAPES], ids=[s[0] for s in SHAPES])
def test_a_listing_is_a_listing_whatever_the_clock_says_but_no_item_is_from_the_future(
    start: str, shape: Shape, stop: str
) -> None:
    html = page(start + "".join(map(shape, range(8))) + stop)
    for year in (1970, 2000, 2026, 2060):
        now = datetime(year, 3, 15, 12, 0, tzinfo=UTC)
        found = extract(html.encode(), "https://www.harbour-office.example/news/", content_type="text/html", now=now)
        assert found.verdict.kind in (PageKind.LISTING, PageKind.BOTH)
        assert [item.url for item in found.items] == [url_of(k) for k in range(8)]
        assert all(day is None or day <= now.date().isoformat() for day in days_of(found))


def test_a_field_behind_a_label_is_no_title() -> None:
    cases = "".join(
        f'<div class="case"><a href="/files/24-{k}17.pdf">24-{k}17</a><p><b>Counsel:</b><br>{TEASERS[k]}</p>'
        f"<p><b>Heard:</b><br>{DAYS[k]}</p><div>{HEADLINES[k]}</div></div>"
        for k in range(8)
    )
    found = look(page(f"<section>{cases}</section>"))
    assert [item.title for item in found.items] == list(HEADLINES)
    assert days_of(found) == list(DAYS)


def test_a_title_that_is_cut_is_told_in_full_by_its_link() -> None:
    rows = "".join(
        f'<li><a href="{link_of(k)}" title="{HEADLINES[k]}">{HEADLINES[k][:20]}...</a> <i>{DAYS[k]}</i></li>'
        for k in range(8)
    )
    assert [item.title for item in look(page(f"<ul>{rows}</ul>")).items] == list(HEADLINES)
    other = rows.replace('title="', 'title="Opens in a new window: ')
    assert look(page(f"<ul>{other}</ul>")).items[0].title.endswith("...")


@pytest.mark.parametrize("oldest_first", [True, False])
def test_of_very_long_lists_the_newer_end_is_read(*, oldest_first: bool) -> None:
    numbers = list(range(2_060)) if oldest_first else list(range(2_059, -1, -1))
    days = {n: date(2020, 1, 1) + timedelta(days=n) for n in numbers}
    rows = "".join(
        f"<li><time>{days[n]}</time> <a href='/n/{n}'>Notice number {n} of the office</a></li>" for n in numbers
    )
    entries = "".join(
        f"<item><title>Notice number {n}</title><link>{SITE}n/{n}</link><pubDate>{days[n]:%d %b %Y} 10:00:00 GMT</pubDate></item>"
        for n in numbers
    )
    feed = f"<rss version='2.0'><channel><title>Notices</title>{entries}</channel></rss>"
    for body in (f"<html><body><main><ul>{rows}</ul></main></body></html>", feed):
        found = [int(str(item.url).rpartition("/")[2]) for item in extract(body.encode(), SITE, now=NOW).items]
        assert len(found) == 2_000
        assert (max(found), min(found)) == (2_059, 60)
