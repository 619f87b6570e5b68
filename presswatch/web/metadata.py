"""What Datasette is told about the database: titles, descriptions, units, labels, facets, saved queries. Pure data."""

from __future__ import annotations

from typing import Any

from presswatch.web.queries import QUERIES
from scraper.store.document import PURPOSES

_VIEWS = {
    "latest_items": "Each item in its latest form, the newest first.",
    "item_history": "What happened to items, each change with the form that it led to.",
    "item_as_of": "Each form of each item with the time in which it was valid.",
    "source_health": "How each source is.",
    "pending_messages": "Messages that were not sent, or not yet.",
}
_LABELS = {"sources": "slug", "items": "title", "channels": "name", "rules": "name", "articles": "title",
           "episodes": "class", "checks": "outcome", "changes": "kind", "messages": "message_id",
           "revisions": "title"}  # fmt: skip
# Only where the table is small or the facet's column has an index: a facet over a million items takes seconds.
_FACETS = {"sources": ["outcome", "origin", "active"], "channels": ["kind", "active"], "episodes": ["class"],
           "source_tags": ["tag"], "pending_messages": ["state", "channel"], "source_health": ["outcome"]}  # fmt: skip
_UNITS = {
    "checks": {"bytes": "B", "duration_ms": "ms"},
    "deliveries": {"duration_ms": "ms"},
    "captures": {"bytes": "B", "stored_bytes": "B"},
    "cadences": {"interval_s": "s"},
    "fetches": {"bytes": "B"},
    "sites": {"spacing_s": "s"},
    "source_health": {"interval_s": "s"},
}
_NEWEST_FIRST = ("changes", "checks", "messages", "deliveries", "revisions", "episodes", "fetches")
_INTERNAL = ("meta", "leases", "robots", "tellings", "items_fts", "articles_fts", "_sqlite_migrations")


def make_metadata(database: str = "presswatch") -> dict[str, Any]:
    """The metadata of a database that Datasette calls ``database``, as Datasette 0.65 takes it. 1.0 takes the same
    split in two: see :func:`split_metadata`."""
    tables: dict[str, dict[str, Any]] = {
        name: {"description": text} for name, text in {**PURPOSES, **_VIEWS}.items() if name not in _INTERNAL
    }
    for name in _INTERNAL:
        tables[name] = {"hidden": True}
    for key, given in (("label_column", _LABELS), ("facets", _FACETS), ("units", _UNITS)):
        for name, value in given.items():
            tables[name][key] = value
    for name in _NEWEST_FIRST:
        tables[name]["sort_desc"] = "id"
    queries = {
        saved.name: {"title": saved.title, "description": saved.description, "sql": saved.sql} for saved in QUERIES
    }
    return {
        "title": "presswatch",
        "description": "News and press releases: each item once, with every edit and withdrawal.",
        "databases": {
            database: {
                "description": "Start with the views. Times (…_at) are UTC; a date (…_on) is as printed.",
                "tables": tables,
                "queries": queries,
            }
        },
    }


def split_metadata(metadata: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """``metadata`` as Datasette 1.0 takes it: what describes, and the configuration. It knows no units."""
    described: dict[str, Any] = {**metadata, "databases": {}}
    configured: dict[str, Any] = {"databases": {}}
    for database, parts in metadata["databases"].items():
        texts, options = {}, {}
        for table, values in parts["tables"].items():
            texts[table] = {key: value for key, value in values.items() if key == "description"}
            options[table] = {key: value for key, value in values.items() if key not in ("description", "units")}
        described["databases"][database] = {"description": parts["description"], "tables": texts}
        configured["databases"][database] = {"tables": options, "queries": parts["queries"]}
    return described, configured
