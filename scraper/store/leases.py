"""Leases with fencing tokens: who may check a source, be the daemon, or send.

A holder that was paused (a suspended laptop, a stopped process) may wake up after its lease ran out; its token is then
older than the one in the table and what it wants to commit is refused (Kleppmann, "How to do distributed locking").
All functions run inside the caller's transaction.
"""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache

from scraper.clock import to_text
from scraper.errors import LeaseLostError

_RELEASE = "UPDATE leases SET holder = NULL, expires_at = NULL WHERE name = ? AND token = ?"


def holder_name() -> str:
    """Names this process: where it runs, process id and start, so that a dead holder at the same place can be told."""
    return f"{_place()}:{os.getpid()}:{_started(os.getpid())}"


def _parts(holder: str) -> tuple[str, str, str]:
    """Place, process id and start."""
    rest, _, started = holder.rpartition(":")
    place, _, pid = rest.rpartition(":")
    return place, pid, started


def host_and_process(holder: str) -> tuple[str, str]:
    """Host and process id of a :func:`holder_name`, for people."""
    place, pid, _ = _parts(holder)
    return place.partition("/")[0], pid


def is_dead(holder: str) -> bool:
    """Whether ``holder`` (of :func:`holder_name`) surely ended: same place, and no process with that id and start.

    A ``kill -9`` leaves a lease behind; this lets the next process take over at once instead of after its expiry.
    """
    place, pid, was_started = _parts(holder)
    if place != _place() or not pid.isdigit():
        return False
    started = _started(int(pid))
    return started is not None and started != was_started


@cache
def _place() -> str:
    """Host and space of process ids: containers may share a host's name and not see each other's processes."""
    try:
        space = os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - no path
    except OSError:
        space = ""
    return f"{socket.gethostname()}/{space.partition('[')[2].rstrip(']')}"


def _started(pid: int) -> str | None:
    """Start of the process in clock ticks since boot; empty if there is no such process, or a zombie; ``None`` if there
    is one that is hidden from us (``hidepid``, another user)."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - a kernel file
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return _started_unseen(pid)
    return "" if fields[0] == "Z" else fields[19]


def _started_unseen(pid: int) -> str | None:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    # Without /proc (macOS) that it runs is all that can be known of any process.
    return None if os.path.exists("/proc/self/stat") else "alive"  # noqa: PTH110


def acquire(conn: sqlite3.Connection, name: str, holder: str, ttl: timedelta, now: datetime) -> int | None:
    """Take the lease ``name`` if it is free, has run out, or its holder is dead. The fencing token, or ``None``."""
    taken = acquire_all(conn, (name,), holder, ttl, now)
    return taken[0][1] if taken else None


def acquire_all(
    conn: sqlite3.Connection, names: Sequence[str], holder: str, ttl: timedelta, now: datetime
) -> tuple[tuple[str, int], ...] | None:
    """Take several leases, or none of them; each name with its token, as :func:`acquire`."""
    tokens = _take(conn, names, holder, ttl, now)
    held = [name for name in names if name not in tokens]
    if held and _free_dead(conn, held) == len(held):
        tokens |= _take(conn, held, holder, ttl, now)
        held = []
    if held:
        release_all(conn, tokens.items())
        return None
    return tuple((name, tokens[name]) for name in names)


def _take(conn: sqlite3.Connection, names: Sequence[str], holder: str, ttl: timedelta, now: datetime) -> dict[str, int]:
    """Tokens of those that were free or had run out."""
    # A lease that runs longer than any we give was taken before the wall clock was set back.
    longest = now + max(ttl, timedelta(minutes=10)) * 2
    until = to_text(now + ttl)
    values = [value for name in names for value in (name, holder, until)]
    rows = conn.execute(_taking(len(names)), (*values, to_text(now), to_text(longest)))
    return {row[0]: row[1] for row in rows.fetchall()}


@cache
def _taking(count: int) -> str:
    marks = ", ".join(["(?, 1, ?, ?)"] * count)
    return (
        f"INSERT INTO leases(name, token, holder, expires_at) VALUES {marks} "  # noqa: S608 - marks
        "ON CONFLICT(name) DO UPDATE SET token = token + 1, holder = excluded.holder, expires_at = excluded.expires_at "
        "WHERE leases.holder IS NULL OR leases.expires_at <= ? OR leases.expires_at > ? RETURNING name, token"
    )


def _free_dead(conn: sqlite3.Connection, names: Sequence[str]) -> int:
    """How many of these are free now, because the processes that held them ended."""
    freed = 0
    for name in names:
        row = conn.execute("SELECT token, holder FROM leases WHERE name = ?", (name,)).fetchone()
        if is_dead(row["holder"]):
            release(conn, name, row["token"])
            freed += 1
    return freed


def renew(conn: sqlite3.Connection, name: str, token: int, ttl: timedelta, now: datetime) -> bool:
    """Prolong a lease that is still ours; ``False`` if it is not."""
    done = conn.execute(
        "UPDATE leases SET expires_at = ? WHERE name = ? AND token = ? AND holder IS NOT NULL",
        (to_text(now + ttl), name, token),
    )
    return done.rowcount == 1


def require(conn: sqlite3.Connection, name: str, token: int) -> None:
    """Raise :class:`LeaseLostError` unless ``token`` is the newest for ``name`` and was not given back. Expiry alone
    does not matter: nobody else has looked meanwhile."""
    row = conn.execute("SELECT token, holder FROM leases WHERE name = ?", (name,)).fetchone()
    if row is None or row["token"] != token or row["holder"] is None:
        raise LeaseLostError(name)


def release(conn: sqlite3.Connection, name: str, token: int) -> None:
    """Give a lease back, if it is still ours."""
    conn.execute(_RELEASE, (name, token))


def release_all(conn: sqlite3.Connection, held: Iterable[tuple[str, int]]) -> None:
    """As :func:`release`, for each name and token."""
    conn.executemany(_RELEASE, [(name, token) for name, token in held])


def release_dead(conn: sqlite3.Connection) -> int:
    """Give back what processes held that surely ended; how many leases. After a ``kill -9`` nothing has to wait until
    they run out."""
    held = conn.execute("SELECT name, token, holder FROM leases WHERE holder IS NOT NULL").fetchall()
    dead = {holder for holder in {row["holder"] for row in held} if is_dead(holder)}
    gone = [row for row in held if row["holder"] in dead]
    for row in gone:
        release(conn, row["name"], row["token"])
    return len(gone)
