"""Pictures: web pages and mail in Chromium, commands as a terminal shows them."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import uvicorn
from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.text import Text

from bench.gallery.home import NOW
from presswatch.cli.root import run
from presswatch.web.adding import Adder
from presswatch.web.desk import Desk
from presswatch.web.guard import Access
from presswatch.web.site import Site, make_site
from scraper.store.db import open_store

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


@contextlib.contextmanager
def serving(home: Path, zone: Any) -> Iterator[str]:
    """The pages of ``home`` as they are at the gallery's time, with editing; their address."""
    store = open_store(home / "presswatch.db")
    environ = {**os.environ, "PRESSWATCH_ALLOW_PRIVATE": "127.0.0.0/8"}
    site = Site(home / "captures", Access(editing=True), zone, NOW, desk=Desk(store, Adder(str(home), environ)))
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(make_site(home / "presswatch.db", site).app(), log_level="warning", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    store.close()


@contextlib.contextmanager
def browsing() -> Iterator[Browser]:
    """A browser. Raises :class:`SystemExit` where there is none."""
    if PROGRAM is None:
        raise SystemExit("the gallery needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=_FLAGS)
        yield browser
        browser.close()


def terminal(home: Path, words: Sequence[str], target: Path, *, width: int = 110) -> None:
    """What a command prints, as an SVG file."""
    said = io.StringIO()
    environ = {"PRESSWATCH_HOME": str(home), "FORCE_COLOR": "1", "COLUMNS": str(width), "TERM": "xterm-256color"}
    with (
        mock.patch.dict(os.environ, environ),
        mock.patch("scraper.clock.utc_now", return_value=NOW),
        contextlib.redirect_stdout(said),
    ):
        run(list(words))
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True)
    console.print(Text("$ presswatch " + " ".join(words), style="bold"))
    # Where it was made says nothing.
    console.print(Text.from_ansi(said.getvalue().rstrip().replace(str(home), "~/presswatch")))
    svg = console.export_svg(title="presswatch")
    # Its own fonts would be fetched from elsewhere by whoever looks at the picture.
    target.write_text(_FONTS.sub("", svg), encoding="utf-8")
