"""Recognising an item by its keys, whatever its publisher changes. Pure.

An item has several keys. A *strong* one (the publisher's id, the canonical URL, the text of an item that has no URL)
decides at once. *Weak* ones (an id or slug inside the URL, title and date, the title) decide only together, only among
items that no strong key claimed, and only when there is no second candidate. A key that occurs twice inside one page
says nothing and is not used.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, unquote, urlsplit

from scraper.text import count_units, fold_text
from scraper.types import ItemData, ItemKey, KnownItem, Match
from scraper.urls import canonicalize_url

_ID = re.compile(
    r"(?<![0-9a-z])(?:[0-9]{3,20}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?![0-9a-z])"
)
_DATE_LIKE = re.compile(r"^(?:19|20)\d\d(?:[01]\d(?:[0-3]\d)?)?$")
_EXTENSION = re.compile(r"\.[a-z0-9]{2,5}$", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_MAX_KEY = 300


@dataclass(frozen=True, slots=True)
class Policy:
    """How alike is alike. Shares are in 0..1.

    ``title_alike`` is the least overlap of words (Dice) for a headline that was edited; ``long_title`` the least
    number of words that make a title distinctive on its own.
    """

    title_alike: float = 0.6
    long_title: int = 4
    fuzzy_limit: int = 400


def keys_of(item: ItemData, page_url: str) -> tuple[ItemKey, ...]:
    """All keys of one item, strong ones first. ``page_url`` is the listing's own address: a link back to it (``#``)
    is no key."""
    keys = []
    if item.guid:
        keys.append(ItemKey("guid", _bounded(item.guid.strip()), strong=True))
    if item.url:
        keys.extend(_url_keys(item.url, page_url))
    title = fold_text(item.title)
    day = item.published.on if item.published else None
    if not any(key.strong for key in keys):
        text = fold_text(item.summary or "") or title
        keys.append(ItemKey("text", _digest(text), strong=True))
    if day is not None:
        keys.append(ItemKey("title_date", _bounded(f"{day.isoformat()} {title}"), strong=False))
    keys.append(ItemKey("title", _bounded(title), strong=False))
    return tuple(keys)


def _url_keys(url: str, page_url: str) -> list[ItemKey]:
    canonical = canonicalize_url(url)
    parts = urlsplit(url)
    if canonical == canonicalize_url(page_url):
        # An anchor within the page: the fragment is all there is.
        if parts.fragment and parts.fragment not in ("top", "content", "main"):
            return [ItemKey("url", _bounded(f"{canonical}#{parts.fragment}"), strong=True)]
        return []
    keys = [ItemKey("url", _bounded(canonical), strong=True)]
    numbers = [found for found in _ids(parts.path, parts.query) if not _DATE_LIKE.match(found)]
    if numbers:
        keys.append(ItemKey("url_id", numbers[-1], strong=False))
    slug = _EXTENSION.sub("", unquote(parts.path.rstrip("/").rpartition("/")[2])).casefold()
    slug = re.sub(r"^[\d\-_]+|[\-_]\d+$", "", slug)
    if len(slug) >= 12 and len(re.split(r"[-_ ]", slug)) >= 3:
        keys.append(ItemKey("slug", _bounded(slug), strong=False))
    return keys


def _ids(path: str, query: str) -> list[str]:
    found = _ID.findall(path.casefold())
    try:
        values = [value.casefold() for _, value in parse_qsl(query, max_num_fields=50)]
    except ValueError:
        values = []
    return found + [value for value in values if _ID.fullmatch(value)]


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
    the list): same address and one title that repeats or begins the other. The longer title stays, at the place of
    the first. Different titles behind one address stay different items."""
    kept: list[ItemData] = []
    by_address: dict[str, list[int]] = defaultdict(list)
    for item in items:
        address = item.guid or (canonicalize_url(item.url) + _fragment(item.url) if item.url else "")
        place = next((i for i in by_address[address] if _is_doublet(kept[i], item)), None)
        if place is None:
            by_address[address].append(len(kept))
            kept.append(item)
        else:
            kept[place] = _fuller(kept[place], item)
    return tuple(kept)


