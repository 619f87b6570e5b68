"""The listing of an HTML page: candidates, the best of them, its items."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import accumulate

from scraper.extract.blocks import other_blocks
from scraper.extract.columns import Fields, Page, Piece, Row, choose_fields, href_of, judge_columns, read_row
from scraper.extract.dating import date_column
from scraper.extract.extras import author_of, image_of
from scraper.extract.groups import Group, Record, find_groups
from scraper.extract.learnt import HEAD_START, RIVAL_SHARE, RIVALS, SURE, is_cut_closer, named_groups
from scraper.extract.moments import find_moments
from scraper.extract.score import Judged, judge
from scraper.extract.signs import prose_lines
from scraper.extract.strangers import without_strangers
from scraper.extract.summary import read_summaries, summary_of
from scraper.extract.titles import names_days, title_of
from scraper.extract.tree import Tree
from scraper.types import ItemData, Published, Recipe
from scraper.urls import resolve_url

JUDGED = 5
"""Candidates that are read closely, the ones with most text and dates first."""
RELEASED = datetime(2026, 1, 1, tzinfo=UTC)
"""No right clock stands before this day: this was written after it."""
MUCH_LATER = datetime(2100, 1, 1, tzinfo=UTC)
MAX_ITEMS = 2_000
LEAST_LATER = 3
"""Records of later days by which a new list is known from a column beside the old one."""
OF_AN_END = 20
"""Records by whose days it is known which end of a long list is the newer one."""
MAX_TITLE = 1_000
CUT = " .…[]"
CUT_ENDS = ("…", "...", "…]", "...]", "..")
"""How a title ends that is cut."""
LEAST_SHOWN = 6
"""Characters that a cut title must share with the whole one."""
_SEVERAL_TITLES = 3
"""So many titles behind one address are as many items; two are one under two wordings."""


def read_page(tree: Tree, *, now: datetime, languages: Sequence[str]) -> Page:
    """The page with its dates. A clock that stands before :data:`RELEASED` is wrong: dates are then seen, so that a
    listing is known by them, though none of those ahead of ``now`` is given as published."""
    ahead: list[int] = []
    page = Page(tree, find_moments(tree, now=now if now >= RELEASED else MUCH_LATER, languages=languages, ahead=ahead))
    page.ahead = ahead
    page.line_start_set = set(tree.line_starts)
    page.prose = prose_lines(tree)
    return page


def candidates(page: Page, recipe: Recipe | None = None, *, witnesses: bool = False) -> list[Judged]:
    """The closely read candidates, best first. The one that a learnt ``recipe`` names has a head start, but not over a
    better one that shows a later day; those that hold much less than it, or the same, are not read, unless there are
    ``witnesses`` that may speak for one of them."""
    tree = page.tree
    dates = _count_dates(page)
    groups = find_groups(tree, dates)
    whole = max(tree.units[-1], 1)
    named = [judge(page, g, whole) for g in named_groups(tree, groups, recipe)[:JUDGED]]
    known = {id(j.group) for j in named}
    if named and named[0].odds >= SURE and not witnesses:
        held = named[0].group
        least = RIVAL_SHARE * _promise(tree, held, dates)
        rivals = [g for g in _promising(tree, groups, dates, RIVALS, least) if not is_cut_closer(g, held)]
    else:
        rivals = _promising(tree, groups, dates, RIVALS if named else JUDGED, 0.0)
    judged = named + [judge(page, g, whole) for g in rivals if id(g) not in known]
    judged.sort(key=lambda j: -j.choice - HEAD_START * (id(j.group) in known and j.odds > 0))
    if judged and id(judged[0].group) in known:
        # The site may have begun a new list beside the one that was learnt.
        learnt, last = judged[0], _last_day(page, judged[0].group.records)
        later = [j for j in judged[1:] if j.choice > learnt.choice and _goes_on(page, j.group.records, last)]
        if later:
            judged = [later[0], *(j for j in judged if j is not later[0])]
    return judged


def _newer_end(page: Page, records: list[Record]) -> list[Record]:
    """As many records as are read: the first ones, or the last ones if these show later days."""
    if len(records) <= MAX_ITEMS:
        return records
    runs_up = _last_day(page, records[-OF_AN_END:]) > _last_day(page, records[:OF_AN_END])
    return records[-MAX_ITEMS:] if runs_up else records[:MAX_ITEMS]


def _goes_on(page: Page, records: Sequence[Record], last: int) -> bool:
    """Whether a list has several records of days after ``last``; a column of what is read most may have one as well."""
    return last > 0 and sum(_last_day(page, [r]) > last for r in records) >= LEAST_LATER


def _last_day(page: Page, records: Sequence[Record]) -> int:
    """The latest day that records show, as an ordinal; 0 if they show none."""
    nodes = page.moment_nodes
    found = 0
    for r in records:
        for m in page.moments[bisect_left(nodes, r.start) : bisect_left(nodes, r.stop)]:
            if m.published.on is not None:
                found = max(found, m.published.on.toordinal())
    return found


def _count_dates(page: Page) -> list[int]:
    """Prefix sums over the nodes."""
    counts = [0] * (len(page.tree.tag) + 1)
    for m in page.moments:
        counts[m.node + 1] += 1
    return list(accumulate(counts))


def _promising(tree: Tree, groups: list[Group], dates: list[int], most: int, least: float) -> list[Group]:
    """The candidates worth reading, likeliest first; of several that cut the page alike, one."""
    promises = [(_promise(tree, g, dates), g) for g in groups]
    promises.sort(key=lambda promise: -promise[0])
    found: dict[tuple[int, ...], Group] = {}
    for promise, g in promises:
        if promise < least:
            break
        cut = len(g.records), g.records[0].start, g.records[1].start, g.records[1].stop, g.records[-1].stop
        found.setdefault(cut, g)
        if len(found) >= most:
            break
    return list(found.values())


def _promise(tree: Tree, group: Group, dates: list[int]) -> float:
    """A cheap estimate from prefix sums alone, to choose what is read closely."""
    total = 0.0
    for r in group.records:
        size = min(tree.units_in(r.start, r.stop), 40)
        dated = 10 if dates[r.stop] > dates[r.start] else 0
        total += (size + dated) * (0.2 if tree.aside[r.head] else 1.0)
    return total


def items_of(
    page: Page, judged: Judged, url: str, *, now: datetime, languages: Sequence[str]
) -> list[tuple[Fields, ItemData]]:
    """The items in page order, each with the record it was read from."""
    rows = _read(page, _newer_end(page, judged.group.records))
    fields = _fields(page, rows)
    more = other_blocks(page, judged.group, fields)
    if more:
        rows = sorted([*rows, *_read(page, more)], key=lambda row: row.record.start)[:MAX_ITEMS]
        fields = _fields(page, rows)
    fields = without_strangers(page, fields)
    read_summaries(page, fields)
    dates = date_column(page, fields, now=now, languages=languages, url=url)
    titles = [(_uncut(page.tree, f.title) if f.title else "", p) for f, p in zip(fields, dates, strict=True)]
    whole = names_days(titles)
    read = [
        (f, _item(page, f, title_of(text, None if whole else published)[:MAX_TITLE], published, url))
        for f, (text, published) in zip(fields, titles, strict=True)
    ]
    return _without_repeats([(f, item) for f, item in read if item is not None])


def _without_repeats(items: list[tuple[Fields, ItemData]]) -> list[tuple[Fields, ItemData]]:
    """One record of each address; of an address that stands behind several titles (all lead to one page) one of each
    title."""
    titles: dict[str, set[str]] = defaultdict(set)
    for _, item in items:
        if item.url:
            titles[item.url].add(item.title)
    kept: list[tuple[Fields, ItemData]] = []
    seen: set[tuple[str, str]] = set()
    for f, item in items:
        if item.url:
            key = (item.url, item.title if len(titles[item.url]) >= _SEVERAL_TITLES else "")
            if key in seen:
                continue
            seen.add(key)
        kept.append((f, item))
    return kept


def _read(page: Page, records: list[Record]) -> list[Row]:
    return [read_row(page, r) for r in records]


def _fields(page: Page, rows: list[Row]) -> list[Fields]:
    return [f for f in choose_fields(page, rows, judge_columns(rows)) if f.title is not None]


def _item(page: Page, f: Fields, title: str, published: Published | None, url: str) -> ItemData | None:
    tree = page.tree
    link = resolve_url(url, href_of(tree, f.link)) if f.link >= 0 else None
    if not title:
        return None
    return ItemData(
        title=title,
        url=link,
        published=published,
        summary=summary_of(page, f),
        author=author_of(page, f.row.record),
        image_url=image_of(tree, f.row.record, url),
        provenance=(("tier", "html"),),
    )


def _uncut(tree: Tree, title: Piece) -> str:
    """The title as it is shown, or as its link says it in full where it is cut ("Council meets on…")."""
    shown = title.text.rstrip(CUT).rstrip()
    if not title.text.endswith(CUT_ENDS) or len(shown) < LEAST_SHOWN or title.link < 0:
        return title.text
    for node in (title.link, tree.parent[title.node]):
        said = " ".join((tree.attrs[node].get("title") or "")[:MAX_TITLE].split())
        if len(said) > len(shown) and said.startswith(shown):
            return said
    return title.text
