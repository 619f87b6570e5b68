"""``presswatch diff``: what was edited in an item, word by word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from presswatch.cli.app import App
from presswatch.cli.output import form_options, to_json
from presswatch.cli.talk import say

if TYPE_CHECKING:
    from rich.text import Text

    from presswatch.edits import RevisionEdit
    from scheduler.worddiff import Piece

_STYLES = {"gone": "red strike", "new": "green"}
_MARKS = {"gone": ("[-", "-]"), "new": ("{+", "+}"), "same": ("", "")}
_CONTEXT = 1
"""Lines that did not change are shown beside those that did."""


@click.command(name="diff")
@click.argument("item", metavar="ITEM")
@click.option("--last", is_flag=True, help="Only the latest edit.")
@form_options(table=False)
@click.pass_obj
def diff_command(app: App, item: str, last: bool, form: str | None) -> None:
    """Show the edits of an item, word by word.

    Those of its entry in the listing, and of its article where the source is followed.
    Words that went are [-struck-], words that came are {+added+}; on a terminal by colour.

    \b
    presswatch diff 128 --last
    """
    from presswatch.cli.showing import find_item
    from presswatch.edits import load_edits

    with app.reading() as conn:
        row = find_item(conn, item)
        edits = load_edits(conn, row["id"])
    if last:
        edits = edits[-1:]
    if form is not None:
        record = {"id": row["id"], "item_key": row["item_key"], "title": row["title"], "url": row["url"]}
        click.echo(to_json(record | {"edits": [edit.to_plain() for edit in edits]}, indent=2))
        return
    if not edits:
        say("this item was never edited")
    for edit in edits:
        _print(app, edit)


def _print(app: App, edit: RevisionEdit) -> None:
    from presswatch.cli.screen import flow, local_time, make_console, plain

    console = make_console()
    console.print(plain(f"{local_time(edit.at, app.zone)}  {edit.of}, revision {edit.number}", "bold"))
    for field in edit.fields:
        console.print(plain(field.name, "dim", before="  "))
        changed = [any(kind != "same" for kind, _ in line) for line in field.lines]
        skipped = False
        for place, line in enumerate(field.lines):
            if not any(changed[max(place - _CONTEXT, 0) : place + _CONTEXT + 1]):
                if not skipped:
                    console.print("    …")
                skipped = True
                continue
            skipped = False
            flow(console, _line(line, marked=not console.is_terminal), hang=4)


def _line(pieces: tuple[Piece, ...], *, marked: bool) -> Text:
    from rich.text import Text

    from scheduler.inert import inert_line

    shown = Text("    ")
    for kind, text in pieces:
        # Blanks at the ends belong between the pieces.
        lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :] if text.strip() else ""
        opening, closing = _MARKS[kind] if marked and text.strip() else ("", "")
        shown.append(" " if lead else "")
        shown.append(opening + inert_line(text, 20_000) + closing, style=_STYLES.get(kind, ""))
        shown.append(" " if tail else "")
    return shown
