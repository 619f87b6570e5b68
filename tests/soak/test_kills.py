"""The long form of promise 1 (``tests/promises/test_data.py``): two hundred kills."""

from __future__ import annotations

from pathlib import Path

import pytest

from presswatch.fixture_site import SiteFarm, WebhookReceiver
from tests.e2e.desk import SECRET, Desk
from tests.e2e.kills import Ordeal

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("seed", range(1, 11))
def test_daemon_with_fifty_sources_killed_twenty_times_tells_every_item(tmp_path: Path, seed: int) -> None:
    desk = Desk(tmp_path / "home")
    try:
        with SiteFarm(50) as farm, WebhookReceiver(SECRET) as hook:
            ordeal = Ordeal(desk, farm, hook, seed=seed)
            ordeal.play(kills=20, live=2.5)
            ordeal.assert_kept_promises()
            repeats = len(hook.accepted) - len(ordeal.published)
            print(f"seed {seed}: {len(ordeal.published)} items told, {repeats} repeats")
    finally:
        desk.close()
