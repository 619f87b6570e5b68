"""OPML: subscriptions of a feed reader, folders as tags (http://opml.org/spec2.opml)."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from xml.parsers import expat

from presswatch.importing.found import MAX_FOUND, MAX_TAGS, Found, labels_of, name_of
from scraper.errors import ConfigError

_DEEPEST = 100


def read_opml(text: str, *, pages: bool) -> list[Found]:
    """The subscriptions in a document, in its order. ``pages`` takes the web page of each rather than its feed.

    Raises :class:`ConfigError` for what is no OPML; a document with a DOCTYPE is none (it could declare entities).
    """
    reader = _Reader(pages)
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise ConfigError(f"is no OPML: {expat.errors.messages[error.code]}, in line {error.lineno}") from error
    return reader.found


def _refuse_doctype(*_: object) -> None:
    raise ConfigError("has a DOCTYPE, which no OPML needs; take it out")


class _Reader:
    """Folders on the way down become tags of what is in them."""

    def __init__(self, pages: bool) -> None:
        self.found: list[Found] = []
        self._pages = pages
        self._folders: list[str | None] = []
        self._depth = 0

    def start(self, element: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ConfigError(f"is nested deeper than {_DEEPEST} elements")
        if self._depth == 1 and element.lower() != "opml":
            raise ConfigError(f"is no OPML: it begins with {element[:40]!r}")
        if element.lower() != "outline":
            return
        given = {name.lower(): value for name, value in attributes.items()}
        outline = self._outline(given)
        self._folders.append(None if outline else given.get("title") or given.get("text"))
        if outline is not None:
            self.found.append(outline)
        if len(self.found) > MAX_FOUND:
            raise ConfigError(f"has more than {MAX_FOUND} entries; split it")

    def end(self, element: str) -> None:
        self._depth -= 1
        if element.lower() == "outline":
            self._folders.pop()

    def _outline(self, given: dict[str, str]) -> Found | None:
        feed, page = given.get("xmlurl", "").strip(), (given.get("htmlurl") or given.get("url") or "").strip()
        url = (page or feed) if self._pages else (feed or page)
        if not url:
            return None
        title = unescape(given.get("title") or given.get("text") or "")
        note = ("it names no page; its feed is watched",) if self._pages and not page else ()
        tags = labels_of([*self._tags(), *_categories(given.get("category", ""))])
        return Found(f"entry {len(self.found) + 1}", url, name_of(title), tags, notes=note)

    def _tags(self) -> Iterator[str]:
        yield from (folder for folder in self._folders if folder)


def _categories(text: str) -> list[str]:
    """``/News/Energy,Tariffs``: the last name of each path."""
    return [path.rstrip("/").rpartition("/")[2] for path in text.split(",", MAX_TAGS) if path.strip("/ ")]
