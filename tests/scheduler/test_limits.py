"""Long items fit what each service takes: its documented limits, on what is really handed to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import apprise
import pytest

from scheduler.channels.apprise_ import _chat
from scheduler.facts import MessageFacts
from scheduler.render import render
from tests.scheduler.examples import ITEM, make_change, make_message

LIMITS: dict[str, tuple[int, str]] = {
    "tgram://123456789:abcdefg_hijklmnop/12315544/": (4_096, "characters"),  # sendMessage: text
    "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js/": (2_000, "characters"),  # content
    "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js/?format=markdown": (4_096, "characters"),  # embed: description
    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/": (40_000, "characters"),  # text
    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?blocks=yes": (3_000, "body"),  # a section block
    "ntfy://topic/": (4_096, "bytes"),  # message; more becomes an attachment
    "pover://" + "u" * 30 + "@" + "a" * 30: (1_024, "body"),  # Pushover: message; the title has 250 of its own
    "matrix://user:pass@localhost/#room": (65_536, "bytes"),  # the whole event
    "mmost://localhost/aaaaaaaaaaaaaaaaaaaaaaaaaa": (4_000, "characters"),  # Mattermost, as it was before 5.0
    "mastodon://token@localhost": (500, "characters"),
    f"twilio://AC{'a' * 32}:{'b' * 32}@15551230000/15551231111": (160, "characters"),  # one SMS
    "clicksend://user:pass@15551231111": (160, "characters"),
}
"""What a message may have, as the services document it, and what they count."""
LONG = replace(ITEM, title="Pier <b>&amp;</b> [reopens](x) @all " * 40, summary="After two years of work. " * 200)
WIDE = replace(ITEM, title="港湾局が国際会議を開催" * 40, summary="二年間の工事を経て" * 560)
MESSAGES = {
    "one": make_message(make_change(LONG)),
    "wide": make_message(make_change(WIDE)),
    "edit": make_message(make_change(LONG, previous=replace(LONG, title="x" * 5_000), fields=("title", "summary"))),
    "digest": make_message(*[make_change(LONG, event_id=f"e{n}") for n in range(90)], kind="digest"),
    "wide digest": make_message(*[make_change(WIDE, event_id=f"e{n}") for n in range(90)], kind="digest"),
}


@pytest.mark.parametrize("url", LIMITS)
@pytest.mark.parametrize("name", MESSAGES)
def test_what_is_handed_to_a_service_fits(url: str, name: str) -> None:
    service: Any = apprise.Apprise.instantiate(url)
    assert service is not None
    message: MessageFacts = MESSAGES[name]
    handed = _chat(render(message), service)
    sent = service._apply_overflow(handed["body"], title=handed["title"], body_format=handed["body_format"])
    assert len(sent) == 1, "one message, not several"
    most, unit = LIMITS[url]
    whole = sent[0]["title"] + sent[0]["body"]
    counted = {"characters": len(whole), "body": len(sent[0]["body"]), "bytes": len(whole.encode())}[unit]
    assert counted <= most
    assert "https://harbour.example/pier" in handed["body"]


def test_the_items_have_five_thousand_characters() -> None:
    assert all(len(item.summary or "") >= 5_000 for item in (LONG, WIDE))
