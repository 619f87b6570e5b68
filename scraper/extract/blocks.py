"""A listing in several blocks: records elsewhere on the page whose titles come from the same template.

One list is often cut up: a lead story, two columns, a section per subject. Records of one template share the mark-up
around the title (tags, and classes where there are any), whatever the boxes around them; a class is only ever compared
with another one of the same page.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter

from scraper.extract.columns import Fields, Page, href_of
from scraper.extract.groups import Group, Record
from scraper.extract.hrefs import folder_of, is_telling
from scraper.extract.markup import find_value
from scraper.extract.moments import moments_between
from scraper.extract.tree import TEXT, Tree

ROOM = 60
"""Words by which a record may grow at one step outwards before it is taken for the box around it."""
DATED = 0.8
"""Share of the records that make what they have in common a mark of the list."""
FEW = 3
"""Records of a list from which on a story may lead it."""
LEAD_TITLE = 3
MOST_LEADS = 3
LEAST_TITLE = 2
"""Words of a title in another block."""
_DIGITS = re.compile(r"\d+")
Stamp = tuple[str, ...]


def other_blocks(page: Page, group: Group, fields: list[Fields]) -> list[Record]:
    """All further records of the page that bear the stamp of the group's titles. Where the group's records have dates,
    so have these."""
    tree = page.tree
    known = sorted((r.start, r.stop) for r in group.records)
    urls = {href_of(tree, f.link) for f in fields if f.link >= 0}
    inside = sum(tree.aside[f.row.record.head] for f in fields) * 2 > len(fields)
    found = [
        node
        for node in _stamped(tree, fields) or _of_one_class(tree, fields)
        if not _covered(known, node)
        and (inside or not tree.aside[node])
        and not (tree.link[node] >= 0 and href_of(tree, tree.link[node]) in urls)
    ]
    found = _without_menus(tree, found, urls)
    if len(found) > 3 * len(group.records):
        found = []
    found = sorted({*found, *_leads(page, known, fields, urls)})
    if not found:
        return []
    starts = sorted([*found, *(start for start, _ in known)])
    more = [_grow(tree, node, starts, known) for node in found]
    if sum(bool(f.row.moments) for f in fields) < len(fields) * DATED:
        return more
    return [r for r in more if moments_between(page.moments, page.moment_nodes, r.start, r.stop)]


def _without_menus(tree: Tree, found: list[int], urls: set[str]) -> list[int]:
    """The nodes without those boxes in which few links look like those of documents, as nearly all of the list do."""
    if sum(map(is_telling, urls)) < len(urls) * DATED or not urls:
        return found
    boxes: dict[int, list[int]] = {}
    for node in found:
        boxes.setdefault(tree.parent[tree.parent[node]], []).append(node)
    kept = []
    for some in boxes.values():
        telling = sum(is_telling(href_of(tree, tree.link[node])) for node in some if tree.link[node] >= 0)
        if len(some) < FEW or tree.link[some[0]] < 0 or telling * 2 >= len(some):
            kept += some
    return sorted(kept)


def _leads(page: Page, known: list[tuple[int, int]], fields: list[Fields], urls: set[str]) -> list[int]:
    """Linked headings above a list with dates that lead to where its titles lead, to a page of its own each: a lead
    story. It has a date as well, which is seen to elsewhere."""
    tree = page.tree
    if sum(bool(f.row.moments) for f in fields) < len(fields) * DATED or len(fields) < FEW:
        return []
    folders = Counter(folder_of(url) for url in urls)
    if not folders:
        return []
    folder, count = folders.most_common(1)[0]
    first = known[0][0]
    if count < len(urls) * DATED or not any(is_telling(url) for url in urls):
        return []
    found = []
    for i in range(first):
        if tree.heading[i] != i or tree.aside[i] or tree.units_in(i, tree.end[i]) < LEAD_TITLE:
            continue
        link = tree.link[i]
        if link < 0:
            link = next((node for node in range(i, tree.end[i]) if tree.link[node] == node), -1)
        href = href_of(tree, link) if link >= 0 else ""
        if href and href not in urls and folder_of(href) == folder and is_telling(href):
            found.append(i)
    return found if len(found) <= MOST_LEADS else []


def _stamped(tree: Tree, fields: list[Fields]) -> list[int]:
    """The nodes, known ones too, that bear the stamp of most titles; none if they have no stamp in common, or if only
    they bear it."""
    marks = [_title_node(f) for f in fields]
    stamps = Counter(_stamp(tree, node) for node in marks if node >= 0)
    if not stamps:
        return []
    stamp, count = stamps.most_common(1)[0]
    if count * 2 < len(fields):
        return []
    alike = _alike(tree, stamp, marks)
    return alike if len(alike) > count else []


def _of_one_class(tree: Tree, fields: list[Fields]) -> list[int]:
    """The nodes with the class that most titles have, whatever the tags: a lead story's title is a larger heading."""
    marks = [_class_of_title(tree, f) for f in fields]
    names = Counter(name for name in marks if name)
    if not names:
        return []
    name, count = names.most_common(1)[0]
    if count < len(fields) * DATED:
        return []
    bearing = {raw for raw in set(tree.attrs.raw) if _class_in(raw) == name}
    return [
        i for i, raw in enumerate(tree.attrs.raw) if raw in bearing and tree.units_in(i, tree.end[i]) >= LEAST_TITLE
    ]


