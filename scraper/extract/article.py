"""The page's own article: where its running text is, what it says, when and by whom it was published."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from dataclasses import replace as with_changes
from datetime import datetime
from typing import Any

from scraper.dates import parse_iso
from scraper.dates.candidate import is_future
from scraper.extract.columns import Page
from scraper.extract.head import Head
from scraper.extract.structured import address_of, is_article, key_of
from scraper.extract.tree import Line, Tree
from scraper.text import clean_text, fold_text
from scraper.types import ArticleData, Published

SENTENCE = 12
"""Words from which on a line beside prose counts as running text too."""
ABOVE = 40
"""Nodes above a title within which a date is the article's."""
LEAST_TITLE = 3
"""Words of an article's title at least: one of fewer may name a section."""
NOTICE_WORDS = 20
"""Running words of a short notice, if its heading is dated."""
NOTICE_LEVELS = 6
"""Elements outwards from a heading within which its text begins."""
MAX_TEXT = 200_000


@dataclass(slots=True)
class Prose:
    """The running text of a page: ``container`` is the element around it, ``units`` its words; ``dated``: it stands
    under a heading with a date."""

    container: int
    units: int
    first: int
    last: int
    dated: bool = False


def find_prose(page: Page, inside: list[tuple[int, int]]) -> Prose | None:
    """The densest running text that stands in none of the intervals ``inside`` (a listing's records)."""
    tree = page.tree
    mass: Counter[int] = Counter()
    starts = [start for start, _ in inside]
    for node, units in page.prose:
        at = bisect_left(starts, node + 1) - 1
        if tree.aside[node] or (at >= 0 and node < inside[at][1]):
            continue
        block = tree.block[node]
        above = tree.parent[block] if block > 0 else block
        mass[block] += units
        mass[above] += units + 1
    if not mass:
        return None
    container, units = mass.most_common(1)[0]
    around = tree.parent[container]
    if around > 0 and mass[around] > units * 0.6:
        container = around
    lines = [
        line
        for line in tree.lines_of(container, tree.end[container])
        if _is_running(tree, line.chunks[0], line.chunks[-1])
    ]
    if not lines:
        return None
    total = sum(tree.units_in(line.chunks[0], line.chunks[-1] + 1) for line in lines)
    return Prose(container, total, lines[0].chunks[0], lines[-1].chunks[-1])


def _is_running(tree: Tree, first: int, last: int) -> bool:
    units = tree.units_in(first, last + 1)
    return units >= SENTENCE and tree.linked_in(first, last + 1) * 2 < units and not tree.aside[first]


def leads_page(page: Page, head: Head, prose: Prose, first: int) -> bool:
    """Whether a running text that begins above the node ``first`` is what the page is about: it stands under a heading
    that is the page's title, with a day between them, and no other heading."""
    tree = page.tree
    if prose.first >= first or prose.units < NOTICE_WORDS or not head.title:
        return False
    above = [i for i in range(prose.first) if tree.heading[i] == i and tree.units_in(i, tree.end[i])]
    if not above or tree.tag[above[-1]] not in ("h1", "h2"):
        return False
    at = above[-1]
    named = fold_text(tree.text_of(at, tree.end[at]))
    if tree.units_in(at, tree.end[at]) < LEAST_TITLE or named not in fold_text(head.title):
        return False
    return any((m.alone or m.machine) and m.published.on and at - ABOVE <= m.node <= prose.first for m in page.moments)


def says_article(head: Head) -> bool:
    """Whether the page's machine data calls it an article."""
    return head.metas.get("og:type", "").lower() == "article" or bool(_article_data(head))


def find_notice(page: Page) -> Prose | None:
    """The text of a short article: sentences under the page's only or last first-level heading, which is dated."""
    tree = page.tree
    titles = [
        i for i, tag in enumerate(tree.tag) if tag == "h1" and not tree.aside[i] and tree.units_in(i, tree.end[i])
    ]
    if not titles:
        return None
    at = titles[-1]
    container = tree.parent[at]
    for _ in range(NOTICE_LEVELS):
        if container < 0:
            break
        lines = [line for line in tree.lines_of(tree.end[at], tree.end[container]) if _is_sentence(tree, line)]
        if lines:
            first, last = lines[0].chunks[0], lines[-1].chunks[-1]
            dated = any((m.alone or m.machine) and at - ABOVE <= m.node <= first for m in page.moments)
            total = sum(tree.units_in(line.chunks[0], line.chunks[-1] + 1) for line in lines)
            return Prose(container, total, first, last, dated=True) if dated and total >= NOTICE_WORDS else None
        container = tree.parent[container]
    return None


