"""Dates that name their month, in any language: 21 April 2025, April 21, 2025, 2025 m. balandžio 21 d., 21 เม.ย. 68."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from scraper.dates.calendars import BUDDHIST_OFFSET, ETHIOPIAN_MONTHS, PERSIAN_MONTHS, from_ethiopian, from_persian
from scraper.dates.candidate import Candidate, calendar_date, full_year
from scraper.dates.hijri import HIJRI_MONTHS, from_hijri
from scraper.dates.names import COMMON, load_names, month_at
from scraper.dates.tokens import Token

_GAP = re.compile(r"[\s.,/'’ºª°()\"~·-]{0,6}")
_FULL_YEAR = re.compile(r"[0-9]{4}")
_RANGE = re.compile(r"\s?(?:-|to|bis|au|al|a|do|до|по|e|y|et|and|und|и|og|och|ja|en|t/m|/)\s?", re.IGNORECASE)
_THAI = re.compile("[\u0e01-\u0e4e]")
_EVERYDAY = frozenset(("out", "set", "ago", "led", "su", "ag"))
"""Months in one language, other words in most: only the page's language or a full year makes them dates."""
_LONG_ENOUGH = 4  # letters that make a month's name no other word by accident
_APART = " \n([|·•<>\"'«“:;,-"


def named_candidates(
    text: str, tokens: Sequence[Token], *, now: datetime, languages: Sequence[str]
) -> Iterator[Candidate]:
    """Candidates around every month name among the tokens of a uniform text."""
    months, taken = load_names().months, -1
    for index, token in enumerate(tokens):
        if index <= taken:
            continue
        if token.word in PERSIAN_MONTHS or token.word in HIJRI_MONTHS:
            found = _other_calendar(text, tokens, index)
        elif token.word in ETHIOPIAN_MONTHS and "ti" not in languages:
            found = _ethiopian(text, tokens, index, ETHIOPIAN_MONTHS[token.word])
        elif token.word in months and (named := month_at(tokens, index, languages)):
            month, length, said_by = named
            found = _around(text, tokens, index, index + length - 1, month, now=now)
            if found and not _is_believable(text, found, token, tokens[index + length - 1], said_by, languages):
                found = None
            taken = index + length - 1 if found else taken
        else:
            continue
        if found:
            yield found


def _around(
    text: str, tokens: Sequence[Token], first: int, last: int, month: int, *, now: datetime
) -> Candidate | None:
    """The numbers beside a month's name, read in the orders that CLDR knows."""
    thai = bool(_THAI.match(tokens[first].word))

    def number(index: int | None) -> Token | None:
        return None if index is None else tokens[index]

    def year_of(index: int | None, *, full: bool = False) -> int | None:
        token = number(index)
        if token is None or (full and len(token.word) != 4):
            return None
        return _as_year(text, token, now, thai=thai)

    left, right = _number_left(text, tokens, first), _number_right(text, tokens, last)
    day_left, day_right = _as_day(number(left)), _as_day(number(right))
    if right is not None and day_right is not None:
        beyond = _number_right(text, tokens, _range_end(text, tokens, right) or right)
        if beyond is not None and (year := year_of(beyond)):
            return _candidate(tokens[first], tokens[beyond], year, month, day_right)  # April 21, 2025
    if left is not None and day_left is not None:
        begin = _range_start(text, tokens, left)
        day, start = (tokens[begin].number, tokens[begin]) if begin is not None else (day_left, tokens[left])
        if right is not None and (year := year_of(right)):
            return _candidate(start, tokens[right], year, month, day)  # 21 April 2025
        before = _number_left(text, tokens, left)
        if before is not None and (year := year_of(before, full=True)):
            return _candidate(tokens[before], tokens[last], year, month, day_left)  # 2025. gada 21. aprīlis
        return _candidate(start, tokens[last], None, month, day)
    if right is not None and day_right is not None:
        year = year_of(left, full=True)
        start = tokens[left] if year and left is not None else tokens[first]
        return _candidate(start, tokens[right], year, month, day_right)  # 2025 m. balandžio 21 d., April 21
    if right is not None and (year := year_of(right, full=True)):
        return _candidate(tokens[first], tokens[right], year, month, None)
    if left is not None and (year := year_of(left, full=True)):
        return _candidate(tokens[left], tokens[last], year, month, None)
    return None


def _candidate(first: Token, last: Token, year: int | None, month: int, day: int | None) -> Candidate | None:
    if calendar_date(year or 2000, month, day or 1) is None:
        return None
    return Candidate(min(first.start, last.start), max(first.end, last.end), year, month, day)


def _number_left(text: str, tokens: Sequence[Token], index: int) -> int | None:
    """The index of the number before a token, fillers ("de", "of the") between them passed over."""
    fillers, end = load_names().fillers, tokens[index].start
    for at in range(index - 1, max(index - 4, -1), -1):
        token = tokens[at]
        if not _GAP.fullmatch(text, token.end, end):
            return None
        if token.number >= 0:
            before = text[token.start - 1] if token.start else " "
            glued = before.isascii() and (before.isalpha() or before in "$€£#_+&=")
            decimal = before in ".,:/" and token.start > 1 and text[token.start - 2].isdigit()
            return None if glued or decimal else at
        if token.word not in fillers:
            return None
        end = token.start
    return None


