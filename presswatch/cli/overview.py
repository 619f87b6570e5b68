"""``presswatch status``: how it is, on one screen."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from presswatch.cli.app import App
from presswatch.cli.fleet_state import fleet_line, print_workers, read_fleet
from presswatch.cli.output import form_options, to_json
from presswatch.cli.sources import state_of
from presswatch.doctor import UNWELL, WATCHED

if TYPE_CHECKING:
    from rich.console import Console

_SHOWN = 8
_COUNTS = f"""
SELECT count(*) AS watched,
       coalesce(sum(s.paused_at IS NOT NULL), 0) AS paused,
       coalesce(sum(s.paused_at IS NULL AND s.outcome IS NULL), 0) AS not_looked_at,
       coalesce(sum(s.paused_at IS NULL AND s.outcome IS NOT NULL AND NOT {UNWELL}), 0) AS well,
       coalesce(sum(s.paused_at IS NULL AND s.outcome IS NOT NULL AND {UNWELL}), 0) AS unwell,
       coalesce(sum(s.paused_at IS NULL AND c.next_check_at <= :now), 0) AS due
FROM sources s LEFT JOIN cadences c ON c.source_id = s.id WHERE s.origin = 'config' AND s.active = 1
"""  # noqa: S608
_UNWELL = f"""
SELECT s.slug AS source, s.name, s.outcome, s.failures, e.class AS unwell,
       coalesce(e.opened_at, s.last_ok_at) AS since_at,
       (SELECT k.message FROM checks k WHERE k.source_id = s.id ORDER BY k.id DESC LIMIT 1) AS message,
       (SELECT k.reason FROM checks k WHERE k.source_id = s.id ORDER BY k.id DESC LIMIT 1) AS reason
FROM sources s LEFT JOIN episodes e ON e.source_id = s.id AND e.closed_at IS NULL
WHERE {WATCHED} AND {UNWELL} ORDER BY e.id IS NULL, s.slug
"""  # noqa: S608
NEXT_LOOKS = """
SELECT s.slug AS source, c.next_check_at, c.reason
FROM cadences c JOIN sources s ON s.id = c.source_id
WHERE s.origin = 'config' AND s.active = 1 AND s.paused_at IS NULL ORDER BY c.next_check_at LIMIT :most
"""
_ITEMS = """
SELECT (SELECT count(*) FROM items WHERE status <> 'merged') AS total,
       (SELECT count(*) FROM changes WHERE kind = 'added' AND changed_at >= :day) AS added_24h,
       (SELECT max(changed_at) FROM changes WHERE kind = 'added') AS last_added_at
"""
_CHANNELS = """
SELECT c.name, c.kind, c.active, c.last_sent_at, c.failing_since_at, c.disabled_at, c.disabled_reason,
       coalesce(sum(m.state IN ('pending', 'held')), 0) AS pending, coalesce(sum(m.state = 'dead'), 0) AS dead
