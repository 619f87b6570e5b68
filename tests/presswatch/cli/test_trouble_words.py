"""What `changes` says of a source in trouble."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from tests.presswatch.cli.conftest import Ended

Call = Callable[..., Ended]


def test_trouble_that_became_another_keeps_its_name_and_says_what_it_is_now(call: Call, home: Path) -> None:
    with sqlite3.connect(home / "presswatch.db") as conn:
        conn.execute(
            "INSERT INTO episodes(source_id, class, opened_at, reason) "
            "VALUES (1, 'empty', '2026-03-01T00:00:00.000Z', 'nothing is listed')"
        )
        conn.execute("UPDATE sources SET outcome = 'suspect', failures = 4 WHERE id = 1")
        last = "WHERE id = (SELECT max(id) FROM checks WHERE source_id = 1)"
        conn.execute(f"UPDATE checks SET reason = 'layout_changed', message = 'none is left' {last}")  # noqa: S608
    assert "now it is built differently: none is left" in " ".join(call("status").out.split())
    with sqlite3.connect(home / "presswatch.db") as conn:
        conn.execute(f"UPDATE checks SET reason = 'empty' {last}")  # noqa: S608
        conn.execute("UPDATE episodes SET class = 'layout_changed'")
    assert "now it is empty: none is left" in " ".join(call("status").out.split())
    assert "waters is built differently, since 2026-03-01 00:00" in call("doctor", "--offline").out
    with sqlite3.connect(home / "presswatch.db") as conn:
        conn.execute("UPDATE episodes SET class = 'empty'")
    assert "now it" not in call("status").out


def test_trouble_is_told_in_the_words_of_an_alert(call: Call, home: Path) -> None:
    episode = "INSERT INTO episodes(id, source_id, class, opened_at, closed_at, reason) VALUES (?, 1, ?, ?, ?, 'x')"
    change = (
        "INSERT INTO changes(event_id, changed_at, source_id, episode_id, kind, reason, tell, check_id) "
        "SELECT ?, ?, 1, ?, ?, ?, 1, max(id) FROM checks"
    )
    begin, end = "2026-03-01T00:00:00.000Z", "2026-03-02T00:00:00.000Z"
    with sqlite3.connect(home / "presswatch.db") as conn:
        conn.execute(episode, (801, "failing", begin, end))
        conn.execute(episode, (802, "layout_changed", end, end))
        conn.execute(change, ("e801", begin, 801, "episode_opened", "failing: status 503"))
        conn.execute(change, ("e802", end, 801, "episode_closed", "failing: over"))
        conn.execute(change, ("e803", end, 802, "episode_opened", "layout_changed: 12 recognised"))
    conn.close()
    shown = [" ".join(line.split()) for line in call("changes", "--limit", "3").out.splitlines()[1:]]
    assert [line.partition(" waters ")[2] for line in shown] == [
        "redesigned it has a new layout: 12 recognised",
        "well again it is no longer failing",
        "trouble it is failing: status 503",
    ]
    kinds = [row["kind"] for row in call("changes", "--limit", "3", "--json").json]
    assert kinds == ["episode_opened", "episode_closed", "episode_opened"], "for programs as ever"
