"""The schema, by migration only. Literal SQL, ``STRICT`` tables; one comment per column that may be null and one per
index naming the query it serves. ``docs/schema.md`` is made from a migrated database. Times are text
``YYYY-MM-DDTHH:MM:SS.sssZ`` (always milliseconds, so that text order is time order).
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from scraper.store.view_sql import VIEWS

migrations = Migrations("presswatch")

TABLES = """
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sites (
  site TEXT PRIMARY KEY,                     -- registrable domain, or address:port
  not_before_at TEXT,                        -- no request to this site before; null: never asked yet
  spacing_s REAL,                            -- learnt or asked for (Crawl-delay); null: the configured spacing
  penalties INTEGER NOT NULL DEFAULT 0,      -- answers 429/503 in a row
  penalty_reason TEXT                        -- null: none in force
) STRICT, WITHOUT ROWID;

CREATE TABLE robots (
  origin TEXT PRIMARY KEY,                   -- scheme://host:port (RFC 9309 2.3)
  status INTEGER,                            -- HTTP status; null: unreachable
  body BLOB NOT NULL,                        -- the rules for us in 500 KiB of a 2xx answer
  fetched_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  unreachable_since_at TEXT                  -- null: reachable
) STRICT, WITHOUT ROWID;

CREATE TABLE sources (
  id INTEGER PRIMARY KEY,
  source_key TEXT NOT NULL UNIQUE,           -- stable id from the configuration; a renamed slug keeps it
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  site TEXT NOT NULL REFERENCES sites(site),
  origin TEXT NOT NULL CHECK (origin IN ('config', 'adhoc', 'file')),
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  every_s REAL,                              -- fixed interval in seconds; null: none of its own
  adaptive INTEGER NOT NULL DEFAULT 0 CHECK (adaptive IN (0, 1)),  -- 1: when it pays, whatever the default
  cron TEXT,                                 -- fixed times, five fields; null: none
  hours TEXT,                                -- looked at only then, 07:00-22:00; null: always
  weight REAL NOT NULL DEFAULT 1,            -- importance: an item of this source counts so many times
  timezone TEXT,                             -- IANA name of the site's local time; null: that of the settings
  language TEXT,                             -- null: the page's own
  follow INTEGER NOT NULL DEFAULT 0 CHECK (follow IN (0, 1)),  -- 1: the articles of new items are fetched
  created_at TEXT NOT NULL,
  removed_at TEXT,                           -- null: still configured
  paused_at TEXT,                            -- null: not paused
  baseline_at TEXT,                          -- first believable check; null: none yet
  last_check_at TEXT,                        -- null: never looked
  last_ok_at TEXT,                           -- last believable look (changed, unchanged, not_modified); null: none yet
  last_changed_at TEXT,                      -- null: nothing has changed since the baseline
  silent_after_at TEXT,                      -- when its silence becomes conspicuous; null: its rhythm is not known
  outcome TEXT,                              -- of the last check; null: never looked
  failures INTEGER NOT NULL DEFAULT 0,       -- failed or suspect checks in a row
  validator_url TEXT,                        -- address whose validators these are; null: none
  etag TEXT,                                 -- null: the server gave none
  last_modified TEXT,                        -- null: the server gave none
  body_sha256 TEXT,                          -- of the last believable body; null: none
  listing_sha256 TEXT,                       -- of what the last believable page listed; null: none
  feed_url TEXT,                             -- a feed the page announces; null: none
  gap_url TEXT,                              -- next page that could not be read, to be tried again; null: none
  gap_since_at TEXT,                         -- when that was noticed; null: no gap
  gap_tries INTEGER NOT NULL DEFAULT 0,      -- looks that tried to read it
  page_language TEXT,                        -- that the page declares, or its script tells; null: neither does
  config_sha256 TEXT                         -- of what the configuration said; null: not from a configuration
) STRICT;
-- the daemon's configured sources, and lists for people
CREATE INDEX sources_site ON sources(site);

