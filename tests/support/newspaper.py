"""A site that lives: it publishes, edits, reorders, withdraws, is redesigned and breaks down, by a seed; and it knows
what a faithful watcher must have told."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from scraper.types import ItemData, PageKind
from tests.support.watch import item

_SUBJECTS = ("The council", "A court", "The harbour office", "The ministry", "The weather service", "A school board")
_VERBS = ("approves", "postpones", "explains", "publishes", "discusses", "reopens", "closes", "inspects")
_OBJECTS = ("the budget", "a new bridge", "the northern road", "its yearly report", "fishing quotas", "an old tower")


@dataclass
class Newspaper:
    """The newest ``window`` of its ``items`` stand on its page. ``due`` is what is to be told and was not yet; that an
    item was ``withdrawn`` is to be told once, if it did not leave the page anyhow before that is sure."""

    seed: int
    dated: bool = True
    window: int = 15
    dice: random.Random = field(init=False)
    items: list[ItemData] = field(default_factory=list)
    today: date = date(2026, 1, 1)
    form: int = 0
    count: int = 0
    down: int = 0
    due: list[tuple[str, str]] = field(default_factory=list)
    withdrawn: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        for _ in range(self.window + 10):
            self.publish()
        self.due.clear()

    # -- what happens ------------------------------------------------------------------------------------------------

    def publish(self) -> None:
        """A new item on top."""
        self.count += 1
        self.today += timedelta(days=self.dice.choice((0, 1, 1, 2)))
        words = f"{self.dice.choice(_SUBJECTS)} {self.dice.choice(_VERBS)} {self.dice.choice(_OBJECTS)}"
        title = f"{words}, notice {self.count}"
        one = item(title, self.today.isoformat() if self.dated else None, url=self._address(self.count), guid=None)
        self.items.insert(0, replace(one, summary=f"{words}: what was said on the {self.count}th occasion."))
        self.due.append(("added", title))

    def edit(self) -> None:
        """A headline is corrected."""
        place = self.dice.randrange(5)
        old = self.items[place]
        title = f"{old.title} and more"
        self.items[place] = replace(old, title=title)
        if ("added", old.title) in self.due:
            self.due[self.due.index(("added", old.title))] = ("added", title)
        elif ("revised", old.title) in self.due:
            self.due[self.due.index(("revised", old.title))] = ("revised", title)
        else:
            self.due.append(("revised", title))

    def withdraw(self) -> None:
        """An item is taken off; an older one moves up onto the page."""
        gone = self.items.pop(self.dice.randrange(2, 9))
        self.withdrawn.add(number_of(gone.title))
        self.due = [one for one in self.due if one[1] != gone.title]

    def redesign(self) -> None:
        """Every address changes."""
        self.form += 1
        size = len(self.items)
        numbers = [self._number(one) for one in self.items]
        self.items = [replace(self.items[n], url=self._address(numbers[n])) for n in range(size)]

    def break_down(self) -> None:
        """The next looks find no list."""
        self.down = self.dice.randint(1, 5)

    def _number(self, one: ItemData) -> int:
        return int((one.url or "").rpartition("k")[2])

    def _address(self, number: int) -> str:
        forms = (
            "https://paper.example/news/k{}",
            "https://paper.example/en/press-room/item.php?i=k{}",
            "https://www.paper.example/p/k{}",
            "https://press.paper.example/releases/k{}",
        )
        return forms[self.form % len(forms)].format(number)

    def live(self) -> tuple[list[ItemData], PageKind]:
        """Some time passes, then somebody looks: what the look finds."""
        acts = ((self.publish, 0.3), (self.edit, 0.1), (self.withdraw, 0.06), (self.break_down, 0.04))
        happened = [act() for act, chance in acts if self.dice.random() < chance]
        if not happened and self.dice.random() < 0.05:
            self.redesign()
        if not self.down:
            return self.page(), PageKind.LISTING
        self.down -= 1
        return [], self.dice.choice((PageKind.BLOCKED, PageKind.EMPTY, PageKind.ERROR, PageKind.LOGIN))

    # -- what it shows -----------------------------------------------------------------------------------------------

    def page(self) -> list[ItemData]:
        """What stands on the page now, spelt in one of many ways."""
        shown = self.items[: self.window]
        match self.dice.randrange(7):
            case 0:
                shown = [replace(one, url=f"{one.url}#top") for one in shown]
            case 1:
                shown = [replace(one, url=(one.url or "").replace("https://", "http://")) for one in shown]
            case 2:
                shown = [self._tracked(one) for one in shown]
            case 3:
                shown = [*shown[:3], *shown]
            case 4 if self.dated:
                shown = self.dice.sample(shown, len(shown))
            case 5:
                shown = [replace(one, title=one.title.replace("'", "’"), summary=f" {one.summary} ") for one in shown]
        return shown

    def _tracked(self, one: ItemData) -> ItemData:
        mark = "&" if "?" in (one.url or "") else "?"
        return replace(one, url=f"{one.url}{mark}utm_source={self.dice.choice('abc')}")


def number_of(title: str) -> int:
    """The number that a headline bears, however it was edited."""
    return int(title.partition(", notice ")[2].split()[0])
