"""The front page's items: filters as they stand in its address, and their SQL.

Each query follows an index in the order in which it shows, and stops when the page is full: it never counts, and never
sorts more than a page for each source.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from presswatch.web.article_search import article_sql
from scraper.store.rows import search_query

PAGE = 50
KINDS = {
    "new": "i.is_baseline = 0",
    "edited": "i.revision > 1",
    "withdrawn": "i.status = 'withdrawn'",
    "baseline": "i.is_baseline = 1",
    "unread": "NOT EXISTS (SELECT 1 FROM marks m WHERE m.item_id = i.id AND m.read_at IS NOT NULL)",
}
"""What ``kind`` means for items."""
_MOST_SOURCES = 100
_COLUMNS = """i.id, i.item_key, i.title, i.url, i.summary, i.published_on, i.published_time, i.published_at,
i.first_seen_at, i.status, i.revision, i.is_baseline, s.slug AS source, s.name AS source_name"""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CURSOR = re.compile(r"(?:(\d{4}-\d{2}-\d{2})\.)?(\d{1,18})")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader asked for; ``""`` is no condition. ``since`` and ``until`` are days as printed by the publisher,
    both included. ``within`` is ``articles`` where the full texts of articles are searched in place of titles and
    summaries. ``before`` is where the page before ended."""

    q: str = ""
    within: str = ""
    source: str = ""
    tag: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    before: str = ""

    @property
    def dated(self) -> bool:
        """Whether the publisher's date decides: then it is also the order."""
        return bool(self.since or self.until) and not self.q

    @property
    def any(self) -> bool:
        """Whether anything is left out."""
        return self != Filters(before=self.before)

    def query(self, before: str = "") -> str:
        """As the query of an address, of the page that begins after ``before``."""
        values = {field.name: getattr(self, field.name) for field in fields(self)} | {"before": before}
        return urlencode({name: value for name, value in values.items() if value})