CREATE TABLE source_tags (
  tag TEXT NOT NULL,                         -- in the order of the key: quick_check of SQLite 3.40 sees NULLs otherwise
  source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
  PRIMARY KEY (tag, source_id)
) STRICT, WITHOUT ROWID;
-- the tags of one source
CREATE INDEX source_tags_source ON source_tags(source_id);

CREATE TABLE recipes (
  id INTEGER PRIMARY KEY,
  source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
  origin TEXT NOT NULL CHECK (origin IN ('learnt', 'hand')),
  item TEXT, listing TEXT, title TEXT, link TEXT, date TEXT, summary TEXT,  -- CSS selectors; null: not given
  hook TEXT,                                 -- package.module:function; null: selectors are used
  date_order TEXT, timezone TEXT, language TEXT,  -- null: from the page
  created_at TEXT NOT NULL,
  retired_at TEXT                            -- null: in use
) STRICT;
-- the recipe in use of one source
CREATE UNIQUE INDEX recipes_in_use ON recipes(source_id, origin) WHERE retired_at IS NULL;

CREATE TABLE page_prints (
  source_id INTEGER PRIMARY KEY REFERENCES sources(id) ON DELETE CASCADE,
  taken_at TEXT NOT NULL,                    -- when the page was read last
  listing_sha256 TEXT NOT NULL,              -- of the items that it listed
  fitted INTEGER NOT NULL DEFAULT 0,         -- answers since then that listed the same and were not read
  pieces INTEGER NOT NULL,                   -- tags of the page, scripts left out
  skeleton TEXT NOT NULL,                    -- digest of the elements and their classes
  places TEXT NOT NULL,                      -- numbers of the pieces that carry what the items say
  begins INTEGER NOT NULL, ends INTEGER NOT NULL,  -- where the list stands
  content TEXT NOT NULL,                     -- digest of the pieces at places
  around TEXT,                               -- digest of the text between them; null: it changes of itself
  mentions TEXT NOT NULL,                    -- numbers of pieces elsewhere that name an item
  elsewhere TEXT                             -- digest of the pieces at mentions; null: they change of themselves
) STRICT;

CREATE TABLE ways (
  source_id INTEGER PRIMARY KEY REFERENCES sources(id) ON DELETE CASCADE,
  way TEXT NOT NULL CHECK (way IN ('plain', 'feed', 'json', 'browser')),  -- how its listing is read (browser = "auto")
  reason TEXT NOT NULL,
  decided_at TEXT NOT NULL,
  url TEXT,                                  -- what is read in place of the page; null: the page
  listing TEXT, item TEXT, title TEXT, link TEXT, date TEXT, summary TEXT,  -- a recipe for json; null: none
  shell_sha256 TEXT                          -- of the plain page then; null: not needed
) STRICT;

CREATE TABLE hubs (
  source_id INTEGER PRIMARY KEY REFERENCES sources(id) ON DELETE CASCADE,
  hub_url TEXT NOT NULL, topic_url TEXT NOT NULL,
  token TEXT NOT NULL UNIQUE,                -- last part of the address that the hub calls
  secret TEXT NOT NULL,                      -- what the hub signs with; made for this subscription alone
  state TEXT NOT NULL CHECK (state IN ('announced', 'asked', 'active', 'denied')),
  next_at TEXT NOT NULL,                     -- when the hub is asked, again
  failures INTEGER NOT NULL DEFAULT 0,       -- requests in a row that it has not confirmed
  expires_at TEXT,                           -- null: not confirmed
  pinged_at TEXT,                            -- null: never
  message TEXT                               -- null: nothing went wrong
) STRICT;
-- what is to be asked, soonest first
CREATE INDEX hubs_next ON hubs(next_at);

CREATE TABLE cadences (
  source_id INTEGER PRIMARY KEY REFERENCES sources(id) ON DELETE CASCADE,
  next_check_at TEXT NOT NULL,
  reason TEXT NOT NULL,                      -- why then, in words
  interval_s REAL NOT NULL,
  retry_at TEXT                              -- null: no failure is being retried
) STRICT;
-- what is due, soonest first
CREATE INDEX cadences_due ON cadences(next_check_at);

