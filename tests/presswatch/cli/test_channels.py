"""``presswatch channel add``: every kind of channel by one command."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.presswatch.cli.conftest import Ended

Call = Callable[..., Ended]
MAIL = ("smtps://mail.example", "--from", "watch@example.org", "--to", "me@example.org", "--to", "you@example.org")


@pytest.mark.parametrize(
    ("words", "written"),
    [
        (["console"], {"type": "console"}),
        (["log.jsonl"], {"type": "file", "path": "log.jsonl"}),
        (["https://hook.example/x"], {"type": "webhook", "url": "https://hook.example/x"}),
        (["env:HOOK", "--webhook"], {"type": "webhook", "url": "env:HOOK"}),
        (["env:PHONE"], {"type": "apprise", "url": "env:PHONE"}),
        (["ntfy://topic", "--quiet", "22:00-07:00"],
         {"type": "apprise", "url": "ntfy://topic", "quiet": "22:00-07:00"}),
        ([*MAIL, "--digest", "0 8 * * mon-fri"],
         {"type": "mail", "url": "smtps://mail.example", "sender": "watch@example.org",
          "recipients": ["me@example.org", "you@example.org"], "digest": "0 8 * * mon-fri"}),
        (["env:MAIL", *MAIL[1:5]],
         {"type": "mail", "url": "env:MAIL", "sender": "watch@example.org", "recipients": ["me@example.org"]}),
        (["--command", "--", "/bin/sh", "tell", "--from", "presswatch"],
         {"type": "command", "command": ["/bin/sh", "tell", "--from", "presswatch"]}),
    ],
)  # fmt: skip
def test_each_kind_of_channel_is_written(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: Sequence[str], written: dict[str, Any]
) -> None:
    for name in ("HOOK", "PHONE", "MAIL"):
        monkeypatch.delenv(name, raising=False)
    done = call("channel", "add", "one", *words)
    assert done.code == 0, done.err
    channels = tomllib.loads((tmp_path / "home" / "presswatch.toml").read_text())["channels"]
    assert channels["one"] == written
    assert call("channel", "list", "--json").json[-1]["type"] == written["type"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["smtps://mail.example"], "needs --from ADDRESS and --to ADDRESS"),
        ([*MAIL[:3]], "needs --to ADDRESS;"),
        (["log.jsonl", "--to", "me@example.org"], "mail"),
        (["a", "b"], "--command"),
        (["https://hook.example", "--digest", "often"], "weekday"),
        (["ntfy://topic", "--quiet", "all day"], "22:00-07:00"),
        (["foo://bar"], "Apprise does not understand this foo:// URL"),
        (["--command", "--", "cat", "/dev/null"], "is no program; write its whole path"),
    ],
)
def test_what_makes_no_channel_is_refused_and_nothing_written(
    call: Call, tmp_path: Path, words: Sequence[str], said: str
) -> None:
    call("init")
    before = (tmp_path / "home" / "presswatch.toml").read_text()
    done = call("channel", "add", "one", *words)
    assert done.code == 2
    assert said in done.err
    assert (tmp_path / "home" / "presswatch.toml").read_text() == before


def test_it_is_said_where_a_file_is(call: Call, tmp_path: Path) -> None:
    assert f"which appends to {tmp_path / 'home' / 'log.jsonl'};" in call("channel", "add", "log", "log.jsonl").err


def test_a_program_is_not_named_in_a_file_that_others_can_write(call: Call, tmp_path: Path) -> None:
    call("init")
    (tmp_path / "home" / "presswatch.toml").chmod(0o666)
    done = call("channel", "add", "one", "--command", "--", "/usr/bin/tell")
    assert done.code == 2
    assert "chmod go-w" in done.err
