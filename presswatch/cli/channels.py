"""``presswatch channel``: where messages go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from presswatch.cli.app import App
from presswatch.cli.names import complete_channels
from presswatch.cli.output import form_options, write_rows
from presswatch.cli.talk import say

if TYPE_CHECKING:
    from presswatch.config import ChannelConfig

FIELDS = ("name", "type", "target", "paused")


@click.group(name="channel")
def channel_command() -> None:
    """Say where messages go."""


@channel_command.command(name="add")
@click.argument("name")
@click.argument("target", metavar="URL|FILE|console|PROGRAM…", nargs=-1, required=True)
@click.option("--webhook", is_flag=True, help="URL is a webhook: JSON by HTTP POST, signed as Standard Webhooks says.")
@click.option("--secret", metavar="whsec_…|env:NAME", help="Key that signs what goes to a webhook.")
@click.option("--from", "sender", metavar="ADDRESS", help="Mail: the address that mails come from.")
@click.option("--to", "recipients", multiple=True, metavar="ADDRESS", help="Mail: who gets them; repeatable.")
@click.option("--command", "is_command", is_flag=True, help="Run PROGRAM and its arguments for each message.")
@click.option("--digest", metavar="CRON", help='One message at these times, such as "0 8 * * mon-fri".')
@click.option("--quiet", metavar="22:00-07:00", help="Nothing in these hours; what happened is one message after them.")
@click.pass_obj
def channel_add_command(
    app: App,
    name: str,
    target: Sequence[str],
    webhook: bool,
    secret: str | None,
    sender: str | None,
    recipients: Sequence[str],
    is_command: bool,
    digest: str | None,
    quiet: str | None,
) -> None:
    """Add a channel: a phone, mail, a webhook, a file, a program, the console.

    An http(s) address is a webhook, smtp:// or smtps:// a mail server, a path a file that lines of JSON are appended
    to, any other URL one of Apprise (phones, chats and more). A program is called by its whole path, after --command
    and --; what it gets is JSON on its standard input. Secrets may stay outside of the file: env:NAME, or ${env:NAME}
    inside of a URL.

    \b
    presswatch channel add phone 'ntfys://ntfy.sh/${env:NTFY_TOPIC}' --quiet 22:00-07:00
    presswatch channel add post smtps://mail.example --from watch@example.org --to me@example.org --digest "0 8 * * *"
    presswatch channel add hook https://example.org/hook --secret env:HOOK_SECRET
    presswatch channel add log messages.jsonl
    presswatch channel add archive --command -- /usr/local/bin/tell --from presswatch
    """
    from presswatch.config.edit import add_channel
    from presswatch.config.starter import init_config
    from presswatch.config.storage import require_own_file

    if len(target) > 1 and not is_command:
        raise click.UsageError("one URL, one file, or console; a program with arguments needs --command")
    given = {"secret": secret, "sender": sender, "recipients": list(recipients), "digest": digest, "quiet": quiet}
    content: dict[str, Any] = {
        **_channel_content(
            target, webhook=webhook or bool(secret), mail=bool(sender or recipients), command=is_command
        ),
        **{key: value for key, value in given.items() if value},
    }
    if content["type"] == "mail" and (
        missing := [name for name, value in (("--from", sender), ("--to", recipients)) if not value]
    ):
        raise click.UsageError(f"a mail channel needs {' and '.join(f'{name} ADDRESS' for name in missing)}")
    path = app.home.config_path
    if not app.home.has_config:
        init_config(path)
        say(f"wrote a configuration to start from: {path}")
    if is_command:
        require_own_file(path, key=f"channels.{name}.command")
    channel = add_channel(path, name, content, environ=app.environ, is_opened=app.is_opened, dry_run=True)
    _refuse_what_cannot_work(app, channel)
    add_channel(path, name, content, environ=app.environ, is_opened=app.is_opened)
    where = f", which appends to {channel.path}" if channel.path else ""
    say(f"added {content['type']} channel {name} to {path}{where}; try it: presswatch notify test {name}")


def _refuse_what_cannot_work(app: App, channel: ChannelConfig) -> None:
    """Raise :class:`scraper.errors.ConfigError` for an address that nothing understands, a program that is none. What
    secrets outside of the file say may not be there yet."""
    from presswatch.config import Config
    from presswatch.wiring import channel_spec
    from scheduler.channels import build_channel

    if any(secret.references for secret in (channel.url, channel.secret) if secret is not None):
        return
    build_channel(channel_spec(Config(app.home.config_path), channel, app.environ)).close()


def _channel_content(target: Sequence[str], *, webhook: bool, mail: bool, command: bool) -> dict[str, Any]:
    """What the target says of the channel."""
    if command:
        return {"type": "command", "command": list(target)}
    (one,) = target
    kind = "webhook" if webhook else "mail" if mail else _kind(one)
    if kind == "console":
        return {"type": kind}
    return {"type": kind, "path" if kind == "file" else "url": one}


def _kind(target: str) -> str:
    scheme = target.lower().partition("://")[0] if "://" in target else ""
    if target == "console":
        return "console"
    if scheme in ("http", "https"):
        return "webhook"
    if scheme in ("smtp", "smtps"):
        return "mail"
    return "apprise" if scheme or target.startswith("env:") else "file"


@channel_command.command(name="remove")
@click.argument("name", shell_complete=complete_channels)
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
