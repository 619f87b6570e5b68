"""Cookies of the sources that want them: one jar per source, for as long as the process lives.

Stricter than RFC 6265, so that nothing has to be known of public suffixes: a cookie goes back to exactly the origin
(scheme, host, port) that set it, whatever its ``Domain`` says, and is never seen by another source.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from scraper.http_dates import parse_http_date
from scraper.urls import origin_of

MOST_COOKIES: Final = 50
"""Of one source. RFC 6265 6.1 asks for as many per domain."""
LONGEST: Final = 4_096
"""Characters of a cookie's name, value and path together."""
MOST_SESSIONS: Final = 2_000
_LONGEST_HEADER: Final = 8_192
_FARTHEST: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie, and the origin that set it. ``expires`` of ``None``: with the session."""

    origin: str
    path: str
    name: str
    value: str
    expires: datetime | None

    def is_for(self, origin: str, path: str, now: datetime) -> bool:
        """RFC 6265 5.1.4 and 5.4, but for the origin."""
        inside = path == self.path or path.startswith(self.path if self.path.endswith("/") else self.path + "/")
        return self.origin == origin and inside and (self.expires is None or self.expires > now)


@dataclass(slots=True)
class Session:
    """The cookies of one source. ``version`` grows whenever one of them is another than before."""

    version: int = 0
    _cookies: OrderedDict[tuple[str, str, str], Cookie] = field(default_factory=OrderedDict, repr=False)

    def header(self, url: str, now: datetime) -> str | None:
        """What to say as ``Cookie`` to ``url``; ``None``: nothing. Longer paths first (RFC 6265 5.4)."""
        origin, path = origin_of(url), urlsplit(url).path or "/"
        found = [cookie for cookie in self._cookies.values() if cookie.is_for(origin, path, now)]
        found.sort(key=lambda cookie: -len(cookie.path))
        said, size = [], 0
        for cookie in found:
            size += len(cookie.name) + len(cookie.value) + 3
            if size <= _LONGEST_HEADER:
                said.append(f"{cookie.name}={cookie.value}")
        return "; ".join(said) or None

    def cookies(self, now: datetime) -> list[Cookie]:
        """All that are in force."""
        return [cookie for cookie in self._cookies.values() if cookie.expires is None or cookie.expires > now]

    def note(self, url: str, set_cookies: Sequence[str], now: datetime) -> None:
        """Remember what an answer of ``url`` sets. What is no cookie, or too long, is left out; the oldest go first."""
        for text in set_cookies[:MOST_COOKIES]:
            cookie = _parse(url, text, now)
            if cookie is None:
                continue
            key = (cookie.origin, cookie.path, cookie.name)
            before = self._cookies.pop(key, None)
            if cookie.expires is None or cookie.expires > now:
                self._cookies[key] = cookie
            after = self._cookies.get(key)
            self.version += (before and before.value) != (after and after.value)
        while len(self._cookies) > MOST_COOKIES:
            self._cookies.popitem(last=False)


class Sessions:
    """The jars of all sources, by their keys; those that were not used for longest are forgotten first."""

    def __init__(self, most: int = MOST_SESSIONS) -> None:
        self._most = most
        self._jars: OrderedDict[str, Session] = OrderedDict()

    def of(self, source_key: str) -> Session:
        """The jar of this source."""
        jar = self._jars.setdefault(source_key, Session())
        self._jars.move_to_end(source_key)
        if len(self._jars) > self._most:
            self._jars.popitem(last=False)
        return jar

    def end(self, source_key: str) -> None:
        """Begin anew with the next request: the site may have ended the session on its side."""
        self._jars.pop(source_key, None)


def _parse(url: str, text: str, now: datetime) -> Cookie | None:
    """A ``Set-Cookie`` header (RFC 6265 5.2)."""
    first, *rest = text[: LONGEST * 2].split(";")
    name, equals, value = (part.strip(" \t") for part in first.partition("="))
    if not equals or not name or not _is_sendable(name + value):
        return None
    said = {key.strip().lower(): given.strip() for part in rest[:20] for key, _, given in [part.partition("=")]}
    if "secure" in said and not url.lower().startswith("https:"):
        return None
    path = said.get("path", "")
    if not path.startswith("/") or not _is_sendable(path):
        path = urlsplit(url).path.rpartition("/")[0] or "/"
    if len(name) + len(value) + len(path) > LONGEST:
        return None
    return Cookie(origin_of(url), path, name, value, _expiry(said, now))


def _is_sendable(text: str) -> bool:
    return all(c >= " " and c not in ";\x7f" for c in text)


def _expiry(said: dict[str, str], now: datetime) -> datetime | None:
    """When the cookie ends; ``None``: with the session."""
    age = said.get("max-age", "")
    if age.removeprefix("-").isdecimal() and age.isascii() and len(age) < 12:
        return now + min(timedelta(seconds=max(int(age), -1)), _FARTHEST)
    until = parse_http_date(said["expires"]) if said.get("expires") else None
    return min(until, now + _FARTHEST) if until else None
