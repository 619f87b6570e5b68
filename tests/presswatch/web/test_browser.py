"""A real browser looks at every page: nothing runs that should not, nothing is wider than a phone, keys work. Where no
Chromium is installed this is skipped."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.presswatch.cli.conftest import ROOT
from tests.presswatch.web.browser import Tab, browse, find_chromium
from tests.presswatch.web.test_pages import OWN, SHA

PROGRAM = find_chromium()
pytestmark = pytest.mark.skipif(
    PROGRAM is None and "PRESSWATCH_NEEDS_BROWSER" not in os.environ,
    reason="no Chromium is installed (apt-get install chromium)",
)
STOCK = ("/presswatch", "/presswatch/items", "/presswatch/withdrawn", "/presswatch/items/61")


@pytest.fixture(scope="module")
def served(web_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where ``presswatch serve`` serves a copy of the database."""
    home = tmp_path_factory.mktemp("served")
    shutil.copytree(web_db.parent, home, dirs_exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "presswatch", "--home", str(home), "serve", "--port", "0"],
        stderr=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "TZ": "UTC"},
    )  # fmt: skip
    assert process.stderr is not None
    line = process.stderr.readline()
    assert "http://127.0.0.1:" in line, line
    yield line.split()[1].rstrip("/")
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_every_page_in_a_browser(served: str, tmp_path: Path) -> None:
    asyncio.run(_look(served, tmp_path))


async def _look(served: str, tmp_path: Path) -> None:
    assert PROGRAM is not None, "CI needs a Chromium"
    shots = os.environ.get("PRESSWATCH_SCREENSHOTS")
    async with browse(PROGRAM, tmp_path / "profile") as tab:
        for path in [*OWN, f"/capture/{SHA}.txt", *STOCK]:
            own = path not in STOCK and not path.endswith(".txt")
            for width, dark in ((390, False), (1100, True)):
                await tab.open(served + path, width, dark=dark)
                if shots and own:
                    name = "".join(char if char.isalnum() else "-" for char in path)[:40]
                    await tab.screenshot(Path(shots) / f"{width}{name}.png")
                if own:
                    wide = await tab.evaluate("document.documentElement.scrollWidth")
                    assert wide <= width, f"{path} is {wide} wide on a screen of {width}"
                    assert await tab.evaluate("document.documentElement.lang") == "en"
            assert not tab.faults, f"{path}: {tab.faults}"
        await _use_keys(tab, served)
        assert not tab.faults


async def _use_keys(tab: Tab, served: str) -> None:
    await tab.open(served + "/", 1100)
    for key in ("j", "j", "k"):
        await tab.press(key)
    first = await tab.evaluate("document.querySelector('.items > li h2').innerText")
    assert await tab.evaluate("document.activeElement.innerText") == first
    await tab.press("/")
    assert await tab.evaluate("document.activeElement.name") == "q"
    await tab.press("j")
    assert await tab.evaluate("document.activeElement.value") == "j"
