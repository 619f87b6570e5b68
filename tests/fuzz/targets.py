"""What is fuzzed: for each target a case made from a seed, run, and judged by what must hold whatever the input is."""

from __future__ import annotations

import gzip
import json
import pickle
import random
import re
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import brotli

from presswatch.cli.output import csv_cell, to_json
from presswatch.config import parse_config
from scheduler.render import RenderOptions, render
from scraper import diff as differ
from scraper.charset import decode_body
from scraper.dates import decide_order, find_dates, parse_date, parse_iso
from scraper.decompress import decompress, zstd
from scraper.durations import parse_duration
from scraper.errors import ConfigError, ExtractError, FetchError
from scraper.extract import extract
from scraper.http_dates import parse_retry_after
from scraper.json_path import find_all, read_text
from scraper.parseworker import Answer, load_result, pack
from scraper.robots import RobotsRecord, decide
from scraper.robots_rules import rules_kept
from scraper.types import ChangeKind, Extraction, ItemData, KnownItem, Recipe
from scraper.urls import MAX_URL, canonicalize_url, origin_of, resolve_url, site_of
from tests.fuzz.mutate import TOKENS, mutate, mutate_text
from tests.presswatch.config_examples import BEYOND_THE_SCHEMA, RIGHT, WRONG
from tests.scheduler.examples import make_change, make_message
from tests.scraper.extract.test_pdf import pdf_of

ROOT: Final = Path(__file__).parents[2]
NOW: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
URL: Final = "https://harbour.example/news/"
MAX_TITLE: Final = 1_000
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
PATHS: Final = ("$.items[*]", "$.items[0].title", '$["a b"][*].x', "/n/{$.id}", "$", "$.a.b.c[-1]")
TYPES: Final = (
    None,
    "text/html",
    "text/html; charset=utf-8",
    "text/html; charset=windows-1252",
    "text/html; charset=x-user-defined",
    "text/plain",
    "application/rss+xml",
    "application/json",
    "application/octet-stream; charset=\x00",
)
HEADER_DATES: Final = ("120", "Sun, 01 Mar 2026 12:10:00 GMT", "Sunday, 01-Mar-26 12:10:00 GMT", "-5", "1e5", "٣")
LINKS: Final = (
    "/en/news/42?utm_source=x&id=7#top",
    "https://[2001:db8::1]:8080/a;jsessionid=AB12?q=%E4%B8%AD&PHPSESSID=0123456789abcdef0123",
    "//user:pw@host.example\\@other.example/%2e%2E/a//b/index.html",
    "http://0x7f.1:65536/",
    "https://bücher.example:443/straße?a=ä&amp;b",
    "javascript:alert(1)",
    "HTTP://EXAMPLE.COM./A%7Eb/%zz#!/route",
)
DATES: Final = (
    "2 March 2026, 14:30 MSK",
    "02.03.26",
    "3 hours ago",
    "2026年3月2日",
    "٢ مارس ٢٠٢٦",
    "Mon, 02 Mar 2026 09:00:00 +0530",
    "2026-03-02T09:00:00.123456789Z",
    "1 فروردین ۱۴۰۴",
    "вчера в 12:05",
    "Published: Monday, 2nd of March 2026 | Updated 03/02/2026",
)
ROBOTS: Final = (
    b"User-agent: *\nDisallow: /search\nAllow: /search/$\nCrawl-delay: 5\nSitemap: https://harbour.example/s.xml\n",
    b"user-agent: presswatch\nuser-agent: other\ndisallow: /*.pdf$\nDisallow: /%7Ea/*/b*c*d*e\n",
)


