"""Looking at sources: once (``check``), or for as long as the program lives (``run``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from presswatch.cli.app import App
from presswatch.cli.fleet import queue_option, require_fleet
from presswatch.cli.names import complete_selection
from presswatch.cli.output import form_options, write_rows
from presswatch.cli.talk import TalkHandler, say
from presswatch.words import counted

if TYPE_CHECKING:
    from scheduler.facts import ChangeFacts
    from scraper.check import CheckReport
    from scraper.service import Skipped

FIELDS = ("slug", "url", "outcome", "reason", "message", "baseline", "items", "new", "changes", "seconds")
_MANY = 30
"""More sources than this, and the table leaves out those where nothing happened."""
_STYLES = {"changed": "green", "first look": "cyan", "suspect": "yellow", "failed": "red", "skipped": "yellow"}


@click.command(name="check")
@click.argument("names", nargs=-1, metavar="[SLUG|@TAG]...", shell_complete=complete_selection)
@form_options()
@click.pass_obj
def check_command(app: App, names: Sequence[str], form: str | None) -> int:
    """Look now: at the named sources, or at all that are not paused.

    Due or not, they are looked at with the manners of the service, and what is new is told to the channels. It may run
    beside the service. Exit code 3: some failed; 1: all.

    \b
    presswatch check @energy
    presswatch check --json | jq '.[].new'
    """
    from presswatch.cli.looking import crawl
    from scraper.errors import ConfigError

    if not names and not app.config.sources:
        raise ConfigError(app.nothing_watched)
    if not names and all(source.paused for source in app.config.sources):
        count = len(app.config.sources)
        all_paused = f"all {count} sources are paused" if count > 1 else "the only source is paused"
        say(f"{all_paused}; presswatch resume {app.config.sources[0].slug}")
    chosen = {"source": ",".join(names)} if names else {"scope": "all"}
    with _progress() as progress:
        spider = crawl(app, console="stdout" if form is None else "stderr", progress=progress, **chosen)
    reports = sorted(spider.reports, key=lambda report: report.slug)
    facts, listed = _facts(app, reports), _listed(app, reports)
    if form is not None:
        write_rows((_record(report, facts, listed) for report in reports), FIELDS, form)
    else:
        _print(app, reports, facts, listed)
    return spider.tally.exit_code


class _Bar:
    """A progress bar, shown from the second on that there is something to wait for."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self._task: Any = None

    def begin(self, total: int) -> None:
        self._task = self._bar.add_task("looking", total=total)
        self._bar.start()

    def done(self, report: CheckReport | Skipped) -> None:
        self._bar.update(self._task, advance=1, description=report.slug)
        if self._bar.finished:
            # Channels that write to the terminal come now.
            self._bar.stop()


