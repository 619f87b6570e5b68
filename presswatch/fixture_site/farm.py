"""Many small news sites whose items are published, edited and withdrawn while they are being watched."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from html import escape

from presswatch.fixture_site.caching import answer_document
from presswatch.fixture_site.server import Answer, LoopbackServer, Request

PER_PAGE = 20
FIRST_ITEMS = 8
ACTORS = ("The harbour office", "The town council", "The museum", "The library", "The tram company", "The school board")
DEEDS = ("reopens", "closes for repairs", "extends", "moves", "replaces", "presents", "gives up", "tests")
THINGS = ("the north pier", "its reading room", "line seven", "the summer exhibition", "the night ferry", "its archive")


@dataclass(frozen=True, slots=True)
class FarmItem:
    """One item of one site of the farm. ``number`` counts up from 1 within the site."""

    site: int
    number: int
    on: date
    title: str
    teaser: str

    @property
    def path(self) -> str:
        return f"/news/{self.number}"


def invent_item(site: int, number: int, on: date) -> FarmItem:
    """An item whose title and teaser are like no other's."""
    seed = site * 31 + number * 7
    actor, deed = ACTORS[seed % len(ACTORS)], DEEDS[(seed // 6 + number) % len(DEEDS)]
    thing = THINGS[(seed // 3 + site) % len(THINGS)]
    title = f"{actor} {deed} {thing}: notice {site}/{number}"
    teaser = (
        f"{actor} of district {site} {deed} {thing} as announced in notice {number}. "
        f"Questions are answered on working days at counter {1 + seed % 9}."
    )
    return FarmItem(site, number, on, title, teaser)


class SiteFarm(LoopbackServer):
    """``count`` sites on addresses of their own (``127.0.<block>.1`` …) with one port, each with a listing at
    ``/news/`` and a page per item. ``publish``, ``edit`` and ``withdraw`` take effect at once, from any thread."""

    def __init__(self, count: int = 50, *, items: int = FIRST_ITEMS, port: int = 0, block: int = 77) -> None:
        addresses = [f"127.0.{block + at // 250}.{1 + at % 250}" for at in range(count)]
        super().__init__(addresses, port)
        self._lock = threading.Lock()
        today = datetime.now(UTC).date()
        self._sites: list[list[FarmItem]] = [
            [invent_item(site, number, today - timedelta(days=items - number)) for number in range(1, items + 1)]
            for site in range(count)
        ]
        self._last = [items] * count
        self._index = {address: site for site, address in enumerate(addresses)}

    def url(self, site: int) -> str:
        """The address of a site's listing."""
        return f"{self.origin(site)}/news/"

    def urls(self) -> list[str]:
        return [self.url(site) for site in range(len(self.addresses))]

    def item_url(self, item: FarmItem) -> str:
        return self.origin(item.site) + item.path

    def items(self, site: int) -> list[FarmItem]:
        """What the site's listing shows, newest first."""
        with self._lock:
            return self._sites[site][: -PER_PAGE - 1 : -1]

    def publish(self, site: int, count: int = 1) -> list[FarmItem]:
        """Put ``count`` new items on top; returns them, oldest first."""
        today = datetime.now(UTC).date()
        with self._lock:
            first = self._last[site] + 1
            self._last[site] += count
            new = [invent_item(site, number, today) for number in range(first, first + count)]
            self._sites[site].extend(new)
        return new

    def edit(self, site: int, number: int, title: str) -> FarmItem:
        """Give an item another title.

        :raises KeyError: if the site has no item of this number.
        """
        return self._change(site, number, lambda item: replace(item, title=title))

    def withdraw(self, site: int, number: int) -> FarmItem:
        """Remove an item: the listing is without it, its page answers 404.

        :raises KeyError: if the site has no item of this number.
        """
        return self._change(site, number, lambda _: None)

    def _change(self, site: int, number: int, change: Callable[[FarmItem], FarmItem | None]) -> FarmItem:
        with self._lock:
            items = self._sites[site]
            at = next((at for at, item in enumerate(items) if item.number == number), None)
            if at is None:
                raise KeyError(number)
            before, after = items[at], change(items[at])
            items[at : at + 1] = [after] if after else []
        return after or before

    def answer(self, request: Request) -> Answer:
        site = self._index[request.address]
        if request.path == "/robots.txt":
            return answer_document(request, b"User-agent: *\nDisallow:\n", "text/plain")
        if request.path in {"/", "/news/"}:
            return answer_document(request, render_listing(site, self.items(site)), "text/html; charset=utf-8")
        with self._lock:
            item = next((one for one in self._sites[site] if one.path == request.path), None)
        if item is None:
            return answer_document(request, b"<!doctype html><h1>Not found</h1>", "text/html", status=404)
        return answer_document(request, render_item(item), "text/html; charset=utf-8")


def _page(site: int, title: str, main: str) -> bytes:
    menu = "".join(
        f'<li><a href="/{name.lower()}/">{name}</a></li>' for name in ("News", "Services", "Council", "Contact")
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)} | District {site}</title>'
        f'</head>\n<body><header><a href="/">District {site}</a><nav><ul>{menu}</ul></nav></header>\n'
        f"<main>{main}</main>\n"
        f'<footer><p>Administration of district {site}</p><a href="/imprint/">Imprint</a></footer></body></html>\n'
    ).encode()


def render_listing(site: int, items: list[FarmItem]) -> bytes:
    """The listing; every third site uses other markup and another way to print dates."""
    rows = "\n".join((_list_row, _card_row, _table_row)[site % 3](item) for item in items)
    wrapped = (
        f"<ul class='news'>{rows}</ul>",
        f"<div class='cards'>{rows}</div>",
        f"<table><tbody>{rows}</tbody></table>",
    )
    return _page(site, "News", f"<h1>News of district {site}</h1>\n{wrapped[site % 3]}")


def _list_row(item: FarmItem) -> str:
    return (
        f'<li class="entry"><span class="date">{item.on:%d.%m.%Y}</span> <a href="{item.path}">{escape(item.title)}</a>'
        f"<p>{escape(item.teaser)}</p></li>"
    )


def _card_row(item: FarmItem) -> str:
    return (
        f'<article class="card"><h2><a href="{item.path}">{escape(item.title)}</a></h2>'
        f'<time datetime="{item.on.isoformat()}">{item.on.isoformat()}</time><p>{escape(item.teaser)}</p></article>'
    )


def _table_row(item: FarmItem) -> str:
    return (
        f'<tr><td class="when">{item.on.isoformat()}</td><td><a href="{item.path}">{escape(item.title)}</a>'
        f'<div class="teaser">{escape(item.teaser)}</div></td></tr>'
    )


def render_item(item: FarmItem) -> bytes:
    body = f"<article><h1>{escape(item.title)}</h1><p>{item.on.isoformat()}</p><p>{escape(item.teaser)}</p></article>"
    return _page(item.site, item.title, body)
