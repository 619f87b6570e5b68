"""The texts of the configuration that have a form of their own: addresses, labels, languages, zones, selectors."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from presswatch.config.kinds import Kind, duration, plain, text
from presswatch.config.model import AUTO
from presswatch.config.problems import Problems, did_you_mean
from presswatch.secrets import mask_url
from scheduler.timing import check_cron, parse_quiet
from scraper.json_path import is_json_path, parse_path, parse_template

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
SHORTEST_EVERY = 5 * MINUTE
"""More often than this a source is looked at only where the operator has opened its address."""
MAX_URL = 4_000
ID_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
LABEL_PATTERN = r"""^[^\s@,:/\\\[\]"'-][^\s@,:/\\\[\]"']{0,63}$"""
URL_PATTERN = r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#@\\]+([/?#][^\s\\]*)?$"


def parse_url(raw: str) -> str:
    """``raw`` if its host and port make sense. Raises :class:`ValueError`."""
    try:
        parts = urlsplit(raw)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("is no usable address: its host or port makes no sense")
    return raw


def _parse_timezone(raw: str) -> str:
    try:
        ZoneInfo(raw)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = did_you_mean(raw, available_timezones()) or "; write a name such as Europe/Berlin or UTC"
        raise ValueError(f"{raw!r} is no known time zone{near}") from None
    return raw


def parse_selector(raw: str) -> str:
    """``raw`` if it is a CSS selector, which may end in ``@attr``, or a path or template over JSON, which has ``$``.
    Raises :class:`ValueError`."""
    if is_json_path(raw):
        parse_path(raw) if raw.lstrip().startswith("$") else parse_template(raw)
        return raw
    import soupsieve

    selector = re.sub(r"@[\w:-]+\Z", "", raw).strip()
    if selector:
        try:
            soupsieve.compile(selector)
        except (soupsieve.SelectorSyntaxError, NotImplementedError, ValueError) as error:
            raise ValueError(f"{raw!r} is no CSS selector: {str(error).splitlines()[0]}") from None
    return raw


LABEL_HINT = "write letters, digits, dots, _ or -, at most 64, without spaces, quotes or any of @ , : / [ ]"
LABEL = text(64, pattern=LABEL_PATTERN, hint=LABEL_HINT)
_EVERY = duration(SECOND, 366 * DAY)


def _read_every(raw: object, where: str, problems: Problems) -> Any:
    return AUTO if raw == AUTO else _EVERY.read(raw, where, problems)


ANY_EVERY = Kind(_read_every, {"anyOf": [{"const": AUTO}, _EVERY.schema]})


def _read_weight(raw: object, where: str, problems: Problems) -> Any:
    if isinstance(raw, int | float) and not isinstance(raw, bool) and 0.1 <= raw <= 10:
        return float(raw)
    problems.add(where, "must be a number from 0.1 to 10; 1 is usual")
    return None


WEIGHT = Kind(_read_weight, {"type": "number", "minimum": 0.1, "maximum": 10})
_BROWSER_USES = {True: "always", False: "never", AUTO: "auto"}


def _read_browser(raw: object, where: str, problems: Problems) -> Any:
    if isinstance(raw, bool | str) and raw in _BROWSER_USES:
        return _BROWSER_USES[raw]
    problems.add(where, 'must be true, false or "auto"')
    return None


BROWSER = Kind(_read_browser, {"anyOf": [{"type": "boolean"}, {"const": AUTO}]})
PAGE_URL = text(
    MAX_URL,
    pattern=URL_PATTERN,
    hint="write a whole address that begins with http:// or https://, without spaces, backslashes, user or password",
    convert=parse_url,
    show=lambda raw: mask_url(raw) if "@" in raw else raw,
    examples=("https://ministry.example/news",),
)
LANGUAGE = text(
    35,
    pattern="^[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*$",
    hint="write a language code such as en, de or pt-BR",
    convert=lambda raw: raw.replace("_", "-"),
)
TIMEZONE = text(
    64,
    pattern="^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$",
    hint="write a name such as Europe/Berlin or UTC",
    convert=_parse_timezone,
)
CRON = text(
    100,
    pattern=r"^(@[a-z]+|[0-9*/,A-Za-z-]+( +[0-9*/,A-Za-z-]+){4})$",
    hint='write minute, hour, day, month and weekday, such as "0 8 * * mon-fri"',
    convert=check_cron,
    examples=("0 8 * * mon-fri", "0 */6 * * *"),
)
QUIET = plain(
    str,
    parse_quiet,
    {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$"},
)
