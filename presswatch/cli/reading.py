"""Looking back: ``items`` and ``changes``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from presswatch.cli.app import App
from presswatch.cli.filters import Conditions, filter_options, parse_since, search_words, select_sources
from presswatch.cli.output import form_options, write_rows

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

ITEM_FIELDS = (
    "id", "item_key", "source", "source_name", "title", "url", "published", "published_on", "published_at", "summary",
    "author", "image_url", "status", "revision", "baseline", "first_seen_at", "changed_at",
)  # fmt: skip
CHANGE_FIELDS = (
    "id", "event_id", "changed_at", "kind", "source", "source_name", "item_id", "item_key", "title", "url", "published",
    "fields", "revision", "episode", "reason", "tell",
)  # fmt: skip
KINDS = (
    "added", "surfaced", "revised", "relocated", "withdrawn", "reinstated", "episode_opened", "episode_closed"
)  # fmt: skip
CHANGES = """
SELECT c.id, c.event_id, c.changed_at, c.kind, s.slug AS source, s.name AS source_name, c.item_id, i.item_key,
       coalesce(r.title, i.title) AS title, coalesce(r.url, i.url) AS url,
       r.published_on, r.published_at, r.published_time, r.published_offset_min,
       c.fields, c.revision, e.class AS episode, c.reason, c.tell,
       c.kind = 'episode_opened' AND e.closed_at = e.opened_at AS is_redesign
FROM changes c JOIN sources s ON s.id = c.source_id
LEFT JOIN items i ON i.id = c.item_id
LEFT JOIN revisions r ON r.item_id = c.item_id AND r.number = c.revision
LEFT JOIN episodes e ON e.id = c.episode_id
"""
_MORE = "there are more; these are the {} latest, --limit 0 shows all"
_STYLES = {
    "added": "green", "reinstated": "green", "episode_closed": "green", "revised": "yellow", "relocated": "yellow",
    "withdrawn": "red", "episode_opened": "red",
}  # fmt: skip


@click.command(name="items")
@filter_options
@form_options()
@click.pass_obj
def items_command(
    app: App,
    sources: Sequence[str],
    tags: Sequence[str],
    since: str | None,
    limit: int,
    search: str | None,
    form: str | None,
) -> None:
    """Show items, the latest found first.

    Times are in your zone; for programs (--json, --jsonl, --csv) they are UTC.

    \b
    presswatch items --since monday --tag energy
    presswatch items --search "grid tariff" --csv --limit 0 > grid.csv
    """
    conditions = Conditions(["i.status <> 'merged'"])
    origin = "items i"
    if search is not None:
        # Newest first: the index alone decides.
        conditions.add("items_fts MATCH ?", search_words(search))
        origin = "items_fts f JOIN items i ON i.id = f.rowid"
    if since is not None:
        from scraper.clock import to_text

        conditions.add("i.first_seen_at >= ?", to_text(parse_since(since, app.now, app.zone)))
    with app.reading() as conn:
        select_sources(conn, conditions, sources, tags)
        sql = (
            f"SELECT i.*, s.slug AS source, s.name AS source_name FROM {origin} JOIN sources s ON s.id = i.source_id "  # noqa: S608
            f"{conditions.where} ORDER BY {'f.rowid' if search is not None else 'i.id'} DESC LIMIT ?"
        )
        rows = conn.execute(sql, (*conditions.values, limit + 1 if limit else -1))
        if form is not None:
            write_rows(map(_item, islice(rows, limit or None)), ITEM_FIELDS, form)
        else:
            _print_items(app, rows, limit)


def _item(row: sqlite3.Row) -> dict[str, Any]:
    found = dict(row)
    return found | {"published": published_text(found), "baseline": bool(found["is_baseline"])}


def published_text(row: Mapping[str, Any]) -> str | None:
    """ISO 8601 of the publisher's date, as exact as it is printed; ``None`` if there is none."""
    from scraper.clock import from_text

    if row["published_on"] is None:
        return None
    if row["published_at"] is not None:
        from datetime import timedelta, timezone

        offset = timezone(timedelta(minutes=row["published_offset_min"] or 0))
        return from_text(row["published_at"]).astimezone(offset).isoformat()
    time = row["published_time"]
    return f"{row['published_on']}T{time}" if time else str(row["published_on"])


