"""How far apart a worker keeps its requests to a site."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_REMEMBERED: Final = 20_000


@dataclass(slots=True)
class _Site:
    """When a site was last asked here, on the monotonic clock, and how long it is to be left alone after that."""

    lock: asyncio.Lock
    spacing: float
    ended: float = float("-inf")


class SitePace:
    """Spacing of sites within one worker: requests to a site wait for each other, whoever asked for them."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._sites: OrderedDict[str, _Site] = OrderedDict()
        self._monotonic = monotonic

    def of(self, site: str) -> _Site:
        """What is known of a site; the sites that were not asked for longest are forgotten."""
        found = self._sites.setdefault(site, _Site(asyncio.Lock(), 0.0))
        self._sites.move_to_end(site)
        while len(self._sites) > _REMEMBERED and not next(iter(self._sites.values())).lock.locked():
            self._sites.popitem(last=False)
        return found

    async def wait(self, site: _Site, spacing: timedelta, *, is_unknown: bool) -> None:
        """Wait until the site may be asked. ``is_unknown``: it may have been asked a moment ago, by a worker that
        ended."""
        seconds = max(spacing.total_seconds(), site.spacing)
        since = 0.0 if is_unknown else self._monotonic() - site.ended
        if since < seconds:
            await asyncio.sleep(seconds - since)

    def end(self, site: _Site, spacing: timedelta) -> None:
        """The site has been asked, and is to be left alone so long."""
        site.ended, site.spacing = self._monotonic(), spacing.total_seconds()

    async def reserve(self, name: str, spacing: timedelta) -> datetime | None:
        """As :class:`scraper.gates.SiteBook`: sites that a redirect leads to are waited for here, at once."""
        site = self.of(name)
        if not site.lock.locked():
            await self.wait(site, spacing, is_unknown=False)
            self.end(site, spacing)
        return None
