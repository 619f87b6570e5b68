"""Which messages a check's changes become: written in the check's own transaction (transactional outbox)."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from scheduler.fact_rows import load_changes
from scheduler.facts import ChangeFacts, MessageKind
from scheduler.folding import article_urls, join_telling, record_telling, take_out
from scheduler.payload import digest_sizes
from scheduler.rules import DEFAULT_RULE, Rule, channels_of, matches
from scheduler.timing import AT_ONCE, Timing, release_at
from scraper.clock import to_text
from scraper.hooks import RecordedChange


@dataclass(frozen=True, slots=True)
class TellingPlan:
    """Whom to tell what, as configured.

    ``channels`` names all channels in the configuration's order; ``of_source`` the channels of single sources, by
    source id; ``timings`` when channels may be told, by name (else: at once). More than ``burst`` changes of one check
    become one digest per channel.
    """

    channels: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = (DEFAULT_RULE,)
    of_source: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    burst: int = 10
    timings: Mapping[str, Timing] = field(default_factory=dict)

    def release_at(self, rule: Rule, channel: str, now: datetime) -> datetime | None:
        """When a change that ``rule`` wants told is told on ``channel``; ``None``: at once."""
        if rule.at_once:
            return None
        timing = self.timings.get(channel, AT_ONCE)
        timing = replace(timing, digest=rule.digest or timing.digest, quiet=rule.quiet or timing.quiet)
        return None if timing.digest is None and timing.quiet is None else release_at(timing, now)

    def wishes(self, change: ChangeFacts, channels: Sequence[str], now: datetime) -> dict[str, list[Rule]]:
        """By channel the rules that want ``change``, noticed ``now``, told there. It is told once, by the first of
        them: the one that tells it soonest, of several the one that stands first in the file."""
        found: dict[str, list[Rule]] = {}
        for rule in self.rules:
            if matches(rule, change):
                for name in channels_of(rule, change.source, channels=channels, of_source=self.of_source):
                    found.setdefault(name, []).append(rule)
        for name, rules in found.items():
            if len(rules) > 1:
                rules.sort(key=lambda rule, name=name: self.release_at(rule, name, now) or now)  # type: ignore[misc]
        return found


class MessagePlanner:
    """A :class:`scraper.hooks.ChangeListener`. Replace :attr:`plan` when the configuration changes.

    The channels must be known to the database (:func:`scheduler.registry.sync_channels`); one that is not, or is no
    longer configured, or is disabled, gets nothing.
    """

    def __init__(self, plan: TellingPlan) -> None:
        self.plan = plan

    def changes_recorded(self, conn: sqlite3.Connection, changes: Sequence[RecordedChange], now: datetime) -> int:
        """Write the messages due for the ``changes`` of one check, given in the order in which they are to be told;
        how many were written. A change is told at most once per channel, however many rules want it."""
        tellable = [change.change_id for change in changes if change.tell]
        open_channels = self._open_channels(conn) if tellable else {}
        if not open_channels:
            return 0
        facts = load_changes(conn, tellable)
        ordered = [facts[change_id] for change_id in tellable]
        urls = article_urls(ordered)
        rule_ids = {row["name"]: row["id"] for row in conn.execute("SELECT id, name FROM rules WHERE active = 1")}
        written = 0
        for name, told in self._assign(ordered, tuple(open_channels), now).items():
            channel = _Channel(name, *open_channels[name], rule_ids=rule_ids, now=now)
            written += self._tell(conn, channel, told, urls)
        return written

    def _tell(self, conn: sqlite3.Connection, channel: _Channel, told: Sequence[_Told], urls: Mapping[int, str]) -> int:
        """Write what one channel is told of one check; how many messages that made."""
        at_once: list[_Told] = []
        later: dict[datetime, list[_Told]] = {}
        first: dict[int, str] = {}
        articles = _Articles(urls)
        for rule, change in told:
            release = self.plan.release_at(rule, channel.name, channel.now)
            url = urls.get(change.change_id)
            fate = join_telling(conn, channel.channel_id, change, url, release) if url else "told"
            if fate == "new" and url:
                first[change.change_id] = url
            if fate == "sooner" and url:
                articles.earlier[change.change_id] = take_out(conn, channel.channel_id, url)
            if fate != "joined":
                (at_once if release is None else later.setdefault(release, [])).append((rule, change))
        written = 0
        for kind, rule, group in _in_messages(at_once, self.plan.burst, for_program=channel.kind in PROGRAM_KINDS):
            tokens = [_token(change, first) for change in group]
            written += _write(conn, _Planned(channel, kind, rule, group, tokens), articles)
        for release, group_told in later.items():
            written += _hold(conn, channel, release, group_told, articles)
        return written

    def _open_channels(self, conn: sqlite3.Connection) -> dict[str, tuple[int, str]]:
        """Id and kind of the channels that may be told, in the configuration's order."""
        rows = conn.execute("SELECT name, id, kind FROM channels WHERE active = 1 AND disabled_at IS NULL")
        known = {row["name"]: (row["id"], row["kind"]) for row in rows}
        return {name: known[name] for name in self.plan.channels if name in known}

    def _assign(self, facts: Iterable[ChangeFacts], channels: Sequence[str], now: datetime) -> dict[str, list[_Told]]:
        """For each channel what it is told, with the rule that has it told."""
        assigned: dict[str, list[_Told]] = {name: [] for name in channels}
        for change in facts:
            for name, rules in self.plan.wishes(change, channels, now).items():
                assigned[name].append((rules[0], change))
        return assigned


