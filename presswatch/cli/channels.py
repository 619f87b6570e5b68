"""``presswatch channel``: where messages go."""

from __future__ import annotations

import click

from presswatch.cli.app import App
from presswatch.cli.output import form_options, write_rows
from presswatch.cli.talk import say

FIELDS = ("name", "type", "target", "paused")


@click.group(name="channel")
def channel_command() -> None:
    """Say where messages go."""


@channel_command.command(name="add")
@click.argument("name")
@click.argument("target", metavar="URL|FILE|console")
@click.option("--webhook", is_flag=True, help="URL is a web hook: JSON by HTTP POST, signed as Standard Webhooks says.")
@click.option("--secret", metavar="whsec_…|env:NAME", help="Key that signs what goes to a web hook.")
@click.pass_obj
def channel_add_command(app: App, name: str, target: str, webhook: bool, secret: str | None) -> None:
    """Add a channel: an Apprise URL, a web hook, a file, or the console.

    An http(s) address is a web hook, a path a file that lines of JSON are appended to, any other URL one of Apprise.
    Secrets may stay outside of the file: env:NAME, or ${env:NAME} inside of a URL.

    \b
    presswatch channel add phone 'ntfy://ntfy.sh/${env:NTFY_TOPIC}'
    presswatch channel add hook https://example.org/hook --secret env:HOOK_SECRET
    presswatch channel add log messages.jsonl
    """
    from presswatch.config.edit import add_channel
    from presswatch.config.starter import init_config

    kind = "webhook" if webhook or secret else _kind(target)
    content: dict[str, str] = {"type": kind}
    if kind == "file":
        content["path"] = target
    elif kind != "console":
        content["url"] = target
    if secret:
        content["secret"] = secret
    path = app.home.config_path
    if not path.exists():
        init_config(path)
        say(f"wrote a configuration to start from: {path}")
    add_channel(path, name, content, environ=app.environ, is_opened=app.is_opened)
    say(f"added {kind} channel {name} to {path}; try it: presswatch notify test {name}")


def _kind(target: str) -> str:
    if target == "console":
        return "console"
    if target.lower().startswith(("http://", "https://")):
        return "webhook"
    return "apprise" if "://" in target or target.startswith("env:") else "file"


@channel_command.command(name="remove")
@click.argument("name")
@click.pass_obj
def channel_remove_command(app: App, name: str) -> None:
    """Take a channel away. What still waits there is kept.

    \b
    presswatch channel remove hook
    """
    from presswatch.config.edit import remove_channel

    remove_channel(app.home.config_path, name, environ=app.environ, is_opened=app.is_opened)
    say(f"removed the channel {name}")


@channel_command.command(name="list")
@form_options()
@click.pass_obj
def channel_list_command(app: App, form: str | None) -> None:
    """List the channels, without their secrets.

    \b
    presswatch channel list
    """
    from presswatch.secrets import mask_target

    rows = [
        {
            "name": channel.name,
            "type": channel.type,
            "target": str(channel.path or " ".join(channel.command)) if channel.url is None
            else str(channel.url) if channel.url.references else mask_target(channel.url.text),
            "paused": channel.paused,
        }
        for channel in app.config.channels
    ]  # fmt: skip
    if form is not None:
        write_rows(rows, FIELDS, form)
        return
    from presswatch.cli.screen import make_console, make_table, plain, show

    table = make_table("channel", "type", "target", wide=("target",))
    for row in rows:
        state = plain("paused", "yellow", before="  ") if row["paused"] else plain("")
        table.add_row(plain(str(row["name"]), "bold"), str(row["type"]), plain(str(row["target"])).append_text(state))
    if rows:
        show(make_console(), table)
    else:
        say("there are no channels yet: presswatch channel add NAME URL")
