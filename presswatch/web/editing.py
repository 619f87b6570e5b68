"""The pages that write, where editing is allowed. The guard has seen to it that a form of ours was sent
(:mod:`presswatch.web.guard`)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from datasette.utils.asgi import NotFound, Response

from presswatch.web import views
from presswatch.web.adding import Looked
from presswatch.web.guard import FORM
from presswatch.web.marks import write_marks
from presswatch.web.texts import now_of


async def mark(request: Any, datasette: Any) -> Any:
    """A star, read, a note: then back to where the form stood."""
    form = _form(request)
    key, now = request.url_vars["key"].lower(), now_of(datasette.presswatch)
    if not await datasette.presswatch.desk.write(lambda conn: write_marks(conn, key, form, now)):
        raise NotFound("There is no such item.")
    return _to(form.get("back", ""), f"/item/{key}")


async def add(request: Any, datasette: Any) -> Any:
    """The form that adds a page; with an address, what was understood of it."""
    if not datasette.presswatch.access.editing:
        raise NotFound("Editing is not allowed here; presswatch serve --edit allows it.")
    form = request.scope.get(FORM) or {}
    looked = await datasette.presswatch.desk.adder.look(form) if form else Looked()
    return await _add_page(request, datasette, form, looked)


async def save(request: Any, datasette: Any) -> Any:
    """The page is written into the configuration; then to its source."""
    form = _form(request)
    looked = await datasette.presswatch.desk.adder.save(form)
    slug = (looked.found or {}).get("slug") if (looked.found or {}).get("added") else None
    if slug:
        return _to("", f"/source/{quote(slug, safe='')}")
    return await _add_page(request, datasette, form, looked)


async def _add_page(request: Any, datasette: Any, form: dict[str, str], looked: Looked) -> Any:
    context = {"form": form, "found": looked.found, "problem": looked.problem}
    return await views.page(datasette, request, "pw_add.html", context)


def _form(request: Any) -> dict[str, str]:
    form: dict[str, str] | None = request.scope.get(FORM)
    if form is None:
        raise NotFound("This is sent by a form.")
    return form


def _to(back: str, otherwise: str) -> Any:
    """A redirect that stays here: to a path with one slash at its beginning."""
    local = back.startswith("/") and not back.startswith("//") and back.isascii() and back.isprintable()
    target = back if local and "\\" not in back and len(back) < 2_000 else otherwise
    return Response("", status=303, headers={"location": target})