PROGRAM_KINDS = frozenset({"webhook", "file", "command"})
"""Channels that programs read: they need every item by name, where a person is served by a count."""

_Told = tuple[Rule, ChangeFacts]


@dataclass(frozen=True, slots=True)
class _Channel:
    name: str
    channel_id: int
    kind: str
    rule_ids: Mapping[str, int]
    now: datetime


@dataclass(frozen=True, slots=True)
class _Planned:
    channel: _Channel
    kind: MessageKind
    rule: Rule
    changes: tuple[ChangeFacts, ...]
    tokens: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Articles:
    """``urls``: the canonical addresses of new articles, by change id; ``earlier``: changes that told one of them in a
    digest to come, and are told with it now."""

    urls: Mapping[int, str]
    earlier: dict[int, list[int]] = field(default_factory=dict)


def _token(change: ChangeFacts, first: Mapping[int, str]) -> str:
    """What a message's id is made from. A new article counts by its address, so that its message has one id whichever
    of its pages is looked at first when checks are redone after a power cut."""
    url = first.get(change.change_id)
    return f"article:{url}" if url else change.event_id


def _in_messages(
    told: Sequence[_Told], burst: int, *, for_program: bool
) -> list[tuple[MessageKind, Rule, tuple[ChangeFacts, ...]]]:
    """Single messages, or above ``burst`` a digest: one for people, for programs as many as it takes to name all."""
    if len(told) > burst:
        rest = iter(told)
        sizes = digest_sizes([change for _, change in told]) if for_program else [len(told)]
        parts = [list(islice(rest, size)) for size in sizes]
        return [("digest", part[0][0], tuple(change for _, change in part)) for part in parts]
    return [("change", rule, (change,)) for rule, change in told]


def _write(conn: sqlite3.Connection, planned: _Planned, articles: _Articles) -> int:
    channel, at = planned.channel, to_text(planned.channel.now)
    row = conn.execute(
        "INSERT INTO messages(message_id, channel_id, rule_id, source_id, kind, created_at, due_at) "
        "VALUES (?, ?, ?, (SELECT source_id FROM changes WHERE id = ?), ?, ?, ?) "
        "ON CONFLICT(message_id) DO NOTHING RETURNING id",
        (
            make_message_id(channel.name, planned.tokens),
            channel.channel_id,
            channel.rule_ids.get(planned.rule.name),
            planned.changes[0].change_id if len({change.source.key for change in planned.changes}) == 1 else None,
            planned.kind,
            at,
            at,
        ),
    ).fetchone()
    if row is None:
        return 0
    _list_changes(conn, channel, row["id"], planned.changes, articles)
    return 1


def _hold(
    conn: sqlite3.Connection, channel: _Channel, release: datetime, told: Sequence[_Told], articles: _Articles
) -> int:
    """Put changes into the channel's digest of ``release``, and begin it if there is none; how many were begun."""
    due = to_text(release)
    name = make_held_id(channel.name, due)
    begun = conn.execute(
        "INSERT INTO messages(message_id, channel_id, rule_id, kind, created_at, due_at, state) "
        "VALUES (?, ?, ?, 'digest', ?, ?, 'held') ON CONFLICT(message_id) DO NOTHING",
        (name, channel.channel_id, channel.rule_ids.get(told[0][0].name), to_text(channel.now), due),
    ).rowcount
    message_id = conn.execute("SELECT id FROM messages WHERE message_id = ?", (name,)).fetchone()["id"]
    _list_changes(conn, channel, message_id, [change for _, change in told], articles)
    return begun


def make_held_id(channel: str, due: str) -> str:
    """The id that the digest for ``due`` (a moment as the database has it) goes by until it is released."""
    return make_message_id(channel, ["held", due]).replace("msg_", "held_")


def _list_changes(
    conn: sqlite3.Connection,
    channel: _Channel,
    message_id: int,
    changes: Sequence[ChangeFacts],
    articles: _Articles,
) -> None:
    conn.executemany(
        "INSERT OR IGNORE INTO message_changes(message_id, change_id) VALUES (?, ?)",
        [(message_id, change.change_id) for change in changes],
    )
    for change in changes:
        conn.executemany(
            "INSERT OR IGNORE INTO message_changes(message_id, change_id, also_of) VALUES (?, ?, ?)",
            [(message_id, other, change.change_id) for other in articles.earlier.get(change.change_id, ())],
        )
        if change.change_id in articles.urls:
            record_telling(conn, channel.channel_id, articles.urls[change.change_id], change.change_id, message_id)


def make_message_id(channel: str, event_ids: Iterable[str]) -> str:
    """The fixed id of a message: the same whenever the same events are told to the same channel, so that a check that
    is redone after a power cut repeats no id with other contents and no contents with another id.

    36 ASCII characters, fit for ``webhook-id`` and, before an ``@``, for ``Message-ID``.
    """
    seed = "\n".join((channel, *sorted(event_ids)))
    return "msg_" + hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:32]
