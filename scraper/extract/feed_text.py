"""Fields of feeds as plain text: titles without mark-up, summaries cleaned, dates, people, titles out of URLs."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import unquote, urlsplit

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
            text = _soup_text(text)
        elif _ENTITY.search(text):
            text = html.unescape(text)
        else:
            break
    return text


def _soup_text(markup: str) -> str:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(markup, "lxml")
    for element in soup(["script", "style", "template", "noscript"]):
        element.decompose()
    for element in soup(
        ["br", "p", "div", "li", "tr", "td", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "figure"]
    ):
        element.append(" ")
        element.insert_before(" ")
    return soup.get_text()


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
