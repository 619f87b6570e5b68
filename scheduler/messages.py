"""Which messages a check's changes become: written in the check's own transaction (transactional outbox)."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from scheduler.fact_rows import load_changes
from scheduler.facts import ChangeFacts, MessageKind
from scheduler.rules import DEFAULT_RULE, Rule, channels_of, matches
from scraper.clock import to_text
from scraper.hooks import RecordedChange


@dataclass(frozen=True, slots=True)
class TellingPlan:
    """Whom to tell what, as configured.

    ``channels`` names all channels in the configuration's order; ``of_source`` the channels of single sources, by
    source id. More than ``burst`` changes of one check become one digest per channel.
    """

    channels: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = (DEFAULT_RULE,)
    of_source: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    burst: int = 10


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
        per_channel = self._assign([facts[change_id] for change_id in tellable], tuple(open_channels))
        rule_ids = {row["name"]: row["id"] for row in conn.execute("SELECT id, name FROM rules WHERE active = 1")}
        written = 0
        for channel, told in per_channel.items():
            channel_id, channel_kind = open_channels[channel]
            for_program = channel_kind in PROGRAM_KINDS
            for kind, rule, group in _in_messages(told, self.plan.burst, for_program=for_program):
                planned = _Planned(channel, channel_id, kind, rule_ids.get(rule.name), group)
                written += _write(conn, planned, now)
        return written

    def _open_channels(self, conn: sqlite3.Connection) -> dict[str, tuple[int, str]]:
        """Id and kind of the channels that may be told, in the configuration's order."""
        rows = conn.execute("SELECT name, id, kind FROM channels WHERE active = 1 AND disabled_at IS NULL")
        known = {row["name"]: (row["id"], row["kind"]) for row in rows}
        return {name: known[name] for name in self.plan.channels if name in known}

    def _assign(self, facts: Iterable[ChangeFacts], channels: Sequence[str]) -> dict[str, list[_Told]]:
        """For each channel what it is told, with the first rule that wants it."""
        assigned: dict[str, list[_Told]] = {name: [] for name in channels}
        for change in facts:
            told: set[str] = set()
            for rule in self.plan.rules:
                if not matches(rule, change):
                    continue
                targets = channels_of(rule, change.source, channels=channels, of_source=self.plan.of_source)
                for name in targets:
                    if name not in told:
                        told.add(name)
                        assigned[name].append((rule, change))
        return assigned


DIGEST_CHANGES = 40
"""Changes in one digest for a program: a body of 20 kB has room for so many."""
PROGRAM_KINDS = frozenset({"webhook", "file"})
"""Channels that programs read: they need every item by name, where a person is served by a count."""

_Told = tuple[Rule, ChangeFacts]


@dataclass(frozen=True, slots=True)
class _Planned:
    channel: str
    channel_id: int
    kind: MessageKind
    rule_id: int | None
    changes: tuple[ChangeFacts, ...]


def _in_messages(
    told: Sequence[_Told], burst: int, *, for_program: bool
) -> list[tuple[MessageKind, Rule, tuple[ChangeFacts, ...]]]:
    """Single messages, or above ``burst`` a digest: one for people, for programs as many as it takes to name all."""
    if len(told) > burst:
        size = DIGEST_CHANGES if for_program else len(told)
        parts = [told[start : start + size] for start in range(0, len(told), size)]
        return [("digest", part[0][0], tuple(change for _, change in part)) for part in parts]
    return [("change", rule, (change,)) for rule, change in told]


def _write(conn: sqlite3.Connection, planned: _Planned, now: datetime) -> int:
    message_id = make_message_id(planned.channel, [change.event_id for change in planned.changes])
    at = to_text(now)
    row = conn.execute(
        "INSERT INTO messages(message_id, channel_id, rule_id, source_id, kind, created_at, due_at) "
        "VALUES (?, ?, ?, (SELECT source_id FROM changes WHERE id = ?), ?, ?, ?) "
        "ON CONFLICT(message_id) DO NOTHING RETURNING id",
        (
            message_id,
            planned.channel_id,
            planned.rule_id,
            planned.changes[0].change_id if len({change.source.key for change in planned.changes}) == 1 else None,
            planned.kind,
            at,
            at,
        ),
    ).fetchone()
    if row is None:
        return 0
    conn.executemany(
        "INSERT INTO message_changes(message_id, change_id) VALUES (?, ?)",
        [(row["id"], change.change_id) for change in planned.changes],
    )
    return 1


def make_message_id(channel: str, event_ids: Iterable[str]) -> str:
    """The fixed id of a message: the same whenever the same events are told to the same channel, so that a check that
    is redone after a power cut repeats no id with other contents and no contents with another id.

    36 ASCII characters, fit for ``webhook-id`` and, before an ``@``, for ``Message-ID``.
    """
    seed = "\n".join((channel, *sorted(event_ids)))
    return "msg_" + hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:32]
