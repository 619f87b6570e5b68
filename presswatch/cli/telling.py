"""Alerts: ``messages``, ``notify test``, ``retry``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from presswatch.cli.app import App
from presswatch.cli.filters import Conditions, filter_options, parse_since, search_words, select_sources
from presswatch.cli.names import complete_channels
from presswatch.cli.output import form_options, write_rows
from presswatch.cli.talk import say

if TYPE_CHECKING:
    from scraper.store.db import Store

FIELDS = (
    "id", "message_id", "channel", "kind", "state", "source", "subject", "changes", "created_at", "due_at", "attempts",
    "sent_at", "last_error",
)  # fmt: skip
_MESSAGES = """
SELECT m.id, m.message_id, ch.name AS channel, m.kind, m.state, s.slug AS source, m.created_at, m.due_at, m.attempts,
       m.sent_at, m.last_error,
       (SELECT count(*) FROM message_changes x WHERE x.message_id = m.id AND x.also_of IS NULL) AS changes
FROM messages m JOIN channels ch ON ch.id = m.channel_id LEFT JOIN sources s ON s.id = m.source_id
"""
_ABOUT = """
EXISTS (SELECT 1 FROM message_changes x JOIN changes c ON c.id = x.change_id
        WHERE x.message_id = m.id AND c.item_id IN (SELECT rowid FROM items_fts WHERE items_fts MATCH ?))
"""
_STYLES = {"sent": "green", "pending": "yellow", "held": "cyan", "dead": "red"}


@click.command(name="messages")
@click.option("--dead", is_flag=True, help="Only dead letters: given up, kept, sent again by `presswatch retry`.")
@click.option("--pending", is_flag=True, help="Only what waits to be sent.")
@click.option("--channel", metavar="NAME", shell_complete=complete_channels, help="Only of this channel.")
@filter_options
@form_options()
@click.pass_obj
def messages_command(
    app: App,
    dead: bool,
    pending: bool,
    channel: str | None,
    sources: Sequence[str],
    tags: Sequence[str],
    since: str | None,
    search: str | None,
    limit: int,
    form: str | None,
) -> None:
    """Show what was told, or waits to be told, the latest first.

    \b
    presswatch messages --dead
    presswatch messages --channel phone --since 7d --search "harbour dues"
    """
    from scraper.clock import to_text

    conditions = Conditions()
    conditions.add_any("m.state", ["dead"] * dead + ["pending", "held"] * pending)
    if channel is not None:
        conditions.add("ch.name = ?", channel)
    if since is not None:
        conditions.add("m.created_at >= ?", to_text(parse_since(since, app.now, app.zone)))
    if search is not None:
        conditions.add(_ABOUT, search_words(search))
    with app.reading() as conn:
        select_sources(conn, conditions, sources, tags)
        sql = f"{_MESSAGES} {conditions.where} ORDER BY m.id DESC LIMIT ?"
        cursor = conn.execute(sql, (*conditions.values, limit or -1))
        rows = _with_subjects(conn, cursor)
        if form is not None:
            write_rows(rows, FIELDS, form)
        else:
            _print(app, rows)


def _with_subjects(conn: Any, cursor: Any) -> Iterator[dict[str, Any]]:
    """The rows with what each message is about, loaded some at a time."""
    from scheduler.fact_rows import load_messages
    from scheduler.render import render

    while batch := list(islice(cursor, 100)):
        facts = load_messages(conn, [row["id"] for row in batch])
        for row in batch:
            yield dict(row) | {"subject": render(facts[row["id"]]).subject}


def _print(app: App, rows: Iterator[dict[str, Any]]) -> None:
    from presswatch.cli.screen import local_time, make_console, make_table, plain, show
    from presswatch.words import counted

    table = make_table("written", "channel", "state", "about", wide=("about",))
    for row in rows:
        about = plain(row["subject"])
        if row["state"] != "sent" and row["last_error"]:
            about.append_text(
                plain(f"({counted(row['attempts'], 'attempt')}: {row['last_error']})", "dim", before="  ")
            )
        if row["state"] == "held":
            about.append_text(plain(f"(held until {local_time(row['due_at'], app.zone)})", "dim", before="  "))
        table.add_row(
            local_time(row["created_at"], app.zone),
            plain(row["channel"], "bold"),
            plain(row["state"], _STYLES[row["state"]]),
            about,
        )
    if table.row_count:
        show(make_console(), table)
    else:
        say("no messages")


@click.group(name="notify")
def notify_command() -> None:
    """Try the channels."""


@notify_command.command(name="test")
@click.argument("channel", shell_complete=complete_channels)
@click.pass_obj
def notify_test_command(app: App, channel: str) -> int:
    """Send a test message at once.

    When it arrives, a channel that was disabled is enabled again. It has no changes in it, and so is not of the
    channel's own form (template); that is tried apart, and the exit code is 1 if it cannot be used.

    \b
    presswatch notify test phone
    """
    from presswatch.applying import address_policy
    from presswatch.own_forms import template_fault
    from presswatch.wiring import channel_spec
    from scheduler.channels import build_channel
    from scheduler.outbox import send_test
    from scraper.guard import install_guard

    configured = app.config.channel(channel)
    install_guard(address_policy(app.environ))
    built = build_channel(channel_spec(app.config, configured, app.environ))
    try:
        send_test(built, app.now)
    finally:
        built.close()
    say(f"the channel {channel} took a test message")
    if app.home.has_database:
        from scheduler.registry import enable_channel

        with _writing(app) as store, store.transaction() as conn:
            enable_channel(conn, channel)
    fault = template_fault(app.config, configured, app.now)
    if fault is not None:
        say(f"but its template {configured.template} {fault}")
    return int(fault is not None)


@click.command(name="retry")
@click.option(
    "--channel", metavar="NAME", shell_complete=complete_channels, help="Only those of this channel; by default all."
)
@click.pass_obj
def retry_command(app: App, channel: str | None) -> None:
    """Send dead letters again.

    They are tried by the service, or by the next check, as long as a fresh message.

    \b
    presswatch retry --channel phone
    """
    from presswatch.words import counted
    from scheduler.registry import count_abandoned, retry_dead

    with _writing(app) as store, store.transaction() as conn:
        count = retry_dead(conn, app.now, channel=channel)
        kept = {name: left["dead"] for name, left in count_abandoned(conn).items() if left["dead"]}
    if count or not kept:
        due = f"{counted(count, 'dead letter')} {'is' if count == 1 else 'are'} due again"
        say(due if count else "there are no dead letters")
    for name, number in kept.items() if channel is None else ():
        left = f"{counted(number, 'dead letter')} {'stays' if number == 1 else 'stay'}"
        say(f"{left}: the channel {name} is no longer configured")


@contextmanager
def _writing(app: App) -> Iterator[Store]:
    """The database, its channels reconciled with the configuration."""
    from presswatch.applying import load, put_in_force
    from scraper.store.db import open_store

    store = open_store(app.home.db_path)
    try:
        put_in_force(store, app.home, app.environ, load(app.home, app.environ))
        yield store
    finally:
        store.close()
