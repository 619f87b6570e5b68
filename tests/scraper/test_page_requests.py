"""What is asked for in the place of a page's scripts: bounded, and telling nobody what is not meant for them."""

from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys
from collections.abc import Callable

import pytest
from scrapy import Request
from scrapy.http import Response

from scraper.browser.answering import MOST_BYTES, MOST_POSTED, MOST_REQUESTS, Answered, Asked, PageRequests
from scraper.errors import FetchError

URL = "https://board.example/api"
Serve = Callable[[Request], Response]


class Net:
    """Everything there is, with a log. ``serve`` answers; robots.txt forbids what has ``hidden`` in it."""

    def __init__(self, serve: Serve = lambda request: Response(request.url, body=b"{}")) -> None:
        self.serve = serve
        self.asked: list[Request] = []
        self.requests = PageRequests(
            download=self.download,
            admit=self.admit,
            own=lambda url: {"X-Key": "anchor"} if url.startswith("https://board.example/") else {},
            user_agent="presswatch/1",
            seconds=5,
            body_bytes=1_000_000,
            language="de, *;q=0.5",
        )

    async def download(self, request: Request) -> Response:
        self.asked.append(request)
        return self.serve(request)

    async def admit(self, url: str) -> None:
        if "hidden" in url:
            raise FetchError("robots", "robots.txt forbids it", url=url)

    def ask(self, *asked: Asked) -> list[Answered]:
        async def all_of_them() -> list[Answered]:
            return [await self.requests(one) for one in asked]

        return asyncio.run(all_of_them())


def told(request: Request) -> dict[str, str]:
    return {name.decode().lower(): values[0].decode() for name, values in request.headers.items()}


def moved(to: str, status: int = 302) -> Serve:
    def serve(request: Request) -> Response:
        if request.url == URL:
            return Response(request.url, status=status, headers={"Location": to})
        return Response(request.url, body=b"there")

    return serve


def test_we_say_who_we_are_and_pass_on_what_the_script_says() -> None:
    net = Net()
    said = {"cookie": "a=1", "x-token": "t", "user-agent": "Mozilla", "sec-fetch-mode": "cors", "accept": "text/x"}
    net.ask(Asked(URL, "POST", {**said, "content-type": "application/json"}, b"[]"))
    (sent,) = net.asked
    assert (sent.method, sent.body) == ("POST", b"[]")
    assert told(sent) == {
        "accept": "text/x",
        "accept-encoding": told(sent)["accept-encoding"],
        "accept-language": "de, *;q=0.5",
        "user-agent": "presswatch/1",
        "cookie": "a=1",
        "x-token": "t",
        "x-key": "anchor",
        "content-type": "application/json",
    }


def test_credentials_and_cookies_do_not_follow_a_redirect_elsewhere() -> None:
    net = Net(moved("https://else.example/api"))
    (found,) = net.ask(Asked(URL, "POST", {"cookie": "a=1", "authorization": "t", "content-type": "x/y"}, b"[]"))
    assert (found.url, found.body) == ("https://else.example/api", b"there")
    last = net.asked[-1]
    assert (last.method, last.body) == ("GET", b"")
    assert not {"cookie", "authorization", "x-key", "content-type"} & told(last).keys()


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("file:///etc/passwd", "redirect"),
        ("https://board.example/hidden", "robots"),
        (URL, "redirect"),
        ("http://user@else.example/", "redirect"),
    ],
)
def test_redirects_are_judged_like_requests(target: str, reason: str) -> None:
    with pytest.raises(FetchError) as refused:
        Net(moved(target)).ask(Asked(URL))
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (Asked(URL, "DELETE"), "unreadable"),
        (Asked(URL, "POST", {}, b"x" * (MOST_POSTED + 1)), "unreadable"),
        (Asked("https://board.example/hidden/1"), "robots"),
        (Asked("ftp://board.example/"), "connection"),
        (Asked("https://a\\@b/"), "connection"),
    ],
)
def test_what_a_page_may_not_ask_is_not_asked(asked: Asked, reason: str) -> None:
    net = Net()
    with pytest.raises(FetchError) as refused:
        net.ask(asked)
    assert (refused.value.reason, net.asked) == (reason, [])


def test_the_same_question_is_asked_once() -> None:
    net = Net()
    net.ask(Asked(URL), Asked(URL), Asked(URL, "POST", {}, b"1"), Asked(URL, "POST", {}, b"2"))
    assert [(one.method, one.body) for one in net.asked] == [("GET", b""), ("POST", b"1"), ("POST", b"2")]


