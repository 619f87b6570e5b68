"""The lines of a plain text and what each looks like by itself: date line, headline, paragraph, navigation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import pairwise

from scraper.dates import DateHit, DateOrder, decide_order, find_dates
from scraper.text import clean_text, count_units, first_sentence, fold_text

MOST_LINES = 20_000
LONGEST_TEXT = 4_000_000
_BREAK = re.compile(r"\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_RULE = re.compile(r"[\s\-=_*~#·•.]{3,}")
_ENDS_SENTENCE = re.compile(r"[.。．।॥۔։።။។…;；:：,，、،]+[\"'”’»)\]）］」』】]*$")
_ENDS_LOUDLY = re.compile(r"[!?！？؟]+[\"'”’»)\]）］」』】]*$")
_BRACKETS = re.compile(r"\[[^\[\]]{0,60}\]|\([^()]{0,60}\)|【[^【】]{0,60}】|［[^［］]{0,60}］")
_EDGE = " *\t\u00a0|/•·,;:.-–—―‐[]()【】\"'"
_LONGEST_DATE_LINE = 110
_FEWEST_BYLINES = 3
_BYLINE_UNITS = 14
_LABEL_CHARACTERS = 20
_NARROWEST = 56
"""Columns that a text must be wide to be wrapped at a margin: narrower ones are lists of headlines."""
_PARAGRAPH_UNITS = 35
_HEADLINE_CHARACTERS = 240
_LOUD_HEADLINE_UNITS = 20
_NAVIGATION_UNITS = 7
_NAVIGATION_CHARACTERS = 60


@dataclass(frozen=True)
class Line:
    """One line that is not blank. ``gap`` counts the blank lines before it; ``date`` is the whole line read as a
    date, ``trailing`` a date at its end ("Headline 04.04.2025")."""

    text: str
    gap: int
    indent: int = 0
    date: DateHit | None = None
    trailing: DateHit | None = None
    leading: DateHit | None = None

    @cached_property
    def units(self) -> int:
        """Words, by script."""
        return count_units(self.text)

    @cached_property
    def folded(self) -> str:
        """For comparison, a trailing date left out."""
        return fold_text(self.headline)

    @property
    def headline(self) -> str:
        """The text without a date at its end."""
        return self.text[: self.trailing.start].rstrip(_EDGE) if self.trailing else self.text

    @cached_property
    def is_paragraph(self) -> bool:
        """Running text: it ends like a sentence, or is long (Thai and Lao end sentences without a mark)."""
        if self.date:
            return False
        if len(self.text) > _HEADLINE_CHARACTERS or self.units >= _PARAGRAPH_UNITS:
            return True
        if _ENDS_SENTENCE.search(self.text):
            return True
        if not _ENDS_LOUDLY.search(self.text):
            return False
        return self.units > _LOUD_HEADLINE_UNITS or first_sentence(self.text) != self.text

    @cached_property
    def is_headline(self) -> bool:
        """Could stand above a text: short, and not ending as a sentence does."""
        return not self.date and not self.is_paragraph and self.units >= 1

    @cached_property
    def is_navigation(self) -> bool:
        """Could be "Go back" in any language: a few words, no sentence, no date."""
        return (
            self.is_headline
            and self.units <= _NAVIGATION_UNITS
            and len(self.text) <= _NAVIGATION_CHARACTERS
            and not self.trailing
            and not _ENDS_LOUDLY.search(self.text)
        )


def read_lines(text: str, *, now: datetime, url: str) -> list[Line]:
    """The lines of a text with their gaps and dates; any line-break flavour, hard-wrapped paragraphs rejoined.

    Reads at most 4,000,000 characters and 20,000 lines. One day/month order holds for the whole page.
    """
    lines: list[Line] = []
    gap = 0
    for raw in _BREAK.split(text[:LONGEST_TEXT]):
        cleaned = clean_text(raw)
        if not cleaned or _RULE.fullmatch(cleaned):
            gap += 1
            continue
        lines.append(Line(cleaned, gap, len(raw) - len(raw.lstrip())))
        gap = 0
        if len(lines) >= MOST_LINES:
            break
    return _dated(_unwrapped(lines), now=now, url=url)


def _unwrapped(lines: list[Line]) -> list[Line]:
    """Paragraphs of a hard-wrapped text (mail, README) as one line each; other texts as they are."""
    runs = [(line, after) for line, after in pairwise(lines) if after.gap == 0]
    if len(runs) < 4:
        return lines
    widest = max(len(line.text) for line in lines)
    if sum(1 + (c > "\u2e80") for c in max((line.text for line in lines), key=len)) < _NARROWEST:
        return lines
    broken = sum(1 for line, after in runs if _is_broken(line, after, widest))
    if widest > 110 or broken * 2 < len(runs):
        return lines
    joined: list[Line] = []
    last = ""
    for line in lines:
        if joined and line.gap == 0 and _is_broken(replace(joined[-1], text=last), line, widest):
            joined[-1] = replace(joined[-1], text=f"{joined[-1].text} {line.text}")
        else:
            joined.append(line)
        last = line.text
    return joined


def _is_broken(line: Line, after: Line, widest: int) -> bool:
    """The break after this line looks like a margin's: the next word would not have fitted."""
    word = len(after.text.split(" ", 1)[0])
    ends = _ENDS_SENTENCE.search(line.text) is not None and line.text[-1] not in ",;:，、،"
    return len(line.text) + 1 + word >= widest * 0.9 and len(line.text) >= 40 and not ends


