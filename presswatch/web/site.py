"""A Datasette with our pages in front."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.plugins import pm

from presswatch.web import plugin, texts
from presswatch.web.desk import Desk
from presswatch.web.guard import Access
from presswatch.web.metadata import make_metadata
from scheduler.rules import Rule

_HERE = Path(__file__).parent
_SETTINGS = {
    "allow_download": False,
    "suggest_facets": False,  # on a million rows they cost seconds
    "sql_time_limit_ms": 2500,
    "facet_time_limit_ms": 500,
    "default_cache_ttl": 0,
    "num_sql_threads": 3,
    "max_returned_rows": 1000,
    "template_debug": False,
    "trace_debug": False,
}


@dataclass(frozen=True, slots=True)
class Site:
    """What our pages need. ``zone``: in which people are shown times, ``None`` for the machine's. ``now``: a fixed time
    for tests; ``None`` for the clock. ``rules``: those that have a feed, asked for when one is wanted.
    ``desk``: what writes, where ``access`` allows editing."""

    captures_dir: Path
    access: Access = field(default_factory=Access)
    zone: tzinfo | None = None
    now: datetime | None = None
    rules: Callable[[], Sequence[Rule]] = tuple
    desk: Desk | None = None


def make_site(db_path: Path, site: Site) -> Any:
    """The Datasette of ``db_path``, opened for reading only; its ``app()`` is the ASGI application."""
    if not pm.is_registered(plugin):
        pm.register(plugin, "presswatch")
    # Where rich is installed Datasette prints each error, a page not found too, with all local variables: page texts
    # among them, which do not belong in a terminal.
    pm.get_plugin("datasette.handle_exception").rich = None
    datasette = Datasette.__new__(Datasette)
    datasette.presswatch = site  # before it is made, because its hooks run then
    datasette.__init__(
        [str(db_path)],
        settings=_SETTINGS,
        metadata=make_metadata(db_path.stem),
        template_dir=str(_HERE / "templates"),
        static_mounts=[(plugin.STATIC, str(_HERE / "static"))],
    )
    datasette.jinja_env.filters.update(texts.make_filters(site))
    datasette.jinja_env.globals.update(texts.GLOBALS)
    return datasette
