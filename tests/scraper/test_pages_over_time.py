"""Real pages over several looks, through extraction, comparison and commit: what a page does that is no news is not
told, and the one new item after it is."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from html import escape
from pathlib import Path

import pytest

from scraper.extract import extract
from scraper.types import Recipe
from tests.support.watch import Seen, Watch

_WHO = ("The ferry company", "A regional court", "The fisheries board", "The orchestra", "A beekeepers' union")
_DOES = ("extends", "cancels", "presents", "inspects", "restores", "postpones", "measures")
_WHAT = ("its winter timetable", "a disputed permit", "forty flats by the river", "two harbour cranes")


@dataclass(frozen=True)
class Story:
    """``after`` is markup that stands behind its title."""

    number: int
    title: str
    path: str
    on: date
    after: str = ""


def stories(first: int, last: int) -> list[Story]:
    """The newest first."""
    found = []
    for n in range(last, first - 1, -1):
        title = f"{_WHO[n % 5]} {_DOES[n % 7]} {_WHAT[n // 2 % 4]} in year {1900 + n}"
        path = "/news/" + "".join(c if c.isalnum() else "-" for c in title.lower()) + f"-{n + 3000}"
        found.append(Story(n, title, path, date(2026, 1, 1) + timedelta(days=n)))
    return found


def cards(shown: Sequence[Story], *, base: str = "", dated: bool = True) -> str:
    return "".join(
        f'<article class="card"><h2><a href="{base}{escape(one.path)}">{escape(one.title)}</a></h2>{one.after}'
        + (f'<time datetime="{one.on}">{one.on:%d %B %Y}</time>' if dated else "")
        + f"<p>{escape(one.title)}: the details were given by a spokesperson.</p></article>"
        for one in shown
    )


def rows(shown: Sequence[Story]) -> str:
    entries = "".join(
        f'<li class="entry"><span>{one.on:%d.%m.%Y}</span> <a href="{escape(one.path)}">{escape(one.title)}</a></li>'
        for one in shown
    )
    return f'<ul class="list">{entries}</ul>'


def page(main: str, *, language: str = "en", aside: str = "") -> bytes:
    menu = "".join(
        f'<li><a href="/{name}/">{name.title()}</a></li>' for name in ("home", "news", "services", "contact")
    )
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>News</title></head><body><header>'
        f"<nav><ul>{menu}</ul></nav></header><main><h1>News</h1>{main}</main>{aside}<footer><p>The office</p></footer>"
        "</body></html>"
    ).encode()


class Reading(Watch):
    """Pages are read for real."""

    recipe: str | None = None

    def read(self, body: bytes) -> Seen:
        """Look at a page an hour later."""
        recipe = Recipe("learnt", item=self.recipe) if self.recipe else None
        found = extract(body, self.url, content_type="text/html; charset=utf-8", now=self.now, recipe=recipe)
        self.recipe = found.recipe.item if found.recipe else self.recipe
        return self.look(found.items, kind=found.verdict.kind, body=body, language=found.language)


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Reading]:
    with Reading(tmp_path / "presswatch.db") as opened:
        yield opened


A, B = stories(1, 15), stories(2, 16)


def _in_any_order() -> Iterator[bytes]:
    dice = random.Random(1)
    for _ in range(3):
        yield page(cards(dice.sample(A, len(A))))


def _undated_in_any_order() -> Iterator[bytes]:
    dice = random.Random(2)
    for _ in range(3):
        yield page(cards(dice.sample(A, len(A)), dated=False))


def _doubled() -> Iterator[bytes]:
    yield page(cards(A[:3]) + cards(A))
    yield page(cards(A) + cards(A[4:6]), aside=f"<aside><h3>Most read</h3>{rows(A[6:11])}</aside>")


def _templates_by_turns() -> Iterator[bytes]:
    beta = [replace(one, path=f"/beta/article?key=b{one.number}x") for one in A]
    for _ in range(2):
        yield page(rows(beta))
        yield page(cards(A))


def _sessions_in_paths() -> Iterator[bytes]:
    dice = random.Random(3)
    for _ in range(3):
        token = "".join(dice.choices("abcdefghijklmnopqrstuvwxyz012345", k=24))
        yield page(cards([replace(one, path=f"/(S({token})){one.path}") for one in A]))


def _other_hosts() -> Iterator[bytes]:
    for base in ("https://www.bureau.example", "http://bureau.example", "https://m.bureau.example", ""):
        yield page(cards(A, base=base))


def _counted() -> Iterator[bytes]:
    for n in (3, 15, 1024):
        shown = [replace(one, title=f"{one.title} ({n} views)") if k in (2, 7) else one for k, one in enumerate(A)]
        yield page(cards(shown))


def _in_another_language() -> Iterator[bytes]:
    title, path = "Das Amt gibt Hinweis {} zur Fahrt im Winter", "/news/hinweis-{}-zur-fahrt"
    german = [replace(one, title=title.format(one.number), path=path.format(one.number)) for one in A]
    yield page(cards(german, dated=False), language="de")


def _older_page() -> Iterator[bytes]:
    yield page(cards(stories(-14, 0), dated=False))


def _of_another_site() -> Iterator[bytes]:
    yield page(cards(stories(200, 214), base="https://elsewhere.example"))


def _not_found() -> Iterator[bytes]:
    yield page("<h2>Page not found</h2><p>Perhaps you were looking for:</p>" + rows(stories(-90, -87)))


def _misread() -> Iterator[bytes]:
    for _ in range(2):
        yield page(cards([replace(one, title=one.title.encode().decode("cp1252")) for one in A]))


def _empty() -> Iterator[bytes]:
    yield b""
    yield b"<html></html>"


@pytest.mark.parametrize(
    "oddly",
    [
        _in_any_order,
        _undated_in_any_order,
        _doubled,
        _templates_by_turns,
        _sessions_in_paths,
        _other_hosts,
        _counted,
        _in_another_language,
        _older_page,
        _of_another_site,
        _not_found,
        _misread,
        _empty,
    ],
)
def test_what_a_page_does_is_no_news_and_the_new_item_after_it_is(
    watch: Reading, oddly: Callable[[], Iterator[bytes]]
) -> None:
    dated = oddly not in (_undated_in_any_order, _in_another_language, _older_page)
    watch.read(page(cards(A, dated=dated)))
    for body in oddly():
        seen = watch.read(body)
        assert [one for one in seen.told if one[0] != "surfaced"] == []
    assert watch.read(page(cards(B, dated=dated))).told == [("added", B[0].title)]
    assert watch.read(page(cards(B, dated=dated))).told == []
    assert watch.count("items") == 16


@pytest.mark.parametrize("path", ["/live", "#"])
def test_items_that_all_lead_to_one_page_are_as_many_items(watch: Reading, path: str) -> None:
    def leading(shown: Sequence[Story]) -> bytes:
        return page(cards([replace(one, path=path) for one in shown]))

    watch.read(leading(A))
    assert watch.count("items") == 15
    assert watch.read(leading(B)).told == [("added", B[0].title)]
    assert watch.read(leading(B[::-1])).told == []


@pytest.mark.parametrize("form", [cards, rows])
def test_news_flow_on_where_a_list_shrinks_to_one_item_for_good(
    watch: Reading, form: Callable[[Sequence[Story]], str]
) -> None:
    watch.read(page(form(A)))
    seen = [watch.read(page(form(A[:1]))) for _ in range(8)]
    assert [change for one in seen for change in one.told + one.silent] == []
    assert [notice for one in seen for notice in one.notices] == ["episode_opened shrunk", "episode_closed shrunk"]
    for newest in range(16, 19):
        assert watch.read(page(form(stories(newest, newest)))).told == [("added", stories(newest, newest)[0].title)]


def test_an_error_page_is_no_list_of_one(watch: Reading) -> None:
    watch.read(page(cards(A)))
    sorry = '<article class="card"><h2>We are sorry</h2><p>The database is away. Please try again later.</p></article>'
    assert watch.read(page(sorry)).report is not None
    assert watch.row("SELECT outcome, items FROM checks ORDER BY id DESC")["items"] == 0
