"""Telling a bot wall from an ordinary refusal, by what came with the status. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

STATUSES: Final = frozenset({401, 403, 405, 429, 503})
"""Statuses with which walls answer."""

_LOOKED_AT: Final = 100_000
_HEADERS: Final = {
    "cf-mitigated": re.compile("challenge"),
    "x-datadome": re.compile("."),
    "x-amzn-waf-action": re.compile("challenge|captcha"),
    "x-sucuri-block": re.compile("."),
}
_BODY: Final = re.compile(
    rb"captcha|cf-chl|challenge-platform|challenge-form|just a moment|attention required|checking your browser|"
    rb"verif(?:y|ying) (?:that )?you are (?:a )?human|unusual traffic|are you a robot|not a robot|bot detection|"
    rb"ddos protection|pardon our interruption|incapsula incident|datadome|perimeterx|px-captcha|_imperva|"
    rb"enable (?:javascript and )?cookies to continue|access to this page has been denied|awswaf"
)


def is_wall(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether an answer turns robots away, rather than everybody. ``headers`` have lower-case names; of ``body``
    (decoded) the first 100,000 bytes are looked at."""
    if status not in STATUSES:
        return False
    if any(pattern.search(headers.get(name, "").lower()) for name, pattern in _HEADERS.items()):
        return True
    return bool(_BODY.search(body[:_LOOKED_AT].lower()))
