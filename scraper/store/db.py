"""Opening the database: ours and no other, whole and not newer; its connection settings; its transactions."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from scraper.errors import SchemaError, StoreError
from scraper.store import openfiles
from scraper.store.marks import APPLICATION_ID, SCHEMA_VERSION

_MAGIC = b"SQLite format 3\x00"
_HEADER = 100
_QUICK_CHECK_BELOW = 64 * 1024 * 1024


class Store:
    """One connection to one database file. Use it from one thread at a time.

    Errors of SQLite that a person can act on leave :meth:`transaction` as :class:`StoreError`; bugs keep their
    traceback.
    """

    def __init__(self, conn: sqlite3.Connection, path: Path) -> None:
        self.conn = conn
        self.path = path
        self._file: openfiles.FileId | None = openfiles.remember(path)
        self._durable: bool | None = None

    @property
    def captures_dir(self) -> Path:
        """Folder of the compressed bodies, beside the database."""
        return self.path.parent / "captures"

    @contextlib.contextmanager
    def explaining(self) -> Iterator[None]:
        """For reading outside of a transaction: what a person can act on leaves it as :class:`StoreError`."""
        try:
            yield
        except sqlite3.Error as error:
            _raise_explained(error, self.path)

    @contextlib.contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """``BEGIN IMMEDIATE`` … ``COMMIT``, or ``ROLLBACK`` when the body raises.

        ``durable`` commits survive a power cut (``synchronous=FULL``); others only a crash of the process. The
        pragma is per connection and cannot be changed inside a transaction, hence it is set here.
        """
        try:
            if durable != self._durable:
                self.conn.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                self._durable = durable
            try:
                self.conn.execute("BEGIN IMMEDIATE")
                yield self.conn
                self.conn.execute("COMMIT")
            except BaseException:
                self._rollback()
                raise
        except sqlite3.Error as error:
            _raise_explained(error, self.path)

    def _rollback(self) -> None:
        # After a full disk SQLite may have rolled back by itself; where it cannot, closing the file will.
        if self.conn.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self.conn.execute("ROLLBACK")

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        self.conn.close()
        if self._file is not None:
            openfiles.forget(self._file)
            self._file = None


def open_store(path: Path) -> Store:
    """Open ``path`` for reading and writing, creating or migrating it; what is created is readable by its owner only.

    A copy is kept beside the file before a migration.

    Raises:
        SchemaError: the file is another program's, or was written by a newer presswatch; it is left untouched.
        StoreError: it is damaged (left untouched), locked, read-only, or its folder cannot be written.
    """
    with _explaining(path), openfiles.OPENING:
        path.parent.mkdir(0o700, parents=True, exist_ok=True)
        if not openfiles.is_open_here(path):
            _refuse_foreign(path)
            _refuse_damaged(path)
        _create_privately(path)
        conn = _connect(path)
        try:
            _prepare(conn, path)
        except BaseException:
            conn.close()
            raise
        return Store(conn, path)


def open_reader(path: Path) -> Store:
    """Open an existing database for reading only. Raises as :func:`open_store`, and if there is none."""
    with _explaining(path):
        is_there = path.exists()
    if not is_there:
        raise StoreError(f"{path}: there is no database yet; `presswatch check` or `presswatch run` makes one")
    with _explaining(path), openfiles.OPENING:
        if not openfiles.is_open_here(path):
            _refuse_foreign(path)
        _refuse_damaged(path)
        conn = _connect_reader(path)
        try:
            found = conn.execute("PRAGMA user_version").fetchone()[0]
            if found > SCHEMA_VERSION:
                raise _newer(path, found)
            if found == SCHEMA_VERSION:
                return Store(conn, path)
        except BaseException:
            conn.close()
            raise
        conn.close()
    open_store(path).close()
    return open_reader(path)


@contextlib.contextmanager
def _explaining(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from error
    except sqlite3.Error as error:
        _raise_explained(error, path)


def _connect_reader(path: Path, options: str = "") -> sqlite3.Connection:
    """A connection that changes no file; not even the log of a process that was killed is folded in."""
    uri = f"{path.resolve().as_uri()}?mode=ro{options}"
    conn = sqlite3.connect(uri, uri=True, timeout=5, isolation_level=None, check_same_thread=False)
    conn.row_factory = sqlite3.Row
    return conn


def _create_privately(path: Path) -> None:
    """An empty file for a new database, readable by its owner only: texts of pages that took credentials will be in it.
    SQLite gives the files beside it the same mode. One that exists keeps what its owner gave it."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _connect(path: Path) -> sqlite3.Connection:
    # More statements than the usual 128 take turns in the service, and preparing one costs more than running it.
    conn = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False, cached_statements=512)
    conn.row_factory = sqlite3.Row
    conn.execute("PRAGMA busy_timeout=5000")
    conn.execute("PRAGMA foreign_keys=ON")
    conn.execute("PRAGMA cache_size=-16384")
    return conn


