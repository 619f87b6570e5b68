"""Pages that have numbers only: the next is known where the present one is, and nothing else is taken for a page."""

from __future__ import annotations

import pytest

from .pages import look, page
from .test_listings import plain_items

ITEMS = "<ul>" + "".join(map(plain_items, range(8))) + "</ul>"
HERE = "https://www.harbour-office.example/news/"


def next_page(pager: str, url: str = HERE) -> str | None:
    return look(page(ITEMS + pager), url).next_page_url


def pager(*numbers: int, here: int = 1, href: str = "?page={}", mark: str = "<b>{}</b>", between: str = " ") -> str:
    some = [mark.format(n) if n == here else f'<a href="{href.format(n)}">{n}</a>' for n in numbers]
    return f"<p>{between.join(some)}</p>"


@pytest.mark.parametrize(
    ("row", "url", "expected"),
    [
        (pager(1, 2), HERE, "?page=2"),
        (pager(1, 2, 3, 4), HERE, "?page=2"),
        (pager(1, 2, 3, 20, between=" … "), HERE, "?page=2"),
        (pager(1, 2, 3, mark="Pages: {}"), HERE, "?page=2"),
        (pager(1, 2, 3, 4, 5, here=3), f"{HERE}?page=3", "?page=4"),
        (pager(1, 2, 3, mark='<a aria-current="page" href="?page={}">{}</a>'.replace("{}", "1")), HERE, "?page=2"),
        (pager(1, 2, 3, mark="<strong><a href='?page=1'>{}</a></strong>"), HERE, "?page=2"),
        (pager(1, 2, 3, mark="<a class='on' href='?page=1'>{}</a>"), HERE, "?page=2"),
        (pager(1, 2, 3, here=2, mark="<a href='?page=2'>{}</a>"), f"{HERE}?page=2", "?page=3"),
        (pager(1, 2, 3, href="/news/page/{}/", between="</p><p>"), HERE, "page/2/"),
        (pager(1, 2, 3, href="/news/{}.html", mark="[{}]", between=" | "), HERE, "2.html"),
    ],
)
def test_the_next_number_leads_to_the_next_page(row: str, url: str, expected: str) -> None:
    assert next_page(row, url) == HERE + expected


def test_numbers_that_count_from_nought_or_items_lead_there_too() -> None:
    assert next_page('<p>1 <a href="?p=1">2</a> <a href="?p=2">3</a></p>') == f"{HERE}?p=1"
    assert next_page('<p>1 <a href="?from=10&n=10">2</a> <a href="?from=20&n=10">3</a></p>') == f"{HERE}?from=10&n=10"
    row = '<p><a href="/news/">1</a> 2 <a href="?from=20&n=10">3</a></p>'
    assert next_page(row, f"{HERE}?from=10&n=10") == f"{HERE}?from=20&n=10"


MONTHS = pager(*range(1, 13), here=3, href="/news/?year=2026&month={}")
DAYS = pager(*range(1, 31), here=3, href="/calendar?day={}")


@pytest.mark.parametrize(
    "row",
    [
        pager(1, 2, 3, 4, here=4),  # the last page
        pager(1, 2, 3, 4, here=9),  # which of them is shown?
        pager(2, 3, 4, here=2),
        pager(10, 25, 50, here=10, href="?size={}"),
        pager(1, 3, 4),
        pager(1, 2, 3, mark="<p>Of class {}</p>", here=1).replace("<p><p>", "<p>"),
        pager(1, 2, 3, href="https://elsewhere.example/?page={}"),
        pager(1, 2, 3, href="/news/2026/{}"),  # issues, or months
        pager(1, 2, 3, href="/news/2026/03/{}"),
        MONTHS,
        DAYS,
        '<p>1 2 <a href="/day/3">3</a> 4 <a href="/day/5">5</a></p>',
        '<p>1 <a href="/news/quay">2</a> <a href="/news/tugs">3</a></p>',
        '<p>1 <a href="/news/8/quay-4">2</a> <a href="/news/9/quay-7">3</a></p>',
        '<p>1 <a href="?page=9">2</a> <a href="?page=4">3</a></p>',
        '<p>1 <a href="/notes?id=4711">2</a></p>',
    ],
)
def test_numbers_of_something_else_lead_nowhere(row: str) -> None:
    assert next_page(row) is None


def test_links_with_numbers_of_comments_do_not_hide_the_pages() -> None:
    counts = "".join(f'<p>A note <a href="/notes/{n}#talk">{n % 7 + 1}</a> talk</p>' for n in range(90))
    assert next_page(counts + pager(1, 2, 3)) == f"{HERE}?page=2"


def test_documents_that_follow_each_other_are_no_pages() -> None:
    assert next_page('<p>1 <a href="/topics/13">2</a></p>', "https://www.harbour-office.example/topics/12") is None
