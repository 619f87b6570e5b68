"""Pages and answers that are made to hurt: as large, as deep, as many as ten megabytes allow. Each by a name; made when
it is asked for, because all of them together are half a gigabyte."""

from __future__ import annotations

import contextlib
import gzip
import random
import socket
import time
from collections.abc import Callable, Iterable
from typing import Final

from tests.scraper.misbehaving import answer, bomb

HTML: Final = "Content-Type: text/html; charset=utf-8"
RSS: Final = "Content-Type: application/rss+xml"
TEXT: Final = "Content-Type: text/plain"


def notice(n: int, title: str = "", extra: str = "") -> str:
    """An entry of a listing."""
    text = title or f"Harbour notice number {n} about piers"
    return f'<li><a href="/n/{n}">{text}</a> <time>2026-02-{n % 27 + 1:02}</time>{extra}</li>'


NOTICES: Final = [notice(n) for n in range(15)]


def page(items: Iterable[str] = NOTICES, head: str = "", tail: str = "") -> bytes:
    """A listing."""
    start = f"<html><head><title>News</title>{head}</head><body><main><h1>News</h1><ul>"
    return f"{start}{''.join(items)}</ul></main>{tail}</body></html>".encode()


def with_tail(tail: str) -> bytes:
    """A listing that ends badly."""
    return page(tail=tail)


def feed(items: str, before: str = "") -> bytes:
    """A feed."""
    return f'<?xml version="1.0"?>{before}<rss version="2.0"><channel><title>N</title>{items}</channel></rss>'.encode()


def entry(n: int, extra: str = "") -> str:
    """An entry of a feed."""
    return f"<item><title>Notice {n} of the feed</title><link>https://harbour.example/f/{n}</link>{extra}</item>"


ENTRIES: Final = "".join(entry(n) for n in range(10))
CLASSES: Final = " ".join(f"c{n}" for n in range(2_000))
_ENTITIES: Final = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(20))

_DOCTYPE: Final = f"<!DOCTYPE rss [<!ENTITY a 'ha'>{_ENTITIES}]>"


def _location(n: int) -> str:
    return f"<url><loc>https://harbour.example/n/notice-{n}</loc></url>"


def _line(n: int) -> str:
    return f"2026-02-{n % 27 + 1:02} Notice {n} of the harbour\n"


