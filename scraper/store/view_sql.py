"""The views, which people and the web pages query rather than the tables."""

from __future__ import annotations

VIEWS = """
CREATE VIEW latest_items AS
SELECT i.id, s.slug AS source, i.title, i.url, i.published_on, i.first_seen_at, i.status, i.revision, i.summary,
       i.author, i.item_key, s.name AS source_name, i.is_baseline
FROM items i JOIN sources s ON s.id = i.source_id
WHERE i.status <> 'merged'
ORDER BY i.id DESC;

CREATE VIEW item_history AS
SELECT c.id AS change_id, c.changed_at, s.slug AS source, c.kind, c.fields, c.reason, i.item_key,
       coalesce(r.title, i.title) AS title, coalesce(r.url, i.url) AS url, r.summary, r.published_on,
       c.revision, c.tell, c.item_id
FROM changes c
JOIN sources s ON s.id = c.source_id
JOIN items i ON i.id = c.item_id
LEFT JOIN revisions r ON r.item_id = c.item_id AND r.number = c.revision;

CREATE VIEW item_as_of AS
SELECT r.item_id, i.item_key, s.slug AS source, r.number AS revision, r.recorded_at AS valid_from,
       -- the earliest of all later ones: after the clock was set back there is still one form at each moment
       (SELECT min(n.recorded_at) FROM revisions n WHERE n.item_id = r.item_id AND n.number > r.number) AS valid_to,
       r.title, r.url, r.summary, r.author, r.image_url, r.published_on, r.published_at, r.published_raw, r.fields
FROM revisions r JOIN items i ON i.id = r.item_id JOIN sources s ON s.id = i.source_id;

CREATE VIEW source_health AS
SELECT s.slug AS source, s.name, s.url, s.outcome, s.failures, s.last_check_at, s.last_ok_at, s.last_changed_at,
       c.next_check_at, c.interval_s,
       (SELECT group_concat(e.class, ', ') FROM episodes e WHERE e.source_id = s.id AND e.closed_at IS NULL) AS unwell,
       (SELECT k.message FROM checks k WHERE k.source_id = s.id ORDER BY k.id DESC LIMIT 1) AS last_message,
       (SELECT count(*) FROM items i WHERE i.source_id = s.id AND i.status <> 'merged') AS items,
       s.paused_at, s.active
FROM sources s LEFT JOIN cadences c ON c.source_id = s.id;

CREATE VIEW pending_messages AS
SELECT m.id, ch.name AS channel, m.message_id, m.kind, m.state, m.created_at, m.due_at, m.attempts, m.last_error,
       s.slug AS source,
       (SELECT count(*) FROM message_changes x WHERE x.message_id = m.id AND x.also_of IS NULL) AS changes
FROM messages m JOIN channels ch ON ch.id = m.channel_id LEFT JOIN sources s ON s.id = m.source_id
WHERE m.state <> 'sent';
"""
