"""The verbs ``serve``, ``export``, ``report``, ``datasette-metadata``."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from presswatch.cli.root import run
from presswatch.report import render_report
from tests.presswatch.web.conftest import EVIL

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def web_home(web_db: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(web_db.parent, tmp_path / "home"))


@pytest.fixture
def say(web_home: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command on the database of the pages: its code, output and talk."""

    def command(*words: str) -> tuple[int, str, str]:
        code = run(["--home", str(web_home), *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "pages.example", "127.0.0.1.nip.example"])  # noqa: S104
def test_serve_listens_elsewhere_only_with_a_password(say: Say, host: str) -> None:
    code, _, talk = say("serve", "--host", host)
    assert code == 2
    assert "--password-file" in talk


def test_serve_refuses_a_short_password(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("abc123\n")
    code, _, talk = say("serve", "--host", "::", "--password-file", str(file))
    assert code == 2
    assert "fewer than 8" in talk
    assert "abc123" not in talk


def test_serve_without_a_database_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--home", str(tmp_path / "none"), "serve"]) == 1
    assert "no database yet" in capsys.readouterr().err


def test_export_gives_everything_in_each_form(say: Say) -> None:
    rows = list(csv.DictReader(io.StringIO(say("export", "items")[1])))
    assert len(rows) == 62
    lines = say("export", "items", "--ndjson", "--source", "harbour")[1].splitlines()
    assert len(lines) == 60
    assert json.loads(lines[0])["title"] == "Dredging of the west basin"
    assert {row["kind"] for row in json.loads(say("export", "changes", "--json")[1])} == {"added", "revised"}


def test_an_exported_file_is_whole_or_absent(say: Say, tmp_path: Path) -> None:
    target = tmp_path / "out" / "items.csv"
    code, _, talk = say("export", "items", "--output", str(target))
    assert code == 1
    assert "No such file" in talk
    target.parent.mkdir()
    assert say("export", "items", "--output", str(target))[:2] == (0, "")
    assert target.read_text(encoding="utf-8").count("\n") == 63
    assert say("export", "items", "--source", "nosuch", "--output", str(target))[0] == 2
    assert [path.name for path in target.parent.iterdir()] == ["items.csv"]
    assert target.read_text(encoding="utf-8").count("\n") == 63


def test_a_report_names_words_that_changed(say: Say) -> None:
    text = say("report", "--since", "2026-03-01")[1]
    assert "1 new item, 1 edit, 0 withdrawals, 0 sources in trouble." in text
    assert "**the west **" not in text
    assert "Dredging of **the west** basin~~" in text.replace(" ~~", "~~") or "**the west**" in text
    assert "<script>" not in text
    assert "](<javascript" not in text
    assert "\u202e" not in text


def test_a_quiet_period_says_so() -> None:
    day = datetime(2026, 3, 4, tzinfo=UTC)
    assert "Nothing happened." in render_report([], [], begin=day, end=day, zone=UTC)


def test_a_report_tells_of_trouble() -> None:
    day = datetime(2026, 3, 4, tzinfo=UTC)
    episode = {
        "class": "app_shell", "opened_at": "2026-03-03T10:00:00.000Z", "closed_at": None, "reason": EVIL,
        "source": "s", "source_name": "[x](http://evil.example)", "source_url": "https://a.example/",
    }  # fmt: skip
    text = render_report([], [episode], begin=day, end=day, zone=UTC)
    assert "1 source in trouble." in text
    assert "app shell from 2026-03-03 10:00 and still" in text
    assert "](http://evil" not in text


def test_a_redesign_is_no_trouble_in_a_report() -> None:
    day = datetime(2026, 3, 4, tzinfo=UTC)
    episode = {
        "class": "layout_changed", "opened_at": "2026-03-03T10:00:00.000Z", "closed_at": "2026-03-03T10:00:00.000Z",
        "reason": "a new layout", "source": "s", "source_name": "S", "source_url": "https://a.example/",
    }  # fmt: skip
    text = render_report([], [episode], begin=day, end=day, zone=UTC)
    assert "0 sources in trouble." in text
    assert "Nothing happened." in text


def test_metadata_is_json_for_each_datasette(say: Say) -> None:
    for version in ("0.65", "1.0", "1.0-config"):
        written = json.loads(say("datasette-metadata", "--database", "news", "--for", version)[1])
        assert set(written["databases"]) == {"news"}
