"""``presswatch show``: all that is known of one item."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from presswatch.cli.app import App
from presswatch.cli.output import form_options, to_json
from presswatch.cli.reading import published_text
from presswatch.words import counted

if TYPE_CHECKING:
    from rich.console import Console

_ITEM = """
SELECT i.*, s.slug AS source, s.name AS source_name, s.url AS source_url, a.first_listed_at, a.left_at, a.listed,
       a.missed,
       (SELECT 1 + count(*) FROM appearances o WHERE o.source_id = i.source_id AND o.listed = 1 AND o.rank > a.rank)
         AS position
FROM items i JOIN sources s ON s.id = i.source_id
LEFT JOIN appearances a ON a.item_id = i.id AND a.source_id = i.source_id
"""
_REVISIONS = """
SELECT r.*, k.screenshot_sha256 FROM revisions r JOIN checks k ON k.id = r.check_id WHERE r.item_id = ? ORDER BY number
"""
_PICTURES = """
SELECT c.sha256, c.captured_at, c.url FROM captures c WHERE c.retention = 'screenshot' AND c.sha256 IN (
  SELECT k.screenshot_sha256 FROM revisions r JOIN checks k ON k.id = r.check_id WHERE r.item_id = :item
  UNION SELECT r.screenshot_sha256 FROM article_revisions r JOIN articles a ON a.id = r.article_id
  WHERE a.item_id = :item)
