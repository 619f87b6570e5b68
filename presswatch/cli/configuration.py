"""``presswatch config``: the configuration file, looked at."""

from __future__ import annotations

import click

from presswatch.cli.app import App
from presswatch.cli.output import to_json
from presswatch.cli.talk import say


@click.group(name="config")
def config_command() -> None:
    """Look at the configuration file."""


@config_command.command(name="show")
@click.option("--all", "whole", is_flag=True, help="With the keys that have their default.")
@click.pass_obj
def config_show_command(app: App, whole: bool) -> None:
    """Print the configuration as it is understood, without secrets.

    docs/configuration.md describes each key.

    \b
    presswatch config show
    presswatch config show --all
    """
    from presswatch.config import load_config
    from presswatch.config.render import render_config

    path = app.home.config_path
    config = load_config(path, environ=app.environ, is_opened=app.is_opened)
    say(f"from {path}")
    click.echo(render_config(config, show=str, whole=whole), nl=False)


@config_command.command(name="check")
@click.pass_obj
def config_check_command(app: App) -> int:
    """Say what is wrong with the configuration, if anything.

    Every mistake is shown with its line; the exit code is then 2. The templates and programs that channels name are
    looked at as well: the exit code is 1 if one of them cannot be used. What can hardly be meant (a rule for a tag that
    no source has) is said too.

    \b
    presswatch config check
    """
    from presswatch.config import load_config
    from presswatch.config.consistency import find_doubts
    from presswatch.own_forms import find_unusable
    from presswatch.words import counted

    path = app.home.config_path
    config = load_config(path, environ=app.environ, is_opened=app.is_opened)
    unusable = list(find_unusable(config, app.now))
    is_fine = "readable" if unusable else "fine"
    say(f"{path}: {is_fine}; {counted(len(config.sources), 'source')}, {counted(len(config.channels), 'channel')}")
    for doubt in (*unusable, *find_doubts(config)):
        say(f"but {doubt}")
    return int(bool(unusable))


@config_command.command(name="schema")
def config_schema_command() -> None:
    """Print the JSON Schema of the file, for editors.

    \b
    presswatch config schema > presswatch.schema.json
    """
    from presswatch.config.schema import config_schema

    click.echo(to_json(config_schema(), indent=2))


@config_command.command(name="path")
@click.pass_obj
def config_path_command(app: App) -> None:
    """Print where the file is, or would be.

    \b
    $EDITOR "$(presswatch config path)"
    """
    click.echo(str(app.home.config_path))
