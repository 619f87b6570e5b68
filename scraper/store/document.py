"""Writes ``docs/schema.md`` from a migrated database: ``python -m scraper.store.document > docs/schema.md``.

What a column means and which query an index serves is said in the schema's own comments (``-- …``), which SQLite keeps;
the comment above an index is read from the migration.
"""

from __future__ import annotations

import itertools
import re
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from scraper.store.db import open_reader, open_store
from scraper.store.marks import SCHEMA_VERSION
from scraper.store.migrations import TABLES

_TYPES = ("TEXT", "INTEGER", "REAL", "BLOB")
_COMMENT = re.compile(r"--\s*(.*)$")
_CHOICE = re.compile(r"CHECK \((\w+) IN\s*\(([^)]*)\)\)")
_INTRO = """# The database

Made from a migrated database by `python -m scraper.store.document > docs/schema.md`; do not edit.
Schema version {version}. Start with the views. Times (`_at`) are UTC text `YYYY-MM-DDTHH:MM:SS.sssZ`, so that the order
of text is the order of time; `_on` is a calendar date as printed; a column may be null only where it says so.
"""

PURPOSES = {
    "meta": "Single values about the file itself.",
    "sites": "Registrable domains: the unit of spacing and penalties.",
    "robots": "robots.txt of each origin, kept a day.",
    "sources": "Places that are watched, as configured or adopted, with what was understood of their last answer.",
    "source_tags": "Tags of the sources.",
    "hubs": "Hubs (WebSub) that sources announce, and what became of our subscriptions.",
    "ways": 'The way that was found to a source\'s listing where `browser = "auto"`.',
    "page_prints": "What may not change on a source's page for its list to be the same, so that it need not be read.",
    "recipes": "Where a source's items are on its page: written by hand or learnt; retired ones are kept.",
    "cadences": "When each configured source is looked at next.",
    "cadence_rates": "How often each source publishes, as learnt from its looks.",
    "cadence_profile": "When in the day, the week and the hour each source publishes: slots without a row had no item.",
    "cadence_hints": "What feeds say of when they want to be read; a source that says nothing has no row.",
    "cadence_budget": "The accounts of requests against the budgets: of all sources, and of sites with their own.",
    "captures": "Stored answers; their bytes are files named by digest, in the folder `captures` beside the database.",
    "checks": "Looks at sources. A run of equal ones is one row with a count.",
    "fetches": "Requests other than looks.",
    "items": "Things announced, in their latest form.",
    "item_keys": "The signs by which an item is recognised. The same sign may have been borne by several items.",
    "identity_log": "Why an item is the item it is.",
    "appearances": "Whether, since when and where an item is listed.",
    "revisions": "Each stored form of each item.",
    "article_looks": "Articles of followed items: when each is looked at next, and what its last answer was.",
    "articles": "Full texts: of items, or of a page that is an article as well as a listing.",
    "article_revisions": "Each stored form of each article.",
    "flaps": "Fields of items that go to and fro: told a few times, then not until they settle.",
    "episodes": "Stretches in which a source was unwell.",
    "changes": "The log of facts. Insert-only: follow it with `id > the last you saw`.",
    "channels": "Where messages go.",
    "rules": "What goes where, by name; their content is in the configuration.",
    "messages": "The outbox: what is to be told, was told, or could not be told.",
    "message_changes": "Which changes a message tells.",
    "tellings": "Which new articles a channel was told of: one that is seen on two pages is told once.",
    "deliveries": "Attempts to send a message.",
    "receipts": "Which of several recipients have a message that the others have not been given yet.",
    "marks": "What people noted about items: a star, that they were read, words of their own.",
    "workers": "Who reads pages for the service, where there is a fleet: those that were heard of lately.",
    "fleet": "How far reading lags behind, where there is a fleet; one row.",
    "leases": "Who may check a source, ask a site, be the daemon, send.",
    "items_fts": "words of title and summary of `items`; ask with `MATCH`, join `items.id = items_fts.rowid`, newest "
    "first by `ORDER BY rowid DESC`. Parts of words in scripts without spaces, a token a character: "
    '`unspaced : "海 洋"`.',
    "articles_fts": "the same over title and text of `articles`.",
    "latest_items": "All items, the newest first.",
    "item_history": "What happened to items, each with the form it had then.",
    "item_as_of": "Items at any moment T: `WHERE valid_from <= T AND (valid_to IS NULL OR valid_to > T)`.",
    "source_health": "How each source is, and when it is looked at next.",
    "pending_messages": "What is not told yet, and why.",
}
"""What each table and view is for."""