def test_the_same_question_asked_several_times_at_once_is_asked_once() -> None:
    net = Net()

    async def run() -> list[Answered]:
        return await asyncio.gather(*(net.requests(Asked(URL)) for _ in range(5)))

    assert asyncio.run(run()) == [Answered(URL, 200, {}, b"{}")] * 5
    assert len(net.asked) == 1


def test_a_failure_is_that_of_all_who_wait_and_the_next_one_asks_again() -> None:
    net = Net(lambda request: Response(request.url, headers={"Content-Encoding": "gzip"}, body=b"no"))

    async def run() -> None:
        found = await asyncio.gather(*(net.requests(Asked(URL)) for _ in range(3)), return_exceptions=True)
        assert [isinstance(one, FetchError) for one in found] == [True] * 3
        net.serve = lambda request: Response(request.url, body=b"well")
        assert (await net.requests(Asked(URL))).body == b"well"

    asyncio.run(run())
    assert len(net.asked) == 2


def test_who_gives_up_takes_the_question_back_unless_another_one_waits() -> None:
    net, ended = Net(), list[str]()
    serve = net.requests._download

    async def slow(request: Request) -> Response:
        try:
            await asyncio.sleep(0.02)
        except asyncio.CancelledError:
            ended.append(request.url)
            raise
        return await serve(request)

    net.requests._download = slow

    async def run() -> None:
        alone, first, second = (asyncio.create_task(net.requests(Asked(url))) for url in (URL + "?alone", URL, URL))
        await asyncio.sleep(0.001)
        alone.cancel()
        first.cancel()
        await asyncio.sleep(0)
        assert (await net.requests(Asked(URL + "?alone"))).body == b"{}"
        assert (await second).body == b"{}"

    asyncio.run(run())
    assert ended == [URL + "?alone"]
    assert sorted(one.url for one in net.asked) == [URL, URL + "?alone"]


def test_a_page_asks_for_so_much_and_no_more() -> None:
    net = Net()
    with pytest.raises(FetchError, match="more than it may"):
        net.ask(*(Asked(f"{URL}?{n}") for n in range(MOST_REQUESTS + 1)))
    assert len(net.asked) == MOST_REQUESTS
    hasty = Net()

    async def all_at_once() -> list[Answered | BaseException]:
        asked = (Asked(f"{URL}?{n}") for n in range(2 * MOST_REQUESTS))
        return await asyncio.gather(*map(hasty.requests, asked), return_exceptions=True)

    assert sum(isinstance(one, Answered) for one in asyncio.run(all_at_once())) == MOST_REQUESTS
    large = Net(lambda request: Response(request.url, body=bytes(900_000)))
    with pytest.raises(FetchError, match="more than it may"):
        large.ask(*(Asked(f"{URL}?{n}") for n in range(MOST_BYTES // 900_000 + 2)))


def test_a_page_of_many_origins_gets_no_more_than_one_of_one() -> None:
    net, open_now, most = Net(), 0, 0

    async def slow(request: Request) -> Response:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        await asyncio.sleep(0.001)
        open_now -= 1
        return Response(request.url, body=bytes(900_000))

    net.requests._download = slow

    async def run() -> list[Answered | BaseException]:
        asked = (Asked(f"https://board{n}.example/api") for n in range(MOST_REQUESTS))
        return await asyncio.gather(*map(net.requests, asked), return_exceptions=True)

    found = asyncio.run(run())
    answered = [one for one in found if isinstance(one, Answered)]
    assert len(answered) == MOST_BYTES // 900_000
    assert {one.reason for one in found if isinstance(one, FetchError)} == {"too_large"}
    assert most == 8


def test_answers_are_unpacked_within_their_bound_and_passed_back_with_few_headers() -> None:
    headers = {"Content-Encoding": "gzip", "Content-Type": "text/x", "Set-Cookie": "a=1", "X-Frame-Options": "DENY"}
    net = Net(lambda request: Response(request.url, status=404, headers=headers, body=gzip.compress(b"no")))
    (found,) = net.ask(Asked(URL))
    assert (found.status, found.body) == (404, b"no")
    assert found.headers == {"content-type": "text/x", "set-cookie": "a=1"}
    bomb = Net(lambda request: Response(request.url, headers=headers, body=gzip.compress(bytes(5_000_000))))
    with pytest.raises(FetchError) as refused:
        bomb.ask(Asked(URL))
    assert refused.value.reason == "too_large"


def test_nothing_of_playwright_is_loaded_until_a_page_is_rendered() -> None:
    code = "import sys, scraper.service, presswatch.assembly; sys.exit('playwright' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
