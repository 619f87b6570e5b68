"""Nothing a page does takes more than its share: promises 17 and 18."""

from __future__ import annotations

import contextlib
import resource
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from presswatch.fixture_site import Fault, SiteFarm
from tests.e2e.desk import Desk
from tests.promises.battery import ACTS, PAGES
from tests.scraper.misbehaving import answer
from tests.support.starting import ROOT

MB = 1_000_000
QUICK = (
    "a million nodes",
    "three million tags",
    "titles of 400 kB",
    "70,000 links",
    "a feed of entities",
    "an entry of nested tags",
    "links of 5,000 characters",
    "nested data",
    "gzip bomb",
    "br bomb",
    "bomb in a bomb",
    "headers without end",
    "chunks without end",
)


class _Hurting(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, address: str, name: str) -> None:
        self.name = name
        super().__init__((address, 0), _Answering)

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]}:{self.server_address[1]}/news"

    def handle_error(self, request: object, client_address: object) -> None:
        """Visitors leave in the middle: that is what it is for."""


class _Answering(socketserver.StreamRequestHandler):
    server: _Hurting

    def handle(self) -> None:
        path = self.rfile.readline(10_000).split(b" ")[1]
        while self.rfile.readline(10_000).strip():
            pass
        if path != b"/news":
            self.connection.sendall(answer(b"no", status="404 Not Found"))
        elif self.server.name in ACTS:
            ACTS[self.server.name](self.connection)
        else:
            body, headers = PAGES[self.server.name]
            self.connection.sendall(answer(body(), *headers.split("\r\n")))


@dataclass
class Ordeal:
    """One ``presswatch check`` of several sources: what is on record of each, and what it took."""

    checks: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_bytes: int = 0
    grown_bytes: int = 0
    said: str = ""
    desk: Desk | None = None


def endure(home: Path, names: Sequence[str]) -> Ordeal:
    """Look once at each."""
    desk = Desk(home)
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(_Hurting(f"127.2.0.{n + 1}", name)) for n, name in enumerate(names)]
        for server in servers:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
            stack.callback(server.shutdown)
        slugs = {f"page-{n}": name for n, name in enumerate(names)}
        desk.configure({slug: server.url for slug, server in zip(slugs, servers, strict=True)}, concurrency=1)
        found, before = Ordeal(desk=desk), resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "presswatch", "check"],
            cwd=ROOT,
            env=desk.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        with _watching_memory(process.pid, found):
            found.said, _ = process.communicate(timeout=600)
        found.seconds = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found.cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found.grown_bytes = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
    rows = desk.rows("SELECT s.slug, c.* FROM checks c JOIN sources s ON s.id = c.source_id")
    found.checks = {slugs[row["slug"]]: row for row in rows}
    return found


@contextlib.contextmanager
def _watching_memory(process: int, into: Ordeal) -> Iterator[None]:
    """Note the most memory that a process and all its children hold together."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.03):
            into.peak_bytes = max(into.peak_bytes, sum(map(_resident, _family(process))))

    thread = threading.Thread(target=watch)
    thread.start()
    yield
    over.set()
    thread.join()


def _family(process: int) -> list[int]:
    with contextlib.suppress(OSError):
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        return [process, *(member for child in children for member in _family(int(child)))]
    return []


def _resident(process: int) -> int:
    with contextlib.suppress(OSError, IndexError):
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize()
    return 0


def assert_within_bounds(found: Ordeal, names: Sequence[str]) -> None:
    """What promise 17 says of each check."""
    assert "Traceback" not in found.said, found.said
    assert set(found.checks) == set(names), "all are on record"
    for name, check in found.checks.items():
        assert check["duration_ms"] <= 46_000, name
        assert check["outcome"] in ("changed", "failed", "suspect"), name
        assert check["reason"], name
        assert (check["items"] or 0) <= 2_000, name
    assert found.peak_bytes < 700 * MB
    assert found.grown_bytes < 64 * MB
    assert found.desk is not None
    lengths = found.desk.rows("SELECT max(length(title)), max(length(url)), max(length(summary)) FROM items")[0]
    assert (lengths[0] or 0) <= 1_000
    assert (lengths[1] or 0) <= 4_000
    found.desk.assert_sound()


def test_pages_that_hurt_stay_within_bounds_and_are_on_record(tmp_path: Path) -> None:
    """Promise 17: memory of the whole family of processes, growth of the database, lengths, an outcome for each."""
    found = endure(tmp_path / "home", QUICK)
    assert_within_bounds(found, QUICK)
    assert {found.checks[name]["reason"] for name in QUICK if "bomb" in name} == {"too_large"}
    assert found.checks["chunks without end"]["reason"] == "too_large"
    assert found.checks["headers without end"]["reason"] == "incomplete"


@pytest.mark.soak
@pytest.mark.parametrize("name", [*PAGES, *ACTS])
def test_each_page_that_hurts_alone(tmp_path: Path, name: str) -> None:
    """Promise 17: time of the clock and of the processor as well, one program a page."""
    found = endure(tmp_path / "home", [name])
    print(f"{name}: {found.seconds:.1f} s, {found.cpu_seconds:.1f} s CPU, {found.peak_bytes // MB} MB")
    assert_within_bounds(found, [name])
    assert found.seconds < 55
    assert found.cpu_seconds < 40


@dataclass(frozen=True)
class _Held:
    files: int
    memory: int
    pages: int


@pytest.mark.parametrize("looks", [4, pytest.param(60, marks=pytest.mark.soak)])
def test_silent_sources_delay_no_good_one_and_nothing_grows_while_nothing_changes(desk: Desk, looks: int) -> None:
    """Promise 18: ten silent sources; open files, memory and the database stay as they are."""
    with SiteFarm(11, block=102) as farm:
        for silent in range(10):
            farm.misbehave(Fault(silence=True), f"{farm.addresses[silent]}/news/")
        desk.configure({f"farm-{n}": farm.url(n) for n in range(11)}, concurrency=16)
        with desk.daemon() as daemon:
            desk.wait_baseline(1)
            desk.wait_looks("farm-10", 3)
            before = _held(desk, daemon.process.pid)
            started = time.monotonic()
            desk.wait_looks("farm-10", looks, seconds=looks * 4 + 30)
            assert time.monotonic() - started < looks * 4 + 10, "looked at every second"
            after = _held(desk, daemon.process.pid)
    assert after.files <= before.files + 3
    assert after.memory < before.memory + 20 * MB
    assert after.pages <= before.pages + 1
    good = "SELECT count(*) FROM checks c JOIN sources s ON s.id = c.source_id WHERE slug = 'farm-10'"
    assert desk.value(good) <= 3, "equal checks fold into one row"


def _held(desk: Desk, process: int) -> _Held:
    files = len(list(Path(f"/proc/{process}/fd").iterdir()))
    return _Held(files, _resident(process), desk.value("PRAGMA page_count"))
