"""Saved captures run through the code of a check under their own clock."""

from __future__ import annotations

import gzip
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from presswatch.cli.root import run
from presswatch.replays import replay_captures
from scraper.errors import PresswatchError
from tests.support.press import PressOffice

URL = "https://office-of-news.org/news"
FIRST = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def bodies() -> list[tuple[bytes, list[str]]]:
    """Four moments of a page, with the titles that are new in each; the third is an outage."""
    site = PressOffice(15)
    found = [(site._listing(1).encode(), list[str]())]
    fresh = site.publish(2)
    found.append((site._listing(1).encode(), fresh))
    found.append((b"<title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>", []))
    fresh = site.publish(1)
    found.append((site._listing(1).encode(), fresh))
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "captures"
    made.mkdir()
    for place, (body, _) in enumerate(bodies()):
        path = made / f"{place:03}.html"
        path.write_bytes(body)
        stamp = (FIRST + timedelta(days=place)).timestamp()
        os.utime(path, (stamp, stamp))
    return made


@pytest.fixture
def warc(tmp_path: Path) -> Path:
    path = tmp_path / "captures.warc.gz"
    with path.open("wb") as file:
        for place, (body, _) in reversed(list(enumerate(bodies()))):
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
            date = (FIRST + timedelta(days=place)).strftime("%Y-%m-%dT%H:%M:%SZ")
            for url in (URL, "https://elsewhere.org/"):
                head = (
                    f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n"
                    f"WARC-Record-ID: <urn:uuid:{uuid4()}>\r\nContent-Type: application/http; msgtype=response\r\n"
                    f"Content-Length: {len(answer)}\r\n\r\n"
                )
                file.write(gzip.compress(head.encode() + answer + b"\r\n\r\n"))
    return path


@pytest.fixture(params=["folder", "warc"])
def captures(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


def test_what_would_have_been_told_comes_at_its_time(captures: Path) -> None:
    lines = list(replay_captures(captures, URL))
    assert [line.at[:10] for line in lines] == ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"]
    assert [line.outcome for line in lines] == ["changed", "changed", "suspect", "changed"]
    told = [[change["title"] for change in line.changes if change["tell"]] for line in lines]
    assert told == [fresh for _, fresh in bodies()]


def test_the_database_is_kept_where_one_is_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRESSWATCH_HOME", str(tmp_path / "home"))
    kept = tmp_path / "kept.db"
    assert run(["replay", str(folder), "--url", URL, "--db", str(kept), "--jsonl"]) == 0
    assert [json.loads(line)["name"] for line in capsys.readouterr().out.splitlines()] == [
        f"{place:03}.html" for place in range(4)
    ]
    assert kept.exists()
    assert run(["replay", str(folder), "--url", URL]) == 0
    assert "3 changes would have been told" in capsys.readouterr().err
    assert not (tmp_path / "home").exists()


def test_files_of_one_time_count_as_an_hour_apart(folder: Path) -> None:
    for path in folder.iterdir():
        os.utime(path, (FIRST.timestamp(), FIRST.timestamp()))
    assert [line.at[11:16] for line in replay_captures(folder, URL)] == ["09:00", "10:00", "11:00", "12:00"]
    assert [line.at[11:16] for line in replay_captures(folder, URL, step=timedelta(minutes=5))][-1] == "09:15"


def test_a_warc_that_is_none_or_holds_nothing_of_the_page_is_said(tmp_path: Path, warc: Path) -> None:
    broken = tmp_path / "x.warc"
    broken.write_bytes(b"no WARC at all")
    with pytest.raises(PresswatchError, match="cannot be read"):
        list(replay_captures(broken, URL))
    with pytest.raises(PresswatchError, match="holds none"):
        list(replay_captures(warc, "https://office-of-news.org/other"))
