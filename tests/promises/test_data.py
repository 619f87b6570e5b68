"""What is found is kept: promises 1 to 6."""

from __future__ import annotations

import contextlib
import hashlib
import random
import resource
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from presswatch.fixture_site import Answer, LoopbackServer, Request, SiteFarm, WebhookReceiver
from scraper.errors import StoreError
from tests.e2e.desk import Daemon, Desk
from tests.e2e.kills import Ordeal
from tests.promises.ledgers import NEW, Ledger, after_baseline, copy_to
from tests.support.faults import disk_error, largest_file
from tests.support.starting import run, start


def test_every_item_of_a_completed_check_survives_kill_9(desk: Desk, hook: WebhookReceiver) -> None:
    """Promise 1: no entry is lost. A daemon is killed again and again while sites publish."""
    with SiteFarm(12, block=81) as farm:
        ordeal = Ordeal(desk, farm, hook, seed=20261121)
        ordeal.play(kills=5)
        assert len(ordeal.published) > 12
        ordeal.assert_kept_promises()


class Unruly(LoopbackServer):
    """A listing in another order each time, its links with other session ids and campaigns, some of them twice."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.chance = random.Random(7)

    def answer(self, request: Request) -> Answer:
        if request.path != "/news":
            return Answer(404)
        shown = [*range(self.count), *self.chance.sample(range(self.count), 3)]
        self.chance.shuffle(shown)
        return Answer(200, _page("".join(map(self._row, shown))), (("Content-Type", "text/html; charset=utf-8"),))

    def _row(self, n: int) -> str:
        session = self.chance.getrandbits(64)
        dress = self.chance.choice(
            (f"?PHPSESSID={session:016x}0123", f"?utm_source=list{session % 9}", "/", "#top", "")
        )
        return (
            f'<li><a href="/n/{n}-notice{dress}">Notice {n} of the harbour about pier {n}</a> 2026-02-{n + 1:02}</li>'
        )


def _page(rows: str) -> bytes:
    return f"<html><body><main><h1>News</h1><ul>{rows}</ul></main></body></html>".encode()


def test_no_item_is_stored_twice_by_two_programs_at_once(desk: Desk, tmp_path: Path) -> None:
    """Promise 2: whatever the order, tracking parameters, session ids, duplicates on the page or two daemons."""
    with Unruly(14) as site:
        desk.configure({"harbour": f"{site.origin()}/news"})
        for count in (14, 20):
            site.count = count
            with (tmp_path / "said").open("wb") as said:
                together = [
                    start(["presswatch", "check"], env=desk.environment(), stdout=said, stderr=said) for _ in "ab"
                ]
                assert [one.wait(60) for one in together] == [0, 0]
            assert desk.value("SELECT count(*) FROM items") == count
    assert desk.value("SELECT count(*) FROM changes WHERE kind = 'added'") == 6
    desk.assert_sound()


def _sizes(step: int) -> range:
    return range(4_096, 200_000, step)


@pytest.mark.parametrize("step", [9_001, pytest.param(512, marks=pytest.mark.soak)])
def test_database_is_sound_wherever_a_write_is_cut_short(tmp_path: Path, step: int) -> None:
    """Promise 3: never corrupt. The disk is full at every size of the files that a check writes."""
    database = after_baseline(tmp_path)
    outcomes = Counter[bool]()
    for size in _sizes(step):
        with Ledger(copy_to(database, tmp_path / str(size))) as ledger:
            before = ledger.dump()
            with largest_file(size), contextlib.suppress(StoreError):
                ledger.look(NEW)
            held = ledger.dump() == before
            outcomes[held] += 1
            assert held or len(ledger.messages()) == 3, "half a check"
            seen = ledger.look(NEW)
            assert len(seen.added) == (3 if held else 0)
            assert len(set(ledger.messages())) == 3
            assert ledger.is_sound()
        shutil.rmtree(tmp_path / str(size))
    assert outcomes[True] > 1, "some of the sizes were too small"
    assert outcomes[False] > 1, "and some were not"


@pytest.mark.parametrize("pages", [0, 1, 3, 8])
def test_database_is_sound_at_its_size_limit(tmp_path: Path, pages: int) -> None:
    """Promise 3: a limit that SQLite itself sets."""
    with Ledger(after_baseline(tmp_path)) as ledger:
        ledger.rows(f"PRAGMA max_page_count={ledger.row('PRAGMA page_count')[0] + pages}")
        with contextlib.suppress(StoreError):
            ledger.look([replace(one, summary="word " * 800) for one in NEW])
        ledger.rows("PRAGMA max_page_count=1000000")
        ledger.look(NEW)
        assert len(ledger.messages()) == 3
        assert ledger.is_sound()


def _foreign(path: Path) -> None:
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE shopping (what TEXT)")
        conn.execute("PRAGMA application_id = 7")
        conn.commit()


def _newer(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as conn:
        ours = conn.execute("PRAGMA user_version").fetchone()[0]
        conn.execute(f"PRAGMA user_version = {ours + 1}")
        conn.execute("PRAGMA journal_mode = DELETE")


def _overwrite(path: Path, at: float, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(int(path.stat().st_size * at))
        file.write(data)


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "header": (lambda path: _overwrite(path, 0, b"\0" * 40), "not an SQLite database"),
    "page in the middle": (lambda path: _overwrite(path, 0.5, b"\xa5" * 8_192), "damaged"),
    "all but the header": (lambda path: _overwrite(path, 0.02, b"\0" * 60_000), "damaged"),
    "cut off": (lambda path: path.write_bytes(path.read_bytes()[:-5_000]), "damaged"),
    "text": (lambda path: path.write_text("once upon a time " * 999), "not an SQLite database"),
    "another program's": (_foreign, "another program"),
    "newer": (_newer, "newer presswatch"),
}


@pytest.mark.parametrize("how", DAMAGES)
def test_damaged_database_is_refused_and_not_touched(desk: Desk, how: str) -> None:
    """Promise 4: one sentence, exit status 1, the file as it was. By a command that writes and one that reads."""
    desk.home.mkdir()
    with contextlib.closing(sqlite3.connect(after_baseline(desk.home))) as conn:
        conn.execute("PRAGMA journal_mode = DELETE")
    desk.configure({"harbour": "http://127.0.0.1:9/"})
    damage, words = DAMAGES[how]
    damage(desk.db_path)
    before = {path: hashlib.sha256(path.read_bytes()).digest() for path in desk.home.glob("presswatch.db*")}
    for verb in ("check", "items") if how == "page in the middle" else ("items",):
        done = run(["presswatch", verb], env=desk.environment())
        assert done.returncode == 1, (verb, done)
        assert words in done.stderr
        assert done.stderr.count("\n") == 1, done.stderr
        assert done.stdout == ""
    assert {path: hashlib.sha256(path.read_bytes()).digest() for path in desk.home.glob("presswatch.db*")} == before


def limit_files(daemon: Daemon, size: int) -> None:
    """Let no file of a running daemon grow beyond ``size`` bytes: writes fail as they do on a full disk."""
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of another process can be set on Linux only")
def test_full_disk_fails_the_check_says_so_and_it_goes_on_when_there_is_room(desk: Desk, hook: WebhookReceiver) -> None:
    """Promise 5: nothing is half-written, pages are not fetched over and over, and it goes on by itself."""
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


@pytest.mark.parametrize("late", [False, True], ids=["fails", "answer lost"])
def test_check_is_one_transaction_whichever_statement_fails(tmp_path: Path, late: bool) -> None:
    """Promise 6: the n-th statement of a check fails, for every n: all of it is there or nothing, validators too."""
    with Ledger(after_baseline(tmp_path)) as ledger:
        conn = ledger.make_fallible()
        before, validators = ledger.dump(), _validators(ledger)
        failed, committed = list[str](), 0
        for nth in range(1, 1_000):
            conn.arm(0)
            job = ledger.lease()
            conn.arm(nth, disk_error(), late=late)
            with contextlib.suppress(StoreError):
                ledger.look_at(job, NEW, etag=f'"{nth}"')
            if conn.failed is None:
                break
            failed.append(conn.failed)
            conn.arm(0)
            now, whole = ledger.dump(), len(ledger.messages()) == 3
            assert whole or now == before, conn.failed
            assert _validators(ledger) == (f'"{nth}"' if whole and not committed else validators), conn.failed
            committed += whole
            if whole:
                assert late
                assert failed[-1] == "COMMIT"
                break
        assert len(failed) > 30, "statements of a check"
        assert "COMMIT" in failed
        conn.arm(0)
        ledger.look(NEW)
        assert len(ledger.messages()) == len(set(ledger.messages())) == 3
        assert ledger.is_sound()


def _validators(ledger: Ledger) -> str:
    return str(ledger.row("SELECT etag FROM sources")["etag"])