CREATE TABLE cadence_rates (
  source_id INTEGER PRIMARY KEY REFERENCES sources(id) ON DELETE CASCADE,
  learnt_at TEXT NOT NULL,                   -- the last believable look
  items_per_day REAL NOT NULL,               -- lately, on an average day
  share REAL,                                -- claim on the common budget; null: has fixed times
  short_items REAL NOT NULL, short_exposure_s REAL NOT NULL,  -- seen, half-life 4 days; in seconds of average activity
  long_items REAL NOT NULL, long_exposure_s REAL NOT NULL,    -- the same, half-life 30 days
  short_favour REAL NOT NULL,                -- log odds that the short memory foretells better
  not_modified REAL NOT NULL,                -- share of answers that said so lately, 0 to 1
  profile_since_at TEXT NOT NULL,            -- from when weights in cadence_profile grow
  profile_at TEXT NOT NULL                   -- when they last took in items
) STRICT;

CREATE TABLE cadence_profile (
  source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('hour', 'weekday', 'minute')),
  slot INTEGER NOT NULL,                     -- local hour 0-23; weekday 0-6 from Monday; five minutes of the hour 0-11
  weight REAL NOT NULL,                      -- items published then, each as 2 to the power of its quarters since then
  PRIMARY KEY (source_id, kind, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE cadence_hints (
  source_id INTEGER PRIMARY KEY REFERENCES sources(id) ON DELETE CASCADE,
  wait_s REAL,                               -- time between two looks that its feed asks for; null: none
  skip_hours TEXT NOT NULL,                  -- hours (UTC) in which the feed asks not to be read, such as 0,1,2
  skip_days TEXT NOT NULL                    -- weekdays (UTC), 0 is Monday, such as 5,6
) STRICT;

CREATE TABLE cadence_budget (
  site TEXT PRIMARY KEY,                     -- empty: the account of all sources
  as_of_at TEXT NOT NULL,
  debt REAL NOT NULL,                        -- requests made beyond the budget
  made REAL NOT NULL,                        -- requests lately, half-life a week
  foretold REAL NOT NULL                     -- requests that the rule had expected in that time
) STRICT, WITHOUT ROWID;

CREATE TABLE captures (
  sha256 TEXT PRIMARY KEY,                   -- of the decoded body
  bytes INTEGER NOT NULL,
  stored_bytes INTEGER NOT NULL,             -- of the compressed file captures/ab/abcd….zst
  content_type TEXT,                         -- null: the server said none
  url TEXT NOT NULL,
  captured_at TEXT NOT NULL,
  retention TEXT NOT NULL CHECK (retention IN ('evidence', 'suspect', 'baseline', 'screenshot'))
) STRICT, WITHOUT ROWID;

CREATE TABLE checks (
  id INTEGER PRIMARY KEY,
  check_key TEXT NOT NULL UNIQUE,            -- names the check across processes; a redelivered one is ignored
  source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
  started_at TEXT NOT NULL,
  last_at TEXT NOT NULL,                     -- start of the last of a run of equal checks
  count INTEGER NOT NULL DEFAULT 1,          -- length of that run
  outcome TEXT NOT NULL CHECK (outcome IN ('changed', 'unchanged', 'not_modified', 'suspect', 'failed')),
  reason TEXT,                               -- class of suspicion or failure, baseline, accepted; null: none
  message TEXT,                              -- the same in words; null: nothing to say
  http_status INTEGER,                       -- null: no answer
  final_url TEXT,                            -- after redirects; null: as asked
  bytes INTEGER,                             -- decoded body; null: none
  duration_ms INTEGER NOT NULL,
  items INTEGER,                             -- seen on the page; null: not understood or not looked at
  new_items INTEGER NOT NULL DEFAULT 0,
  changes INTEGER NOT NULL DEFAULT 0,
  kind TEXT,                                 -- page kind; null: not looked at
  listing_sha256 TEXT,                       -- of the ordered items, when the run began; null: none seen
  confidence REAL,                           -- 0..1; null: not looked at
  not_before_at TEXT,                        -- Retry-After; null: none
  capture_sha256 TEXT REFERENCES captures(sha256),  -- null: not kept
  screenshot_sha256 TEXT REFERENCES captures(sha256)  -- a PNG of what changed; null: none
) STRICT;
-- check log of one source, newest first; folding
CREATE INDEX checks_source ON checks(source_id, id DESC);

CREATE TABLE fetches (
  id INTEGER PRIMARY KEY,
  source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
  purpose TEXT NOT NULL CHECK (purpose IN ('article', 'next_page')),
  url TEXT NOT NULL,
  fetched_at TEXT NOT NULL,
  http_status INTEGER,                       -- null: no answer
  outcome TEXT NOT NULL CHECK (outcome IN ('ok', 'not_modified', 'failed')),
  message TEXT,                              -- null: nothing to say
  bytes INTEGER,                             -- null: no body
  capture_sha256 TEXT REFERENCES captures(sha256)  -- null: not kept
) STRICT;
-- requests made for one source, newest first
CREATE INDEX fetches_source ON fetches(source_id, id DESC);

CREATE TABLE items (
  id INTEGER PRIMARY KEY,                    -- in the order of discovery
  item_key TEXT NOT NULL UNIQUE,             -- stable public id, the end of the item's URN
  source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  url TEXT,                                  -- null: a teaser without a link
  summary TEXT,                              -- null: the listing shows none
  author TEXT,                               -- null: the listing shows none
  image_url TEXT,                            -- null: the listing shows none
  published_on TEXT,                         -- calendar date as printed; null: none
  published_at TEXT,                         -- instant, if time and offset are printed; null: not known
  published_raw TEXT,                        -- null: no date
  published_precision TEXT,                  -- null: no date
  published_method TEXT,                     -- null: no date
  published_offset_min INTEGER,              -- minutes from UTC; null: not printed
  published_time TEXT,                       -- local time of day; null: not printed
  revision INTEGER NOT NULL DEFAULT 1,
  status TEXT NOT NULL DEFAULT 'listed' CHECK (status IN ('listed', 'scrolled_off', 'withdrawn', 'merged')),
  merged_into INTEGER REFERENCES items(id),  -- null: not merged
  is_baseline INTEGER NOT NULL CHECK (is_baseline IN (0, 1)),
  first_seen_at TEXT NOT NULL,
  first_check_id INTEGER NOT NULL REFERENCES checks(id),
  changed_at TEXT NOT NULL,
  unspaced TEXT                              -- scripts without word spaces, a token a character; null: none
) STRICT;
-- latest items of one source
CREATE INDEX items_source ON items(source_id, id DESC);
-- items by the publisher's date
CREATE INDEX items_published ON items(published_on DESC, id DESC);

CREATE TABLE item_keys (
  source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  item_id INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,
  strong INTEGER NOT NULL CHECK (strong IN (0, 1)),
  first_seen_at TEXT NOT NULL,
  PRIMARY KEY (source_id, kind, key, item_id)
) STRICT, WITHOUT ROWID;
-- all keys of one item
CREATE INDEX item_keys_item ON item_keys(item_id, strong);

CREATE TABLE identity_log (
  id INTEGER PRIMARY KEY,
  item_id INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,
  check_id INTEGER REFERENCES checks(id),    -- null: a person's decision
  decided_at TEXT NOT NULL,
  decision TEXT NOT NULL,                    -- new, recognised, merged, split
  reason TEXT NOT NULL                       -- which keys decided, in words
) STRICT;
-- why an item is the item it is
CREATE INDEX identity_log_item ON identity_log(item_id, id);

CREATE TABLE appearances (
  source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
  item_id INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,
  first_listed_at TEXT NOT NULL,
  left_at TEXT,                              -- null: still listed, last seen at sources.last_ok_at
  listed INTEGER NOT NULL CHECK (listed IN (0, 1)),
  rank REAL NOT NULL,                        -- order in the last listing, highest first
  missed INTEGER NOT NULL DEFAULT 0,         -- believable looks since it vanished from between items that stayed
  PRIMARY KEY (source_id, item_id)
) STRICT, WITHOUT ROWID;
-- the last listing of one source, in order
CREATE INDEX appearances_listing ON appearances(source_id, rank DESC) WHERE listed = 1;
-- what of one source awaits the confirmation that it was withdrawn
CREATE INDEX appearances_missed ON appearances(source_id) WHERE missed > 0;

CREATE TABLE revisions (
  id INTEGER PRIMARY KEY,
  item_id INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  recorded_at TEXT NOT NULL,
  check_id INTEGER NOT NULL REFERENCES checks(id),
  fields TEXT NOT NULL,                      -- names of the fields that changed, comma separated; '' for the first
  title TEXT NOT NULL,
  url TEXT, summary TEXT, author TEXT, image_url TEXT,  -- null: as in items
  published_on TEXT, published_at TEXT, published_raw TEXT,             -- null: as in items
  published_precision TEXT, published_method TEXT,                      -- null: as in items
  published_offset_min INTEGER, published_time TEXT,                    -- null: as in items
  capture_sha256 TEXT REFERENCES captures(sha256),      -- null: the page was not kept
  UNIQUE (item_id, number)
) STRICT;

CREATE TABLE articles (
  id INTEGER PRIMARY KEY,
  source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
  item_id INTEGER REFERENCES items(id),      -- null: the listing page's own article
  url TEXT NOT NULL,
  title TEXT NOT NULL, text TEXT NOT NULL,
  author TEXT,                               -- null: not shown
  published_on TEXT, published_at TEXT, published_raw TEXT, published_precision TEXT,  -- null: not shown
  revision INTEGER NOT NULL DEFAULT 1,
  first_seen_at TEXT NOT NULL,
  changed_at TEXT NOT NULL,
  unspaced TEXT,                             -- as in items; null: none
  UNIQUE (source_id, url)
) STRICT;
-- the article of one item
CREATE INDEX articles_item ON articles(item_id) WHERE item_id IS NOT NULL;

CREATE TABLE article_revisions (
  id INTEGER PRIMARY KEY,
  article_id INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  recorded_at TEXT NOT NULL,
  check_id INTEGER REFERENCES checks(id),    -- null: seen by a fetch
  fields TEXT NOT NULL,
  title TEXT NOT NULL, text TEXT NOT NULL,
  author TEXT,                               -- null: not shown
  published_on TEXT,                         -- null: not shown
  capture_sha256 TEXT REFERENCES captures(sha256),  -- null: the page was not kept
  screenshot_sha256 TEXT REFERENCES captures(sha256),  -- a PNG of it; null: none
  UNIQUE (article_id, number)
) STRICT;

CREATE TABLE article_looks (
  item_id INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE,
  source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
  due_at TEXT,                               -- next look; null: looked at for the last time
  first_at TEXT,                             -- first answer; null: none yet
  looks INTEGER NOT NULL DEFAULT 0,          -- answers so far, whole or "not modified"
  failures INTEGER NOT NULL DEFAULT 0,       -- failed looks in a row
  gone INTEGER NOT NULL DEFAULT 0,           -- looks in a row that say it is gone (404, 410, sent to the front page)
  gone_at TEXT,                              -- the first of these; null: none
  validator_url TEXT, etag TEXT, last_modified TEXT,  -- of the last whole answer; null: none
  body_sha256 TEXT,                          -- of the last whole answer; null: none
  doubted TEXT                               -- fingerprint of a text that is to be seen twice; null: none
) STRICT;
-- articles to be looked at, soonest first
CREATE INDEX article_looks_due ON article_looks(due_at) WHERE due_at IS NOT NULL;

CREATE TABLE flaps (
  item_id INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,
  field TEXT NOT NULL,                       -- of the item: it goes to and fro between forms; listed: it comes and goes
  source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
  began_at TEXT NOT NULL,                    -- the first edit that counts
  turns INTEGER NOT NULL,                    -- edits so far, told or not
  shown TEXT NOT NULL,                       -- what the page said last, folded for comparison
  told TEXT NOT NULL,                        -- what was told last, folded likewise
  settles_at TEXT NOT NULL,                  -- if the page still says so then, it has settled
  settled_at TEXT,                           -- null: it goes on
  PRIMARY KEY (item_id, field)
) STRICT, WITHOUT ROWID;
-- what goes to and fro on one source
CREATE INDEX flaps_source ON flaps(source_id, settles_at) WHERE settled_at IS NULL;

CREATE TABLE episodes (
  id INTEGER PRIMARY KEY,
  source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
  class TEXT NOT NULL CHECK (class IN
    ('failing', 'blocked', 'empty', 'shrunk', 'app_shell', 'layout_changed', 'redirected', 'silent')),
  opened_at TEXT NOT NULL,
  closed_at TEXT,                            -- null: still open
  reason TEXT NOT NULL,
  check_id INTEGER REFERENCES checks(id)     -- the check that opened it; null: noticed between checks
) STRICT;
-- open episodes; at most one of a class per source
CREATE UNIQUE INDEX episodes_open ON episodes(source_id, class) WHERE closed_at IS NULL;

CREATE TABLE changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,      -- follow the log with "id > the last you saw"
  event_id TEXT NOT NULL UNIQUE,             -- stable: the same fact has the same id if a check is redone
  changed_at TEXT NOT NULL,
  source_id INTEGER NOT NULL REFERENCES sources(id),
  item_id INTEGER REFERENCES items(id),      -- null: a change of the source
  episode_id INTEGER REFERENCES episodes(id),  -- null: a change of an item
  kind TEXT NOT NULL CHECK (kind IN
    ('added', 'surfaced', 'revised', 'relocated', 'withdrawn', 'reinstated', 'episode_opened', 'episode_closed')),
  revision INTEGER,                          -- the item's revision then; null: a change of the source
  fields TEXT NOT NULL DEFAULT '',           -- names of the fields that changed, comma separated
  reason TEXT NOT NULL DEFAULT '',
  tell INTEGER NOT NULL CHECK (tell IN (0, 1)),  -- 0: recorded, never alerted (surfaced, backfilled)
  check_id INTEGER REFERENCES checks(id)     -- null: a person's decision, or noticed between checks
) STRICT;
-- what happened to one item
CREATE INDEX changes_item ON changes(item_id, id) WHERE item_id IS NOT NULL;
-- what happened on one source, newest first
CREATE INDEX changes_source ON changes(source_id, id DESC);
CREATE TRIGGER changes_no_update BEFORE UPDATE ON changes BEGIN SELECT RAISE(ABORT, 'changes is insert-only'); END;
CREATE TRIGGER changes_no_delete BEFORE DELETE ON changes BEGIN SELECT RAISE(ABORT, 'changes is insert-only'); END;

