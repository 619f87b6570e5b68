"""A small path language over JSON: ``$.data.items[*]``, ``$["odd name"][0].title``.

A part of JSONPath (RFC 9535): names, quoted names, indices and ``*``; no descent and no filters, so that no path costs
more than a look at each value.

A template is text with paths in braces: ``/news/{$.slug}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote

MOST_STEPS = 30
_STEP = re.compile(
    r"""\.(?P<name>[^\W\d][\w-]*|\*)|\[\s*(?:(?P<index>-?\d{1,6})|(?P<all>\*)|"(?P<double>[^"\\]*)"|'(?P<single>[^'\\]*)')\s*\]"""
)
_IN_BRACES = re.compile(r"\{(\$[^{}]*)\}")

Step = str | int | None
"""A member's name, an element's index, or ``None`` for all of them."""


def is_json_path(text: str) -> bool:
    """Whether a selector is a path or a template rather than CSS, which never begins with ``$`` or holds ``{$``."""
    return text.lstrip().startswith("$") or "{$" in text


def parse_path(text: str) -> tuple[Step, ...]:
    """The steps of a path. Raises ``ValueError`` that names where it breaks off."""
    path = text.strip()
    if not path.startswith("$"):
        raise ValueError(f"{text!r} is no JSON path: it begins with $, such as $.items[*]")
    steps: list[Step] = []
    at = 1
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None:
            raise ValueError(f"{text!r} is no JSON path: cannot read {path[at : at + 20]!r}")
        steps.append(_step(found))
        at = found.end()
    if len(steps) > MOST_STEPS:
        raise ValueError(f"{text!r} has more than {MOST_STEPS} steps")
    return tuple(steps)


def _step(found: re.Match[str]) -> Step:
    if found["all"] or found["name"] == "*":
        return None
    if found["index"] is not None:
        return int(found["index"])
    return next(name for name in (found["name"], found["double"], found["single"]) if name is not None)


def parse_template(text: str) -> None:
    """Check the paths of a template. Raises ``ValueError``."""
    for found in _IN_BRACES.finditer(text):
        parse_path(found[1])


def find_all(value: Any, path: str, most: int) -> list[Any]:
    """At most ``most`` values that ``path`` leads to, in their order. Raises ``ValueError`` for what is no path."""
    return list(islice(_walk(value, parse_path(path)), most))


def _walk(value: Any, steps: tuple[Step, ...]) -> Iterator[Any]:
    if not steps:
        yield value
        return
    step, rest = steps[0], steps[1:]
    if step is None:
        members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for member in members:
            yield from _walk(member, rest)
    elif isinstance(step, int):
        if isinstance(value, list) and -len(value) <= step < len(value):
            yield from _walk(value[step], rest)
    elif isinstance(value, dict) and step in value:
        yield from _walk(value[step], rest)


def read_text(value: Any, selector: str) -> str | None:
    """What a path or a template says as text: the first string or number it leads to; ``None`` where there is none.

    In a template each value is percent-encoded; one of them missing makes it ``None``. Raises ``ValueError``.
    """
    if selector.lstrip().startswith("$"):
        found = next((one for one in find_all(value, selector, 50) if _is_text(one)), None)
        return None if found is None else str(found)
    missing = False

    def fill(match: re.Match[str]) -> str:
        nonlocal missing
        text = read_text(value, match[1])
        missing = missing or text is None
        return quote(text or "", safe="/~", errors="replace")

    filled = _IN_BRACES.sub(fill, selector)
    return None if missing else filled


def _is_text(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""
