"""Every key of the configuration: its kind, and its meaning in a sentence. The parser and the JSON Schema come from
here."""

from __future__ import annotations

import json
from typing import Any

from presswatch.config.channel_fields import CHANNEL
from presswatch.config.kinds import (
    Key,
    Kind,
    Schema,
    Table,
    boolean,
    choice,
    duration,
    integer,
    list_of,
    mapping_of,
    rate,
    secret,
    table,
    text,
)
from presswatch.config.model import Auth, PostConfig, WebSubConfig
from presswatch.config.texts import (
    ANY_EVERY,
    BROWSER,
    CRON,
    DAY,
    ID_PATTERN,
    LABEL,
    LANGUAGE,
    MAX_URL,
    PAGE_URL,
    QUIET,
    SECOND,
    TIMEZONE,
    URL_PATTERN,
    WEIGHT,
    parse_selector,
    parse_url,
)
from scheduler.patterns import check_pattern
from scraper import slugs
from scraper.json_path import is_json_path
from scraper.types import ChangeKind, Recipe

_SELECTORS = ("item", "listing", "title", "link", "date", "summary")
_KINDS_MEANT = {
    **dict.fromkeys(("edited", "changed", "updated", "modified", "corrected"), "revised"),
    **dict.fromkeys(("removed", "deleted", "gone"), "withdrawn"),
    **dict.fromkeys(("moved", "renamed"), "relocated"),
    "new": "added",
    "restored": "reinstated",
    "trouble": "episode_opened",
}
"""What people call the kinds of changes."""
_OUR_HEADERS = (
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "accept-encoding",
    "if-none-match",
    "if-modified-since",
    "range",
)


_KEEP = duration(DAY, 36_500 * DAY)


def _caseless(word: str) -> str:
    return "".join(f"[{letter.upper()}{letter}]" if letter.isalpha() else letter for letter in word)


def build_recipe(values: dict[str, Any]) -> Recipe:
    """A hand-written recipe from its keys. Raises ``ValueError`` for keys that do not go together."""
    if "hook" in values and any(name in values for name in _SELECTORS):
        raise ValueError("has both selectors and a hook; keep one of them")
    if "hook" not in values and "item" not in values:
        raise ValueError('needs item, the CSS selector of each record, such as item = "li.news"')
    fields = [values[name] for name in ("title", "link", "date", "summary") if name in values]
    if "item" in values and any(is_json_path(field) is not is_json_path(values["item"]) for field in fields):
        raise ValueError("mixes CSS with paths in JSON; where item begins with $, the fields are paths as well")
    return Recipe(origin="hand", **values)


WEBSUB = Table(
    doc="Being told of news by the hubs that feeds announce (WebSub).",
    keys={
        "callback": Key(
            text(
                1000,
                pattern=r"^https?://[^\s/?#@\\]+(/[^\s?#\\]*)?/$",
                hint="write an address that ends in a slash, such as https://news.example/hubs/",
                convert=parse_url,
            ),
            "The address under which hubs reach this machine; a reverse proxy may stand there.",
            required=True,
            remedy='write the public address, such as callback = "https://news.example/hubs/"',
        ),
        "listen": Key(
            text(
                100,
                pattern=r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):[1-9][0-9]{0,4}$",
                hint="write host and port, such as 127.0.0.1:8765",
            ),
            "Where their calls are answered; by default 127.0.0.1:8765.",
        ),
    },
)