CREATE TABLE channels (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,                        -- console, webhook, apprise, mail, file, command
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),  -- 0: no longer configured
  created_at TEXT NOT NULL,
  disabled_at TEXT,                          -- the receiver answered 410; null: enabled
  disabled_reason TEXT,                      -- null: enabled
  failing_since_at TEXT,                     -- null: well
  last_sent_at TEXT                          -- null: nothing sent yet
) STRICT;

CREATE TABLE rules (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id TEXT NOT NULL UNIQUE,           -- derived from channel and event ids; webhook-id, Message-ID
  channel_id INTEGER NOT NULL REFERENCES channels(id),
  rule_id INTEGER REFERENCES rules(id),      -- null: a test or a notice
  source_id INTEGER REFERENCES sources(id),  -- order is kept per channel and source; null: several, test, notice
  kind TEXT NOT NULL CHECK (kind IN ('change', 'digest', 'test', 'notice')),
  notice TEXT,                               -- what a notice about another channel says; null: other kinds
  created_at TEXT NOT NULL,
  due_at TEXT NOT NULL,                      -- first, or next, attempt; of a held one when it becomes a digest
  -- held: collects changes until it is due, and has its final message_id only then
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('held', 'pending', 'sent', 'dead')),
  handed_at TEXT,                            -- first handed to its channel: from then on it is as it is; null: not yet
  attempts INTEGER NOT NULL DEFAULT 0,
  last_error TEXT,                           -- null: no failed attempt
  sent_at TEXT                               -- null: not sent
) STRICT;
-- the outbox: what is to be sent on one channel, and which sources wait there for a retry (from the index alone)
CREATE INDEX messages_pending ON messages(channel_id, id, due_at, source_id) WHERE state = 'pending';
-- digests in the making that are due
CREATE INDEX messages_held ON messages(due_at) WHERE state = 'held';
-- dead letters
CREATE INDEX messages_dead ON messages(id) WHERE state = 'dead';

