"""Where a page shows dates: machine values first, then date-shaped text, each at its node."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from scraper.dates import DateHit, find_dates, parse_iso
from scraper.dates.candidate import is_future
from scraper.dates.names import load_names
from scraper.dates.sift import sift_texts
from scraper.extract.coming import coming
from scraper.extract.leaves import find_leaves
from scraper.extract.parts import find_parted
from scraper.extract.tree import Line, Tree
from scraper.text import count_letters
from scraper.types import Precision, Published

MAX_LINES = 4_000
"""Lines with digits that are searched for dates on one page."""
FLOWING = 0.9
"""Share of a long line that is links, from which on each of them is a line of its own."""
EDGE = 12
"""Characters at an end of a longer line in which any digit makes it worth searching ("13 March: …")."""
SHORT = 80
"""Characters up to which a line with any digit is searched."""
MAX_LINE = 200
"""Characters of a line that are searched: a publication date stands near an end of a paragraph, if in one at all."""

MAX_PARTS = 20
"""Texts of one line that are looked at singly."""
OWN_SHORTEST = 6
ONLY_DAY = 40
"""Letters of a line with a day to come: the day, hours, a place."""
FEW_LETTERS = 12
"""Letters beside a date ("Published:", "ET") with which a text still is that date and nothing else."""
SHORTEST = 24
"""Characters up to which a line without a digit is searched ("3 hours ago" in words, "yesterday")."""
_FIRST_WORDS = re.compile(r"[^\s:,.]+")
_DIGIT = re.compile(r"\d")
_DAY_OR_YEAR = re.compile(
    r"(?<!\d)(?:1[3-9]|2[0-6])\d\d(?!\d)|\d{1,2}\s?[./\-–年月日]\s?\d{1,2}|\d\s?[月日년월일]|[^\W_0-9]\d{4}|[٠-٩۰-۹०-९๐-๙]"
)
_DAY_NAMES = ("datePublished", "dateCreated", "schema:datePublished", "dc:date")
"""What microdata and RDFa call a day of publication."""
_DURATION = re.compile(r"\d+\s?[a-z]{1,9}\.?|[a-z]{1,3}", re.IGNORECASE)
"""What reads as "minutes ago" but says no "ago" ("2 min" to read, "cr" in a docket number)."""


@dataclass(slots=True)
class Moment:
    """A date on the page. ``alone``: its line says hardly anything else. ``machine``: given for programs."""

    node: int
    published: Published
    alone: bool
    machine: bool = False


def find_moments(
    tree: Tree, *, now: datetime, languages: Sequence[str], ahead: list[int] | None = None
) -> list[Moment]:
    """All dates of the page in document order; of a ``time`` element its machine value only. ``ahead`` is filled with
    the nodes that are days to come and nothing else."""
    later = set[str]()
    find = _remembering(now, languages, later)
    moments, covered = _machine_moments(tree, now, find)
    for leaf, published in find_leaves(tree, now=now, languages=languages):
        if leaf not in covered:
            moments.append(Moment(leaf, published, alone=True))
            covered.update(range(leaf, tree.end[leaf]))
    searched = 0
    lines, hopeful = _lines_with_dates(tree)
    for line in lines:
        if searched >= MAX_LINES:
            break
        if line.chunks[0] in covered and all(i in covered for i in line.chunks):
            continue
        searched += 1
        moments.extend(_line_moments(tree, line, covered, hopeful, find))
    months = sorted((m.node, m.published.raw) for m in moments if m.alone and _is_month(m.published))
    for node, published in find_parted(tree, months, covered, now=now, languages=languages):
        moments.append(Moment(node, published, alone=True))
    moments.sort(key=lambda m: m.node)
    soon = coming(((m.node, tree.place[m.node], m.published) for m in moments if m.alone), now.date())
    if ahead is not None:
        ahead += sorted(soon.union([line.chunks[0] for line in lines if line.text in later]) if later else soon)
    return [m for m in moments if m.node not in soon] if soon else moments


def _is_month(published: Published) -> bool:
    return published.on is None and published.precision is Precision.MONTH and published.method != "relative"


_Find = Callable[[str], list[DateHit]]


def _remembering(now: datetime, languages: Sequence[str], later: set[str]) -> _Find:
    """:func:`find_dates` for the texts of one page, each of which is searched once. Those that are a day to come and
    hardly more are noted as ``later``."""
    known: dict[str, list[DateHit]] = {}

    def find(text: str) -> list[DateHit]:
        found = known.get(text)
        if found is None:
            every = find_dates(text, now=now, languages=languages, ahead=True)
            found = known[text] = [hit for hit in every if not (hit.published.on and is_future(hit.published.on, now))]
            if len(found) < len(every) and not found and count_letters(text) <= ONLY_DAY:
                later.add(text)
        return found

    return find


def _lines_with_dates(tree: Tree) -> tuple[list[Line], set[int]]:
    """The lines that are worth searching, and the texts that are, of those lines that consist of several."""
    lines = [
        line
        for line in _pieces_of_lines(tree)
        if (
            _may_hold_date(line.text)
            if len(line.text) > SHORT
            else len(line.text) <= SHORTEST or _DIGIT.search(line.text)
        )
    ]
    parts = [
        (number, i)
        for number, line in enumerate(lines)
        if 1 < len(line.chunks) <= MAX_PARTS and len(line.text) <= MAX_LINE
        for i in line.chunks
        if len(tree.text[i]) >= OWN_SHORTEST and _DIGIT.search(tree.text[i])
    ]
    found = sift_texts([line.text[:MAX_LINE] for line in lines] + [tree.text[i] for _, i in parts])
    hopeful = [part for at, part in enumerate(parts, start=len(lines)) if at in found]
    numbers = {at for at in found if at < len(lines)}.union([number for number, _ in hopeful])
    worth = [lines[number] for number in sorted(numbers) if _may_hold_date(lines[number].text)]
    return worth, {i for _, i in hopeful}


def _pieces_of_lines(tree: Tree) -> Iterator[Line]:
    """The page's lines; a long one that is made of links alone (cards that flow) link by link."""
    for line in tree.lines:
        first, last = line.chunks[0], line.chunks[-1]
        if len(line.text) <= MAX_LINE or tree.linked_in(first, last + 1) < tree.units_in(first, last + 1) * FLOWING:
            yield line
            continue
        for _, chunks in groupby(line.chunks, key=tree.link.__getitem__):
            some = list(chunks)
            yield Line(line.block, some, _joined(tree, some))


