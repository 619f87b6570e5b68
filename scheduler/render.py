"""What a message says, in each form. Pure.

:func:`render` makes one :class:`Rendered` from a message's facts. The text of pages in it is inert
(:mod:`scheduler.inert`) and bounded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from scheduler.facts import ChangeFacts, MessageFacts
from scheduler.inert import MAX_SUMMARY, MAX_TITLE, cut, inert_chat, inert_html, inert_line, inert_url
from scheduler.payload import encode_payload, make_payload
from scraper.types import ChangeKind, ItemData, Published

MOST_LISTED = 25
"""So many changes of a digest are listed; the others are counted."""
MAX_SUBJECT = 150
"""Characters of a subject line: a title ends where phones and mail programs stop showing it."""
_UNBOUNDED = 1_000_000
_LABELS = {
    ChangeKind.ADDED: "New",
    ChangeKind.SURFACED: "Surfaced",
    ChangeKind.REVISED: "Edited",
    ChangeKind.RELOCATED: "Moved",
    ChangeKind.WITHDRAWN: "Withdrawn",
    ChangeKind.REINSTATED: "Back",
    ChangeKind.EPISODE_OPENED: "Trouble",
    ChangeKind.EPISODE_CLOSED: "Well again",
}
_FIELDS = {"title": "Title", "url": "Link", "summary": "Summary", "author": "Author", "published": "Date"}


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How messages look. ``max_title`` and ``max_summary`` are in characters."""

    max_title: int = MAX_TITLE
    max_summary: int = MAX_SUMMARY


@dataclass(frozen=True, slots=True)
class Edit:
    """One field that changed, as it was and as it is; inert."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One change as it is shown; every text is inert. ``date`` is the publisher's own spelling, ``""`` if there is
    none; ``detail`` says what happened where there is no item."""

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
        return " · ".join(filter(None, (f"{self.label}: {self.title}", self.date, self.source)))


