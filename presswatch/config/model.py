"""What the configuration says, as values: the desired state of sources, channels and rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal

from presswatch.secrets import Secret
from scheduler.selection import TOLD_BY_DEFAULT, names_source
from scheduler.timing import Quiet, Rate
from scraper.errors import NotFoundError
from scraper.types import ChangeKind, Recipe

AUTO: Final = "auto"
"""In place of an interval: a source is looked at when it pays."""
ChannelType = Literal["console", "webhook", "apprise", "mail", "file", "command"]


@dataclass(frozen=True, slots=True)
class WebSubConfig:
    """Where hubs call (``callback``, a public address ending in a slash), and where that is answered."""

    callback: str
    listen: str = "127.0.0.1:8765"

    @property
    def place(self) -> tuple[str, int]:
        """Host and port to listen on."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


@dataclass(frozen=True, slots=True)
class Settings:
    """The table ``[presswatch]``.

    ``budget`` is how often a source whose ``every`` is :data:`AUTO` is looked at in a day, on average over all those,
    answers "not modified" counting a quarter.
    ``timezone`` is an IANA name, ``None`` for the machine's own zone. ``site_spacing`` is the shortest time between two
    requests to one site. ``retry_first`` and ``retry_max`` bound the wait after failed checks, which grows each time.
    """

    contact: str | None = None
    every: timedelta | Literal["auto"] = AUTO
    budget: int = 48
    site_spacing: timedelta = timedelta(seconds=2)
    timeout: timedelta = timedelta(seconds=30)
    concurrency: int = 8
    retry_first: timedelta = timedelta(minutes=10)
    retry_max: timedelta = timedelta(hours=4)
    keep_suspect: timedelta = timedelta(days=30)
    keep_baseline: timedelta = timedelta(days=90)
    keep_evidence: timedelta | None = None
    keep_screenshots: timedelta | None = timedelta(days=365)
    chromium: str | None = None
    websub: WebSubConfig | None = None
    burst: int = 10
    heartbeat: Secret | None = None
    heartbeat_every: timedelta = timedelta(minutes=5)
    timezone: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Auth:
    """Who we are to a source: ``user`` and ``password``, or a bearer ``token``."""

    user: Secret | None = None
    password: Secret | None = None
    token: Secret | None = None

    def secrets(self) -> tuple[Secret, ...]:
        """The values that are given."""
        return tuple(value for value in (self.user, self.password, self.token) if value is not None)


@dataclass(frozen=True, slots=True)
class PostConfig:
    """What is posted for a listing: the fields of a ``form``, or ``json``; ``first`` is asked for before."""

    form: tuple[tuple[str, Secret], ...] = ()
    json: Secret | None = None
    first: str | None = None

    def secrets(self) -> tuple[Secret, ...]:
        """The values that are given."""
        return (*(value for _, value in self.form), *((self.json,) if self.json else ()))


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """One of ``[[sources]]``. ``id`` never changes; ``slug`` and ``name`` may.

    ``every`` and ``at`` (a cron expression) are ``None`` where the source has no times of its own, ``hours`` (from when
    to when) where it may be looked at always, ``channels`` where it has no channels of its own,
    ``language`` and ``timezone`` where the page decides. ``headers``, ``auth`` and ``post`` go to the origin of ``url``
    only.
    """

    id: str
    slug: str
    url: str
    name: str
    tags: tuple[str, ...] = ()
    every: timedelta | Literal["auto"] | None = None
    at: str | None = None
    hours: Quiet | None = None
    weight: float = 1.0
    channels: tuple[str, ...] | None = None
    headers: tuple[tuple[str, Secret], ...] = ()
    auth: Auth | None = None
    post: PostConfig | None = None
    cookies: bool = False
    proxy: Secret | None = None
    browser: Literal["never", "auto", "always"] = "never"
    screenshot: bool = False
    language: str | None = None
    timezone: str | None = None
    follow: bool = False
    paused: bool = False
    recipe: Recipe | None = None