@cache
def pages() -> tuple[bytes, ...]:
    """Every document of our fixture site and of the plain-text fixtures."""
    found = [
        path for path in sorted((ROOT / "fixtures").rglob("*")) if path.suffix in (".html", ".txt", ".xml", ".atom")
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": [_json_item(n) for n in range(12)]}
    told = "".join(f'<script type="application/ld+json">{json.dumps(_told(n))}</script>' for n in range(8))
    sitemap = "".join(f"<url><loc>{URL}{n}</loc><lastmod>2026-02-{n + 1:02}</lastmod></url>" for n in range(12))
    return (
        *(path.read_bytes() for path in found),
        json.dumps(feed).encode(),
        f"<html><head>{told}</head><body><div id=app></div></body></html>".encode(),
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{sitemap}</urlset>'.encode(),
    )


@cache
def feeds() -> tuple[bytes, ...]:
    """Those of them that are no HTML and no plain text."""
    return tuple(page for page in pages() if page.lstrip()[:5] in (b"<?xml", b"<rss ", b"<feed", b"<urls", b'{"ver'))


def _json_item(n: int) -> dict[str, object]:
    return {"id": n, "url": f"{URL}{n}", "title": f"Notice {n}", "date_published": f"2026-02-{n + 1:02}T08:00:00+01:00"}


def _told(n: int) -> dict[str, object]:
    return {
        "@type": "NewsArticle",
        "headline": f"Notice {n}",
        "url": f"{URL}{n}",
        "datePublished": f"2026-02-{n + 1:02}",
    }


def fuzz_extract(rng: random.Random) -> None:
    """Any page of the fixture site, damaged."""
    body = mutate(rng, rng.choice(pages()), rng.choice(pages()))
    check_extraction(extract(body, _url(rng), content_type=rng.choice(TYPES), now=NOW))


def fuzz_feed(rng: random.Random) -> None:
    """Feeds and sitemaps, damaged."""
    body = mutate(rng, rng.choice(feeds()), rng.choice(feeds()))
    check_extraction(extract(body, _url(rng), content_type=rng.choice(TYPES), now=NOW))


@cache
def _pdfs() -> tuple[bytes, ...]:
    lines = ["Harbour office", "2 March 2026", *(f"Line {n} of the notice about the north pier." for n in range(30))]
    return pdf_of([lines, lines[5:]], "The pier reopens"), pdf_of([lines[:4]])


def fuzz_pdf(rng: random.Random) -> None:
    """PDF files, damaged."""
    body = b"%PDF" + mutate(rng, rng.choice(_pdfs()), rng.choice(_pdfs()))[4:]
    check_extraction(extract(body, _url(rng), content_type="application/pdf", now=NOW))


def fuzz_recipe(rng: random.Random) -> None:
    """A recipe by hand, itself damaged, on a damaged page."""
    selectors = ("div.release", "li", "article > h2 a@href", "$.items[*]", "td:nth-child(2)", "h3 ~ p", "script#x", "a")
    text = [mutate_text(rng, one)[:300] if rng.random() < 0.3 else one for one in rng.choices(selectors, k=5)]
    recipe = Recipe(origin="hand", item=text[0], title=text[1], link=text[2], date=text[3], summary=text[4])
    body = mutate(rng, rng.choice(pages())[:60_000])
    with suppress(ExtractError):
        check_extraction(extract(body, URL, content_type="text/html", now=NOW, recipe=recipe))


def fuzz_dates(rng: random.Random) -> None:
    """Dates inside text."""
    text = mutate_text(rng, " ".join(rng.choices(DATES, k=rng.randint(1, 4))))
    last = 0
    for hit in find_dates(text, now=NOW, order=rng.choice((None, "DMY", "MDY", "YMD"))):
        assert last <= hit.start < hit.end <= len(text)
        assert hit.published.on is None or hit.published.on <= (NOW + timedelta(days=2)).date()
        last = hit.end
    short = text[:200]
    for found in (parse_date(short, now=NOW, languages=rng.choice(((), ("de",), ("zh",), ("xx",)))), parse_iso(short)):
        assert found is None or found.at is None or found.at.tzinfo is not None
    decide_order(text.split("|")[:50], language=rng.choice((None, "en", "fa")))
    parse_retry_after(mutate_text(rng, rng.choice(HEADER_DATES)), now=NOW)


def fuzz_urls(rng: random.Random) -> None:
    """Addresses on pages, and their forms."""
    base, href = mutate_text(rng, rng.choice(LINKS)), mutate_text(rng, rng.choice(LINKS))
    if rng.random() < 0.7:
        base = URL
    url = resolve_url(base, href)
    if url is not None:
        assert url.startswith(("http://", "https://"))
        assert len(url) <= MAX_URL
        assert "\\" not in url.partition("?")[0].partition("#")[0]
        assert not any(ord(char) <= 0x20 or ord(char) == 0x7F for char in url)
        assert resolve_url(base, url) == url, "resolving twice equals once"
        once = canonicalize_url(url)
        assert canonicalize_url(once) == once
    for any_url in (href, url or base):
        canonicalize_url(any_url)
        site_of(any_url)
        origin_of(any_url)


def fuzz_charset(rng: random.Random) -> None:
    """Which encoding a body has, and its text."""
    text, label = decode_body(mutate(rng, rng.choice(pages())[:30_000]), mutate_text(rng, rng.choice(TYPES) or ""))
    text.encode("utf-8")
    assert label == label.lower()


def fuzz_robots(rng: random.Random) -> None:
    """robots.txt."""
    body = mutate(rng, rng.choice(ROBOTS))
    record = RobotsRecord("https://harbour.example:443", NOW, NOW, status=200, body=body)
    agent, url = "presswatch/1.0 (+x)", mutate_text(rng, rng.choice(LINKS))
    decision = decide(record, url, agent, NOW)
    kept = rules_kept(body, agent)
    assert len(kept) <= len(body) + 40
    assert decide(replace(record, body=kept), url, agent, NOW) == decision
    assert decision.crawl_delay is None or 0 <= decision.crawl_delay <= 60


def fuzz_json_path(rng: random.Random) -> None:
    """Paths of recipes over any document."""
    path = mutate_text(rng, rng.choice(PATHS)) if rng.random() < 0.7 else rng.choice(PATHS)
    document = json.loads(json.dumps({"items": [_json_item(n) for n in range(5)], "a": {"b": {"c": [1, None, [{}]]}}}))
    with suppress(ValueError):
        assert len(find_all(document, path, 10)) <= 10
        read_text(document, path)


def fuzz_decompress(rng: random.Random) -> None:
    """Damaged and doubled codings."""
    body = rng.choice(pages())[: rng.randint(0, 50_000)]
    codings = rng.choices(("gzip", "deflate", "br", "zstd"), k=rng.randint(1, 3))
    for coding in codings:
        body = _PACK[coding](body)
    if rng.random() < 0.8:
        body = mutate(rng, body)
    if rng.random() < 0.2:
        rng.shuffle(codings)
    limit = rng.choice((100, 30_000, 1_000_000))
    with suppress(FetchError):
        assert len(decompress(body, codings, limit=limit)) <= limit


_PACK: Final[dict[str, Callable[[bytes], bytes]]] = {
    "gzip": lambda body: gzip.compress(body, 1),
    "deflate": lambda body: zlib.compress(body, 1),
    "br": lambda body: bytes(brotli.compress(body, quality=1)),
    "zstd": lambda body: bytes(zstd.compress(body, 1)),
}


def fuzz_config(rng: random.Random) -> None:
    """Configuration files."""
    examples = [
        *RIGHT.values(),
        *(text for text, _ in WRONG.values()),
        *(text for text, _ in BEYOND_THE_SCHEMA.values()),
    ]
    text = mutate_text(rng, rng.choice(examples))
    with suppress(ConfigError):
        parse_config(text, path=Path("/etc/presswatch.toml"), environ={})
    with suppress(ValueError):
        parse_duration(mutate_text(rng, rng.choice(("2h", "1d 3h", "90m", "1w"))))


def fuzz_render(rng: random.Random) -> None:
    """Messages about items with any text in them."""
    change = make_change(_item(rng), kind=ChangeKind.REVISED, previous=_item(rng), fields=("title", "summary"))
    rendered = render(
        make_message(*[change] * rng.randint(1, 30)), RenderOptions(language=rng.choice(("en", "de", "ja")))
    )
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in rendered.subject)
    assert len(rendered.subject) <= 150
    assert not any((ord(char) < 32 and char != "\n") or 0x7F <= ord(char) < 0xA0 for char in rendered.text)
    for form in (rendered.text, rendered.html, rendered.markdown, rendered.chat(1_000)):
        form.encode("utf-8")
    assert "<script" not in rendered.html.lower()
    assert len(rendered.chat(1_000)) <= 1_000
    assert len(rendered.body) < 20_000
    json.loads(rendered.body)
    cell = csv_cell(change.item.title if change.item else "")
    assert not str(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert not _CONTROLS.search(to_json([change.item.title if change.item else ""]))


def fuzz_diff(rng: random.Random) -> None:
    """Comparing any items with any that are known."""
    items, keys = differ.keys_for([_item(rng) for _ in range(rng.randint(0, 8))], URL)
    known = [
        KnownItem(
            n,
            f"k{n}",
            items[n] if n < len(items) else _item(rng),
            frozenset(keys[n] if n < len(keys) else ()),
            9.0 - n,
            rng.random() < 0.8,
            1,
        )
        for n in range(rng.randint(0, 8))
    ]
    found = differ.diff(items, keys, known, now=NOW, accepted=rng.random() < 0.2)
    assert len(found.matches) <= len(items)
    assert len(found.ranks) == len(found.matches)
    told = [change for change in found.changes if change.kind is ChangeKind.ADDED]
    assert all(change.match.known is None for change in told)
    differ.listing_digest(items)


def _item(rng: random.Random) -> ItemData:
    words = rng.choice(TOKENS).decode("utf-8", "replace")
    title = mutate_text(rng, f"Pier {rng.randint(0, 3)} reopens {words}")[: rng.choice((20, 300, 5_000))]
    url = mutate_text(rng, rng.choice(LINKS)) if rng.random() < 0.5 else f"{URL}{rng.randint(0, 5)}"
    return ItemData(title, url=resolve_url(URL, url), summary=rng.choice((None, mutate_text(rng, words * 3))))


def _url(rng: random.Random) -> str:
    return URL if rng.random() < 0.9 else mutate_text(rng, rng.choice(LINKS))


def check_extraction(found: Extraction) -> None:
    """What must hold of every extraction: bounded, storable, inert as a value, and fit to leave the parsing process."""
    assert 0 <= found.verdict.confidence <= 1
    assert len(found.items) <= 5_000
    for item in found.items:
        assert item.title
        assert len(item.title) <= MAX_TITLE
        assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in item.title)
        for url in (item.url, item.image_url):
            assert url is None or (url.startswith(("http://", "https://")) and len(url) <= MAX_URL)
    told = pack(Answer("done", value=found))
    assert load_result(told[8:]).value == found
    for text in (repr(found.items), found.page_title or "", found.article.text if found.article else ""):
        text.encode("utf-8")
    pickle.dumps(found)


TARGETS: Final[dict[str, tuple[int, Callable[[random.Random], None]]]] = {
    "extract": (8, fuzz_extract),
    "feed": (6, fuzz_feed),
    "pdf": (1, fuzz_pdf),
    "recipe": (1, fuzz_recipe),
    "dates": (20, fuzz_dates),
    "urls": (24, fuzz_urls),
    "charset": (8, fuzz_charset),
    "robots": (8, fuzz_robots),
    "json_path": (5, fuzz_json_path),
    "decompress": (6, fuzz_decompress),
    "config": (4, fuzz_config),
    "render": (3, fuzz_render),
    "diff": (6, fuzz_diff),
}
"""Name, share of the cases in percent, and the target."""
