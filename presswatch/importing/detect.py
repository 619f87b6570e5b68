"""Which of the known forms a file has, and what is in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from presswatch.importing.backup_zip import MAX_BYTES, read_backup
from presswatch.importing.found import Found
from presswatch.importing.jobs_yaml import read_jobs
from presswatch.importing.opml import read_opml
from presswatch.importing.url_list import read_url_list
from presswatch.importing.watches_json import read_watches
from scraper.errors import ConfigError

_YAML_LINE = re.compile(r"(---|%YAML)(\s|$)|(-\s+)?[A-Za-z_<][\w-]*:(\s|$)")


def read_list(path: Path, form: str | None = None, *, pages: bool = False) -> tuple[str, list[Found]]:
    """The form of the file (``opml``, ``urlwatch``, ``changedetection``, ``urls``), and the entries in it. It is known
    by its contents unless it is given.

    ``pages`` takes the web pages of an OPML rather than its feeds. Raises :class:`ConfigError` naming the file.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", path=path) from error
    try:
        return _read(content, form, pages=pages)
    except ConfigError as error:
        raise ConfigError(str(error), path=path) from error


def _read(content: bytes, form: str | None, *, pages: bool) -> tuple[str, list[Found]]:
    if len(content) > MAX_BYTES:
        raise ConfigError(f"is larger than {MAX_BYTES // 1_000_000} MB")
    if content.startswith(b"PK\x03\x04") and form in (None, "changedetection"):
        return "changedetection", read_backup(content)
    text = _decode(content)
    form = form or _form_of(text)
    readers: dict[str, Callable[[str], list[Found]]] = {
        "opml": lambda said: read_opml(said, pages=pages),
        "urlwatch": read_jobs,
        "changedetection": read_watches,
        "urls": read_url_list,
    }
    return form, readers[form](text)


def _decode(content: bytes) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ConfigError("is neither UTF-8 nor UTF-16 text") from error
    if "\x00" in text:
        raise ConfigError("is no text")
    return text


def _form_of(text: str) -> str:
    for line in text.splitlines():
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        if said[0] == "<" and not said.lower().startswith("<http"):
            return "opml"
        if said[0] in "{[":
            return "changedetection"
        return "urlwatch" if _YAML_LINE.match(said) else "urls"
    return "urls"
