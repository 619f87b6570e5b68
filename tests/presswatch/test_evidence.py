"""Evidence of an item as a WARC that others can read."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from presswatch.cli.root import run
from scraper.store.captures import capture_path, write_capture
from tests.support.press import PressOffice, Reader


@pytest.fixture
def item_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """An item whose headline and text were edited once; its database is that of the commands."""
    monkeypatch.setenv("PRESSWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    with PressOffice(12) as site, Reader(tmp_path / "home" / "presswatch.db", site, follow=True) as reader:
        reader.check()
        site.publish()
        reader.check()
        reader.look_at_articles()
        release = site.releases[0]
        release.title += ", again"
        release.text = release.text.replace("Nobody was hurt", "Somebody was hurt", 1)
        reader.check()
        reader.look_at_articles()
        return int(reader.value("SELECT item_id FROM articles"))


def test_each_revision_has_its_page_with_its_digest(item_id: int, tmp_path: Path) -> None:
    assert run(["export", "evidence", str(item_id)]) == 0
    with (tmp_path / f"evidence-{item_id}.warc.gz").open("rb") as file:
        records = [
            (one.rec_type, one.rec_headers.get_header("WARC-Payload-Digest"), one.content_stream().read())
            for one in ArchiveIterator(file, check_digests=False)
        ]
    assert [kind for kind, _, _ in records] == ["metadata"] + ["resource"] * 4
    story = json.loads(records[0][2])
    assert [(one["number"], one["fields"]) for one in story["listing"]] == [(1, ""), (2, "title")]
    assert [(one["number"], one["fields"]) for one in story["article"]] == [(1, ""), (2, "article_title,text")]
    assert all(digest == f"sha256:{hashlib.sha256(body).hexdigest()}" for _, digest, body in records[1:])
    assert sum(b"Somebody was hurt" in body for _, _, body in records[1:]) == 1


def test_damaged_capture_is_no_evidence(item_id: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forged = write_capture(tmp_path / "other", b"forged", content_type=None, url="", retention="evidence")
    for path in (tmp_path / "home" / "captures").glob("??/*.zst"):
        path.write_bytes(capture_path(tmp_path / "other", forged.sha256).read_bytes())
    assert run(["export", "evidence", str(item_id), "--output", "x.warc.gz"]) == 1
    assert "another digest" in capsys.readouterr().err
    assert not list(tmp_path.glob("*x.warc.gz*"))


def test_page_that_is_gone_is_said(item_id: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (tmp_path / "home" / "captures").glob("??/*.zst"):
        path.unlink()
    assert run(["export", "evidence", str(item_id)]) == 1
    assert "cannot be read" in capsys.readouterr().err