def _fragment(url: str) -> str:
    fragment = urlsplit(url).fragment
    return f"#{fragment}" if fragment else ""


def _is_doublet(one: ItemData, other: ItemData) -> bool:
    a, b = fold_text(one.title), fold_text(other.title)
    if not (one.guid or one.url):
        return (
            a == b
            and fold_text(one.summary or "") == fold_text(other.summary or "")
            and one.published == other.published
        )
    return a == b or (min(len(a), len(b)) >= 10 and (a.startswith(b.rstrip(" .…")) or b.startswith(a.rstrip(" .…"))))


def _fuller(one: ItemData, other: ItemData) -> ItemData:
    best = one if len(one.title.rstrip(" .…")) >= len(other.title.rstrip(" .…")) else other
    return replace(
        best,
        published=one.published or other.published,
        summary=one.summary or other.summary,
        author=one.author or other.author,
        image_url=one.image_url or other.image_url,
    )


def page_keys(items: Sequence[ItemData], page_url: str) -> list[tuple[ItemKey, ...]]:
    """The keys of each item of one page, without those that occur twice on it. Every item keeps at least one strong
    key: where all are taken, the text of the item with its place among its equals."""
    keys = [keys_of(item, page_url) for item in items]
    seen = Counter((key.kind, key.key) for of_item in keys for key in of_item)
    result = []
    twins: Counter[str] = Counter()
    for item, of_item in zip(items, keys, strict=True):
        unique = tuple(key for key in of_item if seen[key.kind, key.key] == 1)
        if not any(key.strong for key in unique):
            unique = (_last_resort(item, twins), *unique)
        result.append(unique)
    return result


def _last_resort(item: ItemData, twins: Counter[str]) -> ItemKey:
    day = item.published.raw if item.published and item.published.on else ""
    text = _digest("\n".join((fold_text(item.title), fold_text(item.summary or ""), day, item.url or "")))
    twins[text] += 1
    return ItemKey("text", text if twins[text] == 1 else f"{text}.{twins[text]}", strong=True)


def match(
    items: Sequence[ItemData], keys: Sequence[tuple[ItemKey, ...]], known: Sequence[KnownItem], policy: Policy
) -> list[Match]:
    """Recognise each item of a page among the known ones, one to one.

    ``known`` holds the last listing and whatever else shares a key with the page. Order of the page and of ``known``
    does not change who is recognised as whom.
    """
    found: dict[int, tuple[KnownItem, tuple[str, ...]]] = {}
    taken: set[int] = set()
    _match_strong(keys, known, found, taken)
    _match_weak(items, keys, known, found, taken, policy)
    return [
        Match(item, keys[i], found[i][0] if i in found else None, found[i][1] if i in found else ())
        for i, item in enumerate(items)
    ]


def _match_strong(
    keys: Sequence[tuple[ItemKey, ...]],
    known: Sequence[KnownItem],
    found: dict[int, tuple[KnownItem, tuple[str, ...]]],
    taken: set[int],
) -> None:
    owner = {
        (key.kind, key.key): candidate
        for candidate in sorted(known, key=lambda one: -one.item_id)
        for key in candidate.keys
        if key.strong
    }
    for i, of_item in enumerate(keys):
        for key in of_item:
            candidate = owner.get((key.kind, key.key)) if key.strong else None
            if candidate and candidate.item_id not in taken:
                found[i] = (candidate, (key.kind,))
                taken.add(candidate.item_id)
                break


