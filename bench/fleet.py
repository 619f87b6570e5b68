"""CPU of a check read by a fleet, against the same check in a single process.

    python -m bench.fleet [--sites N] [--seconds S] [--rounds N]

Both watch the same heavy, restless pages on loopback (:mod:`bench.farm`), interleaved. CPU is that of the scheduler and
of all workers with their parse processes; the broker (Debian's RabbitMQ, started here) and the sites stand apart.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.farm import FarmProcess
from bench.processes import cpu_seconds
from tests.support.broker import RabbitMQ

_WORKERS = 2


@contextlib.contextmanager
def running(home: Path, queue: str | None) -> Iterator[list[int]]:
    """The service, with workers where there is a ``queue``; their process ids."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PRESSWATCH")}
    environment |= {"PRESSWATCH_HOME": str(home), "PRESSWATCH_ALLOW_PRIVATE": "127.0.0.0/8"}
    commands = [["run", "--quiet"]]
    if queue:
        environment["PRESSWATCH_QUEUE"] = queue
        commands += [["worker", "--quiet", "--name", f"w{n}"] for n in range(_WORKERS)]
    started = [
        subprocess.Popen([sys.executable, "-m", "presswatch", *command], env=environment, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    try:
        yield [process.pid for process in started]
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(30)


def configure(home: Path, urls: list[str]) -> None:
    """Watch ``urls``, each every other second."""
    lines = ["[presswatch]", 'every = "2s"', 'site_spacing = "1s"', "concurrency = 64"]
    for n, url in enumerate(urls):
        lines += ["[[sources]]", f'id = "s{n}"', f'slug = "s{n}"', f'url = "{url}"']
    (home / "presswatch.toml").write_text("\n".join(lines) + "\n")


def count(home: Path, sql: str) -> int:
    """A number from the database; 0 before there is one."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{home}/presswatch.db?mode=ro", uri=True, timeout=10)) as conn:
            return int(conn.execute(sql).fetchone()[0] or 0)
    except sqlite3.OperationalError:
        return 0


def measure(urls: list[str], queue: str | None, seconds: float) -> tuple[float, float]:
    """Milliseconds of CPU a check, and checks a second, from the baseline of all sources on."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        configure(home, urls)
        with running(home, queue) as processes:
            while count(home, "SELECT count(*) FROM sources WHERE baseline_at IS NOT NULL") < len(urls):
                time.sleep(0.5)
            checks, cpu, began = count(home, "SELECT sum(count) FROM checks"), cpu_seconds(*processes), time.monotonic()
            time.sleep(seconds)
            done = count(home, "SELECT sum(count) FROM checks") - checks
            spent, took = cpu_seconds(*processes) - cpu, time.monotonic() - began
    return spent / max(done, 1) * 1000, done / took


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sites", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, FarmProcess.start(options.sites) as farm:
        broker = RabbitMQ(Path(folder))
        broker.start()
        try:
            figures = [
                (measure(farm.urls, None, options.seconds), measure(farm.urls, broker.url, options.seconds))
                for _ in range(options.rounds)
            ]
        finally:
            broker.close()
    for single, fleet in figures:
        print(f"single process {single[0]:6.1f} ms a check, {single[1]:5.1f} a second", end="; ")
        print(f"fleet {fleet[0]:6.1f} ms, {fleet[1]:5.1f} a second: {fleet[0] / single[0]:.2f} x")
    print(f"median {statistics.median(fleet[0] / single[0] for single, fleet in figures):.2f} x")
    return 0


if __name__ == "__main__":
    sys.exit(main())
