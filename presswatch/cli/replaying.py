"""``presswatch replay``: what would have been told of saved captures of a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from presswatch.cli.app import App
from presswatch.cli.output import to_json
from presswatch.cli.talk import say
from presswatch.words import counted

if TYPE_CHECKING:
    from presswatch.replays import ReplayedLine


@click.command(name="replay")
@click.argument("path", metavar="DIR|WARC", type=click.Path(path_type=Path, exists=True))
@click.option("--url", required=True, help="The address of the page.")
@click.option("--db", type=click.Path(path_type=Path, dir_okay=False), help="Keep the result in this database.")
@click.option("--every", metavar="DURATION", help="The files count as made so far apart, such as 1h.")
@click.option("--jsonl", is_flag=True, help="One JSON object a capture.")
@click.pass_obj
def replay_command(app: App, path: Path, url: str, db: Path | None, every: str | None, jsonl: bool) -> int:
    """Run saved captures of a page as checks, each at its own time.

    Captures are the files of a folder, in the order of their names, or the records of a WARC file. The clock is the
    time of each file, if these grow with the names, or the WARC-Date. Nothing is fetched and nobody is told; what would
    have been told is printed. Without --db the database is thrown away.

    \b
    presswatch replay captures/ --url https://ministry.example/news
    """
    from presswatch.replays import replay_captures
    from scraper.durations import parse_duration

    try:
        step = parse_duration(every) if every else None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--every") from error
    count = told = 0
    for line in replay_captures(path, url, db=db, step=step):
        count += 1
        told += sum(change["tell"] for change in line.changes)
        if jsonl:
            click.echo(to_json(line.to_plain()))
        else:
            _print(app, line)
    if not jsonl:
        say(f"{counted(count, 'capture')}, {counted(told, 'change')} would have been told")
    return 0


def _print(app: App, line: ReplayedLine) -> None:
    from presswatch.cli.screen import flow, local_time, make_console, plain

    console = make_console()
    why = f" ({line.reason})" if line.reason else ""
    head = f"{local_time(line.at, app.zone)}  {line.name}  {line.outcome}{why}  {counted(line.items, 'item')}"
    flow(console, plain(head, "bold" if line.changes else "dim"), hang=4)
    for change in line.changes:
        if change["tell"]:
            flow(console, plain(_change_text(change), before=f"    {change['kind']}  "), hang=8)


def _change_text(change: dict[str, Any]) -> str:
    parts = (change["title"], f"[{', '.join(change['fields'])}]" if change["fields"] else None, change["url"])
    return "  ".join(part for part in parts if part) or change["reason"]