ORDER BY c.captured_at
"""
_CHANGES = (
    "SELECT id, changed_at, kind, fields, revision, reason, tell, event_id FROM changes WHERE item_id = ? ORDER BY id"
)
_KEYS = "SELECT kind, key, strong, first_seen_at FROM item_keys WHERE item_id = ? ORDER BY strong DESC, kind, key"
_IDENTITY = "SELECT decided_at, decision, reason FROM identity_log WHERE item_id = ? ORDER BY id"
_MESSAGES = """
SELECT m.id, m.message_id, c.name AS channel, m.kind, m.state, m.created_at, m.sent_at, m.attempts, m.last_error
FROM message_changes x JOIN changes g ON g.id = x.change_id JOIN messages m ON m.id = x.message_id
JOIN channels c ON c.id = m.channel_id
WHERE g.item_id = ? GROUP BY m.id ORDER BY m.id
"""
_SHOWN_FIELDS = ("title", "url", "summary", "author", "image_url")


@click.command(name="show")
@click.argument("item", metavar="ITEM")
@click.option(
    "--picture",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write its latest picture to this PNG file.",
)
@form_options(table=False)
@click.pass_obj
def show_command(app: App, item: str, picture: Path | None, form: str | None) -> None:
    """Show all that is known of an item.

    That is its fields, its revisions, why it is the item it is, and who was told of it.
    ITEM is its id (the number that `presswatch items` shows), its key, or the beginning of the key.

    \b
    presswatch show 128
    """
    with app.reading() as conn:
        row = find_item(conn, item)
        record = _record(conn, row)
    if picture is not None:
        _write_picture(app, record, picture)
    if form is not None:
        click.echo(to_json(record, indent=2))
    else:
        _print(app, record)


def _write_picture(app: App, record: dict[str, Any], path: Path) -> None:
    from scraper.errors import PresswatchError
    from scraper.store.captures import read_capture

    if not record["pictures"]:
        raise PresswatchError("there is no picture of it; screenshot = true for its source takes some from now on")
    try:
        path.write_bytes(read_capture(app.home.captures_dir, record["pictures"][-1]["sha256"]))
    except (OSError, EOFError) as error:
        raise PresswatchError(f"{path}: {error}") from error


def find_item(conn: sqlite3.Connection, wanted: str) -> sqlite3.Row:
    """The item that a person named by its id, its key, or the beginning of its key. Raises
    :class:`scraper.errors.PresswatchError`."""
    from scraper.errors import NotFoundError, PresswatchError

    key = wanted.strip().lower().removeprefix("urn:presswatch:item:")
    rows = []
    if key.isdecimal() and len(key) <= 18:
        rows = conn.execute(f"{_ITEM} WHERE i.id = ?", (int(key),)).fetchall()
    if not rows and key.isascii() and key.isalnum():
        # A range, so that the index on item_key serves it.
        rows = conn.execute(f"{_ITEM} WHERE i.item_key >= ? AND i.item_key < ? LIMIT 3", (key, key + "~")).fetchall()
    if not rows:
        raise NotFoundError("item", wanted, hint="`presswatch items` shows their ids")
    if len(rows) > 1:
        raise PresswatchError(f"{wanted!r} begins several keys; write more of it")
    found: sqlite3.Row = rows[0]
    return found


def _record(conn: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    item = dict(row)
    revisions = [dict(each) for each in conn.execute(_REVISIONS, (item["id"],))]
    return {
        "id": item["id"],
        "item_key": item["item_key"],
        "urn": f"urn:presswatch:item:{item['item_key']}",
        "source": item["source"],
        "source_name": item["source_name"],
        "source_url": item["source_url"],
        **{name: item[name] for name in _SHOWN_FIELDS},
        "published": published_text(item),
        **{
            f"published_{name}": item[f"published_{name}"]
            for name in ("on", "at", "raw", "precision", "method", "offset_min", "time")
        },
        "status": item["status"],
        "revision": item["revision"],
        "baseline": bool(item["is_baseline"]),
        "first_seen_at": item["first_seen_at"],
        "changed_at": item["changed_at"],
        "appearance": {
            "first_listed_at": item["first_listed_at"],
            "left_at": item["left_at"],
            "listed": bool(item["listed"]),
            "position": item["position"] if item["listed"] else None,
            "missed": item["missed"],
        },
        "revisions": [_revision(each, before) for each, before in zip(revisions, [None, *revisions], strict=False)],
        "changes": [
            dict(each) | {"fields": _names(each["fields"]), "tell": bool(each["tell"])}
            for each in conn.execute(_CHANGES, (item["id"],))
        ],
        "keys": [dict(each) | {"strong": bool(each["strong"])} for each in conn.execute(_KEYS, (item["id"],))],
        "identity": [dict(each) for each in conn.execute(_IDENTITY, (item["id"],))],
        "pictures": [dict(each) for each in conn.execute(_PICTURES, {"item": item["id"]})],
        "messages": [dict(each) for each in conn.execute(_MESSAGES, (item["id"],))],
    }


def _names(fields: str) -> list[str]:
    return [name for name in fields.split(",") if name]


def _revision(row: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    """One stored form, with what each changed field was before."""
    now = _fields(row)
    then = _fields(before) if before else {}
    return {
        "number": row["number"],
        "recorded_at": row["recorded_at"],
        "fields": _names(row["fields"]),
        **now,
        "before": {name: then[name] for name in now if before and now[name] != then[name]},
        "capture_sha256": row["capture_sha256"],
        "screenshot_sha256": row["screenshot_sha256"],
    }


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _SHOWN_FIELDS} | {"published": published_text(row)}


def _print(app: App, record: dict[str, Any]) -> None:
    from presswatch.cli.screen import flow, local_time, make_console, plain

    console = make_console()
    flow(console, plain(record["title"], "bold", 1_000))
    if record["status"] == "withdrawn":
        console.print(plain("withdrawn: the page no longer lists it", "red"))
    _print_pairs(console, _facts(app, record))
    _print_history(app, console, record)
    _print_list(
        console,
        "recognised by",
        [f"{each['kind']}: {each['key']}" + ("" if each["strong"] else "  (weak)") for each in record["keys"]],
    )
    _print_list(console, "identity", [f"{each['decision']}: {each['reason']}" for each in record["identity"]])
    pictures = [f"{local_time(each['captured_at'], app.zone)}  {each['url']}" for each in record["pictures"]]
    _print_list(console, "pictures", pictures)
    _print_list(console, "told", [_message_line(app, each) for each in record["messages"]] or ["nobody"])


def _facts(app: App, record: dict[str, Any]) -> list[tuple[str, str | None]]:
    from presswatch.cli.screen import joined, local_time

    seen = record["appearance"]
    dated = record["published"] and f"{record['published']}  ({record['published_method']}: {record['published_raw']})"
    place = f"at place {seen['position']}" if seen["listed"] else f"until {local_time(seen['left_at'], app.zone)}"
    return [
        ("link", record["url"]),
        ("dated", dated or record["published_raw"]),
        ("author", record["author"]),
        ("summary", record["summary"] if record["summary"] != record["title"] else None),
        ("image", record["image_url"]),
        ("source", f"{record['source']}  {record['source_url']}"),
        ("seen", joined([local_time(record["first_seen_at"], app.zone), "baseline" if record["baseline"] else None])),
        (
            "listed",
            f"since {local_time(seen['first_listed_at'], app.zone)}, {place}" if seen["first_listed_at"] else None,
        ),
        ("key", record["item_key"]),
    ]


def _print_pairs(console: Console, pairs: Sequence[tuple[str, str | None]]) -> None:
    from rich.table import Table

    from presswatch.cli.screen import plain, show

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs:
        if value:
            table.add_row(plain(name, "dim"), plain(value, limit=2_000))
    show(console, table)


def _print_history(app: App, console: Console, record: dict[str, Any]) -> None:
    from presswatch.cli.screen import flow, local_time, plain

    revisions = {each["number"]: each for each in record["revisions"]}
    if not record["changes"]:
        return
    console.print(plain("history", "bold"))
    for change in record["changes"]:
        when = local_time(change["changed_at"], app.zone)
        edited = change["kind"] in ("revised", "relocated")
        what = f"{change['kind']}  revision {change['revision']}  " if edited else f"{change['kind']}  "
        flow(console, plain(change["reason"], before=f"  {when}  {what}"), hang=4)
        if not edited:
            continue
        revision = revisions.get(change["revision"], {})
        for name, old in revision.get("before", {}).items():
            for tense, value, style in (("was", old, "red"), ("is ", revision[name], "green")):
                shown = value if value is not None else "(none)"
                flow(console, plain(shown, style, 1_000, before=f"    {name} {tense}  "), hang=8)


def _print_list(console: Console, heading: str, lines: Sequence[str]) -> None:
    from presswatch.cli.screen import flow, plain

    if lines:
        console.print(plain(heading, "bold"))
    for line in lines:
        flow(console, plain(line, limit=1_000, before="  "), hang=4)


def _message_line(app: App, message: dict[str, Any]) -> str:
    from presswatch.cli.screen import local_time

    if message["state"] == "sent":
        return f"{message['channel']}  {local_time(message['sent_at'], app.zone)}  {message['message_id']}"
    error = f": {message['last_error']}" if message["last_error"] else ""
    return f"{message['channel']}  {message['state']} after {counted(message['attempts'], 'attempt')}{error}"
