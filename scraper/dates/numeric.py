"""Dates written in digits alone, or with hardly more: ISO, 21.04.2025, 04/21/2025, 2025. 4. 21., 2025年4月21日,
2025년 4월 21일, 114-04-21 (Taiwan), R7.4.21 (Japan), 2025 оны 4 сарын 21."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from scraper.dates.calendars import MINGUO_OFFSET, era_year, from_persian, plain_year
from scraper.dates.candidate import Candidate, DateOrder, calendar_date, full_year, is_future
from scraper.dates.hijri import from_hijri

# A number that continues to either side (1.2.3.4, 2024-05-03-17, $12.05.24, v1.2.2024) is no date.
_NUMERIC = re.compile(
    r"""
    (?<![0-9A-Za-z_$€£¥#+\\=&%~@]) (?<![0-9][.,:/-])
    (?:
      (?P<y>[0-9]{4}|1[0-9]{2})[ ]?(?P<ys>[-/.])[ ]?(?P<ym>[0-9]{1,2})[ ]?(?P=ys)[ ]?(?P<yd>[0-9]{1,2})
        (?![0-9]) (?![-/.:,][0-9])
    | (?P<a>[0-9]{1,2})[ ]{0,2}(?P<s>[-/.])[ ]{0,2}(?P<b>[0-9]{1,2})[ ]{0,2}(?P=s)[ ]{0,2}
        (?P<c>[0-9]{4}|'?[0-9]{2}|(?<=\.[ ])[0-9]) (?![0-9A-Za-z$€£%]) (?![-/.:,][0-9])
    | (?: (?P<era>令和|平成|昭和|民國|民国|中華民國) [ ]? )? (?: (?P<cy>[0-9]{1,4}|元) [ ]?[年년] [ ]? )?
      (?P<cm>[0-9]{1,2}) [ ]?[月월] (?: [ ]?(?P<cd>[0-9]{1,2}) [ ]?[日号號일] )?
    | (?P<je>[RHS])[ ]?(?P<jy>[0-9]{1,2}|元)(?P<js>[./-])(?P<jm>[0-9]{1,2})(?P=js)(?P<jd>[0-9]{1,2}) (?![0-9./-])
    | (?:(?P<ny>[0-9]{4})[ ]он(?:ы|д)?[ ])? (?P<nm>[0-9]{1,2}) (?:[ -]?(?:р|дугаар|дүгээр))? [ ]сар(?:ын)?
      [ -] (?P<nd>[0-9]{1,2}) (?![0-9])
    | (?P<k>[0-9]{8}) (?=T[0-9]{4,6})
    )
    """,
    re.VERBOSE,
)
LIKELY = re.compile(
    r"[0-9](?:[ ]{0,2}([-/.])[ ]{0,2}[0-9]{1,2}[ ]{0,2}\1|[ ]?[月월]|T[0-9]{4}|(?:[ -]?(?:р|дугаар|дүгээр))?[ ]сар)"
)
"""What each of the forms above has in it."""
_HIJRI_MARK = re.compile(r"[ ]?(?:هـ|ه(?!\w)|AH\b|H\b)")
_YEAR_MARK = re.compile(r"^\.?[ ]?(?:г|р|ж)?\.?(?:[, ]{1,2}[0-9]{1,2}[:.][0-9]{2}.{0,20})?")
RECENT = 2
"""Years back to which a date like "5.3.26" is believed at an end of a line."""
_DASH_AFTER = re.compile(r" ?[–—|:·]| - ")
_DASH_BEFORE = re.compile(r"(?:[–—|·(]| -) ?$")
_ISOLATED_BEFORE = " \n\r([|·•<>\"'«“:;,–-"


def may_be_numeric(text: str) -> bool:
    """A cheap look: whether a uniform text can have a candidate."""
    return LIKELY.search(text) is not None


def numeric_candidates(
    text: str,
    *,
    now: datetime,
    order: DateOrder | None,
    fallback: DateOrder | None,
    thai: bool,
    persian: bool,
    languages: Sequence[str] = (),
) -> Iterator[Candidate]:
    """Candidates of a uniform text. ``order`` is decided, ``fallback`` the language's custom where it is not;
    ``thai`` and ``persian`` say that years are likely of those calendars, ``languages`` (``zh``) that others may be."""
    for match in _NUMERIC.finditer(text):
        kind = match.lastgroup
        found = None
        if match["y"]:
            found = _year_first(match, text, now=now, persian=persian, minguo="zh" in languages)
        elif match["a"]:
            found = _other_year_last(match, text, persian=persian) or _day_and_month(
                match, text, now=now, order=order, fallback=fallback, thai=thai
            )
        elif match["cm"]:
            found = _east_asian(match)
        elif match["je"]:
            found = _era_letter(match) if "ja" in languages else None
        elif match["nm"]:
            found = _mongolian(match)
        elif kind == "k":
            digits = match["k"]
            found = _checked(match, int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        if found:
            yield found


def _checked(match: re.Match[str], year: int, month: int, day: int, *, ambiguous: bool = False) -> Candidate | None:
    if calendar_date(year, month, day) is None:
        return None
    return Candidate(match.start(), match.end(), year, month, day, ambiguous)


def _year_first(match: re.Match[str], text: str, *, now: datetime, persian: bool, minguo: bool) -> Candidate | None:
    year, month, day = int(match["y"]), int(match["ym"]), int(match["yd"])
    if year < 1000:  # years of the Republic, as Taiwan counts them
        believed = minguo and year + MINGUO_OFFSET <= now.year + 1
        return _checked(match, year + MINGUO_OFFSET, month, day) if believed else None
    if _HIJRI_MARK.match(text, match.end()):
        return _gregorian(match, from_hijri(year, month, day))
    converted = plain_year(year, month, day, persian=persian)
    return _checked(match, *converted) if converted else None


def _other_year_last(match: re.Match[str], text: str, *, persian: bool) -> Candidate | None:
    """ "15/09/1446 هـ" and, in Persian, "15/02/1403"."""
    if len(match["c"]) != 4 or not 1300 <= int(match["c"]) <= 1500:
        return None
    if _HIJRI_MARK.match(text, match.end()):
        return _gregorian(match, from_hijri(int(match["c"]), int(match["b"]), int(match["a"])))
    return _gregorian(match, from_persian(int(match["c"]), int(match["b"]), int(match["a"]))) if persian else None


def _gregorian(match: re.Match[str], on: date | None) -> Candidate | None:
    return Candidate(match.start(), match.end(), on.year, on.month, on.day) if on else None


def _day_and_month(
    match: re.Match[str], text: str, *, now: datetime, order: DateOrder | None, fallback: DateOrder | None, thai: bool
) -> Candidate | None:
    first, second, separator = int(match["a"]), int(match["b"]), match["s"]
    printed_year = match["c"].lstrip("'")
    if len(printed_year) <= 2:
        if not _is_short_date(match, text, fallback, now) or (
            len(printed_year) == 1 and "YMD" not in (order, fallback)
        ):
            return None
        third = int(printed_year)
        if order == "YMD" or (order is None and fallback == "YMD") or first > 31:
            return _checked(match, full_year(first, now), second, third)
        year = full_year(third, now)
        if thai and full_year((third + 57) % 100, now) <= now.year and third > now.year % 100 + 1:
            year = 2500 + third - 543
    else:
        year = int(printed_year)
        if thai or 2443 <= year <= 2643:
            year = year - 543 if year > 2400 else year
    return _ordered(match, first, second, separator, year, now=now, order=order, fallback=fallback)


def _ordered(
    match: re.Match[str],
    first: int,
    second: int,
    separator: str,
    year: int,
    *,
    now: datetime,
    order: DateOrder | None,
    fallback: DateOrder | None,
) -> Candidate | None:
    """Day first or month first: what the numbers force, then the order decided, then custom and common sense."""
    day_first, month_first = calendar_date(year, second, first), calendar_date(year, first, second)
    if day_first is None or month_first is None:
        on = day_first or month_first
        return Candidate(match.start(), match.end(), on.year, on.month, on.day) if on else None
    choice = order if order in ("DMY", "MDY") else None
    if choice is None:
        choice = "MDY" if fallback == "MDY" and separator == "/" else "DMY"
        chosen, other = (day_first, month_first) if choice == "DMY" else (month_first, day_first)
        if is_future(chosen, now) and not is_future(other, now):
            chosen = other
    else:
        chosen = day_first if choice == "DMY" else month_first
    return Candidate(match.start(), match.end(), year, chosen.month, chosen.day, first != second)


def _is_short_date(match: re.Match[str], text: str, fallback: DateOrder | None, now: datetime) -> bool:
    """Two-digit years are believed only in careful company: padded or with slashes, and standing apart."""
    before = text[match.start() - 1] if match.start() else " "
    after = text[match.end()] if match.end() < len(text) else " "
    padded = len(match["a"]) == len(match["b"]) == 2
    apart = (before in _ISOLATED_BEFORE or not before.isascii()) and not after.isalnum() and after not in "%$€£°"
    spaced = match["s"] == "." and match.group().count(". ") == 2
    # "3.10.12" is a version unless the page's language writes dates so.
    begins, ends = not text[: match.start()].strip(), not _YEAR_MARK.sub("", text[match.end() :]).strip()
    customary = fallback in ("DMY", "YMD") and match["s"] == "."
    recent = 0 <= now.year - full_year(int(match["c"].lstrip("'")), now) <= RECENT
    alone = begins and ends and (len(match["b"]) == 2 or recent)
    at_edge = recent and (
        (begins and _DASH_AFTER.match(text, match.end())) or (ends and _DASH_BEFORE.search(text, 0, match.start()))
    )
    return apart and (padded or spaced or match["s"] == "/" or (customary and bool(alone or at_edge)))


def _era_letter(match: re.Match[str]) -> Candidate | None:
    """ "R7.4.21": a Japanese year by the first letter of its era."""
    year = era_year({"R": "令和", "H": "平成", "S": "昭和"}[match["je"]], match["jy"])
    return _checked(match, year or 0, int(match["jm"]), int(match["jd"]))


def _mongolian(match: re.Match[str]) -> Candidate | None:
    month, day = int(match["nm"]), int(match["nd"])
    year = int(match["ny"]) if match["ny"] else None
    if calendar_date(year or 2000, month, day) is None:
        return None
    return Candidate(match.start(), match.end(), year, month, day)


def _east_asian(match: re.Match[str]) -> Candidate | None:
    month = int(match["cm"])
    day = int(match["cd"]) if match["cd"] else None
    year = era_year(match["era"], match["cy"]) if match["cy"] else None
    if not 1 <= month <= 12 or (match["cy"] and year is None) or (year is None and day is None):
        return None
    if calendar_date(year or 2000, month, day or 1) is None:
        return None
    return Candidate(match.start(), match.end(), year, month, day)
