"""A source that publishes nothing any more: one notice when it is conspicuous, one when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.watch import Watch, many


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with Watch(tmp_path / "presswatch.db") as opened:
        yield opened


def publish_daily(watch: Watch, days: int) -> int:
    """So many days with one item each, looked at every other hour; the number of the last item."""
    watch.look(many(1, 10))
    for number in range(11, 11 + days):
        seen = watch.look(many(number - 9, number))
        assert seen.notices == []
        rest(watch, 1)
    return 10 + days


def rest(watch: Watch, days: float) -> list[str]:
    """So many days in which nothing is new; the notices."""
    notices = []
    for _ in range(round(days * 12)):
        watch.now += timedelta(hours=1)
        notices += watch.not_modified().notices
    return notices


def test_silence_is_noticed_once_and_its_end_once(watch: Watch) -> None:
    last = publish_daily(watch, 20)
    assert rest(watch, 0.1) == []
    assert rest(watch, 10) == ["episode_opened silent"]
    row = watch.row("SELECT class, reason, closed_at FROM episodes")
    assert (row["class"], row["closed_at"]) == ("silent", None)
    assert "nothing new for" in row["reason"]
    assert watch.look(many(last - 8, last + 1)).notices == ["episode_closed silent"]
    assert rest(watch, 1) == []
    assert watch.count("episodes") == 1


def test_failure_during_silence_is_an_episode_of_its_own_and_silence_stays(watch: Watch) -> None:
    publish_daily(watch, 20)
    rest(watch, 4)
    notices = [notice for _ in range(4) for notice in watch.fail().notices]
    assert notices == ["episode_opened failing"]
    assert watch.not_modified().notices == ["episode_closed failing"]
    assert [row["class"] for row in watch.rows("SELECT class FROM episodes WHERE closed_at IS NULL")] == ["silent"]


def test_silence_and_failure_that_end_in_one_look_are_two_notices(watch: Watch) -> None:
    last = publish_daily(watch, 20)
    rest(watch, 4)
    for _ in range(4):
        watch.fail()
    seen = watch.look(many(last - 8, last + 1))
    assert sorted(seen.notices) == ["episode_closed failing", "episode_closed silent"]
    assert len(seen.added) == 1


def test_we_could_not_look_is_not_silence(watch: Watch) -> None:
    publish_daily(watch, 20)
    notices = []
    for _ in range(40):
        watch.now += timedelta(hours=3)
        notices += watch.fail().notices
    assert notices == ["episode_opened failing"]
    assert watch.not_modified().notices == ["episode_closed failing"]
    assert rest(watch, 0.1) == []
    assert rest(watch, 6) == ["episode_opened silent"]


def test_young_source_is_never_silent(watch: Watch) -> None:
    watch.look(many(1, 10))
    watch.look(many(2, 11))
    assert rest(watch, 60) == []
