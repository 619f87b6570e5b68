"""Candidate lists: repeated sibling runs of a page, each cut into records.

The idea of tag-path grouping (Miao et al., WWW 2009) in its plainest form: nodes that hold a link or a date and share
tag path and container are siblings of one run; runs whose containers are styled alike belong together. A record is an
interval of node indices, so that flat layouts (``h3 p p h3 p p``, row pairs, ``a br a br``) are records like any other:
what stands between two members belongs to one of them, and the order at the run's two ends says to which.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from scraper.extract.tree import TEXT, Tree

LEAST_TURNS = 6
"""Siblings from which on kinds that take turns are told apart."""
MOST_ALIKE = 12
"""Containers of one style up to which those that hold something else are told apart."""
MANY = 3
"""So many times as many members may have dates as have none, for these to be something else."""
MOST_COLUMNS = 5
"""The same where there are no dates to go by."""
WORDY, TERSE = 5, 3
"""Words that members have on average in a container that is no menu, and in one that is."""
MAX_RECORDS = 3_000


@dataclass(slots=True)
class Record:
    """One candidate record: the nodes ``start <= i < stop``; ``head`` is the member that made it one."""

    start: int
    stop: int
    head: int


@dataclass(slots=True)
class Group:
    """A candidate list. ``path`` is the tag path of its members, ``containers`` their parents; ``name`` is its selector
    once it was asked for (:func:`scraper.extract.learnt.name_group`)."""

    path: int
    containers: list[int] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    flat: bool = False
    name: str | None = None


def find_groups(tree: Tree, dates: list[int]) -> list[Group]:
    """All runs of siblings that hold links or dates (``dates``: prefix sums over nodes).

    Runs are looked for three times: among siblings with links, among siblings with links or dates, and among those
    that are built or styled alike where siblings of several kinds take turns (a title row, a text row, a title row).
    """
    families: dict[tuple[object, int, int], list[tuple[int, list[int]]]] = {}
    for sort, runs in enumerate(_runs(tree, dates)):
        several = {path for (_, path), members in runs.items() if len(members) > 1}
        for (container, path), members in runs.items():
            if path not in several:
                continue  # one alone in each container, everywhere: no list
            families.setdefault((tree.style_of(container), path, sort), []).append((container, members))
            if len(members) >= LEAST_TURNS:
                for number, some in enumerate(_taking_turns(tree, members, dates), start=2):
                    families.setdefault((container, path, number + sort * 10), []).append((container, some))
    groups = []
    for (_, path, _), whole in families.items():
        for found in _parts(tree, whole, dates):
            total = sum(len(members) for _, members in found)
            if total >= 2 and total != len(found):
                groups.append(_group(tree, path, found))
    return groups


def _parts(tree: Tree, found: list[tuple[int, list[int]]], dates: list[int]) -> Iterator[list[tuple[int, list[int]]]]:
    """All containers of a family; and, where nothing tells them apart but what they hold (tables for layout), those
    whose members have dates. Where none has, those of a few whose members say much are not taken together with those
    whose members say hardly anything: menus."""
    if not 2 <= len(found) <= MOST_ALIKE:
        yield found
        return
    dated = [
        (container, members)
        for container, members in found
        if sum(dates[tree.end[m]] > dates[m] for m in members) * 2 > len(members)
    ]
    if dated:
        yield found
        many, all_of = (sum(len(members) for _, members in some) for some in (dated, found))
        if (all_of - many) * MANY >= many:  # a few of a long list may well lack a date
            yield dated
        return
    said = [sum(tree.units_in(m, tree.end[m]) for m in members) / len(members) for _, members in found]
    wordy = [some for some, units in zip(found, said, strict=True) if units >= WORDY]
    apart = 0 < len(wordy) < len(found) <= MOST_COLUMNS and not any(TERSE < units < WORDY for units in said)
    yield wordy if apart else found


Runs = dict[tuple[int, int], list[int]]


def _runs(tree: Tree, dates: list[int]) -> tuple[Runs, Runs]:
    """Siblings by container and path: those with links; and, where these are others, those with links or dates, or
    headings without either."""
    links, ends, tags = tree.links, tree.end, tree.tag
    parents, paths = tree.parent, tree.path
    linked: Runs = {}
    for i in [i for i, (end, before) in enumerate(zip(ends, links, strict=False)) if links[end] > before and i]:
        key = parents[i], paths[i]
        if key in linked:
            linked[key].append(i)
        else:
            linked[key] = [i]
    dated: Runs = {}
    if dates[-1]:
        for i in [i for i, (end, before) in enumerate(zip(ends, dates, strict=False)) if dates[end] > before and i]:
            if links[ends[i]] == links[i] and tags[i] is not TEXT:
                dated.setdefault((parents[i], paths[i]), []).append(i)
    marked = {key: sorted(linked.get(key, []) + some) for key, some in dated.items()}
    headings: Runs = {}
    for i in [i for i, heading in enumerate(tree.heading) if heading == i and i]:
        headings.setdefault((parents[i], paths[i]), []).append(i)
    for key, members in headings.items():
        if len(members) >= 3 and len(members) > len(marked.get(key) or linked.get(key) or ()):
            marked[key] = members
    return linked, dict(sorted(marked.items(), key=lambda run: run[1][0]))


def _taking_turns(tree: Tree, members: list[int], dates: list[int]) -> list[list[int]]:
    """Members of one kind each, where kinds alternate; a kind is styling and the tags of the children, or else whether
    there is a date (every second table has one)."""
    least, most = max(3, len(members) // 6), len(members) - 2
    styles: dict[str, list[int]] = {}
    for m in members:
        styles.setdefault(tree.class_of(m), []).append(m)
    found = [some for some in styles.values() if least <= len(some) <= most]
    if not found:
        kinds: dict[tuple[str, tuple[str, ...]], list[int]] = {}
        for style, some in styles.items():
            for m in some:
                shape = tuple([tree.tag[c] for c in tree.children(m, 6)])
                kinds.setdefault((style, shape), []).append(m)
        found = [some for some in kinds.values() if least <= len(some) <= most]
    if not found:
        dated = [m for m in members if dates[tree.end[m]] > dates[m]]
        if least <= len(dated) <= most and len(dated) * 3 <= len(members) * 2:
            found = [dated]
    found.sort()
    return found[:4]


def _group(tree: Tree, path: int, found: list[tuple[int, list[int]]]) -> Group:
    group = Group(path)
    for container, members in found:
        group.containers.append(container)
        if len(members) == 1:
            group.records.append(Record(members[0], tree.end[members[0]], members[0]))
        else:
            records, flat = _cut(tree, container, members)
            group.records.extend(records)
            group.flat = group.flat or flat
        if len(group.records) > MAX_RECORDS:
            break
    lonely = sum(len(members) == 1 for _, members in found)
    if lonely * 5 >= len(found) * 4 and not group.flat:
        _widen(tree, group)
    return group


def _widen(tree: Tree, group: Group) -> None:
    """Let records that are alone in their container grow outwards together, until neighbours would meet."""
    heads = sorted(r.head for r in group.records)
    rooms = []
    for r in group.records:
        room, node = 0, tree.parent[r.head]
        while node > 0 and bisect_left(heads, tree.end[node]) - bisect_left(heads, node) == 1:
            room, node = room + 1, tree.parent[node]
        rooms.append(room)
    level = sorted(rooms)[len(rooms) // 5]
    for r, room in zip(group.records, rooms, strict=True):
        for _ in range(min(level, room)):
            r.head = tree.parent[r.head]
        r.start, r.stop = r.head, tree.end[r.head]


def _cut(tree: Tree, container: int, members: list[int]) -> tuple[list[Record], bool]:
    """Records of one run. Members that follow each other directly are records; else the gaps are shared out."""
    if all(tree.end[a] == b for a, b in pairwise(members)):
        return [Record(m, tree.end[m], m) for m in members], False
    children = tree.children(container)
    place = {child: k for k, child in enumerate(children)}
    at = [place[m] for m in members]
    gaps = [children[a + 1 : b] for a, b in pairwise(at)]
    built = _build(tree, members[0])
    telling = sum(
        1 for gap in gaps if any(tree.units_in(c, tree.end[c]) and (not built or _build(tree, c) != built) for c in gap)
    )
    if telling * 2 < len(gaps):
        return [Record(m, tree.end[m], m) for m in members], False
    begin = _heading_starts(tree, children, at) or at
    gaps = [children[a + 1 : b] for a, b in pairwise(begin)]
    lead = _lead_length(tree, gaps, children[: begin[0]], children[begin[-1] + 1 :])
    starts = [max(a - lead, begin[k - 1] + 1 if k else 0) for k, a in enumerate(begin)]
    return _spread(tree, children, at, starts), True


def _heading_starts(tree: Tree, children: list[int], at: list[int]) -> list[int] | None:
    """Where records begin if a heading stands between (nearly) all members: "title, text, posted by" is one record,
    though only "posted by" has a link."""
    starts = []
    for k, a in enumerate(at):
        low = at[k - 1] + 1 if k else max(0, a - 40)
        heads = [n for n in range(low, a) if tree.heading[children[n]] == children[n]]
        starts.append((heads[-1] if k == 0 else heads[0]) if heads else -1)
    if tree.heading[children[at[0]]] >= 0 or sum(s < 0 for s in starts) * 10 > len(starts) * 3:
        return None
    return [a if s < 0 else s for s, a in zip(starts, at, strict=True)]


def _build(tree: Tree, node: int) -> tuple[str, ...]:
    """The tags of a node's child elements, if there are enough to know another one by (a row of several cells)."""
    tags = tuple(tree.tag[c] for c in tree.children(node) if tree.tag[c] != TEXT)
    return (tree.tag[node], *tags) if len(tags) >= 3 else ()


