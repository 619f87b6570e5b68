"""Three hundred looks at a moody site, by a daemon that is killed fifty times: each item is told once, nothing else."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from presswatch.fixture_site import WebhookReceiver
from tests.e2e.desk import SECRET, Daemon, Desk, wait_until
from tests.soak.moody_site import MoodySite, title_of
from tests.soak.results import write_results

BASELINE, ITEMS, LOOKS, KILLS = 25, 120, 300, 50
_ABOUT = f"""# A moody site and a daemon that is killed

A site publishes {ITEMS} items while a daemon looks at it {LOOKS} times or more and is killed (SIGKILL) {KILLS} times.
At each look the list is spelt, ordered, doubled or cut otherwise, or there is none (`tests/soak/moody_site.py`). Each
item must be told once by message id, and nothing else of items."""


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2])
def test_each_item_is_told_once_through_moods_and_kills(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    desk = Desk(tmp_path / "home")
    try:
        with MoodySite(seed) as site, WebhookReceiver(SECRET) as hook:
            site.publish(BASELINE)
            rule = {"name": "all", "kinds": ["added", "revised", "relocated", "withdrawn", "reinstated"]}
            desk.configure({"moody": f"{site.origin()}/news"}, hooks={"hook": hook.url()}, rules=[rule])
            daemon = desk.start_daemon()
            desk.wait_baseline(1)
            kills = 0
            while kills < KILLS or len(site.asked) < LOOKS or site.count < BASELINE + ITEMS:
                site.publish(min(dice.randint(0, 2), BASELINE + ITEMS - site.count))
                before = len(site.asked)
                wait_until(lambda: len(site.asked) > before + dice.randint(1, 4), 60)  # noqa: B023 - called at once
                if kills < KILLS:
                    kills += 1
                    time.sleep(dice.uniform(0, 1.0))
                    daemon.kill()
                    daemon = desk.start_daemon()
            _finish(site, hook, daemon)
            looks = len(site.asked)
            moods = Counter(site.asked)
            repeats = len(hook.accepted) - ITEMS
    finally:
        desk.close()
    changes = [change for one in hook.accepted for change in one.json["data"]["changes"]]
    assert {change["kind"] for change in changes} == {"added"}
    told = {one.webhook_id: change["item"]["title"] for one, change in zip(hook.accepted, changes, strict=True)}
    assert sorted(map(str.casefold, told.values())) == sorted(
        title_of(number).casefold() for number in range(BASELINE + 1, BASELINE + ITEMS + 1)
    )
    desk.assert_sound()
    assert desk.value("SELECT count(*) FROM items") == BASELINE + ITEMS
    unwell = sum(moods[mood] for mood in ("error", "empty", "wall"))
    header = ("seed", "looks", "without a list", "kills", "items told", "repeats (same id)")
    write_results("moods", _ABOUT, header, [(seed, looks, unwell, kills, len(told), repeats)])


def _finish(site: MoodySite, hook: WebhookReceiver, daemon: Daemon) -> None:
    site.calm = True
    daemon.wait_ready()
    wait_until(lambda: len({one.webhook_id for one in hook.accepted}) >= ITEMS, 60)
    before = len(site.asked)
    wait_until(lambda: len(site.asked) > before + 3, 30)
    assert daemon.stop() == 0, daemon.log()[-4000:]
