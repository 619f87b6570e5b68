"""Edits word by word, from texts and from a database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from presswatch.cli.root import run
from presswatch.edits import load_edits
from tests.support.press import PressOffice, Reader


@pytest.fixture
def edited(tmp_path: Path) -> int:
    """A home in which a headline and then the article were edited; the item's id."""
    with PressOffice(12) as site, Reader(tmp_path / "home" / "presswatch.db", site, follow=True) as reader:
        reader.check()
        site.publish()
        reader.check()
        reader.look_at_articles()
        release = site.releases[0]
        item_id = int(reader.value("SELECT item_id FROM articles"))
        release.title = release.title.replace("The", "One", 1).replace("A ", "One ", 1)
        reader.check()
        release.text = release.text.replace("Nobody was hurt", "Two people \x1b[31mwere hurt", 1)
        reader.look_at_articles()
        assert [(edit.of, [one.name for one in edit.fields]) for edit in load_edits(reader.store.conn, item_id)] == [
            ("listing", ["title"]),
            ("article", ["title", "text"]),
        ]
    return item_id


def test_diff_shows_what_went_and_what_came(
    edited: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRESSWATCH_HOME", str(tmp_path / "home"))
    assert run(["diff", str(edited), "--last"]) == 0
    out = capsys.readouterr().out
    assert "[-Nobody was-]" in out
    assert "{+Two people" in out
    assert "\x1b" not in out
    assert "listing" not in out
    assert run(["diff", str(edited), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [edit["of"] for edit in found["edits"]] == ["listing", "article"]
    assert ["gone", "Nobody was"] in [piece for line in found["edits"][1]["fields"][1]["lines"] for piece in line]
