"""Power cuts and full disks."""

from __future__ import annotations

import contextlib
import resource
import shutil
import sqlite3
from pathlib import Path

import pytest

from presswatch.fixture_site import SiteFarm, WebhookReceiver
from tests.e2e.desk import Daemon, Desk


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


def limit_files(daemon: Daemon, size: int) -> None:
    """Let no file of a running daemon grow beyond ``size`` bytes: writes fail as they do on a full disk."""
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of another process can be set on Linux only")
def test_full_disk_fails_the_check_says_so_and_it_goes_on_when_there_is_room(desk: Desk, hook: WebhookReceiver) -> None:
    with SiteFarm(2, block=86) as farm:
        desk.configure({f"farm-{n}": farm.url(n) for n in range(2)}, hooks={"hook": hook.url()})
        with desk.daemon() as daemon:
            desk.wait_baseline(2)
            items = desk.value("SELECT count(*) FROM items")
            # The log of the daemon itself is not what is to fail.
            limit_files(daemon, max(len(daemon.log()) + 20_000, 32_768))
            published = farm.publish(0, 2) + farm.publish(1, 1)
            daemon.wait_log("the disk")
            assert desk.value("SELECT count(*) FROM items") == items
            assert hook.received == []
            asked = len(farm.requests())
            daemon.wait_log("the disk", times=3)
            assert len(farm.requests()) - asked < 10, "pages are not fetched again and again that cannot be stored"
            limit_files(daemon, resource.RLIM_INFINITY)
            assert hook.wait_for(3, timeout=30)
            desk.wait_for("SELECT count(*) = 3 FROM messages WHERE state = 'sent'")
        assert "Traceback" not in daemon.log()
    assert {one.json["data"]["changes"][0]["item"]["title"] for one in hook.received} == {
        one.title for one in published
    }
    assert len({one.webhook_id for one in hook.received}) == 3
    desk.assert_sound()
    assert list(desk.home.glob("captures/*/.new-*")) == []
