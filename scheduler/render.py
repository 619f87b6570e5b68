"""What a message says, in each form. Pure.

:func:`render` makes one :class:`Rendered` from a message's facts. The text of pages in it is inert
(:mod:`scheduler.inert`) and bounded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from scheduler.digest_forms import as_html, as_markdown
from scheduler.entries import PLAIN, Edit, Entry, RenderOptions, change_is_of_source, make_entry
from scheduler.facts import MessageFacts
from scheduler.inert import cut, inert_chat, inert_html, inert_line, inert_markdown
from scheduler.payload import encode_payload, make_payload
from scraper.types import ChangeKind

__all__ = ["PLAIN", "Edit", "Entry", "RenderOptions", "Rendered", "change_is_of_source", "render"]

MOST_LISTED = 25
"""So many changes of a digest are listed; the others are counted."""
MAX_SUBJECT = 150
"""Characters of a subject line: a title ends where phones and mail programs stop showing it."""
_UNBOUNDED = 1_000_000
_LEAST_TITLE = 40
"""So many characters of a title tell more than its link would, if only one of them has room."""


@dataclass(frozen=True)
class Rendered:
    """A message in all its forms, each made when it is first asked for: a webhook needs no HTML. ``own_text`` and
    ``own_html`` are what an operator's template made of it, in place of ours."""

    message: MessageFacts
    options: RenderOptions = PLAIN
    own_text: str | None = None
    own_html: str | None = None

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The changes that are shown, in order of discovery."""
        return self.all_entries[:MOST_LISTED]

    @cached_property
    def all_entries(self) -> tuple[Entry, ...]:
        """The same, as many as were loaded: for forms in which there is room."""
        return tuple(make_entry(change, self.options) for change in self.message.changes)

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

    def text_within(self, limit: int, *, titled: bool = False) -> str:
        """Plain text of at most ``limit`` characters: summaries go first, then the words around
        edits, then edits, then entries (counted), then the link, then the end of the title. ``titled``: the subject
        stands above it, and is not said again."""
        if self.own_text is not None:
            return cut(self.own_text, limit)
        if not self.entries:
            return cut(_own_words(self.message), limit)
        if len(self.entries) == 1 and not self.omitted:
            return _one_within(self.entries[0], limit, titled=titled)
        return _many_within(self.entries, self.omitted, limit)

    def chat(self, limit: int, *, titled: bool = False) -> str:
        """The same in which nothing is markup or a mention for a chat service."""
        for share in (1.0, 0.8, 0.5):  # breaking up what would be markup makes the text longer
            text = inert_chat(self.text_within(int(limit * share), titled=titled))
            if len(text) <= limit:
                return text
        return cut(text, limit)

    @cached_property
    def html(self) -> str:
        """A fragment of HTML for mail, everything escaped, links http(s) only; a digest is grouped by source."""
        if self.own_html is not None:
            return self.own_html
        if not self.all_entries:
            return f"<p>{inert_html(_own_words(self.message))}</p>"
        return as_html(self.all_entries, self.omitted + len(self.entries) - len(self.all_entries))

    @cached_property
    def markdown(self) -> str:
        """The same as CommonMark; what is foreign in it is escaped."""
        if not self.all_entries:
            return inert_markdown(_own_words(self.message)) + "\n"
        return as_markdown(self.all_entries, self.omitted + len(self.entries) - len(self.all_entries))

    @cached_property
    def payload(self) -> dict[str, object]:
        """The JSON document (``docs/alerts.md``); encoded it has less than 20 kB."""
        return make_payload(self.message)

    @cached_property
    def body(self) -> bytes:
        """The payload, encoded: the same bytes over all attempts."""
        return encode_payload(self.payload)


def render(message: MessageFacts, options: RenderOptions = PLAIN) -> Rendered:
    """``message`` as it is told."""
    return Rendered(message, options)


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


def _own_words(message: MessageFacts) -> str:
    if message.kind == "test":
        return f"This is a test message from presswatch for the channel {message.channel!r}. It works."
    return inert_line(message.notice or "", 1_000)


def _headline(entry: Entry) -> str:
    return entry.title if entry.kind is ChangeKind.ADDED else f"{entry.label}: {entry.title}"


def _text_lines(entry: Entry, *, titled: bool = False) -> list[str]:
    lines = [] if titled else [_headline(entry)]
    if not change_is_of_source(entry.kind):
        lines.append(" · ".join(filter(None, (entry.date, entry.source))))
    lines.extend(f"{edit.field}: {edit.old} → {edit.new}" for edit in entry.edits)
    if entry.detail:
        lines.append(entry.detail)
    if entry.url:
        lines.append(entry.url)
    if entry.summary and entry.summary != entry.title and not entry.edits:
        lines += ["", entry.summary]
    return lines or [_headline(entry)]


def _one_within(entry: Entry, limit: int, *, titled: bool) -> str:
    bare = replace(entry, summary="", edits=tuple(edit.brief() for edit in entry.edits))
    for thinner in (entry, replace(entry, summary=""), bare, replace(bare, edits=bare.edits[:1], detail="")):
        text = "\n".join(_text_lines(thinner, titled=titled))
        if len(text) <= limit:
            return text
    return _shortened(_headline(entry), entry.url, limit)


def _shortened(line: str, url: str | None, limit: int) -> str:
    """A line that is cut and a link that is whole, or not there."""
    shown = url if url and (len(url) < limit // 2 or len(url) + _LEAST_TITLE < limit) else ""
    return "\n".join(filter(None, (cut(line, limit - len(shown) - 1), shown)))


def _many_within(entries: tuple[Entry, ...], omitted: int, limit: int) -> str:
    blocks: list[str] = []
    room = limit - len("… and 99999 more")
    for entry in entries:
        block = "\n".join(filter(None, (f"• {entry.line}", f"  {entry.url}" if entry.url else "")))
        if len(block) > room and not blocks:
            block = f"• {_shortened(entry.line, entry.url, room - 2)}"
        room -= len(block) + 1
        if room < 0 and blocks:
            break
        blocks.append(block)
    left = omitted + len(entries) - len(blocks)
    return cut("\n".join([*blocks, *_more(left)]), limit)


def _more(omitted: int) -> list[str]:
    return [f"… and {omitted} more"] if omitted else []
