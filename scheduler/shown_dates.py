"""Dates in the reader's language and zone. Pure, but for the table ``shown_dates.json``.

The table is made by ``python -m scheduler.shown_dates`` from Unicode CLDR as packaged by Babel; a test compares.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from importlib import resources
from pathlib import Path

from scraper.types import Published

LANGUAGES = (
    "af ar az be bg bn bs ca cs cy da de el en en-GB es et eu fa fi fil fr ga gl he hi hr hu hy id is it ja ka kk km ko"
    " lt lv mk mn ms nb nl nn pl pt ro ru sk sl sq sr sv sw ta th tr uk ur uz vi zh zh-Hant zu"
).split()
_PART = re.compile(r"'([^']*)'|(d+|M+|L+|y+|E+|G+)|([^'a-zA-Z]+)")
_MACHINE = ("relative", "time_datetime", "json_ld", "feed", "url", "meta")
"""A relative date ("2 hours ago") or a machine's value is not worth showing as it was printed."""


def show_published(published: Published, raw: str, language: str | None, zone: tzinfo = UTC) -> str:
    """The publisher's date for a reader of ``language``; without one, or where it is no calendar date, as it was
    printed (``raw``, inert)."""
    if language is None or published.on is None:
        if published.method in _MACHINE or not raw:
            return (published.iso() or raw).replace("T", " ")[:16]
        return raw
    if published.at is not None:
        return show_instant(published.at, language, zone)
    day = show_date(published.on, language)
    return f"{day}, {published.local_time[:5]}" if published.local_time else day


def show_instant(at: datetime, language: str | None, zone: tzinfo) -> str:
    """Date and time of day in ``zone``."""
    local = at.astimezone(zone)
    return f"{show_date(local.date(), language)}, {local:%H:%M}"


def show_date(day: date, language: str | None) -> str:
    """``2 March 2026`` as ``language`` writes it; ISO where the language is not known."""
    form = _form(language or "")
    if form is None:
        return day.isoformat()
    pattern, months = form
    values = {"d": str(day.day), "M": str(day.month), "L": str(day.month), "y": str(day.year), "E": "", "G": ""}
    shown = ""
    for quoted, field, literal in _PART.findall(pattern):
        if field and field[0] in "ML" and len(field) >= 3:
            shown += months[day.month - 1]
        elif field:
            shown += values[field[0]].zfill(len(field)) if field[0] in "dML" else values[field[0]]
        else:
            shown += quoted or literal
    return " ".join(shown.split())


@cache
def _form(language: str) -> tuple[str, list[str]] | None:
    table = _table()
    tag = language.replace("_", "-")
    for name in (tag, {"no": "nb", "zh-TW": "zh-Hant", "zh-HK": "zh-Hant"}.get(tag, tag), tag.partition("-")[0]):
        if name in table:
            return table[name]
    return None


@cache
def _table() -> dict[str, tuple[str, list[str]]]:
    text = resources.files("scheduler").joinpath("shown_dates.json").read_text(encoding="utf-8")
    return {name: (pattern, months) for name, (pattern, months) in json.loads(text).items()}


def generate() -> str:
    """The text of the table."""
    from babel import Locale

    lines = []
    for name in LANGUAGES:
        locale = Locale.parse(name, sep="-")
        months = locale.months["format"]["wide"]
        entry = [locale.date_formats["long"].pattern, [months[number] for number in range(1, 13)]]
        lines.append(f"{json.dumps(name)}: {json.dumps(entry, ensure_ascii=False)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    Path(__file__).with_name("shown_dates.json").write_text(generate(), encoding="utf-8")
