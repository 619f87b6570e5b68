"""Sources whose pages are empty shells, looked at by the real program with a real Chromium: three looks at all of them
together, with news between the second and the third."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from presswatch.fixture_site import Request
from scraper.store.captures import read_capture
from tests.browser.spa import Board, Neighbour
from tests.e2e.desk import Desk
from tests.support.starting import ROOT

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
    "shown": ("api", True),
    "pictured": ("plain", False),
}
MORE = {"shown": {"screenshot": True}, "pictured": {"screenshot": True, "follow": True}}


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

    def command(self, *words: str, status: int = 0) -> str:
        """What ``presswatch`` says."""
        done = subprocess.run(
            [sys.executable, "-m", "presswatch", *words],
            cwd=ROOT,
            env=self.desk.environment(),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == status, done.stderr
        return done.stdout + done.stderr

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
            {
                slug: {"url": f"{board.origin()}/", "browser": MODES[slug][1], **MORE.get(slug, {})}
                for slug, board in boards.items()
            },
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
        "shown": None,
        "pictured": None,
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


@pytest.mark.parametrize("slug", ["shown", "pictured"])
def test_a_picture_is_kept_of_what_changed_and_of_nothing_else(slug: str, looked: Looked) -> None:
    first, second, third = looked.checks(slug)
    assert first["screenshot_sha256"]
    assert (second["outcome"], second["screenshot_sha256"]) == ("unchanged", None)
    assert third["screenshot_sha256"] not in (None, first["screenshot_sha256"])
    rows = looked.desk.rows("SELECT * FROM captures WHERE sha256 = ?", third["screenshot_sha256"])
    assert [(row["retention"], row["content_type"]) for row in rows] == [("screenshot", "image/png")]
    assert read_capture(looked.desk.home / "captures", third["screenshot_sha256"]).startswith(b"\x89PNG")
    styles = [path for path in looked.paths(slug, 2) if path.endswith(".css")]
    assert styles == (["/app.css"] if slug == "shown" else [])


def test_pictures_are_shown_and_are_part_of_the_evidence(looked: Looked, tmp_path: Path) -> None:
    sql = (
        "SELECT i.id FROM items i JOIN sources s ON s.id = i.source_id JOIN articles a ON a.item_id = i.id "
        "JOIN article_revisions r ON r.article_id = a.id "
        "WHERE s.slug = 'pictured' AND r.screenshot_sha256 IS NOT NULL LIMIT 1"
    )
    item = looked.desk.value(sql)
    assert item is not None, looked.logs[-1][-3000:]
    picture = tmp_path / "seen.png"
    told = looked.command("show", str(item), "--picture", str(picture), "--json")
    assert len(json.loads(told)["pictures"]) == 2
    assert picture.read_bytes().startswith(b"\x89PNG")
    warc = tmp_path / "evidence.warc.gz"
    looked.command("export", "evidence", str(item), "--output", str(warc))
    with warc.open("rb") as file:
        kinds = [one.content_type for one in ArchiveIterator(file) if one.rec_type == "resource"]
    assert kinds.count("image/png") == 2


def test_without_a_picture_show_says_how_to_get_one(looked: Looked, tmp_path: Path) -> None:
    item = looked.desk.value("SELECT i.id FROM items i JOIN sources s ON s.id = i.source_id WHERE s.slug = 'plain'")
    assert "screenshot = true" in looked.command("show", str(item), "--picture", str(tmp_path / "x.png"), status=1)


def test_a_shell_is_added_with_its_scripts_run_and_says_so_without(looked: Looked) -> None:
    with Board(("127.0.63.77",)) as board:
        url = f"{board.origin()}/"
        looked.desk.opened += ",127.0.63.77"
        assert "--browser has them run" in looked.command("add", url, "--dry-run", status=1)
        told = looked.command("add", url, "--browser", "--slug", "late")
    assert "The harbour board decides on matter number 40" in told
    assert 'browser = "auto"' in looked.desk.config_path.read_text("utf-8")
    assert looked.desk.value("SELECT count(*) FROM items i JOIN sources s ON s.id = i.source_id WHERE slug = 'late'")