FROM channels c LEFT JOIN messages m ON m.channel_id = c.id AND m.state <> 'sent'
WHERE c.active = 1 OR m.id IS NOT NULL GROUP BY c.id ORDER BY c.name
"""


@click.command(name="status")
@click.option("--check", is_flag=True, help="Only exit with 1 if the service does not run: for a container, a monitor.")
@form_options(table=False)
@click.pass_obj
def status_command(app: App, check: bool, form: str | None) -> int:
    """Show the service, sources in trouble, what is next, and messages.

    \b
    presswatch status
    presswatch status --json | jq .messages
    presswatch status --check || systemctl restart presswatch
    """
    if check:
        return _check(app)
    record = _record(app)
    if form is not None:
        click.echo(to_json(record, indent=2))
    else:
        _print(app, record)
    return 0


def _check(app: App) -> int:
    """0 if a service holds its lease, which it renews every quarter of a minute as long as it can write."""
    from presswatch.cli.talk import say
    from scraper.clock import to_text

    with app.reading() as conn:
        running = read_daemon(conn, to_text(app.now))["running"]
    if not running:
        say(f"no service works on {app.home.db_path}")
    return 0 if running else 1


def _record(app: App) -> dict[str, Any]:
    from scraper.clock import to_text

    with app.reading() as conn:
        moment = {"now": to_text(app.now), "day": to_text(app.now - timedelta(days=1))}
        channels = [dict(row) for row in conn.execute(_CHANNELS)]
        return {
            "config_path": str(app.home.config_path),
            "config_error": _config_error(app),
            "db_path": str(app.home.db_path),
            "db_bytes": _db_bytes(app),
            "daemon": read_daemon(conn, moment["now"]),
            "fleet": read_fleet(conn, app.now),
            "sources": read_counts(conn, app.now),
            "unwell": [dict(row) for row in conn.execute(_UNWELL)],
            "next": [dict(row) for row in conn.execute(NEXT_LOOKS, {"most": 5})],
            "items": dict(conn.execute(_ITEMS, moment).fetchone()),
            "messages": {name: sum(channel[name] for channel in channels) for name in ("pending", "dead")},
            "channels": channels,
        }


def _config_error(app: App) -> str | None:
    """The mistake in the configuration, because of which the service goes on with what it said before."""
    from scraper.errors import ConfigError

    try:
        _ = app.config
    except ConfigError as error:
        return str(error)
    return None


def _db_bytes(app: App) -> int:
    path = app.home.db_path
    return sum(file.stat().st_size for file in (path, path.with_name(path.name + "-wal")) if file.exists())


def read_counts(conn: sqlite3.Connection, now: datetime) -> dict[str, int]:
    """How many sources are watched, and how they are."""
    from scraper.clock import to_text

    return dict(conn.execute(_COUNTS, {"now": to_text(now)}).fetchone())


def read_daemon(conn: sqlite3.Connection, now: str) -> dict[str, Any]:
    """Whether the service runs: its lease is held, has not run out, and its process is not known to be dead."""
    from scraper.store.leases import host_and_process, is_dead

    row = conn.execute("SELECT holder, expires_at FROM leases WHERE name = 'daemon'").fetchone()
    running = bool(row and row["holder"] and row["expires_at"] > now and not is_dead(row["holder"]))
    if not running:
        return {"running": False, "host": None, "pid": None}
    host, process = host_and_process(row["holder"])
    return {"running": True, "host": host, "pid": int(process)}


def _print(app: App, record: Mapping[str, Any]) -> None:
    from presswatch.cli.screen import distance, make_console, plain, size_text

    console = make_console()
    daemon, sources, items = record["daemon"], record["sources"], record["items"]
    running = f"running, process {daemon['pid']} on {daemon['host']}"
    lines = (
        ("service", running if daemon["running"] else "not running; presswatch run starts it"),
        *((("fleet", fleet_line(record["fleet"])),) if record["fleet"] else ()),
        ("sources", _source_line(sources)),
        ("items", f"{items['total']}, {items['added_24h']} new in the last 24 hours"
            + (f", the last {distance(items['last_added_at'], app.now)}" if items["last_added_at"] else "")),
        ("messages", f"{record['messages']['pending']} waiting, {record['messages']['dead']} dead"),
        ("database", f"{record['db_path']}, {size_text(record['db_bytes'])}"),
        ("configuration", f"not in force, it has a mistake: presswatch config check ({record['config_path']})"
            if record["config_error"] else record["config_path"]),
    )  # fmt: skip
    notable = {"service": not daemon["running"], "sources": sources["unwell"], "messages": record["messages"]["dead"],
               "configuration": record["config_error"]}  # fmt: skip
    for name, text in lines:
        style = "yellow" if notable.get(name) else ""
        console.print(plain("", "dim", before=f"{name:<14} ").append_text(plain(text, style, 1_000)), soft_wrap=True)
    if record["fleet"]:
        print_workers(console, record["fleet"], app.now)
    _print_unwell(app, console, record["unwell"])
    _print_channels(app, console, record["channels"])
    _print_next(app, console, record["next"])


def _source_line(counts: Mapping[str, int]) -> str:
    from presswatch.cli.screen import joined

    named = (("well", "well"), ("unwell", "unwell"), ("paused", "paused"), ("not_looked_at", "not looked at yet"))
    return joined([f"{counts['watched']} watched", *(f"{counts[k]} {w}" for k, w in named if counts[k])], ", ")


def _print_unwell(app: App, console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    from presswatch.cli.screen import distance, make_table, plain, show

    if not rows:
        return
    table = make_table("unwell", "state", "since", "", wide=("",))
    for row in rows[:_SHOWN]:
        text, style = state_of({**row, "paused": False, "unwell": [row["unwell"]] if row["unwell"] else []})
        since = distance(row["since_at"], app.now)
        now = _otherwise_now(row)
        table.add_row(
            plain(row["source"], "bold"), plain(text, style), since, plain(row["message"], limit=200, before=now)
        )
    show(console, "", table)
    if len(rows) > _SHOWN:
        console.print(plain(f"… and {len(rows) - _SHOWN} more: presswatch list", "dim"))


def _otherwise_now(row: Mapping[str, Any]) -> str:
    """What goes before the last look's words where it found other trouble than that which was told, and which goes on
    under its first name until the source is well: people are told once."""
    from scheduler.episode_words import episode_words
    from scraper.health import episode_of
    from scraper.types import Outcome

    found = episode_of(Outcome(row["outcome"]), row["reason"]) if row["outcome"] and row["unwell"] else None
    return "" if found is None or found == row["unwell"] else f"now it {episode_words(found, 'episode_opened')}: "


def _print_channels(app: App, console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    from presswatch.cli.screen import distance, make_table, plain, show

    if not rows:
        return
    table = make_table("channel", "kind", "waiting", "dead", "sent", "", right=("waiting", "dead"), wide=("",))
    for row in rows:
        state = plain("")
        if not row["active"]:
            state = plain("no longer configured; its messages are kept", "yellow")
        elif row["disabled_at"]:
            state = plain(f"disabled: {row['disabled_reason']}", "red")
        elif row["failing_since_at"]:
            state = plain(f"failing since {distance(row['failing_since_at'], app.now)}", "yellow")
        numbers = (str(row["pending"]), str(row["dead"]))
        table.add_row(plain(row["name"], "bold"), row["kind"], *numbers, distance(row["last_sent_at"], app.now), state)
    show(console, "", table)


def _print_next(app: App, console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    from presswatch.cli.screen import make_table, plain, show, until

    if not rows:
        return
    table = make_table("next", "", "why", wide=("why",))
    for row in rows:
        table.add_row(
            plain(row["source"], "bold"),
            until(row["next_check_at"], app.now),
            plain(row["reason"], "dim"),
        )
    show(console, "", table)
