"""The wall clock is set while the daemon runs, or was wrong when it started: checks go on at their rate."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from presswatch.fixture_site import SiteFarm, WebhookReceiver
from tests.e2e.desk import Desk, wait_until

HOUR = 3600.0


@pytest.fixture
def set_clock(desk: Desk, tmp_path: Path) -> Callable[[float], None]:
    """Sets the daemon's clock to so many seconds off the real one."""
    file = tmp_path / "clock"
    desk.command = (sys.executable, "-m", "tests.e2e.shifted_clock", str(file))

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
    """In 1970 a page's dates lie in a far future; it may be doubted then, but nothing is lost or told twice."""
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
