"""``presswatch doctor``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from presswatch.cli.app import App
from presswatch.cli.looking import waiting
from presswatch.cli.output import form_options, write_rows

if TYPE_CHECKING:
    from presswatch.config import Config
    from presswatch.doctor import Finding

_FIELDS = ("what", "state", "message", "remedy")
_STYLES = {"well": "green", "note": "yellow", "bad": "red"}


@click.command(name="doctor")
@click.option("--offline", is_flag=True, help="Ask nothing of the network.")
@form_options()
@click.pass_obj
def doctor_command(app: App, offline: bool, form: str | None) -> int:
    """Say what is wrong, and what helps.

    Looks at configuration, secrets, disk, database, sources, robots.txt, channels and messages; and outside, for some
    seconds: whether the sources' names resolve to addresses that may be reached, and whether the clock is that of a
    source (one HEAD request). Exits with 1 if something is wrong.

    \b
    presswatch doctor
    presswatch doctor --offline --json | jq '.[] | select(.state == "bad")'
    """
    findings = list(_findings(app, offline=offline))
    if form is not None:
        write_rows((asdict(each) for each in findings), _FIELDS, form)
    else:
        _print(findings)
    return int(any(each.state == "bad" for each in findings))


def _findings(app: App, *, offline: bool) -> Iterator[Finding]:
    from presswatch.config.consistency import find_doubts
    from presswatch.doctor import Finding, examine_database, examine_files
    from scraper.errors import ConfigError, StoreError

    try:
        there_is_database = app.home.has_config | app.home.has_database
    except ConfigError as error:
        yield Finding("permissions", "bad", str(error), "run it as the user of the service: sudo -u USER presswatch …")
        return
    config = None
    try:
        config = app.config
    except ConfigError as error:
        yield Finding("configuration", "bad", str(error), "presswatch config check")
    else:
        if app.home.has_config:
            rules = sum(not rule.implied for rule in config.rules)
            counted = f"sources {len(config.sources)}, channels {len(config.channels)}, rules {rules}"
            yield Finding("configuration", "well", f"{app.home.config_path}: {counted}")
            for doubt in find_doubts(config):
                yield Finding("configuration", "note", str(doubt), "give it to a source, or take it out of the rule")
        else:
            waiting = app.home.has_restored
            remedy = f"read {app.home.restored_path}, and rename it if it is yours" if waiting else "presswatch init"
            yield Finding("configuration", "note", f"there is no {app.home.config_path}", remedy)
    yield from examine_files(app.home)
    if config is not None:
        yield from _outside(app, config, offline=offline)
    if not there_is_database:
        yield Finding("database", "note", "there is none yet", "presswatch check, or presswatch run, makes it")
        return
    try:
        with app.reading() as conn:
            yield from examine_database(conn, app.now)
            if config is not None:
                from presswatch.doctor_outside import examine_robots

                yield from examine_robots(conn, config, app.now)
    except StoreError as error:
        yield Finding("database", "bad", str(error), "presswatch restore brings a backup back")


def _outside(app: App, config: Config, *, offline: bool) -> Iterator[Finding]:
    from presswatch.applying import address_policy
    from presswatch.doctor_outside import examine_browser, examine_channels, examine_heartbeat, examine_network
    from scraper.guard import install_guard

    yield from examine_channels(config, app.environ, app.now)
    yield from examine_browser(config)
    policy = address_policy(app.environ)
    yield from examine_heartbeat(config, app.environ, policy, offline=offline)
    if not offline and config.sources:
        install_guard(policy)
        with waiting("asking for names of the sources"):
            found = list(examine_network(config, policy, app.now))
        yield from found


def _print(findings: list[Finding]) -> None:
    from presswatch.cli.screen import make_console, make_table, plain, show

    table = make_table("", "what", "finding", wide=("finding",))
    for each in findings:
        text = plain(each.message, limit=500)
        if each.remedy:
            text.append_text(plain(each.remedy, "dim", 500, before="\n→ "))
        table.add_row(plain(each.state, _STYLES[each.state]), plain(each.what, "bold"), text)
    show(make_console(), table)