def _match_weak(
    items: Sequence[ItemData],
    keys: Sequence[tuple[ItemKey, ...]],
    known: Sequence[KnownItem],
    found: dict[int, tuple[KnownItem, tuple[str, ...]]],
    taken: set[int],
    policy: Policy,
) -> None:
    free = [candidate for candidate in known if candidate.item_id not in taken]
    open_items = [i for i in range(len(items)) if i not in found]
    if not free or not open_items:
        return
    by_key: dict[tuple[str, str], list[KnownItem]] = defaultdict(list)
    for candidate in free:
        for key in candidate.keys:
            if not key.strong:
                by_key[key.kind, key.key].append(candidate)
    claims: dict[int, list[tuple[int, KnownItem, tuple[str, ...]]]] = defaultdict(list)
    for i in open_items:
        for candidate, shared in _candidates(keys[i], by_key, policy):
            reason = _weak_reason(items[i], candidate, shared, policy)
            if reason:
                claims[i].append((len(reason), candidate, reason))
    _settle(claims, found, taken)


def _candidates(
    keys: tuple[ItemKey, ...], by_key: dict[tuple[str, str], list[KnownItem]], policy: Policy
) -> list[tuple[KnownItem, set[str]]]:
    shared: dict[int, set[str]] = defaultdict(set)
    ones: dict[int, KnownItem] = {}
    for key in keys:
        for candidate in by_key.get((key.kind, key.key), [])[: policy.fuzzy_limit]:
            shared[candidate.item_id].add(key.kind)
            ones[candidate.item_id] = candidate
    return [(ones[item_id], kinds) for item_id, kinds in shared.items()]


def _weak_reason(item: ItemData, known: KnownItem, shared: set[str], policy: Policy) -> tuple[str, ...]:
    """Which weak keys, together, say that ``item`` is ``known``; empty if they do not."""
    alike = title_likeness(item.title, known.data.title)
    same_day = _same_day(item, known.data)
    if same_day is False and "title_date" not in shared:
        # Another day is another item ("Weekly briefing"), unless the address still carries the same id or slug.
        if alike >= policy.title_alike and shared & {"url_id", "slug"} and count_units(item.title) >= policy.long_title:
            return tuple(sorted(shared & {"url_id", "slug", "title"}))
        return ()
    if "title_date" in shared:
        return tuple(sorted(shared))
    if shared & {"url_id", "slug"} and (alike >= policy.title_alike):
        return (*sorted(shared & {"url_id", "slug"}), "title")
    if "title" in shared and known.listed and count_units(item.title) >= policy.long_title:
        return ("title",)
    return ()


def _same_day(one: ItemData, other: ItemData) -> bool | None:
    """``None`` where one of the two shows no day."""
    a = one.published.on if one.published else None
    b = other.published.on if other.published else None
    return None if a is None or b is None else a == b


def _settle(
    claims: dict[int, list[tuple[int, KnownItem, tuple[str, ...]]]],
    found: dict[int, tuple[KnownItem, tuple[str, ...]]],
    taken: set[int],
) -> None:
    """Give each item its best candidate, if no other item has as good a claim to it and it has no rival."""
    best = {}
    for i, of_item in claims.items():
        top = max(score for score, _, _ in of_item)
        winners = [(known, reason) for score, known, reason in of_item if score == top]
        if len(winners) == 1:
            best[i] = winners[0]
    wanted = Counter(known.item_id for known, _ in best.values())
    for i, (candidate, reason) in best.items():
        if wanted[candidate.item_id] == 1 and candidate.item_id not in taken:
            found[i] = (candidate, reason)
            taken.add(candidate.item_id)


def title_likeness(one: str, other: str) -> float:
    """Overlap of two titles in 0..1: Dice coefficient of their words, of character pairs in scripts without spaces."""
    a, b = _tokens(fold_text(one)), _tokens(fold_text(other))
    total = sum(a.values()) + sum(b.values())
    return 2 * sum((a & b).values()) / total if total else 0.0


def _tokens(folded: str) -> Counter[str]:
    words = _WORD.findall(folded)
    if len(words) <= 2 and len(folded) > 12:
        return Counter(folded[i : i + 2] for i in range(len(folded) - 1))
    return Counter(words)
