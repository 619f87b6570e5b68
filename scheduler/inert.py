"""Foreign text made harmless for where it is shown: terminal, log line, mail header, chat, HTML. Pure.

A page's text may be anything. It stays readable as the publisher wrote it, but it controls nothing.
"""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import quote

from scraper.text import clean_text

MAX_TITLE = 300
MAX_SUMMARY = 500
MAX_URL = 2_000
"""Characters. A longer link is left out, never cut: a cut link leads elsewhere."""

_UNSAFE_IN_URL = frozenset(' "<>\\^`{|}')
_MENTION = re.compile(r"@(?=\w)")
_TOKEN = re.compile(r"<(?=[!@#:/a-zA-Z])")
_LINK = re.compile(r"\](?=[(\[])")
_MARKUP = re.compile(r"[\\`*_{}\[\]<>#|~&!@]|(?<=:)/(?=/)|(?<=www)\.")
_LIST = re.compile(r"^(\d*)([-+=.)])")
_JOINER = "\u2060"
"""Word joiner: invisible, and what follows it no longer belongs to what stands before it."""
_MARKS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_MARKS_IN_ROW = re.compile(f"({_MARKS}{{3}}){_MARKS}+")


def inert_line(text: str, limit: int = MAX_TITLE) -> str:
    """One line of at most ``limit`` characters without control characters, escape codes, direction overrides,
    invisible characters and towers of accents; cut at a word and closed with an ellipsis."""
    cleaned = clean_text(text[: limit * 4])
    return cut(cleaned if cleaned.isascii() else _MARKS_IN_ROW.sub(r"\1", cleaned), limit)


def cut(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` characters; a cut is made at a space if one is near, and shows as an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: max(limit - 1, 0)]
    space = head.rfind(" ")
    if space > limit * 2 // 3:
        head = head[:space]
    return head.rstrip() + "…"


def inert_url(url: str | None, limit: int = MAX_URL) -> str | None:
    """``url`` if it is an http(s) link of at most ``limit`` characters, with what could end it early or hide in it
    percent-encoded; else ``None``."""
    if url is None or not url.lower().startswith(("http://", "https://")):
        return None
    if len(url) > limit:
        return None
    if url.isascii() and url.isprintable() and _UNSAFE_IN_URL.isdisjoint(url):
        return url
    encoded = "".join(quote(char, safe="", errors="replace") if _is_unsafe(char) else char for char in url)
    return encoded if len(encoded) <= limit else None


def _is_unsafe(char: str) -> bool:
    return char in _UNSAFE_IN_URL or unicodedata.category(char)[0] in "CZ"


def inert_chat(text: str) -> str:
    """``text`` as a chat service shows it literally: nobody is called (``@everyone``, ``<!channel>``), no link hides
    behind other words (``[bank](http://…)``). An invisible joiner breaks each such construct; the words stay."""
    text = _MENTION.sub("@" + _JOINER, text)
    text = _TOKEN.sub("<" + _JOINER, text)
    return _LINK.sub("]" + _JOINER, text)


def inert_markdown(text: str) -> str:
    """``text`` as CommonMark shows it literally: what could be markup gets a backslash."""
    return _LIST.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", text))


def inert_html(text: str) -> str:
    """``text`` as content or attribute value of HTML."""
    return html.escape(text, quote=True)
