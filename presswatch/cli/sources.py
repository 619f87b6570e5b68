"""The list of what is watched: ``init``, ``remove``, ``list``."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from presswatch.cli.app import App
from presswatch.cli.names import complete_selection, complete_sources
from presswatch.cli.output import form_options, write_rows
from presswatch.cli.talk import say

if TYPE_CHECKING:
    from presswatch.config import SourceConfig

FIELDS = (
    "slug", "name", "url", "tags", "every_s", "channels", "paused", "id", "outcome", "unwell", "failures", "items",
    "last_check_at", "last_ok_at", "last_changed_at", "next_check_at", "origin",
)  # fmt: skip
_OBSERVED = """
SELECT s.source_key, s.slug, s.name, s.url, s.origin,
       s.outcome, s.failures, s.last_check_at, s.last_ok_at, s.last_changed_at, c.next_check_at,
       (SELECT group_concat(e.class, ',') FROM episodes e WHERE e.source_id = s.id AND e.closed_at IS NULL) AS unwell,
       (SELECT count(*) FROM items i WHERE i.source_id = s.id AND i.status <> 'merged') AS items
FROM sources s LEFT JOIN cadences c ON c.source_id = s.id WHERE s.active = 1
"""


@click.command(name="init")
@click.pass_obj
def init_command(app: App) -> None:
    """Write a configuration to start from.

    An existing one is left as it is.

    \b
    presswatch init
    presswatch --home ~/watch init
    """
    from presswatch.config.starter import init_config

    init_config(app.home.config_path)
    click.echo(f"configuration  {app.home.config_path}")
    click.echo(f"database       {app.home.db_path}  (made by the first look)")
    say("now add a page: presswatch add https://…/news")


@click.command(name="remove")
@click.argument("slug", shell_complete=complete_sources)
@click.pass_obj
def remove_command(app: App, slug: str) -> None:
    """Stop watching a source; its items stay.

    A page that was looked at by hand (`presswatch list --all`) is no longer listed.

    \b
    presswatch remove energy-ministry
    """
    from presswatch.config.edit import remove_source

    if slug not in {name for source in app.config.sources for name in (source.slug, source.id)} and _abandon(app, slug):
        say(f"{slug}, which was looked at by hand, is no longer listed; its items stay")
        return
    rules = app.config.rules
    source = remove_source(app.home.config_path, slug, environ=app.environ, is_opened=app.is_opened)
    if app.home.has_database:
        apply_now(app)
    say(f"{source.slug} is no longer watched; its items stay, and come back with a source of the id {source.id}")
    for rule in rules:
        if not rule.implied and rule.sources == (source.id,) and not rule.tags:
            say(f"the rule {rule.name!r} was for {source.slug} alone: it tells nothing now")


def _abandon(app: App, slug: str) -> bool:
    from scraper.store.db import open_store
    from scraper.store.sources import abandon

    if not app.home.has_database:
        return False
    store = open_store(app.home.db_path)
    try:
        with store.transaction() as conn:
            return abandon(conn, slug, app.now)
    finally:
        store.close()


def apply_now(app: App) -> None:
    """Reconcile the database at once, so that no other command still sees the source."""
    from presswatch.applying import load, try_to_apply
    from scraper.store.db import open_store

    store = open_store(app.home.db_path)
    try:
        try_to_apply(store, app.home, app.environ, load(app.home, app.environ), is_whole=True)
    finally:
        store.close()


@click.command(name="list")
@click.argument("names", nargs=-1, metavar="[SLUG|@TAG]...", shell_complete=complete_selection)
@click.option("--all", "everything", is_flag=True, help="Also pages that were only looked at by hand, with Scrapy.")
@form_options()
@click.pass_obj
def list_command(app: App, names: Sequence[str], everything: bool, form: str | None) -> None:
    """List what is watched, and how it is.

    \b
    presswatch list @energy
    presswatch list --csv > sources.csv
    """
    sources = app.config.select(names)
    rows = [_row(app, source, observed) for source, observed in _with_observed(app, sources)]
    if everything and not names:
        rows += _by_hand(app)
    if form is not None:
        write_rows(rows, FIELDS, form)
    elif rows:
        _print(app, rows)
    else:
        say(app.nothing_watched)


def _with_observed(
    app: App, sources: Sequence[SourceConfig]
) -> list[tuple[SourceConfig, Mapping[str, Any] | sqlite3.Row]]:
    if not app.home.has_database:
        return [(source, {}) for source in sources]
    with app.reading() as conn:
        observed = {row["source_key"]: dict(row) for row in conn.execute(_OBSERVED)}
    return [(source, observed.get(source.id, {})) for source in sources]


def _by_hand(app: App) -> list[dict[str, Any]]:
    """Sources that are in no configuration: they are looked at when somebody says so, and tell nothing."""
    if not app.home.has_database:
        return []
    with app.reading() as conn:
        found = [dict(row) for row in conn.execute(f"{_OBSERVED} AND s.origin <> 'config' ORDER BY s.slug")]
    return [
        {**{name: row.get(name) for name in FIELDS}, "id": row["source_key"], "tags": [], "paused": False, "unwell": []}
        for row in found
    ]


def _row(app: App, source: SourceConfig, observed: Mapping[str, Any] | sqlite3.Row) -> dict[str, Any]:
    found = dict(observed)
    every = app.config.interval(source)
    return {
        **{name: found.get(name) for name in FIELDS},
        "slug": source.slug,
        "name": source.name,
        "url": source.url,
        "tags": list(source.tags),
        "every_s": every.total_seconds() if every else None,
        "channels": None if source.channels is None else list(source.channels),
        "paused": source.paused,
        "id": source.id,
        "origin": "config",
        "unwell": (found.get("unwell") or "").split(",") if found.get("unwell") else [],
        "failures": found.get("failures") or 0,
        "items": found.get("items") or 0,
    }


def _print(app: App, rows: Sequence[Mapping[str, Any]]) -> None:
    from presswatch.cli.screen import distance, make_console, make_table, plain, show, title_text, until

    table = make_table("source", "name", "state", "items", "looked", "next", right=("items",), wide=("name",))
    for row in rows:
        state, style = state_of(row)
        table.add_row(
            plain(row["slug"], "bold"),
            title_text(row["name"], row["url"]),
            plain(state, style),
            str(row["items"]),
            distance(row["last_check_at"], app.now),
            "by hand" if row["origin"] != "config" else "" if row["paused"] else until(row["next_check_at"], app.now),
        )
    show(make_console(), table)


def state_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """How a source is, in a word or two, and the style of it."""
    if row["paused"]:
        return "paused", "dim"
    if row["unwell"]:
        return ", ".join(row["unwell"]).replace("_", " "), "red"
    if row["outcome"] in ("failed", "suspect"):
        return f"{row['outcome']} ×{row['failures']}", "yellow"
    return ("well", "green") if row["outcome"] else ("not looked at", "dim")
