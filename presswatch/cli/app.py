"""What every command is given: where the files are, and how to open them. Nothing is read before it is asked for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from presswatch.config import Config
    from presswatch.paths import Home


@dataclass
class App:
    """One run of the command. ``home_option`` is ``--home``."""

    home_option: str | None
    environ: Mapping[str, str]

    def fresh(self) -> App:
        """The same with nothing read yet: for commands that go on while files change."""
        return App(self.home_option, self.environ)

    @cached_property
    def home(self) -> Home:
        """The files of this installation."""
        from presswatch.paths import find_home

        return find_home(self.home_option, self.environ)

    @cached_property
    def is_opened(self) -> Callable[[str], bool]:
        """Whether the operator has opened the address of a URL. Raises :class:`scraper.errors.ConfigError`."""
        from scraper.addresses import VARIABLE, AddressPolicy

        return AddressPolicy.parse(self.environ.get(VARIABLE, "")).opens_url

    @cached_property
    def config(self) -> Config:
        """The configuration; an empty one where there is no file. Raises :class:`scraper.errors.ConfigError`."""
        from presswatch.config import Config, load_config

        if not self.home.has_config:
            return Config(self.home.config_path)
        return load_config(self.home.config_path, environ=self.environ, is_opened=self.is_opened)

    @cached_property
    def zone(self) -> tzinfo | None:
        """The zone in which people are shown times; ``None`` is the machine's own. A configuration with a mistake in it
        does not keep anybody from looking back."""
        from scraper.errors import ConfigError

        try:
            name = self.config.settings.timezone
        except ConfigError:
            return None
        if name is None:
            return None
        from zoneinfo import ZoneInfo

        return ZoneInfo(name)

    @cached_property
    def now(self) -> datetime:
        """When the command began."""
        from scraper.clock import utc_now

        return utc_now()

    @property
    def nothing_watched(self) -> str:
        """What to say where there are no sources."""
        return self.home.nothing_watched

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that only reads, in one transaction: all of a screen is of one moment. Raises
        :class:`scraper.errors.StoreError`."""
        from scraper.store.db import open_reader

        store = open_reader(self.home.db_path)
        try:
            store.conn.execute("BEGIN")
            yield store.conn
        finally:
            store.close()
