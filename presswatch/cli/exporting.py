"""``presswatch export``: everything that fits, into a file or a pipe."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from presswatch.cli.app import App
from presswatch.cli.filters import search_option, since_option, source_options
from presswatch.cli.reading import KINDS, changes_command, items_command
from presswatch.words import counted
from scraper.errors import PresswatchError

_F = TypeVar("_F", bound=Callable[..., Any])
_SHEET = "name it FILE.csv: spreadsheets open that"
_TABLE = "docs/querying.md says how to make them of the database"
_OTHER_FORMS = {**dict.fromkeys((".xlsx", ".xls", ".ods"), _SHEET), **dict.fromkeys((".parquet", ".feather"), _TABLE)}


@click.group(name="export")
def export_command() -> None:
    """Write items or changes as CSV, JSON or NDJSON; or the evidence of one item."""


def _export_options(function: _F) -> _F:
    for option in (
        click.option(
            "--csv", "form", flag_value="csv", help="CSV, safe for spreadsheets (the default where FILE says no other)."
        ),
        click.option("--json", "form", flag_value="json", help="A JSON array."),
        click.option("--ndjson", "form", flag_value="jsonl", help="One JSON object a line."),
        click.option(
            "--output",
            metavar="FILE",
            type=click.Path(path_type=Path, dir_okay=False),
            help="Default: standard output. FILE.json and FILE.ndjson say their form.",
        ),
        click.option("--limit", type=click.IntRange(min=0), default=0, help="At most; by default all."),
        search_option,
        since_option,
        source_options,
    ):
        function = option(function)
    return function


@export_command.command(name="items")
@_export_options
@click.pass_context
def _items(ctx: click.Context, /, output: Path | None, form: str | None, **filters: Any) -> None:
    """Export items, the latest found first.

    Field names are stable, times are UTC.

    \b
    presswatch export items --since monday --output week.csv
    """
    form = form or _form_of(output)
    with _into(output):
        ctx.invoke(items_command, form=form, **filters)


@export_command.command(name="changes")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Of this kind; repeatable.")
@_export_options
@click.pass_context
def _changes(
    ctx: click.Context, /, output: Path | None, form: str | None, kinds: Sequence[str], **filters: Any
) -> None:
    """Export what happened, the latest first.

    Field names are stable, times are UTC.

    \b
    presswatch export changes --ndjson | jq .title
    """
    form = form or _form_of(output)
    with _into(output):
        ctx.invoke(changes_command, form=form, kinds=kinds, **filters)


@export_command.command(name="evidence")
@click.argument("item", metavar="ITEM")
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Default: evidence-ITEM.warc.gz, here.",
)
@click.pass_obj
def _evidence(app: App, item: str, output: Path | None) -> None:
    """Export the pages that show what an item said, as a WARC file.

    One record for each page that led to a revision, with its digest, and one with the revisions themselves.

    \b
    presswatch export evidence 128
    """
    from presswatch.cli.showing import find_item
    from presswatch.cli.talk import say
    from presswatch.evidence import write_evidence

    with app.reading() as conn:
        row = find_item(conn, item)
        path = output or Path(f"evidence-{row['id']}.warc.gz")
        unfinished = path.with_name(f".{path.name}.{os.getpid()}.new")
        try:
            with unfinished.open("wb") as file:
                done = write_evidence(conn, app.home.db_path.parent / "captures", row, file)
            unfinished.replace(path)
        except OSError as error:
            raise PresswatchError(f"{path}: {error.strerror or error}") from error
        finally:
            unfinished.unlink(missing_ok=True)
    click.echo(f"{path}: {counted(done.captures, 'page')}")
    if done.missing:
        say(f"of {done.missing} revisions no page was kept, or its time was over")


def _form_of(path: Path | None) -> str:
    """The form that the name of the file asks for."""
    suffix = path.suffix.lower() if path is not None else ""
    if suffix in _OTHER_FORMS:
        raise click.UsageError(f"{suffix} files are not written; {_OTHER_FORMS[suffix]}")
    return {".json": "json", ".ndjson": "jsonl", ".jsonl": "jsonl"}.get(suffix, "csv")


@contextlib.contextmanager
def _into(path: Path | None) -> Iterator[None]:
    """Standard output into ``path``, which appears under its name only when it is whole."""
    if path is None:
        yield
        return
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file, contextlib.redirect_stdout(file):
            yield
        unfinished.replace(path)
    except OSError as error:
        raise PresswatchError(f"{path}: {error.strerror or error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