def _prepare(conn: sqlite3.Connection, path: Path) -> None:
    if conn.execute("PRAGMA application_id").fetchone()[0] == 0:
        # Written before the switch to WAL, so that it stands in the file's header and not only in the log.
        conn.execute(f"PRAGMA application_id={APPLICATION_ID}")
    _switch_to_wal(conn)
    conn.execute("PRAGMA synchronous=NORMAL")
    found = conn.execute("PRAGMA user_version").fetchone()[0]
    if found > SCHEMA_VERSION:  # a newer program's log that is not folded in yet: the header is old
        raise _newer(path, found)
    if found < SCHEMA_VERSION:
        if found:
            _keep_copy(conn, path, found)
        _migrate(conn)


def _migrate(conn: sqlite3.Connection) -> None:
    # Imported here: a file needs it once, and every command would pay for it.
    from sqlite_utils import Database

    from scraper.store.migrations import migrations

    with _migration_lock(conn):
        migrations.apply(Database(conn))


def _switch_to_wal(conn: sqlite3.Connection) -> None:
    """SQLite does not wait for the lock that the first switch takes, so two first openers would collide."""
    for _ in range(50):
        try:
            conn.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.1)
        else:
            return
    conn.execute("PRAGMA journal_mode=WAL")


@contextlib.contextmanager
def _migration_lock(conn: sqlite3.Connection) -> Iterator[None]:
    """Two processes that open a new file at once must not both create the tables."""
    conn.execute("BEGIN IMMEDIATE")
    try:
        yield
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


def _keep_copy(conn: sqlite3.Connection, path: Path, version: int) -> None:
    copy = path.with_name(f"{path.stem}.v{version}.backup{path.suffix}")
    if copy.exists():
        return
    if shutil.disk_usage(path.parent).free < path.stat().st_size * 2:
        raise StoreError(f"{path}: not enough room to keep a copy before the schema changes; free some")
    # Under its name only when whole: a process may be killed meanwhile.
    unfinished = copy.with_suffix(f".{os.getpid()}.new")
    unfinished.unlink(missing_ok=True)
    _create_privately(unfinished)
    conn.execute("VACUUM INTO ?", (str(unfinished),))
    unfinished.replace(copy)


def _refuse_foreign(path: Path) -> None:
    """Look at the header without opening the file as a database, so that nothing beside it is created or changed."""
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb") as file:
        header = file.read(_HEADER)
    if not header.startswith(_MAGIC[: len(header)]):
        raise SchemaError(f"{path}: this is not an SQLite database; it was left untouched")
    if len(header) < _HEADER:
        raise _damaged(path, "its header is cut off")
    version, application = struct.unpack(">I", header[60:64])[0], struct.unpack(">I", header[68:72])[0]
    if application not in (APPLICATION_ID, 0):
        raise SchemaError(f"{path}: this database belongs to another program; it was left untouched")
    if application == APPLICATION_ID and version > SCHEMA_VERSION:
        raise _newer(path, version)
    if application == 0:
        _refuse_unmarked(path)


