"""Questions that people ask of a watch, as SQL with a description: Datasette's saved queries, and a cookbook."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")


@dataclass(frozen=True, slots=True)
class Saved:
    """One saved query. ``name`` is the end of its address; a ``:parameter`` in ``sql`` is a field of its form."""

    name: str
    title: str
    description: str
    sql: str


def parameters_of(sql: str) -> list[str]:
    """The names of ``:name`` in ``sql``, each once; texts in quotes (times have colons) are passed over."""
    return list(dict.fromkeys(_PARAMETER.findall(re.sub(r"'[^']*'", "''", sql))))


QUERIES = (
    Saved("new-today", "New in the last 24 hours", "Items found in the last 24 hours, without what a first look found.",
          "select first_seen_at, source, title, url, published_on from latest_items\n"
          "where is_baseline = 0 and first_seen_at >= strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 day')\n"
          "order by id desc limit 500"),
    Saved("headlines-changed", "Headlines that were changed", "Before and after, the latest edit first.",
          "select c.changed_at, s.slug as source, p.title as before, r.title as after, r.url\n"
          "from changes c join sources s on s.id = c.source_id\n"
          "join revisions r on r.item_id = c.item_id and r.number = c.revision\n"
          "join revisions p on p.item_id = c.item_id and p.number = c.revision - 1\n"
          "where c.kind = 'revised' and p.title <> r.title order by c.id desc limit 500"),
    Saved("withdrawn", "What was withdrawn", "Items that vanished from between others that stayed, and when.",
          "select changed_at, source, title, url, published_on, reason from item_history\n"
          "where kind = 'withdrawn' order by change_id desc limit 500"),
    Saved("came-back", "Withdrawn and back again", "Items that were withdrawn and are listed again.",
          "select b.changed_at as back_at, a.changed_at as gone_at, b.source, b.title, b.url\n"
          "from item_history b join item_history a on a.item_id = b.item_id and a.kind = 'withdrawn'\n"
          "and a.change_id < b.change_id\n"
          "where b.kind = 'reinstated' order by b.change_id desc limit 500"),
    Saved("short-lived", "Withdrawn within a day", "Items that were gone 24 hours after they were found.",
          "select h.source, h.title, h.url, i.first_seen_at, h.changed_at as gone_at,\n"
          "  round((julianday(h.changed_at) - julianday(i.first_seen_at)) * 24, 1) as hours\n"
          "from item_history h join items i on i.id = h.item_id\n"
          "where h.kind = 'withdrawn' and i.is_baseline = 0\n"
          "and julianday(h.changed_at) - julianday(i.first_seen_at) < 1 order by h.change_id desc limit 500"),
    Saved("most-edited", "Most edited items", "How often each item was changed since it was found.",
          "select source, title, url, revision - 1 as edits, first_seen_at from latest_items\n"
          "where revision > 1 order by revision desc, id desc limit 200"),
    Saved("quiet-edits", "Edited long after publication", "Edits that came more than 30 days after the item's date.",
          "select changed_at, source, title, url, published_on, fields,\n"
          "  cast(julianday(changed_at) - julianday(published_on) as integer) as days_later\n"
          "from item_history where kind = 'revised' and julianday(changed_at) - julianday(published_on) > 30\n"
          "order by change_id desc limit 500"),
    Saved("dates-changed", "Items that were dated anew", "The printed date was changed afterwards.",
          "select c.changed_at, s.slug as source, r.title, p.published_raw as before, r.published_raw as after, r.url\n"
          "from changes c join sources s on s.id = c.source_id\n"
          "join revisions r on r.item_id = c.item_id and r.number = c.revision\n"
          "join revisions p on p.item_id = c.item_id and p.number = c.revision - 1\n"
          "where c.kind = 'revised' and p.published_on is not r.published_on order by c.id desc limit 500"),
    Saved("moved", "Items that moved", "The same item at a new address.",
          "select c.changed_at, s.slug as source, r.title, p.url as before, r.url as after\n"
          "from changes c join sources s on s.id = c.source_id\n"
          "join revisions r on r.item_id = c.item_id and r.number = c.revision\n"
          "join revisions p on p.item_id = c.item_id and p.number = c.revision - 1\n"
          "where p.url is not r.url order by c.id desc limit 500"),
    Saved("as-of", "How a page read on a day", "The form of each item of a source at a moment (UTC), the newest first.",
          "select title, url, published_on, valid_from, valid_to from item_as_of\n"
          "where source = :source and valid_from <= :moment and (valid_to is null or valid_to > :moment)\n"
          "order by item_id desc limit 200"),
    Saved("per-day", "Items a day", "How many items each source published on each of the last 30 days.",
          "select published_on as day, s.slug as source, count(*) as items\n"
          "from items i join sources s on s.id = i.source_id\n"
          "where published_on >= date('now', '-30 days') and status <> 'merged'\n"
          "group by 1, 2 order by 1 desc, 3 desc limit 1000"),
    Saved("per-weekday", "The rhythm of the week", "On which day of the week a source publishes.",
          "select case strftime('%w', published_on) when '0' then 'Sunday' when '1' then 'Monday'\n"
          "  when '2' then 'Tuesday' when '3' then 'Wednesday' when '4' then 'Thursday' when '5' then 'Friday'\n"
          "  else 'Saturday' end as weekday, count(*) as items\n"
          "from items i join sources s on s.id = i.source_id\n"
          "where s.slug = :source and published_on is not null group by strftime('%w', published_on)\n"
          "order by (strftime('%w', published_on) + 6) % 7"),
    Saved("friday-evening", "Published late on a Friday", "Items found on a Friday after 16:00 UTC.",
          "select first_seen_at, source, title, url from latest_items\n"
          "where is_baseline = 0 and strftime('%w', first_seen_at) = '5' and substr(first_seen_at, 12, 2) >= '16'\n"
          "order by id desc limit 500"),
    Saved("dated-back", "Found long after their date", "New items whose printed date lay more than a week back.",
          "select first_seen_at, source, title, url, published_on,\n"
          "  cast(julianday(first_seen_at) - julianday(published_on) as integer) as days\n"
          "from latest_items where is_baseline = 0 and julianday(first_seen_at) - julianday(published_on) > 7\n"
          "order by id desc limit 500"),
    Saved("how-soon", "How soon we noticed", "Minutes from the printed time to our first sight.",
          "select s.slug as source, count(*) as items,\n"
          "  round(avg((julianday(first_seen_at) - julianday(published_at)) * 1440)) as mean_minutes,\n"
          "  round(min((julianday(first_seen_at) - julianday(published_at)) * 1440)) as least_minutes\n"
          "from items i join sources s on s.id = i.source_id\n"
          "where is_baseline = 0 and published_at is not null and published_precision in ('minute', 'second')\n"
          "group by s.slug order by 3"),
    Saved("same-headline", "One headline on several sources", "Items with the same title on more than one source.",
          "select title, group_concat(distinct source) as sources, min(first_seen_at) as first_seen_at\n"
          "from latest_items where first_seen_at >= strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-30 days')\n"
          "group by title having count(distinct source) > 1 order by 3 desc limit 200"),
    Saved("search", "Search", "Words in title and summary (FTS5: \"a phrase\", word*, NOT), the newest first.",
          "select i.first_seen_at, s.slug as source, i.title, i.url, i.published_on\n"
          "from items_fts f cross join items i on i.id = f.rowid join sources s on s.id = i.source_id\n"
          "where items_fts match :words order by f.rowid desc limit 200"),
    Saved("phrase-per-month", "A phrase over time", "In how many items a month a word or phrase occurs.",
          "select substr(coalesce(i.published_on, i.first_seen_at), 1, 7) as month, count(*) as items\n"
          "from items_fts f cross join items i on i.id = f.rowid\n"
          "where items_fts match :words group by 1 order by 1 desc limit 120"),
    Saved("undated", "Items without a date", "What a source lists without a date that we could read.",
          "select source, count(*) as items, max(first_seen_at) as latest_at from latest_items\n"
          "where published_on is null group by source order by 2 desc"),
    Saved("unwell", "Sources in trouble", "Open episodes, the longest first.",
          "select s.slug as source, e.class, e.opened_at, e.reason, s.url\n"
          "from episodes e join sources s on s.id = e.source_id where e.closed_at is null order by e.opened_at"),
    Saved("availability", "How often each source answers", "Share of looks in the last 30 days that were believable.",
          "select s.slug as source, sum(k.count) as looks,\n"
          "  round(100.0 * sum(case when k.outcome in ('failed', 'suspect') then 0 else k.count end)\n"
          "    / sum(k.count), 1) as percent_well\n"
          "from checks k join sources s on s.id = k.source_id\n"
          "where k.last_at >= strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-30 days') group by s.slug order by 3, 1"),
    Saved("silent", "Sources that fell silent", "Sources by the date of their latest item, the longest silent first.",
          "select s.slug as source, max(i.published_on) as latest_on, count(*) as items\n"
          "from sources s join items i on i.source_id = s.id where s.active = 1 group by s.id order by 2"),
    Saved("slow", "Slow sites", "Mean and longest answer in the check log, in milliseconds.",
          "select s.slug as source, round(avg(k.duration_ms)) as mean_ms, max(k.duration_ms) as longest_ms\n"
          "from checks k join sources s on s.id = k.source_id group by s.id order by 2 desc limit 100"),
    Saved("told", "What was told, and when", "Messages with their first change, the latest first.",
          "select m.sent_at, ch.name as channel, m.state, c.kind, i.title, s.slug as source\n"
          "from messages m join channels ch on ch.id = m.channel_id\n"
          "left join message_changes x on x.message_id = m.id and x.change_id =\n"
          "  (select min(y.change_id) from message_changes y where y.message_id = m.id)\n"
          "left join changes c on c.id = x.change_id left join items i on i.id = c.item_id\n"
          "left join sources s on s.id = c.source_id order by m.id desc limit 200"),
    Saved("delivery-delay", "From news to message", "Seconds from a change to the message that told it, by channel.",
          "select ch.name as channel, count(*) as messages,\n"
          "  round(avg((julianday(m.sent_at) - julianday(m.created_at)) * 86400), 1) as mean_seconds,\n"
          "  round(max((julianday(m.sent_at) - julianday(m.created_at)) * 86400), 1) as longest_seconds\n"
          "from messages m join channels ch on ch.id = m.channel_id where m.sent_at is not null group by ch.id"),
    Saved("dead-letters", "Messages that could not be sent", "With the last error; `presswatch retry` sends again.",
          "select * from pending_messages where state = 'dead' order by id desc limit 200"),
    Saved("marked", "Starred and noted", "What people marked in the web pages, the latest mark first.",
          "select m.changed_at, i.source, i.title, i.url, m.starred_at is not null as starred, m.note\n"
          "from marks m join latest_items i on i.id = m.item_id\n"
          "where m.starred_at is not null or m.note is not null order by m.changed_at desc limit 500"),
    Saved("not-told", "Changes that nobody was told of", "Recorded and matched by no rule, or meant for no channel.",
          "select c.changed_at, s.slug as source, c.kind, i.title, c.reason\n"
          "from changes c join sources s on s.id = c.source_id left join items i on i.id = c.item_id\n"
          "where not exists (select 1 from message_changes x where x.change_id = c.id) order by c.id desc limit 500"),
    Saved("evidence", "Kept pages", "Stored answers, whose bytes lie in the folder captures.",
          "select captured_at, url, content_type, bytes, stored_bytes, retention, sha256 from captures\n"
          "order by captured_at desc limit 200"),
    Saved("storage", "Where the rows are", "How many items, changes and looks each source has.",
          "select s.slug as source, (select count(*) from items i where i.source_id = s.id) as items,\n"
          "  (select count(*) from changes c where c.source_id = s.id) as changes,\n"
          "  (select coalesce(sum(k.count), 0) from checks k where k.source_id = s.id) as looks\n"
          "from sources s order by 2 desc limit 500"),
    Saved("why-this-item", "Why an item is the item it is", "The decisions about one item's identity, by its number.",
          "select decided_at, decision, reason from identity_log where item_id = :item order by id"),
)  # fmt: skip
