"""What leaves the machine: promises 19 to 23."""

from __future__ import annotations

import ast
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from presswatch.fixture_site import Answer, Fault, FixtureSite, LoopbackServer, Request, WebhookReceiver
from tests.e2e.desk import Desk, wait_until
from tests.promises.test_sources import HTML, OLD
from tests.support.starting import ROOT, run

TOKEN = "T0p-s3cret-of-the-harbour"


class Trap:
    """Listens where nobody may go, and counts who comes."""

    def __init__(self, address: str, port: int = 0) -> None:
        self.visits = 0
        self._listener = socket.create_server((address, port))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                visitor, _ = self._listener.accept()
            except OSError:
                return
            self.visits += 1
            visitor.close()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


ALL_IN_ONE = """<html><head><title>News</title><base href="{trap}/base/">
<meta http-equiv="refresh" content="0;url={trap}/refresh"><link rel="stylesheet" href="{trap}/style.css">
<link rel="preload" href="{trap}/preload"><link rel="icon" href="{trap}/icon"><link rel="dns-prefetch" href="{trap}">
<link rel="alternate" type="application/rss+xml" href="{trap}/feed"><script src="{trap}/script.js"></script></head>
<body background="{trap}/background"><iframe src="{trap}/frame"></iframe><img src="{trap}/picture">
<object data="{trap}/object"></object><video src="{trap}/video" poster="{trap}/poster"></video>
<style>@import url({trap}/import.css); body {{ background: url({trap}/image) }}</style>
<form action="{trap}/form"><input type=image src="{trap}/submit"></form><a href="{trap}/ping" ping="{trap}/ping">x</a>
"""
FEED = """<?xml version="1.0"?><?xml-stylesheet href="{trap}/feed.xsl"?>
<!DOCTYPE rss SYSTEM "{trap}/rss.dtd" [<!ENTITY x SYSTEM "{trap}/entity"><!ENTITY % y SYSTEM "{trap}/parameter"> %y;]>
<rss version="2.0" xmlns:xi="http://www.w3.org/2001/XInclude"><channel><title>News &x;</title>
<cloud domain="{host}" port="80" path="/"/><image><url>{trap}/logo</url></image><xi:include href="{trap}/include"/>
"""


class Maze(LoopbackServer):
    """Everything here leads into the trap."""

    def __init__(self, trap: Trap, local: Trap) -> None:
        super().__init__([f"127.0.97.{1 + n}" for n in range(len(DOORS))])
        self.trap = f"127.0.98.1:{trap.port}"
        self.local = local.port

    def answer(self, request: Request) -> Answer:
        name = list(DOORS)[self.addresses.index(request.address)]
        target = DOORS[name].format(trap=self.trap, port=self.trap.partition(":")[2], local=self.local)
        if request.path == "/robots.txt":
            if name == "robots":
                return Answer(302, b"", (("Location", f"http://{self.trap}/robots.txt"),))
            return Answer(404)
        if request.path != "/news":
            return Answer(410, b"nothing was to be asked for here")
        if target:
            return Answer(302, b"", (("Location", target.encode().decode("latin-1")),))
        if name == "mentions":
            body = ALL_IN_ONE.format(trap=f"http://{self.trap}").encode() + OLD
            return Answer(
                200,
                body,
                (HTML, ("Link", f"<http://{self.trap}/>; rel=preload"), ("Refresh", f"0;url=http://{self.trap}/")),
            )
        if name == "feed":
            entries = "".join(
                f"<item><title>Notice {n}</title><link>https://harbour.example/{n}</link>"
                f'<enclosure url="http://{self.trap}/{n}.mp3" type="audio/mpeg"/></item>'
                for n in range(9)
            )
            body = FEED.format(trap=f"http://{self.trap}", host=self.trap) + entries + "</channel></rss>"
            return Answer(200, body.encode(), (("Content-Type", "application/rss+xml"),))
        return Answer(200, OLD, (HTML,))


DOORS = {
    "mentions": "",
    "feed": "",
    "robots": "",
    "plain": "http://{trap}/",
    "decimal": "http://2130731265:{port}/",
    "hexadecimal": "http://0x7f006201:{port}/",
    "octal": "http://0177.0.0142.1:{port}/",
    "mapped": "http://[::ffff:127.0.98.1]:{port}/",
    "mapped in hex": "http://[::ffff:7f00:6201]:{port}/",
    "name": "http://localhost:{local}/",
    "zero": "http://0.0.0.0:{local}/",
    "full width": "http://１２７.0.98.1:{port}/",
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "user name": "http://127.0.97.1:80@{trap}/",
    "backslash": "http://{trap}\\@example.org/",
    "file": "file:///etc/passwd",
    "ftp": "ftp://{trap}/",
    "gopher": "gopher://{trap}/",
    "data": "data:text/html,<h1>News</h1>",
}


