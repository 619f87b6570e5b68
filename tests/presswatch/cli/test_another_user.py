"""Files that cannot be seen, as those of another user: a sentence, and no traceback."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from presswatch.cli.root import run
from tests.presswatch.cli.conftest import Ended

Call = Callable[..., Ended]
_NOBODY = 65_534
_COMMANDS = (
    "items", "serve", "status", "status --check", "list", "query headlines-changed", "check",
    "channel list", "backup x", "config check", "messages", "remove waters", "rules list", "recipe show waters",
    "pause waters", "report", "add x.example",
)  # fmt: skip


@contextmanager
def _as_another_user(folder: Path) -> Iterator[None]:
    folder.chmod(0o700 if os.geteuid() == 0 else 0)
    mine = os.geteuid()
    try:
        if mine == 0:
            os.seteuid(_NOBODY)
        yield
    finally:
        os.seteuid(mine)
        folder.chmod(0o700)


@pytest.mark.parametrize("command", _COMMANDS)
def test_a_place_that_cannot_be_looked_at_is_one_sentence(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / ("n" * 300)  # no file can have such a name: looking fails as it does without permission
    assert run(["--home", str(place), *command.split()]) in (1, 2)
    said = capsys.readouterr().err
    assert "File name too long" in said
    assert said.count("\n") == 1


def test_what_belongs_to_another_user_is_said_to(home: Path, call: Call) -> None:
    assert call("items").code == call("doctor", "--offline").code == 0
    with _as_another_user(home):
        looked, examined = call("items"), call("doctor", "--offline")
    assert (looked.code, examined.code) == (1, 1)
    assert looked.err == f"presswatch: {home / 'presswatch.db'}: Permission denied\n"
    assert "permissions" in examined.out
    assert "Permission denied" in examined.out
    assert "sudo -u" in examined.out
    assert "there is no" not in examined.out, "what cannot be seen may be there"
