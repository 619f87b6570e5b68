"""``presswatch doctor``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from presswatch.cli.app import App
from presswatch.cli.output import form_options, write_rows

if TYPE_CHECKING:
    from presswatch.doctor import Finding

_FIELDS = ("what", "state", "message", "remedy")
_STYLES = {"well": "green", "note": "yellow", "bad": "red"}


@click.command(name="doctor")
@form_options()
@click.pass_obj
def doctor_command(app: App, form: str | None) -> int:
    """Say what is wrong, and what helps.

    Looks at configuration, disk, database, clock, sources, robots.txt, channels and messages; asks nothing of the
    network. Exits with 1 if something is wrong.

    \b
    presswatch doctor
    """
    findings = list(_findings(app))
    if form is not None:
        write_rows((asdict(each) for each in findings), _FIELDS, form)
    else:
        _print(findings)
    return int(any(each.state == "bad" for each in findings))


def _findings(app: App) -> Iterator[Finding]:
    from presswatch.doctor import Finding, examine_database, examine_files
    from scraper.errors import ConfigError, StoreError

    try:
        config = app.config
    except ConfigError as error:
        yield Finding("configuration", "bad", str(error), "presswatch config check")
    else:
        if app.home.config_path.exists():
            counted = f"{len(config.sources)} sources, {len(config.channels)} channels, {len(config.rules)} rules"
            yield Finding("configuration", "well", f"{app.home.config_path}: {counted}")
        else:
            yield Finding("configuration", "note", f"there is no {app.home.config_path}", "presswatch init")
    yield from examine_files(app.home)
    if not app.home.db_path.exists():
        yield Finding("database", "note", "there is none yet", "presswatch check, or presswatch run, makes it")
        return
    try:
        with app.reading() as conn:
            yield from examine_database(conn, app.now)
    except StoreError as error:
        yield Finding("database", "bad", str(error), "presswatch restore brings a backup back")


def _print(findings: list[Finding]) -> None:
    from presswatch.cli.screen import make_console, make_table, plain, show

    table = make_table("", "what", "finding", wide=("finding",))
    for each in findings:
        text = plain(each.message, limit=500)
        if each.remedy:
            text.append_text(plain(each.remedy, "dim", 500, before="\n→ "))
        table.add_row(plain(each.state, _STYLES[each.state]), plain(each.what, "bold"), text)
    show(make_console(), table)
