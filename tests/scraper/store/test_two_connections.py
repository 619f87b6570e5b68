"""The daemon has two connections to one file; a third, of another process, that comes and goes must not hurt them."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from scraper.store.db import Store, open_reader, open_store

VISIT = "import sys; from pathlib import Path; from scraper.store.db import {0}; {0}(Path(sys.argv[1])).close()"


def _note(store: Store, value: str) -> None:
    with store.transaction() as conn:
        conn.execute("INSERT INTO meta(key, value) VALUES ('note', ?) ON CONFLICT DO UPDATE SET value = ?", [value] * 2)


def _read_elsewhere(path: Path) -> str:
    command = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])"
    sql = "SELECT value FROM meta WHERE key = 'note'"
    done = subprocess.run([sys.executable, "-c", command, path, sql], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("opener", ["open_store", "open_reader"])
def test_what_is_committed_after_a_visit_of_another_process_is_there_for_all(tmp_path: Path, opener: str) -> None:
    path = tmp_path / "presswatch.db"
    first = open_store(path)
    _note(first, "before")
    second = open_store(path)
    third = open_reader(path)
    third.close()
    subprocess.run([sys.executable, "-c", VISIT.format(opener), path], check=True)
    _note(first, "after")
    assert _read_elsewhere(path) == "after"
    _note(second, "later")
    assert _read_elsewhere(path) == "later"
    first.close()
    second.close()
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_file_that_took_the_place_of_an_open_one_is_still_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "presswatch.db"
    first = open_store(path)
    path.rename(tmp_path / "moved.db")
    path.write_bytes(b"no database at all")
    with pytest.raises(Exception, match="not an SQLite database"):
        open_store(path)
    first.close()
