"""``presswatch backup`` and ``restore``."""

from __future__ import annotations

from pathlib import Path

import click

from presswatch.cli.app import App
from presswatch.cli.talk import say


@click.command(name="backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--without-captures", is_flag=True, help="Leave the captured pages out: much smaller.")
@click.pass_obj
def backup_command(app: App, file: Path, without_captures: bool) -> None:
    """Write database, captured pages and configuration to one file.

    A running service need not be stopped. Secrets that stand in the configuration are in the file too; only you can
    read it.

    \b
    presswatch backup presswatch-2026-03-01.tar.gz
    """
    from presswatch.backup import write_backup
    from presswatch.cli.screen import size_text

    count = write_backup(app.home, file, captures=not without_captures)
    say(f"{file}: {size_text(file.stat().st_size)}, {count} captured pages")


@click.command(name="restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.pass_obj
def restore_command(app: App, file: Path) -> None:
    """Put a backup back, where there is no database.

    A configuration that is there is kept.

    \b
    presswatch --home ~/watch restore presswatch-2026-03-01.tar.gz
    """
    from presswatch.backup import read_backup

    put = read_backup(file, app.home)
    say(f"database       {app.home.db_path}")
    if put is None or put == app.home.config_path:
        say(f"configuration  {app.home.config_path}" + ("" if put else "  (as it was)"))
    else:
        say(f"configuration  {put}: it starts programs, so it is not in force; read it, and rename it if it is yours")