def _class_of_title(tree: Tree, f: Fields) -> str:
    """The class of the innermost element around a title that has one, up to its heading, within its record."""
    if f.title is None:
        return ""
    node = tree.parent[f.title.node]
    for _ in range(3):
        if node < 0 or _class(tree, node) or tree.heading[node] == node:
            break
        node = tree.parent[node]
    return _class(tree, node) if node >= f.row.record.start else ""


def _title_node(f: Fields) -> int:
    if f.title is None:
        return -1
    return f.title.link if f.title.link >= 0 else f.title.heading


def _stamp(tree: Tree, node: int) -> Stamp:
    """The tags and classes of a title and its parent, and whether there is a heading in or around it; the path too,
    where no class tells one template from another."""
    above = tree.parent[node]
    classes = [_class(tree, node), _class(tree, above)]
    inner = tree.heading[node] >= 0 or any(
        tree.heading[i] == i for i in range(node + 1, min(tree.end[node], node + 12))
    )
    plain = "" if any(classes) else str(tree.path[node])
    return (tree.tag[node], tree.tag[above], *classes, str(inner), plain)


def _class(tree: Tree, node: int) -> str:
    if node < 0:
        return ""
    raw = tree.attrs.raw[node]
    found = tree.classes.get(raw)
    if found is None:
        found = tree.classes[raw] = _class_in(raw)
    return found


def _class_in(raw: str) -> str:
    return _DIGITS.sub("", find_value(raw, "class")).strip() if "class=" in raw else ""


def _alike(tree: Tree, stamp: Stamp, marks: list[int]) -> list[int]:
    tag, outer = stamp[:2]
    parents, tags = tree.parent, tree.tag
    some = tree.link[marks[0]] == marks[0] if marks and marks[0] >= 0 else False
    return [
        i
        for i in (tree.hrefs if some else range(1, len(tags)))
        if tags[i] == tag
        and tags[parents[i]] == outer
        and tag != TEXT
        and tree.units_in(i, tree.end[i]) > 0
        and _stamp(tree, i) == stamp
    ]


def _covered(known: list[tuple[int, int]], node: int) -> bool:
    at = bisect_right(known, (node, 1 << 60)) - 1
    return at >= 0 and node < known[at][1]


def _grow(tree: Tree, node: int, starts: list[int], known: list[tuple[int, int]]) -> Record:
    """The widest element around a title that holds no other record."""
    best = node
    size = tree.units_in(node, tree.end[node])
    above = tree.parent[node]
    while above > 0:
        low, high = bisect_right(starts, above - 1), bisect_right(starts, tree.end[above] - 1)
        wider = tree.units_in(above, tree.end[above])
        if high - low > 1 or wider > size * 3 + ROOM or any(above < s < tree.end[above] for s, _ in known[:1]):
            break
        best, size = above, wider
        above = tree.parent[above]
    return Record(best, tree.end[best], best)
