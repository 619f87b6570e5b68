"""How old what a list shows is: the days of its items, or the numbers in their addresses; which way it runs. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from scraper.ranks import longest_falling
from scraper.types import ItemData, ItemKey, KnownItem, Match

Shown = tuple[ItemData, Sequence[ItemKey] | frozenset[ItemKey]]
"""An item of a list and its keys."""

ORDERLY = 0.7
"""Share of the items that stand in order, from which on a position means something."""

_MINUTES = 24 * 60
_LEAST_GROWTH = 2
"""So many finds at the end of a list show that it grows there."""


def day_of(item: ItemData) -> date | None:
    return item.published.on if item.published else None


def runs_up(shown: Sequence[Shown]) -> bool:
    """Whether a list runs from old to new: by its dates, or where it shows none by the numbers in its addresses."""
    ages = ages_of(shown)
    if ages is None or len(ages) < 4:
        return False
    trend = sum((b > a) - (b < a) for a, b in itertools.pairwise(ages))
    return trend > len(ages) * 0.4


def ages_of(shown: Sequence[Shown]) -> list[int] | None:
    """Days of a list's items, with the time where all show one (in minutes), or the numbers in their addresses where it
    shows no days; ``None`` where it shows neither."""
    dated = [(day.toordinal(), _minutes(item)) for item, _ in shown if (day := day_of(item))]
    if len(dated) * 2 >= len(shown):
        times = [minutes for _, minutes in dated if minutes is not None]
        if len(times) < len(dated):
            return [day for day, _ in dated]
        return [day * _MINUTES + minutes for (day, _), minutes in zip(dated, times, strict=True)]
    return numbers_of(shown)


def _minutes(item: ItemData) -> int | None:
    """Of the day, as printed."""
    printed = item.published.local_time if item.published else None
    if printed is None:
        return None
    hour, minute = printed.split(":")[:2]
    return int(hour) * 60 + int(minute)


def numbers_of(shown: Sequence[Shown]) -> list[int] | None:
    """The numbers in the addresses of a list's items, if at least half of them have one."""
    numbers = [number for _, keys in shown if (number := number_of(keys)) is not None]
    return numbers if len(numbers) * 2 >= len(shown) else None


def number_of(keys: Iterable[ItemKey]) -> int | None:
    """The number in an item's address; of several, which it had one after the other, none."""
    found = {int(key.key) for key in keys if key.kind == "url_id" and key.key.isdecimal()}
    return found.pop() if len(found) == 1 else None


def grows_at_end(listed: Sequence[KnownItem]) -> bool:
    """Whether a list that shows neither days nor numbers has its new items at its end, as far as it was watched: items
    are numbered as they were found, and the last ones found stand last."""
    if ages_of([(one.data, one.keys) for one in listed]) is not None:
        return False
    most, found = 0, 0
    for one in listed:
        found = found + 1 if one.item_id > most else 0
        most = max(most, one.item_id)
    return _LEAST_GROWTH <= found < len(listed)


def is_orderly(values: Sequence[float]) -> bool:
    """Whether numbers that all differ run one way, but for a few."""
    if len(values) < 4:
        return True
    most = max(len(longest_falling(values)), len(longest_falling([-value for value in values])))
    return most >= ORDERLY * len(values)


def is_sorted(days: Sequence[date]) -> bool:
    """Whether days run one way, but for a few pinned items."""
    pairs = list(itertools.pairwise(days))
    down, up = sum(a < b for a, b in pairs), sum(a > b for a, b in pairs)
    return min(down, up) <= max(1, 0.2 * len(pairs))


def numbered(listed: Sequence[KnownItem]) -> list[int]:
    """The numbers in the addresses of a list, if they run with it; else none."""
    numbers = numbers_of([(one.data, one.keys) for one in listed]) or []
    return numbers if len(numbers) >= 4 and is_orderly(numbers) else []


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of the age of a list: the days of its known items and the numbers in their addresses, in order.
    ``is_sorted``: the page's days run one way; ``on_top``: they do not, but what was found last stands on top."""

    days: Sequence[date]
    numbers: Sequence[int]
    is_sorted: bool
    on_top: bool

    @classmethod
    def of(cls, matches: Sequence[Match], listed: Sequence[KnownItem]) -> Past:
        days = sorted(day for one in listed if (day := day_of(one.data)))
        # As the page shows them now: a site that was renewed may number from one again.
        stayed = [(match.data, match.keys) for match in matches if match.known and match.known.listed]
        numbers = numbers_of(stayed) or [] if stayed else numbered(listed)
        run_on = len(numbers) >= 4 and is_orderly(numbers)
        page_days = [day for match in matches if (day := day_of(match.data))]
        sorted_days = is_sorted(page_days)
        ids = [one.item_id for one in listed]
        on_top = not sorted_days and len(ids) >= 4 and is_orderly(ids) and ids[0] > ids[-1]
        return cls(days, sorted(numbers) if run_on else (), sorted_days, on_top)

    def why_surfaced(self, match: Match, *, beyond: bool, above: bool = False) -> str | None:
        """Why an unseen item is no news; ``None`` if it is. ``beyond``: it stands after the last known item, ``above``:
        before the first one."""
        day = day_of(match.data)
        if day is None or not self.days:
            return self._why_numbered(match, beyond=beyond)
        if above and self.on_top:
            return None  # days of something else: of a decision that is published now
        oldest, newest = self.days[0], self.days[-1]
        if day < oldest:
            return f"dated {day.isoformat()}, before all known items"
        if self.is_sorted:
            # Of the newest day and yet at the old end: so are all others, or the position is wrong.
            return "beyond the last known item" if beyond and (day < newest or oldest == newest) else None
        return f"dated {day.isoformat()}, as the oldest known item" if day == oldest < newest else None

    def _why_numbered(self, match: Match, *, beyond: bool) -> str | None:
        number = number_of(match.keys)
        if number is not None and self.numbers:
            lowest, highest = self.numbers[0], self.numbers[-1]
            # By the length of the list at least: what was numbered as a draft may be published after others.
            if number < lowest - (highest - lowest):
                return f"numbered {number}, long before all known items"
            if number > highest:
                return None
        return "beyond the last known item" if beyond else None
