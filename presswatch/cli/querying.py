"""``presswatch query``: the saved questions, or one of your own in SQL."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from presswatch.cli.app import App
from presswatch.cli.output import form_options, write_rows

if TYPE_CHECKING:
    from presswatch.web.queries import Saved

FIELDS = ("name", "title", "description", "parameters", "sql")
_SHOWN = 200
_WIDE = ("title", "before", "after", "reason", "description", "last_error")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from presswatch.web.queries import QUERIES

    return [CompletionItem(each.name, help=each.title) for each in QUERIES if each.name.startswith(incomplete)]


@click.command(name="query")
@click.argument("question", required=False, metavar="[NAME|SQL]", shell_complete=_complete)
@click.argument("values", nargs=-1, metavar="[PARAMETER=VALUE]...")
@form_options()
@click.pass_obj
def query_command(app: App, question: str | None, values: Sequence[str], form: str | None) -> None:
    """Answer a saved question, or one of your own in SQL.

    Without NAME the questions are listed; docs/querying.md has all of them. The database is only read.

    \b
    presswatch query headlines-changed
    presswatch query per-weekday source=energy --csv
    presswatch query "select source, count(*) as items from latest_items group by source"
    """
    from presswatch.web.queries import QUERIES

    if question is None:
        _list(QUERIES, form)
        return
    saved = {each.name: each.sql for each in QUERIES}
    sql = saved.get(question) or question
    if not re.search(r"\s", sql):
        from presswatch.config.problems import did_you_mean
        from scraper.errors import NotFoundError

        raise NotFoundError("question", question, hint=f"`presswatch query` lists them{did_you_mean(question, saved)}")
    parameters = _parameters(sql, values)
    with app.reading() as conn:
        try:
            rows = conn.execute(sql, parameters)
            names = _told_apart([column[0] for column in rows.description or ()])
            if form is not None:
                write_rows((dict(zip(names, row, strict=True)) for row in rows), names, form)
            else:
                _print(app, rows, names)
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise click.UsageError(f"SQLite: {error}") from error


def _told_apart(names: Sequence[str]) -> list[str]:
    """Names of columns, each once: of two by the name ``a`` the second is ``a_2``."""
    taken, seen = set(names), Counter[str]()
    found = []
    for name in names:
        seen[name] += 1
        told = name if seen[name] == 1 else f"{name}_{seen[name]}"
        while told != name and told in taken:
            seen[name] += 1
            told = f"{name}_{seen[name]}"
        taken.add(told)
        found.append(told)
    return found


def _parameters(sql: str, values: Sequence[str]) -> dict[str, str]:
    """The values of ``:name`` in ``sql``. Raises :class:`click.UsageError` for one too few or too many."""
    from presswatch.web.queries import parameters_of

    wanted = parameters_of(sql)
    given = dict(value.partition("=")[::2] for value in values)
    for name in given:
        if name not in wanted:
            raise click.UsageError(
                f"there is no parameter {name!r}" + (f", only {', '.join(wanted)}" if wanted else "")
            )
    missing = [f"{name}=…" for name in wanted if name not in given]
    if missing:
        raise click.UsageError(f"give a value: {' '.join(missing)}")
    return given


def _list(queries: Sequence[Saved], form: str | None) -> None:
    from presswatch.cli.screen import make_console, make_table, plain, show
    from presswatch.web.queries import parameters_of

    rows: list[Mapping[str, Any]] = [
        {"name": each.name, "title": each.title, "description": each.description, "sql": each.sql,
         "parameters": parameters_of(each.sql)}
        for each in queries
    ]  # fmt: skip
    if form is not None:
        write_rows(rows, FIELDS, form)
        return
    table = make_table("name", "question", wide=("question",))
    for row in rows:
        needs = "".join(f" {name}=…" for name in row["parameters"])
        table.add_row(plain(row["name"] + needs, "bold"), plain(row["title"]))
    show(make_console(), table)


def _print(app: App, rows: sqlite3.Cursor, names: Sequence[str]) -> None:
    from presswatch.cli.screen import give_room, make_table, plain, show_found, title_text

    wide = [name for name in names if name in _WIDE]
    table = make_table(*names, wide=wide or names[-1:])
    addresses = [place for place, name in enumerate(names) if wide and name.endswith("url")]
    give_room(table, wide)
    for row in islice(rows, _SHOWN):
        shown = [_shown(app, name, value) for name, value in zip(names, row, strict=True)]
        table.add_row(
            *(
                title_text(text, text) if place in addresses and text else plain(text, limit=500)
                for place, text in enumerate(shown)
            )
        )
    show_found(table, rows, none="no rows", more=f"there are more than {_SHOWN}; --csv gives them all")


def _shown(app: App, name: str, value: Any) -> str:
    """A value for people: an instant in their zone."""
    from presswatch.cli.screen import local_time

    if name.endswith("_at") and isinstance(value, str) and _INSTANT.fullmatch(value):
        return local_time(value, app.zone)
    return "" if value is None else str(value)