@dataclass(frozen=True)
class Rendered:
    """A message in all its forms, each made when it is first asked for: a web hook needs no HTML."""

    message: MessageFacts
    options: RenderOptions = RenderOptions()

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The changes that are shown, in order of discovery."""
        return tuple(_entry(change, self.options) for change in self.message.changes[:MOST_LISTED])

    @property
    def omitted(self) -> int:
        """How many more changes there are."""
        return max(self.message.total, len(self.message.changes)) - len(self.entries)

    @cached_property
    def subject(self) -> str:
        """One line of at most :data:`MAX_SUBJECT` characters; safe as a mail header."""
        return inert_line(_subject(self), MAX_SUBJECT)

    @cached_property
    def text(self) -> str:
        """Plain text, for terminals, logs and files."""
        return self.text_within(_UNBOUNDED)

    def text_within(self, limit: int) -> str:
        """Plain text of at most ``limit`` characters: summaries go first, then edits, then entries (counted), then the
        link, then the end of the title."""
        if not self.entries:
            return cut(_own_words(self.message), limit)
        if len(self.entries) == 1 and not self.omitted:
            return _one_within(self.entries[0], limit)
        return _many_within(self.entries, self.omitted, limit)

    def chat(self, limit: int) -> str:
        """The same in which nothing is markup or a mention for a chat service."""
        for share in (1.0, 0.8, 0.5):  # breaking up what would be markup makes the text longer
            text = inert_chat(self.text_within(int(limit * share)))
            if len(text) <= limit:
                return text
        return cut(text, limit)

    @cached_property
    def html(self) -> str:
        """A fragment of HTML for mail, everything escaped, links http(s) only."""
        if not self.entries:
            return f"<p>{inert_html(_own_words(self.message))}</p>"
        blocks = [_html_block(entry) for entry in self.entries]
        return "\n".join([*blocks, *(f"<p>{inert_html(line)}</p>" for line in _more(self.omitted))])

    @cached_property
    def payload(self) -> dict[str, object]:
        """The JSON document (``docs/alerts.md``); encoded it has less than 20 kB."""
        return make_payload(self.message)

    @cached_property
    def body(self) -> bytes:
        """The payload, encoded: the same bytes over all attempts."""
        return encode_payload(self.payload)


def render(message: MessageFacts, options: RenderOptions = RenderOptions()) -> Rendered:
    """``message`` as it is told."""
    return Rendered(message, options)


def _entry(change: ChangeFacts, options: RenderOptions) -> Entry:
    source = inert_line(change.source.name or change.source.slug, 100)
    label = _LABELS[change.kind]
    if change.item is None:
        return _episode_entry(change, label, source)
    return Entry(
        kind=change.kind,
        label=label,
        source=source,
        title=inert_line(change.item.title, options.max_title) or "(no title)",
        date=_date(change.item.published),
        url=inert_url(change.item.url),
        summary=inert_line(change.item.summary or "", options.max_summary),
        edits=_edits(change, change.item, options),
    )


def _episode_entry(change: ChangeFacts, label: str, source: str) -> Entry:
    kind = change.episode.episode.value.replace("_", " ") if change.episode else ""
    reason = change.episode.reason if change.episode else change.reason
    over = change.kind is ChangeKind.EPISODE_CLOSED
    return Entry(
        kind=change.kind,
        label=label,
        source=source,
        title=f"{source} is no longer {kind}" if over else f"{source} is {kind}",
        url=inert_url(change.source.url),
        detail="" if over else inert_line(reason, MAX_SUMMARY),
    )


def _edits(change: ChangeFacts, item: ItemData, options: RenderOptions) -> tuple[Edit, ...]:
    if change.previous is None:
        return ()
    edits = []
    for name in change.fields:
        old, new = _shown(change.previous, name, options), _shown(item, name, options)
        if old != new:
            edits.append(Edit(_FIELDS.get(name, inert_line(name, 30)), old or "(none)", new or "(none)"))
    return tuple(edits)


def _shown(item: ItemData, field: str, options: RenderOptions) -> str:
    if field == "published":
        return _date(item.published)
    value = getattr(item, field, None)
    if field in ("url", "image_url"):
        return inert_url(value) or ""
    return inert_line(value, options.max_summary) if isinstance(value, str) else ""


def _date(published: Published | None) -> str:
    if published is None:
        return ""
    raw = inert_line(published.raw, 60)
    # A relative date ("2 hours ago") or a machine's value is not worth showing as it was printed.
    if published.method in ("relative", "time_datetime", "json_ld", "feed", "url", "meta") or not raw:
        return (published.iso() or raw).replace("T", " ")[:16]
    return raw


def _subject(rendered: Rendered) -> str:
    message, entries = rendered.message, rendered.entries
    if not entries:
        return "presswatch: test message" if message.kind == "test" else "presswatch: a channel is in trouble"
    first = entries[0]
    if len(entries) == 1 and not rendered.omitted:
        if first.kind is ChangeKind.ADDED:
            return f"[{first.source}] {first.title}"
        about = first.title if change_is_of_source(first.kind) else f"[{first.source}] {first.title}"
        return f"{first.label}: {about}"
    sources = {entry.source for entry in entries}
    count = len(entries) + rendered.omitted
    what = "new items" if all(entry.kind is ChangeKind.ADDED for entry in entries) else "changes"
    return f"[{first.source}] {count} {what}" if len(sources) == 1 else f"{count} {what} from {len(sources)} sources"


def change_is_of_source(kind: ChangeKind) -> bool:
    """Whether ``kind`` is a change of a source rather than of an item."""
    return kind in (ChangeKind.EPISODE_OPENED, ChangeKind.EPISODE_CLOSED)


def _own_words(message: MessageFacts) -> str:
    if message.kind == "test":
        return f"This is a test message from presswatch for the channel {message.channel!r}. It works."
    return inert_line(message.notice or "", 1_000)


def _headline(entry: Entry) -> str:
    return entry.title if entry.kind is ChangeKind.ADDED else f"{entry.label}: {entry.title}"


def _text_lines(entry: Entry) -> list[str]:
    lines = [_headline(entry)]
    if not change_is_of_source(entry.kind):
        lines.append(" · ".join(filter(None, (entry.date, entry.source))))
    lines.extend(f"{edit.field}: {edit.old} → {edit.new}" for edit in entry.edits)
    if entry.detail:
        lines.append(entry.detail)
    if entry.url:
        lines.append(entry.url)
    if entry.summary and entry.summary != entry.title and not entry.edits:
        lines += ["", entry.summary]
    return lines


def _one_within(entry: Entry, limit: int) -> str:
    for thinner in (entry, replace(entry, summary=""), replace(entry, summary="", edits=entry.edits[:1], detail="")):
        text = "\n".join(_text_lines(thinner))
        if len(text) <= limit:
            return text
    url = entry.url if entry.url and len(entry.url) < limit // 2 else ""
    return "\n".join(filter(None, (cut(_headline(entry), limit - len(url) - 1), url)))


def _many_within(entries: tuple[Entry, ...], omitted: int, limit: int) -> str:
    blocks: list[str] = []
    room = limit - len("… and 99999 more")
    for entry in entries:
        block = "\n".join(filter(None, (f"• {entry.line}", f"  {entry.url}" if entry.url else "")))
        room -= len(block) + 1
        if room < 0:
            break
        blocks.append(block)
    left = omitted + len(entries) - len(blocks)
    return cut("\n".join([*blocks, *_more(left)]), limit)


def _html_block(entry: Entry) -> str:
    title = inert_html(entry.title)
    linked = f'<a href="{inert_html(entry.url)}">{title}</a>' if entry.url else title
    prefix = "" if entry.kind is ChangeKind.ADDED else f"{inert_html(entry.label)}: "
    parts = [f"<p><strong>{prefix}{linked}</strong>"]
    about = " · ".join(filter(None, (entry.date, "" if change_is_of_source(entry.kind) else entry.source)))
    if about:
        parts.append(f"<br><small>{inert_html(about)}</small>")
    parts.extend(
        f"<br>{inert_html(edit.field)}: <del>{inert_html(edit.old)}</del> → <ins>{inert_html(edit.new)}</ins>"
        for edit in entry.edits
    )
    body = entry.detail or ("" if entry.edits or entry.summary == entry.title else entry.summary)
    if body:
        parts.append(f"<br>{inert_html(body)}")
    return "".join(parts) + "</p>"


def _more(omitted: int) -> list[str]:
    return [f"… and {omitted} more"] if omitted else []
