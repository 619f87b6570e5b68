"""The daemon as people run it: news reach the webhook, configuration changes take effect, one daemon at a time."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

from presswatch.fixture_site import Fault, FixtureSite, Received, SiteFarm, WebhookReceiver, load_expected
from tests.e2e.desk import Desk, wait_until

NEWS = "/en/news/"


def told(received: list[Received]) -> list[str]:
    """The titles that messages are about, in order."""
    return [change["item"]["title"] for one in received for change in one.json["data"]["changes"]]


def test_items_new_after_the_baseline_reach_the_hook_signed_and_once(
    desk: Desk, site: FixtureSite, hook: WebhookReceiver
) -> None:
    desk.configure({"ministry": site.url()}, hooks={"hook": hook.url()})
    with desk.daemon():
        desk.wait_baseline(1)
        site.moment = "m1"
        assert hook.wait_for(2)
        desk.wait_looks("ministry", 2)
    expected = load_expected("m1-two-new")
    titles = [expected["items"][event["item"]]["title"] for event in expected["sources"][NEWS]["events"]]
    assert told(hook.received) == titles[::-1], "in the order of discovery: the older first"
    assert all(one.verified for one in hook.received)
    assert len({one.webhook_id for one in hook.received}) == 2
    assert desk.value("SELECT count(*) FROM messages WHERE state = 'sent'") == 2


def test_pages_are_asked_for_conditionally_and_robots_once(desk: Desk, site: FixtureSite) -> None:
    desk.configure({"ministry": site.url()})
    with desk.daemon():
        desk.wait_for("SELECT 1 FROM checks WHERE outcome = 'not_modified' AND count >= 2")
    answers = [(one.request.path, one.status) for one in site.exchanges]
    assert answers[:4] == [("/robots.txt", 200), (NEWS, 200), (NEWS, 304), (NEWS, 304)]
    assert set(answers[4:]) <= {(NEWS, 304)}
    assert all("presswatch/" in one.request.headers["user-agent"] for one in site.exchanges)
    assert desk.value("SELECT count(*) FROM checks") == 2, "equal checks fold into one row"


def test_configuration_is_read_again_when_it_changes_and_a_mistake_changes_nothing(desk: Desk) -> None:
    with SiteFarm(3, block=82) as farm:
        desk.configure({"a": farm.url(0), "b": farm.url(1)})
        with desk.daemon() as daemon:
            desk.wait_baseline(2)
            desk.configure({"a": farm.url(0), "c": farm.url(2)})
            daemon.signal(signal.SIGHUP)
            daemon.wait_log("configuration applied")
            desk.wait_baseline(3)
            assert desk.value("SELECT active FROM sources WHERE source_key = 'id-b'") == 0
            settled = len(farm.requests())
            desk.wait_looks("a", 2)
            assert {one.address for one in farm.requests()[settled + 1 :]} == {farm.addresses[0], farm.addresses[2]}

            before = desk.config_path.read_text(encoding="utf-8")
            desk.config_path.write_text(before.replace("slug", "slog"), encoding="utf-8")
            daemon.signal(signal.SIGHUP)
            daemon.wait_log("the configuration was not applied")
            desk.config_path.unlink()
            daemon.signal(signal.SIGHUP)
            daemon.wait_log("the configuration was not applied", times=2)
            desk.wait_looks("a", 1)
            desk.wait_looks("c", 1)

            # The file alone, without a signal; a renamed slug keeps its history.
            desk.configure({"a": farm.url(0), "renamed": {"id": "id-c", "url": farm.url(2)}})
            desk.wait_for("SELECT 1 FROM sources WHERE slug = 'renamed' AND active AND baseline_at IS NOT NULL")
            assert desk.value("SELECT count(*) FROM sources") == 3


def test_what_happened_while_it_was_down_is_found_and_what_the_hook_missed_arrives_in_order(
    desk: Desk, hook: WebhookReceiver
) -> None:
    with SiteFarm(2, block=83) as farm:
        desk.configure({f"farm-{n}": farm.url(n) for n in range(2)}, hooks={"hook": hook.url()})
        with desk.daemon():
            desk.wait_baseline(2)
        hook.close()
        published = [item.title for site in range(2) for item in farm.publish(site, 2)]
        with desk.daemon():
            desk.wait_for("SELECT count(*) = 4 FROM messages WHERE state = 'pending'")
            desk.wait_for("SELECT count(*) >= 2 FROM deliveries WHERE outcome <> 'sent'")
            published += [item.title for site in range(2) for item in farm.publish(site, 1)]
            desk.wait_for("SELECT count(*) = 6 FROM messages")
            hook.open()
            wait_until(lambda: len(hook.accepted) >= 6)
            desk.wait_for("SELECT count(*) = 6 FROM messages WHERE state = 'sent'")
    titles = told(hook.accepted)
    for site in range(2):
        own = f"notice {site}/"
        assert [t for t in titles if own in t] == [t for t in published if own in t]
    ids = [one.webhook_id for one in hook.accepted]
    assert len(ids) == len(set(ids)) == 6


def test_slow_hook_delays_neither_checks_nor_other_hooks(desk: Desk, site: FixtureSite, hook: WebhookReceiver) -> None:
    with WebhookReceiver(address="127.0.0.9") as slow:
        slow.misbehave(Fault(silence=True))
        desk.configure({"ministry": site.url()}, hooks={"slow": slow.url(), "hook": hook.url()})
        with desk.daemon():
            desk.wait_baseline(1)
            site.moment = "m1"
            assert hook.wait_for(2)
            desk.wait_looks("ministry", 2)
            slow.close()
    rows: list[Any] = desk.rows(
        "SELECT state FROM messages m JOIN channels c ON c.id = m.channel_id WHERE c.name='hook'"
    )
    assert [row["state"] for row in rows] == ["sent", "sent"]


def test_a_configuration_that_is_read_anew_repeats_nothing_that_is_being_sent(
    desk: Desk, hook: WebhookReceiver
) -> None:
    with SiteFarm(1, block=84) as farm:
        desk.configure({"a": farm.url(0)}, hooks={"hook": hook.url()})
        with desk.daemon() as daemon:
            desk.wait_baseline(1)
            hook.misbehave(Fault(delay=3.0))
            farm.publish(0, 1)
            assert hook.wait_for(1)
            desk.configure({"a": farm.url(0)}, hooks={"hook": hook.url(), "other": hook.url()})
            daemon.signal(signal.SIGHUP)
            daemon.wait_log("configuration applied")
            desk.wait_for("SELECT 1 FROM messages WHERE state = 'sent'")
    assert len(hook.received) == 1
    assert desk.rows("SELECT attempt, outcome FROM deliveries")[0]["attempt"] == 1


def test_a_service_whose_clock_is_watched_no_more_ends(desk: Desk, tmp_path: Path) -> None:
    desk.configure({"nowhere": "http://127.0.0.1:1/"}, every="1h")
    clock = tmp_path / "shift"
    clock.write_text("0", encoding="utf-8")
    desk.command = ("tests.e2e.shifted_clock", str(clock))
    daemon = desk.start_daemon().wait_ready()
    clock.write_text("soon", encoding="utf-8")
    assert daemon.wait() == 1, "a supervisor starts it anew"
    assert "could not convert string to float: 'soon'" in daemon.log()
