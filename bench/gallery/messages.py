"""The messages of the gallery's home, in the form in which each channel sends them."""

from __future__ import annotations

import io
import json
import sqlite3
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import apprise

from bench.gallery.home import NOW
from scheduler.channels import ChannelSpec
from scheduler.channels.apprise_ import _chat
from scheduler.channels.console import ConsoleChannel
from scheduler.channels.mail import MailChannel
from scheduler.fact_rows import load_changes
from scheduler.facts import ChangeFacts, MessageFacts
from scheduler.messages import make_message_id
from scheduler.render import Rendered, RenderOptions, render
from scraper.types import ChangeKind

_CHATS = {
    "Telegram": "tgram://123456789:abcdefg_hijklmnop/12315544/",
    "Slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/",
    "Discord": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js/",
    "An SMS (Twilio)": f"twilio://AC{'a' * 32}:{'b' * 32}@15551230000/15551231111",
}
_OPTIONS = RenderOptions(language="en-GB", zone=ZoneInfo("Europe/Berlin"))


@dataclass(frozen=True)
class Told:
    """What the page shows. ``mail`` is the HTML of a digest, ``blocks`` texts by heading."""

    mail: str
    mail_headers: str
    blocks: dict[str, str]
    payload: str


def tell(conn: sqlite3.Connection) -> Told:
    """All that happened, as it is told."""
    numbers = [row[0] for row in conn.execute("SELECT id FROM changes WHERE tell = 1 ORDER BY id")]
    changes = list(load_changes(conn, numbers).values())
    digest = _message("morning", changes)
    edited = _message("phone", [change for change in changes if change.kind is ChangeKind.REVISED][:1])
    mail = MailChannel(ChannelSpec("morning", "mail", url="smtp://mail.example", sender="watch@example.org",
                                   recipients=("me@example.org",))).compose(_rendered(digest), digest)  # fmt: skip
    html = mail.get_body(("html",))
    assert html is not None  # noqa: S101
    return Told(
        mail=html.get_content(),
        mail_headers="\n".join(f"{name}: {mail[name]}" for name in ("From", "To", "Subject", "Message-ID", "List-Id")),
        blocks={
            "The console": _console(changes),
            **{name: _service(edited, url) for name, url in _CHATS.items()},
            "A desktop notification": f"{_rendered(edited).subject}\n\n{_rendered(edited).chat(250, titled=True)}",
            "Markdown": _rendered(digest).markdown,
        },
        payload=json.dumps(_rendered(edited).payload, ensure_ascii=False, indent=2),
    )


def _message(channel: str, changes: list[ChangeFacts]) -> MessageFacts:
    name = make_message_id(channel, [change.event_id for change in changes])
    kind = "change" if len(changes) == 1 else "digest"
    return MessageFacts(name, channel, kind, NOW, tuple(changes), len(changes))


def _rendered(message: MessageFacts) -> Rendered:
    return render(message, _OPTIONS)


def _service(message: MessageFacts, url: str) -> str:
    service: Any = apprise.Apprise.instantiate(url)
    handed = _chat(_rendered(message), service)
    (sent,) = service._apply_overflow(handed["body"], title=handed["title"], body_format=handed["body_format"])
    return "\n\n".join(filter(None, (sent["title"], sent["body"])))


def _console(changes: list[ChangeFacts]) -> str:
    stream = io.StringIO()
    channel = ConsoleChannel("desk", stream)
    for change in changes[-6:]:
        message = _message("desk", [change])
        channel.send(_rendered(message), message)
    return stream.getvalue().rstrip()
