"""``presswatch recipe``: where the items of a source are looked for, and trying another place. Changes nothing."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import click

from presswatch.cli.app import App
from presswatch.cli.names import complete_sources
from presswatch.cli.output import form_options, to_json
from presswatch.cli.talk import say
from scraper.errors import ConfigError, NotFoundError
from scraper.types import Recipe

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from presswatch.config import SourceConfig
    from scraper.types import Extraction

_KEYS = ("listing", "item", "title", "link", "date", "summary", "hook", "date_order")
_ROWS = """
SELECT r.* FROM recipes r JOIN sources s ON s.id = r.source_id WHERE s.source_key = ?
ORDER BY r.retired_at IS NOT NULL, r.origin = 'learnt', r.id DESC
"""
_LAST = """
SELECT k.last_at, k.outcome, k.kind, k.items, k.confidence FROM checks k JOIN sources s ON s.id = k.source_id
WHERE s.source_key = ? ORDER BY k.id DESC LIMIT 1
"""


@click.group(name="recipe")
def recipe_command() -> None:
    """Show where a source's items are looked for, and try another place."""


@recipe_command.command(name="show")
@click.argument("slug", shell_complete=complete_sources)
@form_options(table=False)
@click.pass_obj
def recipe_show_command(app: App, slug: str, form: str | None) -> None:
    """Show the recipe of a source: by hand, learnt or none.

    And what the last look found, and the recipes that were in use before.

    \b
    presswatch recipe show energy-ministry
    """
    source = _source(app, slug)
    rows, last = _stored(app, source)
    learnt = [row for row in rows if row["origin"] == "learnt"]
    in_use = _in_use(source, rows)
    record = {
        "slug": source.slug,
        "origin": in_use.origin if in_use else None,
        "recipe": _as_dict(in_use) if in_use else None,
        "last_look": last,
        "learnt": [
            {"item": row["item"], "created_at": row["created_at"], "retired_at": row["retired_at"]} for row in learnt
        ],
    }
    if form is not None:
        click.echo(to_json(record, indent=2))
        return
    _print_recipe(app, record)


def _print_recipe(app: App, record: dict[str, Any]) -> None:
    from presswatch.cli.screen import local_time, make_console, plain, show

    console = make_console()
    words = {
        "hand": "written by hand",
        "learnt": "learnt: this list is looked at first",
        None: "none: the page is understood anew at each look",
    }
    lines = [plain(f"{record['slug']}: {words[record['origin']]}", "bold")]
    lines += [plain(value, before=f"  {key:<10} ", limit=1_000) for key, value in (record["recipe"] or {}).items()]
    last = record["last_look"]
    if last:
        found = f"{last['items']} items, " if last["items"] is not None else ""
        said = f"{found}{last['kind'] or 'no page'}, {last['outcome']}"
        lines.append(plain(said, before=f"  last look  {local_time(last['last_at'], app.zone)}  "))
    for old in record["learnt"]:
        if old["retired_at"]:
            until = local_time(old["retired_at"], app.zone)
            lines.append(plain(old["item"], "dim", 1_000, before=f"  until {until}  "))
    show(console, *lines)


