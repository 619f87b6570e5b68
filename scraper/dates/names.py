"""Look-ups over ``names.json`` (see ``generate.py``): which words mean a month, a weekday, a unit of time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from scraper.dates.calendars import ETHIOPIAN_MONTHS, PERSIAN_MONTHS
from scraper.dates.hijri import HIJRI_MONTHS
from scraper.dates.tokens import Token

COMMON = (
    "en es fr de ru pt it ar zh ja pl tr nl fa uk cs sv hu el ro hi id vi ko th he da fi nb no bg hr sr sk ca sl lt lv "
    "et is ga mt mk sq bs be kk az uz ka hy mn ky tg tk bn ta te ml mr gu kn pa ur ne si my km lo sw af ms fil tl eu "
    "gl cy am ps so"
).split()
"""Who wins where two languages give one word to different months and the page's language is unknown."""

_OWN_FILLERS = (
    "de del do da di du le la el den der am al of the th st nd rd er eme o a e i u y и год года году г р у "
    "ngay nam ที่ วันที่ พ ศ ค ปี เดือน yil yili yilin ano anno an año dia den d m n ja jo tarihinde de' gads gada "
    "на от з від วัน ቀን"
).split()


BEFORE, AFTER, APART = 1, 2, 4
"""Where a number stands seen from a word: right before it, right after it, with other words between (bits)."""

_PERIODS = frozenset(("am", "pm", "fm", "vm", "nm", "dop", "odp", "ptg", "pg"))
_DAY_PARTS = {
    **dict.fromkeys(("凌晨", "清晨", "早上", "早晨", "새벽", "아침", "ص"), "am"),
    **dict.fromkeys(("中午", "傍晚", "晚上", "晚间", "晚間", "夜", "저녁", "밤", "م"), "pm"),
}


@dataclass(slots=True, eq=False)
class Phrase:
    """One spelling: its words (``None`` stands for a number) and, per language, what it means."""

    words: tuple[str | None, ...]
    meaning: dict[str, int]


class RelativePhrase(NamedTuple):
    """``("vor", None, "stunden")``; ``number`` is given where the phrase itself says it ("yesterday")."""

    words: tuple[str | None, ...]
    unit: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Names:
    """All look-ups. Keys of ``months`` and ``relative`` are first words (a number's digits in "4-р сар");
    ``month_words`` and ``age_words`` are words of which each phrase has one, phrases with a number aside: those have
    one of ``counted_words`` (with where the number stands, see :data:`BEFORE`), and one of ``beside_numbers`` next to
    the number."""

    months: dict[str, tuple[Phrase, ...]]
    weekdays: dict[str, tuple[tuple[str, ...], ...]]
    weekdays_by_first: dict[str, tuple[tuple[str, ...], ...]]
    relative: dict[str, tuple[RelativePhrase, ...]]
    relative_after_number: dict[str, tuple[RelativePhrase, ...]]
    relative_words: frozenset[str]
    relative_firsts: frozenset[str]
    month_words: frozenset[str]
    age_words: frozenset[str]
    counted_words: dict[str, int]
    beside_numbers: frozenset[str]
    periods: dict[str, str]
    fillers: frozenset[str]
    orders: dict[str, str]


@lru_cache(maxsize=1)
def load_names() -> Names:
    """The shipped table, read once."""
    table = json.loads(files("scraper.dates").joinpath("names.json").read_text(encoding="utf-8"))
    months = _months(table["months"])
    relative, after_number = _relative(table["relative"]), _relative(table["relative"], number_first=True)
    ages = [phrase.words for table in (relative, after_number) for phrases in table.values() for phrase in phrases]
    weekdays = {lang: names for lang, names in table["weekdays"].items() if lang in COMMON}
    return Names(
        months=months,
        weekdays=_weekdays(weekdays, key=-1),
        weekdays_by_first=_weekdays(weekdays, key=0),
        relative=relative,
        relative_after_number=after_number,
        relative_words=frozenset(
            first for first, phrases in relative.items() if any(p.number is not None for p in phrases)
        ),
        relative_firsts=frozenset(relative),
        # One letter alone is never believed to be a month (``named._is_believable``).
        month_words=_telling_words(p.words for ps in months.values() for p in ps if len("".join(map(str, p.words))) > 1)
        | frozenset(PERSIAN_MONTHS)
        | frozenset(ETHIOPIAN_MONTHS)
        | frozenset(HIJRI_MONTHS),
        age_words=_telling_words(words for words in ages if not _is_counted(words)),
        counted_words=_counted_words(filter(_is_counted, ages)),
        beside_numbers=frozenset(word for words in filter(_is_counted, ages) for word in _beside_number(words)),
        periods=_periods(table["periods"]),
        fillers=frozenset(table["fillers"]["words"]) | frozenset(_OWN_FILLERS),
        orders=table["orders"],
    )


