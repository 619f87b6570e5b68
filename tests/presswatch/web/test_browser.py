"""A real browser looks at every page: nothing runs that should not, nobody is shut out (axe-core), nothing is wider
than a phone, keys work, forms work with and without script. Where no Chromium is installed this is skipped; with
PRESSWATCH_NEEDS_BROWSER=1 it is not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.presswatch.cli.conftest import ROOT
from tests.presswatch.web.test_pages import OWN, SHA

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(
    PROGRAM is None and "PRESSWATCH_NEEDS_BROWSER" not in os.environ,
    reason="no Chromium is installed (apt-get install chromium)",
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
STOCK = ("/presswatch", "/presswatch/items", "/presswatch/withdrawn", "/presswatch/items/61")
EACH = ("/?since=2026-02-10&until=2026-02-12", "/item/60", "/source/harbour", "/sources", "/changes", "/messages",
        "/queries", "/queries/headlines-changed", "/feeds", "/marked", "/add", f"/capture/{SHA}",
        "/nowhere")  # fmt: skip
"""A page of each template of ours."""
PHONE, DESK = (360, 780), (1100, 800)


@pytest.fixture(scope="module")
def served(web_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where ``presswatch serve --edit`` serves a copy of the database."""
    home = tmp_path_factory.mktemp("served")
    shutil.copytree(web_db.parent, home, dirs_exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "presswatch", "--home", str(home), "serve", "--edit", "--port", "0"],
        stderr=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "TZ": "UTC"},
    )  # fmt: skip
    assert process.stderr is not None
    line = process.stderr.readline()
    assert "http://127.0.0.1:" in line, line
    yield line.split()[1].rstrip("/")
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests of this module."""
    assert PROGRAM is not None, "CI needs a Chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=PROGRAM, args=FLAGS)
        yield opened
        opened.close()


class Faults(list[str]):
    """What the console complains of, errors of scripts, dialogs, and requests that go elsewhere."""

    def watch(self, page: Page, served: str) -> None:
        page.on("console", lambda said: self.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("dialog", lambda dialog: (self.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda sent: None if sent.url.startswith(served) else self.append(sent.url))


def _open(browser: Browser, served: str, size: tuple[int, int], **given: Any) -> tuple[Page, Faults]:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **given)
    page, faults = context.new_page(), Faults()
    faults.watch(page, served)
    return page, faults


def _width(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


def test_every_page_fits_a_phone_and_runs_nothing(browser: Browser, served: str) -> None:
    page, faults = _open(browser, served, PHONE)
    for path in [*OWN, "/add", "/nowhere", f"/capture/{SHA}.txt", *STOCK]:
        page.goto(served + path)
        assert not [fault for fault in faults if "404" not in fault], f"{path}: {faults}"
        if path not in STOCK and not path.endswith(".txt"):
            assert _width(page) <= PHONE[0], f"{path} is wider than {PHONE[0]}"
    page.context.close()


def test_on_a_phone_nothing_hides_beyond_an_edge(browser: Browser, served: str) -> None:
    """Every page is named in the navigation, and every cell of a table can be seen, without a sideways scroll."""
    page, _ = _open(browser, served, PHONE)
    for path in ("/source/harbour", "/item/60", "/queries/headlines-changed"):
        page.goto(served + path)
        for part in page.locator(".top a, .scroll td:not(:empty)").all():
            box = part.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE[0], part.inner_text()
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(browser: Browser, served: str, scheme: Any) -> None:
    """All of axe-core's rules by day on a phone; by night, on a desk, those about colours."""
    page, _ = _open(browser, served, PHONE if scheme == "light" else DESK, color_scheme=scheme)
    rules = None if scheme == "light" else {"runOnly": ["color-contrast", "link-in-text-block"]}
    for path in EACH if scheme == "light" else EACH[:3]:
        page.goto(served + path)
        found = Axe().run(page, options=rules).response["violations"]
        told = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]
        assert not told, f"{path}: {told}"
    page.context.close()


def test_keys_move_open_and_mark(browser: Browser, served: str) -> None:
    page, faults = _open(browser, served, DESK)
    page.goto(served + "/")
    first = page.locator(".items > li h2").first
    for key in ("j", "j", "k"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.innerText") == first.inner_text()
    star = page.locator(".items > li:not(.day)").first.locator("button[name=star]")
    with page.expect_response(lambda answer: answer.url.endswith("/mark")):
        page.keyboard.press("s")
    page.wait_for_function("document.querySelector('button[name=star]').getAttribute('aria-pressed') === 'true'")
    page.goto(served + "/marked")
    assert page.locator(".items > li").count() == 1
    page.goto(served + "/")
    assert star.get_attribute("aria-pressed") == "true"
    page.keyboard.press("/")
    page.keyboard.type("jk")
    assert page.locator("input[name=q]").input_value() == "jk"
    assert not faults
    page.context.close()


def test_everything_works_without_script(browser: Browser, served: str) -> None:
    page, faults = _open(browser, served, PHONE, java_script_enabled=False)
    page.goto(served + "/?q=basin")
    page.locator("button[name=read]").nth(1).click()
    assert page.url == served + "/?q=basin", "back where the form stood"
    assert page.locator("button[name=read]").nth(1).get_attribute("aria-pressed") == "true"
    page.locator(".items h2 a").nth(1).click()
    page.locator("textarea[name=note]").fill("Ask them\nwhy.")
    page.get_by_role("button", name="Keep the note").click()
    assert page.locator("textarea[name=note]").input_value() == "Ask them\nwhy."
    assert not faults
    page.context.close()


def test_a_page_elsewhere_can_neither_write_nor_frame_ours(browser: Browser, served: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    form = (
        f"<form method=post action='{served}/item/key5/mark'><input name=star value=1><input name=token value=x></form>"
        f"<iframe src='{served}/'></iframe>"
    )
    page.route("http://elsewhere.example/", lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto("http://elsewhere.example/")
    assert "presswatch" not in page.frames[-1].content()
    with page.expect_navigation() as gone:
        page.evaluate("document.forms[0].submit()")
    assert gone.value is not None
    assert gone.value.status == 403
    context.close()
