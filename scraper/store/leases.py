"""Leases with fencing tokens: who may check a source, be the daemon, or send.

A holder that was paused (a suspended laptop, a stopped process) may wake up after its lease ran out; its token is then
older than the one in the table and what it wants to commit is refused (Kleppmann, "How to do distributed locking").
All functions run inside the caller's transaction.
"""

from __future__ import annotations

import os
import socket
import sqlite3
from datetime import datetime, timedelta

from scraper.clock import to_text
from scraper.errors import LeaseLostError


def holder_name() -> str:
    """Names this process: host, process id and start, so that a dead holder on the same machine can be told."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def is_dead(holder: str) -> bool:
    """Whether ``holder`` (of :func:`holder_name`) surely ended: same machine, and no process with that id and start.

    A ``kill -9`` leaves a lease behind; this lets the next process take over at once instead of after its expiry.
    """
    host, _, rest = holder.rpartition(":")
    host, _, pid = host.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    return _started(int(pid)) != rest


def _started(pid: int) -> str:
    """Start of the process in clock ticks since boot; empty if there is no such process, or a zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - a kernel file
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return _started_without_proc(pid)
    return "" if fields[0] == "Z" else fields[19]


def _started_without_proc(pid: int) -> str:
    if os.path.exists("/proc/self/stat"):  # noqa: PTH110
        return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "alive"


def acquire(conn: sqlite3.Connection, name: str, holder: str, ttl: timedelta, now: datetime) -> int | None:
    """Take the lease ``name`` if it is free, has run out, or its holder is dead. The fencing token, or ``None``."""
    row = conn.execute("SELECT holder, expires_at FROM leases WHERE name = ?", (name,)).fetchone()
    # A lease that runs longer than any we give was taken before the wall clock was set back.
    longest = to_text(now + max(ttl, timedelta(minutes=10)) * 2)
    if row and row["holder"] and to_text(now) < row["expires_at"] <= longest and not is_dead(row["holder"]):
        return None
    token: int = conn.execute(
        "INSERT INTO leases(name, token, holder, expires_at) VALUES (?, 1, ?, ?) "
        "ON CONFLICT(name) DO UPDATE SET token = token + 1, holder = excluded.holder, expires_at = excluded.expires_at "
        "RETURNING token",
        (name, holder, to_text(now + ttl)),
    ).fetchone()[0]
    return token


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
    conn.execute("UPDATE leases SET holder = NULL, expires_at = NULL WHERE name = ? AND token = ?", (name, token))


def release_dead(conn: sqlite3.Connection) -> int:
    """Give back what processes held that surely ended; how many leases. After a ``kill -9`` nothing has to wait until
    they run out."""
    held = conn.execute("SELECT name, token, holder FROM leases WHERE holder IS NOT NULL").fetchall()
    dead = {holder for holder in {row["holder"] for row in held} if is_dead(holder)}
    gone = [row for row in held if row["holder"] in dead]
    for row in gone:
        release(conn, row["name"], row["token"])
    return len(gone)
