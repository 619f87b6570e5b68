"""The service with a page in its browser that never ends."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from scraper.browser.processes import descendants_of, memory_of
from tests.browser.spa import Board
from tests.e2e.desk import Desk, wait_until

pytestmark = pytest.mark.browser


def test_sigterm_ends_a_page_without_end_and_leaves_no_browser_behind(tmp_path: Path, browser: None) -> None:
    desk = Desk(tmp_path / "home")
    with Board(("127.0.66.1",)) as board:
        board.mode = "busy"
        desk.configure({"busy": {"url": f"{board.origin()}/", "browser": True}}, every="1h")
        daemon = desk.start_daemon().wait_ready()
        try:
            wait_until(lambda: board.requests("/busy.js"), 40)
            wait_until(lambda: memory_of(daemon.process.pid), 10)
            started = [pid for pid in descendants_of(daemon.process.pid) if Path(f"/proc/{pid}").exists()]
            began = time.monotonic()
            assert daemon.stop() == 0, daemon.log()
            assert time.monotonic() - began < 10
        finally:
            desk.close()
    assert "Traceback" not in daemon.log()
    wait_until(lambda: not any(_is_browser(pid) for pid in started), 10)


def _is_browser(pid: int) -> bool:
    try:
        name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8")
        return "chrom" in name and "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