@dataclass(frozen=True, slots=True)
class SiteConfig:
    """One of ``[sites."NAME"]``: ``name`` is a registrable domain (:func:`scraper.urls.site_of`), ``budget`` the looks
    that all its sources share."""

    name: str
    budget: Rate

    @property
    def looks_a_day(self) -> float:
        """The budget by the day."""
        return self.budget.count * (timedelta(days=1) / self.budget.per)


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """One of ``[channels.NAME]``.

    ``url`` is given for webhook, apprise and mail, ``secret`` (of Standard Webhooks) for webhook only, ``path`` for
    file only, ``sender`` and ``recipients`` for mail, ``command`` for command,
    ``template`` for apprise and mail. ``language`` and ``timezone`` are
    ``None`` where those of the settings hold. A failed delivery is retried after ``retry_first``, then after ever
    longer waits up to ``retry_max``, until ``give_up`` has passed.
    """

    name: str
    type: ChannelType
    url: Secret | None = None
    secret: Secret | None = None
    path: Path | None = None
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    template: Path | None = None
    language: str | None = None
    timezone: str | None = None
    digest: str | None = None
    quiet: Quiet | None = None
    timeout: timedelta = timedelta(seconds=20)
    rate: Rate | None = None
    retry_first: timedelta = timedelta(seconds=5)
    retry_max: timedelta = timedelta(hours=1)
    give_up: timedelta = timedelta(days=3)
    paused: bool = False


@dataclass(frozen=True, slots=True)
class RuleConfig:
    """One of ``[[rules]]``: changes of ``kinds``, of the selected sources, that say one of ``keywords``.

    ``sources`` (ids) and ``tags`` together select the sources that are named *or* carry one of the tags; where neither
    is written (``None``), all are selected, and an empty list selects none. ``channels`` is ``None`` where each
    source's own channels are meant, or else all channels. ``implied`` marks a rule that the file does not spell out.
    """

    name: str
    channels: tuple[str, ...] | None = None
    sources: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    kinds: tuple[ChangeKind, ...] = TOLD_BY_DEFAULT
    keywords: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    digest: str | None = None
    quiet: Quiet | None = None
    at_once: bool = False
    redesigns: bool = True
    implied: bool = False

    @property
    def is_of_none(self) -> bool:
        """Whether it selects no source, whatever there is."""
        return not self.sources and not self.tags and (self.sources, self.tags) != (None, None)

    def selects(self, source: SourceConfig) -> bool:
        """Whether changes of ``source`` are this rule's business."""
        return names_source(self.sources, self.tags, {source.id}, source.tags)


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file. ``rules`` holds the implied ones too."""

    path: Path
    settings: Settings = field(default_factory=Settings)
    sources: tuple[SourceConfig, ...] = ()
    channels: tuple[ChannelConfig, ...] = ()
    rules: tuple[RuleConfig, ...] = ()
    sites: tuple[SiteConfig, ...] = ()

    def secrets(self) -> tuple[Secret, ...]:
        """Every value that may be secret."""
        found = [value for source in self.sources for _, value in source.headers]
        found += [self.settings.heartbeat] if self.settings.heartbeat else []
        for source in self.sources:
            found += [*(source.auth.secrets() if source.auth else ()), *(source.post.secrets() if source.post else ())]
            found += [source.proxy] if source.proxy else []
        found += [value for channel in self.channels for value in (channel.url, channel.secret) if value is not None]
        return tuple(dict.fromkeys(found))

    def interval(self, source: SourceConfig) -> timedelta | None:
        """How often ``source`` is to be looked at; ``None`` if that is learnt, or fixed by :attr:`SourceConfig.at`."""
        every = self.settings.every if source.every is None and source.at is None else source.every
        return every if isinstance(every, timedelta) else None

    def source(self, name: str) -> SourceConfig:
        """The source with this slug or id. Raises :class:`NotFoundError`."""
        for source in self.sources:
            if name in (source.slug, source.id):
                return source
        raise NotFoundError("source", name, hint=self._known_sources(name))

    def select(self, names: Iterable[str]) -> tuple[SourceConfig, ...]:
        """The sources named by slug or id, or by ``@tag``, in the file's order; all of them if nothing is named.
        Raises :class:`NotFoundError` for a name or tag that selects nothing."""
        wanted: set[str] = set()
        for name in names:
            if name.startswith("@"):
                tagged = {source.id for source in self.sources if name[1:] in source.tags}
                if not tagged:
                    raise NotFoundError("tag", name[1:])
                wanted |= tagged
            else:
                wanted.add(self.source(name).id)
        return tuple(source for source in self.sources if source.id in wanted) if wanted else self.sources

    def channel(self, name: str) -> ChannelConfig:
        """The channel with this name. Raises :class:`NotFoundError`."""
        for channel in self.channels:
            if channel.name == name:
                return channel
        known = ", ".join(channel.name for channel in self.channels[:10])
        raise NotFoundError("channel", name, hint=f"configured are: {known}" if known else "none is configured")

    def _known_sources(self, name: str) -> str:
        from difflib import get_close_matches

        near = get_close_matches(name, [source.slug for source in self.sources], n=1, cutoff=0.6)
        if near:
            return f"did you mean {near[0]}?"
        return "presswatch list shows the sources" if self.sources else "none is configured"