def _shape(tree: Tree, nodes: list[int]) -> tuple[str, ...]:
    return tuple(tree.tag[n] for n in nodes)


def _lead_length(tree: Tree, gaps: list[list[int]], before: list[int], after: list[int]) -> int:
    """How many siblings before a member belong to it: chosen so that what stands before the first member and after
    the last one fits. A rule, or two line breaks, end a record."""
    shape, count = Counter(_shape(tree, gap) for gap in gaps).most_common(1)[0]
    if count * 3 < len(gaps):
        return 0  # every record is built differently: the member begins it
    for k in range(len(shape) - 1, -1, -1):
        if shape[k] == "hr" or (shape[k] == "br" and k and shape[k - 1] == "br"):
            return len(shape) - 1 - k
    first = _shape(tree, before[-len(shape) :]) if shape else ()
    tail = _shape(tree, after[: len(shape)])
    if tail == shape:
        return 0
    for lead in range(len(shape) + 1):
        rest = len(shape) - lead
        fits_before = first[len(first) - lead :] == shape[rest:] if lead else True
        if fits_before and tail[:rest] == shape[:rest]:
            return lead
    return 0


def _spread(tree: Tree, children: list[int], at: list[int], starts: list[int]) -> list[Record]:
    usual = sorted(b - a for a, b in pairwise(starts))[(len(starts) - 1) // 2]
    records = []
    for k, start in enumerate(starts):
        # The last one has no next: it gets as much as usual.
        stop = starts[k + 1] if k + 1 < len(starts) else min(start + usual, len(children))
        stop = max(stop, at[k] + 1)
        # A heading says what follows it: one that ends a record (a day, a section) belongs to the records below.
        while stop - 1 > at[k] and tree.heading[children[stop - 1]] == children[stop - 1]:
            stop -= 1
        records.append(Record(children[start], tree.end[children[stop - 1]], children[at[k]]))
    return records
