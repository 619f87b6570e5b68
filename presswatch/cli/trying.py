"""``presswatch demo``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="demo")
@click.option(
    "--keep",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for its files; default: presswatch-demo, here.",
)
def demo_command(keep: Path | None) -> int:
    """Play the whole job on a bundled news site, offline.

    A ministry's site is served on loopback at several moments of its life: the first look, news, an edit, a
    withdrawal, a redesign, an empty answer, a bot wall. Nothing of your own is touched.

    \b
    presswatch demo
    """
    from presswatch.demo import run_demo

    return run_demo(keep)
