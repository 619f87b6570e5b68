"""The values that travel through one look. A row changes type as it travels, and the name says where it is:

``ItemData`` (extracted) -> ``KnownItem`` (remembered) -> ``ItemChange`` (to write).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal, NamedTuple

FAILURES = (
    "dns",
    "connection",
    "tls",
    "timeout",
    "http_4xx",
    "http_5xx",
    "rate_limited",
    "blocked",
    "incomplete",
    "too_large",
    "encoding",
    "redirect",
    "robots",
    "address_refused",
    "unreadable",
    "not_modified_unasked",
    "internal",
)
"""Classes of a failed check, as stored in ``checks.reason``."""


class Precision(StrEnum):
    """How finely a date is known. Coarser than ``DAY`` means that no calendar day can be given."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Published:
    """When a page says that an item was published.

    ``on`` is the calendar date as printed, ``None`` where the precision is coarser than a day.
    ``at`` is an aware UTC instant, given only where the page shows a time *and* its offset is known;
    a date without a time is never turned into an instant.
    ``raw`` is the text as printed; ``method`` names where it was found (``time_datetime``, ``text``, ``json_ld``,
    ``feed``, ``url``, ``relative``, ``heading`` ...); ``offset_minutes`` is the printed offset from UTC.
    ``local_time`` is the printed time of day as ``HH:MM[:SS]`` (kept also where the offset is unknown).
    """

    raw: str
    method: str
    precision: Precision = Precision.DAY
    on: date | None = None
    at: datetime | None = None
    offset_minutes: int | None = None
    local_time: str | None = None

    def iso(self) -> str | None:
        """ISO 8601: a date-time with offset where the instant is known, a local one where a time is printed,
        else the date; ``None`` where no day is known."""
        if self.on is None:
            return None
        if self.at is not None:
            from datetime import timedelta, timezone

            return self.at.astimezone(timezone(timedelta(minutes=self.offset_minutes or 0))).isoformat()
        return f"{self.on.isoformat()}T{self.local_time}" if self.local_time else self.on.isoformat()


@dataclass(frozen=True, slots=True)
class ItemData:
    """One item as a page shows it.

    ``url`` is absolute http(s) or ``None`` (a teaser without a link). ``guid`` is the publisher's own id (a feed's
    ``guid``/``id``), if any. ``provenance`` maps a field name to where it was read (a path or a tier's name).
    """

    title: str
    url: str | None = None
    published: Published | None = None
    summary: str | None = None
    author: str | None = None
    image_url: str | None = None
    guid: str | None = None
    provenance: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleData:
    """The page's own article, if it is one (or is one as well as a listing). ``text`` has a blank line between
    paragraphs."""

    title: str
    text: str
    published: Published | None = None
    author: str | None = None
    url: str | None = None


class PageKind(StrEnum):
    """What a page is."""

    LISTING = "listing"
    ARTICLE = "article"
    BOTH = "both"
    LOGIN = "login"
    BLOCKED = "blocked"
    APP_SHELL = "app_shell"
    ERROR = "error"
    EMPTY = "empty"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How believable an extraction is. ``confidence`` is in 0..1; ``reasons`` are short sentences."""

    kind: PageKind
    confidence: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """Where a source's items are on its page: learnt, or written by hand.

    Selectors are CSS. ``listing`` (optional) narrows the page, ``item`` matches each record; the others are relative
    to the record. A selector may end in ``@attr`` to read an attribute. ``hook`` is a dotted path
    ``package.module:function`` of a Python callable ``(soup: BeautifulSoup, url: str) -> Iterable[Mapping]`` with the
    keys ``title, url, published, summary``; it excludes the selectors. ``timezone`` is an IANA name for printed times.
    """

    origin: Literal["learnt", "hand"] = "learnt"
    item: str | None = None
    listing: str | None = None
    title: str | None = None
    link: str | None = None
    date: str | None = None
    summary: str | None = None
    hook: str | None = None
    date_order: Literal["DMY", "MDY", "YMD"] | None = None
    timezone: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class PagePrint:
    """What may not change of a page for its items to be the same (:mod:`scraper.pageprint`).

    ``pieces`` counts its tags; ``places`` are those that carry what the items say, all between ``start`` and ``stop``,
    ``mentions`` those elsewhere that name an item. The others are digests (hexadecimal): of the elements, of the
    pieces at ``places``, of the text between them, of those at ``mentions``; ``None`` where that changes of itself.
    """

    pieces: int
    skeleton: str
    places: tuple[int, ...]
    start: int
    stop: int
    content: str
    around: str | None
    mentions: tuple[int, ...]
    elsewhere: str | None


@dataclass(frozen=True, slots=True)
class HubLink:
    """A hub (W3C WebSub) that tells of news of ``topic_url``."""

    hub_url: str
    topic_url: str


@dataclass(frozen=True, slots=True)
class FeedHints:
    """What a feed says of when it wants to be read; false if it says nothing. ``wait`` is the time between two looks;
    ``skip_hours`` (0 to 23) and ``skip_days`` (0 is Monday), both UTC, are those in which it asks not to be read."""

    wait: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wait or self.skip_hours or self.skip_days)


Way = Literal["plain", "feed", "json", "browser"]


@dataclass(frozen=True, slots=True)
class Access:
    """How a source's listing is read. ``url`` and ``recipe`` are given for ``feed`` and ``json``: what is read in place
    of the page, and how. ``shell_sha256`` is the digest of the plain page that this was found out for, ``decided_at``
    when."""

    way: Way
    reason: str
    url: str | None = None
    recipe: Recipe | None = None
    shell_sha256: str | None = None
    decided_at: datetime | None = None

    def is_younger_than(self, age: timedelta, now: datetime) -> bool:
        """Whether it was found out lately."""
        return self.decided_at is not None and self.decided_at > now - age


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a page says: its items in page order, its own article, and how believable that is. ``page_print`` is given
    where the page was read to be compared later."""

    items: tuple[ItemData, ...]
    article: ArticleData | None
    verdict: Verdict
    recipe: Recipe | None = None
    next_page_url: str | None = None
    feed_urls: tuple[str, ...] = ()
    language: str | None = None
    page_title: str | None = None
    tier: str | None = None
    hub: HubLink | None = None
    page_print: PagePrint | None = None
    hints: FeedHints | None = None


