"""What is wrong with an installation, and what helps: files and the database.

:mod:`presswatch.doctor_outside` looks at the rest.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from presswatch.paths import Home, is_there, owner_of
from scraper.clock import to_text
from scraper.store.marks import SCHEMA_VERSION

_LEAST_FREE = 500_000_000
_NETWORK = frozenset(("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "beegfs",
                      "fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.glusterfs", "fuse.davfs"))  # fmt: skip
WATCHED = "s.active = 1 AND s.paused_at IS NULL AND s.origin = 'config'"
UNWELL = "(s.failures > 0 OR EXISTS (SELECT 1 FROM episodes u WHERE u.source_id = s.id AND u.closed_at IS NULL))"
"""Conditions on a row ``s`` of ``sources``. Unwell: its last look failed or was not believed, or it is in trouble. That
is an episode: so many looks in a row, or such a silence, that somebody is told."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``remedy`` says what helps, ``""`` where nothing is wrong."""

    what: str
    state: Literal["well", "note", "bad"]
    message: str
    remedy: str = ""


def examine_files(home: Home) -> Iterator[Finding]:
    """Disk and permissions. Raises :class:`ConfigError` where the files cannot be seen."""
    yield from _place(home)
    place = next(folder for folder in (home.data_dir, *home.data_dir.parents) if is_there(folder))
    free, size = shutil.disk_usage(place).free, home.db_path.stat().st_size if home.has_database else 0
    if free < max(_LEAST_FREE, 2 * size):
        yield Finding("disk", "bad", f"{free // 1_000_000} MB are free on the disk of {place}",
                      "free some: a change of the schema needs twice the size of the database")  # fmt: skip
    else:
        yield Finding("disk", "well", f"{free // 1_000_000} MB free")
    if home.has_config and stat.S_IMODE(home.config_path.stat().st_mode) & 0o022:
        yield Finding("permissions", "bad", f"others may write to {home.config_path}",
                      f"chmod go-w {home.config_path}: who writes it says where messages go")  # fmt: skip


def _place(home: Home) -> Iterator[Finding]:
    """The folder of the database: may we write there, and can SQLite's log live there?"""
    if not is_there(home.data_dir):
        return
    if not os.access(home.data_dir, os.W_OK):
        yield Finding("permissions", "bad", f"{home.data_dir} cannot be written to by this user",
                      f"run as its owner, {owner_of(home.data_dir)}, or name another folder with --home")  # fmt: skip
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    kind = file_system_of(home.data_dir.resolve(), mounts)
    if kind in _NETWORK:
        yield Finding("disk", "bad", f"{home.data_dir} is on a network file system ({kind})",
                      "move it to a disk of this machine: SQLite's locks and log do not hold there")  # fmt: skip


def file_system_of(folder: Path, mountinfo: str) -> str | None:
    """The kind of file system that an absolute folder is on, as the text of ``/proc/self/mountinfo`` says (proc(5))."""
    best: tuple[int, str | None] = (-1, None)
    for line in mountinfo.splitlines():
        fields, _, rest = line.partition(" - ")
        words = fields.split()
        if len(words) < 5 or not rest:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), words[4]))
        if folder.is_relative_to(point) and len(point.parts) >= best[0]:  # of two on one point the later one is seen
            best = (len(point.parts), rest.split()[0])
    return best[1]


