"""``presswatch add``: look at a page, say what was understood, write it into the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from presswatch.cli.app import App
from presswatch.cli.names import complete_channels, complete_tags
from presswatch.cli.output import form_options, to_json
from presswatch.cli.talk import say

if TYPE_CHECKING:
    from presswatch.config import SourceConfig
    from scraper.asking import BrowserUse
    from scraper.check import Preview

_SHOWN = 5
_FORCE = "--force adds it all the same"


@dataclass
class _Candidate:
    """A page on its way into the configuration. ``refused`` says why it should not get there."""

    url: str
    preview: Preview
    warnings: list[str] = field(default_factory=list)
    refused: str | None = None


@click.command(name="add")
@click.argument("url")
@click.option("--name", help="Name for people; by default the page's own title.")
@click.option("--slug", help="Short name for commands; by default made from the name or the host.")
@click.option(
    "--tag",
    "tags",
    multiple=True,
    metavar="TAG",
    shell_complete=complete_tags,
    help="Word to select it by, as in `check @TAG`; repeatable.",
)
@click.option("--every", metavar="30m", help="How often it is looked at; by default as the configuration says.")
@click.option(
    "--channel",
    "channels",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_channels,
    help="Channel that is told of it; repeatable.",
)
@click.option(
    "--browser",
    is_flag=False,
    flag_value="auto",
    type=click.Choice(["auto", "always"]),
    help="Its scripts are run: auto (alone the same), if that is needed, or always.",
)
@click.option("--dry-run", is_flag=True, help="Only look: write nothing.")
@click.option("--force", is_flag=True, help="Add it whatever the page looks like now.")
@form_options(table=False)
@click.pass_obj
def add_command(
    app: App,
    url: str,
    name: str | None,
    slug: str | None,
    tags: Sequence[str],
    every: str | None,
    channels: Sequence[str],
    browser: BrowserUse | None,
    dry_run: bool,
    force: bool,
    form: str | None,
) -> int:
    """Watch a page.

    Looks at it with the manners of a check, shows what it understood, and writes it into presswatch.toml. What is
    listed now is the baseline: only what comes later is told. A page that cannot be read, or lists nothing, is not
    added unless forced.

    \b
    presswatch add https://ministry.example/news --tag energy --every 15m
    """
    guessed, url = "://" not in url, url if "://" in url else f"https://{url}"
    wanted: dict[str, Any] = {"name": name, "slug": slug, "tags": list(tags), "every": every, "url": url}
    wanted |= {"channels": list(channels), "browser": True if browser == "always" else browser}
    _refuse_doublet(app, url, force)
    _write(app, wanted, dry_run=True)
    candidate = _judge(app, url, browser or "never")
    if form is None:
        _show(candidate)
    source, baseline = None, None
    if not dry_run and (candidate.refused is None or force):
        source, baseline = _store(app, wanted, candidate)
    if form is not None:
        click.echo(to_json(_record(candidate, source, baseline), indent=2))
    elif source is not None:
        _tell_added(app, source, baseline, candidate)
    if candidate.refused is None or force:
        return 0
    if guessed and candidate.preview.error is not None:
        say(f"tried {url}; does the page need http://?")
    say(f"{'would not be added' if dry_run else 'not added'}: {candidate.refused}; {_FORCE}")
    return 1


def _refuse_doublet(app: App, url: str, force: bool) -> None:
    from scraper.errors import PresswatchError
    from scraper.urls import canonicalize_url

    canonical = canonicalize_url(url)
    for source in app.config.sources:
        if canonicalize_url(source.url) == canonical and not force:
            raise PresswatchError(f"{source.url} is watched already, as {source.slug}; --force adds it once more")


def _write(app: App, wanted: dict[str, Any], *, title: str | None = None, dry_run: bool) -> SourceConfig | None:
    """Add the source to the file; with ``dry_run`` only find out whether that can be done."""
    from presswatch.config.edit import add_source
    from presswatch.config.starter import init_config

    path = app.home.config_path
    if not app.home.has_config:
        if dry_run:
            return None
        init_config(path)
        say(f"wrote a configuration to start from: {path}")
    return add_source(path, wanted, environ=app.environ, is_opened=app.is_opened, title=title, dry_run=dry_run)


def _judge(app: App, url: str, browser: BrowserUse) -> _Candidate:
    from presswatch.cli.looking import preview_pages
    from scraper.health import suspicion
    from scraper.types import PageKind
    from scraper.ways import is_shell

    preview = preview_pages(app, [url], browser=browser)[0]
    found = _Candidate(url, preview)
    if preview.error is not None or preview.extraction is None:
        found.refused = str(preview.error)
        return found
    extraction = preview.extraction
    doubt = suspicion(extraction)
    if doubt is not None:
        found.refused = doubt[1]
        if preview.page is not None and preview.page.body.lstrip()[:1] in (b"{", b"["):
            found.warnings.append("the answer is JSON: a recipe says where in it the items are (docs/recipes.md, JSON)")
        if browser == "never" and preview.page is not None and is_shell(preview.page, extraction):
            found.warnings.append("scripts may fill the page: --browser has them run (docs/browser.md)")
    if extraction.verdict.kind is PageKind.BOTH:
        found.warnings.append("the page is an article that lists other news as well; the listed ones are its items")
    if extraction.feed_urls:
        found.warnings.append(f"the page announces a feed, which may say more: {extraction.feed_urls[0]}")
    if preview.page is not None and preview.page.url != url:
        found.warnings.append(f"the page sent us on to {preview.page.url}")
    return found


def _store(app: App, wanted: dict[str, Any], candidate: _Candidate) -> tuple[SourceConfig | None, int | None]:
    """Write the configuration, and the first look into the database; the number of items of the baseline."""
    from presswatch.firstlook import record_first_look

    preview = candidate.preview
    title = _name_from(preview.extraction.page_title) if preview.extraction is not None else None
    source = _write(app, wanted, title=title, dry_run=False)
    if source is None or preview.page is None or preview.extraction is None or candidate.refused:
        return source, None
    report = record_first_look(app.home_option, source.slug, preview.page, preview.extraction)
    return source, len(report.items) if report is not None and report.baseline else None


def _name_from(page_title: str | None) -> str | None:
    from scheduler.inert import inert_line

    return inert_line(page_title or "", 100) or None


def _show(candidate: _Candidate) -> None:
    from presswatch.cli.screen import flow, make_console, plain
    from presswatch.cli.understood import print_understood

    console = make_console()
    extraction = candidate.preview.extraction
    if extraction is None:
        return
    if extraction.page_title:
        flow(console, plain(extraction.page_title, "bold"))
    print_understood(console, extraction, most=_SHOWN)
    for warning in candidate.warnings:
        say(warning)


def _tell_added(app: App, source: SourceConfig, baseline: int | None, candidate: _Candidate) -> None:
    from presswatch.cli.screen import make_console, plain

    console = make_console()
    console.print(plain(f"added as {source.slug} to {app.home.config_path}", "green", 1_000), soft_wrap=True)
    if baseline is not None:
        listed = "its one item is" if baseline == 1 else f"its {baseline} items are"
        console.print(plain(f"{listed} the baseline: from now on, what is new is told", "dim"))
    elif candidate.refused:
        say(f"added all the same, though {candidate.refused}")


def _record(candidate: _Candidate, source: SourceConfig | None, baseline: int | None) -> dict[str, Any]:
    from presswatch.cli.understood import as_record
    from scraper.types import Extraction, PageKind, Verdict

    preview = candidate.preview
    extraction = preview.extraction or Extraction((), None, Verdict(PageKind.OTHER, 0.0))
    return {
        "url": candidate.url,
        "final_url": preview.page.url if preview.page else None,
        **as_record(extraction),
        "warnings": candidate.warnings,
        "refused": candidate.refused,
        "error": preview.error.reason if preview.error else None,
        "added": source is not None,
        "slug": source.slug if source else None,
        "id": source.id if source else None,
        "baseline_items": baseline,
        "seconds": round(preview.seconds, 3),
    }
