"""Pages rendered in a real Chromium, their requests answered here: nothing else is there for them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from scraper.browser.answering import Answered, Asked
from scraper.browser.chromium import Chromium, NoBrowserError, find_chromium, what_is_missing
from scraper.browser.processes import descendants_of, drivers, kill_all, memory_of
from scraper.browser.rendering import Rendered, render
from scraper.errors import FetchError
from scraper.types import Page
from tests.browser.spa import APP, SHELL, notices

pytestmark = pytest.mark.browser
T = TypeVar("T")
URL = "https://board.example/"
LISTING = f'{{"data": {{"notices": {notices(40)}}}}}'.replace("'", '"').encode()
PARTS = {
    "/app.js": ("text/javascript", APP.encode()),
    "/api/session": ("application/json", b"{}"),
    "/api/config.json": ("application/json", b'{"list": "/api/notices?lang=en"}'),
    "/api/notices?lang=en": ("application/json", LISTING),
    "/app.css": ("text/css", b"body { background: rgb(9, 99, 199) }"),
}


class Loop:
    """One loop and one browser for the tests of this file."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self.chromium = Chromium(idle=0.3)
        self.asked: list[Asked] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def close(self) -> None:
        self.run(self.chromium.close())
        self._runner.close()

    async def answer(self, asked: Asked) -> Answered:
        self.asked.append(asked)
        found = PARTS.get(asked.url.removeprefix(URL.rstrip("/")))
        if found is None:
            raise FetchError("http_4xx", "nothing there", url=asked.url)
        return Answered(asked.url, 200, {"content-type": found[0]}, found[1])

    def render(self, html: str, **options: Any) -> Rendered:
        self.asked.clear()
        shell = Page(URL, 200, html.encode(), "text/html; charset=utf-8")
        return self.run(render(self.chromium, shell, self.answer, **options))


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.close()


def test_what_a_script_makes_of_json_is_a_page_again(loop: Loop) -> None:
    found = loop.render(SHELL % ("", "", "app"))
    text = found.page.body.decode()
    assert text.count('<li class="card">') == 12
    assert '<a href="/notices/notice-40-of-the-board">The harbour board decides on matter number 40</a>' in text
    assert (found.page.url, found.page.content_type, found.page.validators) == (URL, "text/html; charset=utf-8", None)
    assert "<script" not in text
    assert "stylesheet" not in text
    assert [one.url.removeprefix(URL) for one in found.observed] == [
        "api/session",
        "api/config.json",
        "api/notices?lang=en",
    ]
    assert [one.url.removeprefix(URL) for one in loop.asked] == [
        "app.js",
        "api/session",
        "api/config.json",
        "api/notices?lang=en",
    ], "styles and pictures are not loaded"
    assert (loop.asked[1].method, loop.asked[1].body, loop.asked[1].headers["x-client"]) == ("POST", b"{}", "board")


def test_the_same_page_is_rendered_to_the_same_bytes(loop: Loop) -> None:
    assert loop.render(SHELL % ("", "", "app")).page.body == loop.render(SHELL % ("", "", "app")).page.body


def test_a_page_without_end_is_ended_and_the_next_one_works(loop: Loop) -> None:
    with pytest.raises(FetchError, match="ran for more than 3 seconds") as ended:
        loop.render("<!doctype html><body>now<script>for (;;) {}</script>", seconds=3)
    assert ended.value.reason == "timeout"
    assert (
        "<p>well" in loop.render("<!doctype html><body><script>document.write('<p>well')</script>").page.body.decode()
    )


def test_a_page_that_asks_for_ever_is_read_as_far_as_it_came(loop: Loop) -> None:
    html = "<!doctype html><body><p>here<script>setInterval(() => fetch('/api/session'), 60)</script>"
    assert b"<p>here" in loop.render(html, seconds=4).page.body


def test_nothing_is_asked_for_when_the_page_is_done(loop: Loop) -> None:
    under_way = set[str]()

    async def hang(asked: Asked) -> Answered:
        under_way.add(asked.url)
        try:
            await asyncio.sleep(60)
        finally:
            under_way.discard(asked.url)
        raise AssertionError

    shell = Page(URL, 200, b"<!doctype html><body><p>here<script>fetch('/a'); fetch('/b')</script>", "text/html")
    assert b"<p>here" in loop.run(render(loop.chromium, shell, hang, seconds=6)).page.body
    assert not under_way


