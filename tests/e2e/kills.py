"""The story of a daemon that is killed again and again while a farm of sites publishes."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from presswatch.fixture_site import Received, SiteFarm, WebhookReceiver
from tests.e2e.desk import Daemon, Desk, wait_until


@dataclass
class Ordeal:
    """Publishes on all sites of ``farm`` while the daemon of ``desk`` is killed. ``published``: site and number of each
    item, in order."""

    desk: Desk
    farm: SiteFarm
    hook: WebhookReceiver
    seed: int
    published: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.count = len(self.farm.addresses)

    def play(self, kills: int, *, live: float = 1.2) -> None:
        """Baseline, then ``kills`` rounds of publishing and SIGKILL, then wait until everything was told."""
        sources = {f"farm-{site}": self.farm.url(site) for site in range(self.count)}
        self.desk.configure(sources, hooks={"hook": self.hook.url()}, burst=50)
        daemon = self.desk.start_daemon()
        self.desk.wait_for("SELECT count(*) = ? FROM sources WHERE baseline_at IS NOT NULL", self.count, seconds=60)
        for _ in range(kills):
            self.publish_for(self.chance.uniform(0.1, live))
            daemon.kill()
            self._publish_some()
            daemon = self.desk.start_daemon()
            if self.chance.random() < 0.8:  # else it is killed while it starts
                daemon.wait_ready()
        self._publish_some()
        self.wait_told(daemon)
        assert daemon.stop() == 0, daemon.log()[-4000:]

    def publish_for(self, seconds: float) -> None:
        """Publish here and there for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._publish_some()
            time.sleep(self.chance.uniform(0.05, 0.3))

    def _publish_some(self) -> None:
        for site in self.chance.sample(range(self.count), max(1, self.count // 8)):
            # Never so many that one scrolls off unseen.
            waiting = {item for item in self.published if item[0] == site} - set(
                told_items(self.hook.accepted, self.farm)
            )
            if len(waiting) < 8:
                new = self.farm.publish(site, self.chance.randint(1, 2))
                self.published += [(site, item.number) for item in new]

    def wait_told(self, daemon: Daemon) -> None:
        """Until everything that was published has been told."""
        wanted = set(self.published)
        try:
            wait_until(lambda: wanted <= set(told_items(self.hook.accepted, self.farm)), 60, pause=0.2)
        except AssertionError:
            missing = wanted - set(told_items(self.hook.accepted, self.farm))
            raise AssertionError(f"never told: {missing}\n{daemon.log()[-4000:]}") from None

    def assert_kept_promises(self) -> None:
        """Each item told, in order, repeats under the same id only, nothing else told, the database sound."""
        assert all(one.verified for one in self.hook.accepted)
        accepted = self.hook.accepted
        told = told_items(accepted, self.farm)
        assert set(told) == set(self.published), "told what was no news"
        bodies: dict[str, bytes] = {}
        for one in accepted:
            assert bodies.setdefault(one.webhook_id, one.request.body) == one.request.body
        assert len(bodies) == len(self.published), "an item was told under two ids, or an id stood for two items"
        for site in range(self.count):
            first_told = [item for item in dict.fromkeys(told) if item[0] == site]
            assert first_told == [item for item in self.published if item[0] == site], "out of order"
        self.desk.assert_sound()
        doubled = self.desk.rows("SELECT source_id, url FROM items GROUP BY source_id, url HAVING count(*) > 1")
        assert doubled == []
        assert self.desk.rows("SELECT * FROM messages WHERE state <> 'sent'") == []


def told_items(received: Iterable[Received], farm: SiteFarm) -> list[tuple[int, int]]:
    """Site and number of the items that messages are about, in order of arrival, repeats included."""
    urls = [change["item"]["url"] for one in received for change in one.json["data"]["changes"]]
    sites = {farm.origin(site): site for site in range(len(farm.addresses))}
    return [(sites[origin], int(number)) for origin, _, number in (url.partition("/news/") for url in urls)]