def _is_sentence(tree: Tree, line: Line) -> bool:
    return _is_running(tree, line.chunks[0], line.chunks[-1]) and tree.heading[line.chunks[0]] < 0


def read_article(page: Page, head: Head, prose: Prose, *, now: datetime) -> ArticleData:
    """Title, date, author and text of the article whose running text was found."""
    data = _article_data(head)
    title, at = _title(page.tree, head, prose, data)
    return ArticleData(
        title=title,
        text=_text(page.tree, prose, title),
        published=_published(page, head, prose, data, at, now),
        author=_author(head, data),
        url=head.canonical,
    )


def _article_data(head: Head) -> dict[str, Any]:
    """The page's own article among its machine data: the only one, or the one with the page's address. Several of
    other addresses are what a listing lists."""
    found = [value for value in head.data if is_article(value)]
    addresses = [address_of(value, head.base) for value in found]
    here = {key_of(url) for url in (head.canonical, head.base) if url}
    for value, address in zip(found, addresses, strict=True):
        if address and key_of(address) in here:
            return value
    return found[0] if found and len({key_of(address) for address in addresses if address}) <= 1 else {}


def _title(tree: Tree, head: Head, prose: Prose, data: dict[str, Any]) -> tuple[str, int]:
    """The title and the node it stands at (-1 where it is only in the head)."""
    headings = [i for i in range(prose.first) if tree.heading[i] == i and not tree.aside[i]]
    named = fold_text(" ".join(filter(None, (head.title, head.metas.get("og:title")))))
    told = {fold_text(value) for value in (head.metas.get("og:title"), data.get("headline")) if isinstance(value, str)}
    for i in reversed(headings):
        text = clean_text(tree.text_of(i, tree.end[i]))[:1_000]
        if fold_text(text) in told:
            return text, i
    for level in ("h1", "h2", "h3"):
        for i in reversed(headings):
            if tree.tag[i] == level:
                text = clean_text(tree.text_of(i, tree.end[i]))[:1_000]
                if text and (level == "h1" or fold_text(text) in named):
                    return text, i
    for value in (data.get("headline"), head.metas.get("og:title"), head.title):
        if isinstance(value, str) and value.strip():
            return clean_text(value)[:1_000], -1
    return "", -1


def _published(
    page: Page, head: Head, prose: Prose, data: dict[str, Any], title_at: int, now: datetime
) -> Published | None:
    for method, value in (
        ("json_ld", data.get("datePublished")),
        ("meta", head.metas.get("article:published_time")),
        ("meta", head.metas.get("datepublished")),
    ):
        if isinstance(value, str):
            found = parse_iso(value)
            if found is not None and found.on is not None and (found.on - now.date()).days <= 1:
                return with_changes(found, method=method)
    start = max(title_at, 0)
    near = [m for m in page.moments if start <= m.node <= prose.first or (m.alone and m.node <= prose.last + 60)]
    near = [m for m in near if (m.alone or m.machine) and not (m.published.on and is_future(m.published.on, now))]
    if title_at >= 0:
        near = [m for m in near if m.node >= title_at - ABOVE]
    near.sort(key=lambda m: (not m.machine, abs(m.node - max(title_at, 0))))
    return near[0].published if near else None


def _author(head: Head, data: dict[str, Any]) -> str | None:
    author = data.get("author")
    if isinstance(author, list):
        author = author[0] if author else None
    if isinstance(author, dict):
        author = author.get("name")
    for value in (author, head.metas.get("author"), head.metas.get("article:author")):
        if isinstance(value, str) and value.strip() and not value.startswith("http"):
            return clean_text(value)[:200]
    return None


def _text(tree: Tree, prose: Prose, title: str) -> str:
    """The article's paragraphs, a blank line between them; labels, captions of links and the title left out."""
    paragraphs: list[str] = []
    size = 0
    for line in tree.lines_of(prose.first, prose.last + 1):
        first, last = line.chunks[0], line.chunks[-1]
        units, linked = tree.units_in(first, last + 1), tree.linked_in(first, last + 1)
        if tree.aside[first] or linked * 2 > max(units, 1) or line.text == title:
            continue
        if units < 4 and tree.heading[first] < 0:
            continue
        paragraphs.append(clean_text(line.text))
        size += len(line.text)
        if size > MAX_TEXT:
            break
    return "\n\n".join(paragraphs)
