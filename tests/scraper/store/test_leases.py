"""Leases with fencing tokens."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from scraper.errors import LeaseLostError
from scraper.store.db import Store, open_store
from scraper.store.leases import acquire, holder_name, host_and_process, is_dead, release, renew, require
from tests.support.watch import START

TTL = timedelta(minutes=3)
OTHER = "another-machine:17:4242"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with contextlib.closing(open_store(tmp_path / "presswatch.db")) as store:
        yield store


def test_lease_that_is_held_is_not_given_to_anybody_else(store: Store) -> None:
    assert acquire(store.conn, "source:1", OTHER, TTL, START) == 1
    assert acquire(store.conn, "source:1", "third:1:1", TTL, START) is None
    assert acquire(store.conn, "source:1", OTHER, TTL, START) is None
    assert acquire(store.conn, "source:2", "third:1:1", TTL, START) == 1


def test_lease_that_ran_out_is_taken_over_with_a_higher_token(store: Store) -> None:
    acquire(store.conn, "source:1", OTHER, TTL, START)
    assert acquire(store.conn, "source:1", "third:1:1", TTL, START + TTL - timedelta(milliseconds=1)) is None
    assert acquire(store.conn, "source:1", "third:1:1", TTL, START + TTL) == 2
    with pytest.raises(LeaseLostError):
        require(store.conn, "source:1", 1)
    require(store.conn, "source:1", 2)
    assert not renew(store.conn, "source:1", 1, TTL, START)
    release(store.conn, "source:1", 1)
    require(store.conn, "source:1", 2)


def test_lease_that_ran_out_still_holds_while_nobody_took_it(store: Store) -> None:
    token = acquire(store.conn, "source:1", OTHER, TTL, START)
    assert token
    require(store.conn, "source:1", token)


def test_lease_given_back_holds_no_more_and_its_token_is_never_used_again(store: Store) -> None:
    token = acquire(store.conn, "source:1", OTHER, TTL, START)
    assert token
    release(store.conn, "source:1", token)
    with pytest.raises(LeaseLostError):
        require(store.conn, "source:1", token)
    assert acquire(store.conn, "source:1", OTHER, TTL, START) == token + 1


def test_renewing_prolongs(store: Store) -> None:
    token = acquire(store.conn, "source:1", OTHER, TTL, START)
    assert token
    assert renew(store.conn, "source:1", token, TTL, START + TTL)
    assert acquire(store.conn, "source:1", "third:1:1", TTL, START + TTL) is None


def test_lease_from_before_the_clock_was_set_back_does_not_last_for_ever(store: Store) -> None:
    acquire(store.conn, "source:1", OTHER, TTL, START + timedelta(days=400))
    assert acquire(store.conn, "source:1", "third:1:1", TTL, START) == 2


def test_lease_of_a_killed_process_is_taken_over_at_once(store: Store) -> None:
    script = (
        "import sys; from scraper.store.leases import holder_name; print(holder_name(), flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout
    holder = process.stdout.readline().strip()
    assert acquire(store.conn, "daemon", holder, TTL, START)
    assert not is_dead(holder)
    assert acquire(store.conn, "daemon", holder_name(), TTL, START) is None
    process.kill()
    process.communicate()
    assert is_dead(holder)
    assert acquire(store.conn, "daemon", holder_name(), TTL, START) == 2


@pytest.mark.parametrize("holder", [OTHER, "", "nonsense", "a:b:c"])
def test_only_a_process_of_this_machine_can_be_known_dead(holder: str) -> None:
    assert not is_dead(holder)
    assert not is_dead(holder_name())


def test_a_process_of_another_container_is_not_known_dead_though_its_host_has_the_same_name() -> None:
    place, _, _ = holder_name().rpartition(":")
    host = place.rpartition(":")[0].partition("/")[0]
    assert not is_dead(f"{host}/4026539999:999999:1")
    assert not is_dead(f"{host}:999999:1")
    assert is_dead(f"{place.rpartition(':')[0]}:999999:1")
    assert host_and_process(f"{host}/4026539999:17:1") == (host, "17")


def test_a_process_that_is_hidden_from_us_is_not_known_dead() -> None:
    holder = holder_name()
    script = (
        "import os, sys; from scraper.store.leases import is_dead; os.setgroups([]); os.setgid(65534); "
        "os.setuid(65534); "
        f"assert not os.path.exists('/proc/{os.getpid()}/stat'); print(is_dead({holder!r}))"
    )
    hiding = ["unshare", "--mount", "--propagation", "private", "sh", "-c"]
    command = f'mount -o remount,hidepid=2 /proc && exec "$0" -c "{script}"'
    try:
        found = subprocess.run(
            [*hiding, command, sys.executable],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[3],
            check=False,
        )
    except FileNotFoundError:
        pytest.skip("there is no unshare(1)")
    if found.returncode:
        pytest.skip(f"processes cannot be hidden here: {found.stderr[-200:]}")
    assert found.stdout.strip() == "False"


def test_process_id_that_was_given_again_is_another_process() -> None:
    host = holder_name().rpartition(":")[0].rpartition(":")[0]
    assert is_dead(f"{host}:{os.getpid()}:1")
