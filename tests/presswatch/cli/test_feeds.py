"""``presswatch feeds`` and ``opml``, on a database that has seen the fixture site."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import lxml.etree
import pytest

from tests.presswatch.cli.conftest import Ended
from tests.scheduler.test_feeds import check_atom, check_json

Call = Callable[..., Ended]
pytestmark = pytest.mark.usefixtures("home")


def test_feeds_are_written_whole_and_only_when_they_change(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "feeds"
    done = call("feeds", str(folder), "--base-url", "https://me.example/f")
    assert done.code == 0, done.err
    names = {path.name for path in folder.iterdir()}
    stems = ("all", "source-waters", "source-ports", "tag-ministry", "tag-port", "tag-water", "rule-all")
    assert names == {f"{stem}.{ending}" for stem in stems for ending in ("atom", "json")}
    assert "14 files" in done.err
    for path in folder.iterdir():
        (check_atom if path.suffix == ".atom" else check_json)(path.read_bytes())
    assert len(check_json((folder / "all.json").read_bytes())["items"]) == 14
    assert "0 of them new or changed" in call("feeds", str(folder), "--base-url", "https://me.example/f").err


def test_a_folder_that_cannot_be_written_is_one_sentence(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = call("feeds", str(tmp_path / "file" / "feeds"))
    assert done.code in (1, 2)
    assert "cannot be written" in done.err


def test_sources_as_opml(call: Call) -> None:
    tree = lxml.etree.fromstring(call("opml").out.encode())
    assert [each.get("text") for each in tree.findall("body/outline")] == ["=Ports [red]", "Ministry of Inland Waters"]
