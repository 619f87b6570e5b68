"""A period as a Markdown report, by source. Pure: rows in, text out; what pages say in it is literal text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import groupby
from typing import Any

from presswatch.words import counted
from scheduler.inert import inert_line, inert_markdown, inert_url
from scheduler.worddiff import word_diff
from scraper.clock import from_text

Row = Mapping[str, Any]
_PAIRS = (("title", "old_title", "title"), ("summary", "old_summary", "summary"), ("link", "old_url", "url"),
          ("date", "old_raw", "published_raw"))  # fmt: skip


def render_report(
    changes: Sequence[Row], episodes: Sequence[Row], *, begin: datetime, end: datetime, zone: tzinfo | None
) -> str:
    """The report. ``changes``: rows of items' changes with the form before and after, ``episodes``: of sources in
    trouble meanwhile; both newest first. ``zone``: in which times are shown, ``None`` for the machine's."""
    episodes = [row for row in episodes if row["closed_at"] != row["opened_at"]]  # others: a new layout, understood
    told = [row for row in changes if row["kind"] != "surfaced"]
    kinds = [row["kind"] for row in told]
    lines = [
        f"# {_time(begin, zone)} to {_time(end, zone)}",
        "",
        ", ".join(
            (
                counted(kinds.count("added"), "new item"),
                counted(kinds.count("revised"), "edit"),
                counted(kinds.count("withdrawn"), "withdrawal"),
                counted(len({row["source"] for row in episodes}), "source") + " in trouble.",
            )
        ),
    ]
    for _, rows in groupby(sorted(told, key=_slug), key=_slug):
        lines += _source(list(rows), zone)
    if episodes:
        lines += ["", "## Sources in trouble", ""]
        lines += [_episode(row, zone) for row in sorted(episodes, key=_slug)]
    if not told and not episodes:
        lines += ["", "Nothing happened."]
    return "\n".join(lines) + "\n"


def _slug(row: Row) -> str:
    return str(row["source"])


def _source(rows: Sequence[Row], zone: tzinfo | None) -> Iterator[str]:
    yield from ("", f"## {_link(rows[0]['source_name'] or rows[0]['source'], rows[0]['source_url'])}")
    parts: tuple[tuple[str, tuple[str, ...], Callable[[Row, tzinfo | None], list[str]]], ...] = (
        ("New", ("added", "reinstated"), _new),
        ("Edited", ("revised", "relocated"), _edited),
        ("Withdrawn", ("withdrawn",), _withdrawn),
    )
    for heading, kinds, render in parts:
        chosen = [row for row in rows if row["kind"] in kinds]
        if chosen:
            yield from ("", f"### {heading}", "")
            for row in chosen:
                yield from render(row, zone)


def _new(row: Row, zone: tzinfo | None) -> list[str]:
    dated = row["published_on"] or _time(from_text(row["changed_at"]), zone)[:10]
    return [f"- {dated} {_link(row['title'], row['url'])}" + (" (back)" if row["kind"] == "reinstated" else "")]


def _edited(row: Row, zone: tzinfo | None) -> list[str]:
    lines = [f"- {_time(from_text(row['changed_at']), zone)} {_link(row['title'], row['url'])}"]
    for name, old, new in _PAIRS:
        before, after = inert_line(row[old] or "", 2_000), inert_line(row[new] or "", 2_000)
        if before != after:
            lines.append(f"  - {name}: {_marked(before, after)}")
    return lines


def _withdrawn(row: Row, zone: tzinfo | None) -> list[str]:
    return [f"- {_time(from_text(row['changed_at']), zone)} {_link(row['title'], row['url'])}"]


def _marked(before: str, after: str) -> str:
    """The words that went struck through, those that came in bold."""
    marks = {"same": "", "gone": "~~", "new": "**"}
    parts = []
    for piece in word_diff(before, after):
        mark, core = marks[piece.kind], piece.text.strip()
        if mark and not core:
            parts.append(piece.text if piece.kind == "new" else "")
            continue
        left = piece.text[: len(piece.text) - len(piece.text.lstrip())]
        right = piece.text[len(piece.text.rstrip()) :]
        parts.append(f"{left}{mark}{inert_markdown(core)}{mark}{right}")
    return "".join(parts)


def _episode(row: Row, zone: tzinfo | None) -> str:
    until = f"to {_time(from_text(row['closed_at']), zone)}" if row["closed_at"] else "and still"
    what = row["class"].replace("_", " ")
    name = _link(row["source_name"] or row["source"], row["source_url"])
    return f"- {name}: {what} from {_time(from_text(row['opened_at']), zone)} {until}: {_text(row['reason'])}"


def _text(text: str) -> str:
    return inert_markdown(inert_line(text))


def _link(title: str, url: str | None) -> str:
    target = inert_url(url)
    words = _text(title) or "(no title)"
    return f"[{words}](<{target}>)" if target else words


def _time(moment: datetime, zone: tzinfo | None) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
