"""Which way to a page is taken, decided on answers alone: no network, no browser."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from scraper.answers import NotModified
from scraper.browser.answering import Answered
from scraper.browser.chromium import Chromium, NoBrowserError
from scraper.browser.rendering import Rendered, render
from scraper.errors import ExtractError, FetchError
from scraper.types import Access, Extraction, ItemData, Page, PageKind, Recipe, Validators, Verdict
from scraper.ways import TRIED_AGAIN_AFTER, Found, Wish, read_somehow

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
URL = "https://board.example/news"
FEED = "https://board.example/feed"
SHELL = b"<div id=root></div><script src=app.js></script>"
ITEMS = tuple(ItemData(f"Matter number {n}", f"https://board.example/n/{n}") for n in range(8))


@dataclass
class Site:
    """Hands that hold a site: what each address answers, what each body says, what the browser makes of a shell."""

    pages: dict[str, bytes | FetchError] = field(default_factory=lambda: {URL: SHELL})
    says: dict[bytes, Extraction] = field(default_factory=dict)
    rendered: bytes | FetchError = b"rendered"
    observed: tuple[Answered, ...] = ()
    overcome: Callable[[str], object] | None = None
    reads: dict[str, Extraction] = field(default_factory=dict)
    known_body: bytes | None = None
    asked: list[str] = field(default_factory=list)

    async def fetch(self, url: str, _: Validators | None) -> Page | NotModified:
        self.asked.append(url)
        found = self.pages.get(url, FetchError("http_4xx", "nothing there", url=url, status=404))
        if isinstance(found, FetchError):
            raise found
        return Page(url, 200, found)

    async def understand(self, page: Page, recipe: Recipe | None) -> Extraction:
        if recipe is not None and recipe.listing in self.reads:
            return self.reads[recipe.listing]
        return self.says.get(page.body, empty())

    async def apply(self, function: Callable[..., object], about: str, /, *args: object) -> object:
        if self.overcome is not None:
            return self.overcome(about)
        return function(*args)

    async def render(self, shell: Page) -> Rendered:
        self.asked.append("browser")
        if isinstance(self.rendered, FetchError):
            raise self.rendered
        return Rendered(replace(shell, body=self.rendered), self.observed)

    def is_same(self, page: Page) -> bool:
        return page.body == self.known_body

    def look(self, known: Access | None = None, **more: bool) -> Found:
        self.asked.clear()
        return asyncio.run(read_somehow(Wish(URL, NOW, known=known, **more), self))  # type: ignore[arg-type]


def empty(*feeds: str) -> Extraction:
    return Extraction((), None, Verdict(PageKind.APP_SHELL, 1.0), feed_urls=feeds)


def lists(items: tuple[ItemData, ...] = ITEMS) -> Extraction:
    return Extraction(items, None, Verdict(PageKind.LISTING, 1.0))


def gone(reason: str = "http_4xx") -> FetchError:
    return FetchError(reason, "gone", url=FEED)


def test_a_page_that_lists_its_items_is_read_as_it_is() -> None:
    site = Site(says={SHELL: lists()})
    found = site.look()
    assert (found.extraction, found.access, site.asked) == (lists(), None, [URL])


def test_a_feed_that_says_what_the_page_shows_stands_in_for_it() -> None:
    site = Site(pages={URL: SHELL, FEED: b"feed"}, says={SHELL: empty(FEED), b"feed": lists(), b"rendered": lists()})
    found = site.look()
    assert found.access == Access("feed", "the feed that the page announces", FEED)
    site.look(found.access)
    assert site.asked == [FEED]


def test_a_feed_of_something_else_does_not() -> None:
    other = lists(tuple(replace(item, url=f"{item.url}/else") for item in ITEMS))
    site = Site(pages={URL: SHELL, FEED: b"feed"}, says={SHELL: empty(FEED), b"feed": other, b"rendered": lists()})
    found = site.look()
    assert found.access is not None
    assert (found.access.way, found.extraction) == ("browser", lists())


def test_without_playwright_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [
        *filter(lambda name: name.startswith("playwright"), sys.modules),
        "playwright",
        "playwright.async_api",
    ]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(NoBrowserError, match=r'pip install "presswatch\[browser\]"'):
        asyncio.run(render(Chromium(), Page(URL, 200, SHELL), None))  # type: ignore[arg-type]  # nobody is asked


def test_a_feed_elsewhere_is_not_asked_for() -> None:
    site = Site(says={SHELL: empty("https://else.example/feed"), b"rendered": lists()})
    site.look()
    assert site.asked == [URL, "browser"]


def test_without_a_browser_a_feed_is_taken_and_a_shell_stays_one() -> None:
    missing = NoBrowserError("install it", url=URL)
    site = Site(pages={URL: SHELL, FEED: b"feed"}, says={SHELL: empty(FEED), b"feed": lists()}, rendered=missing)
    assert site.look().access == Access("feed", "the feed that the page announces", FEED)
    site.says[SHELL] = empty()
    assert site.look() == Found(Page(URL, 200, SHELL), empty())


@pytest.mark.parametrize("way", ["feed", "json"])
def test_a_stand_in_that_goes_away_is_replaced_in_the_same_look(way: str) -> None:
    site = Site(pages={URL: SHELL, FEED: gone()}, says={b"rendered": lists()})
    found = site.look(Access(way, "", FEED))  # type: ignore[arg-type]
    assert found.access is not None
    assert (found.access.way, site.asked) == ("browser", [FEED, URL, "browser"])


def test_a_stand_in_that_is_merely_unwell_is_waited_for() -> None:
    site = Site(pages={URL: SHELL, FEED: gone("http_5xx")})
    with pytest.raises(FetchError):
        site.look(Access("feed", "", FEED))
    assert site.asked == [FEED]


def test_the_browser_is_left_when_the_page_lists_its_items_itself() -> None:
    site = Site(pages={URL: b"<script></script>plain"}, says={b"<script></script>plain": lists()})
    found = site.look(Access("browser", "", shell_sha256="another", decided_at=NOW))
    assert found.access == Access("plain", "the page itself lists its items")
    assert site.asked == [URL]


def test_a_shell_that_is_another_each_time_is_rendered_and_searched_once_a_week() -> None:
    site = Site(pages={URL: SHELL, FEED: b"feed"}, says={SHELL: empty(FEED), b"feed": lists(), b"rendered": lists()})
    known = Access("browser", "", shell_sha256="another", decided_at=NOW - timedelta(days=6))
    assert site.look(known).access is None
    assert site.asked == [URL, "browser"]
    assert site.look(replace(known, decided_at=NOW - timedelta(days=8))).access is not None
    assert FEED in site.asked


def test_a_page_in_which_no_browser_finds_a_list_is_left_alone_for_hours() -> None:
    site = Site()
    found = site.look()
    assert found.access == Access("plain", "a browser finds no list either")
    site.look(replace(found.access, decided_at=NOW))
    assert site.asked == [URL]
    site.look(replace(found.access, decided_at=NOW - TRIED_AGAIN_AFTER))
    assert site.asked == [URL, "browser"]


def test_a_way_that_led_to_a_list_is_not_given_up_after_one_unlucky_look() -> None:
    site = Site(pages={URL: SHELL, FEED: gone()})
    found = site.look(Access("json", "", FEED))
    assert (found.extraction, found.access) == (empty(), None)


def test_what_is_the_same_is_not_read_again() -> None:
    site = Site(says={b"rendered": lists()}, known_body=b"rendered")
    assert site.look(always=True) == Found(Page(URL, 200, b"rendered"))
    assert Site(known_body=SHELL).look() == Found(Page(URL, 200, SHELL))


def test_an_article_is_rendered_and_nothing_stands_in_for_it() -> None:
    article = Extraction((), None, Verdict(PageKind.ARTICLE, 1.0))
    site = Site(pages={URL: SHELL, FEED: b"feed"}, says={SHELL: empty(FEED), b"feed": lists(), b"rendered": article})
    found = site.look(is_article=True)
    assert found.extraction == article
    assert site.asked == [URL, "browser"]


def test_a_page_without_scripts_is_never_rendered() -> None:
    site = Site(pages={URL: b"<p>nothing today"})
    site.look()
    assert site.asked == [URL]


DATA = json.dumps({"notices": [{"headline": item.title, "url": item.url} for item in ITEMS]}).encode()
DATA_URL = "https://board.example/api"


def with_data(overcome: Callable[[str], object] | None = None) -> Site:
    """A page that scripts fill with :data:`DATA`."""
    return Site(
        pages={URL: SHELL, DATA_URL: DATA},
        says={b"rendered": lists(), DATA: lists()},
        observed=(Answered(URL + "/other", 200, {}, b"[1, 2]"), Answered(DATA_URL, 200, {}, DATA)),
        overcome=overcome,
    )


def test_the_data_that_the_page_is_made_of_stands_in_for_it() -> None:
    found = with_data().look().access
    assert found is not None
    assert (found.way, found.url) == ("json", DATA_URL)
    assert found.recipe == Recipe(origin="hand", item="$.notices[*]", title="$.headline", link="$.url")


def test_data_in_the_page_stands_in_for_it() -> None:
    shell = SHELL + b'<script type="application/json" id=state>' + DATA + b"</script>"
    site = Site(pages={URL: shell}, says={b"rendered": lists()})
    site.reads = {"script#state": lists()}
    found = site.look().access
    assert found is not None
    assert (found.way, found.url, found.reason) == ("json", URL, "data in the page")


def raising(about: str) -> object:
    raise ExtractError("unreadable", "it took more processor time than allowed", url=about)


@pytest.mark.parametrize(
    "overcome",
    [
        raising,
        lambda _: "nonsense",
        lambda _: [7, (0,), (9, Recipe()), (-1, Recipe()), (0, "nonsense")],
        lambda _: [(1, Recipe(origin="hand", hook="os:system")), Recipe(origin="hand", hook="os:system")],
    ],
)
def test_data_that_overcome_their_reader_change_nothing(overcome: Callable[[str], object]) -> None:
    found = with_data(overcome).look()
    assert found.access is not None
    assert (found.access.way, found.extraction) == ("browser", lists())
