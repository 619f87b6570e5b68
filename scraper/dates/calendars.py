"""Years and months of other calendars, turned into Gregorian ones where the text itself names the calendar."""

from __future__ import annotations

from datetime import date, timedelta

from scraper.dates.tokens import fold_word

MINGUO_OFFSET = 1911
_ERAS = {
    "令和": 2018,
    "平成": 1988,
    "昭和": 1925,
    **dict.fromkeys(("民國", "民国", "中華民國"), MINGUO_OFFSET),
}
BUDDHIST_OFFSET = 543
_PERSIAN = (
    "فروردین farvardin",
    "اردیبهشت ordibehesht",
    "خرداد khordad",
    "تیر tir",
    "مرداد امرداد mordad",
    "شهریور shahrivar",
    "مهر mehr",
    "آبان aban",
    "آذر azar",
    "دی dey",
    "بهمن bahman",
    "اسفند esfand",
)
_DARI = "حمل ثور جوزا سرطان اسد سنبله میزان عقرب قوس جدی دلو حوت".split()
PERSIAN_MONTHS = {
    **{fold_word(name): number for number, names in enumerate(_PERSIAN, 1) for name in names.split()},
    **{fold_word(name): number for number, name in enumerate(_DARI, 1)},
}
"""Solar Hijri months, Iranian and Afghan names, by folded word."""

_ETHIOPIAN = (
    "መስከረም",
    "ጥቅምት",
    "ኅዳር ህዳር ሕዳር ኀዳር",
    "ታኅሣሥ ታህሳስ ታህሣሥ ታሕሳስ ታኅሳስ",
    "ጥር",
    "የካቲት",
    "መጋቢት",
    "ሚያዝያ ሚያዚያ",
    "ግንቦት",
    "ሰኔ",
    "ሐምሌ ሀምሌ",
    "ነሐሴ ነሀሴ ነሃሴ",
    "ጳጉሜ ጳጉሜን",
)
ETHIOPIAN_MONTHS = {fold_word(name): number for number, names in enumerate(_ETHIOPIAN, 1) for name in names.split()}
"""Ethiopian months in Amharic, by folded word. Tigrinya uses some of the names for Gregorian months."""


def era_year(era: str | None, printed: str) -> int | None:
    """The Gregorian year of 2025年, 令和7年, 令和元年, 民國114年; ``None`` for a year that is none."""
    number = 1 if printed == "元" else int(printed)
    if era:
        return _ERAS[era] + number
    if printed == "元":
        return None
    return number if len(printed) == 4 else (2000 + number if len(printed) == 2 else None)


def plain_year(year: int, month: int, day: int, *, persian: bool) -> tuple[int, int, int] | None:
    """A year-first date in digits as Gregorian numbers: Solar Hijri where the language says so, Buddhist years."""
    if persian and 1300 <= year <= 1500:
        on = from_persian(year, month, day)
        return (on.year, on.month, on.day) if on else None
    if 2443 <= year <= 2643:
        return year - BUDDHIST_OFFSET, month, day
    return year, month, day


def from_ethiopian(year: int, month: int, day: int) -> date | None:
    """Ethiopian to Gregorian for 1900-2100 of its years; ``None`` for a day that the calendar does not have."""
    last = 30 if month <= 12 else 6 if year % 4 == 3 else 5
    if not (1900 <= year <= 2100 and 1 <= month <= 13 and 1 <= day <= last):
        return None
    days = (year - 2012) * 365 + year // 4 - 2012 // 4 + (month - 1) * 30 + day - 1
    return date(2019, 9, 12) + timedelta(days=days)  # 1 Meskerem 2012


def from_persian(year: int, month: int, day: int) -> date | None:
    """Solar Hijri to Gregorian for 1244-1530, by the 33-year cycle of leap years (Borkowski's break of 1210 AP,
    exact for the years named); ``None`` for a day that the calendar does not have."""
    if not (1244 <= year <= 1530 and 1 <= month <= 12 and 1 <= day <= (31 if month <= 6 else 30)):
        return None
    if month == 12 and day == 30 and not _is_persian_leap(year):
        return None
    leaps = sum(1 for y in range(1400, year) if _is_persian_leap(y)) - sum(
        1 for y in range(year, 1400) if _is_persian_leap(y)
    )
    days = (year - 1400) * 365 + leaps + (month - 1) * 31 - max(month - 7, 0) + day - 1
    return date(2021, 3, 21) + timedelta(days=days)  # 1 Farvardin 1400


def _is_persian_leap(year: int) -> bool:
    return year % 33 in (1, 5, 9, 13, 17, 22, 26, 30)