def _refuse_unmarked(path: Path) -> None:
    """A header without a mark is ours only if the file holds nothing yet (we were killed while creating it)."""
    with contextlib.closing(_connect_reader(path, "&immutable=1")) as conn:
        if conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise SchemaError(f"{path}: this database belongs to another program; it was left untouched")


def _refuse_damaged(path: Path) -> None:
    """Look for damage without writing a byte: where nobody has the file open, nothing is created beside it either."""
    size = path.stat().st_size if path.exists() else 0
    # A journal is the remains of a process killed while it created the file: opening it will roll that back.
    if not size or path.with_name(f"{path.name}-journal").exists():
        return
    was_open = _is_open(path)
    if not was_open:
        _refuse_cut(path, size)
    if size < _QUICK_CHECK_BELOW:
        finding = _finding(path, "" if was_open else "&immutable=1")
        if finding != "ok" and not was_open and _is_open(path):  # somebody began to write under our eyes
            finding = _finding(path, "")
        if finding != "ok":
            raise _damaged(path, finding)


def _is_open(path: Path) -> bool:
    """Whether another process has the file open, or was killed while it had."""
    return path.with_name(f"{path.name}-wal").exists()


def _finding(path: Path, options: str) -> str:
    with contextlib.closing(_connect_reader(path, options)) as conn:
        try:
            return " ".join(str(conn.execute("PRAGMA quick_check(1)").fetchone()[0]).split())
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise
            return str(error)


def _refuse_cut(path: Path, size: int) -> None:
    """Compare the size that the header states (SQLite file format, 1.3) with the file's."""
    with path.open("rb") as file:
        header = file.read(_HEADER)
    page = struct.unpack(">H", header[16:18])[0]
    pages, changed, valid_for = (struct.unpack(">I", header[at : at + 4])[0] for at in (28, 24, 92))
    if changed == valid_for and size < pages * (65536 if page == 1 else page):
        raise _damaged(path, "its end is missing")


def _damaged(path: Path, how: str) -> StoreError:
    return StoreError(f"{path}: the database is damaged ({how}); it was left untouched")


def _newer(path: Path, version: int) -> SchemaError:
    return SchemaError(
        f"{path}: written by a newer presswatch (schema {version}, this one knows {SCHEMA_VERSION}); "
        "upgrade presswatch. The file was left untouched"
    )


_SENTENCES = {
    sqlite3.SQLITE_CORRUPT: "the database is damaged; it was left untouched",
    sqlite3.SQLITE_NOTADB: "this is not an SQLite database; it was left untouched",
    sqlite3.SQLITE_BUSY: "another process holds the database; try again when it is done",
    sqlite3.SQLITE_LOCKED: "another process holds the database; try again when it is done",
    sqlite3.SQLITE_FULL: "the disk is full, nothing was written; it goes on when there is room",
    sqlite3.SQLITE_READONLY: "the database cannot be written; check the file's owner and mode",
    sqlite3.SQLITE_PERM: "the database cannot be opened; check the file's owner and mode",
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened; check that its folder exists and may be written",
    sqlite3.SQLITE_IOERR: "the disk could not be read or written",
}


def explain(error: BaseException) -> str | None:
    """What an error of SQLite means, if it is one that a person can act on."""
    # The lower byte is the primary code (https://sqlite.org/rescode.html).
    return _SENTENCES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)


def _raise_explained(error: sqlite3.Error, path: Path) -> NoReturn:
    """Raise what a person can act on as :class:`StoreError`, anything else as it is: a bug keeps its traceback."""
    sentence = explain(error)
    if sentence is None:
        raise error
    raise StoreError(f"{path}: {sentence}") from error