SETTINGS = Table(
    doc="Settings for all sources.",
    keys={
        "contact": Key(
            text(
                200,
                pattern=r"^(https?://[!-'*-~]+|(mailto:)?[!-'*-;=?A-~]+@[A-Za-z0-9.-]+)$",
                hint="write a web or mail address",
            ),
            "Web or mail address that the watched sites are told, so that they can reach you.",
        ),
        "every": Key(
            ANY_EVERY,
            "How often a source is looked at that has no times of its own. auto: when something new is likely.",
        ),
        "budget": Key(
            integer(1, 288),
            "How often a source is looked at in a day where every is auto, on average. An answer 'not modified' (304) "
            "counts as a quarter of a look.",
        ),
        "site_spacing": Key(duration(0 * SECOND, DAY), "The shortest time between two requests to one site."),
        "timeout": Key(duration(SECOND, 40 * SECOND), "How long one request may take."),
        "concurrency": Key(integer(1, 64), "How many sources are looked at at once, each on another site."),
        "retry_first": Key(duration(SECOND, DAY), "The wait after a failed check; each further one adds a quarter."),
        "retry_max": Key(duration(SECOND, DAY), "The longest wait after failed checks; a day at the most."),
        "keep_suspect": Key(_KEEP, "How long the bytes of answers are kept that were not believed."),
        "keep_baseline": Key(_KEEP, "How long the page of a first look is kept."),
        "keep_evidence": Key(_KEEP, "How long pages are kept that led to a change; by default for ever."),
        "keep_screenshots": Key(_KEEP, "How long pictures are kept of pages that led to a change."),
        "chromium": Key(
            text(1000), "The browser for pages that need one, where it is not found as chromium on the PATH."
        ),
        "websub": Key(table(WEBSUB, lambda values: WebSubConfig(**values)), WEBSUB.doc),
        "burst": Key(integer(1, 1000), "More new items than this in one check become one digest message."),
        "heartbeat": Key(
            secret(MAX_URL, pattern=URL_PATTERN, hint="write an address with http:// or https://", inspect=parse_url),
            "Address asked for as long as the service works; who watches it there (Healthchecks, Uptime Kuma …) raises "
            "the alarm when it no longer is.",
        ),
        "heartbeat_every": Key(duration(10 * SECOND, DAY), "How often that address is asked for."),
        "timezone": Key(TIMEZONE, "IANA name of the zone in which times are shown; by default that of the machine."),
        "language": Key(LANGUAGE, "Language in which dates are shown; by default that of the environment."),
    },
)

RECIPE = Table(
    doc="Where the items are on the page, for a page that is not understood by itself. A selector is CSS, relative to "
    "the record; it may end in @attr to read an attribute. One that begins with $ is a path in JSON, where $ is the "
    "whole answer for item and the record for the others.",
    keys={
        **{
            name: Key(text(1000, convert=parse_selector), doc)
            for name, doc in (
                ("item", "Matches each record."),
                ("listing", "Narrows the page to the part that holds the records."),
                ("title", "The title in a record."),
                ("link", "The link in a record."),
                ("date", "The date in a record."),
                ("summary", "The summary in a record."),
            )
        },
        "hook": Key(
            text(
                300,
                pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$",
                hint="write package.module:function",
            ),
            "A Python function that receives the soup and the URL and yields the items; in place of selectors.",
        ),
        "date_order": Key(choice("DMY", "MDY", "YMD"), "The order of day, month and year in dates such as 03/04/2025."),
    },
    extra={
        "oneOf": [
            {"required": ["item"], "not": {"required": ["hook"]}},
            {"required": ["hook"], "properties": dict.fromkeys(_SELECTORS, False)},
        ]
    },
)

HEADERS = mapping_of(
    secret(8000),
    50,
    names=text(
        100,
        pattern=f"^(?!({'|'.join(map(_caseless, _OUR_HEADERS))})$)[A-Za-z0-9!#$%&'*+.^_`|~-]+$",
        hint="write the name of a header that presswatch does not set itself",
    ),
)

_SECRET = secret(8000)


def build_auth(values: dict[str, Any]) -> Auth:
    """Who we are to a source. Raises ``ValueError`` for keys that do not go together."""
    if "token" in values and len(values) > 1:
        raise ValueError("has a token and more; keep the token, or user and password")
    if "token" not in values and "user" not in values:
        raise ValueError('needs user and password, or token, such as token = "env:HARBOUR_TOKEN"')
    return Auth(**values)


