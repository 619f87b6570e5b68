"""``presswatch rename``: another short name for a source."""

from __future__ import annotations

import click

from presswatch.cli.app import App
from presswatch.cli.names import complete_sources
from presswatch.cli.talk import say


@click.command(name="rename")
@click.argument("slug", shell_complete=complete_sources)
@click.argument("new", metavar="NEW")
@click.option("--name", metavar="TEXT", help="Change the name for people as well.")
@click.pass_obj
def rename_command(app: App, slug: str, new: str, name: str | None) -> None:
    """Give a source another short name; its history stays.

    Rules that name it follow. Its id stays what it is, and with it items, edits and messages.

    \b
    presswatch rename ministry-of-inland-waters waters
    """
    from presswatch.cli.sources import apply_now
    from presswatch.config.edit import update_source

    changes = {"slug": new} | ({"name": name} if name else {})
    source = update_source(app.home.config_path, slug, environ=app.environ, is_opened=app.is_opened, **changes)
    if app.home.has_database:
        apply_now(app)
    say(f"{slug} is {source.slug} from now on ({source.name})")
