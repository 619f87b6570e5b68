"""Listings in plain text whose items carry a date line of their own, before, after or inside each item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from scraper.extract.plain_article import opening_at, without_navigation
from scraper.extract.plain_lines import Line

_LONGEST_ITEM = 12
_SHORTEST_BODY = 2
_FEW = 2

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
    if _is_article_first(lines, at):
        at = at[1:]
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
    parts = [_part(lines, start, end) for start, end in zip(begin, ends, strict=True)]
    after, navigation = without_navigation(lines[ends[-1] :])
    if not after and layout != "after":
        kept, more = without_navigation(parts[-1].lines, keep=2 if layout == "title_first" else _fewest(parts))
        parts[-1], navigation = Part(parts[-1].date, tuple(kept)), navigation + more
    told = tuple(part for part in parts if part.lines)
    return Split(told, tuple(lines[: begin[0]]), tuple(after), layout, navigation)


def _fewest(parts: Sequence[Part]) -> int:
    """Lines that the last item has at least: as many as others have, where days stand above several headlines."""
    lines = [line for part in parts[:-1] for line in part.lines]
    return max(len(part.lines) for part in parts[:-1]) if lines and all(line.is_headline for line in lines) else 1


def _without_article_date(lines: Sequence[Line], at: list[int]) -> list[int]:
    """Leaves out the date line of the page's own article: it follows a headline and is followed by far more text
    than the other dates are."""
    last = at[-1]
    longest = max((there - here for here, there in pairwise(at[:-1])), default=2)
    title_first = _titles_first(lines, at)
    for title in (last - 1, last - 2):
        if title <= at[-2] + (1 if at[0] == 0 else 0):
            continue
        opening = opening_at(lines, title)
        body = _up_to_opening(without_navigation(lines[last + 1 :])[0], sure=not title_first)
        usual = max(longest - 2, 1) if title_first else longest - 1
        if opening and opening.body > last and len(body) > max(2 * usual, 3 if title_first else 2):
            return at[:-1]
    return at


def _is_article_first(lines: Sequence[Line], at: Sequence[int]) -> bool:
    """Whether the first date is that of an article above the list: headline, date and more text than any item has."""
    if len(at) < 3 or at[0] not in (1, 2) or _titles_first(lines, at):
        return False
    opening = opening_at(lines, 0)
    usual = max(there - here for here, there in pairwise(at[1:]))
    return opening is not None and opening.body == at[0] + 1 and at[1] - at[0] > max(2 * usual - 1, 3)


def _up_to_opening(lines: Sequence[Line], *, sure: bool) -> Sequence[Line]:
    """The lines before the next headline that an article could begin with."""
    for index in range(1, len(lines)):
        opening = opening_at(lines, index)
        if opening and (opening.sure or not sure):
            return lines[:index]
    return lines


def _layout(lines: Sequence[Line], at: Sequence[int]) -> Layout:
    """Where in its item the date stands: told by the widest gap between two dates, else by what opens the text."""
    votes: Counter[str] = Counter()
    for here, there in pairwise(at):
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
    ends_with_date = not tail or opening_at(tail, 0) is not None
    heading = lines[0].is_navigation and at[0] == 1 and bool(tail) and tail[0].is_paragraph
    return "after" if ends_with_date and not heading else "before"


def _titles_first(lines: Sequence[Line], at: Sequence[int]) -> bool:
    """A headline before each date and running text after it."""
    fits = sum(
        1
        for index in at
        if index > 0 and lines[index - 1].is_headline and index + 1 < len(lines) and lines[index + 1].is_paragraph
    )
    roomy = all(b - a >= 3 for a, b in pairwise(at))
    return roomy and fits >= max(2, 0.8 * len(at))


def _first_start(lines: Sequence[Line], at: Sequence[int]) -> int:
    """Where the first item begins when its date ends it: after a heading of the page, if one stands there."""
    between, inner = _gaps(lines, [index + 1 for index in at[:-1]])
    if between > inner:
        start = at[0]
        while start > 0 and lines[start].gap < between and at[0] - start < _LONGEST_ITEM:
            start -= 1
    else:
        start = max(at[0] - max(there - here for here, there in pairwise(at)) + 1, 0)
    if start == 0 and at[0] >= 2 and lines[0].is_navigation and lines[1].is_paragraph:
        return 1
    return start


def _gaps(lines: Sequence[Line], begin: Sequence[int]) -> tuple[int, int]:
    """The narrowest gap before an item (the first one's aside) and the widest within one."""
    between = min((lines[start].gap for start in begin[1:]), default=0)
    inner = max((lines[i].gap for here, there in pairwise(begin) for i in range(here + 1, there)), default=0)
    return between, inner


def _last_end(lines: Sequence[Line], at: Sequence[int], begin: Sequence[int], layout: Layout) -> int:
    """Where the last item ends: at the gap that parts items, at an article's opening, or after as many lines as the
    longest of the others has."""
    if layout == "after":
        return at[-1] + 1
    first = at[-1] + 1
    between, inner = _gaps(lines, begin)
    if between > inner:
        return _first_index(lines, first + 1, lambda i: lines[i].gap >= between or _opens(lines, i, sure=True))
    headed = any(line.is_headline for a, b in pairwise(begin) for line in lines[a + 2 : b])
    longest = max(there - here for here, there in pairwise(begin)) - (first - begin[-1])
    end = _first_index(lines, first + 1, lambda i: _opens(lines, i, sure=headed and i - first < longest))
    if end < len(lines) and end - first <= longest + 2:
        return end
    counted = min(first + max(longest, 1), end)
    rest = without_navigation(lines[counted:end])[0]
    if end == len(lines) and len(rest) <= _FEW and all(line.is_paragraph for line in rest):
        return counted + len(rest)  # one item may well be longer than the others
    return counted


def _first_index(lines: Sequence[Line], start: int, test: Callable[[int], bool]) -> int:
    return next((index for index in range(start, len(lines)) if test(index)), len(lines))


def _opens(lines: Sequence[Line], index: int, *, sure: bool) -> bool:
    """Whether an article begins here; one that is not sure needs a body."""
    opening = opening_at(lines, index)
    return opening is not None and (opening.sure or (not sure and len(lines) - opening.body >= _SHORTEST_BODY))


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
        return Split(parts, tuple(lines[: at[0]]), tuple(after), edge, navigation)
    return None


def _bare(line: Line, edge: str) -> Line:
    hit = line.leading if edge == "leading" else line.trailing
    if hit is None:
        return line
    text = line.text[hit.end :] if edge == "leading" else line.text[: hit.start]
    text = text.strip(" \u00a0|/•·,;:-–—")
    return Line(
        (text.lstrip(")]】") if edge == "leading" else text.rstrip("([【")).strip(" \u00a0|/•·,;:-–—"), line.gap
    )
