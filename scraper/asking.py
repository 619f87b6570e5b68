"""How the pages of one source are asked for, where a plain GET does not do. What stands here may be secret: its
``repr`` shows none of it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import urlencode

from scraper.errors import NotFoundError
from scraper.proxy import Proxy

BrowserUse = Literal["never", "auto", "always"]
FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Post:
    """A listing that is asked for with POST: ``fields`` of a form, or ``content`` of the type ``content_type``.

    ``first`` is a page that is asked for before, whose hidden fields go along with ours (ASP.NET's view state, the
    token of a CSRF guard)."""

    fields: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    content: bytes = field(default=b"", repr=False)
    content_type: str = FORM
    first: str | None = None

    def body(self, hidden: Mapping[str, str]) -> bytes:
        """What is sent, with the ``hidden`` fields that ours do not replace."""
        if self.content_type != FORM or self.content:
            return self.content
        ours = {name for name, _ in self.fields}
        return urlencode([*((n, v) for n, v in hidden.items() if n not in ours), *self.fields]).encode()


@dataclass(frozen=True, slots=True)
class SourceRequests:
    """The options of one source.

    ``headers`` (credentials among them) and ``post`` go to the origin of the source's address only. ``cookies``: what
    the site sets is sent back to it, within one look and to the next. ``language`` is said to every server that is
    asked; ``proxy`` is between us and all of them. ``browser``: whether scripts of the page are run. ``screenshot``:
    a picture is kept of what changed.
    """

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    post: Post | None = None
    cookies: bool = False
    language: str | None = None
    proxy: Proxy | None = None
    browser: BrowserUse = "never"
    screenshot: bool = False

    @property
    def accept_language(self) -> str | None:
        """As a header (RFC 9110 12.5.4): the language, then any region of it, then any at all."""
        if self.language is None:
            return None
        plain = self.language.partition("-")[0]
        wider = f", {plain};q=0.9" if plain != self.language else ""
        return f"{self.language}{wider}, *;q=0.5"


PLAIN: Final = SourceRequests()


class RequestBook:
    """How configured sources are asked for, as far as this process knows: by their stable ids, each with the digest of
    the configuration that says so. A source that is not in it must not be asked: without its proxy or its credentials
    a request would tell what nobody was to learn, and its answer be taken for the page."""

    def __init__(self, entries: Mapping[str, tuple[str, SourceRequests]]) -> None:
        self._entries = entries

    def of(self, source_key: str, digest: str | None) -> SourceRequests | None:
        """How the source is asked for; ``None`` if it is unknown here, or configured otherwise than is known here (by
        a process that read another file)."""
        known = self._entries.get(source_key)
        return known[1] if known is not None and known[0] == digest else None

    def latest(self, source_key: str) -> SourceRequests:
        """As this process would ask for it now. Raises :class:`scraper.errors.NotFoundError`."""
        if source_key not in self._entries:
            raise NotFoundError("source", source_key)
        return self._entries[source_key][1]


def basic_credentials(user: str, password: str) -> str:
    """A value for ``Authorization`` (RFC 7617). Raises ``ValueError`` for a user name with a colon in it."""
    if ":" in user:
        raise ValueError("a user name cannot have a colon in it")
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
