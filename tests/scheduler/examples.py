"""Facts to render and to judge."""

from __future__ import annotations

from datetime import UTC, date, datetime

from scheduler.facts import ChangeFacts, EpisodeFacts, MessageFacts, MessageKind, SourceFacts
from scraper.types import ChangeKind, EpisodeClass, ItemData, Published

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SOURCE = SourceFacts("key-harbour", "harbour", "Harbour Office", "https://harbour.example/news", tags=("sea",))
DATE = Published(raw="2 March 2026", method="text", on=date(2026, 3, 2))
ITEM = ItemData("Pier reopens", url="https://harbour.example/pier", published=DATE, summary="After two years of work.")


def make_change(
    item: ItemData | None = ITEM,
    *,
    kind: ChangeKind = ChangeKind.ADDED,
    source: SourceFacts = SOURCE,
    previous: ItemData | None = None,
    fields: tuple[str, ...] = (),
    event_id: str = "e1",
) -> ChangeFacts:
    return ChangeFacts(
        change_id=1,
        event_id=event_id,
        kind=kind,
        changed_at=NOW,
        source=source,
        fields=fields,
        item_key="k1" if item else None,
        item=item,
        revision=2 if previous else 1,
        previous=previous,
    )


def make_episode(kind: ChangeKind, reason: str = "403 with a login form") -> ChangeFacts:
    episode = EpisodeFacts(EpisodeClass.BLOCKED, reason, NOW, NOW if kind is ChangeKind.EPISODE_CLOSED else None)
    return ChangeFacts(1, "e1", kind, NOW, SOURCE, episode=episode)


def make_message(*changes: ChangeFacts, kind: MessageKind = "change", total: int = 0) -> MessageFacts:
    return MessageFacts("msg_1", "hook", kind, NOW, changes, total or len(changes))
