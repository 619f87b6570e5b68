"""Listings in plain text whose items carry a date line of their own, before, after or inside each item."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scraper.extract.plain_article import opening_at, without_navigation
from scraper.extract.plain_lines import Line

Layout = Literal["before", "after", "title_first"]


@dataclass(frozen=True, slots=True)
class Part:
    """One item as lines: ``date`` is its date line (or a line with the date at an edge), ``lines`` the rest."""

    date: Line | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """A text cut into items; what stands before the first and after the last is left for the page's article."""

    parts: tuple[Part, ...]
    before: tuple[Line, ...]
    after: tuple[Line, ...]
    layout: str
    navigation: int = 0


def split_dated(lines: Sequence[Line]) -> Split | None:
    """Items by their date lines; ``None`` where fewer than two stand in the text."""
    at = [index for index, line in enumerate(lines) if line.date]
    if len(at) < 2:
        return None
    at = _without_article_date(lines, at)
    if len(at) < 2:
        return None
    layout = _layout(lines, at)
    starts = {
        "before": at,
        "after": [_first_start(lines, at)] + [i + 1 for i in at[:-1]],
        "title_first": [i - 1 for i in at],
    }
    begin = [max(index, 0) for index in starts[layout]]
    ends = [*begin[1:], _last_end(lines, at, begin, layout)]
    parts = tuple(_part(lines, start, end) for start, end in zip(begin, ends, strict=True))
    after, navigation = without_navigation(lines[ends[-1] :])
    if navigation == len(lines) - ends[-1]:
        after = ()
    kept = tuple(part for part in parts if part.lines)
    return Split(kept, tuple(lines[: begin[0]]), tuple(after), layout, navigation)


def _without_article_date(lines: Sequence[Line], at: list[int]) -> list[int]:
    """Leaves out the date line of the page's own article: it follows a headline that an article's text follows."""
    last = at[-1]
    for title in (last - 2, last - 1):
        if title <= at[-2] + 1 or title < 0:
            continue
        opening = opening_at(lines, title)
        body = without_navigation(lines[last + 1 :])[0]
        typical = max(b - a for a, b in itertools.pairwise(at)) if len(at) > 2 else 2
        if opening and opening.body > last and len(body) > max(typical, 2):
            return at[:-1]
    return at


def _layout(lines: Sequence[Line], at: Sequence[int]) -> Layout:
    """Where in its item the date stands: told by the widest gap between two dates, else by what opens the text."""
    votes: Counter[str] = Counter()
    for here, there in itertools.pairwise(at):
        gaps = [lines[index].gap for index in range(here + 1, there + 1)]
        widest = max(gaps)
        if gaps.count(widest) == 1 and len(gaps) > 1:
            cut = here + 1 + gaps.index(widest)
            votes["before" if cut == there else "after" if cut == here + 1 else "title_first"] += 1
    if votes:
        best, count = votes.most_common(1)[0]
        if count * 2 > votes.total() and not (best == "title_first" and not _titles_first(lines, at)):
            return best  # type: ignore[return-value]
    if at[0] == 0:
        return "before"
    if _titles_first(lines, at):
        return "title_first"
    tail = without_navigation(lines[at[-1] + 1 :])[0]
    ends_with_date = not tail or len(tail) == len(lines) - at[-1] - 1 == 0 or opening_at(tail, 0) is not None
    heading = lines[0].is_navigation and at[0] == 1 and bool(tail) and tail[0].is_paragraph
    return "after" if ends_with_date and not heading else "before"


def _titles_first(lines: Sequence[Line], at: Sequence[int]) -> bool:
    """A headline before each date and running text after it."""
    fits = sum(
        1
        for index in at
        if index > 0 and lines[index - 1].is_headline and index + 1 < len(lines) and lines[index + 1].is_paragraph
    )
    roomy = all(b - a >= 3 for a, b in itertools.pairwise(at))
    return roomy and fits >= max(2, 0.8 * len(at))


def _first_start(lines: Sequence[Line], at: Sequence[int]) -> int:
    """Where the first item begins when its date ends it: after a heading of the page, if one stands there."""
    usual = max(b - a for a, b in itertools.pairwise(at)) - 1
    start = max(at[0] - usual, 0)
    for index in range(at[0] - 1, start, -1):
        if lines[index].gap > lines[at[0]].gap and lines[index].gap >= max(lines[i + 1].gap for i in at[:-1]):
            return index
    if start == 0 and at[0] >= 2 and lines[0].is_navigation and lines[1].is_paragraph:
        return 1
    return start


def _last_end(lines: Sequence[Line], at: Sequence[int], begin: Sequence[int], layout: Layout) -> int:
    """Where the last item ends: at the gap that parts items, at an article's opening, or after as many lines as the
    longest of the others has."""
    if layout == "after":
        return at[-1] + 1
    first = at[-1] + 1
    between = min((lines[start].gap for start in begin[1:]), default=0)
    inner = max((lines[i].gap for a, b in itertools.pairwise(begin) for i in range(a + 1, b)), default=0)
    longest = max(b - a for a, b in itertools.pairwise(begin)) - (first - begin[-1])
    for index in range(first + 1, len(lines)):
        opening = opening_at(lines, index)
        if opening and (opening.sure or index - first >= longest):
            return index
        if between > inner and lines[index].gap >= between:
            return index
        if index - first >= longest and (lines[index].is_navigation or len(lines) - index > 2):
            return index
    return len(lines)


def _part(lines: Sequence[Line], start: int, end: int) -> Part:
    date = next((line for line in lines[start:end] if line.date), None)
    return Part(date, tuple(line for line in lines[start:end] if line is not date))


def split_inline(lines: Sequence[Line]) -> Split | None:
    """Items of one line each that begin or end with a date: "21.04.2025 Headline", "Headline, 21.04.2025"."""
    for edge in ("leading", "trailing"):
        at = [index for index, line in enumerate(lines) if getattr(line, edge) and line.units >= 4]
        if len(at) < 3 or len(at) < 0.6 * (at[-1] - at[0] + 1):
            continue
        ends = [*at[1:], at[-1] + 1]
        parts = tuple(
            Part(lines[a], tuple(_bare(lines[i], edge) for i in range(a, b))) for a, b in zip(at, ends, strict=True)
        )
        after, navigation = without_navigation(lines[ends[-1] :])
        after = () if navigation == len(lines) - ends[-1] else after
        return Split(parts, tuple(lines[: at[0]]), tuple(after), edge, navigation)
    return None


def _bare(line: Line, edge: str) -> Line:
    hit = line.leading if edge == "leading" else line.trailing
    if hit is None:
        return line
    text = line.text[hit.end :] if edge == "leading" else line.text[: hit.start]
    return Line(text.strip(" \u00a0|/•·,;:-–—"), line.gap)
