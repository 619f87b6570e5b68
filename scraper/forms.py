"""The hidden fields of a page's forms: what ASP.NET and CSRF guards want to see again with the next request. Pure."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

MOST_FIELDS: Final = 100
MOST_CHARACTERS: Final = 1_000_000
"""Of all values together; a ``__VIEWSTATE`` can be long."""

_INPUT: Final = re.compile("<input", re.IGNORECASE | re.ASCII)
_ATTRIBUTE: Final = re.compile(r"""([a-zA-Z_:][\w:.-]{0,60})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")


def hidden_fields(html: str) -> dict[str, str]:
    """Names and values of all ``<input type=hidden>`` of a page; of a name that repeats the first. Linear in the
    page's length, whatever its markup."""
    found: dict[str, str] = {}
    at, left = 0, MOST_CHARACTERS
    while len(found) < MOST_FIELDS and (tag := _INPUT.search(html, at)):
        at = _tag_end(html, tag.end())
        if at < 0:
            break
        attributes = _attributes(html[tag.end() : at])
        name, value = attributes.get("name", ""), attributes.get("value", "")
        if attributes.get("type", "").lower() == "hidden" and name and name not in found and len(value) <= left:
            found[name] = value
            left -= len(value)
    return found


def _tag_end(html: str, start: int) -> int:
    """Where the tag ends that is open at ``start``: its ``>`` outside of quotes; -1 if it does not."""
    quote = ""
    for found in _MARKS.finditer(html, start):
        mark = found.group()
        if quote:
            quote = "" if mark == quote else quote
        elif mark == ">":
            return found.start()
        else:
            quote = mark
    return -1


_MARKS: Final = re.compile(r"[\"'>]")


def _attributes(tag: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(tag):
        found.setdefault(name.lower(), unescape(double or single or bare))
    return found