@pytest.mark.parametrize(
    "script",
    [
        "open('/other'); open('https://else.example/')",
        "alert('stop'); confirm('stop'); prompt('stop')",
        "location.href = 'https://else.example/'",
        "const a = document.createElement('a'); a.href = '/x'; a.download = 'x'; document.body.append(a); a.click()",
        "Object.prototype.toString = () => { throw 1 }; window.onbeforeunload = () => 'stay'",
    ],
)
def test_what_a_page_tries_besides_is_in_vain(script: str, loop: Loop) -> None:
    html = f"<!doctype html><body><p>here<script>addEventListener('load', () => {{ {script} }})</script>"
    found = loop.render(html)
    assert b"<p>here" in found.page.body
    assert not [one for one in loop.asked if "else.example" in one.url]


def test_a_script_that_leaves_before_the_page_is_read_does_not_hold_it_up(loop: Loop) -> None:
    leaving = "<script>setTimeout(() => { location.href = 'https://else.example/' }, 0)</script>"
    slow = "<script>for (const until = Date.now() + 200; Date.now() < until;);</script>"
    html = f"<!doctype html><body><p>here{leaving}<script src='/app.js'></script>{slow}<p>there"
    assert b"<p>here" in loop.render(html, seconds=8).page.body


def test_a_page_that_grows_without_end_is_too_large(loop: Loop) -> None:
    html = "<!doctype html><body><script>document.body.dataset.x = 'x'.repeat(11e6)</script>"
    with pytest.raises(FetchError) as refused:
        loop.render(html)
    assert refused.value.reason == "too_large"


def test_a_page_that_sends_without_end_is_ended(loop: Loop) -> None:
    html = "<!doctype html><body><script>setInterval(() => fetch('/x', {method: 'POST', body: 'x'.repeat(4e6)}), 50)"
    with pytest.raises(FetchError, match="sends more than it may") as refused:
        loop.render(html + "</script>")
    assert refused.value.reason == "too_large"
    assert b"<p>well" in loop.render("<!doctype html><body><p>well").page.body


def test_a_picture_shows_the_page_with_its_styles(loop: Loop, tmp_path: Path) -> None:
    found = loop.render(SHELL % ("", "", "app"), picture=True)
    assert found.picture is not None
    assert found.picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(found.picture[at : at + 4], "big") for at in (16, 20))
    assert (width, height >= 1000) == (1280, True)
    assert "app.css" in {one.url.removeprefix(URL) for one in loop.asked}


def test_the_browser_is_gone_when_it_is_idle(loop: Loop) -> None:
    loop.render("<!doctype html><body>one")
    assert loop.chromium.is_running
    assert memory_of(os.getpid()) > 10_000_000

    async def wait() -> None:
        async with asyncio.timeout(20):
            while loop.chromium.is_running or memory_of(os.getpid()):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.1)

    loop.run(wait())
    assert not [
        pid for pid in descendants_of(os.getpid()) if b"playwright" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def test_a_browser_that_takes_too_much_memory_is_ended(loop: Loop) -> None:
    narrow = Chromium(memory=20_000_000)
    shell = Page(URL, 200, b"<!doctype html><body><script>setInterval(() => fetch('/api/session'), 60)</script>")
    with pytest.raises(FetchError, match="held more than 20 MB") as ended:
        loop.run(render(narrow, shell, loop.answer))
    assert (ended.value.reason, narrow.is_running) == ("too_large", False)


def test_a_browser_that_dies_is_replaced(loop: Loop) -> None:
    loop.render("<!doctype html><body>one")
    kill_all(drivers())
    assert b"two" in loop.render("<!doctype html><body>two").page.body


def test_without_a_browser_the_sentence_says_what_to_install(tmp_path: Path) -> None:
    assert find_chromium(str(tmp_path / "none")) is None
    assert "install chromium" in (what_is_missing(str(tmp_path / "none")) or "")

    async def attempt() -> None:
        shell = Page(URL, 200, b"", "text/html")
        await render(Chromium(str(tmp_path / "none")), shell, Loop.answer)  # type: ignore[arg-type]

    with pytest.raises(NoBrowserError, match="install chromium"):
        asyncio.run(attempt())
