"""``presswatch serve`` and ``presswatch datasette-metadata``: looking back in a browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from presswatch.cli.app import App
from presswatch.cli.output import to_json
from presswatch.cli.talk import say
from scraper.errors import ConfigError

if TYPE_CHECKING:
    from presswatch.web.guard import Access
    from scheduler.rules import Rule

_LEAST_PASSWORD = 8


@click.command(name="serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8001, show_default=True, help="0 takes a free one.")
@click.option(
    "--password-file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Its first line is asked for; needed to listen elsewhere than on this machine.",
)
@click.option(
    "--allow-host", "names", multiple=True, metavar="NAME", help="Another name the pages are called by; repeatable."
)
@click.option("--edit", is_flag=True, help="Who looks may also star, note, and add pages to watch.")
@click.pass_obj
def serve_command(
    app: App, host: str, port: int, password_file: Path | None, names: tuple[str, ...], edit: bool
) -> None:
    """Show web pages to look back: news, changes, sources, messages.

    They are Datasette with pages of our own in front; without --edit the database is only read. Needs the extra "web":
    pip install "presswatch[web]". The password is asked for by the browser, or sent as "Authorization: Bearer …". It
    crosses the network in clear: put a server with TLS before it.

    \b
    presswatch serve
    presswatch serve --edit
    presswatch serve --host 0.0.0.0 --password-file secret.txt
    """
    access = replace(_access(host, password_file, names), editing=edit)
    _require_datasette()
    if not edit:  # opening it for writing does the same, and makes it where there is none yet
        with app.reading():
            pass  # says what is wrong with the database, and migrates an older one
    _run(app, host, port, access)


def _access(host: str, password_file: Path | None, names: tuple[str, ...]) -> Access:
    from presswatch.web.guard import Access, is_loopback

    password = _password(password_file) if password_file else None
    if password is None and not is_loopback(host):
        raise ConfigError(f"{host} can be reached from elsewhere; give --password-file, or listen on 127.0.0.1")
    if password is not None and not names:
        return Access(hosts=frozenset(), password=password)
    return Access(
        hosts=Access().hosts | {host.strip("[]").lower(), *(name.lower() for name in names)}, password=password
    )


def _password(path: Path) -> str:
    try:
        password = path.read_text(encoding="utf-8").split("\n", 1)[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    if len(password) < _LEAST_PASSWORD:
        raise ConfigError(f"{path}: its first line is the password, and has fewer than {_LEAST_PASSWORD} characters")
    return password


def _require_datasette() -> None:
    from importlib.util import find_spec

    if find_spec("datasette") is None or find_spec("prometheus_client") is None:
        raise ConfigError('the web pages need Datasette and more: pip install "presswatch[web]"')


def _run(app: App, host: str, port: int, access: Access) -> None:
    import signal
    import socket

    import uvicorn

    from presswatch.web.adding import Adder
    from presswatch.web.desk import Desk
    from presswatch.web.site import Site, make_site
    from scraper.guard import seal_guard
    from scraper.store.db import open_store

    # It answers, and asks nobody: a page that is to be added is looked at by a process of its own.
    seal_guard()
    # Opened before the pages open the same file.
    store = open_store(app.home.db_path) if access.editing else None
    desk = Desk(store, Adder(app.home_option, app.environ)) if store is not None else None
    site = Site(app.home.captures_dir, access, app.zone, rules=lambda: _rules(app), desk=desk)
    datasette = make_site(app.home.db_path, site)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host.strip("[]"), port), family=family)
    except OSError as error:
        raise ConfigError(f"cannot listen on {host} port {port}: {error.strerror or error}") from error
    signal.signal(signal.SIGTERM, _leave)  # from here on; uvicorn raises it again when it is done
    shown = f"[{host.strip('[]')}]" if ":" in host else host
    say(f"http://{shown}:{listener.getsockname()[1]}/  (Ctrl-C ends it)")
    config = uvicorn.Config(
        datasette.app(),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=5,
    )
    with listener:
        uvicorn.Server(config).run(sockets=[listener])


def _rules(app: App) -> Sequence[Rule]:
    """Those of the configuration as it is now; a mistake in it costs the feeds of rules, not the pages."""
    from presswatch.wiring import written_rules

    try:
        return written_rules(app.fresh().config)
    except ConfigError:
        return ()


def _leave(_: int, __: FrameType | None) -> None:
    raise SystemExit(0)


@click.command(name="datasette-metadata")
@click.option("--database", default="presswatch", show_default=True, help="What your Datasette calls the database.")
@click.option(
    "--for",
    "version",
    type=click.Choice(["0.65", "1.0", "1.0-config"]),
    default="0.65",
    show_default=True,
    help="The Datasette that reads it; 1.0 wants its configuration in a second file.",
)
def datasette_metadata_command(database: str, version: str) -> None:
    """Write titles, units, facets and saved queries for a Datasette.

    For people who run their own beside presswatch; `presswatch serve` knows all this already.

    \b
    presswatch datasette-metadata > metadata.json
    datasette presswatch.db --metadata metadata.json
    """
    from presswatch.web.metadata import make_metadata, split_metadata

    found: dict[str, Any] = make_metadata(database)
    if version != "0.65":
        found = split_metadata(found)[version == "1.0-config"]
    click.echo(to_json(found, indent=2))
