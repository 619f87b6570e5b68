"""``presswatch import``: the pages that another program watches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from presswatch.cli.app import App
from presswatch.cli.output import form_options, write_rows
from presswatch.cli.talk import say

if TYPE_CHECKING:
    from presswatch.importing.into import Imported

FIELDS = ("entry", "state", "slug", "url", "name", "tags", "reason", "notes")
_STYLES = {"taken": "green", "known": "dim", "refused": "red"}
_SHOWN = 60


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Give all of them this tag as well; repeatable.")
@click.option("--dry-run", is_flag=True, help="Only say what would be taken: write nothing.")
@click.option("--pages", is_flag=True, help="Of OPML, take the web pages rather than their feeds.")
@click.option(
    "--form",
    "kind",
    type=click.Choice(["opml", "urlwatch", "changedetection", "urls"]),
    help="What the file is; by default seen by its contents.",
)
@form_options()
@click.pass_obj
def import_command(
    app: App, file: Path, tags: Sequence[str], dry_run: bool, pages: bool, kind: str | None, form: str | None
) -> int:
    """Watch what another program watches.

    FILE is OPML of a feed reader, jobs of urlwatch or webchanges (YAML), an export or backup of changedetection.io
    (url-watches.json, or the ZIP), or a list of addresses, one a line, each with tags after it if you like. It is read
    as data: nothing in it is run, and no page is asked for. Each entry is judged as `presswatch add` judges one; what
    cannot be taken over is said. The first look at each page is its baseline. Exit code 3: some were refused; 1: all.

    \b
    presswatch import subscriptions.opml --tag reader --dry-run
    presswatch import ~/.config/urlwatch/urls.yaml
    presswatch import url-watches.json --json
    """
    from presswatch.importing.detect import read_list
    from presswatch.importing.into import import_sources

    form_name, found = read_list(file, kind, pages=pages)
    results = import_sources(
        app.config, found, tags=tags, environ=app.environ, is_opened=app.is_opened, dry_run=dry_run
    )
    counts: Counter[str] = Counter(each.state for each in results)
    if counts["taken"] and not dry_run and app.home.db_path.exists():
        from presswatch.cli.sources import apply_now

        apply_now(app)
    if form is not None:
        write_rows(map(_record, results), FIELDS, form)
    else:
        _print(results)
        _tell(app, form_name, counts, dry_run)
    if not counts["refused"]:
        return 0
    return 3 if counts["taken"] or counts["known"] else 1


def _record(result: Imported) -> dict[str, Any]:
    found = result.found
    return {
        "entry": found.where,
        "state": result.state,
        "slug": result.slug,
        "url": _url(result) or None,
        "name": found.name,
        "tags": list(found.tags),
        "reason": result.reason,
        "notes": list(found.notes),
    }


def _url(result: Imported) -> str:
    """The address; one that was refused may have a password in it."""
    from presswatch.secrets import mask_url

    url = result.found.url
    return mask_url(url) if result.state == "refused" and "@" in url else url


def _print(results: Sequence[Imported]) -> None:
    """What was not taken as it stood first; then the others, as far as they fit."""
    from presswatch.cli.screen import make_console, make_table, plain, show

    order = sorted(results, key=lambda each: (each.state != "refused", each.state == "taken" and not each.found.notes))
    table = make_table("", "entry", "source", "page", wide=("page",))
    for each in order[:_SHOWN]:
        page = plain(_url(each) or each.found.name, limit=200)
        for line in _lines(each):
            page.append_text(plain(line, "dim", before="\n→ "))
        table.add_row(plain(each.state, _STYLES[each.state]), each.found.where, plain(each.slug, "bold"), page)
    if table.row_count:
        show(make_console(), table)
    if len(order) > _SHOWN:
        say(f"{len(order) - _SHOWN} more; --csv shows them all")


def _lines(result: Imported) -> Iterator[str]:
    if result.reason:
        yield result.reason
    if result.state == "taken":
        yield from result.found.notes


def _tell(app: App, form_name: str, counts: Counter[str], dry_run: bool) -> None:
    taken = f"{counts['taken']} {'would be taken' if dry_run else 'taken'}"
    known = f", {counts['known']} watched already" if counts["known"] else ""
    say(f"{form_name}: {taken}{known}, {counts['refused']} refused")
    if counts["taken"] and not dry_run:
        say(f"they are in {app.home.config_path}; `presswatch check` takes the first look, which is the baseline")