def _may_hold_date(text: str) -> bool:
    """A cheap look: short lines with a digit or a relative word, longer ones with a digit near an end or something like
    a day or a year."""
    if len(text) > SHORT:
        return _DIGIT.search(text, 0, MAX_LINE) is not None and (
            _DAY_OR_YEAR.search(text, 0, MAX_LINE) is not None
            or _DIGIT.search(text, 0, EDGE) is not None
            or (len(text) <= MAX_LINE and _DIGIT.search(text, len(text) - EDGE) is not None)
        )
    if _DIGIT.search(text):
        return len(text) > 2
    if len(text) > SHORTEST:
        return False
    return not load_names().relative_firsts.isdisjoint(_FIRST_WORDS.findall(text.lower())[:3])


def _machine_moments(tree: Tree, now: datetime, find: _Find) -> tuple[list[Moment], set[int]]:
    moments: list[Moment] = []
    covered: set[int] = set()
    for i in tree.marked:
        attrs = tree.attrs[i]
        value = attrs.get("datetime") if tree.tag[i] == "time" else None
        if value is None and (attrs.get("itemprop") or attrs.get("property")) in _DAY_NAMES:
            value = attrs.get("content") or attrs.get("datetime")
        if not value:
            continue
        published = parse_iso(value)
        if published is None or published.on is None or (published.on - now.date()).days > 1:
            continue
        shown = tree.text_of(i, tree.end[i])
        published = replace(published, method="time_datetime")
        if published.at is not None and (shown or tree.tag[i] == "time") and not _prints_day(shown, find):
            published = replace(published, on=None)  # the instant is known; a day is not printed
        moments.append(Moment(i, published, alone=len(shown) < 60, machine=True))
        covered.update(range(i, tree.end[i]))
    return moments, covered


