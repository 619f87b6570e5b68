"""Messages as pages that people read: HTML for mail, and Markdown. Pure.

A digest is grouped by source, in the order in which the sources first occur; in each group what is new comes before
what changed. Sources that need attention come last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduler.entries import Edit, Entry, change_is_of_source
from scheduler.episode_words import REDESIGNED
from scheduler.inert import inert_html, inert_markdown
from scheduler.worddiff import Piece, word_diff
from scraper.types import ChangeKind

_NEW = (ChangeKind.ADDED, ChangeKind.REINSTATED, ChangeKind.SURFACED)
_ATTENTION = "Sources that need attention"
_WELL = "Sources that are well again"
_LAYOUT = "Sources with a new layout"

Group = tuple[str, tuple[Entry, ...]]


def grouped(entries: Sequence[Entry]) -> list[Group]:
    """Headings with their entries."""
    of_items: dict[str, list[Entry]] = {}
    unwell: list[Entry] = []
    well: list[Entry] = []
    redesigned: list[Entry] = []
    for entry in entries:
        if change_is_of_source(entry.kind):
            is_well = entry.kind is ChangeKind.EPISODE_CLOSED
            (redesigned if entry.label == REDESIGNED else well if is_well else unwell).append(entry)
        else:
            of_items.setdefault(entry.source, []).append(entry)
    groups = [
        (name, tuple(sorted(group, key=lambda entry: entry.kind not in _NEW))) for name, group in of_items.items()
    ]
    of_sources = ((_LAYOUT, redesigned), (_WELL, well), (_ATTENTION, unwell))
    return groups + [(heading, tuple(found)) for heading, found in of_sources if found]


def as_html(entries: Sequence[Entry], omitted: int) -> str:
    """A fragment: paragraphs; of several entries with headings."""
    if len(entries) == 1 and not omitted:
        return _html_entry(entries[0], alone=True)
    parts: list[str] = []
    for name, group in grouped(entries):
        parts.append(f"<h3>{inert_html(name)}</h3>")
        parts += [_html_entry(entry, alone=False) for entry in group]
    return "\n".join([*parts, *([f"<p>… and {omitted} more</p>"] if omitted else [])])


def as_markdown(entries: Sequence[Entry], omitted: int) -> str:
    """The same as CommonMark, ending with a line feed."""
    if len(entries) == 1 and not omitted:
        return "\n".join(_markdown_entry(entries[0], alone=True)) + "\n"
    lines: list[str] = []
    for name, group in grouped(entries):
        lines += [*([""] if lines else []), f"### {inert_markdown(name)}", ""]
        for entry in group:
            first, *rest = _markdown_entry(entry, alone=False)
            lines += [f"- {first}", *(f"  {line}" for line in rest)]
    return "\n".join([*lines, *(["", f"… and {omitted} more"] if omitted else [])]) + "\n"


def _about(entry: Entry, *, alone: bool) -> str:
    source = entry.source if alone and not change_is_of_source(entry.kind) else ""
    return " · ".join(filter(None, (entry.date, source)))


def _body(entry: Entry) -> str:
    return entry.detail or ("" if entry.edits or entry.summary == entry.title else entry.summary)


def _html_entry(entry: Entry, *, alone: bool) -> str:
    title = inert_html(entry.title)
    linked = f'<a href="{inert_html(entry.url)}">{title}</a>' if entry.url else title
    prefix = "" if entry.kind is ChangeKind.ADDED else f"{inert_html(entry.label)}: "
    parts = [f"<p><strong>{prefix}{linked}</strong>"]
    if about := _about(entry, alone=alone):
        parts.append(f"<br><small>{inert_html(about)}</small>")
    parts += [f"<br>{inert_html(edit.field)}: {''.join(_html_edit(edit))}" for edit in entry.edits]
    if body := _body(entry):
        parts.append(f"<br>{inert_html(body)}")
    return "".join(parts) + "</p>"


def _html_edit(edit: Edit) -> Iterator[str]:
    if not edit.is_of_words:
        yield f"<del>{inert_html(edit.old)}</del> → <ins>{inert_html(edit.new)}</ins>"
        return
    for kind, text in _apart(word_diff(edit.old, edit.new)):
        shown = inert_html(text)
        yield {"same": shown, "gone": f"<del>{shown}</del>", "new": f"<ins>{shown}</ins>"}[kind]


def _markdown_entry(entry: Entry, *, alone: bool) -> list[str]:
    title = inert_markdown(entry.title)
    linked = f"[{title}](<{entry.url}>)" if entry.url else title
    prefix = "" if entry.kind is ChangeKind.ADDED else f"{entry.label}: "
    lines = [f"**{prefix}{linked}**", inert_markdown(_about(entry, alone=alone))]
    lines += [f"{edit.field}: {''.join(_markdown_edit(edit))}" for edit in entry.edits]
    lines.append(inert_markdown(_body(entry)))
    shown = [line for line in lines if line]
    # Two spaces at the end of a line are a line break.
    return [f"{line}  " for line in shown[:-1]] + shown[-1:]


def _markdown_edit(edit: Edit) -> Iterator[str]:
    if not edit.is_of_words:
        yield f"~~{inert_markdown(edit.old)}~~ → **{inert_markdown(edit.new)}**"
        return
    for kind, text in _apart(word_diff(edit.old, edit.new)):
        words = text.strip()
        shown, (before, after) = inert_markdown(words), _spaces(text)
        mark = {"same": "", "gone": "~~", "new": "**"}[kind] if words else ""
        yield f"{before}{mark}{shown}{mark}{after}"


def _apart(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """With a space between a word that went and the one that came in its place: they are read, not copied."""
    gone = ""
    for piece in pieces:
        if gone and piece.kind == "new" and not gone[-1].isspace() and not piece.text[0].isspace():
            yield Piece("same", " ")
        gone = piece.text if piece.kind == "gone" else ""
        yield piece


def _spaces(text: str) -> tuple[str, str]:
    """White space around words stays outside of the marks."""
    before = text[: len(text) - len(text.lstrip())]
    return before, text[len(text.rstrip()) :] if before != text else ""