def _dated(lines: Sequence[Line], *, now: datetime, url: str) -> list[Line]:
    found = [(line, _first_hits(line.text, now, None)) for line in lines]
    order = decide_order([hit.published.raw for _, hits in found for hit in hits][:500], url=url)
    return _with_bylines([_with_dates(line, now, order) if hits else line for line, hits in found])


def _with_bylines(lines: list[Line]) -> list[Line]:
    """Lines that end with a date after the same words each time ("Posted by the press office on 3 May", "来源：…")
    are date lines."""
    labels = Counter(label for line in lines if (label := _label(line)))
    said = {label for label, count in labels.items() if count >= _FEWEST_BYLINES}
    return [replace(line, date=line.trailing, trailing=None) if _label(line) in said else line for line in lines]


def _label(line: Line) -> str:
    """What a line says before its date, up to a colon; empty for one without a date at its end, or a long one."""
    if line.trailing is None or len(line.text) > _LONGEST_DATE_LINE or line.units > _BYLINE_UNITS:
        return ""
    before = fold_text(line.text[: line.trailing.start])
    return before.partition(":")[0] if 0 < before.find(":") <= _LABEL_CHARACTERS else before


def _first_hits(text: str, now: datetime, order: DateOrder | None) -> list[DateHit]:
    """Dates at the edges of a line; what stands inside long running text is no date of a line."""
    if len(text) > 2 * _HEADLINE_CHARACTERS:
        return []
    return [hit for hit in find_dates(text, now=now, order=order) if hit.published.on]


def _with_dates(line: Line, now: datetime, order: DateOrder) -> Line:
    hits = _first_hits(line.text, now, order)
    if not hits:
        return line
    first, last = hits[0], hits[-1]
    if _is_date_line(line.text, first):
        return replace(line, date=first)
    return replace(
        line,
        leading=first if not line.text[: first.start].strip(_EDGE) else None,
        trailing=last if not line.text[last.end :].strip(_EDGE) and line.text[: last.start].strip(_EDGE) else None,
    )


def _is_date_line(text: str, hit: DateHit) -> bool:
    """ "12.01.2026 - 19:10 [ Source ]", "Published: 3 May 2024", "3 May 2024 | News"; not "Victory Day, 9 May 2025"."""
    if len(text) > _LONGEST_DATE_LINE:
        return False
    before, after = text[: hit.start], text[hit.end :]
    plain_before, plain_after = _BRACKETS.sub(" ", before).strip(), _BRACKETS.sub(" ", after).strip()
    label = plain_before.rstrip(_EDGE)
    if label and not (count_units(label) <= 1 or (plain_before[-1] in ":：|•·" and count_units(label) <= 4)):
        return False
    rest = plain_after.strip(_EDGE)
    if not rest:
        return True
    return (
        count_units(rest) <= 4 and (plain_after[0] in "|•·/-–—,;" or count_units(rest) <= 2) and rest[-1] not in ".!?"
    )
