"""The signs by which an item is recognised, whatever its publisher changes. Pure.

A *strong* key (the publisher's id, the canonical URL, the text of an item that has no URL) decides at once; *weak* ones
(an id or slug inside the URL, title and date, the title) decide only together (see :mod:`scraper.matching`). A key that
occurs twice inside one page says nothing and is not used.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import parse_qsl, unquote

from scraper.text import count_units, fold_text
from scraper.types import ItemData, ItemKey
from scraper.urls import canonicalize_url

_ID = re.compile(
    r"(?<![0-9a-z])(?:[0-9]{3,20}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?![0-9a-z])"
)
_DATE_LIKE = re.compile(r"^(?:19|20)\d\d(?:[01]\d(?:[0-3]\d)?)?$")
_EXTENSION = re.compile(r"\.[a-z0-9]{2,5}$", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"^(?=.*\d)[\w\-.~]{8,}$", re.ASCII)
_BETWEEN_WORDS = re.compile("[-_ ]")
_LEAST_SLUG = 12
"""Characters of the last part of an address that make it a name."""
_MAX_KEY = 300
_MOST_COMPARED = 600
"""Characters by which two texts are compared."""
_MANY = 20
"""So many items behind one address are compared with each other: more share an address that means nothing."""
_SAME_WORDS = 0.5
"""Overlap of words from which on two titles behind one address are two wordings of one item."""


def shared_tokens(items: Sequence[ItemData]) -> frozenset[str]:
    """Names of query parameters that carry one token through all links of a page: a session id under a name that
    nobody has heard of. What is the same on every link tells no two items apart."""
    values: dict[str, Counter[str]] = defaultdict(Counter)
    linked = [item.url for item in items if item.url]
    if not any("?" in url for url in linked):
        return frozenset()
    for url in linked:
        for name, value in _query(canonicalize_url(url)):
            values[name][value] += 1
    return frozenset(
        name
        for name, counts in values.items()
        if len(counts) == 1 and counts.total() >= max(3, 0.8 * len(linked)) and _TOKEN.match(next(iter(counts)))
    )


def without_tokens(items: Sequence[ItemData]) -> list[ItemData]:
    """The items of one page, their links without the page's session ids (:func:`shared_tokens`)."""
    tokens = shared_tokens(items)
    if not tokens:
        return list(items)
    return [replace(item, url=_without(item.url, tokens)) if item.url else item for item in items]


def _without(url: str, tokens: frozenset[str]) -> str:
    head, mark, fragment = url.partition("#")
    address, _, query = head.partition("?")
    kept = "&".join(pair for pair in query.split("&") if unquote(pair.partition("=")[0]) not in tokens)
    return address + (f"?{kept}" if kept else "") + mark + fragment


def _query(canonical: str) -> list[tuple[str, str]]:
    query = canonical.partition("?")[2].partition("#")[0]
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=200) if query else []
    except ValueError:
        return []


def keys_of(item: ItemData, page_url: str) -> tuple[ItemKey, ...]:
    """All keys of one item, strong ones first. ``page_url`` is the listing's own address: a link back to it (``#``)
    is no key."""
    keys = []
    if item.guid and item.guid.strip():
        keys.append(ItemKey("guid", _bounded(item.guid.strip()), strong=True))
    if item.url:
        keys.extend(_url_keys(item.url, canonicalize_url(page_url)))
    title = fold_text(item.title)
    day = item.published.on if item.published else None
    if not any(key.strong for key in keys):
        keys.append(ItemKey("text", _digest(fold_text(item.summary or "") or title), strong=True))
    if day is not None:
        keys.append(ItemKey("title_date", _bounded(f"{day.isoformat()} {title}"), strong=False))
    keys.append(ItemKey("title", _bounded(title), strong=False))
    return tuple(keys)