CREATE TABLE message_changes (
  message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
  change_id INTEGER NOT NULL REFERENCES changes(id),
  also_of INTEGER REFERENCES changes(id),    -- the same article on another page: its first change; null: told itself
  told INTEGER NOT NULL DEFAULT 1 CHECK (told IN (0, 1)),  -- 0: came after the message went; recorded only
  PRIMARY KEY (message_id, change_id)
) STRICT, WITHOUT ROWID;
-- which messages told a change
CREATE INDEX message_changes_change ON message_changes(change_id);

CREATE TABLE tellings (
  channel_id INTEGER NOT NULL REFERENCES channels(id),
  url TEXT NOT NULL,                         -- canonical address of a new article
  change_id INTEGER NOT NULL REFERENCES changes(id),  -- the change by which it was told
  message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
  PRIMARY KEY (channel_id, url)
) STRICT, WITHOUT ROWID;
-- the articles of one message
CREATE INDEX tellings_message ON tellings(message_id, change_id);

CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY,
  message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
  attempt INTEGER NOT NULL,
  attempted_at TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('sent', 'retry', 'dead')),
  wait_s REAL,                               -- seconds until the next attempt, as meant; null: there is to be none
  http_status INTEGER,                       -- null: no answer, or not HTTP
  error TEXT                                 -- null: sent
) STRICT;
-- attempts of one message
CREATE INDEX deliveries_message ON deliveries(message_id, id);
-- attempts of the last minutes: a channel's rate
CREATE INDEX deliveries_attempted ON deliveries(attempted_at);