def _telling_words(phrases: Iterable[tuple[str | None, ...]]) -> frozenset[str]:
    """The longest word of each phrase: without one of these near a digit, none of the phrases can stand there."""
    return frozenset(word for phrase in phrases if (word := _longest_word(phrase)))


def _longest_word(phrase: tuple[str | None, ...]) -> str:
    return max((word for word in phrase if word and not word.isdigit()), key=len, default="")


def _counted_words(phrases: Iterable[tuple[str | None, ...]]) -> dict[str, int]:
    """The longest word of each phrase, with all the places where the number stands in its phrases."""
    found: dict[str, int] = {}
    for phrase in phrases:
        word = _longest_word(phrase)
        steps = phrase.index(word) - phrase.index(None)
        found[word] = found.get(word, 0) | {1: BEFORE, -1: AFTER}.get(steps, APART)
    return found


def _is_counted(words: tuple[str | None, ...]) -> bool:
    """Whether a phrase has a number that stands beside a word (not so "{0} 7 хоногийн өмнө", weeks ago)."""
    return None in words and not any(word.isdigit() for word in _beside_number(words))


def _beside_number(words: tuple[str | None, ...]) -> list[str]:
    at = words.index(None)
    return [word for word in words[max(at - 1, 0) : at + 2] if word]


def _periods(table: dict[str, dict[str, list[str]]]) -> dict[str, str]:
    found = dict(_DAY_PARTS)
    for lang in reversed(COMMON):
        for half, names in table.get(lang, {}).items():
            found.update({name.replace(" ", ""): half for name in names if len(name) > 1})
    # Short Latin words are other things in other languages ("10:30 to 12", "10:30 in Oslo", "às 10:30 em Lisboa").
    return {name: half for name, half in found.items() if name in _PERIODS or len(name) > 3 or not name.isascii()}


def _months(table: dict[str, list[list[str]]]) -> dict[str, tuple[Phrase, ...]]:
    meanings: dict[str, dict[str, int]] = {}
    for lang, months in table.items():
        for number, names in enumerate(months, 1):
            for name in names:
                meanings.setdefault(name, {}).setdefault(lang, number)
    found: dict[str, list[Phrase]] = {}
    for name, meaning in meanings.items():
        words = tuple(name.split())
        if words:
            found.setdefault(words[0], []).append(Phrase(words, meaning))
    return {first: tuple(sorted(phrases, key=lambda p: -len(p.words))) for first, phrases in found.items()}


def _weekdays(table: dict[str, list[str]], *, key: int) -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    for names in table.values():
        for name in names:
            words = tuple(name.split())
            if words and name not in ("on", "to"):  # "on 3 May", "to 10:30"
                found.setdefault(words[key], set()).add(words)
    return {word: tuple(sorted(names, key=lambda n: (-len(n), n))) for word, names in found.items()}


def _relative(
    table: dict[str, dict[str, tuple[str, int | None]]], *, number_first: bool = False
) -> dict[str, tuple[RelativePhrase, ...]]:
    """Phrases by their first word; those that begin with a number by the word after it."""
    found: dict[str, dict[tuple[str | None, ...], RelativePhrase]] = {}
    for phrases in table.values():
        for phrase, (unit, number) in phrases.items():
            words = tuple(None if word == "{0}" else word for word in phrase.split())
            if len(words) > number_first and (words[0] is None) == number_first:
                key = words[1 if number_first else 0]
                found.setdefault(key or "", {}).setdefault(words, RelativePhrase(words, unit, number))
    return {first: tuple(sorted(kinds.values(), key=lambda p: -len(p.words))) for first, kinds in found.items()}


def month_at(tokens: Sequence[Token], index: int, languages: Sequence[str]) -> tuple[int, int, frozenset[str]] | None:
    """The month named at a token: ``(month, number of tokens, languages that say so)``; the longest name wins."""
    for phrase in load_names().months.get(tokens[index].word, ()):
        length = len(phrase.words)
        if length == 1 or phrase.words == tuple([token.word for token in tokens[index : index + length]]):
            return _meant(phrase, tuple(languages))
    return None


@lru_cache(maxsize=4096)
def _meant(phrase: Phrase, languages: tuple[str, ...]) -> tuple[int, int, frozenset[str]]:
    month = choose_meaning(phrase.meaning, languages)
    return month, len(phrase.words), frozenset(lang for lang, number in phrase.meaning.items() if number == month)


def choose_meaning(meaning: dict[str, int], languages: Sequence[str]) -> int:
    """One month of a name that several languages use: the page's language first, then the more widely read one."""
    for lang in (*languages, *COMMON):
        if lang in meaning:
            return meaning[lang]
    return next(iter(meaning.values()))
