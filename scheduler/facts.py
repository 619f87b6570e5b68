"""What is known about a change and about a message, as values: rules judge them, rendering shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from scraper.types import ChangeKind, EpisodeClass, ItemData

MessageKind = Literal["change", "digest", "test", "notice"]


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """A source as the store has it. ``key`` is its stable id, ``slug`` its present short name, ``language`` a code
    (``None``: neither configured nor said by the page)."""

    key: str
    slug: str
    name: str
    url: str
    origin: Literal["config", "adhoc", "file"] = "config"
    tags: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class EpisodeFacts:
    """A stretch in which a source is, or was, unwell. ``closed_at`` is ``None`` while it lasts."""

    episode: EpisodeClass
    reason: str
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """One row of the change log with all that it is about.

    Of an item: ``item_key``, ``item`` (as it was at ``revision``, so that every attempt to tell the change says the
    same) and, of an edit, ``previous``. Of a source: ``episode``. The others are ``None``. ``fields`` names the item's
    fields that changed; ``also`` holds the same article's changes on other pages, told with this one.
    """

    change_id: int
    event_id: str
    kind: ChangeKind
    changed_at: datetime
    source: SourceFacts
    fields: tuple[str, ...] = ()
    reason: str = ""
    item_key: str | None = None
    item: ItemData | None = None
    revision: int | None = None
    previous: ItemData | None = None
    episode: EpisodeFacts | None = None
    also: tuple[ChangeFacts, ...] = ()

    @property
    def is_redesign(self) -> bool:
        """Whether it is the notice of a new layout that was understood at once: an episode over as it began."""
        begun = self.episode if self.kind is ChangeKind.EPISODE_OPENED else None
        return begun is not None and begun.closed_at == begun.opened_at

    @property
    def urn(self) -> str | None:
        """The item's URN: its name in payloads and feeds, for ever. ``None`` for a change of a source."""
        return f"urn:presswatch:item:{self.item_key}" if self.item_key else None


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """One message to one channel.

    ``message_id`` is the same over all attempts. ``changes`` are in order of discovery; a digest may hold fewer of
    them than its ``total``; what stands in :attr:`ChangeFacts.also` counts in neither. ``notice`` is the text of a
    notice, ``None`` for the other kinds. ``received_by`` are recipients that have it from an earlier attempt.
    """

    message_id: str
    channel: str
    kind: MessageKind
    created_at: datetime
    changes: tuple[ChangeFacts, ...] = ()
    total: int = 0
    notice: str | None = None
    received_by: frozenset[str] = frozenset()