def _number_right(text: str, tokens: Sequence[Token], index: int) -> int | None:
    """The index of the number after a token; see :func:`_number_left`."""
    fillers, start = load_names().fillers, tokens[index].end
    for at in range(index + 1, min(index + 5, len(tokens))):
        token = tokens[at]
        if not _GAP.fullmatch(text, start, token.start):
            return None
        if token.number >= 0:
            after = text[token.end : token.end + 1]
            return None if after and after in ":%$€£" else at
        if token.word not in fillers:
            return None
        start = token.end
    return None


def _as_day(token: Token | None) -> int | None:
    return token.number if token and len(token.word) <= 2 and 1 <= token.number <= 31 else None


def _as_year(text: str, token: Token, now: datetime, *, thai: bool) -> int | None:
    if len(token.word) == 4:
        year = token.number
        if 2443 <= year <= 2643:
            year -= BUDDHIST_OFFSET
        return year if 1900 <= year <= 2200 else None
    if len(token.word) != 2 or text[token.start - 1 : token.start] not in (" ", "-", "/", ".", "'", "’", ","):
        return None
    after = text[token.end : token.end + 1]
    if (
        after
        and (after.isalnum() or after in ":.-/%")
        and not (after in ".-" and not text[token.end + 1 : token.end + 2].isdigit())
    ):
        return None
    apostrophe = text[token.start - 1 : token.start] in ("'", "’")
    rest = text[token.end :].lstrip(" .")
    if not apostrophe and rest and (rest[0].isalpha() and not thai):
        return None  # "3 April 10 people": a number that the sentence goes on to use
    return 2500 + token.number - BUDDHIST_OFFSET if thai and token.number > 40 else full_year(token.number, now)


def _range_start(text: str, tokens: Sequence[Token], left: int) -> int | None:
    """The first day of "3-5 May", "3 to 5 May": where an event begins is what such a line is dated by."""
    for at in range(left - 1, max(left - 3, -1), -1):
        begin = tokens[at]
        if begin.number < 0:
            continue
        day = _as_day(begin)
        glued = begin.start and text[begin.start - 1] in "0123456789.,:/-$€£"
        if day is None or day >= tokens[left].number or glued:
            return None
        return at if _RANGE.fullmatch(text, begin.end, tokens[left].start) else None
    return None


def _range_end(text: str, tokens: Sequence[Token], right: int) -> int | None:
    """The last day of "April 7 to 10"."""
    for at in range(right + 1, min(right + 3, len(tokens))):
        if tokens[at].number >= 0:
            day = _as_day(tokens[at])
            later = day is not None and day > tokens[right].number
            return at if later and _RANGE.fullmatch(text, tokens[right].end, tokens[at].start) else None
    return None


def _is_believable(
    text: str, found: Candidate, first: Token, last: Token, said_by: frozenset[str], languages: Sequence[str]
) -> bool:
    """Short names ("mar", "out", "ago", "set") are words of other languages too: without the page's language to
    vouch for them they need a year, or to stand apart."""
    letters = sum(map(len, (first.word,) if first is last else (first.word, last.word)))
    vouched = bool(said_by & set(languages)) if languages else bool(said_by & set(COMMON))
    if letters < 2 or (
        first.word in _EVERYDAY
        and not said_by & set(languages)
        and (found.year is None or not _FULL_YEAR.search(text[found.start : found.end]))
    ):
        return False
    goes_on = text[found.end :].lstrip(" ")[:1].islower()
    if found.year is None and goes_on and not said_by & set(languages):
        return False  # "9 mars missions": without year or language the sentence may mean anything
    if letters >= _LONG_ENOUGH or first.number >= 0:
        return True
    if not vouched:
        return found.year is not None and found.day is not None and bool(said_by & set(COMMON))
    if found.year is not None:
        return True
    before = text[found.start - 1] if found.start else " "
    rest = text[found.end :].lstrip(" .,")
    head = text[: found.start].rstrip(" ")
    return (not head or head[-1] in _APART) and before in _APART and not (rest[:1].isalpha() and rest[:1].islower())


def _other_calendar(text: str, tokens: Sequence[Token], index: int) -> Candidate | None:
    """A day, a Solar Hijri or Islamic month and its year: the names say which calendar."""
    if (month := PERSIAN_MONTHS.get(tokens[index].word)) is not None:
        return _converted(text, tokens, index, index, month, from_persian)
    for words, month in HIJRI_MONTHS.get(tokens[index].word, ()):
        last = index + len(words) - 1
        named = words == tuple(token.word for token in tokens[index : last + 1])
        if named and (found := _converted(text, tokens, index, last, month, from_hijri)):
            return found
    return None


def _ethiopian(text: str, tokens: Sequence[Token], index: int, month: int) -> Candidate | None:
    """ "ኅዳር 9 ቀን 2019", "9 ኅዳር 2019"."""
    right = _number_right(text, tokens, index)
    day = _as_day(tokens[right]) if right is not None else None
    if right is None or day is None:
        return _converted(text, tokens, index, index, month, from_ethiopian)
    year = _number_right(text, tokens, right)
    on = from_ethiopian(tokens[year].number, month, day) if year is not None else None
    if year is None or on is None:
        return None
    return Candidate(tokens[index].start, tokens[year].end, on.year, on.month, on.day)


def _converted(
    text: str,
    tokens: Sequence[Token],
    first: int,
    last: int,
    month: int,
    convert: Callable[[int, int, int], date | None],
) -> Candidate | None:
    left, right = _number_left(text, tokens, first), _number_right(text, tokens, last)
    day = _as_day(tokens[left]) if left is not None else None
    if left is None or right is None or day is None:
        return None
    on = convert(tokens[right].number, month, day)
    return Candidate(tokens[left].start, tokens[right].end, on.year, on.month, on.day) if on else None
