"""Writing an article, and each later form of it: the listing page's own, or that of an item."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from scraper.following import edited_fields
from scraper.store.rows import published_columns, unspaced_text
from scraper.store.writing import Writing
from scraper.text import fold_text
from scraper.types import ArticleData


@dataclass(frozen=True, slots=True)
class WrittenArticle:
    """A form of an article that was stored. ``fields`` is empty for the first; ``returned`` says that its text is one
    that was stored before."""

    number: int
    fields: tuple[str, ...] = ()
    returned: bool = False


def write_article(writing: Writing, article: ArticleData) -> None:
    """Store the listing page's own ``article`` if it is new or says something else than before."""
    url = article.url or writing.source["url"]
    _write(writing, article, _find(writing, url), url, item_id=None)


def write_item_article(writing: Writing, article: ArticleData, item_id: int, url: str) -> WrittenArticle | None:
    """Store the article of an item, fetched from ``url``; ``None`` if it says what it said before."""
    row = writing.conn.execute("SELECT * FROM articles WHERE item_id = ?", (item_id,)).fetchone()
    return _write(writing, article, row or _find(writing, url), url, item_id=item_id)


def stored_article(conn: sqlite3.Connection, item_id: int) -> ArticleData | None:
    """The last stored form of an item's article."""
    row = conn.execute("SELECT title, text FROM articles WHERE item_id = ?", (item_id,)).fetchone()
    return ArticleData(row["title"], row["text"]) if row else None


def _find(writing: Writing, url: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = writing.conn.execute(
        "SELECT * FROM articles WHERE source_id = ? AND url = ?", (writing.record.source_id, url)
    ).fetchone()
    return found


def _write(
    writing: Writing, article: ArticleData, old: sqlite3.Row | None, url: str, *, item_id: int | None
) -> WrittenArticle | None:
    fields = edited_fields(ArticleData(old["title"], old["text"]), article) if old else ()
    if old and item_id and old["item_id"] is None:
        writing.conn.execute("UPDATE articles SET item_id = ? WHERE id = ?", (item_id, old["id"]))
    if old and not fields:
        return None
    number = old["revision"] + 1 if old else 1
    returned = old is not None and _was_stored(writing.conn, old["id"], article)
    article_id = _store(writing, article, old, url, item_id, number)
    _store_revision(writing, article, article_id, number, fields)
    return WrittenArticle(number, fields, returned)


def _was_stored(conn: sqlite3.Connection, article_id: int, article: ArticleData) -> bool:
    texts = conn.execute(
        "SELECT text FROM article_revisions WHERE article_id = ? ORDER BY number DESC LIMIT 5", (article_id,)
    )
    wanted = fold_text(article.text)
    return any(fold_text(row["text"]) == wanted for row in texts)


def _store(
    writing: Writing, article: ArticleData, old: sqlite3.Row | None, url: str, item_id: int | None, number: int
) -> int:
    dated = published_columns(article.published)[:4]
    values = (article.title, article.text, article.author, *dated, unspaced_text(article.title, article.text))
    if old:
        writing.conn.execute(
            "UPDATE articles SET title = ?, text = ?, author = ?, published_on = ?, published_at = ?, "
            "published_raw = ?, published_precision = ?, unspaced = ?, revision = ?, changed_at = ? WHERE id = ?",
            (*values, number, writing.at, old["id"]),
        )
        return int(old["id"])
    row = writing.conn.execute(
        "INSERT INTO articles(title, text, author, published_on, published_at, published_raw, published_precision, "
        "unspaced, source_id, item_id, url, first_seen_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "RETURNING id",
        (*values, writing.record.source_id, item_id, url, writing.at, writing.at),
    ).fetchone()
    return int(row[0])


def _store_revision(
    writing: Writing, article: ArticleData, article_id: int, number: int, fields: tuple[str, ...]
) -> None:
    writing.conn.execute(
        "INSERT INTO article_revisions(article_id, number, recorded_at, check_id, fields, title, text, author, "
        "published_on, capture_sha256, screenshot_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            article_id,
            number,
            writing.at,
            writing.check_id or None,
            ",".join(fields),
            article.title,
            article.text,
            article.author,
            published_columns(article.published)[0],
            writing.capture,
            writing.screenshot,
        ),
    )