@recipe_command.command(name="test")
@click.argument("slug", required=False, shell_complete=complete_sources)
@click.option("--url", help="The page to try it on, in place of the source's own; or where --file comes from.")
@click.option(
    "--file", "path", metavar="FILE", type=click.Path(), help="A saved page to try it on; nothing is fetched."
)
@click.option("--item", help="Each record: CSS, or a path in JSON such as $.items[*].")
@click.option("--listing", help="The part of the page that holds the records.")
@click.option("--title", help="The title in a record.")
@click.option("--link", help="The link in a record.")
@click.option("--date", help="The date in a record.")
@click.option("--summary", help="The summary in a record.")
@click.option("--hook", help="A Python function in place of selectors: package.module:function.")
@click.option("--date-order", type=click.Choice(["DMY", "MDY", "YMD"]), help="The order of day, month and year.")
@form_options(table=False)
@click.pass_obj
def recipe_test_command(
    app: App, /, slug: str | None, url: str | None, path: str | None, form: str | None, **given: str | None
) -> int:
    """Try a recipe on a page and show what it finds.

    The options go before the source's own recipe, key by key; without a source they are the whole recipe. Nothing is
    stored or configured. It says in how many of the items each selector matched. The exit code is 1 if nothing is
    found, or one of the selectors matches nowhere.

    \b
    presswatch recipe test energy-ministry --item "li.news" --date "time@datetime"
    presswatch recipe test --url https://ministry.example/news --item "tr" --title "td:nth-of-type(2)"
    presswatch recipe test --file page.html --url https://ministry.example/news --item li
    """
    from presswatch.cli.explain_work import try_within_bounds
    from presswatch.cli.explaining import read_target
    from scraper.clock import utc_now

    source = _source(app, slug) if slug else None
    target = path or url or (source.url if source else None)
    if target is None:
        raise click.UsageError("name a source, or give --url or --file", click.get_current_context())
    recipe = _recipe_to_try(app, source, {key: value for key, value in given.items() if value is not None})
    page = read_target(app, target, (url or (source.url if source else None)) if path else None, source=source)
    found, matched = try_within_bounds(page, now=utc_now(), recipe=recipe)
    if form == "json":
        from presswatch.cli.understood import as_record

        shown = _as_dict(recipe) if recipe else None
        tried = {"recipe": shown, "url": page.url, "matched": matched or None, **as_record(found.extraction)}
        click.echo(to_json(tried, indent=2))
    else:
        from presswatch.cli.screen import make_console
        from presswatch.cli.understood import print_understood

        print_understood(make_console(), found.extraction, most=None)
        _print_matches(found.extraction, matched)
        if recipe is None:
            say("there is no recipe: this is what is understood without one")
    nowhere = [f"{name} {getattr(recipe, name)!r}" for name, count in matched.items() if not count]
    if nowhere and found.items:
        say(f"matches nowhere: {', '.join(nowhere)}")
    return 0 if found.items and not nowhere else 1


def _print_matches(found: Extraction, matched: Mapping[str, int]) -> None:
    """In how many of the records each selector found something; of dates also how many were understood."""
    from presswatch.cli.screen import make_console, plain

    console, records = make_console(), matched.get("item", 0)
    for name, count in matched.items():
        if name == "item":
            continue
        said = f"  {name}: matched in {count} of {records}"
        if name == "date" and count and (dated := sum(item.published is not None for item in found.items)) < count:
            said += f", understood in {dated}"
        console.print(plain(said, "red" if not count else "dim" if count == records else "yellow"))


def _source(app: App, slug: str) -> SourceConfig:
    found = next((source for source in app.config.sources if source.slug == slug), None)
    if found is None:
        raise NotFoundError("source", slug, hint="presswatch list shows them")
    return found


def _stored(app: App, source: SourceConfig) -> tuple[list[sqlite3.Row], dict[str, Any] | None]:
    """The stored recipes of a source, those in use first, and its last look."""
    if not app.home.has_database:
        return [], None
    with app.reading() as conn:
        rows = conn.execute(_ROWS, (source.id,)).fetchall()
        last = conn.execute(_LAST, (source.id,)).fetchone()
    return rows, dict(last) if last else None


def _in_use(source: SourceConfig, rows: list[sqlite3.Row]) -> Recipe | None:
    """The configured recipe, else the learnt one."""
    if source.recipe is not None:
        return source.recipe
    learnt = next((row for row in rows if row["origin"] == "learnt" and row["retired_at"] is None), None)
    return Recipe("learnt", item=learnt["item"]) if learnt else None


def _recipe_to_try(app: App, source: SourceConfig | None, given: dict[str, str]) -> Recipe | None:
    """What is given over what is configured; else what is in use. Raises :class:`ConfigError`."""
    own = source.recipe if source else None
    if source is not None and "hook" not in given and "item" not in given:
        from presswatch.wiring import require_own_hook

        require_own_hook(app.config, source)
    if not given:
        return _in_use(source, _stored(app, source)[0]) if source else None
    from presswatch.config.fields import build_recipe
    from presswatch.config.texts import parse_selector

    kept = {key: value for key, value in (_as_dict(own) if own else {}).items() if key in _KEYS}
    if "hook" in given or ("item" in given and "hook" in kept):
        kept = {"date_order": kept["date_order"]} if "date_order" in kept else {}
    for key, value in given.items():
        if key not in ("hook", "date_order"):
            try:
                parse_selector(value)
            except ValueError as error:
                raise ConfigError(str(error), key=f"--{key}") from error
    try:
        recipe = build_recipe({**kept, **given})
    except ValueError as error:
        raise ConfigError(f"the recipe {error}") from error
    return replace(recipe, language=own.language, timezone=own.timezone) if own else recipe


def _as_dict(recipe: Recipe) -> dict[str, str]:
    """The keys that are given."""
    values = {field.name: getattr(recipe, field.name) for field in fields(recipe) if field.name != "origin"}
    return {name: str(value) for name, value in values.items() if value is not None}
