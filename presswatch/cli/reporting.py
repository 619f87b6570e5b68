"""``presswatch report``: a period as Markdown."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import click

from presswatch.cli.app import App
from presswatch.cli.filters import Conditions, parse_since, select_sources, source_options

_MOST = 20_000
_CHANGES = """
SELECT c.id, c.changed_at, c.kind, c.fields, s.slug AS source, s.name AS source_name, s.url AS source_url, c.item_id,
       coalesce(r.title, i.title) AS title, coalesce(r.url, i.url) AS url, coalesce(r.summary, '') AS summary,
       r.published_on, r.published_raw, p.title AS old_title, coalesce(p.summary, '') AS old_summary, p.url AS old_url,
       p.published_raw AS old_raw
FROM changes c JOIN sources s ON s.id = c.source_id
JOIN items i ON i.id = c.item_id
LEFT JOIN revisions r ON r.item_id = c.item_id AND r.number = c.revision
LEFT JOIN revisions p ON p.item_id = c.item_id AND p.number = c.revision - 1 AND c.kind IN ('revised', 'relocated')
"""
_EPISODES = """
SELECT e.class, e.opened_at, e.closed_at, e.reason, s.slug AS source, s.name AS source_name, s.url AS source_url
FROM episodes e JOIN sources s ON s.id = e.source_id
"""


@click.command(name="report")
@click.option("--since", default="7d", show_default=True, metavar="WHEN", help="7d, today, monday, 2026-03-01.")
@source_options
@click.pass_obj
def report_command(app: App, since: str, tags: Sequence[str], sources: Sequence[str]) -> None:
    """Write a report of a period, as Markdown, by source.

    It names what was new, which words were edited, what was withdrawn, and which sources were in trouble.

    \b
    presswatch report --since monday > week.md
    """
    from presswatch.report import render_report
    from scraper.clock import to_text

    begin = parse_since(since, app.now, app.zone)
    with app.reading() as conn:
        changes = _rows(conn, _CHANGES, "c.changed_at >= ?", [to_text(begin)], sources, tags, "c.id")
        episodes = _rows(
            conn, _EPISODES, "(e.closed_at IS NULL OR e.closed_at >= ?)", [to_text(begin)], sources, tags, "e.id"
        )
    click.echo(render_report(changes, episodes, begin=begin, end=app.now, zone=app.zone), nl=False)


def _rows(
    conn: sqlite3.Connection,
    sql: str,
    condition: str,
    values: Sequence[Any],
    sources: Sequence[str],
    tags: Sequence[str],
    order: str,
) -> list[dict[str, Any]]:
    conditions = Conditions()
    conditions.add(condition, *values)
    select_sources(conn, conditions, sources, tags)
    found = conn.execute(f"{sql} {conditions.where} ORDER BY {order} DESC LIMIT {_MOST}", conditions.values)
    return [dict(row) for row in found]
