"""A parsed body as a flat list of tokens, for reading in one pass.

The parser's own serialisation (HTML standard, 13.3) is regular where pages are not: every element that is not void is
closed, every attribute has a quoted value, and ``<`` and ``>`` stand in tags only. So three regular expressions read it
exactly, at a fraction of what asking the parser for each node costs.
"""

from __future__ import annotations

import re

VOID = frozenset(
    "area base basefont bgsound br col embed frame hr image img input keygen link meta param source track wbr".split()
)
"""Elements that the serialisation does not close."""

Token = tuple[str, str, str]
"""A text (may be empty), the end tags after it, and the content of the start tag after those."""

_TOKENS = re.compile(r"([^<]*+)((?:</[^>]*+>\s*+)*+)(?:<([a-zA-Z][^>]*+)>)?+")
_ATTRIBUTE = re.compile(r' (=?[^\s=/>]*+)="([^"]*+)"')
_PASSED_OVER = re.compile(
    r"<(?:!--|\?|(script|style|svg|noscript|iframe|template|select|noembed|noframes|xmp|plaintext)(?=[ >]))"
)
_RAW = frozenset("script style iframe noembed noframes xmp plaintext".split())
"""Elements whose content is not markup, and cannot hold their own end tag."""
_SHOWN = frozenset("xmp plaintext".split())
_NEVER = 1 << 60
_ESCAPED = (("&nbsp;", "\xa0"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&"))


def tokens_of(html: str) -> list[Token]:
    """The tokens of a serialised element. Linear; what is no such serialisation gives tokens that mean little."""
    return _TOKENS.findall(without_unread(html))


def without_unread(html: str) -> str:
    """The markup without comments and without elements that show no text of the page. An element that holds another
    one of its name may be left in."""
    parts: list[str] = []
    stops: dict[str, int] = {}  # where each end was found last: what was searched once is not searched again
    at = 0
    found = _PASSED_OVER.search(html)
    while found:
        name, start, begin = found[1], found.start(), found.end()
        before = html.rfind("<", at, start)
        if before >= 0 and html.find(">", before, start) < 0:  # in the name of an attribute
            found = _PASSED_OVER.search(html, begin)
            continue
        end = f"</{name}>" if name else "-->" if html[start + 1] == "!" else ">"
        stop = stops.get(end, -1)
        if stop < begin - 2:
            stop = stops[end] = html.find(end, begin - 2 if end == "-->" else begin)
            if stop < 0:
                stop = stops[end] = _NEVER
        if stop != _NEVER and (name is None or name in _RAW or html.find(f"<{name}", begin, stop) < 0):
            parts.append(html[at:start])
            if name in _SHOWN:
                parts.append(_escaped(html[begin:stop], name))
            at = begin = stop + len(end)
        found = _PASSED_OVER.search(html, begin)
    parts.append(html[at:])
    return "".join(parts)


def _escaped(content: str, name: str) -> str:
    """An element whose text stands unescaped, as an ordinary one."""
    text = content.partition(">")[2]
    return f"<{name}>" + text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") + f"</{name}>"


def unescape(text: str) -> str:
    """A text or attribute value of the serialisation."""
    if "&" not in text:
        return text
    for escaped, char in _ESCAPED:
        if escaped in text:
            text = text.replace(escaped, char)
    return text


def find_value(raw: str, name: str) -> str:
    """One of the attributes as they stand, unescaped; empty where there is none. Cheaper than reading them all."""
    begin = f' {name}="'
    start = raw.find(begin)
    if start < 0:
        return ""
    if start and raw.count('"', 0, start) & 1:  # within another value
        return unescape(dict(_ATTRIBUTE.findall(raw)).get(name, ""))
    start += len(begin)
    return unescape(raw[start : raw.find('"', start)])


class Attributes:
    """The attributes of each node, read from their markup when they are asked for; ``raw`` is that markup by node."""

    __slots__ = ("_known", "raw")

    def __init__(self) -> None:
        self.raw: list[str] = []
        self._known: dict[str, dict[str, str]] = {"": {}}

    def __getitem__(self, node: int) -> dict[str, str]:
        """By name; empty for a text. Not to be changed: nodes that are written alike share it."""
        return self.read(self.raw[node])

    def read(self, raw: str) -> dict[str, str]:
        """The attributes of a start tag, values unescaped."""
        found = self._known.get(raw)
        if found is None:
            found = dict(_ATTRIBUTE.findall(raw))
            if "&" in raw:
                found = {name: unescape(value) for name, value in found.items()}
            self._known[raw] = found
        return found
