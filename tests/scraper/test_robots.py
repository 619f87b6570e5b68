"""robots.txt as RFC 9309 says."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.exceptions import CannotResolveHostError, DownloadTimeoutError
from scrapy.http import Response

from scraper.asking import PLAIN
from scraper.errors import FetchError
from scraper.reading import PageReader, ReadingManners, ReadRequest
from scraper.robots import (
    CRAWL_DELAY_CAP,
    FOREIGN_BYTES,
    FOREIGN_KEPT,
    MemoryRobots,
    RobotsGate,
    RobotsRecord,
    decide,
)
from scraper.robots_rules import PARSED_BYTES, our_rules, product_token, rules_kept
from scraper.types import Page
from tests.support.press import InProcess

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
AGENT = "presswatch/0.1 (+https://example.org/bot)"
DAY = timedelta(days=1)


def record(text: str | bytes = "", *, status: int | None = 200, since: datetime | None = None) -> RobotsRecord:
    body = text.encode() if isinstance(text, str) else text
    return RobotsRecord("https://example.org:443", NOW, NOW + DAY, status, body, since)


def allowed(text: str | bytes, path: str) -> bool:
    return decide(record(text), f"https://example.org{path}", AGENT, NOW).allowed


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("", "/news", True),
        ("User-agent: *\nDisallow: /", "/news", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("User-agent: *\nDisallow:", "/news", True),
        ("User-agent: *\nDisallow: /news", "/newsroom", False),
        ("User-agent: *\nDisallow: /news/", "/news", True),
        ("User-agent: *\nDisallow: /\nAllow: /news", "/news/1", True),
        ("User-agent: *\nAllow: /news\nDisallow: /news", "/news", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf?x", True),
        ("User-agent: *\nDisallow: /a?id=", "/a?id=3", False),
        ("User-agent: *\nDisallow: /caf%C3%A9", "/café", False),
        ("User-agent: *\nDisallow: /café", "/caf%c3%a9", False),
        ("User-agent: *\nDisallow: /a # because", "/a", False),
        ("USER-AGENT: *\nDISALLOW: /a", "/a", False),
        ("user-agent:*\rdisallow:/a", "/a", False),
        ("\ufeffUser-agent: *\nDisallow: /a", "/a", False),
        ("Disallow: /a", "/a", True),
        ("User-agent: other\nDisallow: /", "/news", True),
        ("User-agent: presswatch\nDisallow: /", "/news", False),
        ("User-agent: PressWatch/2.0\nDisallow: /", "/news", False),
        ("User-agent: press\nDisallow: /", "/news", True),
        ("User-agent: presswatcher\nDisallow: /", "/news", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: presswatch\nDisallow: /x", "/news", True),
        ("User-agent: presswatch\nAllow: /\n\nUser-agent: *\nDisallow: /", "/news", True),
        ("User-agent: other\nUser-agent: presswatch\nDisallow: /", "/news", False),
        ("User-agent: presswatch\nSitemap: /s.xml\n\nUser-agent: x\nDisallow: /", "/news", False),
        ("User-agent: presswatch\nDisallow: /a\n\nUser-agent: presswatch\nDisallow: /b", "/b", False),
        ("User-agent: presswatch\nDisallow: /a\n\nUser-agent: presswatch\nDisallow: /b", "/a", False),
        ("User-agent: presswatch", "/news", True),
        ("User-agent: presswatch\n\nUser-agent: *\nDisallow: /", "/news", False),
        ("<!doctype html><title>Not found</title>", "/news", True),
        (b"User-agent: *\nDisallow: /\xff\xfe\nDisallow: /a", "/a", False),
    ],
)
def test_rules_are_read_as_the_rfc_says(text: str | bytes, path: str, expected: bool) -> None:
    assert allowed(text, path) is expected
    body = text.encode() if isinstance(text, str) else text
    assert allowed(rules_kept(body, AGENT), path) is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [(404, True), (403, True), (410, True), (302, True), (500, False), (503, False), (None, False)],
)
def test_a_4xx_allows_and_a_5xx_or_silence_forbids(status: int | None, expected: bool) -> None:
    assert decide(record("", status=status), "https://example.org/", AGENT, NOW).allowed is expected


def test_after_thirty_days_unreachable_counts_as_not_there() -> None:
    old = record(status=None, since=NOW - timedelta(days=30, seconds=1))
    assert decide(old, "https://example.org/", AGENT, NOW).allowed
    assert not decide(old, "https://example.org/", AGENT, NOW - DAY).allowed


def test_what_was_never_asked_forbids() -> None:
    assert not decide(None, "https://example.org/", AGENT, NOW).allowed


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 5", 5.0),
        ("User-agent: *\nCrawl-delay: 0.5", 0.5),
        ("User-agent: *\nCrawl-delay: 86400", CRAWL_DELAY_CAP),
        ("User-agent: *\nCrawl-delay: -1", None),
        ("User-agent: *\nCrawl-delay: inf", None),
        ("User-agent: *\nCrawl-delay: soon", None),
        ("User-agent: other\nCrawl-delay: 5", None),
        ("User-agent: *\nCrawl-delay: 9\n\nUser-agent: presswatch\nCrawl-delay: 2\nDisallow: /x", 2.0),
    ],
)
def test_crawl_delay_is_honoured_up_to_a_cap(text: str, delay: float | None) -> None:
    assert decide(record(text), "https://example.org/", AGENT, NOW).crawl_delay == delay


def test_only_the_first_500_kib_are_parsed() -> None:
    head = b"User-agent: *\nDisallow: /early\n"
    kept = rules_kept(head + b"#" * (PARSED_BYTES - len(head) - 1) + b"\nDisallow: /late", AGENT)
    assert not allowed(kept, "/early")
    assert allowed(kept, "/late")
    assert len(kept) < 100


@pytest.mark.parametrize(
    "text",
    [
        b"".join(b"User-agent: a%d\n" % n for n in range(15_000)) + b"Disallow: /x\n" * 15_000,
        b"".join(b"User-agent: presswatch\nUser-agent: *\nDisallow: /%d\n" % n for n in range(9_000)),
        b"User-agent: *\n" + b"Disallow: /*a*a*a*a*a*a*a*a*a*b\n" * 15_000,
        b"User-agent: *\nDisallow: /" + b"*a" * 250_000,
        b"User-agent" + b" " * 500_000,
        b"\n" * 500_000,
    ],
    ids=["agents", "groups", "stars", "one long", "blanks", "empty"],
)
def test_a_hostile_file_costs_little(text: bytes) -> None:
    began = time.process_time()
    decide(record(rules_kept(text, AGENT)), "https://example.org/" + "a" * 3_000, AGENT, NOW)
    assert time.process_time() - began < 2


_WORDS = (
    ["User-agent", "user agent", "Allow", "disallow ", "Crawl-delay", "crawl delay", "Sitemap", "#", ""],
    [":", ": ", " ", "::", " : "],
    ["*", "presswatch", "other", "/", "/a", "/a*b$", "3", ": /a", "/a # b", "/caf\xe9", "\x85/a", "\ufeff"],
    ["\n", "\r\n", "\r", "\x0b", "\u2028"],
)
_LINES = st.lists(st.tuples(*map(st.sampled_from, _WORDS)), max_size=12)
_ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "latin-1"])


@given(_LINES, _ENCODINGS, st.sampled_from(["/", "/a", "/ab", "/xab"]))
def test_what_is_kept_says_the_same_and_is_no_longer(lines: list[tuple[str, ...]], encoding: str, path: str) -> None:
    whole = "".join(map("".join, lines)).encode(encoding, "replace")
    kept = rules_kept(whole, AGENT)
    url = f"https://example.org{path}"
    assert decide(record(kept), url, AGENT, NOW) == decide(record(whole), url, AGENT, NOW)
    assert rules_kept(kept, AGENT) == kept
    assert len(kept) <= len(whole) + 40


@given(st.text(max_size=300), st.text(max_size=60))
def test_no_text_makes_it_raise(text: str, url: str) -> None:
    decide(record(text.encode("utf-8", "surrogatepass")), url, AGENT, NOW)
    our_rules(text, "presswatch")


@pytest.mark.parametrize(
    ("agent", "token"),
    [(AGENT, "presswatch"), ("Harbour-Bot", "harbour-bot"), ("My_Bot 2", "my_bot"), ("", "*"), ("7", "*")],
)
def test_robots_know_us_by_our_product_token(agent: str, token: str) -> None:
    assert product_token(agent) == token


class Server:
    """Answers robots.txt by a function, and counts; the clock is settable."""

    def __init__(self, reply: Callable[[Request], Response]) -> None:
        self.reply = reply
        self.asked: list[str] = []
        self.now = NOW
        self.store = MemoryRobots()
        self.gate = RobotsGate(store=self.store, download=self.download, user_agent=AGENT, now=lambda: self.now)

    async def download(self, request: Request) -> Response:
        self.asked.append(request.url)
        return self.reply(request)

    def admit(self, url: str = "https://example.org/news") -> str:
        try:
            asyncio.run(self.gate.admit(url))
        except FetchError as error:
            return error.reason
        return "admitted"


def says(body: bytes = b"", status: int = 200, **headers: str) -> Callable[[Request], Response]:
    return lambda request: Response(request.url, status=status, body=body, headers=headers)


def fails(error: Exception) -> Callable[[Request], Response]:
    def reply(_: Request) -> Response:
        raise error

    return reply


def test_robots_txt_is_asked_once_a_day_and_origin() -> None:
    server = Server(says(b"User-agent: *\nDisallow: /private"))
    assert [server.admit() for _ in range(3)] == ["admitted"] * 3
    assert server.admit("https://example.org/private/1") == "robots"
    assert server.asked == ["https://example.org/robots.txt"]
    assert server.admit("http://example.org/news") == "admitted"
    assert server.admit("https://www.example.org:8443/news") == "admitted"
    assert server.asked[1:] == ["http://example.org/robots.txt", "https://www.example.org:8443/robots.txt"]
    server.now += DAY
    server.reply = says(b"User-agent: *\nDisallow: /news")
    assert server.admit() == "robots"


def test_a_clock_set_back_does_not_keep_a_record_for_ever() -> None:
    server = Server(says())
    server.admit()
    server.now -= timedelta(days=400)
    server.admit()
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        (says(status=404), "admitted"),
        (says(status=401), "admitted"),
        (says(status=204), "admitted"),
        (says(status=302, Location="/robots.txt"), "admitted"),
        (says(status=500), "robots"),
        (says(status=503), "robots"),
        (says(status=429), "rate_limited"),
        (says(status=304), "not_modified_unasked"),
        (fails(CannotResolveHostError("no such host")), "dns"),
        (fails(DownloadTimeoutError("slow")), "timeout"),
    ],
)
def test_what_kept_robots_txt_from_being_read_decides(reply: Callable[[Request], Response], result: str) -> None:
    assert Server(reply).admit() == result


def test_an_outage_of_robots_txt_is_over_as_soon_as_it_answers_again() -> None:
    server = Server(says(status=503))
    assert server.admit() == "robots"
    server.reply = fails(DownloadTimeoutError("slow"))
    assert server.admit() == "timeout"
    server.reply = says()
    assert server.admit() == "admitted"


def test_an_outage_of_a_month_counts_as_no_robots_txt() -> None:
    server = Server(fails(DownloadTimeoutError("slow")))
    assert server.admit() == "timeout"
    server.now += timedelta(days=29)
    assert server.admit() == "timeout"
    server.now += timedelta(days=2)
    assert server.admit() == "admitted"


def test_redirects_of_robots_txt_are_followed() -> None:
    def reply(request: Request) -> Response:
        if request.url.endswith("/robots.txt"):
            return Response(request.url, status=301, headers={"Location": "https://www.example.org/r"})
        return Response(request.url, body=b"User-agent: *\nDisallow: /")

    server = Server(reply)
    assert server.admit() == "robots"
    assert server.asked == ["https://example.org/robots.txt", "https://www.example.org/r"]


def test_many_at_once_ask_once() -> None:
    server = Server(says())

    async def all_at_once() -> None:
        await asyncio.gather(*(server.gate.admit(f"https://example.org/{n}") for n in range(20)))

    asyncio.run(all_at_once())
    assert len(server.asked) == 1


def test_the_gate_behind_sees_robots_txt_and_page() -> None:
    seen: list[str] = []

    class Spacing:
        async def admit(self, url: str) -> None:
            seen.append(url)

    server = Server(says())
    gate = RobotsGate(store=MemoryRobots(), download=server.download, user_agent=AGENT, now=lambda: NOW, then=Spacing())
    asyncio.run(gate.admit("https://example.org/news"))
    assert seen == ["https://example.org/robots.txt", "https://example.org/news"]


def test_another_name_of_ours_is_asked_for_anew() -> None:
    server = Server(says(b"User-agent: harbour-bot\nDisallow: /\n\nUser-agent: *\nAllow: /"))
    assert server.admit() == "admitted"
    renamed = RobotsGate(
        store=server.store, download=server.download, user_agent="harbour-bot/2 (x)", now=lambda: server.now
    )
    with pytest.raises(FetchError, match="forbids"):
        asyncio.run(renamed.admit("https://example.org/news"))
    assert len(server.asked) == 2


def kept_of(server: Server) -> dict[str, int]:
    """Origins on record, and how many bytes each takes."""
    return {origin: len(one.body) for origin, one in server.store._records.items()}


def test_a_page_cannot_put_more_on_record_than_a_little_by_naming_other_origins() -> None:
    server = Server(says(b"User-agent: *\n" + b"Disallow: /%s\n" % (b"x" * 5_000)))
    server.gate.home = "https://example.org:443"
    named = [f"https://{n}.example.net/a" for n in range(120)]
    assert [server.admit(url) for url in [*named, *named]] == ["admitted"] * 240
    assert len(server.asked) == 120, "what is not on record is remembered during the look"
    assert 3 <= len(kept_of(server)) < 10
    assert sum(kept_of(server).values()) < FOREIGN_KEPT
    assert server.admit() == "admitted"
    assert "https://example.org:443" in kept_of(server)


def test_origins_that_say_nothing_are_put_on_record_by_the_handful_too() -> None:
    for reply in (says(status=404), says(), fails(DownloadTimeoutError("slow"))):
        server = Server(reply)
        for n in range(120):
            server.admit(f"https://{n}.example.net/a")
        assert 5 <= len(kept_of(server)) <= 20


def test_what_other_origins_make_us_read_in_a_look_is_bounded() -> None:
    server = Server(says(b"User-agent: *\n" + b"Disallow: /*a*b$\n" * 20_000))
    server.gate.home = "https://example.org:443"
    found = [server.admit(f"https://{n}.example.net/c") for n in range(20)]
    assert set(found) == {"admitted", "too_large"}
    assert len(server.asked) * 340_000 < FOREIGN_BYTES + 2 * 340_000, "then nobody is asked any more"
    assert server.admit() == "admitted"
    assert kept_of(server)["https://example.org:443"] > 300_000, "the source's own robots.txt is as long as it likes"


def test_what_is_refused_as_too_much_is_not_held_by_its_error() -> None:
    server = Server(lambda request: Response(request.url, body=b"#" * 400_000))
    errors = []
    for n in range(5):
        try:
            asyncio.run(server.gate.admit(f"https://{n}.example.net/c"))
        except FetchError as error:
            errors.append(error)
    held = [value for error in errors for frame, _ in traceback.walk_tb(error.__traceback__)
            for value in frame.f_locals.values()]  # fmt: skip
    assert [error.reason for error in errors] == ["too_large"] * 3
    assert held
    assert not [one for one in held if isinstance(one, Page) or (isinstance(one, bytes) and len(one) > 10_000)]


def test_a_look_bounds_all_origins_but_that_of_its_source() -> None:
    server = Server(says())
    long = b"User-agent: *\n" + b"Disallow: /%s\n" % (b"x" * 60_000)

    def reply(request: Request) -> Response:
        if request.url.endswith("/robots.txt"):
            return Response(request.url, body=long)
        if request.url.startswith("https://example.org/"):
            return Response(request.url, status=302, headers={"Location": "https://elsewhere.example.net/news"})
        return Response(request.url, body=b"<title>News</title>", headers={"Content-Type": "text/html"})

    class Open:
        async def reserve(self, site: str, spacing: timedelta) -> None:  # noqa: ARG002
            return None

    server.reply = reply
    reader = PageReader(
        download=server.download,
        extractor=InProcess(),
        robots=server.store,
        sites=Open(),
        manners=ReadingManners(AGENT, spacing=timedelta(0)),
        clock=lambda: NOW,
    )
    url = "https://example.org/news"
    request = ReadRequest(url=url, source_key="s", source_url=url, seconds=20, asking=PLAIN)
    reading = asyncio.run(reader.visit(None).read(request))
    assert isinstance(reading.answer, Page)
    assert reading.answer.url == "https://elsewhere.example.net/news"
    assert len([asked for asked in server.asked if asked.endswith("/robots.txt")]) == 2
    assert list(kept_of(server)) == ["https://example.org:443"]
