"""Plain text as a page: a listing of teasers, an article, both (an article page that begins with the latest teasers).

Several splits are tried, the best founded first; a text that none of them fits has no items and says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from scraper.extract.plain_article import read_article, without_navigation
from scraper.extract.plain_dated import Part, Split, split_dated, split_inline
from scraper.extract.plain_lines import Line, read_lines
from scraper.extract.plain_markdown import unmark
from scraper.extract.plain_other import reason_for_no_listing
from scraper.extract.plain_teasers import split_teasers
from scraper.text import first_sentence
from scraper.types import ArticleData, Extraction, ItemData, PageKind, Published, Verdict
from scraper.urls import resolve_url

MOST_ITEMS = 2_000
TITLE_CHARACTERS = 200
FEWEST_DATED = 3
"""Dated items from which on a text in the manner of Markdown is a list."""
LISTED = 0.7
"""Share of its lines that must belong to items."""
LONGEST_ITEM = 4
LONGEST_MARKED = 400_000
FEWEST_WORDS = 3
"""Words of a headline that is an item by itself."""
_TIER = "plain"
_CONFIDENCE = {"before": 0.9, "after": 0.85, "title_first": 0.9, "leading": 0.7, "trailing": 0.65}
_SAYS = {
    "before": "a date line stands before each item",
    "after": "a date line stands after each item",
    "title_first": "each item has a headline, a date line and a text",
    "leading": "each line begins with a date",
    "trailing": "each line ends with a date",
    "teasers": "wider gaps part the items",
    "headlines with teasers": "headlines alternate with teasers",
    "teasers before an article": "undated teasers stand before an article",
}


def extract_plain(text: str, url: str, *, now: datetime) -> Extraction:
    """What a plain text (``text/plain``, a saved page's text) lists and says. Never raises; bounded.

    Items have no links, but for those of a list in the manner of Markdown. An item that is only a teaser has its first
    sentence (at most 200 characters) as title and the whole teaser as summary, a blank line between its paragraphs. The
    page's own article is ``article`` and no item. Prose, code, tables, logs and settings give no items and a reason.
    """
    lines = read_lines(text, now=now, url=url)
    if not lines:
        return _nothing(PageKind.EMPTY, "the text is empty")
    if reason := reason_for_no_listing(text, lines):
        return _marked_list(text, url, now) or _nothing(PageKind.OTHER, reason)
    split = _believable(split_dated(lines)) or _believable(split_inline(lines)) or _believable(split_teasers(lines))
    if split is None:
        return _without_items(lines)
    return _listing(_unbundled(split), {}, url)


def _marked_list(text: str, url: str, now: datetime) -> Extraction | None:
    """A list with bullets, numbers, headings or links in the manner of Markdown, if its items are dated and (nearly)
    all of the text; documents in Markdown are none."""
    bare, links = unmark(text[:LONGEST_MARKED])
    lines = read_lines(bare, now=now, url=url)
    if sum(1 for line in lines if line.date or line.leading or line.trailing) < FEWEST_DATED:
        return None
    if reason_for_no_listing(bare, lines):
        return None
    split = _believable(split_dated(lines)) or _believable(split_inline(lines))
    if split is None or len(split.parts) < FEWEST_DATED:
        return None
    held = sum(len(part.lines) + (part.date is not None and part.date.date is not None) for part in split.parts)
    usual = max(len(part.lines) for part in split.parts) <= LONGEST_ITEM
    return _listing(_unbundled(split), links, url) if usual and held >= len(lines) * LISTED else None


def _unbundled(split: Split) -> Split:
    """Headlines under one date are an item each, if all items are made of headlines alone."""
    lines = [line for part in split.parts for line in part.lines]
    if split.layout != "before" or not all(line.is_headline and line.units >= FEWEST_WORDS for line in lines):
        return split
    parts = tuple(Part(part.date, (line,)) for part in split.parts for line in part.lines)
    return replace(split, parts=parts)


def _listing(split: Split, links: Mapping[str, str], url: str) -> Extraction:
    teasers = _are_teasers(split.parts)
    items = tuple(_item(part, links, url, teasers=teasers) for part in split.parts[:MOST_ITEMS])
    article = _own_article(split)
    kind = PageKind.BOTH if article else PageKind.LISTING
    reasons = [f"{len(items)} items: {_SAYS[split.layout]}"]
    if article:
        reasons.append("the page's own article follows" if split.after else "the page's own article stands first")
    verdict = Verdict(kind, _confidence(split, article), tuple(reasons))
    return Extraction(items, article, verdict, page_title=article.title if article else None, tier=_TIER)


def _nothing(kind: PageKind, reason: str) -> Extraction:
    return Extraction((), None, Verdict(kind, 0.9, (reason,)), tier=_TIER)


def _believable(split: Split | None) -> Split | None:
    """Two items at least, most of them with something to say."""
    if split is None or len(split.parts) < 2:
        return None
    telling = sum(1 for part in split.parts if sum(line.units for line in part.lines) >= 3)
    return split if telling * 2 > len(split.parts) else None


def _without_items(lines: Sequence[Line]) -> Extraction:
    article = read_article(lines)
    if article is None or sum(line.units for line in lines) < 30:
        return _nothing(PageKind.OTHER, "the text has neither items nor an article")
    reason = "running text without dated or separated items"
    return Extraction((), article, Verdict(PageKind.ARTICLE, 0.7, (reason,)), page_title=article.title, tier=_TIER)


def _own_article(split: Split) -> ArticleData | None:
    for region in (split.after, split.before):
        content = without_navigation(region)[0]
        if sum(line.units for line in content if line.is_paragraph) >= 15 and (article := read_article(region)):
            return article
    return None


def _confidence(split: Split, article: ArticleData | None) -> float:
    base = _CONFIDENCE.get(split.layout, 0.6)
    if split.layout == "teasers before an article":
        base = 0.75 if split.navigation else 0.6
    if len(split.parts) == 2:
        base -= 0.15
    return round(min(base + (0.05 if article and split.navigation else 0.0), 0.95), 2)


def _are_teasers(parts: Sequence[Part]) -> bool:
    """Whether most items are running text: a single line without a full stop among them is a teaser too."""
    return sum(1 for part in parts if part.lines[0].is_paragraph) * 2 > len(parts)


def _item(part: Part, links: Mapping[str, str], url: str, *, teasers: bool) -> ItemData:
    title, rest, how = _title_and_rest(part.lines)
    if teasers and not rest:
        rest = part.lines
    summary = "\n\n".join(line.text for line in rest) or None
    provenance = [("title", f"{_TIER}:{how}")]
    published = _published(part)
    if summary:
        provenance.append(("summary", f"{_TIER}:text"))
    if published:
        provenance.append(("published", f"{_TIER}:date line"))
    href = links.get(title) or next((links[line.text] for line in part.lines if line.text in links), None)
    link = resolve_url(url, href) if href else None
    return ItemData(title, url=link, published=published, summary=summary, provenance=tuple(provenance))


def _title_and_rest(lines: Sequence[Line]) -> tuple[str, Sequence[Line], str]:
    head = lines[0]
    if head.is_headline and len(head.text) <= TITLE_CHARACTERS:
        return head.text, lines[1:], "headline"
    return first_sentence(head.text, TITLE_CHARACTERS), lines, "first sentence"


def _published(part: Part) -> Published | None:
    line = part.date
    if line is None:
        return None
    hit = line.date or line.leading or line.trailing
    return hit.published if hit else None
