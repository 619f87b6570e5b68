"""The command group: global options, commands that are imported when they are used, and what errors turn into."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module

import click

from presswatch.cli.app import App
from presswatch.cli.talk import say, say_error
from scraper.errors import ConfigError, NotFoundError, PresswatchError

_SECTIONS: dict[str, dict[str, str]] = {
    "What to watch": {
        "init": "sources",
        "add": "adding",
        "import": "importing",
        "remove": "sources",
        "rename": "renaming",
        "pause": "pausing",
        "resume": "pausing",
        "list": "sources",
        "channel": "channels",
        "config": "configuration",
    },
    "Looking": {
        "check": "checking",
        "run": "checking",
        "worker": "fleet",
        "watch": "watching",
        "schedule": "schedule",
        "backfill": "backfilling",
        "extract": "extracting",
        "replay": "replaying",
        "explain": "explaining",
        "recipe": "recipes",
    },
    "Looking back": {
        "items": "reading",
        "changes": "reading",
        "show": "showing",
        "diff": "diffing",
        "merge": "correcting",
        "split": "correcting",
        "query": "querying",
        "status": "overview",
        "report": "reporting",
        "export": "exporting",
        "serve": "serve",
        "datasette-metadata": "serve",
    },
    "Alerts": {
        "rules": "rules",
        "messages": "telling",
        "notify": "telling",
        "retry": "telling",
        "feeds": "feeding",
        "opml": "feeding",
    },
    "Keeping it": {"doctor": "examining", "backup": "backing", "restore": "backing", "completion": "completion"},
    "Trying it out": {"demo": "trying"},
}
"""Commands by the module that holds them (as ``NAME_command``)."""
_GUESSES = {
    "search": "items --search WORDS", "find": "items --search WORDS", "history": "changes, or show ITEM",
    "log": "changes", "item": "show ITEM", "sources": "list", "ls": "list", "delete": "remove", "rm": "remove",
    "edit": "config path", "test": "notify test CHANNEL", "alerts": "messages", "channels": "channel list",
    "start": "run", "daemon": "run", "service": "run", "web": "serve", "next": "schedule", "health": "doctor",
    "stats": "status", "sql": "query", "version": "--version",
}  # fmt: skip
"""What people may look for under another name."""
_MODULES = {name: module for commands in _SECTIONS.values() for name, module in commands.items()}


class _Commands(click.Group):
    """Shows its commands by section, in the order of use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        module = _MODULES.get(cmd_name)
        if module is None:
            return None
        found: click.Command = getattr(
            import_module(f"presswatch.cli.{module}"), f"{cmd_name.replace('-', '_')}_command"
        )
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            word = args[0].lower()[:50]
            near = [_GUESSES[word]] if word in _GUESSES else get_close_matches(word, _MODULES, n=1)
            if not near:
                raise
            raise click.UsageError(f"{error.message.rstrip('.')}; perhaps {near[0]}", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = formatter.width - max(map(len, _MODULES)) - 6
        for section, names in _SECTIONS.items():
            commands = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(section):
                formatter.write_dl(
                    [(name, command.get_short_help_str(width)) for name, command in commands if command is not None]
                )


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Show the version and exit."""
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        with contextlib.suppress(PackageNotFoundError):
            click.echo(f"presswatch {version('presswatch')}")
        ctx.exit()


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 fine, 1 failure, 2 usage or configuration, 3 some sources failed.",
)
@click.option(
    "--home",
    metavar="DIR",
    help="Folder with presswatch.toml and presswatch.db; default PRESSWATCH_HOME, else the platform's usual places.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and exit."
)
@click.pass_context
def presswatch(ctx: click.Context, home: str | None) -> None:
    """Watch news pages that have no feed: each new item told once, every edit and withdrawal kept.

    \b
    presswatch add https://ministry.example/news    watch a page
    presswatch run                                  look again and again, and tell
    presswatch items --since 7d                     what came in
    """
    ctx.obj = App(home, os.environ)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; its exit code. Expected errors become one line on standard error; others are raised."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = presswatch.main(list(arguments), prog_name="presswatch", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "", err=True)
        return 2
    except click.ClickException as error:
        return _explain_usage(error)
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        _forget_output()
        return 1
    except PresswatchError as error:
        say_error(error)
        return 2 if isinstance(error, ConfigError | NotFoundError) else 1
    except Exception as error:
        if not _explain_database(error):
            raise
        return 1
    return code if isinstance(code, int) else 0


def _explain_database(error: Exception) -> bool:
    """Damage that shows while reading, a lock that is held too long. Bugs keep their traceback."""
    if type(error).__module__ != "sqlite3":
        return False
    from scraper.store.db import explain

    sentence = explain(error)
    if sentence is not None:
        say(sentence)
    return sentence is not None


def _explain_usage(error: click.ClickException) -> int:
    context = getattr(error, "ctx", None)
    hint = f"; see {context.command_path} --help" if context else ""
    say(error.format_message().rstrip(".") + hint)
    return 2


def _forget_output() -> None:
    """Whoever read our output has gone; the interpreter must not complain when it flushes the rest."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
