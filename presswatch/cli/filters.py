"""What the reading verbs leave out: options, and their conditions in SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, TypeVar

import click

from presswatch.cli.names import complete_sources, complete_tags

_F = TypeVar("_F", bound=Callable[..., Any])
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass
class Conditions:
    """Conditions and their values, joined by AND."""

    sql: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, sql: str, *values: Any) -> None:
        """One more condition, with a value for each question mark."""
        self.sql.append(sql)
        self.values.extend(values)

    def add_any(self, column: str, wanted: Sequence[Any]) -> None:
        """``column`` is one of ``wanted``; nothing if none is given."""
        if wanted:
            self.add(f"{column} IN ({','.join('?' * len(wanted))})", *wanted)

    @property
    def where(self) -> str:
        """A WHERE clause, or nothing."""
        return f"WHERE {' AND '.join(self.sql)}" if self.sql else ""


def source_options(function: _F) -> _F:
    """``--source --tag``."""
    tag, source = "Of sources with this tag; repeatable.", "Of this source; repeatable."
    function = click.option("--tag", "tags", multiple=True, metavar="TAG", help=tag, shell_complete=complete_tags)(
        function
    )
    return click.option(
        "--source", "sources", multiple=True, metavar="SLUG", help=source, shell_complete=complete_sources
    )(function)


def since_option(function: _F) -> _F:
    """``--since``."""
    text = "Since 7d, 2h, today, monday, 2026-03-01, 2026-03-01T09:00."
    return click.option("--since", metavar="WHEN", help=text)(function)


def search_option(function: _F) -> _F:
    """``--search``."""
    text = "Items in which all these words occur; harb* is a beginning."
    return click.option("--search", metavar="TEXT", help=text)(function)


def filter_options(function: _F) -> _F:
    """``--source --tag --since --search --limit``."""
    limit = click.option(
        "--limit", type=click.IntRange(min=0), default=50, show_default=True, help="At most; 0 for all."
    )
    return source_options(since_option(search_option(limit(function))))


def select_sources(conn: Any, conditions: Conditions, sources: Sequence[str], tags: Sequence[str]) -> None:
    """Only what is of these sources, or of sources with these tags (alias ``s``). Raises
    :class:`scraper.errors.NotFoundError` for one that does not exist."""
    from scraper.errors import NotFoundError

    for name in sources:
        if conn.execute("SELECT 1 FROM sources WHERE slug = ?", (name,)).fetchone() is None:
            raise NotFoundError("source", name, hint="`presswatch list` shows them")
    for tag in tags:
        if conn.execute("SELECT 1 FROM source_tags WHERE tag = ?", (tag,)).fetchone() is None:
            raise NotFoundError("tag", tag, hint="`presswatch list` shows the sources")
    either = Conditions()
    either.add_any("s.slug", sources)
    if tags:
        marks = ",".join("?" * len(tags))
        either.add(f"s.id IN (SELECT source_id FROM source_tags WHERE tag IN ({marks}))", *tags)  # noqa: S608
    if either.sql:
        conditions.add(f"({' OR '.join(either.sql)})", *either.values)


def search_words(search: str) -> str:
    """The query of the index that a person's words make. Raises :class:`click.BadParameter` if there is no word."""
    from scraper.store.rows import search_query

    query = search_query(search)
    if not query:
        raise click.BadParameter("there is no word in it", param_hint="--search")
    return query


def parse_since(text: str, now: datetime, zone: tzinfo | None) -> datetime:
    """The instant that a person means: a length of time before ``now``; ``today``, ``yesterday`` or a day of the week
    (the last one, today included); a date or a time in ``zone`` (``None``: the machine's).

    Raises :class:`click.BadParameter`.
    """
    from scraper.durations import parse_duration

    word = text.strip().lower()
    today = now.astimezone(zone).date()
    if word in ("today", "yesterday"):
        return _midnight(today - timedelta(days=word == "yesterday"), zone)
    if word in _DAYS:
        return _midnight(today - timedelta(days=(today.weekday() - _DAYS.index(word)) % 7), zone)
    try:
        return now - parse_duration(word)
    except (ValueError, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment if moment.tzinfo else _local(moment, zone)
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{text[:40]!r} is no time; write 7d, 12h, today, monday, 2026-03-01 or 2026-03-01T09:00",
            param_hint="--since",
        ) from None


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    return _local(datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001 - the zone comes next


def _local(moment: datetime, zone: tzinfo | None) -> datetime:
    return moment.replace(tzinfo=zone) if zone is not None else moment.astimezone()