def parse_filters(get: Callable[[str], str | None]) -> Filters:
    """From the parameters of an address. What makes no sense is no condition."""
    found = {field.name: (get(field.name) or "").strip()[:200] for field in fields(Filters)}
    wanted = Filters(**found)
    return replace(
        wanted,
        kind=wanted.kind if wanted.kind in KINDS else "",
        within="articles" if wanted.within == "articles" else "",
        since=wanted.since if _DAY.fullmatch(wanted.since) else "",
        until=wanted.until if _DAY.fullmatch(wanted.until) else "",
        before=wanted.before if _CURSOR.fullmatch(wanted.before) else "",
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A page of items. ``before`` begins the next one; ``""`` if this is the last. ``problem`` is in words."""

    items: Sequence[Mapping[str, Any]]
    before: str = ""
    problem: str = ""


def find_items(conn: sqlite3.Connection, wanted: Filters) -> Found:
    """The items of one page, newest first."""
    if wanted.q and not search_query(wanted.q):
        return Found([], problem="There is no word in this search.")
    sources = _sources(conn, wanted)
    if sources == []:
        return Found([], problem="There is no such source or tag.")
    sql, values = item_sql(wanted, sources)
    rows = [dict(row) for row in conn.execute(sql, values)]
    if len(rows) <= PAGE:
        return Found(rows)
    last = rows[PAGE - 1]
    if "place" in last:
        return Found(rows[:PAGE], str(last["place"]))
    return Found(rows[:PAGE], f"{last['published_on']}.{last['id']}" if wanted.dated else str(last["id"]))


def _sources(conn: sqlite3.Connection, wanted: Filters) -> list[int] | None:
    """The sources that are asked for; ``None`` for all."""
    if not wanted.source and not wanted.tag:
        return None
    conditions, values = [], []
    if wanted.source:
        conditions.append("s.slug = ?")
        values.append(wanted.source)
    if wanted.tag:
        conditions.append("s.id IN (SELECT source_id FROM source_tags WHERE tag = ?)")
        values.append(wanted.tag)
    sql = f"SELECT s.id FROM sources s WHERE {' AND '.join(conditions)} ORDER BY s.id"  # noqa: S608
    return [row[0] for row in conn.execute(sql, values)]


def item_sql(wanted: Filters, sources: Sequence[int] | None) -> tuple[str, list[Any]]:
    """The query of one page and one row more, and its values."""
    if wanted.q:
        return _search_sql(wanted, sources)
    if wanted.dated or sources is None or len(sources) == 1 or len(sources) > _MOST_SOURCES:
        return _ordered_sql(wanted, sources)
    return _merged_sql(wanted, sources)


def _conditions(wanted: Filters, identity: str) -> tuple[list[str], list[Any]]:
    sql, values = ["i.status <> 'merged'"], list[Any]()
    if wanted.kind:
        sql.append(KINDS[wanted.kind])
    for sign, value in ((">=", wanted.since), ("<=", wanted.until)):
        if value:
            # The plus keeps the index on the date out of a search, which has its own order.
            sql.append(f"{'' if wanted.dated else '+'}i.published_on {sign} ?")
            values.append(value)
    cursor = _CURSOR.fullmatch(wanted.before)
    if cursor and not wanted.dated:
        sql.append(f"{identity} < ?")
        values.append(int(cursor[2]))
    return sql, values


def _search_sql(wanted: Filters, sources: Sequence[int] | None) -> tuple[str, list[Any]]:
    in_articles = wanted.within == "articles"
    sql, values = _conditions(replace(wanted, before="") if in_articles else wanted, "f.rowid")
    if sources is not None:
        sql.append(f"+i.source_id IN ({_marks(sources)})")
        values += sources
    if in_articles:
        cursor = _CURSOR.fullmatch(wanted.before)
        return article_sql(wanted.q, sql, values, int(cursor[2]) if cursor else None, PAGE + 1)
    text = (
        f"SELECT {_COLUMNS} FROM items_fts f CROSS JOIN items i ON i.id = f.rowid "  # noqa: S608
        "CROSS JOIN sources s ON s.id = i.source_id "
        f"WHERE items_fts MATCH ? AND {' AND '.join(sql)} ORDER BY f.rowid DESC LIMIT {PAGE + 1}"
    )
    return text, [search_query(wanted.q), *values]


def _ordered_sql(wanted: Filters, sources: Sequence[int] | None) -> tuple[str, list[Any]]:
    sql, values = _conditions(wanted, "i.id")
    if sources is not None:
        sql.append(f"{'+' if wanted.dated else ''}i.source_id IN ({_marks(sources)})")
        values += sources
    if not wanted.dated:
        return _one_sql(sql, "i.id DESC"), values
    order = "i.published_on DESC, i.id DESC"
    cursor = _CURSOR.fullmatch(wanted.before)
    if not cursor or not cursor[1]:
        return _one_sql(sql, order), values
    # The rest of the day where the page before ended, then the days before it: SQLite 3.40 does not seek by two
    # columns of a row value. The last day asked for is no bound any more, but its value has to go somewhere.
    day, number = cursor[1], int(cursor[2])
    rest = _one_sql([*sql, "i.published_on = ?", "i.id < ?"], "i.id DESC")
    earlier = _one_sql([*(part.replace("i.published_on <= ?", "? > ''") for part in sql), "i.published_on < ?"], order)
    text = f"SELECT * FROM ({rest}) UNION ALL SELECT * FROM ({earlier}) ORDER BY 6 DESC, 1 DESC LIMIT {PAGE + 1}"  # noqa: S608
    return text, [*values, day, number, *values, min(day, wanted.until or day)]


def _one_sql(conditions: Sequence[str], order: str) -> str:
    return (
        f"SELECT {_COLUMNS} FROM items i CROSS JOIN sources s ON s.id = i.source_id "  # noqa: S608
        f"WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT {PAGE + 1}"
    )


def _merged_sql(wanted: Filters, sources: Sequence[int]) -> tuple[str, list[Any]]:
    """A page of each source by its own index, the newest of all of them."""
    sql, values = _conditions(wanted, "i.id")
    one = (
        f"SELECT * FROM (SELECT i.id FROM items i WHERE i.source_id = ? AND {' AND '.join(sql)} "  # noqa: S608
        f"ORDER BY i.id DESC LIMIT {PAGE + 1})"
    )
    text = (
        f"SELECT {_COLUMNS} FROM items i CROSS JOIN sources s ON s.id = i.source_id "  # noqa: S608
        f"WHERE i.id IN ({' UNION ALL '.join([one] * len(sources))}) ORDER BY i.id DESC LIMIT {PAGE + 1}"
    )
    return text, [value for source in sources for value in (source, *values)]


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))


def list_choices(conn: sqlite3.Connection) -> dict[str, Any]:
    """What the filters offer: sources (at most 500) and tags (at most 200)."""
    return {
        "sources": conn.execute(
            "SELECT slug, name FROM sources WHERE active = 1 OR last_ok_at IS NOT NULL ORDER BY slug LIMIT 500"
        ).fetchall(),
        "tags": [row[0] for row in conn.execute("SELECT DISTINCT tag FROM source_tags ORDER BY tag LIMIT 200")],
    }
