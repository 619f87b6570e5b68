"""What is new is told: promises 7 to 11. One story of a daemon and three receivers, told once and looked at by each
test."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from presswatch.fixture_site import FarmItem, Fault, Received, SiteFarm, WebhookReceiver
from tests.e2e.desk import SECRET, Desk, wait_until

FLOOD = 400


class Town(SiteFarm):
    """Three sites; the listing of the last one can show all that it ever published."""

    def items(self, site: int) -> list[FarmItem]:
        with self._lock:
            if site == 2:
                return self._sites[site][::-1]
        return super().items(site)


@dataclass
class Story:
    """What happened, and what each receiver saw."""

    town: Town
    desk: Desk
    well: WebhookReceiver
    flaky: WebhookReceiver
    silent: WebhookReceiver
    published: list[FarmItem] = field(default_factory=list)
    flood: list[FarmItem] = field(default_factory=list)
    told_before_news: int = 0
    seconds_until_told: float = 0.0
    looks_while_silent: int = 0
    accepted: dict[str, list[Received]] = field(default_factory=dict)

    def urls(self, received: list[Received]) -> list[str]:
        """Addresses of the items that messages are about, repeats included."""
        return [change["item"]["url"] for one in received for change in one.json["data"]["changes"]]

    def publish(self, site: int, count: int) -> list[FarmItem]:
        new = self.town.publish(site, count)
        self.published += new
        return new

    def wants(self, receiver: WebhookReceiver) -> bool:
        """Whether the receiver has all that was published."""
        return {self.town.item_url(item) for item in self.published} <= set(self.urls(receiver.accepted))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    desk = Desk(tmp_path_factory.mktemp("alerts") / "home")
    hooks = [WebhookReceiver(SECRET, address=f"127.0.94.{n}") for n in (1, 2, 3)]
    with Town(3, block=93) as town, hooks[0] as well, hooks[1] as flaky, hooks[2] as silent:
        told = Story(town, desk, well, flaky, silent)
        try:
            _play(told)
        finally:
            desk.close()
        told.accepted = {"well": well.accepted, "flaky": flaky.accepted}
        yield told


def _play(story: Story) -> None:
    town, desk, well, flaky, silent = story.town, story.desk, story.well, story.flaky, story.silent
    desk.configure(
        {f"town-{n}": town.url(n) for n in range(3)},
        hooks={"well": well.url(), "flaky": flaky.url(), "silent": silent.url()},
    )
    silent.misbehave(Fault(silence=True))
    # The first looks fail, the next one is killed half-way.
    town.misbehave(Fault(status=500), "/news/", times=3)
    daemon = desk.start_daemon().wait_ready()
    desk.wait_for("SELECT count(*) >= 3 FROM checks WHERE outcome = 'failed'")
    daemon.kill()
    town.misbehave(Fault(silence=True), "/news/", times=3)
    daemon = desk.start_daemon().wait_ready()
    wait_until(lambda: not town._scripts)  # all three have been asked
    daemon.kill()
    daemon = desk.start_daemon().wait_ready()
    desk.wait_baseline(3)
    desk.wait_looks("town-0")
    story.told_before_news = len(well.received)

    flaky.close()
    started = time.monotonic()
    story.publish(0, 3)
    story.publish(1, 2)
    wait_until(lambda: story.wants(well))
    story.seconds_until_told = time.monotonic() - started
    looks = "SELECT sum(count) FROM checks"
    before = desk.value(looks)
    desk.wait_looks("town-0", 2)
    story.looks_while_silent = desk.value(looks) - before
    well.misbehave(Fault(reset=True), times=1)  # it arrives, and the answer is lost
    story.publish(0, 1)
    wait_until(lambda: story.wants(well))
    flaky.open()
    wait_until(lambda: story.wants(flaky))

    story.flood = story.publish(2, FLOOD)
    wait_until(lambda: story.wants(well) and story.wants(flaky), 60)
    assert daemon.stop() == 0, daemon.log()[-4000:]
    assert "Traceback" not in daemon.log()


@pytest.mark.parametrize("name", ["well", "flaky"])
def test_every_new_item_reaches_every_sink_in_order_as_soon_as_it_is_well(story: Story, name: str) -> None:
    """Promise 7: at least once, in order of discovery per source; one of the receivers was down."""
    urls = list(dict.fromkeys(story.urls(story.accepted[name])))
    assert sorted(urls) == sorted(story.town.item_url(item) for item in story.published)
    for site in range(3):
        own = [story.town.item_url(item) for item in story.published if item.site == site]
        assert [url for url in urls if url in set(own)] == own


def test_a_repeat_has_the_same_id_and_no_id_serves_two_events(story: Story) -> None:
    """Promise 8: one message was repeated, because its answer was lost, and nothing else was."""
    bodies: dict[str, bytes] = {}
    for one in story.well.received:
        assert one.verified
        assert bodies.setdefault(one.webhook_id, one.request.body) == one.request.body
    assert len(story.well.received) - len(bodies) == 1
    flaky = [one.webhook_id for one in story.accepted["flaky"]]
    assert len(flaky) == len(set(flaky))
    urls = story.urls(story.accepted["flaky"])
    assert len(urls) == len(set(urls))


def test_a_baseline_tells_nothing_even_when_killed_half_way(story: Story) -> None:
    """Promise 9: three answers were errors, and the process was killed within the next look."""
    assert story.told_before_news == 0
    baseline = {story.town.item_url(item) for site in range(3) for item in story.town._sites[site][:8]}
    assert baseline.isdisjoint(story.urls(story.well.received))
    assert story.desk.value("SELECT count(*) FROM items WHERE is_baseline = 1") == 24


def test_a_silent_sink_delays_neither_checks_nor_other_sinks(story: Story) -> None:
    """Promise 10: all the time a third receiver took each request and said nothing."""
    assert story.silent.received
    assert story.silent.accepted == []
    assert story.seconds_until_told < 15
    assert story.looks_while_silent >= 4
    waiting = "SELECT count(*) FROM messages m JOIN channels c ON c.id = m.channel_id WHERE c.name = 'silent' AND state"
    assert story.desk.value(f"{waiting} = 'sent'") == 0
    assert story.desk.value(f"{waiting} = 'pending'") > 0


def test_a_flood_is_a_bounded_number_of_messages(story: Story) -> None:
    """Promise 11: four hundred items at once."""
    of_flood = {story.town.item_url(item) for item in story.flood}
    messages = {one.webhook_id for one in story.accepted["well"] if of_flood & set(story.urls([one]))}
    assert 1 <= len(messages) <= FLOOD // 20
    story.desk.assert_sound()


def test_the_story_is_sound(story: Story) -> None:
    """Promises 1 and 3: after two kills nothing is doubled and the database is whole."""
    story.desk.assert_sound()
    assert story.desk.rows("SELECT url FROM items GROUP BY source_id, url HAVING count(*) > 1") == []
