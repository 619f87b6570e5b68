"""The JSON document of a message (Standard Webhooks: ``type``, ``timestamp``, ``data``), less than 20 kB. Pure.

``docs/alerts.md`` documents the fields and :data:`PAYLOAD_VERSION`; within a version fields are only added.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from scheduler.facts import ChangeFacts, MessageFacts
from scheduler.inert import inert_line, inert_url
from scraper.clock import to_text
from scraper.flaps import NOTE
from scraper.types import ItemData

PAYLOAD_VERSION = 1
MAX_BODY = 20_000
"""Bytes of the encoded document (Standard Webhooks recommends less than 20 kB)."""
_WITH_SUMMARY = 12
_WITH_DETAILS = 25
"""Digests of more changes than these leave out summaries, then all but what names the item."""
_ROOM = 700
"""Bytes kept free for what surrounds the changes."""
DIGEST_CHANGES = 40
"""Changes in one digest for a program, where they fit."""
_SPARE = 2_000
"""Bytes that a planned digest leaves free: until it is sent a source may get a longer name."""


@dataclass(frozen=True, slots=True)
class _Limits:
    """Characters per field; what is longer is cut, links are left out."""

    title: int
    summary: int
    url: int


_GENEROUS = _Limits(title=1_000, summary=2_000, url=2_000)
_TIGHT = _Limits(title=300, summary=500, url=1_000)
_WITHOUT_SUMMARY = _Limits(title=300, summary=0, url=1_000)
_TIGHTEST = _Limits(title=200, summary=0, url=500)
_FIELDS = ("title", "url", "summary", "author", "image_url", "published")


def make_payload(message: MessageFacts) -> dict[str, object]:
    """What receivers of webhooks and readers of files get: the same document for every attempt."""
    data = _told_changes(message) if message.changes else {"text": _own_words(message)}
    return {
        "type": f"presswatch.{message.kind}.v{PAYLOAD_VERSION}",
        "timestamp": to_text(message.created_at),
        "id": message.message_id,
        "channel": inert_line(message.channel, 100),
        "data": data,
    }


def encode_payload(payload: dict[str, object]) -> bytes:
    """UTF-8, compact."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _own_words(message: MessageFacts) -> str:
    if message.kind == "test":
        return "This is a test message from presswatch. It works."
    return inert_line(message.notice or "", 1_000)


def digest_sizes(changes: Sequence[ChangeFacts]) -> list[int]:
    """How many of the changes, in order, go into each digest for programs, so that every one is named."""
    sizes: list[int] = []
    room = -1
    for change in changes:
        size = _size(_name_only(change)) + 1
        if not sizes or sizes[-1] >= DIGEST_CHANGES or size > room:
            sizes.append(0)
            room = MAX_BODY - _ROOM - _SPARE
        sizes[-1] += 1
        room -= size
    return sizes


def _told_changes(message: MessageFacts) -> dict[str, object]:
    total = max(message.total, len(message.changes))
    shown = [_fitted(message.changes[0])] if total == 1 else _as_many_as_fit(message.changes)
    return {"total": total, "omitted": total - len(shown), "changes": shown}


def _fitted(change: ChangeFacts) -> dict[str, object]:
    for limits in (_GENEROUS, _TIGHT):
        document = _document(change, limits)
        if _size(document) <= MAX_BODY - _ROOM:
            return document
    return _document(change, _TIGHTEST)


def _as_many_as_fit(changes: Sequence[ChangeFacts]) -> list[dict[str, object]]:
    """The more changes, and the longer, the less is said of each: an item that is named is worth more than another's
    summary, or than the other pages that list it."""
    documents: list[dict[str, object]] = []
    sizes: list[int] = []
    for form in _forms(len(changes)):
        documents = [form(replace(change, also=())) for change in changes]
        sizes = [_size(document) + 1 for document in documents]
        if sum(sizes) <= MAX_BODY - _ROOM:
            break
    room = MAX_BODY - _ROOM
    shown = sum(1 for end in accumulate(sizes) if end <= room)
    _add_sightings(changes, documents[:shown], room - sum(sizes[:shown]))
    return documents[:shown]


def _add_sightings(changes: Sequence[ChangeFacts], documents: Sequence[dict[str, object]], room: int) -> None:
    """Name the other pages that list the same articles, as far as there is room."""
    for change, document in zip(changes, documents, strict=False):
        also: dict[str, object] = {"also": [_sighting(other) for other in change.also[:10]]} if change.also else {}
        if also and _size(also) <= room:
            room -= _size(also)
            document.update(also)


def _forms(count: int) -> Sequence[Callable[[ChangeFacts], dict[str, object]]]:
    forms = (_with_summary, _without_summary, _name_only)
    return forms[(count > _WITH_SUMMARY) + (count > _WITH_DETAILS) :]


def _with_summary(change: ChangeFacts) -> dict[str, object]:
    return _document(change, _TIGHT)


def _without_summary(change: ChangeFacts) -> dict[str, object]:
    return _document(change, _WITHOUT_SUMMARY)


def _name_only(change: ChangeFacts) -> dict[str, object]:
    if change.item is None:
        return _document(change, _TIGHTEST)
    item = {"urn": change.urn, "title": inert_line(change.item.title, 200), "url": inert_url(change.item.url, 1_000)}
    source = {"slug": inert_line(change.source.slug, 100)}
    return {"event_id": change.event_id, "kind": change.kind.value, "source": source, "item": item}


def _size(document: dict[str, object]) -> int:
    return len(encode_payload(document))


def _document(change: ChangeFacts, limits: _Limits) -> dict[str, object]:
    document: dict[str, object] = {
        "event_id": change.event_id,
        "kind": change.kind.value,
        "changed_at": to_text(change.changed_at),
        "source": {
            "slug": inert_line(change.source.slug, 100),
            "name": inert_line(change.source.name, 100),
            "url": inert_url(change.source.url, limits.url),
            "tags": [inert_line(tag, 50) for tag in change.source.tags[:10]],
        },
    }
    if change.item is not None:
        document["item"] = {"urn": change.urn, "revision": change.revision, **_item(change.item, limits)}
    if change.fields and change.item is not None:
        document["fields"] = [inert_line(name, 30) for name in change.fields[:10]]
    if change.reason.startswith(NOTE):
        document["note"] = inert_line(change.reason, 300)
    if change.previous is not None:
        previous = _item(change.previous, limits)
        document["previous"] = {name: previous[name] for name in _FIELDS if name in change.fields}
    if change.also:
        document["also"] = [_sighting(other) for other in change.also[:10]]
    if change.episode is not None:
        document["episode"] = {
            "class": change.episode.episode.value,
            "reason": inert_line(change.episode.reason, 300),
            "opened_at": to_text(change.episode.opened_at),
            "closed_at": to_text(change.episode.closed_at) if change.episode.closed_at else None,
        }
    return document


def _sighting(change: ChangeFacts) -> dict[str, object]:
    """The same article on another page."""
    return {
        "event_id": change.event_id,
        "source": {"slug": inert_line(change.source.slug, 100), "name": inert_line(change.source.name, 100)},
        "urn": change.urn,
    }


def _item(item: ItemData, limits: _Limits) -> dict[str, object]:
    published = item.published
    return {
        "title": inert_line(item.title, limits.title),
        "url": inert_url(item.url, limits.url),
        "summary": (inert_line(item.summary, limits.summary) or None) if item.summary and limits.summary else None,
        "author": inert_line(item.author, 100) if item.author else None,
        "image_url": inert_url(item.image_url, limits.url),
        "published": published.iso() if published else None,
        "published_raw": inert_line(published.raw, 100) if published else None,
    }