def _print_items(app: App, rows: Iterator[sqlite3.Row], limit: int) -> None:
    from presswatch.cli.screen import local_time, make_table, plain, show_found, title_text

    table = make_table("id", "seen", "source", "dated", "title", right=("id",), wide=("title",))
    for row in islice(rows, limit or None):
        gone = row["status"] == "withdrawn"
        title = title_text(row["title"], row["url"], "strike" if gone else "")
        table.add_row(
            str(row["id"]),
            local_time(row["first_seen_at"], app.zone),
            plain(row["source"], "bold"),
            row["published_on"] or "",
            title.append("  withdrawn", "red") if gone else title,
        )
    show_found(table, rows, none="no items", more=_MORE.format(limit))


@click.command(name="changes")
@filter_options
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Of this kind; repeatable.")
@form_options()
@click.pass_obj
def changes_command(
    app: App,
    sources: Sequence[str],
    tags: Sequence[str],
    since: str | None,
    limit: int,
    search: str | None,
    kinds: Sequence[str],
    form: str | None,
) -> None:
    """Show what happened, the latest first.

    News, edits, withdrawals, and pages in trouble. With --search, what happened to items in which the words occur now.

    \b
    presswatch changes --kind revised --kind withdrawn --since 30d
    presswatch changes --search "grid tariff" --jsonl
    """
    conditions = Conditions()
    conditions.add_any("c.kind", kinds)
    if search is not None:
        conditions.add("c.item_id IN (SELECT rowid FROM items_fts WHERE items_fts MATCH ?)", search_words(search))
    if since is not None:
        from scraper.clock import to_text

        conditions.add("c.changed_at >= ?", to_text(parse_since(since, app.now, app.zone)))
    with app.reading() as conn:
        select_sources(conn, conditions, sources, tags)
        sql = f"{CHANGES} {conditions.where} ORDER BY c.id DESC LIMIT ?"
        rows = conn.execute(sql, (*conditions.values, limit + 1 if limit else -1))
        if form is not None:
            write_rows(map(change_record, islice(rows, limit or None)), CHANGE_FIELDS, form)
        else:
            _print_changes(app, rows, limit)


def change_record(row: sqlite3.Row) -> dict[str, Any]:
    """A row of :data:`CHANGES` with the fields that programs are given."""
    found = dict(row)
    return found | {
        "published": published_text(found),
        "fields": [name for name in found["fields"].split(",") if name],
        "tell": bool(found["tell"]),
    }


def _print_changes(app: App, rows: Iterator[sqlite3.Row], limit: int) -> None:
    from presswatch.cli.screen import show_found

    table = changes_table(app.zone, islice(rows, limit or None))
    show_found(table, rows, none="no changes", more=_MORE.format(limit))


def changes_table(zone: tzinfo | None, rows: Iterable[sqlite3.Row], *, fold: bool = True) -> Table:
    """Changes for people, each in a line; one that is too long is broken, or cut off without ``fold``."""
    from presswatch.cli.screen import local_time, make_table, plain

    table = make_table("when", "source", "what", "of what", wide=("of what",))
    if not fold:
        table.expand, last = True, table.columns[-1]
        last.ratio, last.no_wrap, last.overflow = 1, True, "ellipsis"
    for row in rows:
        table.add_row(
            local_time(row["changed_at"], zone),
            plain(row["source"], "bold"),
            plain(_kind_word(row), _STYLES.get(row["kind"], "dim") if not row["is_redesign"] else "yellow"),
            _of_what(row),
        )
    return table


def change_line(row: sqlite3.Row, zone: tzinfo | None) -> str:
    """A change for people, in one line without columns."""
    from presswatch.cli.screen import local_time

    return f"{local_time(row['changed_at'], zone)}  {row['source']}  {_kind_word(row)}  {_of_what(row).plain}"


def _kind_word(row: sqlite3.Row) -> str:
    """What happened: of an item as ``--kind`` is told it, of a source as an alert says it."""
    from scheduler.episode_words import episode_label

    return episode_label(row["kind"], redesign=bool(row["is_redesign"])).lower() if row["episode"] else str(row["kind"])


def _of_what(row: sqlite3.Row) -> Text:
    from presswatch.cli.screen import plain, title_text

    if row["episode"]:
        from scheduler.episode_words import bare_reason, episode_words

        said = episode_words(row["episode"], row["kind"], redesign=bool(row["is_redesign"]))
        why = bare_reason(row["episode"], row["kind"], row["reason"])
        return plain(f"it {said}: {why}" if why else f"it {said}")
    what = title_text(row["title"], row["url"]) if row["item_id"] is not None else plain(row["reason"])
    if row["fields"]:
        what.append(f"  ({row['fields'].replace(',', ', ')})", "dim")
    return what
