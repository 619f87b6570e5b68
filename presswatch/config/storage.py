"""The configuration file on disk: one writer at a time, and whole or not at all, across a crash too."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scraper.errors import ConfigError

LOCK_SECONDS = 10.0
PRIVATE = 0o600
"""The mode of a new file: it may come to hold secrets."""


@contextmanager
def locked_folder(folder: Path, *, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the editors' lock of ``folder``, waiting for at most so long. Raises :class:`ConfigError`.

    The folder itself is locked: a lock on a file that is then replaced would protect the old one only.
    """
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise ConfigError(f"cannot be opened: {error.strerror}", path=folder) from error
    try:
        deadline = time.monotonic() + seconds
        while not _try_lock(handle):
            if time.monotonic() > deadline:
                raise ConfigError("another program is editing the configuration; try again", path=folder)
            time.sleep(0.02)
        yield
    finally:
        os.close(handle)  # gives the lock back


def replace_file(target: Path, text: str) -> None:
    """Put ``text`` in the place of an existing file, whose mode (and, as far as allowed, owner) it takes over.
    Raises :class:`ConfigError`; the file is then as it was."""
    temporary: Path | None = None
    try:
        before = target.stat()
        temporary = _write_beside(target, text)
        with suppress(PermissionError):
            os.chown(temporary, before.st_uid, before.st_gid)
        temporary.chmod(before.st_mode & 0o7777)
        temporary.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        hint = "; mount its folder rather than the file" if error.errno == errno.EBUSY else ""
        raise ConfigError(f"cannot be written: {error.strerror}{hint}", path=target) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def create_file(target: Path, text: str) -> None:
    """Write a new file, readable by its owner only, and the folders above it. Raises :class:`ConfigError` if there is
    one already, which is then left alone."""
    temporary: Path | None = None
    try:
        target.parent.mkdir(0o700, parents=True, exist_ok=True)
        temporary = _write_beside(target, text)
        os.link(temporary, target)  # fails where a file exists, unlike a rename
        _sync_folder(target.parent)
    except FileExistsError as error:
        raise ConfigError("exists already; it was left as it is", path=target) from error
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", path=target) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_beside(target: Path, text: str) -> Path:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        path.chmod(PRIVATE)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def require_own_file(path: Path, *, key: str) -> None:
    """What may run programs must be ours alone: neither the file nor its folder may be writable by anybody but us and
    the administrator. Raises :class:`ConfigError` naming ``key``."""
    target = path.resolve()
    for place in (target, target.parent):
        try:
            found = place.stat()
        except OSError as error:
            raise ConfigError(f"{place} cannot be looked at: {error.strerror}", path=path, key=key) from error
        if found.st_uid not in (0, os.geteuid()):
            raise ConfigError(f"is not run: {place} belongs to somebody else", path=path, key=key)
        if found.st_mode & 0o022 and not (place.is_dir() and found.st_mode & stat.S_ISVTX):
            raise ConfigError(f"is not run: others can write {place}; chmod go-w it", path=path, key=key)
