"""The saved news site, served at one of its moments."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from presswatch.fixture_site.caching import answer_document
from presswatch.fixture_site.server import Answer, LoopbackServer, Request

PACKAGE = Path(__file__).resolve().parent.parent


def fixtures_folder() -> Path:
    """The folder ``fixtures`` of the checkout, or ``presswatch/_fixtures`` of an installed wheel.

    :raises FileNotFoundError: if neither is there.
    """
    for folder in (PACKAGE / "_fixtures", PACKAGE.parent / "fixtures"):
        if (folder / "site").is_dir():
            return folder
    raise FileNotFoundError("the fixture site is not part of this installation")


@functools.cache
def list_moments() -> tuple[str, ...]:
    """The names of all moments, in order: ``m0-first-look``, ``m1-two-new`` …"""
    return tuple(sorted(path.parent.name for path in (fixtures_folder() / "site").glob("*/moment.json")))


def load_expected(moment: str) -> dict[str, Any]:
    """``expected.json`` of one moment.

    ``pages``: path -> ``kind, status, fields, items`` (item paths in order)``, next_page, article``;
    ``items``: item path -> ``title, published, published_at, summary`` (``fields`` of a page says which it shows);
    ``sources``: path -> ``outcomes`` (any of these is right)``, events`` since the moment before, ``baseline``.
    """
    return _load_json(moment, "expected.json")


def _load_json(moment: str, name: str) -> dict[str, Any]:
    if moment not in list_moments():
        raise ValueError(f"no moment named {moment!r}; there are {', '.join(list_moments())}")
    loaded: dict[str, Any] = json.loads((fixtures_folder() / "site" / moment / name).read_text(encoding="utf-8"))
    return loaded


class FixtureSite(LoopbackServer):
    """The ministry's site on loopback. Assigning ``site.moment`` changes what every address shows from then on.

    Absolute links in the pages name the address that was asked. ``moment`` is a full name or its number (``"m1"``).
    """

    def __init__(
        self, moment: str = "m0-first-look", *, addresses: Sequence[str] = ("127.0.0.1",), port: int = 0
    ) -> None:
        super().__init__(addresses, port)
        self.moment = moment

    @property
    def moment(self) -> str:
        return self._moment

    @moment.setter
    def moment(self, name: str) -> None:
        full = next((one for one in list_moments() if one.split("-")[0] == name), name)
        table = _load_json(full, "moment.json")
        self._moment, self._table = full, table

    def url(self, path: str = "/en/news/", host: int = 0) -> str:
        """The address of a page on the n-th address."""
        return self.origin(host) + path

    def expected(self) -> dict[str, Any]:
        """What the present moment should give; see :func:`load_expected`."""
        return load_expected(self.moment)

    def answer(self, request: Request) -> Answer:
        table = self._table
        resources: dict[str, dict[str, Any]] = table["resources"]
        entry = resources.get(request.target) or resources.get(request.path) or resources["*"]
        if "location" in entry:
            return Answer(entry["status"], b"", (("Location", entry["location"]),))
        if request.method not in {"GET", "HEAD"}:
            return Answer(405, b"", (("Allow", "GET, HEAD"),))
        body = _read(entry["file"]).replace(table["origin"].encode(), f"http://{request.address}:{self.port}".encode())
        modified = datetime.fromisoformat(entry["modified"]) if "modified" in entry else None
        return answer_document(request, body, entry["type"], modified=modified, status=entry["status"])


@functools.lru_cache(maxsize=256)
def _read(name: str) -> bytes:
    """A file that ``moment.json`` names. The names are our own, but stay inside the folder all the same."""
    folder = fixtures_folder() / "site"
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError(f"outside the fixture site: {name}")
    return path.read_bytes()
