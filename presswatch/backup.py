"""Backups: one file with the database, the captured pages and the configuration, and back again."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from pathlib import Path
from typing import BinaryIO

from presswatch.config.parse import MAX_FILE_BYTES
from presswatch.paths import Home, is_there
from scraper.clock import to_text, utc_now
from scraper.errors import PresswatchError, StoreError
from scraper.store.captures import MOST_STORED, SUFFIX
from scraper.store.db import open_reader, open_store

_DATABASE, _CONFIG = "presswatch.db", "presswatch.toml"
_OF_PROCESSES = (
    "UPDATE leases SET holder = NULL, expires_at = NULL WHERE holder IS NOT NULL",
    "DELETE FROM workers",
    "DELETE FROM fleet",
)
"""Takes out of a database what processes hold that work on another one, which goes on without them."""
_SPARED = 100_000_000
"""Bytes of a disk that restoring leaves free."""
_CAPTURE = re.compile(rf"captures/[0-9a-f]{{2}}/[0-9a-f]{{64}}{re.escape(SUFFIX)}")


def write_backup(home: Home, target: Path, *, captures: bool = True) -> int:
    """Write all of ``home`` to ``target``, while others may write to the database; how many captured pages are in it.

    The file appears under its name when it is whole, readable by its owner only (a configuration may hold secrets).
    Raises :class:`PresswatchError` if it exists or cannot be written, :class:`StoreError` for the database.
    """
    if is_there(target):
        raise PresswatchError(f"{target} exists; a backup is never overwritten")
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        with (
            tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".presswatch-") as folder,
            _open_privately(unfinished) as file,
            tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as tar,
        ):
            copy = Path(folder) / _DATABASE
            _copy_database(home.db_path, copy)
            tar.add(copy, _DATABASE)
            if home.has_config:
                tar.add(home.config_path, _CONFIG)
            # After the copy: what it names was on the disk before.
            count = _add_captures(tar, home.captures_dir, copy) if captures else 0
        unfinished.replace(target)
    except OSError as error:
        raise PresswatchError(f"{target}: {error.strerror or error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def _copy_database(source: Path, copy: Path) -> None:
    store = open_reader(source)
    try:
        with contextlib.closing(sqlite3.connect(copy)) as target:
            store.conn.backup(target, pages=2_000)  # in steps, so that writers get their turn
            _forget_processes(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    except sqlite3.Error as error:
        raise StoreError(f"{source}: {error}") from error
    finally:
        store.close()


def _forget_processes(conn: sqlite3.Connection) -> None:
    with conn:
        for statement in _OF_PROCESSES:
            conn.execute(statement)


def _add_captures(tar: tarfile.TarFile, folder: Path, database: Path) -> int:
    count = 0
    with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as conn:
        for (sha256,) in conn.execute("SELECT sha256 FROM captures ORDER BY sha256"):
            name = f"{sha256[:2]}/{sha256}{SUFFIX}"
            with contextlib.suppress(FileNotFoundError):  # retired meanwhile
                tar.add(folder / name, f"captures/{name}")
                count += 1
    return count


def read_backup(source: Path, home: Home, *, trusted: bool = False) -> Path | None:
    """Put what is in ``source`` where ``home`` keeps it; where its configuration was put (``None``: one that is there
    is kept, or there is none in it).

    Who made the file could be anybody, and a configuration names programs, files whose content is sent, receivers and
    addresses: it is put beside its place and not in force, unless it is ``trusted``, and nothing in the database starts
    programs.

    Only files by the names that a backup has are taken from it. Raises :class:`PresswatchError` if there is a database
    already, or ``source`` is no backup, or a disk is full: then there is no database.
    """
    if home.has_database:
        raise PresswatchError(f"{home.db_path} exists; a backup is restored where there is none (move it away first)")
    home.data_dir.mkdir(0o700, parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=home.data_dir, prefix=".restoring-") as folder:
            _unpack(source, Path(folder))
            if not trusted:
                _disarm(Path(folder) / _DATABASE)
            with contextlib.closing(sqlite3.connect(Path(folder) / _DATABASE)) as conn:
                _forget_processes(conn)  # a copy that was made with other means has them still
                conn.execute("PRAGMA journal_mode=DELETE")
            return _put(Path(folder), home, trusted=trusted)
    except sqlite3.Error as error:
        raise PresswatchError(f"{source}: its database cannot be used: {error}") from error
    except (OSError, EOFError, tarfile.TarError) as error:
        raise PresswatchError(f"{source}: {getattr(error, 'strerror', None) or error}") from error


def _unpack(source: Path, folder: Path) -> None:
    with tarfile.open(source, "r:gz") as tar:
        for member in tar:
            plain = member.isreg() and not member.issparse()
            if not plain or not (member.name in (_DATABASE, _CONFIG) or _CAPTURE.fullmatch(member.name)):
                raise PresswatchError(f"{source}: {member.name[:100]!r} is in no backup of presswatch")
            if member.size > _most_bytes(member.name, folder):
                raise PresswatchError(f"{source}: {member.name} is larger than it can be, or than there is room for")
            target = folder / member.name
            target.parent.mkdir(parents=True, exist_ok=True)
            content = tar.extractfile(member)
            if content is not None:
                with content, _open_privately(target) as file:
                    shutil.copyfileobj(content, file)
    if not (folder / _DATABASE).exists():
        raise PresswatchError(f"{source}: there is no database in it")
    open_reader(folder / _DATABASE).close()  # whole, ours, not newer


def _most_bytes(name: str, folder: Path) -> int:
    """A few kilobytes of an archive can stand for as much as a disk holds."""
    room = max(shutil.disk_usage(folder).free - _SPARED, 0)
    if name == _DATABASE:
        return room
    return min(room, MAX_FILE_BYTES if name == _CONFIG else MOST_STORED)


def _put(folder: Path, home: Home, *, trusted: bool) -> Path | None:
    for path in sorted(folder.glob(f"captures/*/*{SUFFIX}")):
        target = home.captures_dir / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    config, put = folder / _CONFIG, None
    if config.exists() and not home.has_config:
        put = home.config_path if trusted else home.restored_path
        home.config_path.parent.mkdir(0o700, parents=True, exist_ok=True)
        _copy_privately(config, put)
    (folder / _DATABASE).replace(home.db_path)  # last: with it the restoring is done
    return put


def _copy_privately(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)  # one of an earlier restoring
    with _open_privately(target) as file:
        file.write(source.read_bytes())


def _open_privately(path: Path) -> BinaryIO:
    """A new file to be written, readable by its owner only."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _disarm(database: Path) -> None:
    """Take out of a database what would start programs: hooks of recipes, which a configuration that names them puts
    back. Triggers could do so later: raises :class:`PresswatchError` where there are any that are not ours."""
    open_store(database).close()  # of the present schema from now on
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as conn:
        if _triggers(conn) != _our_triggers():
            raise PresswatchError("there are triggers in its database that are not those of presswatch")
        now = to_text(utc_now())
        conn.execute("UPDATE recipes SET retired_at = ? WHERE hook IS NOT NULL AND retired_at IS NULL", (now,))
        conn.execute("UPDATE sources SET config_sha256 = NULL")
        conn.execute("PRAGMA journal_mode=DELETE")


def _our_triggers() -> set[tuple[str, str]]:
    with tempfile.TemporaryDirectory(prefix="presswatch-") as folder:
        store = open_store(Path(folder) / _DATABASE)
        try:
            return _triggers(store.conn)
        finally:
            store.close()


def _triggers(conn: sqlite3.Connection) -> set[tuple[str, str]]:
    return {(row[0], row[1]) for row in conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")}
