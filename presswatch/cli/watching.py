"""``presswatch watch``: what is being looked at, what came in, what is next; live."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from presswatch.cli.app import App
from presswatch.cli.filters import Conditions, parse_since, select_sources, source_options

if TYPE_CHECKING:
    import sqlite3

    from rich.console import Console, RenderableType

_SECOND = 1.0
_NEXT = 5
_BATCH = 500
_LOOKING = """
SELECT s.slug AS source, s.url FROM leases l JOIN sources s ON l.name = 'source:' || s.id
WHERE l.holder IS NOT NULL AND l.expires_at > :now ORDER BY s.slug LIMIT 8
"""
_LAST_LOOKS = """
SELECT s.slug AS source, s.outcome, s.last_check_at FROM sources s
WHERE s.last_check_at IS NOT NULL AND s.active = 1 ORDER BY s.last_check_at DESC LIMIT 5
"""


@click.command(name="watch")
@source_options
@click.option("--since", metavar="WHEN", default="1d", show_default=True, help="What came in since then is there.")
@click.option("--jsonl", "lines", is_flag=True, help="For programs: one JSON object a change, as they come.")
@click.pass_obj
def watch_command(app: App, sources: Sequence[str], tags: Sequence[str], since: str, lines: bool) -> None:
    """Show live what comes in, what is being looked at, and what is next.

    It only reads; the looking is done by `presswatch run`, in another window or as a service. Ctrl-C ends it. Where
    the output is no terminal, each change is a line, and with --jsonl the object that `presswatch changes` gives.

    \b
    presswatch watch
    presswatch watch --tag energy --jsonl | jq .title
    """
    from presswatch.cli.screen import make_console
    from scraper.clock import to_text

    with app.reading() as conn:
        conditions = Conditions()
        select_sources(conn, conditions, sources, tags)
    start = to_text(parse_since(since, app.now, app.zone))
    console = make_console()
    try:
        if lines or not console.is_terminal:
            _follow(app, conditions, start, lines=lines)
        else:
            _live(app, console, conditions, start)
    except KeyboardInterrupt:
        pass  # it is the way out


def _follow(app: App, conditions: Conditions, start: str, *, lines: bool) -> None:
    """Each change as a line, the oldest first, for as long as somebody reads."""
    import sys

    from presswatch.cli.output import to_json
    from presswatch.cli.reading import CHANGE_FIELDS, change_line, change_record

    last = 0
    while True:
        for row in _new(app, conditions, start, last):
            last = row["id"]
            if lines:
                record = change_record(row)
                sys.stdout.write(to_json({name: record[name] for name in CHANGE_FIELDS}) + "\n")
            else:
                sys.stdout.write(change_line(row, app.zone) + "\n")
        sys.stdout.flush()
        time.sleep(_SECOND)


def _new(app: App, conditions: Conditions, start: str, last: int) -> Iterator[sqlite3.Row]:
    """Changes after the one with the id ``last``; a batch at a time, so that no long transaction holds up the log."""
    from presswatch.cli.reading import CHANGES

    wanted = Conditions([*conditions.sql, "c.id > ?", "c.changed_at >= ?"], [*conditions.values, last, start])
    with app.reading() as conn:
        yield from conn.execute(f"{CHANGES} {wanted.where} ORDER BY c.id LIMIT {_BATCH}", wanted.values).fetchall()


def _live(app: App, console: Console, conditions: Conditions, start: str) -> None:
    """A screen that is drawn anew each second; the terminal's own contents come back at the end."""
    import signal

    from rich.live import Live

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with Live(console=console, screen=True, auto_refresh=False, vertical_overflow="crop") as live:
        while True:
            live.update(frame(app, conditions, start, console.height), refresh=True)
            time.sleep(_SECOND)


def frame(app: App, conditions: Conditions, start: str, height: int) -> RenderableType:
    """One picture of what is going on, at most ``height`` lines high as long as no line breaks."""
    from rich.console import Group

    from presswatch.cli.overview import NEXT_LOOKS, read_counts, read_daemon
    from presswatch.cli.reading import CHANGES
    from scraper.clock import to_text, utc_now

    now = utc_now()
    moment = {"now": to_text(now)}
    wanted = Conditions([*conditions.sql, "c.changed_at >= ?"], [*conditions.values, start])
    with app.reading() as conn:
        daemon, counts = read_daemon(conn, moment["now"]), read_counts(conn, now)
        looking = conn.execute(_LOOKING, moment).fetchall()
        looks = conn.execute(_LAST_LOOKS).fetchall()
        upcoming = conn.execute(NEXT_LOOKS, {"most": _NEXT}).fetchall()
        room = max(height - max(len(looks), len(upcoming)) - 6, 3)
        rows = conn.execute(f"{CHANGES} {wanted.where} ORDER BY c.id DESC LIMIT {room}", wanted.values).fetchall()
    return Group(
        _head(app, daemon, counts, now),
        _looking_line(looking),
        "",
        _changes_table(app, rows),
        "",
        _looks_table(looks, upcoming, now),
    )


def _head(app: App, daemon: Mapping[str, Any], counts: Mapping[str, int], now: Any) -> RenderableType:
    from rich.text import Text

    from presswatch.cli.screen import local_time, plain

    service = f"service running ({daemon['pid']})" if daemon["running"] else "the service is not running"
    line = Text.assemble(("presswatch", "bold"), "  ", (service, "green" if daemon["running"] else "yellow"))
    said = [f"{counts['watched']} watched", f"{counts['due']} due"]
    if counts["unwell"]:
        said.append(f"{counts['unwell']} unwell")
    return line.append_text(plain(f"  {', '.join(said)}  {local_time(now, app.zone)}", "dim", before="  "))


def _looking_line(rows: Sequence[Mapping[str, Any]]) -> RenderableType:
    from presswatch.cli.screen import plain

    names = ", ".join(row["source"] for row in rows)
    return plain(names or "nothing at the moment", "cyan" if names else "dim", before="looking at  ")


def _changes_table(app: App, rows: Sequence[sqlite3.Row]) -> RenderableType:
    from presswatch.cli.reading import changes_table
    from presswatch.cli.screen import plain

    return changes_table(app.zone, rows, fold=False) if rows else plain("nothing came in yet", "dim")


def _looks_table(looks: Sequence[Mapping[str, Any]], upcoming: Sequence[Mapping[str, Any]], now: Any) -> RenderableType:
    """Last looks and next looks, side by side."""
    from itertools import zip_longest

    from presswatch.cli.screen import distance, make_table, plain, until

    table = make_table("looked at", "", "", "next", "")
    for look, coming in zip_longest(looks, upcoming):
        left = ["", "", ""]
        if look is not None:
            left = [look["source"], distance(look["last_check_at"], now), (look["outcome"] or "").replace("_", " ")]
        right = [coming["source"], until(coming["next_check_at"], now)] if coming is not None else ["", ""]
        table.add_row(*(plain(text, "bold" if place in (0, 3) else "dim") for place, text in enumerate(left + right)))
    return table
