"""Our routes in Datasette. Each hook acts only on a Datasette made by :func:`presswatch.web.site.make_site`: another
one in the same process stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pluggy import HookimplMarker

from presswatch.web import editing, views
from presswatch.web.guard import FORM, Asgi, Guard

hookimpl = HookimplMarker("datasette")
STATIC = "-/presswatch"
"""Where our style and script are served."""
_ROUTES: list[tuple[str, Callable[..., Any]]] = [
    (r"^/$", views.front),
    (r"^/item/(?P<key>[A-Za-z0-9]{1,64})$", views.item),
    (r"^/source/(?P<slug>[^/]{1,200})$", views.source),
    (r"^/sources$", views.sources),
    (r"^/changes$", views.changes),
    (r"^/messages$", views.messages),
    (r"^/queries$", views.queries),
    (r"^/queries/(?P<name>[a-z-]{1,60})$", views.query),
    (r"^/capture/(?P<sha256>[0-9a-f]{64})$", views.capture),
    (r"^/capture/(?P<sha256>[0-9a-f]{64})\.txt$", views.capture_markup),
    (r"^/feeds$", views.feeds),
    (r"^/feeds/sources\.opml$", views.opml),
    (r"^/feeds/(?P<name>[^/]{1,600})\.(?P<ending>atom|json)$", views.feed),
    (r"^/marked$", views.marked),
    (r"^/healthz$", views.healthz),
    (r"^/metrics$", views.show_metrics),
    (r"^/item/(?P<key>[A-Za-z0-9]{1,64})/mark$", editing.mark),
    (r"^/add$", editing.add),
    (r"^/add/save$", editing.save),
]
_WRITES = re.compile(r"/item/[A-Za-z0-9]{1,64}/mark|/add(/save)?")
_OWN = [re.compile(route) for route, _ in _ROUTES]


def is_own(path: str) -> bool:
    """Whether ``path`` is one of our pages, which need no inline styles."""
    return path.startswith(f"/{STATIC}/") or any(route.match(path) for route in _OWN)


def writes(path: str) -> bool:
    """Whether a form may be sent to ``path``, where editing is allowed."""
    return _WRITES.fullmatch(path) is not None


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Callable[..., Any]]]:
    """Our pages, before Datasette's own."""
    return _ROUTES if _is_ours(datasette) else []


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Asgi], Asgi]:
    """The guard around all pages."""

    def wrap(app: Asgi) -> Asgi:
        return Guard(app, datasette.presswatch.access, is_own, writes) if _is_ours(datasette) else app

    return wrap


@hookimpl
def skip_csrf(datasette: Any, scope: dict[str, Any]) -> bool:
    """Forms of ours were judged by the guard; Datasette's own cookie would refuse them."""
    return _is_ours(datasette) and FORM in scope


@hookimpl
def menu_links(datasette: Any) -> list[dict[str, str]]:
    """Back from Datasette's pages to ours."""
    links = (("/", "Latest"), ("/changes", "Changes"), ("/sources", "Sources"), ("/queries", "Saved queries"))
    return [{"href": href, "label": label} for href, label in links] if _is_ours(datasette) else []


def _is_ours(datasette: Any) -> bool:
    return hasattr(datasette, "presswatch")
