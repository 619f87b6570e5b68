"""Our routes in Datasette. Each hook acts only on a Datasette made by :func:`presswatch.web.site.make_site`: another
one in the same process stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pluggy import HookimplMarker

from presswatch.web import views
from presswatch.web.guard import Asgi, Guard

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
    (r"^/capture/(?P<sha256>[0-9a-f]{64})$", views.capture),
    (r"^/capture/(?P<sha256>[0-9a-f]{64})\.txt$", views.capture_markup),
    (r"^/feeds$", views.feeds),
    (r"^/feeds/sources\.opml$", views.opml),
    (r"^/feeds/(?P<name>[^/]{1,600})\.(?P<ending>atom|json)$", views.feed),
    (r"^/healthz$", views.healthz),
]
_OWN = re.compile(rf"/({STATIC}/.*)?$|/(item|source|capture|feeds)/|/(sources|changes|messages|queries|feeds|healthz)$")


def is_own(path: str) -> bool:
    """Whether ``path`` is one of our pages, which need no inline styles."""
    return _OWN.match(path) is not None


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Callable[..., Any]]]:
    """Our pages, before Datasette's own."""
    return _ROUTES if _is_ours(datasette) else []


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Asgi], Asgi]:
    """The guard around all pages."""

    def wrap(app: Asgi) -> Asgi:
        return Guard(app, datasette.presswatch.access, is_own) if _is_ours(datasette) else app

    return wrap


@hookimpl
def menu_links(datasette: Any) -> list[dict[str, str]]:
    """Back from Datasette's pages to ours."""
    links = (("/", "Latest"), ("/changes", "Changes"), ("/sources", "Sources"), ("/queries", "Saved queries"))
    return [{"href": href, "label": label} for href, label in links] if _is_ours(datasette) else []


def _is_ours(datasette: Any) -> bool:
    return hasattr(datasette, "presswatch")
