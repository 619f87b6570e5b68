"""``presswatch backfill``: what a source listed before it was watched."""

from __future__ import annotations

from datetime import datetime

import click

from presswatch.cli.app import App
from presswatch.cli.names import complete_sources
from presswatch.cli.output import form_options, to_json
from presswatch.cli.talk import say
from presswatch.words import counted


@click.command(name="backfill")
@click.argument("slug", shell_complete=complete_sources)
@click.option("--pages", type=click.IntRange(1, 1000), help="At most so many older pages; default: 10.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Until a page lists nothing from this day on (YYYY-MM-DD).",
)
@form_options(table=False)
@click.pass_obj
def backfill_command(app: App, slug: str, pages: int | None, since: datetime | None, form: str | None) -> int:
    """Store what a source's older pages list.

    The page is looked at as by `check`; then its next pages are followed, with the site's spacing between them. What
    they list is stored as surfaced, and nobody is told.

    \b
    presswatch backfill waters --since 2025-01-01
    """
    from presswatch.cli.looking import crawl, waiting
    from scraper.backfill import MOST_PAGES, BackfillPlan

    app.config.source(slug)
    plan = BackfillPlan(pages or (MOST_PAGES if since else 10), since.date() if since else None)
    with waiting(f"looking back at {slug}"):
        spider = crawl(app, console="stderr", mode="backfill", source=slug, plan=plan)
    for done in spider.backfills:
        record = {
            "slug": done.slug,
            "pages": done.pages,
            "stored": done.stored,
            "stopped": done.stopped,
            "failed": done.failed,
        }
        if form is not None:
            click.echo(to_json(record))
        else:
            click.echo(f"{done.slug}: {counted(done.stored, 'older item')} from {counted(done.pages, 'page')}")
            say(f"{done.slug}: stopped: {done.stopped}")
    return spider.tally.exit_code
