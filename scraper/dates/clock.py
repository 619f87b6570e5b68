"""The time of day beside a date, and the offset from UTC that it was printed with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scraper.dates.names import load_names
from scraper.dates.tokens import WORD, fold_word

_ZONES = {
    # Only abbreviations that mean one offset wherever they are printed; CST, IST and BST mean several.
    **dict.fromkeys(("z", "utc", "gmt", "wet"), 0),
    **dict.fromkeys(("cet", "mez", "met", "west", "wat"), 60),
    **dict.fromkeys(("cest", "mesz", "eet", "cat", "sast"), 120),
    **dict.fromkeys(("eest", "msk", "мск", "trt", "eat"), 180),
    **dict.fromkeys(("pkt", "uzt"), 300),
    **dict.fromkeys(("ict", "wib"), 420),
    **dict.fromkeys(("hkt", "sgt", "pht", "wita", "awst"), 480),
    **dict.fromkeys(("jst", "kst", "wit"), 540),
    **dict.fromkeys(("aest",), 600),
    **dict.fromkeys(("aedt",), 660),
    **dict.fromkeys(("nzst",), 720),
    **dict.fromkeys(("nzdt",), 780),
    **dict.fromkeys(("edt", "clt"), -240),
    **dict.fromkeys(("est", "cdt"), -300),
    **dict.fromkeys(("mdt",), -360),
    **dict.fromkeys(("mst", "pdt"), -420),
    **dict.fromkeys(("pst",), -480),
    **dict.fromkeys(("brt", "art"), -180),
}
_GAP = r"[ \n\r]{0,4}[,;|@(\[•/-]?[ \n\r]{0,4}"
_LEAD = rf"(?:{WORD}{{1,8}}[.']?[ ]{{1,2}}){{0,2}}"
_TIME = (
    r"(?P<h>[0-9]{1,2})(?:(?P<sep>[:.hH時时시点點])[ ]?(?P<m>[0-9]{2})(?!\.(?:19|20)[0-9]{2}(?![0-9]))"
    r"(?:[:.'分분][ ]?(?P<s>[0-9]{2}))?"
    r"(?P<frac>[.,][0-9]{1,9})?|(?P<only>[hH時时시点點])?)(?![0-9])"
)
_AFTER = re.compile(rf"{_GAP}(?:(?P<lead>{_LEAD})|(?P<cjk>{WORD}{{2}}[ ]?))?T?{_TIME}")
_LEADING = re.compile(rf"({WORD}{{2}})[ ]?$")
_BEFORE = re.compile(rf"{_TIME}(?P<tail>[ ]?(?:{WORD}{{1,4}}[.]?[ ]?){{0,3}})[ ]?[,;|)\]•/-]?[ ]{{0,3}}$")
_HOURS = re.compile(rf"[ ]?(?:Uhr|uhr|hrs?|h|ч|น|klo)\.?(?!{WORD})")
_PERIOD = re.compile(rf"[ ]?({WORD}{{1,12}})[.]?(?:[ ]?({WORD}{{1,4}})[.]?)?")
_OFFSET = re.compile(
    rf"[ ]{{0,2}}[(\[]?(?P<zone>{WORD}{{1,5}})?[ ]?"
    r"(?:(?P<sign>[+-])(?P<oh>[0-9]{1,2}):?(?P<om>[0-9]{2})?(?![0-9:]))?[)\]]?"
)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day in the text: its place, ``HH:MM[:SS]``, and the printed offset in minutes, if any."""

    start: int
    end: int
    hour: int
    minute: int
    second: int | None
    offset: int | None


def clock_after(text: str, position: int) -> Clock | None:
    """A time that follows a date, as in "21 April 2025, 2:30 pm", "2025-04-21T14:30+03:00", "à 14h30"."""
    window = text[position : position + 64]
    if not window:
        return None
    match = _AFTER.match(window)
    if not match:
        return None
    half = _period_word(match["cjk"] or "") or _period_word(match["lead"] or "")
    if not (half or match["sep"] or match["only"] or _period_after(window, match.end())):
        return None  # a bare number is no time
    return _build(window, match, position, half)


def clock_before(text: str, position: int) -> Clock | None:
    """A time that stands before a date, as in "14:30, 21 April 2025"."""
    start = max(position - 32, 0)
    window = text[start:position]
    if not window or window.isspace():
        return None
    for match in _BEFORE.finditer(window):
        if match["sep"] not in (":", "h") or (match.start() and window[match.start() - 1] in "0123456789:.,/-"):
            continue
        tail, start_of_time = match["tail"].strip(), match.start()
        half = _period_word(tail)
        if (lead := _LEADING.search(window, 0, start_of_time)) and (early := _period_word(lead[1])):
            half, start_of_time = early, lead.start(1)
        offset = _ZONES.get(fold_word(tail.rstrip(".")))
        time = _checked(match, half)
        return Clock(start + start_of_time, position, *time, offset) if time else None
    return None


def _build(window: str, match: re.Match[str], position: int, half: str | None) -> Clock | None:
    end = match.end()
    if half is None:
        half, end = _period_after(window, end) or (None, end)
    time = _checked(match, half)
    if time is None:
        return None
    offset = None
    end = hours.end() if (hours := _HOURS.match(window, end)) else end
    zone = _OFFSET.match(window, end)
    if zone and (minutes := _offset(zone)) is not None:
        offset, end = minutes, zone.end()
    return Clock(position, position + end, *time, offset)


def _checked(match: re.Match[str], half: str | None) -> tuple[int, int, int | None] | None:
    hour, minute = int(match["h"]), int(match["m"] or 0)
    second = int(match["s"]) if match["s"] else None
    if half:
        if not 0 <= hour <= 12:
            half = None
        else:
            hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59 or (second or 0) > 59:
        return None
    told = half or match["s"] or (match.groupdict().get("lead") or "").strip()
    if match["sep"] == "." and len(match["h"]) < 2 and not told:
        return None  # "3.50" is a price before it is a time
    return hour, minute, second


def _period_after(window: str, end: int) -> tuple[str, int] | None:
    match = _PERIOD.match(window, end)
    if not match:
        return None
    periods = load_names().periods
    both = fold_word(match[1]) + fold_word(match[2] or "")
    if match[2] and both in periods:
        return periods[both], match.end()
    if (half := periods.get(fold_word(match[1]))) is not None:
        return half, match.end(1) + (1 if window[match.end(1) : match.end(1) + 1] == "." else 0)
    return None


def _period_word(words: str) -> str | None:
    periods = load_names().periods
    for word in reversed(words.split()):
        if half := periods.get(fold_word(word.strip(".'"))):
            return half
    return None


def _offset(zone: re.Match[str]) -> int | None:
    named = _ZONES.get(fold_word(zone["zone"])) if zone["zone"] else None
    if zone["sign"] is None:
        return named
    if zone["zone"] and named is None:
        return None
    hours, minutes = int(zone["oh"]), int(zone["om"] or 0)
    if hours > 14 or minutes > 59:
        return named
    return (named or 0) + (hours * 60 + minutes) * (-1 if zone["sign"] == "-" else 1)
