"""Opening the database: ours and no other, whole and not newer; its connection settings; its transactions."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import struct
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from scraper.errors import SchemaError, StoreError
from scraper.store.migrations import APPLICATION_ID, SCHEMA_VERSION, migrations

_MAGIC = b"SQLite format 3\x00"
_QUICK_CHECK_BELOW = 64 * 1024 * 1024


class Store:
    """One connection to one database file. Use it from one thread at a time.

    Errors of SQLite that a person can act on leave :meth:`transaction` as :class:`StoreError`; bugs keep their
    traceback.
    """

    def __init__(self, conn: sqlite3.Connection, path: Path) -> None:
        self.conn = conn
        self.path = path
        self._durable: bool | None = None

    @property
    def captures_dir(self) -> Path:
        """Folder of the compressed bodies, beside the database."""
        return self.path.parent / "captures"

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
            self.conn.execute("BEGIN IMMEDIATE")
        except sqlite3.DatabaseError as error:
            raise _explained(error, self.path) from error
        try:
            yield self.conn
            self.conn.execute("COMMIT")
        except sqlite3.OperationalError as error:
            self._rollback()
            raise _explained(error, self.path) from error
        except BaseException:
            self._rollback()
            raise

    def _rollback(self) -> None:
        # After a full disk SQLite may have rolled back by itself.
        if self.conn.in_transaction:
            self.conn.execute("ROLLBACK")

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        self.conn.close()


def open_store(path: Path, *, thorough: bool = False) -> Store:
    """Open ``path`` for reading and writing, creating or migrating it.

    A copy is kept beside the file before a migration. ``thorough`` looks at every page whatever the file's size.

    Raises:
        SchemaError: the file is another program's, or was written by a newer presswatch; it is left untouched.
        StoreError: it is damaged (left untouched), locked, read-only, or its folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _refuse_foreign(path)
        conn = _connect(path)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from error
    except sqlite3.DatabaseError as error:
        raise _explained(error, path) from error
    try:
        _check_whole(conn, path, thorough=thorough)
        _prepare(conn, path)
    except sqlite3.DatabaseError as error:
        conn.close()
        raise _explained(error, path) from error
    except StoreError:
        conn.close()
        raise
    return Store(conn, path)


def open_reader(path: Path) -> Store:
    """Open an existing database for reading only. Raises as :func:`open_store`, and if there is none."""
    if not path.exists():
        raise StoreError(f"{path}: there is no database yet; `presswatch check` or `presswatch run` makes one")
    _refuse_foreign(path)
    try:
        conn = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5, isolation_level=None)
        conn.row_factory = sqlite3.Row
        found = conn.execute("PRAGMA user_version").fetchone()[0]
        if found > SCHEMA_VERSION:
            raise _newer(path, found)
        if found < SCHEMA_VERSION:
            conn.close()
            open_store(path).close()
            return open_reader(path)
    except sqlite3.DatabaseError as error:
        raise _explained(error, path) from error
    return Store(conn, path)


def _connect(path: Path) -> sqlite3.Connection:
    conn = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
    conn.row_factory = sqlite3.Row
    conn.execute("PRAGMA busy_timeout=5000")
    conn.execute("PRAGMA foreign_keys=ON")
    conn.execute("PRAGMA cache_size=-16384")
    return conn


def _prepare(conn: sqlite3.Connection, path: Path) -> None:
    if conn.execute("PRAGMA application_id").fetchone()[0] == 0:
        # Written before the switch to WAL, so that it stands in the file's header and not only in the log.
        conn.execute(f"PRAGMA application_id={APPLICATION_ID}")
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("PRAGMA synchronous=NORMAL")
    found = conn.execute("PRAGMA user_version").fetchone()[0]
    if found < SCHEMA_VERSION:
        if found:
            _keep_copy(conn, path, found)
        with _migration_lock(conn):
            migrations.apply(Database(conn))


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
    if shutil.disk_usage(path.parent).free < path.stat().st_size * 2:
        raise StoreError(f"{path}: not enough room to keep a copy before the schema changes; free some")
    if not copy.exists():
        conn.execute("VACUUM INTO ?", (str(copy),))


def _refuse_foreign(path: Path) -> None:
    """Look at the header without opening the file as a database, so that nothing beside it is created or changed."""
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb") as file:
        header = file.read(100)
    if not header.startswith(_MAGIC):
        raise SchemaError(f"{path}: this is not an SQLite database; it was left untouched")
    if len(header) < 100:
        raise StoreError(f"{path}: the database is damaged (its header is cut off); it was left untouched")
    version, application = struct.unpack(">I", header[60:64])[0], struct.unpack(">I", header[68:72])[0]
    if application not in (APPLICATION_ID, 0):
        raise SchemaError(f"{path}: this database belongs to another program; it was left untouched")
    if application == APPLICATION_ID and version > SCHEMA_VERSION:
        raise _newer(path, version)
    if application == 0:
        _refuse_unmarked(path)


def _refuse_unmarked(path: Path) -> None:
    """A header without a mark is ours only if the file holds nothing yet (we were killed while creating it)."""
    conn = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        if conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise SchemaError(f"{path}: this database belongs to another program; it was left untouched")
    except sqlite3.DatabaseError as error:
        raise _explained(error, path) from error
    finally:
        conn.close()


def _check_whole(conn: sqlite3.Connection, path: Path, *, thorough: bool) -> None:
    size = path.stat().st_size if path.exists() else 0
    if size and (thorough or size < _QUICK_CHECK_BELOW):
        finding = conn.execute("PRAGMA quick_check(1)").fetchone()[0]
        if finding != "ok":
            raise StoreError(f"{path}: the database is damaged ({finding}); it was left untouched")


def _newer(path: Path, version: int) -> SchemaError:
    return SchemaError(
        f"{path}: written by a newer presswatch (schema {version}, this one knows {SCHEMA_VERSION}); "
        "upgrade presswatch. The file was left untouched"
    )


def _explained(error: sqlite3.DatabaseError, path: Path) -> Exception:
    text = str(error)
    if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.InterfaceError):
        return error
    for sign, sentence in (
        ("malformed", "the database is damaged; it was left untouched"),
        ("not a database", "this is not an SQLite database; it was left untouched"),
        ("locked", "another process holds the database; try again when it is done"),
        ("full", "the disk is full, nothing was written; it goes on when there is room"),
        ("readonly", "the database cannot be written; check the file's owner and mode"),
        ("unable to open", "the database cannot be opened; check that its folder exists and may be written"),
        ("disk I/O", "the disk could not be read or written"),
    ):
        if sign in text:
            return StoreError(f"{path}: {sentence}")
    return error
