"""Power cuts. (Full disks: ``tests/promises/test_data.py``.)"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

from presswatch.fixture_site import SiteFarm, WebhookReceiver
from tests.e2e.desk import Desk


def copy_database(source: Path, target: Path) -> None:
    """The database as it is now, as SQLite sees it."""
    with contextlib.closing(sqlite3.connect(source)) as conn, contextlib.closing(sqlite3.connect(target)) as copy:
        conn.backup(copy)


def test_commits_lost_in_a_power_cut_are_made_again_under_the_same_ids(desk: Desk, hook: WebhookReceiver) -> None:
    with SiteFarm(2, block=85) as farm:
        desk.configure({f"farm-{n}": farm.url(n) for n in range(2)}, hooks={"hook": hook.url()})
        daemon = desk.start_daemon().wait_ready()
        desk.wait_baseline(2)
        kept = desk.home / "kept.db"
        copy_database(desk.db_path, kept)
        published = farm.publish(0, 2) + farm.publish(1, 1)
        assert hook.wait_for(3)
        daemon.kill()
        for suffix in ("", "-wal", "-shm"):
            desk.db_path.with_name(desk.db_path.name + suffix).unlink(missing_ok=True)
        shutil.move(kept, desk.db_path)
        first = {one.webhook_id: one.json["data"]["changes"][0]["item"]["title"] for one in hook.received}
        assert set(first.values()) == {item.title for item in published}
        with desk.daemon():
            assert hook.wait_for(6)
            desk.wait_for("SELECT count(*) = 3 FROM messages WHERE state = 'sent'")
    again = {one.webhook_id: one.json["data"]["changes"][0]["item"]["title"] for one in hook.received[3:]}
    assert again == first
    desk.assert_sound()
