"""It keeps running: promises 28 to 30."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from presswatch.fixture_site import Fault, FixtureSite, SiteFarm, WebhookReceiver
from scraper.types import ItemData
from tests.e2e.desk import Desk, wait_until
from tests.promises.ledgers import OLD, Ledger
from tests.support.watch import many

HOUR = 3600.0


@pytest.fixture
def set_clock(desk: Desk, tmp_path: Path) -> Callable[[float], None]:
    """Sets the daemon's clock to so many seconds off the real one."""
    file = tmp_path / "clock"
    desk.command = ("tests.e2e.shifted_clock", str(file))

    def set_to(seconds: float) -> None:
        aside = file.with_suffix(".new")
        aside.write_text(str(seconds))
        aside.replace(file)

    set_to(0)
    return set_to


@pytest.fixture
def unsigned_hook() -> WebhookReceiver:
    """It does not look at the time stamp, which is as wrong as the clock."""
    return WebhookReceiver()


def test_checks_and_retries_go_on_at_their_rate_when_the_clock_is_set(
    desk: Desk, set_clock: Callable[[float], None], unsigned_hook: WebhookReceiver
) -> None:
    """Promise 28: an hour back, two hours forward."""
    with SiteFarm(2, block=87) as farm, unsigned_hook as hook:
        desk.configure({f"farm-{n}": farm.url(n) for n in range(2)}, hooks={"hook": hook.url()})
        with desk.daemon() as daemon:
            desk.wait_baseline(2)
            hook.close()
            farm.publish(0)
            desk.wait_for("SELECT 1 FROM deliveries")
            set_clock(-HOUR)
            daemon.wait_log("the clock jumped by -3600 s", 5)
            hook.open()
            assert wait_until(lambda: len(hook.accepted) == 1)
            farm.publish(1)
            assert wait_until(lambda: len(hook.accepted) == 2)

            set_clock(2 * HOUR)
            daemon.wait_log("the clock jumped by +10800 s", 5)
            asked = len(farm.requests())
            started = time.monotonic()
            farm.publish(0)
            assert wait_until(lambda: len(hook.accepted) == 3)
            desk.wait_looks("farm-1", 3)
            rate = (len(farm.requests()) - asked) / (time.monotonic() - started)
            assert rate < 4, "two sources, each looked at once a second"
        assert "Traceback" not in daemon.log()
    ids = [one.webhook_id for one in hook.accepted]
    assert len(set(ids)) == len(ids) == 3
    desk.assert_sound()


def test_daemon_that_starts_under_a_wrong_clock_looks_on_and_all_is_told_in_the_end(
    desk: Desk, set_clock: Callable[[float], None], unsigned_hook: WebhookReceiver
) -> None:
    """Promise 28: in 1970 a page's dates lie in a far future; it may be doubted then; nothing is lost or told twice."""
    now = datetime.now(UTC)
    with SiteFarm(1, block=88) as farm, unsigned_hook as hook:

        def told() -> list[str]:
            changes = [change for one in hook.accepted for change in one.json["data"]["changes"]]
            return [change["item"]["url"] for change in changes if change["kind"] == "added"]

        desk.configure({"farm": farm.url(0)}, hooks={"hook": hook.url()})
        published: list[str] = []
        for year in (2039, 1970, now.year):
            set_clock((datetime(year, 2, 1, tzinfo=UTC) - now).total_seconds() if year != now.year else 0)
            with desk.daemon() as daemon:
                desk.wait_looks("farm", 1) if published else desk.wait_baseline(1)
                published.extend(farm.item_url(item) for item in farm.publish(0))
                if year != 1970:
                    assert wait_until(lambda: len(told()) >= len(published)), (year, daemon.log())
                desk.wait_looks("farm", 1)
            assert "Traceback" not in daemon.log()
        assert told() == published
    desk.assert_sound()


def _undated(item: ItemData) -> ItemData:
    # Dates of 2026 lie in the future of 1970, and a page of the future is doubted.
    return replace(item, published=None)


@pytest.mark.parametrize("start", ["2026-03-29T00:30", "2026-10-25T00:30", "1970-01-01T00:00", "2038-01-19T03:00"])
def test_days_on_which_clocks_change_and_ends_of_epochs_are_days_like_others(tmp_path: Path, start: str) -> None:
    """Promise 28: a look an hour over such a day, in process: each tells what is new, and nothing twice."""
    with Ledger(tmp_path / "presswatch.db") as ledger:
        ledger.now = datetime.fromisoformat(start).replace(tzinfo=UTC) - timedelta(hours=3)
        ledger.look([_undated(one) for one in OLD])
        for hour in range(1, 8):
            seen = ledger.look([_undated(one) for one in many(1, 12 + hour)])
            assert len(seen.added) == 1, (hour, seen)
        assert len(set(ledger.messages())) == len(ledger.messages()) == 7
        assert ledger.is_sound()


def test_second_daemon_is_refused_and_after_kill_9_a_new_one_starts_at_once(
    desk: Desk, site: FixtureSite, hook: WebhookReceiver
) -> None:
    """Promise 29: it says so and has a status that is not zero; commands beside a daemon are legal."""
    desk.configure({"ministry": site.url()}, hooks={"hook": hook.url()})
    first = desk.start_daemon().wait_ready()
    desk.wait_baseline(1)
    second = desk.start_daemon()
    assert second.wait(60) == 1
    assert "another presswatch daemon" in second.log()
    assert "Traceback" not in second.log()
    desk.wait_looks("ministry", 1)

    # A crawl beside the daemon is legal, and what it finds is told once.
    site.moment = "m1"
    beside = desk.crawl("source=ministry")
    assert beside.returncode == 0, beside.stderr

    first.kill()
    started = time.monotonic()
    with desk.daemon():
        desk.wait_looks("ministry", 1)
        assert time.monotonic() - started < 10
        assert hook.wait_for(2)
    assert len({one.webhook_id for one in hook.accepted}) == 2
    desk.assert_sound()


def test_sigterm_with_silent_servers_in_flight_exits_0_within_10_seconds(desk: Desk) -> None:
    """Promise 30: nothing is lost and no lease is left."""
    with SiteFarm(4, block=84) as farm:
        desk.configure({f"farm-{n}": farm.url(n) for n in range(4)})
        daemon = desk.start_daemon().wait_ready()
        desk.wait_baseline(4)
        # Ten silent sources do not delay a good one either.
        for silent in range(3):
            farm.misbehave(Fault(silence=True), f"{farm.addresses[silent]}/news/*")
        desk.wait_for("SELECT count(*) >= 3 FROM leases WHERE name LIKE 'source:%' AND holder IS NOT NULL")
        desk.wait_looks("farm-3", 2)
        started = time.monotonic()
        assert daemon.stop() == 0, daemon.log()
        assert time.monotonic() - started < 10
        assert "Traceback" not in daemon.log()
        assert desk.value("SELECT count(*) FROM leases WHERE holder IS NOT NULL") == 0
        assert desk.value("SELECT count(*) FROM checks WHERE outcome = 'failed'") == 0
        desk.assert_sound()


def test_sigterm_while_it_starts_exits_0(desk: Desk, site: FixtureSite) -> None:
    """Promise 30."""
    desk.configure({"ministry": site.url()})
    for begins in (desk.db_path.exists, lambda: "watching" in desk.started[-1].log()):
        daemon = desk.start_daemon()
        assert wait_until(begins, pause=0.005)
        assert daemon.stop() == 0, daemon.log()
        assert "Traceback" not in daemon.log()