CREATE TABLE receipts (
  message_id INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
  recipient TEXT NOT NULL,                   -- mail address: another attempt leaves it out
  PRIMARY KEY (message_id, recipient)
) STRICT, WITHOUT ROWID;

CREATE TABLE marks (
  item_id INTEGER PRIMARY KEY REFERENCES items(id),
  starred_at TEXT,                           -- null: no star
  read_at TEXT,                              -- null: unread
  note TEXT,                                 -- null: none
  changed_at TEXT NOT NULL
) STRICT;
-- what was marked, the newest items first
CREATE INDEX marks_kept ON marks(item_id) WHERE starred_at IS NOT NULL OR note IS NOT NULL;

CREATE TABLE leases (
  name TEXT PRIMARY KEY,                     -- source:ID, site:NAME, daemon, outbox
  token INTEGER NOT NULL,                    -- fencing token: grows with each taking, never reused
  holder TEXT,                               -- null: free
  expires_at TEXT                            -- null: free
) STRICT, WITHOUT ROWID;

CREATE TABLE workers (
  name TEXT PRIMARY KEY,                     -- host:process, or as the operator calls it
  version TEXT NOT NULL,                     -- of presswatch there
  protocol INTEGER NOT NULL,                 -- of its messages; one that is not ours is given nothing to read
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  started_at TEXT NOT NULL,
  heard_at TEXT NOT NULL,
  reading INTEGER NOT NULL,                  -- pages at the moment
  done INTEGER NOT NULL,                     -- pages since it started
  failed INTEGER NOT NULL                    -- of them
) STRICT, WITHOUT ROWID;

