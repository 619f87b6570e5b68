"""Numbers in sentences."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from presswatch.words import counted
from scraper.store.db import open_store
from tests.presswatch.cli.conftest import Ended

COMMANDS = (
    ("config", "check"),
    ("retry",),
    ("messages", "--dead"),
    ("status",),
    ("doctor", "--offline"),
    ("export", "evidence", "1"),
)


@pytest.mark.parametrize(("number", "said"), [(0, "0 items"), (1, "1 item"), (2, "2 items")])
def test_one_is_no_plural(number: int, said: str) -> None:
    assert counted(number, "item") == said


@pytest.mark.parametrize("words", COMMANDS)
def test_no_command_says_one_things(
    call: Callable[..., Ended], home: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a home of one source, one channel, one dead letter after one attempt."""
    monkeypatch.chdir(home)
    (home / "presswatch.toml").write_text(
        '[channels.console]\ntype = "console"\n[[sources]]\nid = "waters-1"\nurl = "http://127.0.0.1/en/news/"\n',
        encoding="utf-8",
    )
    store = open_store(home / "presswatch.db")
    store.conn.execute("UPDATE messages SET state = 'sent'")
    store.conn.execute(
        "UPDATE messages SET state = 'dead', attempts = 1, last_error = 'gone' WHERE id = "
        "(SELECT max(m.id) FROM messages m JOIN channels c ON c.id = m.channel_id WHERE c.name = 'console')"
    )
    store.close()
    done = call(*words)
    said = done.out + done.err
    assert said
    assert not re.search(r"\b1 [a-z]+(?: [a-z]+)?s\b(?<!is)(?<!has)", said), said
