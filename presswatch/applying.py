"""Putting the configuration in force: the file as it is at that moment, and whole.

Several processes do so (the service, and each command that looks), each of which may have read the file long before:
what counts is the file once the database is ours to write, so that none takes back what a newer file says. A file that
somebody is writing may be cut anywhere, and still be valid.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from presswatch import wiring
from presswatch.config import Config, parse_config, read_config_text
from presswatch.paths import Home
from scheduler.holding import reschedule_held
from scheduler.registry import sync_channels
from scraper.addresses import VARIABLE, AddressPolicy
from scraper.clock import utc_now
from scraper.errors import ConfigError
from scraper.store.db import Store
from scraper.store.sources import reconcile

QUIET_SECONDS = 5.0
"""So long a file must have been left alone before what it no longer says is taken away."""


class FileState(NamedTuple):
    """Another one: another file, or another content."""

    mtime_ns: int
    size: int
    inode: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the file said. ``state`` is ``None`` where there is no file; ``is_blank``: there is nothing in it."""

    config: Config
    state: FileState | None
    is_blank: bool = False


def address_policy(environ: Mapping[str, str]) -> AddressPolicy:
    """What the operator opened with ``PRESSWATCH_ALLOW_PRIVATE``. Raises :class:`ConfigError`."""
    return AddressPolicy.parse(environ.get(VARIABLE, ""))


def load(home: Home, environ: Mapping[str, str]) -> Loaded:
    """The configuration; an empty one where there is no file yet. Raises :class:`ConfigError`."""
    path = home.config_path
    state = state_of(path)  # before the content: what is written meanwhile is another state
    if state is None:
        return Loaded(Config(path), None)
    text = read_config_text(path)
    config = parse_config(text, path=path, environ=environ, is_opened=address_policy(environ).opens_url)
    is_blank = all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())
    return Loaded(config, state, is_blank)


def state_of(path: Path) -> FileState | None:
    """How the file is; ``None`` if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return FileState(found.st_mtime_ns, found.st_size, found.st_ino)


class FileWatch:
    """Whether the file is another than the one ``seen`` last, and was left alone since it was last asked about."""

    def __init__(self, path: Path) -> None:
        self.seen: FileState | None = None
        self._path = path
        self._before: FileState | None = None

    def __call__(self) -> bool:
        state = state_of(self._path)
        is_quiet, self._before = state == self._before, state
        return is_quiet and state != self.seen


def put_in_force(store: Store, home: Home, environ: Mapping[str, str], loaded: Loaded) -> Loaded:
    """Reconcile the database with the file as it is now, ``loaded`` or newer; what was put in force. Waits a few
    seconds where a file that was written a moment ago takes something away.

    Raises :class:`ConfigError`, where nothing of a file is left too, and :class:`scraper.errors.StoreError`.
    """
    applied = try_to_apply(store, home, environ, loaded)
    while applied is None:
        before = state_of(home.config_path)
        time.sleep(QUIET_SECONDS)
        is_whole = before == state_of(home.config_path)
        applied = try_to_apply(store, home, environ, loaded, is_whole=is_whole)
    return applied


def try_to_apply(
    store: Store, home: Home, environ: Mapping[str, str], loaded: Loaded, *, is_whole: bool = False
) -> Loaded | None:
    """As :func:`put_in_force`, without waiting: ``None`` if that would be called for. ``is_whole``: somebody says that
    nobody is writing the file."""
    with store.transaction() as conn:
        if state_of(home.config_path) != loaded.state:
            loaded = load(home, environ)
        gone = _gone(conn, loaded.config)
        if gone.sources and (loaded.state is None or loaded.is_blank):
            raise ConfigError(_nothing_left(home, loaded), path=home.config_path)
        if any(gone) and not is_whole and _is_fresh(loaded.state):
            return None
        _reconcile(conn, loaded.config)
    return loaded


def _nothing_left(home: Home, loaded: Loaded) -> str:
    if loaded.state is not None:
        return "is empty; what it said stays in force (presswatch remove takes a source away)"
    if home.has_restored:
        return f"is not there; read {home.restored_path} and rename it, if it is yours"
    return "the file is gone; what it said stays in force"


def _is_fresh(state: FileState | None) -> bool:
    return state is not None and 0 <= time.time() - state.mtime_ns / 1e9 < QUIET_SECONDS


class _Gone(NamedTuple):
    """What is in force and not in a configuration."""

    sources: frozenset[str]
    channels: frozenset[str]
    rules: frozenset[str]


def _gone(conn: sqlite3.Connection, config: Config) -> _Gone:
    def of(sql: str) -> set[str]:
        return {row[0] for row in conn.execute(sql)}

    sources = of("SELECT source_key FROM sources WHERE active = 1 AND origin = 'config'")
    channels = of("SELECT name FROM channels WHERE active = 1")
    # Those that hold where none is written come and go with the written ones.
    rules = of("SELECT name FROM rules WHERE active = 1 AND name <> 'default' AND name NOT LIKE 'source:%'")
    return _Gone(
        frozenset(sources - {source.id for source in config.sources}),
        frozenset(channels - {channel.name for channel in config.channels}),
        frozenset(rules - {rule.name for rule in config.rules}),
    )


@dataclass(frozen=True, slots=True)
class _Named:
    """A channel's name and kind, without revealing its secrets."""

    name: str
    kind: str


def _reconcile(conn: sqlite3.Connection, config: Config) -> None:
    now = utc_now()
    reconcile(conn, [wiring.source_spec(source) for source in config.sources], now)
    plan = wiring.telling_plan(config)
    sync_channels(conn, [_Named(channel.name, channel.type) for channel in config.channels], plan.rules, now)
    reschedule_held(conn, plan, now)
