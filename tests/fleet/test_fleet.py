"""A fleet reads what one process would: nothing lost, nothing told twice, no site asked by two at once."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest

from presswatch.fixture_site import SiteFarm, WebhookReceiver
from scraper.clock import to_text, utc_now
from tests.e2e.desk import Desk
from tests.e2e.kills import Ordeal
from tests.fleet.crew import Crew
from tests.support.broker import RabbitMQ
from tests.support.starting import ROOT

pytestmark = pytest.mark.fleet

SPACING = 1.0


def assert_polite(farm: SiteFarm, spacing: float) -> None:
    """As the site server saw it: never two requests to a site in flight, nor less than its spacing between them."""
    by_site: dict[str, list[tuple[float, float]]] = {}
    for one in farm.exchanges:
        by_site.setdefault(one.request.address, []).append((one.request.at, one.request.at + one.seconds))
    for site, spans in by_site.items():
        spans.sort()
        for (began, ended), (next_began, _) in itertools.pairwise(spans):
            assert next_began >= ended, f"{site}: two requests in flight at {next_began}"
            assert next_began - began >= spacing - 0.02, f"{site}: {next_began - began:.3f} s between two requests"


def test_worker_killed_and_broker_restarted_lose_and_double_nothing(
    crew: Crew, broker: RabbitMQ, hook: WebhookReceiver
) -> None:
    with SiteFarm(50, block=91) as farm:
        ordeal = Ordeal(crew, farm, hook, seed=20261122)
        sources = {f"farm-{site}": farm.url(site) for site in range(50)}
        crew.configure(sources, hooks={"hook": hook.url()}, burst=50, site_spacing="1s", concurrency=32)
        daemon = crew.start_daemon().wait_ready()
        one, two = crew.start_worker("one"), crew.start_worker("two")
        crew.wait_workers("one", "two")
        crew.wait_baseline(50, seconds=60)
        ordeal.publish_for(4)
        one.kill()
        crew.wait_all_looked_at(since=to_text(utc_now()), seconds=15)
        ordeal.publish_for(4)
        broker.stop()
        ordeal.publish_for(1)
        broker.start()
        crew.start_worker("three")
        crew.wait_workers("three", "two")
        crew.wait_all_looked_at(since=to_text(utc_now()), seconds=15)
        ordeal.publish_for(4)
        crew.wait_for("SELECT sum(count) >= 2000 FROM checks", seconds=120)
        ordeal.wait_told(daemon)
        assert daemon.stop() == 0, daemon.log()[-4000:]
        assert two.stop() == 0, two.log()[-4000:]
        ordeal.assert_kept_promises()
        assert_polite(farm, SPACING)


def test_status_shows_workers_and_how_far_reading_lags(crew: Crew) -> None:
    with SiteFarm(3, block=92) as farm:
        crew.configure({f"farm-{site}": farm.url(site) for site in range(3)})
        daemon = crew.start_daemon().wait_ready()
        crew.start_worker("reader-a")
        crew.wait_workers("reader-a")
        crew.wait_baseline(3)
        shown = subprocess.run(
            (sys.executable, "-m", "presswatch", "status", "--json"),
            env=crew.environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        fleet = json.loads(shown.stdout)["fleet"]
        assert [worker["name"] for worker in fleet["workers"]] == ["reader-a"]
        assert fleet["workers"][0]["is_counted_on"]
        assert fleet["waiting"] <= 3
        assert daemon.stop() == 0


def test_without_a_worker_nothing_is_read_and_nothing_fails(crew: Crew) -> None:
    with SiteFarm(2, block=93) as farm:
        crew.configure({"farm-0": farm.url(0)})
        daemon = crew.start_daemon().wait_ready()
        crew.wait_for("SELECT waiting = 1 FROM fleet")
        assert farm.exchanges == []
        assert crew.value("SELECT count(*) FROM checks") == 0
        crew.start_worker("late")
        crew.wait_baseline(1)
        assert daemon.stop() == 0


def test_a_second_service_is_refused_and_leaves_the_jobs_of_the_first(crew: Crew) -> None:
    with SiteFarm(2, block=94) as farm:
        crew.configure({"farm-0": farm.url(0)})
        daemon = crew.start_daemon().wait_ready()
        crew.wait_for("SELECT waiting = 1 FROM fleet")
        second = crew.start_daemon()
        assert second.wait(30) == 1, second.log()
        assert "another presswatch daemon" in second.log()
        crew.start_worker("late")
        crew.wait_baseline(1, seconds=15)
        assert daemon.stop() == 0


def test_broker_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home")
    desk.configure({})
    done = subprocess.run(
        (sys.executable, "-m", "presswatch", "run", "--queue", "amqp://me:s3cret@127.0.0.1:9/"),
        env=desk.environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "127.0.0.1:9" in done.stderr
    assert "s3cret" not in done.stderr
