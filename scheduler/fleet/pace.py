"""How far apart a worker keeps its requests to a site."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from scraper.clock import Clock

_REMEMBERED: Final = 20_000


@dataclass(slots=True)
class _Site:
    """When a site was last asked here, on the monotonic clock, and how long it is to be left alone after that."""

    lock: asyncio.Lock
    spacing: float = 0.0
    asked: float = float("-inf")


class SitePace:
    """Spacing of sites within one worker: requests to a site wait for each other, whoever asked for them."""

    def __init__(self, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._sites: OrderedDict[str, _Site] = OrderedDict()
        self._clock = clock
        self._monotonic = monotonic

    def of(self, site: str) -> _Site:
        """What is known of a site; the sites that were not asked for longest are forgotten."""
        found = self._sites.setdefault(site, _Site(asyncio.Lock()))
        self._sites.move_to_end(site)
        while len(self._sites) > _REMEMBERED and not next(iter(self._sites.values())).lock.locked():
            self._sites.popitem(last=False)
        return found

    async def wait(self, site: _Site, spacing: timedelta) -> None:
        """Wait until the site may be asked, and by nobody else meanwhile."""
        least = max(spacing.total_seconds(), site.spacing)
        while True:
            left = site.asked + least - self._monotonic()
            if left <= 0:
                return
            await asyncio.sleep(left)

    def note(self, site: _Site, spacing: timedelta | None = None) -> None:
        """The site is asked, or has been asked, at this moment, and is to be left alone so long."""
        site.asked = self._monotonic()
        if spacing is not None:
            site.spacing = spacing.total_seconds()

    async def reserve(self, name: str, spacing: timedelta) -> datetime | None:
        """As :meth:`scraper.gates.SiteBook.reserve`, for the later requests of a look: those to its own site have been
        spaced before, those that a redirect leads to are not."""
        site = self.of(name)
        left = site.asked + spacing.total_seconds() - self._monotonic()
        if left > 0:
            return self._clock() + timedelta(seconds=left)
        self.note(site)
        return None
