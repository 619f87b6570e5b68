"""By which way a source's page is read, where a plain look finds an empty shell: the feed or the data behind it, or a
browser. What was found out is remembered, and the plain page is gone back to as soon as it suffices."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from scraper.answers import NotModified, whole_page
from scraper.browser.answering import Answered
from scraper.browser.chromium import NoBrowserError
from scraper.browser.rendering import Rendered
from scraper.errors import CheckError, ExtractError, FetchError
from scraper.health import suspicion
from scraper.page_data import MOST_BYTES, MOST_RECIPES, recipes_in_answers, recipes_in_page
from scraper.types import Access, Extraction, Page, PageKind, Recipe, Validators, Way
from scraper.urls import canonicalize_url, site_of

log = logging.getLogger(__name__)

MOST_FEEDS: Final = 2
"""Feeds of a shell that are tried."""
LEAST_ITEMS: Final = 3
TRIED_AGAIN_AFTER: Final = timedelta(hours=6)
"""How long nothing is tried any more for a page in which a browser has found no list."""
SEARCHED_AGAIN_AFTER: Final = timedelta(days=7)
"""How long a page is rendered before a feed or data that need no browser are looked for again."""
_EMPTY_KINDS: Final = (PageKind.APP_SHELL, PageKind.EMPTY, PageKind.OTHER)


@dataclass(frozen=True, slots=True)
class Found:
    """An answer, what it says (``None``: not read, as it is the same as before), and the way to it, if another than
    before was found."""

    answer: Page | NotModified
    extraction: Extraction | None = None
    access: Access | None = None


class Hands(Protocol):
    """What a way is made of: requests, reading and rendering, each within the bounds of the look."""

    async def fetch(self, url: str, validators: Validators | None) -> Page | NotModified: ...

    async def understand(self, page: Page, recipe: Recipe | None) -> Extraction: ...

    async def apply(self, function: Callable[..., object], about: str, /, *args: object) -> Any:
        """What a pure function makes of foreign data, in a process that can be killed. Raises
        :class:`ExtractError`."""
        ...

    async def render(self, shell: Page) -> Rendered: ...

    def is_same(self, page: Page) -> bool:
        """Whether the page is, byte for byte, what was read before."""
        ...


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be read: ``known`` is the way that was found before; ``always``: by a browser, whatever the page.
    ``is_article``: an item's own page, which need not list anything."""

    url: str
    now: datetime
    validators: Validators | None = None
    recipe: Recipe | None = None
    known: Access | None = None
    always: bool = False
    is_article: bool = False

    def is_met(self, said: Extraction) -> bool:
        """Whether a page says what is looked for."""
        return suspicion(said) is None or (self.is_article and said.verdict.kind is PageKind.ARTICLE)


async def read_somehow(wish: Wish, hands: Hands) -> Found:
    """Read a page by the way that is known to work, or find one. Raises :class:`CheckError`."""
    if wish.always:
        return await _always(wish, hands)
    known = wish.known or Access("plain", "")
    if known.way in ("feed", "json"):
        found = await _behind(wish, known, hands)
        if found is not None:
            return found
    page = await hands.fetch(wish.url, wish.validators)
    if isinstance(page, NotModified) or (known.way == "plain" and hands.is_same(page)):
        return Found(page)
    if known.way == "browser" and known.shell_sha256 == _digest(page):
        return await _rendered(wish, page, hands)
    said = await hands.understand(page, wish.recipe)
    if wish.is_met(said) or not is_shell(page, said):
        return Found(page, said, None if known.way == "plain" else Access("plain", "the page itself lists its items"))
    if known.way == "plain" and known.is_younger_than(TRIED_AGAIN_AFTER, wish.now):
        return Found(page, said)
    if known.way == "browser" and known.is_younger_than(SEARCHED_AGAIN_AFTER, wish.now):
        return await _rendered(wish, page, hands)  # a shell that is another each time
    return await _find_way(wish, page, said, hands, but=known.way)


def is_shell(page: Page, said: Extraction) -> bool:
    """Whether a page says nothing, and has scripts that might."""
    return said.verdict.kind in _EMPTY_KINDS and b"<script" in page.body.lower()


async def _always(wish: Wish, hands: Hands) -> Found:
    return await _rendered(wish, whole_page(await hands.fetch(wish.url, None), wish.url), hands)


async def _rendered(wish: Wish, shell: Page, hands: Hands) -> Found:
    rendered = await hands.render(shell)
    if hands.is_same(rendered.page):
        return Found(rendered.page)
    return Found(rendered.page, await hands.understand(rendered.page, wish.recipe))


async def _behind(wish: Wish, known: Access, hands: Hands) -> Found | None:
    """What the address behind the page says; ``None`` if it has gone or says something else now, so that another way
    has to be found. A server that is merely unwell is no reason."""
    try:
        page = await hands.fetch(known.url or wish.url, wish.validators)
        if isinstance(page, NotModified) or hands.is_same(page):
            return Found(page)
        said = await hands.understand(page, known.recipe)
    except ExtractError:
        return None
    except FetchError as error:
        if error.reason in ("http_4xx", "redirect", "robots"):
            return None
        raise
    return Found(page, said) if suspicion(said) is None else None