PAGES: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "100,000 attributes": (
        lambda: page([notice(99, extra=f"<b {' '.join(f'a{n}=1' for n in range(100_000))}>x</b>"), *NOTICES]),
        HTML,
    ),
    "100,000 attributes of the root": (
        lambda: b"<html " + b" ".join(b"a%d=1" % n for n in range(100_000)) + b">" + page(),
        HTML,
    ),
    "50,000 nested elements": (lambda: with_tail("<div>" * 50_000), HTML),
    "150,000 formatting elements": (lambda: with_tail("<font><b><i>" * 50_000), HTML),
    "50,000 nested links": (lambda: with_tail("<a href=/x>" * 50_000), HTML),
    "20,000 nested tables": (lambda: with_tail("<table><tr><td>" * 20_000), HTML),
    "a million nodes": (lambda: with_tail("<i>x</i>" * 1_000_000), HTML),
    "a million entries": (lambda: page(["<li>x"] * 1_000_000), HTML),
    "three million tags": (lambda: gzip.compress(b"<a>" * 3_300_000), HTML + "\r\nContent-Encoding: gzip"),
    "one long text": (lambda: with_tail("<p>" + "word " * 1_900_000), HTML),
    "one long word": (lambda: with_tail("<p>" + "w" * 9_500_000), HTML),
    "a title of a megabyte": (lambda: page([notice(99, "A megabyte " * 90_000), *NOTICES]), HTML),
    "titles of 400 kB": (lambda: page([notice(n, f"Title {n} " + "W" * 400_000) for n in range(20)]), HTML),
    "70,000 links": (lambda: page(map(notice, range(70_000))), HTML),
    "70,000 links with one title": (lambda: page(notice(n, "Notice of the harbour") for n in range(70_000)), HTML),
    "links of 5,000 characters": (
        lambda: page([*(notice(n).replace("/n/", "/n/" + "x" * 5_000) for n in range(5)), *NOTICES]),
        HTML,
    ),
    "dates without end": (lambda: page([*(notice(n, extra=" 1/1" * 2_000) for n in range(99)), *NOTICES]), HTML),
    "digits without end": (lambda: with_tail("<p>" + "1" * 2_000_000), HTML),
    "blanks without end": (lambda: page([notice(99, " " * 1_000_000 + "x"), *NOTICES]), HTML),
    "comments that do not end": (lambda: b"<html><body>" + b"<!-- " * 500_000 + page(), HTML),
    "angle brackets": (lambda: with_tail("<" * 3_000_000), HTML),
    "ampersands": (lambda: with_tail("&amp" * 1_500_000), HTML),
    "nested data": (lambda: page(head=f"<script type='application/ld+json'>{'[' * 100_000}</script>"), HTML),
    "a number of 100,000 digits": (
        lambda: page(head=f'<script type="application/ld+json">{{"headline":{"9" * 100_000}}}</script>'),
        HTML,
    ),
    "classes without end": (
        lambda: page(notice(n).replace("<li", f'<li class="{CLASSES}"', 1) for n in range(99)),
        HTML,
    ),
    "noise": (lambda: random.Random(1).randbytes(5_000_000), HTML),
    "escape sequences of ISO-2022": (
        lambda: page() + b"\x1b$B" * 500_000,
        "Content-Type: text/html; charset=iso-2022-jp",
    ),
    "a feed of entities": (lambda: feed(f"{entry(1, '<a>&r;</a>')}{ENTRIES}", _DOCTYPE), RSS),
    "a nested feed": (lambda: feed("<a>" * 60_000 + "</a>" * 60_000 + ENTRIES), RSS),
    "a feed of 40,000 entries": (lambda: feed("".join(map(entry, range(40_000)))), RSS),
    "an entry of nested tags": (
        lambda: feed(entry(99, f"<description>{'&lt;div&gt;' * 300_000}</description>") + ENTRIES),
        RSS,
    ),
    "nested JSON": (
        lambda: b'{"version":"https://jsonfeed.org/version/1.1","items":' + b"[" * 100_000,
        "Content-Type: application/feed+json",
    ),
    "a sitemap of 50,000": (
        lambda: b"<urlset>" + "".join(map(_location, range(50_000))).encode() + b"</urlset>",
        "Content-Type: application/xml",
    ),
    "60,000 lines": (lambda: "".join(map(_line, range(60_000))).encode(), TEXT),
    "a line of eight megabytes": (lambda: b"x " * 4_000_000, TEXT),
    "nine million empty lines": (lambda: b"\n" * 9_000_000, TEXT),
}
"""By name: how the body is made, and its headers."""


def _drip(link: socket.socket, first: bytes, piece: bytes, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    with contextlib.suppress(OSError):
        link.sendall(first)
        while time.monotonic() < end:
            link.sendall(piece)
            time.sleep(0.1)


_CHUNKED: Final = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

ACTS: Final[dict[str, Callable[[socket.socket], None]]] = {
    "headers that drip": lambda link: _drip(link, b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
    "a body that drips": lambda link: _drip(link, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
    "chunks that drip": lambda link: _drip(link, _CHUNKED, b"1\r\nx\r\n"),
    "chunks without end": lambda link: _flood(link, _CHUNKED, b"ffff\r\n" + b"x" * 65_535 + b"\r\n"),
    "headers without end": lambda link: _flood(link, b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 1_000),
    "silence": lambda link: _drip(link, b"", b""),
    "gzip bomb": lambda link: link.sendall(answer(bomb("gzip"), "Content-Encoding: gzip")),
    "br bomb": lambda link: link.sendall(answer(bomb("br"), "Content-Encoding: br")),
    "zstd bomb": lambda link: link.sendall(answer(bomb("zstd"), "Content-Encoding: zstd")),
    "bomb in a bomb": lambda link: link.sendall(
        answer(gzip.compress(gzip.compress(bytes(50_000_000), 9)), "Content-Encoding: gzip, gzip")
    ),
}
"""Answers that are more than bytes."""


def _flood(link: socket.socket, first: bytes, piece: bytes) -> None:
    with contextlib.suppress(OSError):
        link.sendall(first)
        while True:
            link.sendall(piece)