CREATE TABLE fleet (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seen_at TEXT NOT NULL,
  protocol INTEGER NOT NULL,                 -- version of the messages that the service speaks
  waiting INTEGER NOT NULL,                  -- pages that were sent to be read and have not come back
  oldest_s REAL NOT NULL,                    -- age of the one waited for longest, in seconds
  peak_s REAL NOT NULL                       -- longest wait for a page since the row before, in seconds
) STRICT;
"""

_SEARCH = """
-- Words by unicode61; scripts without word spaces through the column unspaced (see scraper/store/rows.py).
CREATE VIRTUAL TABLE items_fts USING fts5(title, summary, unspaced, content="items", content_rowid="id",
  tokenize="unicode61 remove_diacritics 2");
CREATE TRIGGER items_fts_insert AFTER INSERT ON items BEGIN
  INSERT INTO items_fts(rowid, title, summary, unspaced) VALUES (new.id, new.title, new.summary, new.unspaced);
END;
CREATE TRIGGER items_fts_delete AFTER DELETE ON items BEGIN
  INSERT INTO items_fts(items_fts, rowid, title, summary, unspaced)
  VALUES ('delete', old.id, old.title, old.summary, old.unspaced);
END;
CREATE TRIGGER items_fts_update AFTER UPDATE OF title, summary, unspaced ON items BEGIN
  INSERT INTO items_fts(items_fts, rowid, title, summary, unspaced)
  VALUES ('delete', old.id, old.title, old.summary, old.unspaced);
  INSERT INTO items_fts(rowid, title, summary, unspaced) VALUES (new.id, new.title, new.summary, new.unspaced);
