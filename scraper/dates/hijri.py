"""The Islamic calendar of Umm al-Qura, official in Saudi Arabia and usual in Arab news, turned into Gregorian dates."""

from __future__ import annotations

from datetime import date, timedelta

from scraper.dates.tokens import fold_phrase

FIRST_YEAR, LAST_YEAR = 1370, 1500
_FIRST_DAY = date(1950, 10, 13)  # 1 Muharram 1370
_MONTH_LENGTHS = (
    # Three hexadecimal digits a year, the highest bit its first month: 1 for 30 days, 0 for 29. As published by the
    # King Abdulaziz City for Science and Technology (tables of R. H. van Gent, Utrecht).
    "aaa a57 54b 555 ab3 aa6 4ea 95b aaa 555 aaa b4a b65 5aa aaa b2e cab 2ab 6aa aab ab4 aab 2ab a2b aa6 b4a ba5 "
    "5aa ab5 556 d2b 54a ea5 752 6e9 36a aad 555 aa5 b52 ba9 5b4 9ba 4db 25d 52d aa5 ad4 aea 56d 4bd 23d 91d a95 "
    "b4a b5a 56d 2b6 93b 49b 655 6a9 754 b6a 56c aad 555 b29 b92 ba9 5d4 ada 55a aab 595 749 764 baa 5b5 2b6 a56 "
    "d2a e95 72a 755 35a 95d 49b a4d d26 d53 5aa aad 4b6 a57 527 a95 b4a b55 36c 9ae 4b6 a96 b4a da5 5d2 5d9 2dc "
    "96d 4ad 655 6d2 b69 374 9b6 4d7 2ab 54b 6a5 752 b69 56b 2ad 94d c95 d4a ea5 6ca ad5 556 c97"
).split()

_NAMES = (
    "محرم|المحرم|Muharram|Muharrem",
    "صفر|Safar|Safer",
    "ربيع الأول|ربيع أول|Rabi al-Awwal|Rabiul Awal|Rebiülevvel",
    "ربيع الآخر|ربيع الثاني|ربيع ثاني|Rabi al-Thani|Rabi al-Akhir|Rabiul Akhir|Rebiülahir",
    "جمادى الأولى|جمادى الأول|جمادي الأولى|Jumada al-Awwal|Jumada al-Ula|Jumadil Awal|Cemaziyelevvel",
    "جمادى الآخرة|جمادى الثانية|جمادى الآخر|جمادي الثانية|Jumada al-Thani|Jumadil Akhir|Cemaziyelahir",
    "رجب|Rajab|Rejab|Recep",
    "شعبان|Sha'ban|Shaaban|Syaban|Şaban",
    "رمضان|Ramadan|Ramadhan|Ramazan",
    "شوال|Shawwal|Syawal|Şevval",
    "ذو القعدة|ذي القعدة|ذوالقعدة|Dhu al-Qadah|Dhul Qadah|Zulkaidah|Zilkade",
    "ذو الحجة|ذي الحجة|ذوالحجة|Dhu al-Hijjah|Dhul Hijjah|Zulhijah|Zilhicce",
)


def _by_first_word() -> dict[str, list[tuple[tuple[str, ...], int]]]:
    found: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for month, spellings in enumerate(_NAMES, 1):
        for name in spellings.split("|"):
            words = tuple(fold_phrase(name).split())
            found.setdefault(words[0], []).append((words, month))
    return found


HIJRI_MONTHS = _by_first_word()
"""Month names by their first word: all their words, and the month."""


def from_hijri(year: int, month: int, day: int) -> date | None:
    """The Gregorian date, 1370-1500 AH (1950-2077); ``None`` for a day that the calendar does not have.

    Where months begin when the moon is sighted (Morocco, Pakistan), a printed date may be a day off.
    """
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 and day >= 1):
        return None
    years = _MONTH_LENGTHS[: year - FIRST_YEAR + 1]
    lengths = [29 + (int(bits, 16) >> (11 - number) & 1) for bits in years for number in range(12)]
    index = (year - FIRST_YEAR) * 12 + month - 1
    return _FIRST_DAY + timedelta(days=sum(lengths[:index]) + day - 1) if day <= lengths[index] else None
