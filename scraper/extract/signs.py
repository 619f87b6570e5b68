"""What is seen of a candidate list, as numbers of 0..1 that mean the same on every page and in every language.

No class names and no words of any language: counts, lengths, distinctness, dates, headings, place, agreement.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from math import log2
from statistics import median

from scraper.extract.columns import Fields, Page, href_of
from scraper.extract.dating import date_order
from scraper.extract.groups import Group
from scraper.extract.hrefs import common_pattern, is_telling
from scraper.extract.tree import Tree

PAGE_SIGNS = ("article", "says_article", "own_address", "password")
"""Signs of the page rather than of one candidate: they count in the odds, not in the choice."""
LONG_LINE = 25
"""Words from which on a line is prose: headlines and labels are shorter."""


@dataclass(slots=True)
class Signs:
    """One candidate, seen. Shares are of its records unless said otherwise.

    ``count``: 2..64 records on a log scale; ``few``: fewer than four. ``titles``: how headline-like the median title
    length is; ``sentence``: titles of four words and more; ``heading``, ``linked``: title in a heading, in a link (or
    a script that stands for one); ``aligned``: title from the one best column. ``dated``, ``one_date``: any date,
    exactly one; ``date_order``: dates that run one way; ``date_share``: share of the page's own-line dates inside.
    ``summary``: text beside the title. ``cover``: share of the page's text inside; ``mass``: words inside, on a log
    scale; ``early``: how early on the page it begins; ``aside``: in navigation or footer. ``uniform``: of similar
    size; ``fat``: with headings of their own beyond one; ``many_links``; ``mid_line``: begin within a line;
    ``no_link``; ``images``. ``telling_urls``: addresses with a slug, a long number or a document; ``url_pattern``:
    addresses built like the commonest one; ``same_urls``, ``same_titles``: repetitions. ``prose_outside``: share of
    the page's text that is long lines elsewhere. ``in_prose``: titles that are links within a sentence; ``signed``:
    posts under a short name, as in a thread; ``anchored``: with links to places of this very page; ``strangers``:
    siblings that were left out; ``nested``: with several links of the title's kind, as a section of a list has.
    Known of the chosen candidate only: ``article``: words of running text beside it, up to 500; ``says_article``: the
    page calls itself one; ``own_address``: the page's address looks like one document's; ``password``: it asks for one.
    """

    count: float = 0.0
    few: float = 0.0
    titles: float = 0.0
    heading: float = 0.0
    linked: float = 0.0
    dated: float = 0.0
    one_date: float = 0.0
    date_order: float = 0.0
    summary: float = 0.0
    cover: float = 0.0
    aside: float = 0.0
    same_urls: float = 0.0
    same_titles: float = 0.0
    many_links: float = 0.0
    mid_line: float = 0.0
    no_link: float = 0.0
    images: float = 0.0
    aligned: float = 0.0
    uniform: float = 0.0
    telling_urls: float = 0.0
    prose_outside: float = 0.0
    fat: float = 0.0
    early: float = 0.0
    mass: float = 0.0
    date_share: float = 0.0
    url_pattern: float = 0.0
    sentence: float = 0.0
    in_prose: float = 0.0
    signed: float = 0.0
    anchored: float = 0.0
    strangers: float = 0.0
    nested: float = 0.0
    article: float = 0.0
    says_article: float = 0.0
    own_address: float = 0.0
    password: float = 0.0


def read_signs(page: Page, group: Group, fields: list[Fields], whole: int, *, of: int) -> Signs:
    """The signs of a candidate: ``fields`` of its records without strangers, ``of`` records were read; ``whole`` is the
    page's text in words."""
    size = len(group.records) * len(fields) / max(of, 1)
    tree = page.tree
    n = len(fields)
    calls = [_call(tree, f) if tree.scripted else "" for f in fields]
    hrefs = [call or href_of(tree, f.link) for call, f in zip(calls, fields, strict=True) if call or f.link >= 0]
    titles = [f.title.text for f in fields if f.title]
    each = [len({href_of(tree, node) for node in f.row.links}) for f in fields]
    days = [[m.published.on for m in f.row.moments] for f in fields]
    sizes = [tree.units_in(f.row.record.start, f.row.record.stop) for f in fields]
    plain = [sum(p.units for p in f.row.pieces if p is not f.title and p.link < 0 and not p.dated) for f in fields]
    inside = sum(tree.units_in(r.start, r.stop) for r in group.records)
    starts = page.line_start_set
    best = Counter(f.title.key for f in fields if f.title).most_common(1)
    middle = max(median(sizes), 1)
    return Signs(
        count=min(log2(max(size, 1)), 6) / 6,
        few=1.0 if size < 3.5 else 0.0,
        titles=_headline_like(median([f.title.units if f.title else 0 for f in fields])),
        heading=sum(f.title is not None and f.title.heading >= 0 for f in fields) / n,
        linked=sum(
            f.title is not None and (f.title.link >= 0 or call != "") for call, f in zip(calls, fields, strict=True)
        )
        / n,
        dated=sum(bool(d) for d in days) / n,
        one_date=sum(len(set(d)) == 1 for d in days) / n,
        date_order=date_order([d[0] for d in days if d and d[0]]),
        summary=min(median(plain), 40) / 40,
        cover=min(inside / max(whole, 1), 1.0),
        aside=sum(tree.aside[f.row.record.head] for f in fields) / n,
        same_urls=1 - len(set(hrefs)) / len(hrefs) if hrefs else 0.0,
        same_titles=1 - len(set(titles)) / len(titles) if titles else 1.0,
        many_links=min(max(median(each) - 1.5, 0), 6) / 6,
        mid_line=sum(_mid_line(page, starts, f) for f in fields) / n,
        no_link=sum(f.link < 0 for f in fields) / n,
        images=sum(_count(tree.images, f.row.record.start, f.row.record.stop) > 0 for f in fields) / n,
        aligned=best[0][1] / n if best else 0.0,
        uniform=sum(middle / 4 <= size <= middle * 4 for size in sizes) / n,
        telling_urls=sum(map(is_telling, hrefs)) / len(hrefs) if hrefs else 0.0,
        prose_outside=_prose_outside(page, group) / max(whole, 1),
        fat=sum(len({p.heading for p in f.row.pieces if p.heading >= 0}) > 2 for f in fields) / n,
        mass=min(log2(1 + inside), 12) / 12,
        date_share=_date_share(page, group),
        url_pattern=common_pattern(hrefs),
        sentence=sum(f.title is not None and f.title.units >= 4 for f in fields) / n,
        in_prose=sum(_in_prose(tree, f) for f in fields) / n,
        signed=_signed(fields, plain),
        strangers=1 - n / max(of, n),
        nested=sum(_is_nested(tree, f) for f in fields) / n,
        anchored=sum(_count(tree.anchors, f.row.record.start, f.row.record.stop) > 0 for f in fields) / n,
        early=1 - tree.units[group.records[0].start] / max(tree.units[-1], 1),
    )


