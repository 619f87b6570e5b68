"""The keys of the channels, type by type."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from presswatch.config.kinds import Key, Kind, Table, boolean, choice, duration, list_of, rate, secret, text
from presswatch.config.problems import Problems
from presswatch.config.texts import (
    CRON,
    DAY,
    LANGUAGE,
    MAX_URL,
    MINUTE,
    QUIET,
    SECOND,
    TIMEZONE,
    URL_PATTERN,
    parse_url,
)


def _inspect_hook_secret(raw: str) -> None:
    try:
        size = len(base64.b64decode(raw.removeprefix("whsec_"), validate=True))
    except binascii.Error:
        size = 0
    if not 24 <= size <= 64:
        raise ValueError("must hold 24 to 64 random bytes in base64 after whsec_")


_SENDING = {
    "language": Key(LANGUAGE, "Language of the dates in messages."),
    "timezone": Key(TIMEZONE, "IANA name of the zone of times in messages."),
    "digest": Key(CRON, "When what happened is told as one digest: a cron expression in the zone of the channel."),
    "quiet": Key(QUIET, "Hours in which nothing is told, such as 22:00-07:00; what happened is one digest after them."),
    "timeout": Key(duration(SECOND, 5 * MINUTE), "How long one attempt to send may take."),
    "rate": Key(rate(), "How many messages are sent in which time at the most, such as 20/m."),
    "retry_first": Key(duration(SECOND, DAY), "The wait after a first failed attempt; it grows with each further."),
    "retry_max": Key(duration(SECOND, 7 * DAY), "The longest wait between attempts."),
    "give_up": Key(duration(MINUTE, 30 * DAY), "How long a message is tried before it goes to the dead letters."),
    "paused": Key(boolean(), "true: messages wait until this is taken away."),
}
_WEBHOOK = {
    "url": Key(
        secret(MAX_URL, pattern=URL_PATTERN, hint="write an address with http:// or https://", inspect=parse_url),
        "Where messages are posted.",
        required=True,
        remedy="write the address to post to, or env:NAME",
    ),
    "secret": Key(
        secret(
            200,
            pattern="^whsec_[A-Za-z0-9+/]+={0,2}$",
            hint="write whsec_ and 24 to 64 random bytes in base64, or env:NAME",
            inspect=_inspect_hook_secret,
        ),
        "Key of the signature (Standard Webhooks). Without it messages are not signed.",
    ),
}
_TEMPLATE = Key(
    text(MAX_URL),
    "A Jinja2 file, the form of messages (of mail: of its HTML); a relative path is meant from this file's folder.",
)
_APPRISE = {
    "template": _TEMPLATE,
    "url": Key(
        secret(
            MAX_URL,
            pattern="^[A-Za-z][A-Za-z0-9+.-]{0,31}://",
            hint="write an Apprise URL such as tgram://${env:BOT_TOKEN}/${env:CHAT}, or env:NAME",
        ),
        "The Apprise URL of the service.",
        required=True,
        remedy="write an Apprise URL, or env:NAME",
    ),
}
_FILE = {
    "path": Key(
        text(MAX_URL),
        "The file to which messages are appended, as lines of JSON; a relative path is meant from this file's folder.",
        required=True,
        remedy='write the file, such as path = "messages.jsonl"',
    ),
}
_ADDRESS = text(
    254, pattern=r"^[!#-'*+/-9=?A-Z^-~-]+(\.[!#-'*+/-9=?A-Z^-~-]+)*@[A-Za-z0-9.-]+$", hint="write a mail address"
)
_MAIL = {
    "template": _TEMPLATE,
    "url": Key(
        secret(
            MAX_URL,
            pattern="^smtps?://[^/?#\\s]+/?$",
            hint="write smtp://host, smtp://user:password@host:587 or smtps://user:password@host, or env:NAME",
        ),
        "The mail server.",
        required=True,
        remedy="write smtp://host or smtps://user:password@host, or env:NAME",
    ),
    "sender": Key(_ADDRESS, "The address that mails come from.", required=True, remedy="write a mail address"),
    "recipients": Key(
        list_of(_ADDRESS, 100, least=1),
        "The addresses that mails go to.",
        required=True,
        remedy='write a list of mail addresses, such as recipients = ["me@example.org"]',
    ),
}
_COMMAND = {
    "command": Key(
        list_of(text(MAX_URL), 100, least=1, repeats=True),
        "The program, as a whole path, and its arguments; it gets the message as JSON on its standard input.",
        required=True,
        remedy='write the program and its arguments, such as command = ["/usr/local/bin/tell"]',
    ),
}


def _channel_table(name: str, doc: str, own: dict[str, Key]) -> Table:
    kind = choice(name)
    return Table(
        {"type": Key(kind, doc, required=True), **own, **_SENDING},
        doc,
        {"description": doc},
    )


CHANNEL_TABLES: dict[str, Table] = {
    "console": _channel_table("console", "Prints messages in the terminal of the running presswatch.", {}),
    "webhook": _channel_table("webhook", "Posts messages as JSON (Standard Webhooks).", _WEBHOOK),
    "apprise": _channel_table("apprise", "Sends messages through Apprise: phones, chats, mail and more.", _APPRISE),
    "mail": _channel_table("mail", "Sends mail by SMTP, text and HTML.", _MAIL),
    "command": _channel_table("command", "Runs a program for each message.", _COMMAND),
    "file": _channel_table("file", "Appends messages to a file.", _FILE),
}


def _read_channel(raw: object, where: str, problems: Problems) -> Any:
    if not isinstance(raw, dict):
        problems.add(where, "must be a table")
        return None
    if "type" not in raw:
        problems.add(f"{where}.type", f"is missing; write one of {', '.join(CHANNEL_TABLES)}")
        return None
    name = choice(*CHANNEL_TABLES).read(raw["type"], f"{where}.type", problems)
    return CHANNEL_TABLES[name].read(raw, where, problems) if name else None


CHANNEL = Kind(_read_channel, {"oneOf": [content.schema() for content in CHANNEL_TABLES.values()]})
