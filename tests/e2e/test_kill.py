"""kill -9 at any moment loses no alert, doubles none under another id, and leaves a sound database."""

from __future__ import annotations

from presswatch.fixture_site import SiteFarm, WebhookReceiver
from tests.e2e.desk import Desk
from tests.e2e.kills import Ordeal


def test_daemon_killed_again_and_again_tells_every_item(desk: Desk, hook: WebhookReceiver) -> None:
    with SiteFarm(12, block=81) as farm:
        ordeal = Ordeal(desk, farm, hook, seed=20261121)
        ordeal.play(kills=5)
        assert len(ordeal.published) > 12
        ordeal.assert_kept_promises()
