"""``presswatch explain``: what is seen on a page, and why. Nothing is stored of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from presswatch.cli.app import App
from presswatch.cli.output import form_options, to_json
from presswatch.cli.talk import say
from scraper.errors import ConfigError, NotFoundError, PresswatchError
from scraper.urls import origin_of

if TYPE_CHECKING:
    from rich.console import Console

    from presswatch.config import SourceConfig
    from scraper.extract.explain import Candidate, ExplainedItem, Explanation
    from scraper.types import Page

_MOST_ITEMS = 5
"""Items whose fields are told one by one; the others are like them."""


@click.command(name="explain")
@click.argument("target", metavar="URL|FILE")
@click.option("--url", help="Where a saved page comes from: its links are relative to it.")
@click.option("--html", "out", metavar="OUT", type=click.Path(dir_okay=False), help="Write a page that shows it.")
@click.option("--all", "every", is_flag=True, help="Tell the fields of every item, not of the first five.")
@form_options(table=False)
@click.pass_obj
def explain_command(app: App, target: str, url: str | None, out: str | None, every: bool, form: str | None) -> int:
    """Show what is seen on a page, and why.

    Which lists were considered and why one was taken or none; for each item where its fields were read. With --html
    the page is drawn anew with its items and their fields marked; it runs and loads nothing.

    \b
    presswatch explain https://ministry.example/news --html seen.html
    presswatch explain page.html --url https://ministry.example/news
    """
    from presswatch.cli.explain_work import explain_within_bounds
    from presswatch.wiring import require_own_hook
    from scraper.clock import utc_now

    source = _source_of(app, target)
    page = read_target(app, target, url, source=source)
    recipe = source.recipe if source else None
    if source is not None:
        require_own_hook(app.config, source)
    found, html = explain_within_bounds(page, now=utc_now(), recipe=recipe, drawn=out is not None)
    if out is not None and html is not None:
        _write(Path(out), html)
    if form == "json":
        click.echo(to_json(as_record(found, page.url), indent=2))
    else:
        from presswatch.cli.screen import make_console

        print_explanation(make_console(), found, most=None if every else _MOST_ITEMS)
    return 0


def read_target(app: App, target: str, url: str | None, *, source: SourceConfig | None = None) -> Page:
    """The page at an address, fetched as a check does, or a saved one. What is configured for requests of ``source``
    (headers, language, cookies) holds where the address is of the source's own origin. Raises
    :class:`scraper.errors.PresswatchError`."""
    if target.lower().startswith(("http://", "https://")):
        from presswatch.cli.looking import preview_pages

        own = source is not None and origin_of(source.url) == origin_of(target)
        [preview] = preview_pages(app, [target], source_key=source.id if source is not None and own else None)
        if preview.page is None:
            raise preview.error or PresswatchError(f"{target} could not be looked at")
        return preview.page
    from scraper.saved import find_saved_pages

    found = find_saved_pages(Path(target), url=url, series=False)
    if not Path(target).is_file():
        raise NotFoundError("file", target, hint="name one page, not a folder")
    try:
        return found[0].read()
    except OSError as error:
        raise PresswatchError(f"{target} cannot be read: {error.strerror or error}") from error


def _source_of(app: App, target: str) -> SourceConfig | None:
    """The source that has this address: its recipe and its requests are what a check would use."""
    try:
        return next((source for source in app.config.sources if source.url == target), None)
    except ConfigError:
        return None


def _write(path: Path, html: str) -> None:
    try:
        path.write_text(html, encoding="utf-8", errors="replace")
    except OSError as error:
        raise PresswatchError(f"{path} cannot be written: {error.strerror or error}") from error
    say(f"written: {path}")


def as_record(found: Explanation, url: str) -> dict[str, Any]:
    """An explanation as JSON values."""
    from presswatch.cli.understood import as_record as understood

    return {
        "url": url,
        **understood(found.extraction),
        "tier": found.extraction.tier,
        "items": [
            [{"field": place.field, "text": place.text, "where": place.where} for place in item.places]
            for item in found.items
        ],
        "candidates": [
            {
                "taken": candidate.chosen,
                "where": candidate.where,
                "records": candidate.records,
                "score": candidate.choice,
                "probability": candidate.probability,
                "reasons": dict(candidate.reasons),
                "signs": dict(candidate.signs),
                "titles": list(candidate.titles),
            }
            for candidate in found.candidates
        ],
    }


def print_explanation(console: Console, found: Explanation, *, most: int | None) -> None:
    """Verdict, lists, then the fields of at most ``most`` items (``None``: all)."""
    from rich.text import Text

    from presswatch.cli.explain_page import count_lists
    from presswatch.cli.screen import flow, joined, plain
    from presswatch.cli.understood import KIND_STYLES

    verdict = found.extraction.verdict
    head = Text(verdict.kind.value.replace("_", " "), style=KIND_STYLES.get(verdict.kind.value, "red"))
    count = len(found.items)
    head.append(f", confidence {verdict.confidence:.2f}, {count} {'item' if count == 1 else 'items'}")
    console.print(head)
    if verdict.reasons:
        flow(console, plain(joined(verdict.reasons, "; "), limit=1_000))
    if found.candidates:
        console.print(Text(f"\n{count_lists(found)}", style="bold"))
    for candidate in found.candidates:
        _print_candidate(console, candidate)
    if found.items:
        console.print(Text("\nitems, and where their fields were read", style="bold"))
    for number, item in enumerate(found.items[:most], start=1):
        _print_item(console, number, item)
    left = count - len(found.items[:most])
    if left > 0:
        console.print(Text(f"  … and {left} more; --all shows them", style="dim"))


def _print_candidate(console: Console, candidate: Candidate) -> None:
    from rich.text import Text

    from presswatch.cli.screen import flow, plain

    style = "green" if candidate.chosen else "dim"
    line = Text("  taken      " if candidate.chosen else "  not taken  ", style=style)
    line.append(
        f"{candidate.records:>4} records  score {candidate.choice:>5.1f}  {candidate.probability:.0%} likely a listing"
    )
    flow(console, line, hang=13)
    margin = " " * 13
    flow(console, plain(candidate.where, "cyan", 600, before=margin), hang=13)
    if candidate.reasons:
        said = ", ".join(f"{words} {value:+.1f}" for words, value in candidate.reasons)
        flow(console, Text(margin + said), hang=13)
    if candidate.titles:
        flow(console, plain(" · ".join(title[:60] for title in candidate.titles), "dim", before=margin), hang=13)


def _print_item(console: Console, number: int, item: ExplainedItem) -> None:
    from presswatch.cli.screen import flow, plain

    for place in item.places:
        lead = f"{number:>4}  " if place is item.places[0] else " " * 6
        style = "bold" if place.field == "title" else ""
        flow(console, plain(place.text, style, 200, before=f"{lead}{place.field:<10} "), hang=17)
        if place.where:
            flow(console, plain(place.where, "dim", 300, before=" " * 17), hang=17)
