"""A relaunch in two steps, as a daemon and a webhook see it: the same forty items under a new template, new classes and
new addresses, then on a new host, with two truly new ones at each step."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from presswatch.fixture_site import WebhookReceiver
from presswatch.fixture_site.server import Answer, LoopbackServer, Request
from tests.e2e.desk import Desk, wait_until

_HTML = (("Content-Type", "text/html; charset=utf-8"),)
_WHO = ("The lock keepers", "A wool museum", "The night buses", "The botanical garden", "A choir of clerks")
_WHAT = ("extend their hours", "move across the river", "count what was left", "invite the neighbours")
OLD, NEW = 0, 1


class Relaunched(LoopbackServer):
    """``/releases`` on the old host; at step 2 it leads to the new one."""

    step = 0

    def answer(self, request: Request) -> Answer:
        if request.target == "/releases" and self.step == 2 and request.address == self.addresses[OLD]:
            return Answer(301, b"", (("Location", f"{self.origin(NEW)}/releases"),))
        if request.target != "/releases":
            return super().answer(request)
        return Answer(200, (self._before() if self.step == 0 else self._after()).encode(), _HTML)

    def titles(self) -> list[str]:
        """The newest first."""
        return [title_of(number) for number in range(40 + 2 * self.step, 0, -1)]

    def _before(self) -> str:
        rows = "".join(
            f'<li class="entry"><span class="day">{date_of(n):%d.%m.%Y}</span> '
            f'<a href="/releases/{100 + n}-{slug_of(n)}.html">{title_of(n)}</a></li>'
            for n in range(40, 0, -1)
        )
        return f'<html lang="en"><body><main><h1>Releases</h1><ul class="list">{rows}</ul></main></body></html>'

    def _after(self) -> str:
        scheme = "/en/newsroom/article?key={}" if self.step == 1 else "/stories/{}/"
        cards = "".join(
            f'<article class="c-card"><div class="c-card__body"><h3 class="c-card__title">'
            f'<a href="{scheme.format(f"{n * 7919 % 9973:x}x{n}")}">{title_of(n)}</a></h3>'
            f'<time datetime="{date_of(n)}">{date_of(n):%B %d, %Y}</time><p>{title_of(n)}, as was said.</p>'
            "</div></article>"
            for n in range(40 + 2 * self.step, 0, -1)
        )
        return (
            '<html lang="en"><head><title>Newsroom</title></head><body><nav><a href="/en">Start</a></nav>'
            f'<div id="app"><section class="c-grid"><h2>Newsroom</h2>{cards}</section></div></body></html>'
        )


def title_of(number: int) -> str:
    return f"{_WHO[number % 5]} {_WHAT[number // 5 % 4]} in week {number}"


def slug_of(number: int) -> str:
    return title_of(number).lower().replace(" ", "-")


def date_of(number: int) -> date:
    return date(2026, 1, 1) + timedelta(days=number)


def test_relaunch_tells_what_is_new_once_and_one_notice(desk: Desk, hook: WebhookReceiver) -> None:
    with Relaunched(["127.0.92.1", "127.0.92.2"]) as site:
        desk.configure({"house": f"{site.origin(OLD)}/releases"}, hooks={"hook": hook.url()})
        with desk.daemon():
            desk.wait_baseline(1)
            keys = dict(desk.rows("SELECT title, item_key FROM items"))  # type: ignore[arg-type]
            for step in (1, 2):
                site.step = step
                wait_until(lambda: len(told(hook, "added")) >= 2 * step)  # noqa: B023 - called at once
                desk.wait_looks("house", 2)
        new = [title_of(number) for number in range(41, 45)]
        assert told(hook, "added") == new
        assert told(hook, "revised") + told(hook, "relocated") + told(hook, "withdrawn") == []
        notices = [change["episode"]["class"] for change in changes(hook) if "episode" in change]
        assert notices == ["layout_changed"]
        assert len({one.webhook_id for one in hook.accepted}) == 5
    again = dict(desk.rows("SELECT title, item_key FROM items"))  # type: ignore[arg-type]
    assert set(again) == {*keys, *new}
    assert {title: again[title] for title in keys} == keys
    recognised = desk.rows("SELECT item_id, reason FROM identity_log WHERE decision = 'recognised'")
    assert Counter(row["item_id"] for row in recognised) == dict.fromkeys(range(1, 41), 2) | {41: 1, 42: 1}
    assert all(row["reason"] for row in recognised)
    desk.assert_sound()


def changes(hook: WebhookReceiver) -> list[dict[str, Any]]:
    return [change for one in hook.accepted for change in one.json["data"]["changes"]]


def told(hook: WebhookReceiver, kind: str) -> list[str]:
    return [change["item"]["title"] for change in changes(hook) if change["kind"] == kind]
