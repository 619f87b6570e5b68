"""Our pages: from a request to an answer. All SQL runs in Datasette's threads, each page under a time limit."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import unquote

from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import NotFound, Response

from presswatch.web import answers, feeding, finding, item_page, marks, metrics, river, source_page
from presswatch.web.guard import INERT_POLICY, KNOWN
from presswatch.web.queries import QUERIES
from presswatch.web.texts import now_of

_T = TypeVar("_T")
_PAGE_MS = 2_500
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9a-fA-F:.]{2,45}\](:\d{1,5})?")


async def front(request: Any, datasette: Any) -> Any:
    """The latest items, filtered."""
    wanted = finding.parse_filters(request.args.get)
    choices = await _ask(datasette, finding.list_choices)
    try:
        found = await _ask(datasette, lambda conn: finding.find_items(conn, wanted))
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        found = finding.Found([], problem="This takes too long. Fewer conditions, or a source, make it quick.")
    numbers = [row["id"] for row in found.items]
    noted = await _ask(datasette, lambda conn: marks.load_marks(conn, numbers))
    context = {"wanted": wanted, "found": found, "marks": noted, "kinds": finding.KINDS, **choices}
    return await page(datasette, request, "pw_front.html", context)


async def item(request: Any, datasette: Any) -> Any:
    """All about one item."""
    key = request.url_vars["key"].lower()
    found = await _ask(datasette, lambda conn: item_page.find_item(conn, key))
    if found is None:
        raise NotFound("There is no such item.")
    folder = datasette.presswatch.captures_dir
    found["seen"] = await asyncio.to_thread(item_page.seen_text, folder, found["seen"], found["item"]["title"])
    return await page(datasette, request, "pw_item.html", found)


async def source(request: Any, datasette: Any) -> Any:
    """One source."""
    slug, site = unquote(request.url_vars["slug"]), datasette.presswatch
    found = await _ask(datasette, lambda conn: source_page.find_source(conn, slug, now_of(site), site.zone))
    if found is None:
        raise NotFound("There is no such source.")
    return await page(datasette, request, "pw_source.html", found)


async def sources(request: Any, datasette: Any) -> Any:
    """All sources and how they are."""
    after = (request.args.get("after") or "")[:200]
    rows = await _ask(datasette, lambda conn: source_page.find_sources(conn, after))
    more = rows[199]["slug"] if len(rows) > 200 else ""
    return await page(datasette, request, "pw_sources.html", {"rows": rows[:200], "after": more})


async def changes(request: Any, datasette: Any) -> Any:
    """The river of changes."""
    source, kind = (request.args.get("source") or "")[:200], request.args.get("kind") or ""
    kind = kind if kind in river.KINDS else ""
    before = _number(request.args.get("before"))
    rows = await _ask(datasette, lambda conn: river.find_changes(conn, source=source, kind=kind, before=before))
    choices = await _ask(datasette, finding.list_choices)
    context = {"rows": rows[: river.PAGE], "source": source, "kind": kind, "before": _next(rows), **choices}
    return await page(datasette, request, "pw_changes.html", context)


async def messages(request: Any, datasette: Any) -> Any:
    """What was told."""
    state = request.args.get("state") or ""
    state = state if state in river.STATES else ""
    before = _number(request.args.get("before"))
    rows = await _ask(datasette, lambda conn: river.find_messages(conn, state=state, before=before))
    context = {"rows": rows[: river.PAGE], "state": state, "states": river.STATES, "before": _next(rows)}
    return await page(datasette, request, "pw_messages.html", context)


async def queries(request: Any, datasette: Any) -> Any:
    """The saved queries with their descriptions."""
    database = datasette.get_database().name
    return await page(datasette, request, "pw_queries.html", {"queries": QUERIES, "database": database})


async def query(request: Any, datasette: Any) -> Any:
    """A saved query: a form for what it needs to know, and its rows."""
    saved = answers.find_saved(request.url_vars["name"])
    if saved is None:
        raise NotFound("There is no such query.")
    question = answers.asked(saved, request.args.get)
    found = await _ask(datasette, lambda conn: answers.answer(conn, question))
    database = datasette.get_database().name
    return await page(datasette, request, "pw_query.html", {"found": found, "database": database})


async def feeds(request: Any, datasette: Any) -> Any:
    """All feeds."""
    rules = datasette.presswatch.rules()
    found = await _ask(datasette, lambda conn: feeding.list_addresses(conn, rules))
    return await page(datasette, request, "pw_feeds.html", {"feeds": found})


async def feed(request: Any, datasette: Any) -> Any:
    """One feed, or 304 where the reader has it."""
    name, ending = unquote(request.url_vars["name"]), request.url_vars["ending"]
    rules = datasette.presswatch.rules()
    try:
        found = await _ask(datasette, lambda conn: feeding.find_feed(conn, name, rules))
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        return Response.text("This feed takes too long; `presswatch feeds` writes it.", status=503)
    if found is None:
        raise NotFound("There is no such feed.")
    body = feeding.feed_bytes(found, ending)
    return _document(datasette, request, body, feeding.CONTENT_TYPES[ending], found.updated_at)


async def opml(request: Any, datasette: Any) -> Any:
    """The sources and their feeds, for feed readers."""
    base_url = f"{request.scheme}://{request.host}" if _HOST.fullmatch(request.host) else ""
    body = await _ask(datasette, lambda conn: feeding.opml_document(conn, base_url))
    return _document(datasette, request, body, "text/x-opml; charset=utf-8", None)


def _document(datasette: Any, request: Any, body: bytes, content_type: str, updated: datetime | None) -> Any:
    headers = feeding.validators(body, updated, now_of(datasette.presswatch))
    if feeding.is_unchanged(request.headers, headers):
        return Response("", status=304, headers=headers, content_type=content_type)
    return Response(body, headers=headers, content_type=content_type)


async def capture(request: Any, datasette: Any) -> Any:
    """A stored answer as text: nothing in it is markup any more."""
    row, markup = await _capture(request, datasette)
    text = await asyncio.to_thread(item_page.markup_text, markup)
    return await page(datasette, request, "pw_capture.html", {"capture": row, "text": text})


async def capture_markup(request: Any, datasette: Any) -> Any:
    """A stored answer's markup, as plain text that no browser runs."""
    _, markup = await _capture(request, datasette)
    return Response.text(markup, headers={"content-security-policy": INERT_POLICY})


