"""Thousands of heavy news pages on loopback addresses of their own, in a process of their own.

    python -m bench.farm SITES [--etag] [--block N]

Each listing has 60 to 120 KB and goes out gzipped. It differs at every request, as pages do: tokens in forms and
scripts, readers online, rotating advertisements, the list of what is most read, "updated 3 minutes ago"; on every third
site the items' own counters as well. With ``--etag`` the answer has a validator of what is published, and 304 is
answered to it. Commands come as JSON lines on standard input, each is answered by one line.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from types import TracebackType
from typing import Any, Self

from presswatch.fixture_site.farm import ACTORS, FarmItem, SiteFarm
from presswatch.fixture_site.server import Answer, Exchange, Request

SECTIONS = ("Council", "Transport", "Water", "Schools", "Museums", "Budget", "Health", "Planning", "Parks", "Energy")
LEAST_BYTES, MOST_BYTES = 60_000, 120_000


class BusyFarm(SiteFarm):
    """A :class:`SiteFarm` whose listings are as heavy and as restless as those of real publishers."""

    def __init__(self, count: int, *, etag: bool, block: int = 90) -> None:
        super().__init__(count, items=40, block=block)
        self.etag = etag
        self.restless = True
        self.served = 0
        self._parts: dict[int, tuple[tuple[FarmItem, ...], str, str, str]] = {}

    def record(self, exchange: Exchange) -> None:
        """Only counted: a log of a hundred thousand requests would be all that this process does."""
        if exchange.request.path == "/news/":
            self.served += 1

    def answer(self, request: Request) -> Answer:
        if request.path not in ("/", "/news/"):
            return super().answer(request)
        site = self._index[request.address]
        items = tuple(self.items(site))
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Vary", "Accept-Encoding")]
        if self.etag:
            tag = f'W/"{zlib.crc32(repr(items).encode()):08x}"'
            headers.append(("ETag", tag))
            if request.headers.get("if-none-match") == tag:
                return Answer(304, b"", tuple(headers))
        body = self.page(site, items).encode()
        if "gzip" in request.headers.get("accept-encoding", ""):
            packer = zlib.compressobj(1, zlib.DEFLATED, 31)
            body = packer.compress(body) + packer.flush()
            headers.append(("Content-Encoding", "gzip"))
        return Answer(200, body, tuple(headers))

    def page(self, site: int, items: tuple[FarmItem, ...]) -> str:
        """The listing with this request's noise."""
        chance = random.Random() if self.restless else random.Random(site)
        known = self._parts.get(site)
        if known is None or known[0] != items:
            known = self._parts[site] = (items, *_parts(site, items))
        _, head, listing, foot = known
        if site % 3 == 0:
            listing = _count_views(listing, chance)
        return "".join((_noisy_head(head, chance), listing, _noisy_side(site, chance), foot))


def _count_views(listing: str, chance: random.Random) -> str:
    pieces = listing.split("\x00")
    found = [pieces[0]]
    for piece in pieces[1:]:
        found += (f'<span class="views">{chance.randrange(40, 9000)} views</span>', piece)
    return "".join(found)


def _noisy_head(head: str, chance: random.Random) -> str:
    token = f"{chance.getrandbits(128):032x}"
    return head.replace("\x01", token).replace("\x02", str(chance.randrange(200, 4000)))


def _noisy_side(site: int, chance: random.Random) -> str:
    """What stands beside the list: advertisements, what is most read, when the page was made."""
    adverts = "".join(
        f'<a class="ad" rel="sponsored" href="https://ads.example/c/{chance.randrange(10**9)}">'
        f'<img src="/ads/{chance.randrange(40)}.png" alt=""> Offer {chance.randrange(100)}</a>'
        for _ in range(3)
    )
    read = "".join(
        f'<li><a href="/topics/{n}/">{SECTIONS[n % 10]} in district {site}, part {n}</a></li>'
        for n in chance.sample(range(30), 5)
    )
    return (
        f'<aside class="side"><div class="adverts">{adverts}</div><h3>Most read</h3><ol>{read}</ol>'
        f"<p>Updated {chance.randrange(1, 59)} minutes ago. {chance.randrange(2, 900)} comments today.</p></aside>"
    )


def _parts(site: int, items: tuple[FarmItem, ...]) -> tuple[str, str, str]:
    """Head, list and foot, filled up to the site's size. ``\\x00`` stands for a counter, ``\\x01`` for a token,
    ``\\x02`` for a number."""
    rows = "\n".join((_list_row, _card_row, _table_row)[site % 3](item) for item in items)
    listing = (
        f'<main id="content"><h1>News of district {site}</h1>\n'
        + (
            f'<ul class="news">{rows}</ul>',
            f'<div class="cards">{rows}</div>',
            f"<table><tbody>{rows}</tbody></table>",
        )[site % 3]
        + '<nav class="pages"><a href="/news/?page=2" rel="next">Older news</a></nav></main>\n'
    )
    foot = _foot(site)
    size = LEAST_BYTES + (site * 7919) % (MOST_BYTES - LEAST_BYTES)
    head = _head(site, max(0, size - len(listing) - len(foot) - 9_000))
    return head, listing, foot