def examine_database(conn: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    """Integrity, clock, sources, channels, messages. ``conn`` only reads."""
    for look in (_schema, _integrity, _clock, _sources, _channels, _messages):
        yield from look(conn, now)


def _schema(conn: sqlite3.Connection, _: datetime) -> Iterator[Finding]:
    found = conn.execute("PRAGMA user_version").fetchone()[0]
    if found == SCHEMA_VERSION:
        yield Finding("schema", "well", f"version {found}, that of this program")
    else:
        yield Finding(
            "schema", "bad", f"version {found}; this program has {SCHEMA_VERSION}", "presswatch backup; update"
        )


def _integrity(conn: sqlite3.Connection, _: datetime) -> Iterator[Finding]:
    found = conn.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found == "ok":
        yield Finding("integrity", "well", "every page of the database is whole")
    else:
        yield Finding("integrity", "bad", str(found)[:300], "stop the service, move the file away, restore a backup")


def _clock(conn: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    latest = conn.execute("SELECT max(last_check_at) FROM sources").fetchone()[0]
    if latest and latest > to_text(now + timedelta(minutes=5)):
        yield Finding("clock", "bad", f"the last look was at {latest}, which has not come yet",
                      "set the clock (timedatectl); presswatch looks again by itself")  # fmt: skip


def _sources(conn: sqlite3.Connection, _: datetime) -> Iterator[Finding]:
    rows = conn.execute(
        "SELECT s.slug, e.class, e.opened_at FROM episodes e JOIN sources s ON s.id = e.source_id "  # noqa: S608
        f"WHERE e.closed_at IS NULL AND {WATCHED} ORDER BY e.opened_at LIMIT 20"
    ).fetchall()
    from scheduler.episode_words import episode_words  # only here: `status` asks this module too

    for slug, kind, since in rows:
        said = f"{slug} {episode_words(kind, 'episode_opened')}, since {since[:16].replace('T', ' ')}"
        yield Finding(
            "source", "bad", said, f"presswatch check {slug}; presswatch explain shows what is seen on its page"
        )
    troubled = {row[0] for row in rows}
    unwell = conn.execute(
        f"SELECT s.slug, s.outcome, s.failures FROM sources s WHERE {WATCHED} AND {UNWELL} ORDER BY s.slug LIMIT 40"  # noqa: S608
    ).fetchall()
    for slug, outcome, failures in unwell:
        if slug not in troubled:
            yield Finding("source", "note", f"{slug} is unwell: {outcome} ×{failures}",
                          f"the next looks may be well; presswatch check {slug} says more")  # fmt: skip
    count = conn.execute(f"SELECT count(*) FROM sources s WHERE {WATCHED}").fetchone()[0]  # noqa: S608
    if not count:
        yield Finding("sources", "note", "nothing is watched", "presswatch add https://…/news")
    elif not rows:
        how = f"{len(unwell)} unwell, none in trouble" if unwell else "none unwell"
        yield Finding("sources", "well", f"{count} watched, {how}")


def _channels(conn: sqlite3.Connection, _: datetime) -> Iterator[Finding]:
    rows = conn.execute("SELECT name, failing_since_at, disabled_at, disabled_reason FROM channels WHERE active = 1")
    well = 0
    for name, failing, disabled, reason in rows:
        if disabled:
            yield Finding("channel", "bad", f"{name} is disabled: {reason}",
                          f"correct its address in the configuration; presswatch notify test {name}")  # fmt: skip
        elif failing:
            yield Finding("channel", "bad", f"{name} fails since {failing[:16].replace('T', ' ')}",
                          f"presswatch notify test {name} says why")  # fmt: skip
        else:
            well += 1
    if well:
        yield Finding("channels", "well", f"{well} without trouble")


def _messages(conn: sqlite3.Connection, now: datetime) -> Iterator[Finding]:
    from scheduler.registry import count_abandoned  # only here: `status` asks this module too

    abandoned = count_abandoned(conn)
    dead = conn.execute("SELECT count(*) FROM messages WHERE state = 'dead'").fetchone()[0]
    dead -= sum(left["dead"] for left in abandoned.values())
    if dead:
        yield Finding("messages", "bad", f"{dead} could not be sent", "presswatch messages; presswatch retry")
    late = to_text(now - timedelta(hours=1))
    for name, left in abandoned.items():
        kept = ", ".join(
            f"{number} {what}" for what, number in (("waiting", left["wait"]), ("dead", left["dead"])) if number
        )
        yield Finding("messages", "note", f"the channel {name} is no longer configured, and has messages: {kept}",
                      f"they are kept; to send them, configure [channels.{name}] again")  # fmt: skip
    waiting = conn.execute(
        "SELECT count(*) FROM messages WHERE state = 'pending' AND due_at < ? "
        "AND channel_id IN (SELECT id FROM channels WHERE active = 1)",
        (late,),
    ).fetchone()[0]
    if waiting:
        yield Finding("messages", "bad", f"{waiting} are due for more than an hour",
                      "is the service running? presswatch status; presswatch run")  # fmt: skip
