"""What the charts show, counted and scaled; drawn as inline SVG by the templates. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAYS = 60
_HEIGHT = 60
_SHADES = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """A day: its place and height in the chart's own units (60 high), and how many items it had."""

    day: str
    count: int
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Cell:
    """An hour of a weekday (0 is Monday); ``shade`` 0 (none) to 5 (the busiest)."""

    weekday: int
    hour: int
    count: int
    shade: int


def daily_bars(days: Iterable[date], today: date) -> list[Bar]:
    """Items on each of the last 60 days, today last."""
    counts = Counter(days)
    shown = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    most = max(counts[day] for day in shown) or 1
    bars = []
    for place, day in enumerate(shown):
        height = -(-counts[day] * _HEIGHT // most)  # rounded up: one item is never invisible
        bars.append(Bar(day.isoformat(), counts[day], place * 10, _HEIGHT - height, height))
    return bars


def week_cells(moments: Sequence[datetime]) -> list[Cell]:
    """How often each hour of the week occurs among ``moments``: 168 cells."""
    counts = Counter((moment.weekday(), moment.hour) for moment in moments)
    most = max(counts.values(), default=1)
    return [
        Cell(weekday, hour, counts[weekday, hour], -(-counts[weekday, hour] * _SHADES // most))
        for weekday in range(7)
        for hour in range(24)
    ]
