"""All that is known of one item, and the captured page as text."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from scheduler.worddiff import word_diff

MOST_TEXT = 60_000
"""Characters of a captured page that are shown as text."""
_MOST_MARKUP = 2_000_000
_MOST_REVISIONS = 100
_MOST_DIFFERENCE = 20_000
_ITEM = """
SELECT i.*, s.slug AS source, s.name AS source_name, s.url AS source_url, s.last_ok_at, a.first_listed_at, a.left_at,
       a.listed
FROM items i JOIN sources s ON s.id = i.source_id
LEFT JOIN appearances a ON a.item_id = i.id AND a.source_id = i.source_id
"""
_CHANGES = """
SELECT *, kind IN ('revised', 'relocated') AND tell = 1 AND coalesce(reason, '') = '' AS plain_edit
FROM changes WHERE item_id = ? ORDER BY id LIMIT 200
"""
_MESSAGES = """
SELECT m.id, m.message_id, c.name AS channel, m.kind, m.state, m.created_at, m.sent_at, m.attempts, m.last_error,
       g.kind AS change_kind
FROM changes g CROSS JOIN message_changes x ON x.change_id = g.id CROSS JOIN messages m ON m.id = x.message_id
JOIN channels c ON c.id = m.channel_id
WHERE g.item_id = ? ORDER BY m.id LIMIT 100
"""
_SEEN = """
SELECT c.* FROM captures c JOIN (
  SELECT r.capture_sha256 AS sha256, r.recorded_at AS at, 1 AS listing FROM revisions r
  WHERE r.item_id = ?1 AND r.capture_sha256 IS NOT NULL
  UNION ALL SELECT r.capture_sha256, r.recorded_at, 0 FROM article_revisions r JOIN articles a ON a.id = r.article_id
  WHERE a.item_id = ?1 AND r.capture_sha256 IS NOT NULL) x ON x.sha256 = c.sha256
ORDER BY x.listing, x.at DESC LIMIT 3
"""
_EXCERPTED = 600_000
"""Characters of a captured page's markup in which its item is looked for."""
_BEFORE, _AFTER = 300, 2_500
"""Characters of the captured page that are shown before and after the item's title."""
_FIELDS = ("title", "url", "summary", "author", "image_url", "published_raw")


def find_item(conn: sqlite3.Connection, key: str) -> dict[str, Any] | None:
    """The item with this key, or number; ``None`` if there is none."""
    row = conn.execute(f"{_ITEM} WHERE i.item_key = ?", (key,)).fetchone()
    if row is None and key.isascii() and key.isdecimal() and len(key) <= 18:
        row = conn.execute(f"{_ITEM} WHERE i.id = ?", (int(key),)).fetchone()
    if row is None:
        return None
    item = dict(row)
    number = item["id"]
    return {
        "item": item,
        "merged_into": _one(conn, "SELECT item_key, title FROM items WHERE id = ?", item["merged_into"]),
        "revisions": _revisions(conn, number),
        "changes": _all(conn, _CHANGES, number),
        "keys": _all(
            conn,
            "SELECT kind, key, strong FROM item_keys WHERE item_id = ? ORDER BY strong DESC, kind LIMIT 100",
            number,
        ),
        "identity": _all(conn, "SELECT * FROM identity_log WHERE item_id = ? ORDER BY id LIMIT 100", number),
        "messages": _all(conn, _MESSAGES, number),
        "article": _article(conn, number),
        "mark": _one(conn, "SELECT * FROM marks WHERE item_id = ?", number),
        "seen": _all(conn, _SEEN, number),
    }


def _one(conn: sqlite3.Connection, sql: str, value: Any) -> dict[str, Any] | None:
    row = conn.execute(sql, (value,)).fetchone()
    return dict(row) if row else None


def _all(conn: sqlite3.Connection, sql: str, value: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in conn.execute(sql, (value,))]


def _revisions(conn: sqlite3.Connection, item_id: int) -> list[dict[str, Any]]:
    """The latest hundred, newest first, each with what it changed."""
    sql = f"SELECT * FROM revisions WHERE item_id = ? ORDER BY number DESC LIMIT {_MOST_REVISIONS + 1}"  # noqa: S608
    rows = _all(conn, sql, item_id)
    for row, before in zip(rows, [*rows[1:], None], strict=False):
        row["edits"] = [] if before is None else _edits(before, row, _FIELDS)
    return rows[:_MOST_REVISIONS]


def _edits(before: dict[str, Any], after: dict[str, Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {
            "field": name.removesuffix("_raw").replace("_", " "),
            "pieces": word_diff((before[name] or "")[:_MOST_DIFFERENCE], (after[name] or "")[:_MOST_DIFFERENCE]),
        }
        for name in names
        if before[name] != after[name]
    ]


def _article(conn: sqlite3.Connection, item_id: int) -> dict[str, Any] | None:
    article = _one(conn, "SELECT * FROM articles WHERE item_id = ? ORDER BY id DESC LIMIT 1", item_id)
    if article is None:
        return None
    rows = _all(
        conn, "SELECT * FROM article_revisions WHERE article_id = ? ORDER BY number DESC LIMIT 11", article["id"]
    )
    for row, before in zip(rows, [*rows[1:], None], strict=False):
        row["edits"] = [] if before is None else _edits(before, row, ("title", "text"))
    return article | {"text": article["text"][:MOST_TEXT], "revisions": rows[:10]}


def find_capture(conn: sqlite3.Connection, sha256: str) -> dict[str, Any] | None:
    """What is known of a stored answer; ``None`` if there is no such."""
    return _one(conn, "SELECT * FROM captures WHERE sha256 = ?", sha256)


def capture_markup(directory: Path, sha256: str, content_type: str | None) -> str:
    """A stored answer decoded, at most two million characters. Raises ``OSError`` if it was retired or is damaged."""
    from scraper.charset import decode_body
    from scraper.store.captures import read_capture

    return decode_body(read_capture(directory, sha256)[: _MOST_MARKUP * 2], content_type)[0][:_MOST_MARKUP]


def seen_text(directory: Path, captures: list[dict[str, Any]], title: str) -> dict[str, Any] | None:
    """The words of the latest capture that is still kept, its article's before its listing's, around the item's title:
    ``before``, ``title``, ``after``, and ``capture``. ``None`` if none is kept."""
    for capture in captures:
        try:
            text = markup_text(capture_markup(directory, capture["sha256"], capture["content_type"])[:_EXCERPTED])
        except (OSError, EOFError):
            continue
        folded, wanted = text.casefold(), title.casefold()
        place = folded.find(wanted) if len(folded) == len(text) and len(wanted) == len(title) else text.find(title)
        if place < 0:
            return {"capture": capture, "before": "", "title": "", "after": text[:_AFTER]}
        end = place + len(title)
        return {
            "capture": capture,
            "before": text[place - _BEFORE : place].partition("\n")[2] if place > _BEFORE else text[:place],
            "title": text[place:end],
            "after": text[end : end + _AFTER],
        }
    return None


def markup_text(markup: str) -> str:
    """The words of a page, a line for each block; scripts and styles left out."""
    if "<" not in markup[:2_000]:
        return markup[:MOST_TEXT]
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(markup)
    tree.strip_tags(["script", "style", "noscript", "template", "svg"])
    body = tree.body
    text = body.text(separator="\n", strip=True) if body is not None else ""
    return "\n".join(line for line in map(str.strip, text.splitlines()) if line)[:MOST_TEXT]