async def _find_way(wish: Wish, shell: Page, said: Extraction, hands: Hands, *, but: Way) -> Found:
    """For a shell: its feed, the data in it or behind it, or a browser; ``but`` is a way that has just failed.

    What a browser shows, where there is one, is the measure: a feed or an array of JSON that lists something else is
    no stand-in for the page."""
    try:
        rendered = await hands.render(shell)
    except NoBrowserError as error:
        log.warning("%s: %s", wish.url, error)
        rendered = None
    shown = await hands.understand(rendered.page, wish.recipe) if rendered else None
    shown = shown if shown and wish.is_met(shown) else None
    if not wish.is_article:
        found = await _stand_in(wish, shell, said, hands, shown, rendered, but)
        if found is not None:
            return found
    if rendered and shown:
        return Found(rendered.page, shown, Access("browser", "scripts make the page", shell_sha256=_digest(shell)))
    # Where another way led to a list before, this look was unlucky, and the next one tries again.
    in_vain = rendered is not None and but == "plain"
    return Found(shell, said, Access("plain", "a browser finds no list either") if in_vain else None)


async def _stand_in(
    wish: Wish,
    shell: Page,
    said: Extraction,
    hands: Hands,
    shown: Extraction | None,
    rendered: Rendered | None,
    but: Way,
) -> Found | None:
    """A document that says what the page shows, and needs no browser."""
    for url in said.feed_urls[:MOST_FEEDS] if but != "feed" else ():
        if site_of(url) == site_of(wish.url):
            found = await _try(hands, shown, Access("feed", "the feed that the page announces", url))
            if found is not None:
                return found
    if but == "json":
        return None
    for recipe in await _in_page(shell, hands):
        found = await _try(hands, shown, Access("json", "data in the page", wish.url, recipe), shell)
        if found is not None:
            return found
    for url, recipe in await _in_answers(rendered.observed, shown, wish.url, hands) if rendered and shown else ():
        found = await _try(hands, shown, Access("json", "the data that the page is made of", url, recipe))
        if found is not None:
            return found
    return None


async def _try(hands: Hands, shown: Extraction | None, access: Access, page: Page | None = None) -> Found | None:
    """What the document of ``access`` lists, if it can stand for the page."""
    try:
        answer = page or await hands.fetch(access.url or "", None)
        if isinstance(answer, NotModified):
            return None
        said = await hands.understand(answer, access.recipe)
    except CheckError:
        return None
    if suspicion(said) is not None or len(said.items) < LEAST_ITEMS:
        return None
    return Found(answer, said, access) if shown is None or _agree(shown, said) else None


def _agree(shown: Extraction, said: Extraction) -> bool:
    """Whether two documents list the same: at least half of the shorter list is in the other, the first item too."""
    ours, theirs = ({canonicalize_url(item.url) for item in one.items if item.url} for one in (shown, said))
    first = shown.items[0].url
    common = len(ours & theirs)
    return common >= max(LEAST_ITEMS, min(len(ours), len(theirs)) / 2) and (
        not first or canonicalize_url(first) in theirs
    )


async def _in_page(shell: Page, hands: Hands) -> list[Recipe]:
    """Recipes for data that lies in the page itself."""
    if b"json" not in shell.body.lower():
        return []
    found = await _apart(hands, recipes_in_page, shell.url, shell.body)
    return [recipe for recipe in found if _is_plain(recipe)]


async def _in_answers(
    observed: Sequence[Answered], shown: Extraction, url: str, hands: Hands
) -> list[tuple[str, Recipe]]:
    """Addresses that a rendered page took its data from, with recipes for what they say."""
    answers, left = list[Answered](), MOST_BYTES
    for answered in observed:
        if len(answered.body) <= left:
            answers.append(answered)
            left -= len(answered.body)
    if not answers:
        return []
    found = await _apart(hands, recipes_in_answers, url, [answered.body for answered in answers], shown.items)
    return [
        (answers[one[0]].url, one[1])
        for one in found
        if isinstance(one, tuple) and len(one) == 2 and one[0] in range(len(answers)) and _is_plain(one[1])
    ]


async def _apart(hands: Hands, function: Callable[..., object], url: str, *args: object) -> list[Any]:
    """What a process makes of foreign data. It may have been overcome by it: all that is taken for granted is a list of
    plain values."""
    try:
        found = await hands.apply(function, url, *args)
    except ExtractError as error:
        log.info("the data behind %s was not looked at: %s", url, error)
        return []
    return found[:MOST_RECIPES] if isinstance(found, list) else []


def _is_plain(recipe: object) -> bool:
    """Whether it is one that runs nothing."""
    return isinstance(recipe, Recipe) and recipe.hook is None


def _digest(page: Page) -> str:
    return hashlib.sha256(page.body).hexdigest()