def describe(conn: sqlite3.Connection) -> str:
    """The schema of ``conn`` as Markdown."""
    parts = [_INTRO.format(version=SCHEMA_VERSION), "## Views\n"]
    parts.extend(_view(conn, name) for name in _names(conn, "view"))
    parts.append("## Tables\n")
    parts.extend(_table(conn, name) for name in _names(conn, "table"))
    parts.append("## Full-text search\n")
    parts.extend(f"* `{name}`: {PURPOSES[name]}" for name in _names(conn, "fts"))
    return "\n".join(parts).rstrip() + "\n"


def _names(conn: sqlite3.Connection, kind: str) -> list[str]:
    rows = conn.execute("SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY rowid")
    found = []
    for name, is_a, sql in rows.fetchall():
        fts = sql.startswith("CREATE VIRTUAL")
        if kind == ("fts" if fts else is_a) and (name in PURPOSES or kind == "view"):
            found.append(name)
    return found


def _view(conn: sqlite3.Connection, name: str) -> str:
    columns = ", ".join(f"`{row[1]}`" for row in conn.execute(f"PRAGMA table_info({name})"))
    return f"### {name}\n\n{PURPOSES[name]}\n\nColumns: {columns}.\n"


def _table(conn: sqlite3.Connection, name: str) -> str:
    lines = [f"### {name}\n", f"{PURPOSES[name]}\n", "| column | type | meaning |", "| --- | --- | --- |"]
    sql = conn.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
    comments = dict(_column_comments(sql))
    choices = {column: ", ".join(re.findall(r"\w+", values)) for column, values in _CHOICE.findall(sql)}
    references = {row[3]: f"→ `{row[2]}`" for row in conn.execute(f"PRAGMA foreign_key_list({name})")}
    for _, column, kind, not_null, _, key in conn.execute(f"PRAGMA table_info({name})"):
        parts = ("key" if key else "", references.get(column), choices.get(column), comments.get(column))
        meaning = "; ".join(filter(None, parts))
        optional = "" if not_null or key else ", may be null"
        lines.append(f"| `{column}` | {kind.lower()}{optional} | {meaning.replace('|', '/')} |")
    indexes = [f"* `{index}`: {purpose}" for index, purpose in index_comments() if _is_of(conn, index, name)]
    return "\n".join([*lines, "", *(["Indexes:", "", *indexes, ""] if indexes else [])])


def index_comments() -> Iterator[tuple[str, str]]:
    """Each index with the comment above it: the query that it serves."""
    for above, line in itertools.pairwise(TABLES.splitlines()):
        words = line.replace("UNIQUE ", "").split()
        if words[:2] == ["CREATE", "INDEX"] and above.startswith("-- "):
            yield words[2], above[3:]


def _is_of(conn: sqlite3.Connection, index: str, table: str) -> bool:
    row = conn.execute("SELECT tbl_name FROM sqlite_master WHERE type = 'index' AND name = ?", (index,)).fetchone()
    return row is not None and row[0] == table


def _column_comments(sql: str) -> Iterator[tuple[str, str]]:
    """Each column with the comment at the end of its line; one that stands for several is given to each."""
    for line in sql.splitlines():
        comment = _COMMENT.search(line)
        if comment:
            for name in re.findall(rf"(\w+) (?:{'|'.join(_TYPES)})\b", line[: comment.start()]):
                yield name, comment.group(1).strip()


def main() -> None:
    """Print the description of a freshly migrated database."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "presswatch.db"
        open_store(path).close()
        with closing(open_reader(path)) as store:
            sys.stdout.write(describe(store.conn))


if __name__ == "__main__":
    main()
