"""The page of questions and answers in SQL, made from the saved queries: ``python -m presswatch.cookbook >
docs/querying.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from presswatch.web.queries import QUERIES, Saved, parameters_of

EXAMPLES = {
    "source": "waters",
    "moment": "2026-03-01T09:00",
    "words": "minister",
    "item": "1",
    "url": "https://a.example/1",
}
"""Values for the parameters, as a person would write them."""
_SECTIONS = (
    ("What is new", ("new-today", "per-day", "per-weekday", "friday-evening", "dated-back", "how-soon")),
    ("What was changed and taken away", ("headlines-changed", "most-edited", "quiet-edits", "dates-changed", "moved",
                                         "withdrawn", "came-back", "short-lived", "as-of")),
    ("Words", ("search", "phrase-per-month", "same-headline")),
    ("The sources", ("unwell", "availability", "silent", "undated", "slow", "storage")),
    ("Messages", ("told", "delivery-delay", "dead-letters", "not-told")),
    ("Evidence", ("evidence", "why-this-item", "marked")),
)  # fmt: skip
_HEAD = """\
# Questions in SQL

<!-- made by `python -m presswatch.cookbook > docs/querying.md`; a test says so when it is stale -->

Everything presswatch knows is in one SQLite file, `presswatch.db` (`presswatch status` says where). Start with its five
views, `latest_items`, `item_history`, `item_as_of`, `source_health` and `pending_messages`; [schema.md](schema.md)
describes every table and column. Times (`…_at`) are UTC text, so that the order of text is the order of time; a date
(`…_on`) is as printed on the page. Reading disturbs nobody: the service goes on writing meanwhile.

The questions below are saved queries: on the page `/queries` of `presswatch serve`, and in the terminal:

```console
$ presswatch query                                     # the list
$ presswatch query headlines-changed
$ presswatch query per-weekday source=waters --csv
$ presswatch query "select source, count(*) as items from latest_items group by source"
```

## With other programs

**sqlite-utils** comes with presswatch:

```console
$ sqlite-utils presswatch.db "select source, title from latest_items limit 5" --table
$ sqlite-utils presswatch.db "select title from latest_items where source = :source limit 5" -p source waters
```

**Datasette** shows it all in a browser, with titles, units, facets and these queries, if it is given their metadata:

```console
$ presswatch datasette-metadata > metadata.json
$ datasette presswatch.db --metadata metadata.json     # pip install datasette
```

**pandas** reads a question into a table:

```python
import sqlite3
import pandas

conn = sqlite3.connect("file:presswatch.db?mode=ro", uri=True)
items = pandas.read_sql("select * from latest_items", conn, parse_dates=["first_seen_at"])
print(items.groupby("source").resample("W", on="first_seen_at").size())
```

**Spreadsheets** open what `presswatch export items --output items.csv` writes; cells that would be taken for formulas
are harmless there. Datasette's own CSV is as it is in the database, unless it is that of `presswatch serve`.

**Parquet** is not written by presswatch: every library that does is larger than presswatch itself. DuckDB reads the
database and writes it (`pip install duckdb`):

```console
$ duckdb -c "INSTALL sqlite; LOAD sqlite; ATTACH 'presswatch.db' AS p (TYPE sqlite, READ_ONLY); \\
    COPY (SELECT * FROM p.latest_items) TO 'items.parquet'"
```

To **follow** what happens, remember the greatest `id` of the table `changes` and ask for greater ones: it only grows.
`presswatch watch --jsonl` does so.
"""


def render_cookbook() -> str:
    """The page as Markdown. Raises ``KeyError`` for a section that names a query which is gone."""
    left = {saved.name: saved for saved in QUERIES}
    parts = [_HEAD]
    for title, names in _SECTIONS:
        parts.append(f"## {title}\n")
        for name in names:
            parts += _query(left.pop(name))
    if left:
        parts.append("## More\n")
        for saved in left.values():
            parts += _query(saved)
    return "\n".join(parts)


def _query(saved: Saved) -> Iterator[str]:
    values = "".join(f" {name}={EXAMPLES.get(name, '…')}" for name in parameters_of(saved.sql))
    yield f"### {saved.title}\n"
    yield f"{saved.description} `presswatch query {saved.name}{values}`\n"
    yield f"```sql\n{saved.sql}\n```\n"


if __name__ == "__main__":
    sys.stdout.write(render_cookbook())