class Outcome(StrEnum):
    """How one check of one source ended."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    NOT_MODIFIED = "not_modified"
    SUSPECT = "suspect"
    FAILED = "failed"


class ChangeKind(StrEnum):
    """A fact in the change log."""

    ADDED = "added"
    SURFACED = "surfaced"
    REVISED = "revised"
    RELOCATED = "relocated"
    WITHDRAWN = "withdrawn"
    REINSTATED = "reinstated"
    EPISODE_OPENED = "episode_opened"
    EPISODE_CLOSED = "episode_closed"


class EpisodeClass(StrEnum):
    """A stretch in which a source is unwell."""

    FAILING = "failing"
    BLOCKED = "blocked"
    EMPTY = "empty"
    SHRUNK = "shrunk"
    APP_SHELL = "app_shell"
    LAYOUT_CHANGED = "layout_changed"
    REDIRECTED = "redirected"
    SILENT = "silent"


class ItemKey(NamedTuple):
    """A sign by which an item is recognised. ``strong`` keys decide at once, weak ones only together."""

    kind: Literal["guid", "url", "url_id", "slug", "title_date", "title", "text"]
    key: str
    strong: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier edit of an item: what ``field`` said before, and until when."""

    field: str
    was: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Flap:
    """A field that goes to and fro: since when, how many times so far, what the page showed last and what was told
    last (see :func:`scraper.flaps.essence`), and when it has settled if nothing else is shown until then."""

    began_at: datetime
    turns: int
    shown: str
    told: str
    settles_at: datetime


@dataclass(frozen=True, slots=True)
class FlapStep:
    """What becomes of the flapping of one field of an item; ``flap`` is ``None`` if it has settled."""

    field: str
    flap: Flap | None


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item as remembered. ``rank`` orders the last listing (highest first); ``listed`` says whether the item was
    on it; ``missed`` counts the believable checks since it vanished from between items that stayed. ``turns`` are its
    latest edits, the oldest first; ``flaps`` the fields that go to and fro; ``returns`` says how often it was back
    lately after a withdrawal, ``quietly`` that its last withdrawal was told to nobody."""

    item_id: int
    item_key: str
    data: ItemData
    keys: frozenset[ItemKey]
    rank: float
    listed: bool
    revision: int
    withdrawn: bool = False
    missed: int = 0
    turns: tuple[Turn, ...] = ()
    flaps: tuple[tuple[str, Flap], ...] = ()
    returns: int = 0
    quietly: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """How an extracted item was recognised: ``by`` names the deciding key kinds; ``known`` is ``None`` if it is new."""

    data: ItemData
    keys: tuple[ItemKey, ...]
    known: KnownItem | None
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One change of one item, to be written. ``fields`` names exactly the fields that differ."""

    kind: ChangeKind
    match: Match
    fields: tuple[str, ...] = ()
    tell: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A next page that could not be read: ``url``, when the gap was noticed, and how many looks tried to read it."""

    url: str
    since: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Validators:
    """HTTP validators of a stored response (RFC 9110 8.8), valid for ``url`` only."""

    url: str
    etag: str | None = None
    last_modified: str | None = None

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True, slots=True)
class Page:
    """A complete answer: ``body`` is decoded from its content-coding (never from its charset). Where it stayed with
    whoever read it, it is empty and ``left_out`` says how many bytes it has."""

    url: str
    status: int
    body: bytes
    content_type: str | None = None
    validators: Validators | None = None
    redirects: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    left_out: int = 0

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return self.left_out or len(self.body)

    def without_body(self) -> Page:
        """The same answer, for those who will not read it."""
        return replace(self, body=b"", left_out=self.size)

    def at(self, url: str) -> Page:
        """The same answer, understood as if it came from ``url``."""
        return replace(self, url=url)
