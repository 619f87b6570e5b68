"""Searching the full texts of articles, for the front page: the latest stored first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scraper.store.rows import search_query

_COLUMNS = """f.rowid AS place, i.id, i.item_key, i.title, i.url,
snippet(articles_fts, 1, '', '', '…', 32) AS summary, i.published_on, i.published_time, i.published_at, i.first_seen_at,
i.status, i.revision, i.is_baseline, s.slug AS source, s.name AS source_name"""


def article_sql(
    words: str, conditions: Sequence[str], values: Sequence[Any], before: int | None, limit: int
) -> tuple[str, list[Any]]:
    """The query for items whose articles say ``words``, and its values. ``summary`` is the passage that says them;
    ``place`` is where the next page begins: its articles have lesser numbers than ``before``. ``conditions`` are SQL
    over items ``i`` with ``values``. It follows the full-text index in its order, and stops when it has ``limit``."""
    sql = [*conditions, *(["f.rowid < ?"] if before is not None else [])]
    text = (
        f"SELECT {_COLUMNS} FROM articles_fts f CROSS JOIN articles a ON a.id = f.rowid "  # noqa: S608
        "CROSS JOIN items i ON i.id = a.item_id CROSS JOIN sources s ON s.id = i.source_id "
        f"WHERE articles_fts MATCH ? AND {' AND '.join(sql)} ORDER BY f.rowid DESC LIMIT {limit}"
    )
    return text, [search_query(words), *values, *([before] if before is not None else [])]