@contextmanager
def _progress() -> Iterator[_Bar | None]:
    """A bar on a terminal's standard error; ``None`` elsewhere."""
    from presswatch.cli.screen import make_console

    console = make_console(error=True)
    if not console.file.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    bar = Progress(
        TextColumn("{task.description:<20.20}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        redirect_stdout=False,
    )
    try:
        yield _Bar(bar)
    finally:
        bar.stop()


def _facts(app: App, reports: Sequence[CheckReport | Skipped]) -> dict[int, ChangeFacts]:
    """All that is known of the changes that the checks found."""
    from scheduler.fact_rows import load_changes

    ids = [change.change_id for report in reports for change in _changes(report)]
    if not ids:
        return {}
    with app.reading() as conn:
        return load_changes(conn, ids)


def _listed(app: App, reports: Sequence[CheckReport | Skipped]) -> dict[str, int]:
    """How many items each page lists, by slug: as it was read, or as it was known where it is the same."""
    import json

    from scraper.check import CheckReport
    from scraper.spiders.news import count_read
    from scraper.types import Outcome

    found, same = {}, []
    for report in reports:
        count = count_read(report) if isinstance(report, CheckReport) else None
        if count is not None:
            found[report.slug] = count
        elif isinstance(report, CheckReport) and report.outcome is not Outcome.FAILED:
            same.append(report.slug)
    if not same:
        return found
    sql = (
        "SELECT s.slug, (SELECT count(*) FROM appearances a WHERE a.source_id = s.id AND a.listed = 1) AS listed "
        "FROM sources s WHERE s.slug IN (SELECT value FROM json_each(?))"
    )
    with app.reading() as conn:
        return found | {row["slug"]: row["listed"] for row in conn.execute(sql, (json.dumps(same),))}


def _changes(report: CheckReport | Skipped) -> Sequence[Any]:
    from scraper.check import CheckReport

    return report.committed.changes if isinstance(report, CheckReport) else ()


def _record(
    report: CheckReport | Skipped, facts: Mapping[int, ChangeFacts], listed: Mapping[str, int]
) -> dict[str, Any]:
    from scraper.check import CheckReport
    from scraper.spiders.news import item_dict

    if not isinstance(report, CheckReport):
        return dict.fromkeys(FIELDS) | {
            "slug": report.slug, "outcome": "skipped", "message": report.reason,
            "baseline": False, "items": 0, "new": [], "changes": [], "seconds": 0.0,
        }  # fmt: skip
    return {
        "slug": report.slug,
        "url": report.url,
        "outcome": report.outcome.value,
        "reason": report.reason,
        "message": report.message,
        "baseline": report.baseline,
        "items": listed.get(report.slug, 0),
        "new": [item_dict(report, place, report.items[place]) for place in sorted(report.new)],
        "changes": [_change_record(facts[change.change_id]) for change in report.committed.changes],
        "seconds": round(report.seconds, 3),
    }


def _change_record(change: ChangeFacts) -> dict[str, Any]:
    return {
        "id": change.change_id,
        "event_id": change.event_id,
        "kind": change.kind.value,
        "item_key": change.item_key,
        "title": change.item.title if change.item else None,
        "url": change.item.url if change.item else None,
        "fields": list(change.fields),
        "reason": change.reason,
    }


def _print(
    app: App,
    reports: Sequence[CheckReport | Skipped],
    facts: Mapping[int, ChangeFacts],
    listed: Mapping[str, int],
) -> None:
    from presswatch.cli.screen import make_console, make_table, plain, show

    telling = {change.change_id for report in reports for change in _changes(report) if change.tell}
    _print_changes(app, {number: change for number, change in facts.items() if number in telling})
    table = make_table("source", "outcome", "items", "new", "changes", "s", right=("items", "new", "changes", "s"))
    quiet, notes = 0, []
    for report in reports:
        word, row, note = _summary(report, listed.get(report.slug, 0))
        if len(reports) > _MANY and word in ("unchanged", "not modified"):
            quiet += 1
            continue
        table.add_row(plain(report.slug, "bold"), plain(word, _STYLES.get(word, "dim")), *row)
        if note:
            notes.append(plain(note, before=f"{report.slug}: "))
    if table.row_count:
        show(make_console(), table, *notes)
    if quiet:
        say(f"{counted(quiet, 'more source')}, where nothing has changed")


def _summary(report: CheckReport | Skipped, items: int) -> tuple[str, tuple[str, ...], str]:
    """The outcome in a word, the cells of the table, and what else there is to say."""
    from scraper.check import CheckReport

    if not isinstance(report, CheckReport):
        return "skipped", ("", "", "", ""), report.reason
    word = "first look" if report.baseline else report.outcome.value.replace("_", " ")
    cells = (
        str(items or ""),
        str(report.committed.new_items) if report.committed.new_items and not report.baseline else "",
        str(len(report.committed.changes) or ""),
        f"{report.seconds:.1f}",
    )
    return word, cells, "the baseline: from now on, what is new is told" if report.baseline else report.message or ""


def _print_changes(app: App, facts: Mapping[int, ChangeFacts]) -> None:
    """What changed, as a console channel tells it; without what such a channel has just printed, and with a word of
    what nobody is told."""
    import sys

    from presswatch.cli.screen import make_console, plain
    from presswatch.wiring import console_rendering
    from scheduler.channels.console import ConsoleChannel
    from scheduler.facts import MessageFacts
    from scheduler.render import render

    if not facts:
        return
    told, printed = _told(app, facts)
    options, console = console_rendering(app.config), make_console()
    untold = "told to nobody: " + ("no rule asks for it" if app.config.channels else "there are no channels")
    for number, change in facts.items():
        if number in printed:
            continue
        message = MessageFacts(change.event_id, "check", "change", app.now, (change,), 1)
        ConsoleChannel("check", sys.stdout).send(render(message, options), message)
        if number not in told:
            console.print(plain(untold, "dim", before="    "), soft_wrap=True)


def _told(app: App, facts: Mapping[int, ChangeFacts]) -> tuple[set[int], set[int]]:
    """Of which changes there is a message (itself, or one that it joined), and which a console channel has printed."""
    import json

    sql = (
        "SELECT x.change_id, max(c.kind = 'console' AND m.state = 'sent') AS is_printed "
        "FROM message_changes x JOIN messages m ON m.id = x.message_id JOIN channels c ON c.id = m.channel_id "
        "WHERE x.change_id IN (SELECT value FROM json_each(?)) GROUP BY 1"
    )
    with app.reading() as conn:
        rows = conn.execute(sql, (json.dumps(list(facts)),)).fetchall()
    return {row[0] for row in rows}, {row[0] for row in rows if row["is_printed"]}


@click.command(name="run")
@click.option("--quiet", "-q", is_flag=True, help="Log warnings and errors only.")
@click.option(
    "--log-format",
    "log_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json: an object a line, with the values of each check as fields.",
)
@queue_option
@click.pass_obj
def run_command(app: App, quiet: bool, log_format: str, queue: str | None) -> int:
    """Keep looking, and tell what is new: the service.

    Runs until SIGTERM or Ctrl-C, or until the terminal that it was started from is closed; one line a check on standard
    error. Reads the configuration again when it changes, or on SIGHUP. Only one may run on a database; `presswatch
    check` beside it is fine. With --queue pages are read by `presswatch worker`s, here and on other machines. Under
    systemd (Type=notify) it says when it is ready and feeds the watchdog; `heartbeat` in the configuration names an
    address that is asked for as long as it works.

    \b
    presswatch run
    presswatch run --log-format json
    """
    import logging

    from presswatch.runner import run_spider

    if queue is not None:
        require_fleet()

    level = logging.WARNING if quiet else logging.INFO
    handler = TalkHandler(level, stamped=True, structured=log_format == "json")
    spider = run_spider(app.home_option, mode="serve", log_to=handler, queue=queue)
    if spider.tally.error is not None:
        raise spider.tally.error
    return spider.tally.exit_code