END;

CREATE VIRTUAL TABLE articles_fts USING fts5(title, text, unspaced, content="articles", content_rowid="id",
  tokenize="unicode61 remove_diacritics 2");
CREATE TRIGGER articles_fts_insert AFTER INSERT ON articles BEGIN
  INSERT INTO articles_fts(rowid, title, text, unspaced) VALUES (new.id, new.title, new.text, new.unspaced);
END;
CREATE TRIGGER articles_fts_delete AFTER DELETE ON articles BEGIN
  INSERT INTO articles_fts(articles_fts, rowid, title, text, unspaced)
  VALUES ('delete', old.id, old.title, old.text, old.unspaced);
END;
CREATE TRIGGER articles_fts_update AFTER UPDATE OF title, text, unspaced ON articles BEGIN
  INSERT INTO articles_fts(articles_fts, rowid, title, text, unspaced)
  VALUES ('delete', old.id, old.title, old.text, old.unspaced);
  INSERT INTO articles_fts(rowid, title, text, unspaced) VALUES (new.id, new.title, new.text, new.unspaced);
END;
"""


def statements(script: str) -> list[str]:
    """Split literal SQL into single statements; a trigger's body stays in one piece."""
    found: list[str] = []
    lines: list[str] = []
    for line in script.strip().splitlines():
        if not lines and (not line.strip() or line.startswith("--")):
            continue
        lines.append(line)
        code = line.split("--")[0].rstrip()
        if code.endswith(";") and (not lines[0].startswith("CREATE TRIGGER") or code.endswith("END;")):
            found.append("\n".join(lines))
            lines = []
    return found


@migrations()
def first_schema(db: Database) -> None:
    """All tables, search, views."""
    for statement in statements(TABLES) + statements(_SEARCH) + statements(VIEWS):
        db.execute(statement)
    db.execute("PRAGMA user_version = 1")