AUTH = Table(
    doc="User and password (Basic), or a bearer token; sent to the source's own origin only.",
    keys={
        "user": Key(_SECRET, "User name; it may be env:, file: or keyring:"),
        "password": Key(_SECRET, "Password; it may be env:, file: or keyring:"),
        "token": Key(_SECRET, "Bearer token; it may be env:, file: or keyring:"),
    },
    extra={
        "oneOf": [
            {"required": ["token"], "properties": {"user": False, "password": False}},
            {"required": ["user"], "properties": {"token": False}},
        ]
    },
)


def _check_json(raw: str) -> None:
    try:
        json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is no JSON: {str(error).splitlines()[0]}") from None


def build_post(values: dict[str, Any]) -> PostConfig:
    """What is posted. Raises ``ValueError`` for keys that do not go together."""
    if ("form" in values) is ("json" in values):
        raise ValueError("needs either form, a table of fields, or json, a text")
    if "first" in values and "json" in values:
        raise ValueError("has first, which gives hidden fields to a form; json has none")
    return PostConfig(**values)


POST = Table(
    doc="The listing is asked for with POST: the fields of a form, or a JSON text.",
    keys={
        "form": Key(mapping_of(secret(100_000), 200, names=text(1000)), "Names and values of the form's fields."),
        "json": Key(secret(100_000, inspect=_check_json), "The body, as JSON in a text."),
        "first": Key(
            PAGE_URL,
            "A page of the same origin that is asked for before; the hidden fields of its forms go along.",
        ),
    },
    extra={"oneOf": [{"required": ["form"]}, {"required": ["json"], "properties": {"first": False}}]},
)

PROXY = secret(
    2000,
    pattern="^([Hh][Tt][Tt][Pp]|[Ss][Oo][Cc][Kk][Ss]5[Hh]?)://([^/?#@\\s]*@)?[^/?#@\\s]+/?$",
    hint="write http://host:3128, socks5://host:1080 or socks5h://host:1080",
)

SOURCE = Table(
    doc="A page to watch.",
    keys={
        "id": Key(
            text(64, pattern=ID_PATTERN, hint="write 1 to 64 of A-Z a-z 0-9 . _ - beginning with a letter or digit"),
            "Short text by which the source is remembered. Never change it: slug, name and URL may change freely.",
            required=True,
            remedy='write a short text that you will never change, such as id = "tides-1"',
        ),
        "url": Key(
            PAGE_URL,
            "The page that lists the news.",
            required=True,
            remedy='write the address of the page, such as url = "https://ministry.example/news"',
        ),
        "slug": Key(
            text(slugs.LONGEST, pattern=slugs.PATTERN, hint="write small letters, digits and single hyphens"),
            "Short name for commands; by default made from the id.",
        ),
        "name": Key(text(200), "Name for people; by default the slug."),
        "tags": Key(list_of(LABEL, 50), "Words by which sources are selected, as in `presswatch check @energy`."),
        "every": Key(
            ANY_EVERY, "How often the source is looked at, or auto. Below 5m only where you opened its address."
        ),
        "at": Key(CRON, "Fixed times in place of an interval: minute, hour, day, month, weekday."),
        "hours": Key(QUIET, "The source is looked at only from when to when."),
        "weight": Key(WEIGHT, "How much an item of this source matters beside one of another, where every is auto."),
        "channels": Key(
            list_of(LABEL, 50), "Channels that are told of this source, wherever a rule names no channels itself."
        ),
        "headers": Key(HEADERS, "Headers sent to the source's own origin only. A value may be env:, file: or keyring:"),
        "auth": Key(table(AUTH, build_auth), AUTH.doc),
        "post": Key(table(POST, build_post), POST.doc),
        "cookies": Key(boolean(), "true: cookies that the site sets are sent back to it."),
        "proxy": Key(PROXY, "HTTP or SOCKS proxy between us and the source; it may be env:, file: or keyring:"),
        "browser": Key(
            BROWSER,
            "true: the page's scripts are run in Chromium; auto: if that is needed (extra browser).",
        ),
        "screenshot": Key(boolean(), "true: a picture is kept of a page that led to a change (extra browser)."),
        "language": Key(LANGUAGE, "Language of the page, where it does not say; also asked for (Accept-Language)."),
        "timezone": Key(TIMEZONE, "IANA name of the zone of times on the page, where it does not say."),
        "follow": Key(boolean(), "true: each new item's article is fetched, and looked at again for silent edits."),
        "paused": Key(boolean(), "true: not looked at for now."),
        "recipe": Key(table(RECIPE, build_recipe), RECIPE.doc),
    },
    extra={"not": {"required": ["at", "every"]}},
)

