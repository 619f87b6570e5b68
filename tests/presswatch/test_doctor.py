"""``presswatch doctor`` finds what is wrong, and says what helps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from presswatch.cli.root import run
from scraper.store.db import open_store
from tests.presswatch.web.conftest import make_database


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    make_database(folder / "presswatch.db", items=3)
    (folder / "presswatch.toml").write_text("", encoding="utf-8")
    (folder / "presswatch.toml").chmod(0o600)
    store = open_store(folder / "presswatch.db")
    store.conn.execute("UPDATE messages SET state = 'sent', sent_at = due_at")
    store.close()
    return folder


def _bad(home: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, str]]:
    capsys.readouterr()
    code = run(["--home", str(home), "doctor", "--json"])
    findings = json.loads(capsys.readouterr().out)
    bad = {each["what"]: each for each in findings if each["state"] == "bad" and each["what"] != "disk"}
    assert code == any(each["state"] == "bad" for each in findings)
    assert all(each["remedy"] for each in findings if each["state"] != "well")
    return bad


def test_where_all_is_well_nothing_is_found(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _bad(home, capsys) == {}


@pytest.mark.parametrize(
    ("sql", "what", "says"),
    [
        ("UPDATE sources SET last_check_at = '2999-01-01T00:00:00.000Z'", "clock", "not come yet"),
        ("UPDATE messages SET state = 'dead'", "messages", "1 could not be sent"),
        ("UPDATE messages SET state = 'pending'", "messages", "more than an hour"),
        ("UPDATE channels SET disabled_at = created_at, disabled_reason = 'gone'", "channel", "desk is disabled: gone"),
        ("UPDATE channels SET failing_since_at = created_at", "channel", "desk fails since 2026-03-03 10:00"),
        (
            "INSERT INTO episodes (source_id, class, opened_at, reason) VALUES (1, 'app_shell', '2026-03-03T10', 'r')",
            "source",
            "harbour is app shell",
        ),
    ],
)
def test_trouble_is_found(home: Path, capsys: pytest.CaptureFixture[str], sql: str, what: str, says: str) -> None:
    store = open_store(home / "presswatch.db")
    store.conn.execute(sql)
    store.close()
    found = _bad(home, capsys)
    assert list(found) == [what]
    assert says in found[what]["message"]


def test_mistakes_and_damage_are_found(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "presswatch.toml").write_text("[nonsense", encoding="utf-8")
    (home / "presswatch.toml").chmod(0o666)
    database = home / "presswatch.db"
    content = bytearray(database.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    database.write_bytes(content)
    assert set(_bad(home, capsys)) == {"configuration", "permissions", "database"}


def test_an_empty_place_is_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _bad(tmp_path / "none", capsys) == {}
    assert not (tmp_path / "none").exists()


def test_people_see_the_remedy(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "presswatch.toml").chmod(0o666)
    assert run(["--home", str(home), "doctor"]) == 1
    assert "chmod go-w" in capsys.readouterr().out
