"""A service and a command on one installation, each with what it knows of the configuration."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator

import pytest

from presswatch.fixture_site import Answer, LoopbackServer, Request
from tests.e2e.desk import Desk
from tests.e2e.test_demanding_pages import HTML, listing


class Ministry(LoopbackServer):
    """Lists for everybody, and keeps what was asked with which credentials."""

    meanwhile: Callable[[], None] = staticmethod(lambda: None)
    """Called while a listing is asked for."""

    def answer(self, request: Request) -> Answer:
        if request.path == "/robots.txt":
            return Answer(404, b"", HTML)
        self.meanwhile()
        return Answer(200, listing("open"), HTML)

    def asked(self, path: str) -> list[str | None]:
        """What stood in ``Authorization``, request by request."""
        return [one.request.headers.get("authorization") for one in self.exchanges if one.request.path == path]


@pytest.fixture
def ministry() -> Iterator[Ministry]:
    with Ministry(("127.0.62.1", "127.0.62.2")) as opened:
        yield opened


def test_what_a_service_cannot_ask_for_as_configured_it_does_not_ask_for(desk: Desk, ministry: Ministry) -> None:
    quick = {"every": "1s"}
    desk.configure({"plain": {"url": f"{ministry.origin()}/plain", **quick}})
    with desk.daemon() as daemon:
        desk.wait_baseline(1)
        hidden = {"url": f"{ministry.origin()}/hidden", "auth": {"token": "env:ONLY_IN_THE_SHELL"}, **quick}
        desk.configure({"plain": {"url": f"{ministry.origin()}/plain", **quick}, "hidden": hidden})
        done = desk.crawl("source=hidden", also={"ONLY_IN_THE_SHELL": "t0ken-of-office"})
        assert done.returncode == 0, done.stderr
        daemon.wait_log("the configuration was not applied")
        desk.wait_looks("plain", 2)
    assert ministry.asked("/hidden") == ["Bearer t0ken-of-office"]


def test_a_token_does_not_follow_an_address_that_another_process_configured(desk: Desk, ministry: Ministry) -> None:
    there, elsewhere = ministry.origin(), ministry.origin(1)
    auth = {"auth": {"token": "t0ken-of-office"}, "every": "1s"}
    desk.configure({"a": {"url": f"{there}/a", **auth}, "b": {"url": f"{there}/b", **auth}})
    with desk.daemon():
        desk.wait_baseline(2)
        desk.configure(
            {"renamed": {"id": "id-a", "url": f"{there}/a", **auth}, "b": {"url": f"{elsewhere}/moved", "every": "1s"}}
        )
        assert desk.crawl("source=b").returncode == 0
        desk.wait_for("SELECT 1 FROM sources WHERE slug = 'renamed'")
        desk.wait_looks("renamed", 2)
        desk.wait_looks("b", 2)
    assert set(ministry.asked("/a")) == {"Bearer t0ken-of-office"}
    assert set(ministry.asked("/moved")) == {None}


def test_a_command_holds_no_more_sources_than_it_is_looking_at(desk: Desk, ministry: Ministry) -> None:
    held = list[int]()

    def count() -> None:
        held.append(len(desk.rows("SELECT 1 FROM leases WHERE name LIKE 'source:%' AND holder IS NOT NULL")))

    ministry.meanwhile = count
    sources = {name: f"{ministry.origin(n % 2)}/{name}" for n, name in enumerate("abcd")}
    desk.configure(sources, concurrency=1)
    done = desk.crawl("source=a,b,c,d")
    assert done.returncode == 0, done.stderr
    assert held == [1] * 4


def test_a_configuration_that_could_not_be_written_is_tried_again(desk: Desk, ministry: Ministry) -> None:
    slow = {"every": "1h"}
    desk.configure({"a": {"url": f"{ministry.origin()}/a", **slow}})
    with desk.daemon() as daemon:
        desk.wait_baseline(1)
        with contextlib.closing(sqlite3.connect(desk.db_path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            desk.configure(
                {"a": {"url": f"{ministry.origin()}/a", **slow}, "b": {"url": f"{ministry.origin()}/b", **slow}}
            )
            daemon.signal(signal.SIGHUP)
            daemon.wait_log("another process holds the database")
        desk.wait_baseline(2)


def test_what_takes_effect_only_with_a_new_start_is_said(desk: Desk, ministry: Ministry) -> None:
    pages = {"a": {"url": f"{ministry.origin()}/a", "every": "1h"}}
    desk.configure(pages)
    with desk.daemon() as daemon:
        desk.configure(pages, chromium="/opt/chromium")
        daemon.signal(signal.SIGHUP)
        daemon.wait_log("presswatch.chromium takes effect when the service is started anew")
        daemon.wait_log("configuration applied")


def test_a_file_that_is_written_slowly_takes_nothing_away(desk: Desk, ministry: Ministry) -> None:
    pages = {name: {"url": f"{ministry.origin()}/{name}", "every": "1s"} for name in "ab"}
    desk.configure(pages)
    whole = desk.config_path.read_bytes()
    with desk.daemon() as daemon:
        desk.wait_baseline(2)
        desk.config_path.write_bytes(whole[: whole.rindex(b"[[sources]]")])
        time.sleep(3)
        desk.config_path.write_bytes(b"")
        daemon.wait_log("is empty; what it said stays in force")
        desk.config_path.write_bytes(whole)
        daemon.wait_log("configuration applied")
    assert desk.value("SELECT count(*) FROM sources WHERE active AND removed_at IS NULL") == 2
    assert daemon.log().count("configuration applied") == 1
