"""Backups: one file with the database, the captured pages and the configuration, and back again."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from presswatch.paths import Home
from scraper.errors import PresswatchError, StoreError
from scraper.store.captures import SUFFIX
from scraper.store.db import open_reader

_DATABASE, _CONFIG = "presswatch.db", "presswatch.toml"
_LARGEST_CONFIG, _LARGEST_CAPTURE = 10_000_000, 12_000_000
_SPARED = 100_000_000
"""Bytes of a disk that restoring leaves free."""
_CAPTURE = re.compile(rf"captures/[0-9a-f]{{2}}/[0-9a-f]{{64}}{re.escape(SUFFIX)}")


def write_backup(home: Home, target: Path, *, captures: bool = True) -> int:
    """Write all of ``home`` to ``target``, while others may write to the database; how many captured pages are in it.

    The file appears under its name when it is whole, readable by its owner only (a configuration may hold secrets).
    Raises :class:`PresswatchError` if it exists or cannot be written, :class:`StoreError` for the database.
    """
    if target.exists():
        raise PresswatchError(f"{target} exists; a backup is never overwritten")
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        with (
            tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".presswatch-") as folder,
            os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
            tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as tar,
        ):
            copy = Path(folder) / _DATABASE
            _copy_database(home.db_path, copy)
            tar.add(copy, _DATABASE)
            if home.config_path.exists():
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
            target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    except sqlite3.Error as error:
        raise StoreError(f"{source}: {error}") from error
    finally:
        store.close()


def _add_captures(tar: tarfile.TarFile, folder: Path, database: Path) -> int:
    count = 0
    with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as conn:
        for (sha256,) in conn.execute("SELECT sha256 FROM captures ORDER BY sha256"):
            name = f"{sha256[:2]}/{sha256}{SUFFIX}"
            with contextlib.suppress(FileNotFoundError):  # retired meanwhile
                tar.add(folder / name, f"captures/{name}")
                count += 1
    return count


def read_backup(source: Path, home: Home) -> Path | None:
    """Put what is in ``source`` where ``home`` keeps it; where its configuration was put (``None``: one that is there
    is kept, or there is none in it). A configuration that starts programs is put beside its place and not in force: who
    made the file could be anybody.

    Only files by the names that a backup has are taken from it. Raises :class:`PresswatchError` if there is a database
    already, or ``source`` is no backup, or a disk is full: then there is no database.
    """
    if home.db_path.exists():
        raise PresswatchError(f"{home.db_path} exists; a backup is restored where there is none (move it away first)")
    home.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=home.data_dir, prefix=".restoring-") as folder:
            _unpack(source, Path(folder))
            return _put(Path(folder), home)
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
                with content, target.open("wb") as file:
                    shutil.copyfileobj(content, file)
    if not (folder / _DATABASE).exists():
        raise PresswatchError(f"{source}: there is no database in it")
    open_reader(folder / _DATABASE).close()  # whole, ours, not newer


def _most_bytes(name: str, folder: Path) -> int:
    """A few kilobytes of an archive can stand for as much as a disk holds."""
    if name == _DATABASE:
        return max(shutil.disk_usage(folder).free - _SPARED, 0)
    return _LARGEST_CONFIG if name == _CONFIG else _LARGEST_CAPTURE


def _put(folder: Path, home: Home) -> Path | None:
    for path in sorted(folder.glob(f"captures/*/*{SUFFIX}")):
        target = home.captures_dir / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    config, put = folder / _CONFIG, None
    if config.exists() and not home.config_path.exists():
        put = home.restored_path
        if not _starts_programs(config):
            put = home.config_path
        home.config_path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(config, put)
        put.chmod(0o600)
    (folder / _DATABASE).replace(home.db_path)  # last: with it the restoring is done
    return put


def _starts_programs(config: Path) -> bool:
    """Whether a configuration may name commands, Python functions or a browser of its own."""
    try:
        values = tomllib.loads(config.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return True
    recipes = [source.get("recipe") for source in _tables(values.get("sources"))]
    return (
        any("command" in channel or channel.get("type") == "command" for channel in _tables(values.get("channels")))
        or any("hook" in recipe for recipe in _tables(recipes))
        or any("chromium" in settings for settings in _tables([values.get("presswatch")]))
    )


def _tables(value: object) -> list[dict[str, Any]]:
    """The tables in a list of tables, or in a table of tables; the file may say anything."""
    if isinstance(value, dict):
        value = list(value.values())
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
