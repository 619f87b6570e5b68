"""Pages that somebody looked at by hand with Scrapy: they are in the database, not in the configuration."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from scraper.clock import utc_now
from scraper.store.db import open_store
from scraper.store.sources import adopt
from tests.presswatch.cli.conftest import Ended

Call = Callable[..., Ended]


def _adopt(home: Path) -> int:
    with closing(open_store(home / "presswatch.db")) as store, store.transaction() as conn:
        url, now = "https://saved.example/", utc_now()
        return adopt(conn, url, origin="file", slug="saved", name="saved.html", key="file-1", now=now)


def test_they_are_listed_on_request_and_can_be_taken_away(call: Call, home: Path) -> None:
    _adopt(home)
    assert [row["slug"] for row in call("list", "--json").json] == ["waters", "ports"]
    listed = {row["slug"]: row["origin"] for row in call("list", "--all", "--json").json}
    assert listed == {"waters": "config", "ports": "config", "saved": "file"}
    assert "by hand" in call("list", "--all").out
    configured = (home / "presswatch.toml").read_text("utf-8")
    done = call("remove", "saved")
    assert done.code == 0
    assert "saved, which was looked at by hand, is no longer listed" in done.err
    assert len(call("list", "--all", "--json").json) == 2
    assert (home / "presswatch.toml").read_text("utf-8") == configured
    assert call("remove", "saved").code == 2


def test_one_that_was_taken_away_comes_back_as_itself_when_it_is_looked_at_again(call: Call, home: Path) -> None:
    first = _adopt(home)
    call("remove", "saved")
    assert _adopt(home) == first
    assert [row["slug"] for row in call("list", "--all", "--json").json] == ["waters", "ports", "saved"]
