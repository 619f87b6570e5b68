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

LIMITS = {
    "tgram://123456789:abcdefg_hijklmnop/12315544/": 4_096,  # Telegram: sendMessage, text
    "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js/": 2_000,  # Discord: content
    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/": 40_000,  # Slack: text
    "ntfy://topic/": 4_096,  # ntfy: message, in bytes; more becomes an attachment
    "pover://" + "u" * 30 + "@" + "a" * 30: 1_024,  # Pushover: message
}
LONG = replace(ITEM, title="Pier <b>&amp;</b> [reopens](x) @all " * 40, summary="After two years of work. " * 200)
MESSAGES = {
    "one": make_message(make_change(LONG)),
    "edit": make_message(make_change(LONG, previous=replace(LONG, title="x" * 5_000), fields=("title", "summary"))),
    "digest": make_message(*[make_change(LONG, event_id=f"e{n}") for n in range(90)], kind="digest"),
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
    counted = sent[0]["body"].encode() if url.startswith("ntfy") else sent[0]["title"] + sent[0]["body"]
    assert len(counted) <= LIMITS[url]
    assert "https://harbour.example/pier" in handed["body"]
