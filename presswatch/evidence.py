"""The bytes that show what an item said, as a WARC file (ISO 28500) that other tools can read and check."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from scraper.errors import PresswatchError
from scraper.store.captures import read_capture

_CAPTURES = """
SELECT c.*, group_concat(x.of, ', ') AS of FROM captures c JOIN (
  SELECT capture_sha256, 'listing revision ' || number AS of FROM revisions WHERE item_id = :item
  UNION ALL
  SELECT r.capture_sha256, 'article revision ' || r.number FROM article_revisions r
  JOIN articles a ON a.id = r.article_id WHERE a.item_id = :item
  UNION ALL
  SELECT k.screenshot_sha256, 'picture of listing revision ' || r.number FROM revisions r
  JOIN checks k ON k.id = r.check_id WHERE r.item_id = :item
  UNION ALL
  SELECT r.screenshot_sha256, 'picture of article revision ' || r.number FROM article_revisions r
  JOIN articles a ON a.id = r.article_id WHERE a.item_id = :item
) x ON x.capture_sha256 = c.sha256
GROUP BY c.sha256 ORDER BY c.captured_at, c.sha256
"""
_REVISIONS = (
    "SELECT number, recorded_at, fields, title, url, capture_sha256 FROM revisions WHERE item_id = ? ORDER BY 1"
)
_ARTICLE = (
    "SELECT r.number, r.recorded_at, r.fields, r.title, r.capture_sha256 FROM article_revisions r "
    "JOIN articles a ON a.id = r.article_id WHERE a.item_id = ? ORDER BY 1"
)


@dataclass(frozen=True, slots=True)
class Written:
    """How many captures were written; ``missing`` counts revisions whose bytes were not, or are no longer, kept."""

    captures: int
    missing: int


def write_evidence(conn: sqlite3.Connection, captures: Path, item: sqlite3.Row, out: BinaryIO) -> Written:
    """Write a gzipped WARC: a ``metadata`` record with the item's revisions as JSON, then a ``resource`` record per
    capture, each with its SHA-256. The bodies are as they were decoded from the transfer; headers were not kept.

    Raises :class:`PresswatchError`: a capture is damaged, so that it is no evidence.
    """
    from warcio.warcwriter import WARCWriter

    found = conn.execute(_CAPTURES, {"item": item["id"]}).fetchall()
    story = _story(conn, item)
    named = [one for part in ("listing", "article") for one in story[part]]
    writer = WARCWriter(out, gzip=True)
    about = item["url"] or f"urn:presswatch:item:{item['item_key']}"
    _write(writer, "metadata", about, json.dumps(story, ensure_ascii=False, indent=1).encode(), "application/json", {})
    for row in found:
        body = _read(captures, row)
        said = {"WARC-Date": row["captured_at"], "WARC-Payload-Digest": f"sha256:{row['sha256']}"}
        content_type = row["content_type"] or "application/octet-stream"
        _write(writer, "resource", row["url"], body, content_type, said | {"WARC-Presswatch-Shows": row["of"]})
    return Written(len(found), sum(one["capture_sha256"] is None for one in named))


def _write(writer: Any, kind: str, url: str, body: bytes, content_type: str, headers: dict[str, str]) -> None:
    said = {name: "".join(c for c in value if c.isprintable()) for name, value in headers.items()}
    record = writer.create_warc_record(
        "".join(c for c in url if c.isprintable()),
        kind,
        payload=BytesIO(body),
        length=len(body),
        warc_content_type="".join(c for c in content_type if c.isprintable()),
        warc_headers_dict=said,
    )
    writer.write_record(record)


def _read(captures: Path, row: sqlite3.Row) -> bytes:
    try:
        body = read_capture(captures, row["sha256"])
    except (OSError, EOFError) as error:
        raise PresswatchError(f"the capture {row['sha256']} cannot be read: {error}") from error
    if hashlib.sha256(body).hexdigest() != row["sha256"]:
        raise PresswatchError(f"the capture {row['sha256']} is damaged: its bytes have another digest")
    return body


def _story(conn: sqlite3.Connection, item: sqlite3.Row) -> dict[str, Any]:
    return {
        "urn": f"urn:presswatch:item:{item['item_key']}",
        "title": item["title"],
        "url": item["url"],
        "source": item["source_url"],
        "first_seen_at": item["first_seen_at"],
        "listing": [dict(row) for row in conn.execute(_REVISIONS, (item["id"],))],
        "article": [dict(row) for row in conn.execute(_ARTICLE, (item["id"],))],
    }
