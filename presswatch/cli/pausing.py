"""``presswatch pause`` and ``resume``: leave a source alone for a while."""

from __future__ import annotations

from collections.abc import Sequence

import click

from presswatch.cli.app import App
from presswatch.cli.names import complete_sources
from presswatch.cli.talk import say


@click.command(name="pause")
@click.argument("slugs", metavar="SLUG...", nargs=-1, required=True, shell_complete=complete_sources)
@click.pass_obj
def pause_command(app: App, slugs: Sequence[str]) -> None:
    """Leave sources alone until they are resumed.

    What is known of them stays. Written to the configuration, which a running service follows.

    \b
    presswatch pause energy-ministry
    """
    _set(app, slugs, True)


@click.command(name="resume")
@click.argument("slugs", metavar="SLUG...", nargs=-1, required=True, shell_complete=complete_sources)
@click.pass_obj
def resume_command(app: App, slugs: Sequence[str]) -> None:
    """Look at paused sources again.

    What they published meanwhile is told as far as their pages still list it.

    \b
    presswatch resume energy-ministry
    """
    _set(app, slugs, None)


def _set(app: App, slugs: Sequence[str], paused: bool | None) -> None:
    from presswatch.config.edit import update_source

    for slug in slugs:
        app.config.source(slug)  # all of them exist, or nothing is written
    for slug in slugs:
        source = update_source(app.home.config_path, slug, environ=app.environ, is_opened=app.is_opened, paused=paused)
        say(f"{source.slug} is {'paused' if paused else 'watched'}")
    if app.home.has_database:
        from presswatch.cli.sources import apply_now

        apply_now(app)
