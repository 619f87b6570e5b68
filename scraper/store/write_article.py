"""Writing the page's own article, and each later form of it."""

from __future__ import annotations

from scraper.store.rows import published_columns, unspaced_text
from scraper.store.writing import Writing
from scraper.text import fold_text
from scraper.types import ArticleData


def write_article(writing: Writing, article: ArticleData) -> None:
    """Store ``article`` if it is new or says something else than before; white space and quotes are no edit."""
    conn = writing.conn
    url = article.url or writing.source["url"]
    old = conn.execute(
        "SELECT id, revision, title, text FROM articles WHERE source_id = ? AND url = ?",
        (writing.record.source_id, url),
    ).fetchone()
    fields = [
        name for name in ("title", "text") if old is None or fold_text(old[name]) != fold_text(getattr(article, name))
    ]
    if not fields:
        return
    dated = published_columns(article.published)[:4]
    number = old["revision"] + 1 if old else 1
    values = (article.title, article.text, article.author, *dated, unspaced_text(article.title, article.text))
    if old:
        article_id = old["id"]
        conn.execute(
            "UPDATE articles SET title = ?, text = ?, author = ?, published_on = ?, published_at = ?, "
            "published_raw = ?, published_precision = ?, unspaced = ?, revision = ?, changed_at = ? WHERE id = ?",
            (*values, number, writing.at, article_id),
        )
    else:
        article_id = conn.execute(
            "INSERT INTO articles(title, text, author, published_on, published_at, published_raw, published_precision, "
            "unspaced, source_id, url, first_seen_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "RETURNING id",
            (*values, writing.record.source_id, url, writing.at, writing.at),
        ).fetchone()[0]
    conn.execute(
        "INSERT INTO article_revisions(article_id, number, recorded_at, check_id, fields, title, text, author, "
        "published_on, capture_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            article_id,
            number,
            writing.at,
            writing.check_id,
            ",".join(fields) if old else "",
            article.title,
            article.text,
            article.author,
            dated[0],
            writing.capture,
        ),
    )
