"""A presswatch home with what a person would do to it: write the configuration, crawl, run the daemon, kill it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.starting import ROOT, Process, run, start

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
QUICK = {
    "every": "1s",
    "site_spacing": "0s",
    "retry_first": "1s",
    "retry_max": "1s",
    "concurrency": 16,
}


def wait_until(holds: Callable[[], Any], seconds: float = 30.0, *, pause: float = 0.05) -> Any:
    """What ``holds()`` says as soon as it is true; ``AssertionError`` if that is not within ``seconds``."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, f"did not come to hold within {seconds} seconds"
        time.sleep(pause)
    return found


@dataclass
class Daemon:
    """A running daemon; what it logs goes to a file."""

    process: Process
    log_path: Path

    def log(self) -> str:
        return self.log_path.read_text(encoding="utf-8")

    def wait_ready(self, seconds: float = 30.0) -> Daemon:
        """Until it watches."""
        self.wait_log("watching ", seconds)
        return self

    def wait_log(self, words: str, seconds: float = 30.0, *, times: int = 1) -> None:
        """Until ``words`` stand in its log so many times."""

        def holds() -> bool:
            text = self.log()
            if text.count(words) >= times:
                return True
            assert self.process.poll() is None, f"the daemon ended ({self.process.returncode}):\n{text}"
            return False

        try:
            wait_until(holds, seconds)
        except AssertionError as error:
            raise AssertionError(f"{words!r} not logged: {error}\n{self.log()[-4000:]}") from None

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def stop(self, seconds: float = 15.0) -> int:
        """SIGTERM; the exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.wait(seconds)

    def wait(self, seconds: float = 15.0) -> int:
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running after {seconds} seconds:\n{self.log()[-4000:]}") from None

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait(10)


@dataclass
class Desk:
    """``home`` is the folder of one installation."""

    home: Path
    opened: str = "127.0.0.0/8"
    command: Sequence[str] = ("presswatch", "run")
    started: list[Daemon] = field(default_factory=list)

    @property
    def db_path(self) -> Path:
        return self.home / "presswatch.db"

    @property
    def config_path(self) -> Path:
        return self.home / "presswatch.toml"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PRESSWATCH", "SCRAPY"))}
        return kept | {
            "PRESSWATCH_HOME": str(self.home),
            "PRESSWATCH_ALLOW_PRIVATE": self.opened,
            "PYTHONPATH": str(ROOT),
            "TZ": "UTC",
        }

    # ---- configuration

    def configure(
        self,
        sources: Mapping[str, str | Mapping[str, Any]],
        *,
        hooks: Mapping[str, str] | None = None,
        rules: Sequence[Mapping[str, Any]] = (),
        **settings: Any,
    ) -> None:
        """Write the file: ``sources`` are slugs with addresses or tables, ``hooks`` names of webhooks with theirs."""
        lines = ["[presswatch]", *_keys(QUICK | settings)]
        for name, url in (hooks or {}).items():
            lines += [f"[channels.{name}]", *_keys(_HOOK | {"url": url})]
        for slug, source in sources.items():
            values = {"url": source} if isinstance(source, str) else source
            lines += ["[[sources]]", *_keys({"id": f"id-{slug}", "slug": slug, **values})]
        for rule in rules:
            lines += ["[[rules]]", *_keys(rule)]
        self.home.mkdir(parents=True, exist_ok=True)
        aside = self.config_path.with_suffix(".new")
        aside.write_text("\n".join(lines) + "\n", encoding="utf-8")
        aside.replace(self.config_path)

    # ---- commands

    def crawl(
        self, *arguments: str, cwd: Path = ROOT, timeout: float = 60.0, also: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """``scrapy crawl news`` with ``arguments``; those of the spider (``url=…``) are given with ``-a``. ``also`` is
        in its environment only."""
        given = [part for one in arguments for part in (("-a", one) if one[0].islower() else (one,))]
        return run(
            ["scrapy", "crawl", "news", *given], cwd=cwd, env={**self.environment(), **(also or {})}, timeout=timeout
        )

    def export(self, *arguments: str) -> list[dict[str, Any]]:
        """The items that a crawl exports; it must succeed."""
        target = self.home / "out.json"
        done = self.crawl(*arguments, f"--overwrite-output={target}")
        assert done.returncode == 0, done.stderr
        items: list[dict[str, Any]] = json.loads(target.read_text(encoding="utf-8"))
        return items

    def start_daemon(self) -> Daemon:
        """Start a daemon; it may not be ready yet."""
        log_path = self.home / f"daemon-{len(self.started)}.log"
        with log_path.open("wb") as log:
            process = start(self.command, env=self.environment(), stdout=log, stderr=log)
        self.started.append(Daemon(process, log_path))
        return self.started[-1]

    @contextlib.contextmanager
    def daemon(self) -> Iterator[Daemon]:
        """A daemon that watches, and is told to stop at the end."""
        daemon = self.start_daemon().wait_ready()
        yield daemon
        assert daemon.stop() == 0, daemon.log()[-4000:]

    def close(self) -> None:
        for daemon in self.started:
            if daemon.process.poll() is None:
                daemon.kill()

    # ---- looking into the database

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """All rows of a query."""
        with contextlib.closing(sqlite3.connect(f"{self.db_path.as_uri()}?mode=ro", uri=True, timeout=10)) as conn:
            conn.row_factory = sqlite3.Row
            return conn.execute(sql, values).fetchall()

    def value(self, sql: str, *values: Any) -> Any:
        """The first value of a query's first row, if there is one."""
        found = self.rows(sql, *values)
        return found[0][0] if found else None

    def wait_for(self, sql: str, *values: Any, seconds: float = 30.0) -> Any:
        """Until the query's first value is true; that value."""

        def holds() -> Any:
            try:
                return self.value(sql, *values)
            except sqlite3.OperationalError:  # there is no database or table yet
                return None

        try:
            return wait_until(holds, seconds)
        except AssertionError as error:
            logs = "\n".join(daemon.log()[-2000:] for daemon in self.started[-3:])
            raise AssertionError(f"{sql}: {error}\n{logs}") from None

    def wait_baseline(self, count: int, seconds: float = 30.0) -> None:
        """Until so many sources have their baseline."""
        self.wait_for("SELECT count(*) >= ? FROM sources WHERE baseline_at IS NOT NULL", count, seconds=seconds)

    def wait_looks(self, slug: str, count: int = 1, seconds: float = 30.0) -> None:
        """Until a source was looked at so many more times from now on, whatever came out."""
        sql = "SELECT coalesce(sum(c.count), 0) FROM checks c JOIN sources s ON s.id = c.source_id WHERE s.slug = ?"
        before = self.value(sql, slug)
        self.wait_for(f"SELECT ({sql}) >= ?", slug, before + count, seconds=seconds)

    def assert_sound(self) -> None:
        """SQLite finds no fault in the database."""
        with contextlib.closing(sqlite3.connect(self.db_path, timeout=10)) as conn:
            assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert conn.execute("PRAGMA foreign_key_check").fetchall() == []


_HOOK = {"type": "webhook", "secret": SECRET, "retry_first": "1s", "retry_max": "1s", "timeout": "5s"}


def _keys(values: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {_toml(value)}" for name, value in values.items()]


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_keys(value)) + " }"
    return json.dumps(value)
