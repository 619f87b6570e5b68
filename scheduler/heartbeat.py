"""A sign of life to a dead man's switch: an address is asked for, again and again, as long as the service works.

Whoever is there (Healthchecks, Uptime Kuma, Cronitor …) raises the alarm when it no longer is.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from scheduler.channels.failure import describe_network_error, refusal_of
from scraper.errors import ConfigError

log = logging.getLogger(__name__)

_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Switch:
    """Where the sign of life goes, and how often."""

    url: str
    every: timedelta


class Heartbeat:
    """``switch`` says what holds now; ``None``: nobody is told. It may raise :class:`ConfigError`."""

    def __init__(self, switch: Callable[[], Switch | None], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._switch = switch
        self._monotonic = monotonic
        self._last: float | None = None
        self._is_silent = False

    def beat(self) -> None:
        """Ask for the address if it is time to. One GET without redirects; trouble is logged when it begins and when
        it ends, and changes nothing else."""
        try:
            switch = self._switch()
        except ConfigError as error:
            self._note(str(error))
            return
        now = self._monotonic()
        if switch is None or (self._last is not None and now - self._last < switch.every.total_seconds()):
            return
        self._last = now
        self._note(_ask(switch.url))

    def _note(self, trouble: str | None) -> None:
        if trouble is not None and not self._is_silent:
            log.warning("heartbeat: %s", trouble)
        elif trouble is None and self._is_silent:
            log.info("heartbeat: arrives again")
        self._is_silent = trouble is not None


def _ask(url: str) -> str | None:
    """What went wrong, without the address: its path is a key."""
    host = urlsplit(url).hostname or ""
    with urllib3.PoolManager(num_pools=1, retries=False, timeout=urllib3.Timeout(total=_SECONDS)) as pool:
        try:
            answer = pool.request(
                "GET", url, redirect=False, preload_content=False, headers={"user-agent": "presswatch"}
            )
        except (HTTPError, OSError, ValueError) as error:
            return refusal_of(error) or f"{host}: {describe_network_error(error)}"
        answer.close()
    return None if 200 <= answer.status < 300 else f"{host} answered {answer.status}"
