"""Feeds out: ``feeds``, ``opml``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import quote

import click

from presswatch.cli.app import App
from presswatch.cli.talk import say


@click.command(name="feeds")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Items in each feed.")
@click.option("--base-url", metavar="URL", help="Where the files will be found; feeds then say so.")
@click.pass_obj
def feeds_command(app: App, folder: Path, limit: int, base_url: str | None) -> None:
    """Write feeds: of everything, and of each source, tag and rule.

    Each as Atom and JSON Feed: all.atom, all.json, source-SLUG.atom, tag-TAG.atom, rule-NAME.atom. Files whose
    contents have not changed are left as they are, so a web server's dates hold.

    \b
    presswatch feeds /var/www/feeds --base-url https://example.org/feeds
    """
    from presswatch.wiring import written_rules
    from scheduler.feed_rows import EMPTY_SINCE, all_feeds
    from scheduler.feeds import atom_bytes, json_bytes

    rules = written_rules(app.config)
    count = written = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with app.reading() as conn:
            for feed in all_feeds(conn, rules, EMPTY_SINCE, limit):
                for ending, make in (("atom", atom_bytes), ("json", json_bytes)):
                    name = f"{_safe(feed.name)}.{ending}"
                    self_url = f"{base_url.rstrip('/')}/{quote(name)}" if base_url else None
                    written += _replace(folder / name, make(feed, self_url=self_url))
                    count += 1
    except OSError as error:
        raise click.ClickException(f"{folder}: cannot be written: {error.strerror}") from error
    say(f"{count} files in {folder}, {written} of them new or changed")


@click.command(name="opml")
@click.option("--base-url", metavar="URL", help="Where `presswatch feeds` puts its files; by default pages' own feeds.")
@click.pass_obj
def opml_command(app: App, base_url: str | None) -> None:
    """Print the sources as OPML, for feed readers.

    \b
    presswatch opml --base-url https://example.org/feeds > sources.opml
    """
    from scheduler.feed_rows import outlines
    from scheduler.feeds import opml_bytes

    with app.reading() as conn:
        document = opml_bytes("presswatch", list(outlines(conn, base_url)))
    sys.stdout.write(document.decode("utf-8"))


def _safe(name: str) -> str:
    """A name as a file's; labels have no slashes, but may be long in bytes."""
    return name.encode("utf-8")[:200].decode("utf-8", "ignore")


def _replace(path: Path, contents: bytes) -> bool:
    """Put ``contents`` in place, whole or not at all; whether that was needed."""
    if path.is_file() and path.read_bytes() == contents:
        return False
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_bytes(contents)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return True