SITE = Table(
    doc="What holds for all sources of a site.",
    keys={
        "budget": Key(
            rate("200/d or 20/h"),
            "How often all its sources together are looked at, at most; they share it as they share the common budget.",
            required=True,
            remedy='write how many looks in which time, such as budget = "200/d"',
        ),
    },
)

RULE = Table(
    doc="Which changes are told to which channels. Without any rule, new items and episodes of all sources are told to "
    "all channels.",
    keys={
        "name": Key(LABEL, "Name of the rule.", required=True, remedy='write a short name, such as name = "energy"'),
        "channels": Key(
            list_of(LABEL, 50, least=1), "Channels that are told; by default each source's own, or else all."
        ),
        "sources": Key(list_of(LABEL, 1000), "Slugs or ids of sources; with tags, those of either; without both, all."),
        "tags": Key(list_of(LABEL, 50), "Tags of sources; with sources, those of either; without both, all."),
        "kinds": Key(
            list_of(choice(*ChangeKind, convert=ChangeKind, meant=_KINDS_MEANT), len(ChangeKind), least=1),
            "Kinds of changes; by default added, episode_opened and episode_closed.",
        ),
        "keywords": Key(list_of(text(200), 200), "Only changes whose title or text contains one of these."),
        "patterns": Key(
            list_of(text(1000, convert=check_pattern), 200),
            "Regular expressions (RE2): only changes whose title or text matches one, or contains a keyword.",
        ),
        "authors": Key(list_of(text(200), 200), "Only items whose author contains one of these."),
        "digest": Key(CRON, "As of a channel, for what this rule tells; it goes before that of the channel."),
        "quiet": Key(QUIET, "As of a channel, for what this rule tells; they go before those of the channel."),
        "at_once": Key(boolean(), "true: told at once, whatever digest and quiet hours the channel has."),
        "redesigns": Key(
            boolean(), "false: nothing is told of a new layout whose items were recognised; it is only recorded."
        ),
        "languages": Key(list_of(LANGUAGE, 50), "Only sources in one of these languages, such as de or pt-BR."),
    },
)


def _values(content: Table) -> Kind:
    return Kind(content.read, content.schema())


DOCUMENT = Table(
    doc="The configuration of presswatch.",
    keys={
        "presswatch": Key(_values(SETTINGS), SETTINGS.doc),
        "sources": Key(list_of(_values(SOURCE), 100_000, repeats=True), "The pages to watch."),
        "sites": Key(
            mapping_of(_values(SITE), 10_000, names=text(260)),
            'Sites by registrable domain, as [sites."example.org"] for pages at www.example.org.',
        ),
        "channels": Key(mapping_of(CHANNEL, 200, names=LABEL), "Where messages go, each by its name."),
        "rules": Key(list_of(_values(RULE), 1000, repeats=True), RULE.doc),
    },
)


def document_schema() -> Schema:
    """The JSON Schema of the whole file without its heading."""
    return DOCUMENT.schema()
