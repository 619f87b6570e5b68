"""10,000 pending messages to a loopback webhook, against a bare loop of the same HTTP client with bodies of the same
length: the CPU time of this process, as a ratio."""

from __future__ import annotations

import socket
import sqlite3
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path

import urllib3

from scheduler.channels import ChannelSpec, build_channel
from scheduler.fact_rows import load_messages
from scheduler.messages import MessagePlanner, TellingPlan
from scheduler.outbox import Outbox
from scheduler.registry import sync_channels
from scheduler.render import render
from scraper.clock import to_text
from scraper.hooks import RecordedChange
from scraper.store.db import Store, open_store
from scraper.types import ChangeKind

MESSAGES = 10_000
SOURCES = 50
_SECRET = "whsec_c2VjcmV0IG9mIHRoZSBoYXJib3VyIG9mZmljZQ=="  # noqa: S105
_NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def main() -> None:
    """Print the ratio."""
    context = get_context("spawn")
    ports: Queue[int] = context.Queue()
    server = context.Process(target=_serve, args=(ports,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{ports.get()}/hook"
    try:
        with tempfile.TemporaryDirectory() as folder:
            outbox_cpu, length = _drain(Path(folder), url)
        bare_cpu = _bare_loop(url, length)
    finally:
        server.terminate()
        server.join()
    print(
        f"outbox: {MESSAGES} messages of {length} bytes, {1000 * outbox_cpu / MESSAGES:.3f} ms CPU each; "
        f"bare urllib3 loop {1000 * bare_cpu / MESSAGES:.3f} ms; ratio {outbox_cpu / bare_cpu:.2f} (at most 3)"
    )


def _drain(folder: Path, url: str) -> tuple[float, int]:
    store = open_store(folder / "bench.db")
    channel = build_channel(ChannelSpec("hook", "webhook", url=url, secret=_SECRET))
    _fill(store)
    length = len(render(load_messages(store.conn, [1])[1]).body)
    outbox = Outbox(store, {"hook": channel})
    began = time.process_time()
    stats = outbox.drain(timedelta(minutes=5))
    spent = time.process_time() - began
    outbox.close()
    store.close()
    if stats.sent != MESSAGES:
        raise SystemExit(f"only {stats.sent} of {MESSAGES} were sent")
    return spent, length


def _fill(store: Store) -> None:
    planner = MessagePlanner(TellingPlan(channels=("hook",), burst=MESSAGES))
    with store.transaction(durable=False) as conn:
        sync_channels(conn, [ChannelSpec("hook", "webhook")], planner.plan.rules, _NOW)
        conn.execute("INSERT INTO sites(site) VALUES ('example.org')")
        changes = [_write_item(conn, n) for n in range(1, MESSAGES + 1)]
        planner.changes_recorded(conn, changes, _NOW)


def _write_item(conn: sqlite3.Connection, n: int) -> RecordedChange:
    at, source = to_text(_NOW), n % SOURCES + 1
    conn.execute(
        "INSERT OR IGNORE INTO sources(id, source_key, slug, name, url, site, origin, created_at) "
        "VALUES (?, ?, ?, ?, 'https://example.org/news', 'example.org', 'config', ?)",
        (source, f"s{source}", f"s{source}", f"Source {source}", at),
    )
    conn.execute(
        "INSERT INTO checks(id, check_key, source_id, started_at, last_at, outcome, duration_ms) "
        "VALUES (?, ?, ?, ?, ?, 'changed', 1)",
        (n, f"c{n}", source, at, at),
    )
    values = (f"The harbour office announces item number {n}", f"https://example.org/{n}", "word " * 40)
    conn.execute(
        "INSERT INTO items(id, item_key, source_id, is_baseline, first_seen_at, first_check_id, changed_at, title, "
        "url, summary) VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?)",
        (n, f"k{n}", source, at, n, at, *values),
    )
    conn.execute(
        "INSERT INTO revisions(item_id, number, recorded_at, check_id, fields, title, url, summary) "
        "VALUES (?, 1, ?, ?, '', ?, ?, ?)",
        (n, at, n, *values),
    )
    conn.execute(
        "INSERT INTO changes(id, event_id, changed_at, source_id, item_id, kind, revision, tell, check_id) "
        "VALUES (?, ?, ?, ?, ?, 'added', 1, 1, ?)",
        (n, f"{n:032}", at, source, n, n),
    )
    return RecordedChange(n, f"{n:032}", ChangeKind.ADDED, source, n, None, tell=True)


def _bare_loop(url: str, length: int) -> float:
    pool = urllib3.PoolManager(num_pools=1, maxsize=1, retries=False)
    body, headers = b"x" * length, {"content-type": "application/json", "webhook-id": "x", "webhook-timestamp": "1"}
    began = time.process_time()
    for _ in range(MESSAGES):
        pool.request("POST", url, body=body, headers=headers)
    return time.process_time() - began


def _serve(ports: Queue[int]) -> None:
    """Answers 200 with as little work as can be, in a process of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    ports.put(listener.getsockname()[1])
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_answer, args=(connection,), daemon=True).start()


def _answer(connection: socket.socket) -> None:
    buffer = b""
    while True:
        while b"\r\n\r\n" not in buffer:
            piece = connection.recv(65536)
            if not piece:
                return
            buffer += piece
        head, _, rest = buffer.partition(b"\r\n\r\n")
        line = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
        length = int(line.partition(b":")[2])
        while len(rest) < length:
            rest += connection.recv(65536)
        buffer = rest[length:]
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")


if __name__ == "__main__":
    main()
