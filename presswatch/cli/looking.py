"""Starting the spider from a command: one crawl, its talk on standard error, its errors raised."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Literal

from presswatch.cli.app import App
from presswatch.cli.talk import TalkHandler

if TYPE_CHECKING:
    from scraper.asking import BrowserUse
    from scraper.check import Preview
    from scraper.spiders.news import NewsSpider, Progress

_SHOWN_OTHERWISE = ("scraper.spiders.news",)


def crawl(
    app: App,
    *,
    console: Literal["stdout", "stderr"] = "stdout",
    progress: Progress | None = None,
    **arguments: Any,
) -> NewsSpider:
    """Run the spider once. Raises :class:`scraper.errors.PresswatchError`, and ``KeyboardInterrupt`` if it was
    interrupted."""
    from presswatch.runner import run_spider

    handler = TalkHandler(without=_SHOWN_OTHERWISE)
    spider = run_spider(app.home_option, console=console, log_to=handler, progress=progress, **arguments)
    if spider.tally.interrupted:
        raise KeyboardInterrupt
    if spider.tally.error is not None:
        raise spider.tally.error
    return spider


def preview_pages(
    app: App, urls: Sequence[str], *, source_key: str | None = None, browser: BrowserUse = "never"
) -> list[Preview]:
    """Look at pages as a check does, storing nothing of them. A look that failed is a result. ``source_key`` is the id
    of the source whose headers, language and cookies are sent; they go to the origin of each page. ``browser`` is for
    pages that are no source's."""
    with waiting(f"looking at {urls[0]}" if len(urls) == 1 else f"looking at {len(urls)} pages"):
        return crawl(app, mode="preview", urls=list(urls), preview_as=source_key, preview_browser=browser).previews


def waiting(text: str) -> AbstractContextManager[object]:
    """Something that moves on a terminal's standard error while the block runs."""
    from presswatch.cli.screen import make_console, plain

    console = make_console(error=True)
    # Not where colours are wished for in a pipe: nothing can be overwritten there.
    return console.status(plain(text)) if console.file.isatty() else nullcontext()
