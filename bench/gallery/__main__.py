"""Make ``docs/gallery.md`` and its pictures anew: ``python -m bench.gallery``. Needs Chromium."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page

from bench.gallery.home import make_home
from bench.gallery.messages import Told, tell
from bench.gallery.shots import browsing, serving, terminal
from presswatch.fixture_site import FixtureSite

DOCS = Path(__file__).resolve().parents[2] / "docs"
DESK, PHONE = (1100, 780), (390, 780)
_PAGES = (
    ("front", "/", "The latest items", DESK, "light"),
    ("front-phone", "/", "The same on a phone, by night", PHONE, "dark"),
    ("item", "item", "One item: which words of its headline were edited, what the page said", (1100, 880), "light"),
    ("item-phone", "item", "The same on a phone", PHONE, "light"),
    ("changes", "/changes", "Everything that happened", DESK, "dark"),
    ("source", "/source/waters", "One source: health, items a day, rhythm", DESK, "light"),
    ("sources", "/sources", "All sources and how they are", DESK, "light"),
    ("messages", "/messages", "What was told, what waits", DESK, "light"),
    ("queries", "/queries", "Saved queries", PHONE, "light"),
)  # fmt: skip
_TERMINAL = (
    ("status", ["status"], "How everything is, on one screen"),
    ("items", ["items", "--limit", "8"], "The latest items"),
    ("changes-cli", ["changes", "--limit", "8"], "What happened"),
    ("diff", ["diff", "ITEM"], "An edit, word by word"),
    ("schedule", ["schedule"], "When each page is looked at next, and why"),
)


def main() -> None:
    """Write the page and its pictures."""
    folder = DOCS / "gallery"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "home"
        make_home(home)
        with closing(sqlite3.connect(home / "presswatch.db")) as conn:
            conn.row_factory = sqlite3.Row
            told = tell(conn)
            (edited,) = conn.execute("SELECT item_id FROM changes WHERE kind = 'revised' LIMIT 1").fetchone()
        for name, words, _ in _TERMINAL:
            terminal(home, [str(edited) if word == "ITEM" else word for word in words], folder / f"{name}.svg")
        with browsing() as browser:
            _mail(browser, told, folder)
            with serving(home, ZoneInfo("Europe/Berlin")) as address:
                _web(browser, address, f"/item/{edited}", folder)
                _add(browser, address, folder)
    (DOCS / "gallery.md").write_text(_page(told), encoding="utf-8")


def _open(browser: Browser, size: tuple[int, int], scheme: str = "light") -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if scheme == "dark" else "light"
    )
    return context.new_page()


def _web(browser: Browser, address: str, item: str, folder: Path) -> None:
    for name, path, _, size, scheme in _PAGES:
        page = _open(browser, size, scheme)
        page.goto(address + (item if path == "item" else path))
        page.screenshot(path=folder / f"{name}.png")
        page.context.close()


def _add(browser: Browser, address: str, folder: Path) -> None:
    with FixtureSite() as site:
        page = _open(browser, (1100, 1000))
        page.goto(f"{address}/add")
        page.locator("input[name=url]").fill(site.url())
        page.get_by_role("button", name="Look at it").click(timeout=90_000)
        page.get_by_text("Watch this page").wait_for(timeout=90_000)
        page.screenshot(path=folder / "add.png")
        page.context.close()


def _mail(browser: Browser, told: Told, folder: Path) -> None:
    for name, size in (("mail", (760, 900)), ("mail-phone", PHONE)):
        page = _open(browser, size)
        page.set_content(told.mail)
        page.screenshot(path=folder / f"{name}.png")
        page.context.close()


def _page(told: Told) -> str:
    lines = [
        "# Gallery", "",
        "Made by `python -m bench.gallery` from the bundled news site, watched through nine moments of its life.", "",
        "## In a browser", "", "`presswatch serve`, described in [web.md](web.md).", "",
    ]  # fmt: skip
    for name, _, text, _, _ in _PAGES:
        lines += [_picture(name, "png", text), ""]
    lines += [
        _picture("add", "png", "A page that is about to be watched, as it was understood (with `--edit`)"), "",
        "## In a terminal", "",
    ]  # fmt: skip
    for name, _, text in _TERMINAL:
        lines += [_picture(name, "svg", text), ""]
    lines += [
        "## Messages", "", "Of what happened on the site; how and when is described in [alerts.md](alerts.md).", "",
        _picture("mail", "png", "A digest as mail: grouped by source, edits with the words that changed"), "",
        _picture("mail-phone", "png", "The same on a phone"), "", "Its headers:", "", "```text", told.mail_headers,
        "```", "",
    ]  # fmt: skip
    for heading, text in told.blocks.items():
        lines += [f"### {heading}", "", "````text", text.rstrip(), "````", ""]
    return "\n".join([*lines, "### A webhook", "", "```json", told.payload, "```", ""])


def _picture(name: str, ending: str, text: str) -> str:
    return f"{text}:\n\n![{text}](gallery/{name}.{ending})"


main()
