"""What is found in a foreign list of pages, before the configuration's own validator judges it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from scheduler.inert import inert_line

MAX_FOUND = 5_000
"""Entries read of one file; more are refused as a whole, because half an import is worse than none."""
MAX_NAME = 150
MAX_TAGS = 20
_NOT_IN_LABEL = re.compile(r"[\s@,:/\\\[\]\"']+")
_RECORDS = re.compile(r"(?:^|[\s>+~])(?:li|article|tr)(?=$|[.#:\[])[^\s>+~]*$")


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of a file. ``where`` tells a person which one; ``notes`` say what of it was not taken over;
    ``refused`` says why it cannot be watched at all."""

    where: str
    url: str
    name: str | None = None
    tags: tuple[str, ...] = ()
    every: str | None = None
    paused: bool = False
    recipe: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    refused: str | None = None

    def content(self) -> dict[str, Any]:
        """The table of a source, as `presswatch add` would write it."""
        return {
            "url": self.url,
            "name": self.name,
            "tags": list(self.tags),
            "every": self.every,
            "paused": self.paused or None,
            "recipe": dict(self.recipe),
        }


def name_of(text: object) -> str | None:
    """A foreign title as the name of a source."""
    return (inert_line(text, MAX_NAME) or None) if isinstance(text, str) else None


def label_of(text: object) -> str | None:
    """A foreign folder or tag as a tag: what a tag must not contain becomes a hyphen. ``None`` if nothing is left."""
    if not isinstance(text, str):
        return None
    return _NOT_IN_LABEL.sub("-", inert_line(text, 60)).strip("-…") or None


def labels_of(texts: object) -> tuple[str, ...]:
    """The tags in a list of foreign ones, or in a text with commas between them."""
    if isinstance(texts, str):
        texts = texts.split(",", MAX_TAGS)
    found = [label_of(text) for text in texts[:MAX_TAGS]] if isinstance(texts, list | tuple) else []
    return tuple(dict.fromkeys(label for label in found if label))


def recipe_from_css(selector: str) -> tuple[tuple[str, str], ...]:
    """The recipe that a filter by CSS amounts to, if it selects the records of a list one by one: its last element is
    an ``li``, ``article`` or ``tr``. Other filters cut a region out of the page, which presswatch finds by itself."""
    single = selector.strip()
    return (("item", single),) if "," not in single and _RECORDS.search(single) else ()
