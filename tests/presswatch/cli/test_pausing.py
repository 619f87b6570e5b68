"""``presswatch pause`` and ``resume``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.presswatch.cli.conftest import Ended


@pytest.mark.usefixtures("home")
def test_a_paused_source_is_left_alone_until_it_is_resumed(call: Callable[..., Ended], tmp_path: Path) -> None:
    config = tmp_path / "home" / "presswatch.toml"
    before = config.read_text(encoding="utf-8")
    ended = call("pause", "waters")
    assert (ended.code, ended.err) == (0, "presswatch: waters is paused\n")
    assert {row["slug"]: row["paused"] for row in call("list", "--json").json}["waters"] is True
    assert call("resume", "waters").err == "presswatch: waters is watched\n"
    assert {row["slug"]: row["paused"] for row in call("list", "--json").json}["waters"] is False
    assert config.read_text(encoding="utf-8").split() == before.split()


@pytest.mark.usefixtures("home")
def test_a_name_that_is_wrong_changes_nothing(call: Callable[..., Ended], tmp_path: Path) -> None:
    config = tmp_path / "home" / "presswatch.toml"
    before = config.read_bytes()
    assert call("pause", "waters", "nosuch").code == 2
    assert config.read_bytes() == before
