"""A feed that announces a hub: the real daemon subscribes, and looks when the hub says so."""

from __future__ import annotations

import hashlib
import hmac
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request

from presswatch.fixture_site import Answer, LoopbackServer, Request
from tests.e2e.desk import Desk, wait_until

XML = (("Content-Type", "application/rss+xml"),)


class Press(LoopbackServer):
    """A feed on the first address, its hub on the second."""

    def __init__(self) -> None:
        super().__init__(("127.0.65.1", "127.0.65.2"))
        self.news = [f"The ferry office gives notice {n}" for n in range(5, 0, -1)]
        self.asked: list[dict[str, str]] = []
        self.confirmed: list[tuple[int, str]] = []

    def answer(self, request: Request) -> Answer:
        if request.path == "/hub":
            form = dict(urllib.parse.parse_qsl(request.body.decode()))
            self.asked.append(form)
            threading.Thread(target=self._confirm, args=(form,), daemon=True).start()
            return Answer(202)
        if request.path != "/feed":
            return Answer(404)
        links = (
            f"<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='hub' href='{self.origin(1)}/hub'/>"
            f"<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='self' href='{self.origin()}/feed'/>"
        )
        items = "".join(f"<item><title>{one}</title><link>/n/{one[-1]}</link></item>" for one in self.news)
        return Answer(200, f"<rss version='2.0'><channel><title>F</title>{links}{items}</channel></rss>".encode(), XML)

    def _confirm(self, form: dict[str, str]) -> None:
        for topic in ("http://other.example/feed", form["hub.topic"]):
            query = {
                "hub.mode": "subscribe",
                "hub.topic": topic,
                "hub.challenge": "is it <you>?",
                "hub.lease_seconds": "600",
            }
            self.confirmed.append(call(form["hub.callback"] + "?" + urllib.parse.urlencode(query)))

    def publish(self, form: dict[str, str], *, secret: str | None = None) -> int:
        """Tell the subscriber; the status of its answer."""
        body = b"<rss/>"
        made = hmac.new((secret or form["hub.secret"]).encode(), body, hashlib.sha256).hexdigest()
        return call(form["hub.callback"], body, {"X-Hub-Signature": f"sha256={made}"})[0]


def call(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers or {}), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


def test_a_second_service_is_refused_as_such_where_hubs_are_heard(desk: Desk) -> None:
    desk.configure({"ferry": "http://127.0.65.1:9/feed"}, every="1h")
    port = free_port()
    with desk.config_path.open("a", encoding="utf-8") as file:
        file.write(f'[presswatch.websub]\ncallback = "http://127.0.0.1:{port}/hubs/"\nlisten = "127.0.0.1:{port}"\n')
    with desk.daemon() as daemon:
        second = desk.start_daemon()
        assert second.wait(20) == 1, second.log()
        assert "another presswatch daemon" in second.log()
        assert daemon.stop() == 0


def test_a_service_that_cannot_hear_hubs_says_so_and_gives_the_database_back(desk: Desk) -> None:
    desk.configure({"ferry": "http://127.0.65.1:9/feed"}, every="1h")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        with desk.config_path.open("a", encoding="utf-8") as file:
            file.write(f'[presswatch.websub]\ncallback = "http://{place}/hubs/"\nlisten = "{place}"\n')
        daemon = desk.start_daemon()
        assert daemon.wait(20) == 2, daemon.log()
    assert "cannot listen on 127.0.0.1" in daemon.log()
    assert desk.value("SELECT holder IS NULL FROM leases WHERE name = 'daemon'")


def test_a_hub_wakes_its_source_and_nobody_else_can(desk: Desk) -> None:
    port = free_port()
    with Press() as press:
        desk.configure({"ferry": f"{press.origin()}/feed"}, every="1h")
        place = f'callback = "http://127.0.0.1:{port}/hubs/"\nlisten = "127.0.0.1:{port}"\n'
        with desk.config_path.open("a", encoding="utf-8") as file:
            file.write(f"[presswatch.websub]\n{place}")
        with desk.daemon() as daemon:
            desk.wait_baseline(1)
            assert desk.wait_for("SELECT state = 'active' FROM hubs")
            (form,) = press.asked
            assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", f"{press.origin()}/feed")
            wait_until(lambda: len(press.confirmed) == 2)
            assert press.confirmed == [(404, ""), (200, "is it <you>?")], "another topic was not meant"
            assert desk.value("SELECT expires_at > next_at FROM hubs"), "it is renewed before it ends"

            press.news.insert(0, "The ferry office gives notice 6")
            assert press.publish(form, secret="guessed") == 202
            assert call(form["hub.callback"][:-4] + "none", b"x") == (410, "")
            assert call(f"http://127.0.0.1:{port}/elsewhere")[0] == 404
            assert len(press.requests("/feed")) == 1

            assert press.publish(form) == 202
            desk.wait_for("SELECT count(*) = 6 FROM items")
            assert press.publish(form) == 202
            assert desk.value("SELECT reason FROM cadences") == "its hub tells of news"
            assert len(press.requests("/feed")) == 2, "a second ping waits for the pause to end"
            assert form["hub.secret"] not in daemon.log()