def _head(site: int, fill: int) -> str:
    menu = "".join(
        f'<li class="menu-item menu-item-{n}"><a href="/{section.lower()}/{part}/">{section} {part}</a></li>'
        for n, section in enumerate(SECTIONS)
        for part in ("overview", "contact", "forms", "dates", "people", "laws")
    )
    # Two thirds of a page are style and script, the rest is repeated markup; as measured on front pages.
    state = ",".join(
        f'"k{n}":{{"v":{(n * 2654435761 + site) % 10**9},"on":{"true" if n % 3 else "false"}}}'
        for n in range(fill // 60)
    )
    style = "".join(
        f".c{n}-{site % 7}{{margin:{n % 9}px {n % 5}px;color:#{n * 4099 % 0xFFFFFF:06x}}}" for n in range(fill // 90)
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>News | District {site}</title>'
        f'<meta name="csrf-token" content="\x01"><link rel="stylesheet" href="/main.css?v=\x02"><style>{style}</style>'
        f'<script nonce="\x01">window.state={{{state},"token":"\x01","online":\x02}};</script></head>\n'
        f'<body class="news page-{site}"><header><a class="logo" href="/">District {site}</a>'
        f'<form action="/search"><input type="hidden" name="t" value="\x01"><input name="q"></form>'
        f"<p class='online'>\x02 readers online</p><nav><ul>{menu}</ul></nav></header>\n"
    )


def _foot(site: int) -> str:
    links = "".join(
        f'<li><a href="/offices/{n}/">{ACTORS[n % len(ACTORS)]}, counter {n}, district {site}</a></li>'
        for n in range(60)
    )
    return f'<footer><ul class="offices">{links}</ul><p>Administration of district {site}</p></footer></body></html>\n'


def _list_row(item: FarmItem) -> str:
    return (
        f'<li class="entry"><div class="thumb"><img src="/img/{item.number}.jpg" width="120" height="80" alt=""></div>'
        f'<span class="date">{item.on:%d.%m.%Y}</span> <a href="{item.path}">{escape(item.title)}</a>'
        f'<p>{escape(item.teaser)}</p>\x00<a class="more" href="{item.path}">Read more</a></li>'
    )


def _card_row(item: FarmItem) -> str:
    return (
        f'<article class="card"><a href="{item.path}"><img src="/img/{item.number}.jpg" alt=""></a>'
        f'<h2><a href="{item.path}">{escape(item.title)}</a></h2>'
        f'<time datetime="{item.on.isoformat()}">{item.on:%d %B %Y}</time><p>{escape(item.teaser)}</p>'
        f'<ul class="tags"><li><a href="/tag/{item.number % 7}/">Tag {item.number % 7}</a></li></ul></article>'
    )


def _table_row(item: FarmItem) -> str:
    return (
        f'<tr class="row"><td class="when">{item.on.isoformat()}</td><td><a href="{item.path}">{escape(item.title)}</a>'
        f'<div class="teaser">{escape(item.teaser)}</div></td><td class="kind">Notice</td></tr>'
    )


# -- the process -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class FarmProcess:
    """The farm from outside. ``urls`` are the listings' addresses, by site."""

    process: subprocess.Popen[str]
    urls: list[str]

    @classmethod
    def start(cls, sites: int, *, etag: bool = False, block: int = 90) -> FarmProcess:
        """Serve ``sites`` sites until :meth:`stop`."""
        command = [sys.executable, "-m", "bench.farm", str(sites), "--block", str(block), *(["--etag"] if etag else [])]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        farm = cls(process, [])
        farm.urls = farm._answer()
        return farm

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait()

    def publish(self, sites: Sequence[int]) -> dict[int, tuple[str, str]]:
        """One new item on each of ``sites``; its title and address."""
        return {int(site): (title, url) for site, title, url in self._ask({"publish": list(sites)})}

    def edit(self, site: int, number: int, title: str) -> None:
        """Give an item another title."""
        self._ask({"edit": [site, number, title]})

    def withdraw(self, site: int, number: int) -> None:
        """Remove an item."""
        self._ask({"withdraw": [site, number]})

    def calm(self, *, restless: bool) -> None:
        """Stop the noise, or let it go on."""
        self._ask({"restless": restless})

    def served(self) -> int:
        """How many listings were asked for so far."""
        return int(self._ask({"served": True}))

    def _ask(self, command: dict[str, Any]) -> Any:
        if self.process.stdin is None:
            raise RuntimeError("the farm has no pipe")
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise RuntimeError("the farm has ended")
        return json.loads(line)


def _obey(farm: BusyFarm, command: dict[str, Any]) -> Any:
    if "publish" in command:
        return [
            (site, item.title, farm.item_url(item)) for site in command["publish"] for item in farm.publish(site, 1)
        ]
    if "edit" in command:
        return farm.edit(*command["edit"]).title
    if "withdraw" in command:
        return farm.withdraw(*command["withdraw"]).title
    if "restless" in command:
        farm.restless = command["restless"]
    return farm.served


def main() -> int:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("sites", type=int)
    parser.add_argument("--etag", action="store_true")
    parser.add_argument("--block", type=int, default=90)
    options = parser.parse_args()
    with BusyFarm(options.sites, etag=options.etag, block=options.block) as farm:
        print(json.dumps(farm.urls()), flush=True)
        for line in sys.stdin:
            print(json.dumps(_obey(farm, json.loads(line))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