def _prints_day(shown: str, find: _Find) -> bool:
    """Whether a ``time`` element shows a calendar day, and not nothing, "20:12" or "2 hours ago"."""
    return any(hit.published.method != "relative" for hit in find(shown[:80]))


def _line_moments(tree: Tree, line: Line, covered: set[int], hopeful: set[int], find: _Find) -> list[Moment]:
    """The dates of a line. An element that is a date and nothing else (one of the ``hopeful`` texts) is read by itself,
    so that what stands beside it ("… from April" before "2026-02-04") does not become part of it."""
    found: list[Moment] = []
    rest: list[int] = []
    for i in line.chunks if 1 < len(line.chunks) <= MAX_PARTS and len(line.text) <= MAX_LINE else ():
        own = _own_date(tree, i, line, find) if i in hopeful else None
        if own is None:
            rest.append(i)
            continue
        found.extend(_scanned(tree, Line(line.block, rest, _joined(tree, rest)), covered, find))
        rest = []
        if i not in covered:
            found.append(own)
    if not found:
        return _scanned(tree, line, covered, find)
    return [*found, *_scanned(tree, Line(line.block, rest, _joined(tree, rest)), covered, find)]


def _joined(tree: Tree, nodes: list[int]) -> str:
    return "".join([tree.text[i] for i in nodes]).strip()


def _own_date(tree: Tree, i: int, line: Line, find: _Find) -> Moment | None:
    """The date that the text ``i`` is, if it stands in an element of its own within the line."""
    text = tree.text[i].strip()
    above = tree.parent[i]
    if not OWN_SHORTEST <= len(text) <= SHORT or above == line.block or tree.units_in(above, i) > 0:
        return None
    if tree.units_in(i + 1, tree.end[above]) > 0 or not _DIGIT.search(text):
        return None
    hits = find(text)
    if len(hits) != 1 or hits[0].published.on is None or hits[0].published.method == "relative":
        return None
    beside = count_letters(text) - count_letters(hits[0].published.raw)
    return Moment(i, hits[0].published, alone=True) if beside <= FEW_LETTERS else None


def _scanned(tree: Tree, line: Line, covered: set[int], find: _Find) -> list[Moment]:
    text = line.text[:MAX_LINE]
    hits = [
        hit for hit in find(text) if hit.published.method != "relative" or not _DURATION.fullmatch(hit.published.raw)
    ]
    if not hits:
        return []
    rest = text
    for hit in reversed(hits):
        rest = rest[: hit.start] + rest[hit.end :]
    alone = count_letters(rest) <= FEW_LETTERS
    found = []
    for hit in hits:
        node = _node_at(tree, line, hit.start)
        if node not in covered:
            found.append(Moment(node, hit.published, alone))
    return found


def _node_at(tree: Tree, line: Line, position: int) -> int:
    """The text node that holds a position of the line's text (whose white space is folded)."""
    if len(line.chunks) == 1:
        return line.chunks[0]
    joined = ""
    for i in line.chunks:
        joined += tree.text[i]
        if len(joined.strip()) > position:
            return i
    return line.chunks[-1]


def moments_between(moments: list[Moment], nodes: list[int], start: int, stop: int) -> list[Moment]:
    """The moments at nodes in ``start..stop``; ``nodes`` are their nodes, in order."""
    return moments[bisect_left(nodes, start) : bisect_left(nodes, stop)]
