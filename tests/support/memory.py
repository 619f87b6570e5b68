"""A source's memory without a database: applies what a diff says, as the store does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from scraper.diff import Diff, Policy, diff, keys_for
from scraper.types import ChangeKind, ItemData, KnownItem

PAGE_URL = "https://bureau.example/news"


@dataclass
class Memory:
    """What is known of one source, by item id."""

    known: dict[int, KnownItem] = field(default_factory=dict)
    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    @classmethod
    def of(cls, items: Sequence[ItemData]) -> Memory:
        """The memory of a source whose first look showed ``items``."""
        memory = cls()
        memory.look(items, baseline=True)
        return memory

    def compare(self, items: Sequence[ItemData], *, baseline: bool = False, accepted: bool = False) -> Diff:
        """What a page that shows ``items`` means; nothing is remembered."""
        unique, keys = keys_for(items, PAGE_URL)
        known = list(self.known.values())
        return diff(unique, keys, known, now=self.now, baseline=baseline, accepted=accepted, policy=Policy())

    def look(self, items: Sequence[ItemData], *, baseline: bool = False, accepted: bool = False) -> Diff:
        """Compare and remember."""
        found = self.compare(items, baseline=baseline, accepted=accepted)
        self._apply(found)
        return found

    def _apply(self, found: Diff) -> None:
        forms = {
            change.match.known.item_id: change.match.data
            for change in (*found.changes, *found.filled)
            if change.match.known and change.kind in (ChangeKind.REVISED, ChangeKind.RELOCATED)
        }
        ranked = list(zip(found.matches, found.ranks, strict=True))
        for match, rank in ranked if found.ascending else reversed(ranked):
            if match.known is None:
                number = len(self.known) + 1
                self.known[number] = KnownItem(
                    number, f"key{number}", match.data, frozenset(match.keys), rank, listed=True, revision=1
                )
            else:
                self.known[match.known.item_id] = replace(
                    match.known,
                    data=forms.get(match.known.item_id, match.known.data),
                    keys=match.known.keys | frozenset(match.keys),
                    rank=rank,
                    listed=True,
                    withdrawn=False,
                    missed=0,
                )
        for item_id, count in found.missed:
            self.known[item_id] = replace(self.known[item_id], missed=count)
        for item_id in found.left:
            self.known[item_id] = replace(self.known[item_id], listed=False, missed=0)
        for change in found.changes:
            if change.kind is ChangeKind.WITHDRAWN and change.match.known:
                gone = change.match.known.item_id
                self.known[gone] = replace(self.known[gone], withdrawn=True)

    def listed(self) -> list[ItemData]:
        """The last listing in its order, without what may be about to be withdrawn."""
        ones = [one for one in self.known.values() if one.listed and not one.missed]
        return [one.data for one in sorted(ones, key=lambda one: -one.rank)]
