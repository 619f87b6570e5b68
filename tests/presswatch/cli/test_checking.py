"""What ``presswatch check`` says of what it saw, and of what it did not look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from presswatch.fixture_site import FixtureSite
from tests.presswatch.cli.conftest import Ended

Start = Callable[..., Ended]

CONFIG = """
[presswatch]
language = "en"
site_spacing = "0s"
[channels.console]
type = "console"
{more}
[[sources]]
id = "waters"
url = "{url}"
"""


def _configure(home: Path, url: str, more: str = "") -> None:
    home.mkdir(exist_ok=True)
    (home / "presswatch.toml").write_text(CONFIG.format(url=url, more=more), encoding="utf-8")


def test_a_change_that_nobody_is_told_is_shown_as_an_alert_is_and_marked(start: Start, tmp_path: Path) -> None:
    """Without rules edits are recorded only. A redesign that was understood is one notice."""
    with FixtureSite() as site:
        _configure(tmp_path / "home", site.url())
        assert start("check").code == 0
        site.moment = "m1"
        told = start("check").out
        assert told.count("New: ") == 2
        assert told.count(" · October 14, 2025 · ") == 2
        assert "told to nobody" not in told
        site.moment = "m2"
        edited = start("check").out
        assert edited.count("Edited: ") == 1
        assert " · October 10, 2025 · " in edited
        assert edited.count("told to nobody: no rule asks for it") == 1
        site.moment = "m4-redesign"
        redesigned = start("check").out
        assert redesigned.count("Redesigned: ") == 1
        assert "told to nobody" not in redesigned
        assert [row["state"] for row in start("messages", "--json").json] == ["sent"] * 3


def test_a_page_that_is_the_same_shows_how_many_items_it_lists(start: Start, tmp_path: Path) -> None:
    with FixtureSite() as site:
        _configure(tmp_path / "home", site.url())
        assert start("check", "--json").json[0]["items"] == 12
        [again] = start("check", "--json").json
        assert again["outcome"] in ("unchanged", "not_modified")
        assert again["items"] == 12
        assert " 12 " in start("check").out


def test_where_all_is_paused_a_check_says_so(start: Start, tmp_path: Path) -> None:
    _configure(tmp_path / "home", "https://a.example/news")
    assert start("pause", "waters").code == 0
    done = start("check")
    assert done.code == 0
    assert done.err == "presswatch: the only source is paused; presswatch resume waters\n"
    assert done.out == ""
