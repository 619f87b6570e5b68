"""A change as it is shown to people: every text inert and bounded. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

from scheduler.episode_words import episode_label, episode_words
from scheduler.excerpts import excerpt_edit
from scheduler.facts import ChangeFacts
from scheduler.inert import MAX_SUMMARY, MAX_TITLE, inert_line, inert_url
from scheduler.shown_dates import show_published
from scraper.flaps import NOTE
from scraper.types import ChangeKind, ItemData, Published

_LABELS = {
    ChangeKind.ADDED: "New",
    ChangeKind.SURFACED: "Surfaced",
    ChangeKind.REVISED: "Edited",
    ChangeKind.RELOCATED: "Moved",
    ChangeKind.WITHDRAWN: "Withdrawn",
    ChangeKind.REINSTATED: "Back",
}
_WHOLE = 20_000
"""Characters: more than a text of an item may have."""
_BRIEF = 120
_NOT_CUT = ("published", "url", "image_url")
_FIELDS = {"title": "Title", "url": "Link", "summary": "Summary", "author": "Author", "published": "Date"}

_OF_WORDS = frozenset({"Title", "Summary", "Author"})

_MOST_PAGES = 5
"""So many other pages that list an article are named."""


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How messages look. ``max_title`` and ``max_summary`` are in characters. Dates are shown in ``language``
    (``None``: as the publisher printed them) and times in ``zone``."""

    max_title: int = MAX_TITLE
    max_summary: int = MAX_SUMMARY
    language: str | None = None
    zone: tzinfo = UTC


PLAIN = RenderOptions()


@dataclass(frozen=True, slots=True)
class Edit:
    """One field that changed, as it was and as it is; inert. Of long texts both are excerpts around what changed."""

    field: str
    old: str
    new: str

    @property
    def is_of_words(self) -> bool:
        """Whether it can be shown in part; links and dates are shown whole."""
        return self.field in _OF_WORDS

    def brief(self) -> Edit:
        """The same in little room."""
        return Edit(self.field, *excerpt_edit(self.old, self.new, _BRIEF)) if self.is_of_words else self


@dataclass(frozen=True, slots=True)
class Entry:
    """One change as it is shown; every text is inert. ``date`` is the publisher's own spelling, ``""`` if there is
    none; ``detail`` says what happened where there is no item, or that an edit goes to and fro."""

    kind: ChangeKind
    label: str
    source: str
    title: str
    date: str = ""
    url: str | None = None
    summary: str = ""
    edits: tuple[Edit, ...] = ()
    detail: str = ""

    @property
    def line(self) -> str:
        """The entry in one line, without its link."""
        return " · ".join((f"{self.label}: {self.title}", *self.about))

    @property
    def about(self) -> tuple[str, ...]:
        """What stands beside the title: date and source, where the title does not name the source itself."""
        source = "" if change_is_of_source(self.kind) else self.source
        return tuple(filter(None, (self.date, source)))


def make_entry(change: ChangeFacts, options: RenderOptions) -> Entry:
    """``change`` as it is shown."""
    names = [inert_line(each.source.name or each.source.slug, 100) for each in (change, *change.also[:_MOST_PAGES])]
    source = ", ".join(dict.fromkeys(names))
    if change.item is None:
        return _episode_entry(change, source)
    return Entry(
        kind=change.kind,
        label=_LABELS[change.kind],
        source=source,
        title=inert_line(change.item.title, options.max_title) or "(no title)",
        date=_date(change.item.published, options),
        url=inert_url(change.item.url),
        summary=inert_line(change.item.summary or "", options.max_summary),
        edits=_edits(change, change.item, options),
        detail=inert_line(change.reason, MAX_SUMMARY) if change.reason.startswith(NOTE) else "",
    )


def _episode_entry(change: ChangeFacts, source: str) -> Entry:
    episode = change.episode.episode.value if change.episode else ""
    reason = change.episode.reason if change.episode else change.reason
    over = change.kind is ChangeKind.EPISODE_CLOSED
    return Entry(
        kind=change.kind,
        label=episode_label(change.kind, redesign=change.is_redesign),
        source=source,
        title=f"{source} {episode_words(episode, change.kind, redesign=change.is_redesign)}",
        url=inert_url(change.source.url),
        detail="" if over else inert_line(reason, MAX_SUMMARY),
    )


def _edits(change: ChangeFacts, item: ItemData, options: RenderOptions) -> tuple[Edit, ...]:
    """Whole texts are compared: what changed may stand where nothing would be shown of it."""
    if change.previous is None:
        return ()
    edits = []
    for name in change.fields:
        old, new = _shown(change.previous, name, options), _shown(item, name, options)
        if old != new:
            old, new = (old, new) if name in _NOT_CUT else excerpt_edit(old, new, options.max_summary)
            edits.append(Edit(_FIELDS.get(name, inert_line(name, 30)), old or "(none)", new or "(none)"))
    return tuple(edits)


def _shown(item: ItemData, field: str, options: RenderOptions) -> str:
    """The whole of a field."""
    if field == "published":
        return _date(item.published, options)
    value = getattr(item, field, None)
    if field in ("url", "image_url"):
        return inert_url(value) or ""
    return inert_line(value, _WHOLE) if isinstance(value, str) else ""


def _date(published: Published | None, options: RenderOptions) -> str:
    if published is None:
        return ""
    return show_published(published, inert_line(published.raw, 60), options.language, options.zone)


def change_is_of_source(kind: ChangeKind) -> bool:
    """Whether ``kind`` is a change of a source rather than of an item."""
    return kind in (ChangeKind.EPISODE_OPENED, ChangeKind.EPISODE_CLOSED)