async def marked(request: Any, datasette: Any) -> Any:
    """What people starred or wrote about."""
    before = _number(request.args.get("before"))
    rows = await _ask(datasette, lambda conn: marks.find_marked(conn, before))
    return await page(datasette, request, "pw_marked.html", {"rows": rows[: river.PAGE], "before": _next(rows)})


async def healthz(request: Any, datasette: Any) -> Any:
    """Whether the database can be read; to those who may look also how it is."""
    try:
        facts = await _ask(datasette, lambda conn: metrics.health(conn, now_of(datasette.presswatch)))
    except sqlite3.Error as error:
        known = {"error": str(error)} if request.scope.get(KNOWN) else {}
        return Response.json({"ok": False, **known}, status=503)
    return Response.json({"ok": True, **(facts if request.scope.get(KNOWN) else {})})


async def show_metrics(datasette: Any) -> Any:
    """Figures for Prometheus."""
    now = now_of(datasette.presswatch)
    body = await _ask(datasette, lambda conn: metrics.exposition(conn, now))
    return Response(body, content_type=metrics.CONTENT_TYPE)


async def _capture(request: Any, datasette: Any) -> tuple[dict[str, Any], str]:
    sha256 = request.url_vars["sha256"]
    row = await _ask(datasette, lambda conn: item_page.find_capture(conn, sha256))
    if row is None:
        raise NotFound("There is no such capture.")
    folder = datasette.presswatch.captures_dir
    try:
        markup = await asyncio.to_thread(item_page.capture_markup, folder, sha256, row["content_type"])
    except (OSError, EOFError):
        raise NotFound("The bytes of this capture are no longer kept.") from None
    return row, markup


async def _ask(datasette: Any, question: Callable[[sqlite3.Connection], _T]) -> _T:
    """``question`` asked of the database in one transaction, for at most 2.5 seconds. Raises
    ``sqlite3.OperationalError`` ("interrupted") when it takes longer."""

    def limited(conn: sqlite3.Connection) -> _T:
        with sqlite_timelimit(conn, _PAGE_MS):
            conn.execute("BEGIN")
            try:
                return question(conn)
            finally:
                conn.rollback()

    answer: _T = await datasette.get_database().execute_fn(limited)
    return answer


async def page(datasette: Any, request: Any, template: str, context: dict[str, Any]) -> Any:
    """An answer in HTML."""
    access = datasette.presswatch.access
    shared = {"here": request.path, "asked": request.full_path, "editing": access.editing}
    context = {**context, **shared, "token": access.token if access.editing else ""}
    return Response.html(await datasette.render_template(template, context, request=request))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 18 else None


def _next(rows: Sequence[dict[str, Any]]) -> int | None:
    """Where the next page begins, if there is one."""
    return rows[river.PAGE - 1]["id"] if len(rows) > river.PAGE else None
