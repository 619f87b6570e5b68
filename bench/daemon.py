"""Many sources at once: what is told in one cycle, and what the service takes of a machine.

    python -m bench.daemon [--sites N] [--idle N] [--checks N]

One cycle: N busy pages (:mod:`bench.farm`), their noise changes, one in twenty has news; what is told is compared with
what was published. Idle: the service with N sources of which none is due. Growth: the memory of the service before and
after so many checks of changing pages. What is given as 0 is left out. Each part has its line of
``bench/results/daemon.md``, with the command and the day that made it; the others stay as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench import contenders
from bench.farm import FarmProcess
from bench.processes import cpu_seconds, memory_mb

RESULTS = Path(__file__).with_name("results") / "daemon.md"
ROOT = Path(__file__).resolve().parents[1]
_SETTLE_SECONDS = 15.0
_IDLE_SECONDS = 30.0
_LATER = """
import os, sys
from presswatch.applying import load, try_to_apply
from presswatch.paths import find_home
from scraper.store.db import open_store
home = find_home(".", os.environ)
store = open_store(home.db_path)
try_to_apply(store, home, os.environ, load(home, os.environ), is_whole=True)
store.conn.execute(
    "UPDATE cadences SET next_check_at = "
    "strftime('%Y-%m-%dT%H:%M:%S.000Z', 'now', '+' || (7200 + source_id) || ' seconds')"
)
store.close()
"""


def cycle(sites: int) -> str:
    """A cycle with news on every twentieth page; what was told, in words."""
    product, chance = contenders.presswatch(), random.Random(8)
    with tempfile.TemporaryDirectory() as folder, FarmProcess.start(sites) as farm:
        home = Path(folder)
        product.prepare(home, farm.urls)
        for _ in range(2):
            _run(product.command, home)
        before = len(_told(home))
        published = farm.publish(sorted(chance.sample(range(sites), sites // 20)))
        _run(product.command, home)
        told = Counter(_told(home)[before:])
    wanted = Counter(published.values())
    return (
        f"{sites:,} sources, one cycle, {len(published)} with news: {sum((told - wanted).values())} false alerts, "
        f"{sum((wanted - told).values())} missed; {sum((told & wanted).values())} named with title and address. "
        f"Told in the two cycles before, which had none: {before}."
    )


def idle(sources: int) -> str:
    """CPU and memory of the service while nothing is due, in words."""
    urls = [f"http://127.{100 + n // 62_500}.{n // 250 % 250}.{n % 250 + 1}:9/news/" for n in range(sources)]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        contenders.presswatch().prepare(home, urls)
        _run([sys.executable, "-c", _LATER], home)
        service = _start(home)
        time.sleep(_SETTLE_SECONDS)
        before = cpu_seconds(service.pid)
        time.sleep(_IDLE_SECONDS)
        share = (cpu_seconds(service.pid) - before) / _IDLE_SECONDS
        memory = memory_mb(service.pid)
        _stop(service)
    taken = f"{share:.2%} of a core, {memory:.0f} MB (PSS, parse pool included)"
    return f"the service with {sources:,} sources, none due: {taken}."


def growth(checks: int, sites: int = 300) -> str:
    """Memory of the service before and after so many checks, in words."""
    with tempfile.TemporaryDirectory() as folder, FarmProcess.start(sites, block=150) as farm:
        home = Path(folder)
        contenders.presswatch().prepare(home, farm.urls)
        config = home / "presswatch.toml"
        config.write_text(config.read_text("utf-8").replace('every = "5m"', 'every = "1s"'), "utf-8")
        service = _start(home)
        _wait(service, farm, max(4 * sites, checks // 5))
        before, first = memory_mb(service.pid), farm.served()
        _wait(service, farm, first + checks)
        after, done = memory_mb(service.pid), farm.served() - first
        _stop(service)
    return (
        f"memory of the service over {done:,} checks of {sites} sources: {before:.0f} MB before, {after:.0f} MB after."
    )


def _environ() -> dict[str, str]:
    return dict(os.environ, PYTHONPATH=str(ROOT), **contenders.presswatch().environ)


def _run(command: Sequence[str], home: Path) -> None:
    subprocess.run(command, cwd=home, env=_environ(), stdout=subprocess.DEVNULL, check=True)


def _start(home: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "presswatch", "--home", ".", "run"]
    return subprocess.Popen(command, cwd=home, env=_environ(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _stop(service: subprocess.Popen[bytes]) -> None:
    service.send_signal(signal.SIGTERM)
    service.wait()


def _wait(service: subprocess.Popen[bytes], farm: FarmProcess, served: int) -> None:
    while farm.served() < served:
        if service.poll() is not None:
            raise RuntimeError(f"the service ended by itself: {service.returncode}")
        time.sleep(0.5)


def _told(home: Path) -> list[tuple[str, str]]:
    path = home / "told.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    changes = [change for line in lines for change in json.loads(line)["data"]["changes"]]
    return [(change["item"]["title"], change["item"]["url"]) for change in changes]


def main() -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--sites", type=int, default=5_000)
    parser.add_argument("--idle", type=int, default=10_000)
    parser.add_argument("--checks", type=int, default=10_000)
    options = parser.parse_args()
    for name, option, measure in _PARTS:
        count: int = getattr(options, option)
        if count:
            given = " ".join(f"--{one} {count if one == option else 0}" for _, one, _ in _PARTS)
            command = (
                f"`python -m bench.daemon {given}`, {time.strftime('%Y-%m-%d')}, Python {platform.python_version()}"
            )
            _keep(name, f"* {name}: {measure(count)} ({command})")
    return 0


_PARTS = (("Idle", "idle", idle), ("A cycle", "sites", cycle), ("Growth", "checks", growth))


def _keep(name: str, line: str) -> None:
    """Say it, and put it in the place of what this part found before."""
    print(line, flush=True)
    before = RESULTS.read_text("utf-8").splitlines() if RESULTS.exists() else []
    found = {part: old for part, _, _ in _PARTS for old in before if old.startswith(f"* {part}: ")} | {name: line}
    RESULTS.write_text("\n".join(["# The service", "", *(found[part] for part, _, _ in _PARTS if part in found), ""]))


if __name__ == "__main__":
    sys.exit(main())
