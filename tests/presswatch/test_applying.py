"""Several processes put one configuration in force; none takes away what the file says."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from presswatch import applying
from presswatch.applying import FileWatch, load, put_in_force, state_of, try_to_apply
from presswatch.paths import Home
from scheduler.holding import release_held
from scheduler.messages import TellingPlan
from scheduler.timing import Timing
from scraper.clock import utc_now
from scraper.errors import ConfigError
from scraper.store.db import Store, open_store
from tests.scheduler.newsroom import Newsroom

HEAD = '[presswatch]\nevery = "1h"\n'
CHANNEL = '[channels.desk]\ntype = "console"\n'
RULE = '[[rules]]\nname = "all"\n'


def source(name: str) -> str:
    return f'[[sources]]\nid = "{name}"\nurl = "https://{name}.example/news"\n'


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "presswatch.toml", tmp_path)


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    with contextlib.closing(open_store(home.db_path)) as opened:
        yield opened


def write(home: Home, *parts: str, age: float = 60.0) -> None:
    """The file as it was left ``age`` seconds ago."""
    home.config_path.write_text("".join(parts), encoding="utf-8")
    at = time.time() - age
    os.utime(home.config_path, (at, at))


def apply(store: Store, home: Home) -> bool:
    return try_to_apply(store, home, {}, load(home, {})) is not None


def active(store: Store, table: str = "sources", column: str = "source_key") -> set[str]:
    return {row[0] for row in store.conn.execute(f"SELECT {column} FROM {table} WHERE active = 1")}  # noqa: S608 - ours


def test_what_was_read_before_a_newer_file_takes_nothing_back(home: Home, store: Store) -> None:
    write(home, HEAD, source("a"))
    stale = load(home, {})
    write(home, HEAD, source("a"), source("b"), CHANNEL)
    assert apply(store, home)
    applied = put_in_force(store, home, {}, stale)
    assert [each.id for each in applied.config.sources] == ["a", "b"], "it goes by the newer one itself"
    assert active(store) == {"a", "b"}
    assert active(store, "channels", "name") == {"desk"}


@pytest.mark.parametrize("kept", [(HEAD, source("a")), (HEAD, source("a"), source("b")), (HEAD, source("a"), CHANNEL)])
def test_a_file_that_may_be_half_written_takes_nothing_away(home: Home, store: Store, kept: tuple[str, ...]) -> None:
    write(home, HEAD, source("a"), source("b"), CHANNEL, RULE)
    assert apply(store, home)
    write(home, *kept, age=1)
    assert not apply(store, home)
    assert active(store) == {"a", "b"}
    assert active(store, "channels", "name") == {"desk"}
    write(home, *kept, age=applying.QUIET_SECONDS + 1)
    assert apply(store, home)
    assert len(active(store)) + len(active(store, "channels", "name")) == len(kept) - 1


def test_what_a_fresh_file_adds_is_in_force_at_once(home: Home, store: Store) -> None:
    write(home, HEAD, source("a"))
    assert apply(store, home)
    write(home, HEAD, source("a"), source("b"), CHANNEL, RULE, age=0)
    assert apply(store, home)
    assert active(store) == {"a", "b"}


def test_a_command_waits_until_the_file_is_whole(home: Home, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "QUIET_SECONDS", 0.5)
    write(home, HEAD, source("a"), source("b"))
    assert apply(store, home)
    write(home, HEAD, source("a"), age=0)
    writer = threading.Timer(0.2, write, (home, HEAD, source("a"), source("b"), source("c")), {"age": 0})
    writer.start()
    put_in_force(store, home, {}, load(home, {}))
    writer.join()
    assert active(store) == {"a", "b", "c"}
    write(home, HEAD, source("c"), age=0)
    put_in_force(store, home, {}, load(home, {}))
    assert active(store) == {"c"}


@pytest.mark.parametrize("content", ["", "\n \n", "# mine\n", None])
def test_a_file_without_anything_in_it_takes_nothing_away(home: Home, store: Store, content: str | None) -> None:
    write(home, HEAD, source("a"))
    assert apply(store, home)
    if content is None:
        home.config_path.unlink()
    else:
        write(home, content)
    for is_whole in (False, True):
        with pytest.raises(ConfigError, match="stays in force"):
            try_to_apply(store, home, {}, load(home, {}), is_whole=is_whole)
    assert active(store) == {"a"}


def test_a_restored_configuration_that_waits_is_named(home: Home, store: Store) -> None:
    write(home, HEAD, source("a"))
    assert apply(store, home)
    home.config_path.rename(home.restored_path)
    with pytest.raises(ConfigError, match=r"read .*presswatch.toml.restored and rename it"):
        apply(store, home)


def test_nothing_is_watched_where_nothing_was(home: Home, store: Store) -> None:
    assert apply(store, home), "a page may be looked at without a configuration"
    write(home, "# nothing yet\n")
    assert apply(store, home)
    assert active(store) == set()


def test_a_change_is_one_once_the_file_is_left_alone(home: Home) -> None:
    write(home, HEAD)
    watch = FileWatch(home.config_path)
    watch.seen = state_of(home.config_path)
    assert [watch(), watch()] == [False, False]
    write(home, HEAD, source("a"))
    assert not watch(), "it may not be whole"
    write(home, HEAD, source("a"), source("b"))
    assert [watch(), watch(), watch()] == [False, True, True], "until it was put in force"
    watch.seen = state_of(home.config_path)
    assert not watch()
    home.config_path.unlink()
    assert [watch(), watch()] == [False, True]


def test_what_is_held_is_told_when_the_digest_is_taken_out_of_the_file(home: Home) -> None:
    yearly = '[channels.desk]\ntype = "console"\ntimezone = "UTC"\n{}'
    newsroom = Newsroom(home.db_path, channels=["desk"])
    newsroom.add_source("harbour")
    newsroom.now = utc_now()
    newsroom.planner.plan = TellingPlan(("desk",), timings={"desk": Timing("0 0 1 1 *")})
    with contextlib.closing(newsroom.store):
        newsroom.publish("harbour", "pier reopens")
        ((due,),) = newsroom.rows("SELECT due_at FROM messages WHERE state = 'held'")
        write(home, HEAD, source("key-harbour"), yearly.format('digest = "0 0 1 1 *"\n'))
        assert apply(newsroom.store, home)
        assert newsroom.rows("SELECT due_at FROM messages") == [(due,)]
        write(home, HEAD, source("key-harbour"), yearly.format(""))
        assert apply(newsroom.store, home)
        with newsroom.store.transaction() as conn:
            assert release_held(conn, utc_now()) == 1
