"""Backups of changedetection.io: a ZIP with ``url-watches.json``, or, since 0.54, with one ``watch.json`` a folder.

Members are read into memory by their exact names, each and all together within a bound: nothing is unpacked.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from presswatch.importing.found import MAX_FOUND, Found
from presswatch.importing.watches_json import found_in, load_object, read_watches
from scraper.errors import ConfigError

MAX_BYTES = 20_000_000
_WATCH = re.compile(r"[0-9a-f-]{36}/watch\.json")


def read_backup(content: bytes) -> list[Found]:
    """The watches in a backup. Raises :class:`ConfigError` for what is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise ConfigError("is no whole backup of changedetection.io") from error


def _read(archive: zipfile.ZipFile) -> list[Found]:
    members = _Members(archive)
    names = [info.filename for info in archive.infolist()]
    if "url-watches.json" in names:
        return read_watches(members.text("url-watches.json"))
    watches = [name for name in names if _WATCH.fullmatch(name)]
    if not watches:
        raise ConfigError("has no url-watches.json in it, nor any watch.json: it is no backup of changedetection.io")
    if len(watches) > MAX_FOUND:
        raise ConfigError(f"has more than {MAX_FOUND} watches; split it")
    settings = load_object(members.text("changedetection.json")) if "changedetection.json" in names else {}
    return found_in([load_object(members.text(name)) for name in watches], settings)


class _Members:
    """Reads members until the bound on all of them is reached."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = MAX_BYTES

    def text(self, name: str) -> str:
        with self._archive.open(name) as member:
            content = member.read(self._left + 1)
        self._left -= len(content)
        if self._left < 0:
            raise ConfigError(f"unpacks to more than {MAX_BYTES // 1_000_000} MB")
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ConfigError(f"{name} in it is not UTF-8 text") from error
