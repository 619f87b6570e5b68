"""``presswatch schedule``, on a database that has seen the fixture site."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from presswatch.cli.schedule import FIELDS, bars
from presswatch.cli.screen import until
from tests.presswatch.cli.conftest import Ended

Call = Callable[..., Ended]
pytestmark = pytest.mark.usefixtures("home")


def test_every_source_is_listed_with_its_next_look_and_why(call: Call) -> None:
    waters, ports = call("schedule", "--json").json
    assert tuple(waters) == FIELDS
    assert (waters["source"], ports["source"], ports["reason"]) == ("waters", "ports", "paused")
    assert "items expected by then" in waters["reason"]
    assert waters["next_check_at"] > waters["learnt_at"]
    assert ports["next_check_at"] is None
    assert len(waters["hours_of_day"]) == 24
    assert sum(waters["weekdays"]) / 7 == pytest.approx(1, abs=0.01)


def test_a_named_source_shows_its_rhythm(call: Call) -> None:
    shown = call("schedule", "waters").out
    assert "items a day lately" in shown
    assert "\n  Sa █" in shown
    assert "Sa" not in call("schedule").out
    assert "nothing learnt yet" in call("schedule", "@port").out


def test_the_budget_of_a_site_is_shown(call: Call, home: Path) -> None:
    with (home / "presswatch.toml").open("a", encoding="utf-8") as file:
        file.write('[sites."127.0.0.1:80"]\nbudget = "5/h"\n')
    assert "127.0.0.1:80: at most 120 looks a day" in call("schedule").out
    assert [row["site_budget"] for row in call("schedule", "--json").json] == [120, None]


def test_an_unknown_source_is_refused(call: Call) -> None:
    assert call("schedule", "nobody").code == 2


@pytest.mark.parametrize(("seconds", "words"), [(-3600, "due"), (0, "due"), (0.2, "due"), (7200, "in 2 h")])
def test_what_is_due_is_called_so_in_every_view(seconds: float, words: str) -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert until(now + timedelta(seconds=seconds), now) == words


def test_bars_are_as_high_as_their_share_of_the_highest() -> None:
    assert bars([0, 1, 2]) == " ▄█"