def _url_keys(url: str, canonical_page: str) -> list[ItemKey]:
    canonical = canonicalize_url(url)
    if canonical == canonical_page:
        # An anchor within the page: the fragment is all there is.
        fragment = url.partition("#")[2]
        if fragment and fragment not in ("top", "content", "main"):
            return [ItemKey("url", _bounded(f"{canonical}#{fragment}"), strong=True)]
        return []
    keys = [ItemKey("url", _bounded(canonical), strong=True)]
    path = canonical.partition("#")[0].partition("?")[0].partition("/")[2]
    numbers = [found for found in _ids(path, canonical) if not _DATE_LIKE.match(found)]
    if numbers:
        keys.append(ItemKey("url_id", numbers[-1], strong=False))
    # Numbers stay in: "weekly-bulletin-412" and "weekly-bulletin-413" are two bulletins.
    last = path.rpartition("/")[2]
    if len(last) < _LEAST_SLUG and "%" not in last and last.isascii():
        return keys
    slug = _EXTENSION.sub("", unquote(last)).casefold()
    if len(slug) >= _LEAST_SLUG and len(_BETWEEN_WORDS.findall(slug)) >= 2:
        keys.append(ItemKey("slug", _bounded(slug), strong=False))
    return keys


def _ids(path: str, canonical: str) -> list[str]:
    found: list[str] = _ID.findall(path.casefold())
    if "?" in canonical:
        values = (value.casefold() for _, value in _query(canonical))
        found += [value for value in values if _ID.fullmatch(value)]
    return found


def _bounded(key: str) -> str:
    return key if len(key) <= _MAX_KEY else _digest(key)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def item_key(source_key: str, keys: Sequence[ItemKey], ordinal: int = 0) -> str:
    """The public id of a new item: the same if the look that found it is redone. 26 letters and digits.

    Made from the item's first strong key, so that a check repeated after a power cut names the same item.
    ``ordinal`` tells apart two items that once had the same key.
    """
    first = next(key for key in keys if key.strong)
    seed = f"{source_key}\n{first.kind}\n{first.key}\n{ordinal}"
    return base64.b32encode(hashlib.sha256(seed.encode("utf-8", "surrogatepass")).digest()[:16]).decode().lower()[:26]


def dedupe(items: Iterable[ItemData]) -> tuple[ItemData, ...]:
    """The items of one page without doublets (an image link beside the headline's, a lead story that stands again in
    the list under another wording): same address and titles that repeat or begin each other, or, where an address has
    two titles only, resemble each other. The longer title stays, at the place of the first. Unlike titles behind one
    address stay different items."""
    folded = [(fold_text(item.title), item) for item in items]
    addressed = [(*_addresses_of(item, title), title, item) for title, item in folded]
    titles: dict[_Address, set[str]] = defaultdict(set)
    for address, _, title, _ in addressed:
        titles[address].add(title)
    kept: list[ItemData] = []
    by_address: dict[_Address, list[int]] = defaultdict(list)
    by_title: dict[tuple[_Address, str], int] = {}
    by_page: dict[_Address, int] = {}
    for address, page, title, item in addressed:
        place = by_title.get((address, title), by_page.get(page))
        if place is None:
            places = by_address[address][:_MANY]
            alike = len(titles[address]) == 2
            place = next((i for i in places if _is_doublet(kept[i], item, alike=alike)), None)
        if place is None:
            place = len(kept)
            by_address[address].append(place)
            kept.append(item)
        else:
            kept[place] = _fuller(kept[place], item)
        by_title.setdefault((address, title), place)
        by_page.setdefault(page, place)
    return tuple(kept)


_Address = tuple[object, ...]


def _addresses_of(item: ItemData, title: str) -> tuple[_Address, _Address]:
    """What an item stands for, and the page of that: links into different places of one document (``…#comments``) are
    one where all else is the same. ``title`` is folded."""
    day = item.published.on if item.published else None
    summary = fold_text(item.summary) if item.summary else ""
    if item.url and not item.guid:
        canonical = canonicalize_url(item.url)
        return ("url", canonical, item.url.partition("#")[2]), ("page", canonical, title, summary, day)
    # Without an address only what says the same in every respect is a doublet.
    address: _Address = ("guid", item.guid) if item.guid else ("text", title, summary, day)
    return address, ("title", *address, title)


