"""What is on record of a source when one of its checks is committed: asked for once."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from scraper import health
from scraper.clock import to_text
from scraper.errors import LeaseLostError, NotFoundError
from scraper.store import leases
from scraper.store.write_episode import may_change_episode
from scraper.store.writing import CheckRecord

_STANDING = """
SELECT s.*, l.token AS lease_token, l.holder AS lease_holder, c.id AS check_id, c.outcome AS check_outcome,
       c.reason AS check_reason, c.http_status AS check_status, c.items AS check_items,
       e.id AS episode_id, e.class AS episode_class, r.item AS learnt_item,
       EXISTS (SELECT 1 FROM flaps WHERE source_id = s.id AND settled_at IS NULL AND field = 'listed') AS has_returned
FROM sources s LEFT JOIN leases l ON l.name = :lease
LEFT JOIN checks c ON c.id = (SELECT max(id) FROM checks WHERE source_id = s.id)
LEFT JOIN episodes e ON e.id =
  (SELECT min(id) FROM episodes WHERE source_id = s.id AND class <> 'silent' AND closed_at IS NULL)
LEFT JOIN recipes r ON r.source_id = s.id AND r.origin = 'learnt' AND r.retired_at IS NULL
WHERE s.id = :source
"""


def load_standing(conn: sqlite3.Connection, record: CheckRecord) -> sqlite3.Row:
    """The source's row, with its last check (``check_…``), its open episode (``episode_…``) and what its learnt recipe
    says of items (``learnt_item``), null where there is none, and whether some of its items come and go
    (``has_returned``). Raises :class:`LeaseLostError` unless the check's first lease still holds,
    :class:`NotFoundError`."""
    name, token = record.leases[0]
    row: sqlite3.Row | None = conn.execute(_STANDING, {"lease": name, "source": record.source_id}).fetchone()
    if row is None:
        leases.require(conn, name, token)
        raise NotFoundError("source", str(record.source_id))
    if row["lease_token"] != token or row["lease_holder"] is None:
        raise LeaseLostError(name)
    return row


def may_tell(record: CheckRecord, source: sqlite3.Row, policy: health.EpisodePolicy, now: datetime) -> bool:
    """Whether committing ``record`` may lead to a change that is told. ``source`` is of :func:`load_standing`."""
    return (
        record.has_changes
        or (record.diff is not None and source["has_returned"])
        or may_change_episode(record, source, policy)
        or (source["silent_after_at"] is not None and source["silent_after_at"] <= to_text(now))
    )
