"""Sources whose pages are empty shells, looked at by the real program with a real Chromium: three looks at all of them
together, with news between the second and the third."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from presswatch.fixture_site import Request
from tests.browser.spa import Board, Neighbour
from tests.e2e.desk import Desk

pytestmark = pytest.mark.browser
MODES = {
    "always": ("api", True),
    "data": ("api", "auto"),
    "walled": ("api", "auto"),
    "state": ("state", "auto"),
    "feed": ("feed", "auto"),
    "back": ("api", "auto"),
    "plain": ("plain", "auto"),
    "empty": ("empty", "auto"),
    "never": ("api", False),
    "trap": ("trap", True),
}


@dataclass
class Looked:
    desk: Desk
    boards: dict[str, Board]
    away: Neighbour
    asked: dict[str, list[list[Request]]] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)

    def look(self) -> None:
        """At all of them, due or not."""
        done = self.desk.crawl("scope=all", timeout=120)
        assert done.returncode in (0, 3), done.stderr[-4000:]
        self.logs.append(done.stderr)
        for slug, board in self.boards.items():
            self.asked.setdefault(slug, []).append(board.requests())
            board.clear_log()

    def checks(self, slug: str) -> list[dict[str, Any]]:
        sql = "SELECT c.* FROM checks c JOIN sources s ON s.id = c.source_id WHERE s.slug = ? ORDER BY c.id"
        return [dict(row) for row in self.desk.rows(sql, slug)]

    def paths(self, slug: str, look: int) -> list[str]:
        return [one.target for one in self.asked[slug][look] if one.path != "/robots.txt"]

    def way(self, slug: str) -> str | None:
        sql = "SELECT w.way FROM ways w JOIN sources s ON s.id = w.source_id WHERE s.slug = ?"
        found: str | None = self.desk.value(sql, slug)
        return found


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory, browser: None) -> Iterator[Looked]:
    home = tmp_path_factory.mktemp("scripted") / "home"
    with contextlib.ExitStack() as stack:
        away = stack.enter_context(Neighbour(("127.0.63.99",)))
        boards = {slug: stack.enter_context(Board((f"127.0.63.{n}",))) for n, slug in enumerate(MODES, 1)}
        desk = Desk(home, opened=",".join(board.addresses[0] for board in boards.values()))
        for slug, board in boards.items():
            board.mode, board.away = MODES[slug][0], away.origin()
        boards["walled"].api_is_open = False
        desk.configure(
            {slug: {"url": f"{board.origin()}/", "browser": MODES[slug][1]} for slug, board in boards.items()},
            every="10m",
        )
        found = Looked(desk, boards, away)
        for n in range(3):
            if n == 2:
                boards["back"].mode = "plain"
                boards["back"].api_is_open = False
                boards["data"].api_is_open = False
                for board in boards.values():
                    board.last += 2
            found.look()
        yield found


@pytest.mark.parametrize("slug", ["always", "data", "walled", "state", "feed", "back", "plain"])
def test_the_items_of_a_scripted_page_are_right(slug: str, looked: Looked) -> None:
    sql = (
        "SELECT i.title, i.url FROM items i JOIN sources s ON s.id = i.source_id "
        "JOIN appearances a ON a.item_id = i.id WHERE s.slug = ? AND a.listed = 1 ORDER BY a.rank DESC"
    )
    origin = looked.boards[slug].origin()
    assert [tuple(row) for row in looked.desk.rows(sql, slug)] == [
        (f"The harbour board decides on matter number {n}", f"{origin}/notices/notice-{n}-of-the-board")
        for n in range(42, 30, -1)
    ], looked.logs[-1][-3000:]


@pytest.mark.parametrize("slug", ["always", "data", "walled", "state", "feed", "back", "plain"])
def test_exactly_the_new_items_are_news(slug: str, looked: Looked) -> None:
    first, *_, last = looked.checks(slug)
    assert (first["outcome"], first["reason"], first["new_items"]) == ("changed", "baseline", 12)
    assert (last["outcome"], last["new_items"], last["changes"]) == ("changed", 2, 2)


def test_a_rendered_listing_that_did_not_change_is_not_read_again(looked: Looked) -> None:
    second = looked.checks("always")[1]
    assert (second["outcome"], second["items"]) == ("unchanged", None)


def test_the_cheapest_way_that_says_the_same_is_found_and_kept(looked: Looked) -> None:
    assert {slug: looked.way(slug) for slug in MODES} == {
        "always": None,
        "data": "browser",  # its address asks for the page's cookie in the end
        "walled": "browser",
        "state": "json",
        "feed": "feed",
        "back": "plain",
        "plain": None,
        "empty": "plain",
        "never": None,
        "trap": None,
    }
    assert looked.paths("data", 1) == ["/api/notices?lang=en"]
    assert looked.paths("state", 1) == ["/"]
    assert looked.paths("feed", 1) == ["/feed.xml"]
    assert looked.paths("empty", 1) == ["/"], "what no browser could read is not tried at each look"
    assert "/app.js" in looked.paths("walled", 1)
    assert looked.paths("back", 2)[-1] == "/"


def test_without_a_browser_a_shell_is_suspect_and_asks_for_nothing(looked: Looked) -> None:
    assert {row["outcome"] for row in looked.checks("never")} == {"suspect"}
    assert looked.paths("never", 0) == ["/"]


def test_a_page_reaches_nothing_that_is_not_opened(looked: Looked) -> None:
    assert looked.away.exchanges == []
    asked = {path for look in range(3) for path in looked.paths("trap", look)}
    assert asked <= {"/", "/trap.js", "/redirect-away"}, "robots.txt forbids what is hidden"
    assert "/redirect-away" in asked
    assert "address is not a global one" in looked.logs[0]


def test_requests_of_a_page_say_who_we_are(looked: Looked) -> None:
    agents = {one.headers["user-agent"] for one in looked.asked["always"][0]}
    assert len(agents) == 1
    assert agents.pop().startswith("presswatch/")