def _call(tree: Tree, f: Fields) -> str:
    """The script that stands for the title's link, if one does."""
    node = f.title.node if f.title is not None and f.title.link < 0 else 0
    for _ in range(4):
        if node in tree.scripted:
            return tree.scripted[node]
        node = tree.parent[node] if node > 0 else 0
    return ""


def _in_prose(tree: Tree, f: Fields) -> bool:
    """Whether the title is a link inside a sentence, neither beginning its line nor most of it."""
    if f.title is None or f.title.link < 0:
        return False
    line = tree.lines[bisect_right(tree.line_starts, f.title.node) - 1]
    units = tree.units_in(line.chunks[0], line.chunks[-1] + 1)
    return line.chunks[0] != f.title.node and units - f.title.units >= 12


def _count(nodes: list[int], start: int, stop: int) -> int:
    return bisect_left(nodes, stop) - bisect_left(nodes, start)


def _is_nested(tree: Tree, f: Fields) -> bool:
    if f.title is None or f.title.link < 0:
        return False
    path = tree.path[f.title.link]
    return len({href_of(tree, node) for node in f.row.links if tree.path[node] == path}) > 1


def _signed(fields: list[Fields], plain: list[int]) -> float:
    """Share of records that are much text under a name of a word or two."""
    return sum(
        f.title is not None and f.title.units <= 2 and f.title.heading < 0 and size >= 12
        for f, size in zip(fields, plain, strict=True)
    ) / len(fields)


def _headline_like(units: float) -> float:
    for limit, quality in ((0.5, 0.0), (1, 0.15), (2, 0.4), (3, 0.65), (4, 0.8), (25, 1.0), (40, 0.6)):
        if units <= limit:
            return quality
    return 0.2


def _mid_line(page: Page, starts: set[int], f: Fields) -> bool:
    nodes = page.tree.chunk_nodes
    at = bisect_left(nodes, f.row.record.start)
    return at < len(nodes) and nodes[at] not in starts and nodes[at] < f.row.record.stop


def _date_share(page: Page, group: Group) -> float:
    alone = [m.node for m in page.moments if m.alone]
    if not alone:
        return 0.0
    inside = sum(bisect_left(alone, r.stop) - bisect_left(alone, r.start) for r in group.records)
    return min(inside / len(alone), 1.0)


def _prose_outside(page: Page, group: Group) -> float:
    """Words in long, hardly linked lines that stand in none of the records."""
    total, k = 0, 0
    records = sorted(group.records, key=lambda r: r.start)
    for node, units in page.prose:
        while k < len(records) and records[k].stop <= node:
            k += 1
        if k >= len(records) or not records[k].start <= node < records[k].stop:
            total += units
    return total


def prose_lines(tree: Tree) -> list[tuple[int, int]]:
    """(first node, words) of each long line that is mostly no link."""
    found = []
    for line in tree.lines:
        first, last = line.chunks[0], line.chunks[-1]
        units = tree.units_in(first, last + 1)
        if units >= LONG_LINE and tree.linked_in(first, last + 1) * 3 < units:
            found.append((first, units))
    return found
