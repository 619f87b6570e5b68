"""``presswatch rules``: which changes are told, and which would have been."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from presswatch.cli.app import App
from presswatch.cli.names import complete_rules
from presswatch.cli.output import form_options, write_rows
from presswatch.cli.talk import say

if TYPE_CHECKING:
    from presswatch.config import RuleConfig
    from scheduler.replay import Fired

LIST_FIELDS = (
    "name", "kinds", "sources", "tags", "languages", "keywords", "patterns", "authors", "channels", "implied",
    "redesigns",
)  # fmt: skip
TEST_FIELDS = (
    "changed_at", "rule", "channels", "kind", "source", "title", "url", "item_key", "event_id",
    "told_by",
)  # fmt: skip


@click.group(name="rules")
def rules_command() -> None:
    """Show which changes are told to whom, and try rules over what happened."""


@rules_command.command(name="list")
@form_options()
@click.pass_obj
def rules_list_command(app: App, form: str | None) -> None:
    """List the rules, those that hold without being written too.

    \b
    presswatch rules list
    """
    names = {source.id: source.slug for source in app.config.sources}
    rules = app.config.rules
    rows = [_row(rule, names) for rule in rules]
    if form is not None:
        write_rows(rows, LIST_FIELDS, form)
        return
    for rule, row in zip(rules, rows, strict=True):
        _print_rule(rule, row)


def _print_rule(rule: RuleConfig, row: Mapping[str, Any]) -> None:
    """A block of lines: its lists are too long for the columns of a table."""
    from presswatch.cli.screen import flow, make_console, plain

    console = make_console()
    of = [*(row["sources"] or ()), *(f"@{tag}" for tag in row["tags"] or ()), *row["languages"]]
    says = [*row["keywords"], *(f"/{pattern}/" for pattern in row["patterns"]), *row["authors"]]
    lines = (
        ("of", "no source" if rule.is_of_none else ", ".join(of) or "all sources"),
        ("kinds", ", ".join([*row["kinds"], *([] if row["redesigns"] else ["no redesigns"])])),
        ("that say", ", ".join(says) or "anything"),
        ("to", "their channels" if row["channels"] is None else ", ".join(row["channels"])),
    )
    implied = plain("not written, and holds all the same", "dim", before="  ") if rule.implied else plain("")
    flow(console, plain(row["name"], "bold").append_text(implied))
    for name, value in lines:
        flow(console, plain(value, limit=2_000, before=f"  {name:<9} "), hang=12)


def _row(rule: RuleConfig, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": rule.name,
        "kinds": [kind.value for kind in rule.kinds],
        "sources": None if rule.sources is None else [names.get(source, source) for source in rule.sources],
        "tags": None if rule.tags is None else list(rule.tags),
        "languages": list(rule.languages),
        "keywords": list(rule.keywords),
        "patterns": list(rule.patterns),
        "authors": list(rule.authors),
        "channels": None if rule.channels is None else list(rule.channels),
        "implied": rule.implied,
        "redesigns": rule.redesigns,
    }


@rules_command.command(name="test")
@click.option("--since", metavar="WHEN", default="90d", show_default=True, help="How far to look back, as of `items`.")
@click.option("--rule", "only", metavar="NAME", shell_complete=complete_rules, help="Only what this rule wants told.")
@form_options()
@click.pass_obj
def rules_test_command(app: App, since: str, only: str | None, form: str | None) -> None:
    """Show what the rules would have told, the oldest first. Sends nothing.

    Of one rule all that it wants is shown, and which other rule would have told it sooner.

    \b
    presswatch rules test --since 30d --rule energy
    """
    from presswatch.cli.filters import parse_since
    from presswatch.wiring import telling_plan
    from scheduler.replay import replay
    from scraper.errors import NotFoundError

    if only is not None and only not in {rule.name for rule in app.config.rules}:
        raise NotFoundError("rule", only, hint="`presswatch rules list` shows them")
    plan = telling_plan(app.config)
    if not plan.channels:
        say("there are no channels yet, so nothing is told: presswatch channel add NAME URL")
    with app.reading() as conn:
        told: dict[str, int] = {}
        elsewhere: dict[str, int] = {}
        found = replay(conn, plan, parse_since(since, app.now, app.zone))
        wanted = (fired for fired in found if (fired.channels if only is None else fired.rule.name == only))
        rows = _fired_rows(wanted, told, elsewhere)
        if form is not None:
            write_rows(rows, TEST_FIELDS, form)
        else:
            _print(app, rows)
    say(f"would have told: {_counted(told)}" if told else "nothing would have been told")
    if elsewhere:
        say(f"{only} wants more, which other rules would have told: {_counted(elsewhere)}")


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _fired_rows(found: Iterator[Fired], told: dict[str, int], elsewhere: dict[str, int]) -> Iterator[dict[str, Any]]:
    """Counts by rule, while it goes on, what was ``told``, and of what was not, who would have told it."""
    from scraper.clock import to_text

    for fired in found:
        change = fired.change
        counts, names = (told, {fired.rule.name}) if fired.channels else (elsewhere, set(fired.told_by.values()))
        for name in sorted(names):
            counts[name] = counts.get(name, 0) + 1
        yield {
            "changed_at": to_text(change.changed_at),
            "rule": fired.rule.name,
            "channels": list(fired.channels),
            "kind": change.kind.value,
            "source": change.source.slug,
            "title": change.item.title if change.item else (change.episode.reason if change.episode else change.reason),
            "url": change.item.url if change.item else change.source.url,
            "item_key": change.item_key,
            "event_id": change.event_id,
            "told_by": dict(fired.told_by),
        }


def _print(app: App, rows: Iterator[dict[str, Any]]) -> None:
    """Two lines of each: when, what kind, where, by which rule and to whom; and what, with the room of a line."""
    from rich.text import Text

    from presswatch.cli.screen import flow, local_time, make_console, plain, title_text

    console = make_console()
    for row in rows:
        to = ", ".join([*row["channels"], *(f"{name} (by {rule})" for name, rule in row["told_by"].items())])
        when = f"{local_time(row['changed_at'], app.zone)}  {row['kind']}  "
        source, rule = plain(row["source"], "bold"), plain(row["rule"], before="  by ")
        flow(console, Text.assemble((when, "dim"), source, rule, plain(to, before=" to ")), hang=18)
        flow(console, Text.assemble(" " * 18, title_text(row["title"], row["url"])), hang=18)