def _is_doublet(one: ItemData, other: ItemData, *, alike: bool) -> bool:
    a, b = fold_text(one.title), fold_text(other.title)
    if a == b or _is_beginning(a, b) or _is_beginning(b, a):
        return True
    days = {item.published.on for item in (one, other) if item.published and item.published.on}
    return alike and len(days) < 2 and title_likeness(a, b) >= _SAME_WORDS


def _is_beginning(short: str, full: str) -> bool:
    stem = short.rstrip(" .…")
    return len(stem) >= 10 and full.startswith(stem)


def _fuller(one: ItemData, other: ItemData) -> ItemData:
    best = max(one, other, key=lambda item: (len(item.title.rstrip(" .…")), fold_text(item.title), *_plainness(item)))
    return replace(
        best,
        published=one.published or other.published,
        summary=one.summary or other.summary,
        author=one.author or other.author,
        image_url=one.image_url or other.image_url,
    )


def _plainness(item: ItemData) -> tuple[int, int]:
    url = item.url or ""
    return -len(url.partition("#")[2]), -len(url)


def page_keys(items: Sequence[ItemData], page_url: str) -> list[tuple[ItemKey, ...]]:
    """The keys of each item of one page (of :func:`dedupe`), without those that occur twice on it. Every item keeps
    at least one strong key: where all are taken, all that it says together."""
    keys = [keys_of(item, page_url) for item in items]
    borne = [key[:2] for of_item in keys for key in of_item]
    seen = Counter(borne)
    if len(seen) == len(borne):
        return keys
    result = []
    for item, of_item in zip(items, keys, strict=True):
        unique = tuple(key for key in of_item if seen[key[:2]] == 1)
        result.append(unique if any(key.strong for key in unique) else (_last_resort(item), *unique))
    return result


def _last_resort(item: ItemData) -> ItemKey:
    day = item.published.on.isoformat() if item.published and item.published.on else ""
    title = fold_text(item.title)
    said = (title, fold_text(item.summary or ""), day, *map(str, _addresses_of(item, title)[0]))
    return ItemKey("text", _digest("\n".join(said)), strong=True)


@dataclass(frozen=True, slots=True)
class Wording:
    """What of a text is compared. ``units`` are its words (characters, in scripts without spaces); ``words`` counts
    each; ``unspaced``: there are clearly more words than spaces show."""

    units: int
    words: Counter[str]
    unspaced: bool


def read_wording(text: str) -> Wording:
    """The :class:`Wording` of how ``text`` begins. A page's texts are compared pair by pair: what somebody lets grow
    there must not cost more than its beginning."""
    return _wording(text[:_MOST_COMPARED])


@lru_cache(maxsize=2_048)
def _wording(begins: str) -> Wording:
    folded = fold_text(begins)
    words = Counter(_WORD.findall(folded))
    units = count_units(folded)
    unspaced = not folded.isascii() and units >= 2 * max(1, words.total())
    return Wording(units, words, unspaced)


def title_likeness(one: str, other: str) -> float:
    """Overlap of two titles in 0..1: Dice coefficient of their words, of character pairs in scripts without spaces."""
    a, b = read_wording(one), read_wording(other)
    of_a, of_b = a.words, b.words
    if a.unspaced or b.unspaced:
        of_a, of_b = (_pairs(text[:_MOST_COMPARED]) for text in (one, other))
    total = of_a.total() + of_b.total()
    return 2 * (of_a & of_b).total() / total if total else 0.0


@lru_cache(maxsize=2_048)
def _pairs(begins: str) -> Counter[str]:
    folded = fold_text(begins)
    return Counter(folded[i : i + 2] for i in range(len(folded) - 1))