@dataclass
class Walk:
    """One look at each door, and a message to each channel that leads into the trap."""

    desk: Desk
    maze: Maze
    visits: int
    outcomes: dict[str, tuple[str, str]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    desk = Desk(tmp_path_factory.mktemp("network") / "home")
    trap, local = Trap("127.0.98.1"), Trap("127.0.0.1")
    with Maze(trap, local) as maze:
        desk.opened = ",".join(origin.removeprefix("http://") for origin in map(maze.origin, range(len(DOORS))))
        desk.configure(
            {name.replace(" ", "-"): f"{maze.origin(n)}/news" for n, name in enumerate(DOORS)},
            hooks={"hook": f"http://127.0.98.1:{trap.port}/"},
        )
        more = [
            '[channels.apprise]\ntype = "apprise"',
            f'url = "json://127.0.98.1:{trap.port}/"',
            '[channels.mail]\ntype = "mail"',
            f'url = "smtp://127.0.98.1:{trap.port}"\nsender = "a@example.org"\nrecipients = ["b@example.org"]',
        ]
        with desk.config_path.open("a", encoding="utf-8") as file:
            file.write("\n".join(more) + "\n")
        looked = _command(desk, "check")
        assert looked.returncode == 3, looked.stderr
        said = [_command(desk, "notify", "test", name).stderr for name in ("hook", "apprise", "mail")]
        rows = desk.rows("SELECT s.slug, c.outcome, c.reason FROM checks c JOIN sources s ON s.id = c.source_id")
        found = Walk(desk, maze, trap.visits + local.visits, said=said)
        found.outcomes = {row["slug"]: (row["outcome"], row["reason"]) for row in rows}
    trap.close()
    local.close()
    return found


def _command(desk: Desk, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    done = run(["presswatch", *words], env=desk.environment() | environ, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_no_connection_to_an_address_that_nobody_opened(walk: Walk) -> None:
    """Promise 19: by no redirect, spelling, name or robots.txt, and by no channel: judged on the address itself."""
    assert walk.visits == 0
    addresses = "plain decimal hexadecimal octal mapped mapped-in-hex name zero full-width metadata".split()
    assert {name: walk.outcomes[name] for name in addresses} == dict.fromkeys(addresses, ("failed", "address_refused"))
    assert walk.outcomes["robots"][0] == "failed"
    for said in walk.said:
        assert "PRESSWATCH_ALLOW_PRIVATE" in said


def test_only_http_and_nothing_that_a_page_mentions(walk: Walk) -> None:
    """Promise 20: of a page that mentions thirty things, the page is fetched and its robots.txt."""
    for name in ("user-name", "backslash", "file", "ftp", "gopher", "data"):
        assert walk.outcomes[name] == ("failed", "redirect"), name
    assert walk.outcomes["mentions"][0] == "changed"
    assert walk.outcomes["feed"][0] == "changed"
    for place, name in enumerate(DOORS):
        asked = [one.path for one in walk.maze.requests() if one.address == walk.maze.addresses[place]]
        assert sorted(asked) == (["/robots.txt"] if name == "robots" else ["/news", "/robots.txt"]), name


class Two(LoopbackServer):
    """A site with a password, which sends visitors to another site and on."""

    def answer(self, request: Request) -> Answer:
        own, other = self.origin(0), self.origin(1)
        leads = {"/out": f"{other}/there", "/there": f"{own}/back", "/hook": f"{other}/there"}
        if request.path in leads:
            return Answer(302, b"", (("Location", leads[request.path]),))
        if request.path == "/broken":
            return Answer(500, f"you sent {request.headers.get('authorization')}".encode())
        return Answer(404) if request.path == "/robots.txt" else Answer(200, OLD, (HTML,))


def test_credentials_go_to_their_own_origin_only_and_never_to_logs(desk: Desk, tmp_path: Path) -> None:
    """Promise 21: the database, all output and a backup are searched for them."""
    with Two(("127.0.99.1", "127.0.99.2")) as site:
        headers = {"Authorization": f"Bearer {TOKEN}", "X-Key": "env:HARBOUR_KEY"}
        lines = ["[presswatch]", 'site_spacing = "0s"']
        for slug in ("news", "out", "broken"):
            lines += ["[[sources]]", f'id = "{slug}"', f'slug = "{slug}"', f'url = "{site.origin()}/{slug}"']
            lines += ["[sources.headers]", *(f'{name} = "{value}"' for name, value in headers.items())]
        lines += ["[channels.hook]", 'type = "webhook"', f'url = "{site.origin()}/hook?token={TOKEN}"']
        desk.home.mkdir()
        desk.config_path.write_text("\n".join(lines), encoding="utf-8")
        desk.config_path.chmod(0o600)
        done = [
            _command(desk, *words, HARBOUR_KEY=TOKEN)
            for words in (("check",), ("notify", "test", "hook"), ("list",), ("config", "show"), ("messages",))
        ]
        crawl = desk.crawl("url=" + site.origin() + "/news", "--loglevel=DEBUG")
        sent = [one for one in site.requests() if TOKEN in str(one.headers) or TOKEN in one.target]
        assert {one.address for one in sent} == {"127.0.99.1"}
        assert {"/news", "/out", "/hook"} <= {one.path for one in sent}
        assert TOKEN not in str([one.headers for one in site.requests("/back")]), "not after a detour either"
    said = "".join(one.stdout + one.stderr for one in (*done, crawl))
    assert TOKEN not in said
    assert _command(desk, "backup", str(tmp_path / "backup.tgz")).returncode == 0
    for path in desk.home.rglob("*"):
        if path.is_file() and path != desk.config_path:
            assert TOKEN.encode() not in path.read_bytes(), path


class Manners(LoopbackServer):
    """Sites that forbid us, ask for a pause, or fail."""

    def answer(self, request: Request) -> Answer:
        place = self.addresses.index(request.address)
        if request.path == "/robots.txt":
            texts = {0: "User-agent: *\nDisallow: /\n", 1: "User-agent: presswatch\nDisallow: /news\n\nUser-agent: *\n"}
            return Answer(503) if place == 2 else Answer(200, texts.get(place, "").encode())
        if place == 3:
            return Answer(503, b"", (("Retry-After", "4000000"),))
        return Answer(500) if place == 4 else Answer(200, OLD, (HTML,))


def test_robots_and_retry_after_are_obeyed_and_a_failing_page_is_asked_at_most_twice(desk: Desk) -> None:
    """Promise 22."""
    with Manners([f"127.0.100.{n}" for n in range(1, 6)]) as site:
        names = ("closed", "closed-to-us", "robots-fail", "busy", "failing")
        desk.configure({name: f"{site.origin(n)}/news" for n, name in enumerate(names)})
        _command(desk, "check")
        asked = [(names[site.addresses.index(one.address)], one.path) for one in site.requests()]
    assert [path for name, path in asked if name in names[:3]] == ["/robots.txt"] * 3
    for name in ("busy", "failing"):
        assert 1 <= asked.count((name, "/news")) <= 2
    reasons = {row["slug"]: row["reason"] for row in desk.rows(
        "SELECT s.slug, c.reason FROM checks c JOIN sources s ON s.id = c.source_id"
    )}  # fmt: skip
    assert reasons == dict.fromkeys(names[:3], "robots") | {"busy": "http_5xx", "failing": "http_5xx"}
    wait = (
        "SELECT (julianday(next_check_at) - julianday('now')) * 24 FROM cadences d JOIN sources s ON s.id = d.source_id"
    )
    assert 23 < desk.value(f"{wait} WHERE s.slug = 'busy'") <= 24.1, "a pause of 46 days is capped at one"


@dataclass
class Recorded(Desk):
    """Its processes write down whom they talk to."""

    def environment(self) -> dict[str, str]:
        recorder = Path(__file__).parent / "recorder"
        return super().environment() | {
            "PYTHONPATH": os.pathsep.join((str(recorder), str(ROOT))),
            "RECORDED_TRAFFIC": str(self.home / "traffic"),
        }

    def traffic(self) -> Iterator[tuple[str, int, object]]:
        """Event, address family (0: none), and address or name."""
        for line in (self.home / "traffic").read_text("utf-8").splitlines():
            event, family, what = line.split("\t")
            yield event.removeprefix("socket."), int(family), ast.literal_eval(what)


def _listens(process: int) -> set[str]:
    """Sockets of a process that listen on the network."""
    folder = Path(f"/proc/{process}")
    own = {str(path.readlink()) for path in (folder / "fd").iterdir() if path.is_symlink()}
    lines = [line.split() for name in ("tcp", "tcp6") for line in (folder / "net" / name).read_text().splitlines()]
    return own & {f"socket:[{fields[9]}]" for fields in lines if fields[3] == "0A"}


def test_there_is_no_other_traffic(tmp_path: Path, hook: WebhookReceiver) -> None:
    """Promise 23: a daemon's whole life is recorded: whom it connects to, what names it looks up, where it listens."""
    desk = Recorded(tmp_path / "home")
    with FixtureSite(addresses=("127.0.0.1",)) as site:
        site.misbehave(Fault(headers=(("Set-Cookie", "a=b; Domain=.example.com"),)), "/en/news/", times=2)
        url = site.url().replace("127.0.0.1", "localhost")
        desk.configure({"ministry": {"url": url, "follow": True}}, hooks={"hook": hook.url()})
        try:
            with desk.daemon() as daemon:
                desk.wait_baseline(1)
                site.moment = "m1"
                assert wait_until(lambda: len(hook.accepted) == 2)
                desk.wait_looks("ministry", 1)
                listens = _listens(daemon.process.pid)
        finally:
            desk.close()
        seen = list(desk.traffic())
        allowed = {("127.0.0.1", site.port), ("::1", site.port), ("127.0.0.1", hook.port)}
    inet = [one for one in seen if one[1] in (socket.AF_INET, socket.AF_INET6)]
    assert {tuple(where)[:2] for event, _, where in inet if event == "connect"} <= allowed  # type: ignore[arg-type]
    assert inet, "the recorder works"
    names = {str(what) for event, _, what in seen if event in ("getaddrinfo", "gethostbyname")}
    assert names <= {"localhost", "127.0.0.1", "::1"}
    assert "localhost" in names
    assert [one for one in inet if one[0] == "sendto" or (one[0] == "bind" and one[2] != ("::1", 0))] == []
    assert not listens, "urllib3 tries IPv6 by binding it; nobody listens"
