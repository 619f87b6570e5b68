"""``presswatch schedule``: when each source is looked at next and why, and the rhythm that was learnt of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from presswatch.cli.app import App
from presswatch.cli.names import complete_selection
from presswatch.cli.output import form_options, write_rows

if TYPE_CHECKING:
    from rich.console import Console

FIELDS = (
    "source", "name", "next_check_at", "reason", "interval_s", "items_per_day", "learnt_at", "weight", "site",
    "site_budget", "hours_of_day", "weekdays",
)  # fmt: skip
_ROWS = """
SELECT s.id, s.slug AS source, s.name, s.weight, s.site, c.next_check_at, c.reason, c.interval_s, s.paused_at
FROM sources s LEFT JOIN cadences c ON c.source_id = s.id
WHERE s.active = 1 AND s.origin = 'config' ORDER BY s.paused_at IS NOT NULL, c.next_check_at, s.slug
"""
_BARS = " ▁▂▃▄▅▆▇█"
_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


@click.command(name="schedule")
@click.argument("sources", nargs=-1, metavar="[SLUG|@TAG]...", shell_complete=complete_selection)
@form_options()
@click.pass_obj
def schedule_command(app: App, sources: Sequence[str], form: str | None) -> None:
    """Show when sources are looked at next, and why.

    With a source named: its rhythm as well, by hour and weekday. The budget of a site is in looks a day.

    \b
    presswatch schedule
    presswatch schedule energy
    presswatch schedule @ministries --json
    """
    from scraper.store.sources import find_sources

    with app.reading() as conn:
        wanted = set(find_sources(conn, sources)) if sources else None
        found = [row for row in conn.execute(_ROWS).fetchall() if wanted is None or row["id"] in wanted]
        budgets = {site.name: site.looks_a_day for site in app.config.sites}
        rows = [{**_row(conn, row), "site_budget": budgets.get(row["site"])} for row in found]
    if form:
        write_rows(rows, FIELDS, form)
    else:
        _print(app, rows, with_rhythm=wanted is not None)


def _row(conn: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    from scheduler.cadence.rows import load_rhythm
    from scraper.clock import to_text

    rhythm = load_rhythm(conn, row["id"])
    found: dict[str, Any] = {name: row[name] for name in ("source", "name", "reason", "interval_s", "weight", "site")}
    found["next_check_at"] = None if row["paused_at"] else row["next_check_at"]
    if row["paused_at"]:
        found["reason"] = "paused"
    found |= {"items_per_day": None, "learnt_at": None, "hours_of_day": None, "weekdays": None}
    if rhythm is not None:
        from datetime import UTC, datetime

        found["items_per_day"] = round(rhythm.rate * 86_400, 3)
        found["learnt_at"] = to_text(datetime.fromtimestamp(rhythm.learnt_at, UTC))
        found["hours_of_day"] = [round(factor, 3) for factor in rhythm.profile.hour_factors]
        found["weekdays"] = [round(factor, 3) for factor in rhythm.profile.weekday_factors]
    return found


def _print(app: App, rows: Sequence[Mapping[str, Any]], *, with_rhythm: bool) -> None:
    from presswatch.cli.screen import local_time, make_console, make_table, plain, show, until

    console = make_console()
    table = make_table("source", "next look", "", "why", wide=("why",))
    for row in rows:
        at = row["next_check_at"]
        table.add_row(row["source"], local_time(at, app.zone), until(at, app.now) if at else "", plain(row["reason"]))
    show(console, table)
    for site, looks in {row["site"]: row["site_budget"] for row in rows if row["site_budget"]}.items():
        console.print(f"{plain(site)}: at most {looks:.6g} looks a day, shared by its sources")
    if with_rhythm:
        for row in rows:
            _print_rhythm(console, row)


def _print_rhythm(console: Console, row: Mapping[str, Any]) -> None:
    """Two rows of bars; the highest slot is a full one."""
    if row["hours_of_day"] is None:
        console.print(f"\n{row['source']}: nothing learnt yet")
        return
    console.print(f"\n{row['source']}: {row['items_per_day']:.2g} items a day lately (times of the site)")
    console.print(f"  {bars(row['hours_of_day'])}")
    console.print("  0     6     12    18    ")
    highest = max(row["weekdays"])
    for day, factor in zip(_DAYS, row["weekdays"], strict=True):
        console.print(f"  {day} {'█' * round(20 * factor / highest)}")


def bars(factors: Sequence[float]) -> str:
    """One character a slot, from blank to full."""
    highest = max(factors) or 1.0
    return "".join(_BARS[round(factor / highest * (len(_BARS) - 1))] for factor in factors)
