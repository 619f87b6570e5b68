"""``presswatch backup`` and ``restore``."""

from __future__ import annotations

from pathlib import Path

import click

from presswatch.cli.app import App
from presswatch.cli.talk import say
from presswatch.words import counted


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
    say(f"{file}: {size_text(file.stat().st_size)}, {counted(count, 'captured page')}")


@click.command(name="restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--trust-config", is_flag=True, help="The backup is yours: its configuration is in force at once.")
@click.pass_obj
def restore_command(app: App, file: Path, trust_config: bool) -> None:
    """Put a backup back, where there is no database.

    A configuration that is there is kept. One of the backup is put beside its place, to be read and renamed: it can
    name programs to start and files to send.

    \b
    presswatch --home ~/watch restore presswatch-2026-03-01.tar.gz --trust-config
    """
    from presswatch.backup import read_backup

    put = read_backup(file, app.home, trusted=trust_config)
    say(f"database       {app.home.db_path}")
    if put is None or put == app.home.config_path:
        say(f"configuration  {app.home.config_path}" + ("" if put else "  (as it was)"))
    else:
        say(f"configuration  {put}  (not in force)")
        say(f"what it names is run, read and sent: look through it, then rename it to {app.home.config_path.name}")
