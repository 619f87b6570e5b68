"""Fields of feeds as plain text: titles without mark-up, summaries cleaned, dates, people, titles out of URLs."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser

from scraper.dates import parse_date, parse_iso
from scraper.dates.candidate import aware, is_future
from scraper.text import clean_text
from scraper.types import Published

TITLE_CHARACTERS = 1_000
SUMMARY_CHARACTERS = 5_000
_SOURCE_CHARACTERS = 100_000
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|bdi|bdo|blockquote|br|center|cite|div|em|figure|font|h[1-6]|hr|i|img|ins|li|mark|nobr|ol|p|q|s"
    r"|script|small|span|strike|strong|style|sub|sup|table|td|tr|tt|u|ul|wbr)\b[^<>]{0,2000}>|<!--",
    re.IGNORECASE,
)
_BLOCK = re.compile(
    r"(?=</?(?:br|p|div|d[dlt]|li|[ou]l|table|t[rdh]|h[1-6]|blockquote|figure|section|article)\b)", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_MAIL_NAME = re.compile(r"^[^\s()<>]+@[^\s()<>]+\s*\(([^()]+)\)$")
_NAME_MAIL = re.compile(r"^([^<>]+?)\s*<[^<>\s]+@[^<>\s]+>$")
_MAIL = re.compile(r"^(?:mailto:)?[^\s@]+@[^\s@]+$")
_SLUG_END = re.compile(r"\.(?:html?|php|aspx?|jsp|pdf|xml)$", re.IGNORECASE)


def plain_title(text: str) -> str:
    """A title as one line of plain text: mark-up stripped, entities (doubly escaped ones too) read, bounded."""
    return clean_text(_without_markup(text[: TITLE_CHARACTERS * 8]))[:TITLE_CHARACTERS].rstrip()


def plain_summary(text: str) -> str | None:
    """A summary's HTML as one line of text, scripts and styles left out; ``None`` for nothing."""
    summary = clean_text(_without_markup(text[:_SOURCE_CHARACTERS]))
    if len(summary) > SUMMARY_CHARACTERS:
        summary = summary[:SUMMARY_CHARACTERS].rsplit(" ", 1)[0].rstrip(" ,;:-–—") + "…"
    return summary or None


def _without_markup(text: str) -> str:
    for _ in range(2):  # twice: some publishers escape what was escaped already
        if _TAG.search(text):
            text = _text_of_markup(text)
        elif _ENTITY.search(text):
            text = html.unescape(text)
        else:
            break
    return text


def _text_of_markup(markup: str) -> str:
    # In the parser itself, not in a tree of Python objects: one entry of nested tags cost twenty seconds there.
    parser = LexborHTMLParser(_BLOCK.sub(" ", markup))
    parser.strip_tags(["script", "style", "template", "noscript"])
    return parser.root.text(deep=True, separator="") if parser.root else ""


def feed_date(texts: list[str], *, now: datetime, languages: tuple[str, ...] = ()) -> Published | None:
    """The first of several date fields that is a date and not more than a day ahead."""
    for text in texts:
        found = parse_iso(text) or parse_date(text, now=now, languages=languages)
        if found and found.on and not is_future(found.on, aware(now)):
            return replace(found, method="feed", raw=clean_text(text)[:100])
    return None


def person(text: str) -> str | None:
    """A name out of "desk@example.org (Ann Low)", "Ann Low <desk@example.org>"; a bare address names nobody."""
    name = plain_title(text)[:200]
    match = _MAIL_NAME.match(name) or _NAME_MAIL.match(name)
    if match:
        name = match[1].strip()
    return name if name and not _MAIL.match(name) else None


def title_from_url(url: str) -> str | None:
    """Words out of the last telling part of a URL's path: ``/2026/river-council-meets.html`` says "river council
    meets"; ``None`` where the path says nothing in words."""
    for part in reversed(urlsplit(url).path.split("/")):
        words = clean_text(re.sub(r"[-_+.]+", " ", _SLUG_END.sub("", unquote(part, errors="replace"))))
        if sum(char.isalpha() for char in words) >= 3:
            return words[:200]
    return None
