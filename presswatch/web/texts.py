"""Between values and what a template writes: times, foreign text, links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from presswatch.web.charts import WEEKDAYS
from presswatch.web.river import KINDS
from scheduler.inert import inert_line, inert_url
from scraper.clock import from_text, utc_now
from scraper.durations import distance, span

GLOBALS: Mapping[str, Any] = {"change_words": KINDS, "weekdays": WEEKDAYS}


class Times(Protocol):
    """In which zone people are shown times, and what time it is (``None``: the clock's)."""

    @property
    def zone(self) -> Any: ...
    @property
    def now(self) -> datetime | None: ...


def now_of(times: Times) -> datetime:
    """The time as the pages see it."""
    return times.now or utc_now()


def make_filters(times: Times) -> dict[str, Callable[..., str]]:
    """The filters of our templates. Their results are plain text: the template escapes."""

    def local(instant: str | None) -> str:
        return from_text(instant).astimezone(times.zone).strftime("%Y-%m-%d %H:%M") if instant else ""

    def ago(instant: str | None) -> str:
        """How far off; beyond a month the date says more."""
        if not instant:
            return ""
        away = from_text(instant) - now_of(times)
        return distance(away) if abs(away) < timedelta(days=31) else local(instant)[:10]

    def until(instant: str | None) -> str:
        return "due" if instant and from_text(instant) <= now_of(times) else ago(instant)

    def day(instant: str) -> str:
        return from_text(instant).astimezone(times.zone).date().isoformat()

    def dayname(text: str | None) -> str:
        if not text:
            return "No date"
        on, today = date.fromisoformat(text), now_of(times).astimezone(times.zone).date()
        near = {0: "Today", 1: "Yesterday"}.get((today - on).days)
        return near or f"{WEEKDAYS[on.weekday()]} {on.isoformat()}"

    return {
        "local": local,
        "day": day,
        "dayname": dayname,
        "until": until,
        "ago": ago,
        "line": lambda text, limit=300: inert_line(str(text or ""), limit),
        "web": lambda url: inert_url(url) or "",
        "host": _host,
        "segment": lambda text: quote(str(text), safe=""),
        "words": lambda text: str(text or "").replace("_", " ").replace(",", ", "),
        "span": lambda seconds: "" if seconds is None else span(timedelta(seconds=seconds)),
    }


def _host(url: str | None) -> str:
    """The host of an address, to be shown; ``""`` if it has none."""
    try:
        return inert_line(urlsplit(url or "").hostname or "", 100)
    except ValueError:
        return ""
