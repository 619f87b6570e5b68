"""What a robots.txt says to us (RFC 9309 2.2). Pure.

Protego matches the paths, but sees only the one group that is meant for us: given a whole hostile file (ten thousand
agents sharing ten thousand rules) it would hold their product in memory. Only that group is kept, too.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from protego import Protego

from scraper.latest import Latest

PARSED_BYTES: Final = 500 * 1024
"""RFC 9309 2.5: at least 500 KiB are parsed; we parse no more."""
_AGENT: Final = re.compile(r"user[ -]?agent\s*[:\s]\s*(.*)", re.IGNORECASE)
_RULE: Final = re.compile(r"(allow|disallow|crawl[ -]delay)\s*[:\s]\s*(.*)", re.IGNORECASE)
_TOKEN: Final = re.compile(r"[A-Za-z_-]+")
_MADE_FOR: Final = "# for "
_parsed: Final = Latest[tuple[bytes, str], Protego](PARSED_BYTES * 2)
"""By the bytes of their text, which take up to eighty times as much memory once parsed."""


def parsed_rules(body: bytes, user_agent: str) -> Protego:
    """The rules of a robots.txt for ``user_agent``, to be asked on behalf of ``*``."""
    token = product_token(user_agent)
    found = _parsed.get((body, token))
    if found is None:
        text = body.decode("utf-8-sig", "replace")
        found = Protego.parse("\n".join(["User-agent: *", *our_rules(text, token)]))
        _parsed.put((body, token), found, len(body) + 1_000)
    return found


def product_token(user_agent: str) -> str:
    """The name by which robots.txt addresses us (RFC 9309 2.2.1), in lower case."""
    found = _TOKEN.match(user_agent.strip())
    return found.group().lower() if found else "*"


def rules_kept(body: bytes, user_agent: str) -> bytes:
    """A robots.txt that says the same to ``user_agent`` as ``body``, of which :data:`PARSED_BYTES` are read, and to
    nobody anything else. It begins with whom it was made for (:func:`is_made_for`)."""
    token = product_token(user_agent)
    text = body[:PARSED_BYTES].removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")
    lines = [f"{_MADE_FOR}{token}", "User-agent: *", *our_rules(text, token)]
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def is_made_for(body: bytes, user_agent: str) -> bool:
    """Whether what was kept may be asked on behalf of ``user_agent``; what is whole may, for everybody."""
    mark = _MADE_FOR.encode()
    return not body.startswith(mark) or body.startswith(mark + product_token(user_agent).encode() + b"\n")


def our_rules(text: str, token: str) -> list[str]:
    """The rule lines of all groups for ``token`` in order, else of those for ``*``. Linear in ``text``."""
    groups: dict[str, list[str]] = {}
    current: set[str] = set()
    open_group = True  # agents may still join: no rule has come yet
    for raw in re.split(r"\r\n|\r|\n", text):
        line = raw.partition("#")[0].strip()
        if found := _AGENT.match(line):
            if not open_group:
                current, open_group = set(), True
            name = _agent_name(found.group(1))
            if name in (token, "*"):
                current.add(name)
                groups.setdefault(name, [])
        elif found := _RULE.match(line):
            open_group = open_group and found.group(1).lower().startswith("crawl")
            for name in current:
                groups[name].append(f"{found.group(1)}:{found.group(2)}")  # no longer than it was
    return groups.get(token, groups.get("*", []))


def _agent_name(value: str) -> str:
    if value.strip() == "*":
        return "*"
    found = _TOKEN.match(value)
    return found.group().lower() if found else ""
