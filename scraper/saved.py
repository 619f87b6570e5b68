"""Saved pages on disk, read through the same code as fetched ones. Only what the operator names is read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from scraper.errors import NotFoundError
from scraper.types import Page

MAX_BYTES = 10_000_000
_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".txt": "text/plain",
    ".xml": "application/xml",
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".json": "application/json",
}


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A file to be read as a page. ``key`` names the source it belongs to, ``url`` is where it counts as from."""

    path: Path
    url: str
    key: str
    slug: str
    name: str

    def read(self) -> Page:
        """The file as an answer. Raises ``OSError`` if it cannot be read."""
        with self.path.open("rb") as file:
            body = file.read(MAX_BYTES)
        return Page(self.url, 200, body, _TYPES.get(self.path.suffix.lower()))


def find_saved_pages(path: Path, *, url: str | None, series: bool) -> list[SavedPage]:
    """The page or pages that ``path`` names, in the order of their names.

    A folder stands for the files directly in it whose names do not begin with a dot. Each file is a source of its own,
    unless ``series`` makes all of them moments of one.

    Raises :class:`NotFoundError` if there is no such file or folder, or nothing in it.
    """
    if not path.exists():
        raise NotFoundError("file or folder", str(path))
    found = [path] if path.is_file() else sorted(one for one in path.iterdir() if _is_page(one))
    if not found:
        raise NotFoundError("saved page", str(path), hint="the folder holds no files")
    return [_saved(one, path if series else one, url) for one in found]


def _is_page(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".")


def _saved(path: Path, source: Path, url: str | None) -> SavedPage:
    identity = f"{source.resolve()}\n{url or ''}"
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in source.stem.casefold()).split()
    return SavedPage(
        path=path,
        url=url or source.resolve().as_uri(),
        key="file-" + hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:24],
        slug="-".join(words)[:60] or "page",
        name=source.name,
    )
