"""Builds ``names.json``: how every language writes months, weekdays, day periods and "3 days ago".

Sources: Unicode CLDR as packaged by Babel (months, weekdays, periods, patterns, relative fields; Unicode licence) and
the tables of dateparser, themselves CLDR plus corrections (words such as "yesterday", more abbreviations; BSD-3).
Run ``python -m scraper.dates.generate`` after either is updated; a test compares the file with what this gives.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scraper.dates.tokens import WORD, fold_phrase, fold_word

NAMES_FILE = Path(__file__).with_name("names.json")
_MONTHS = "january february march april may june july august september october november december".split()
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_UNITS = "year month week day hour minute second".split()
_LITERAL = re.compile(r"'([^']+)'|([^\W\d_a-zA-Z]+)")
_MONTH_IN_PATTERN = re.compile(
    r"(?:'([^\W\d_]+)'|([^\W\d_a-zA-Z]*))(?:MMMM?|LLLL?)(?!M|L)(?:'([^\W\d_]+)'|([^\W\d_a-zA-Z]*))"
)
_DATEPARSER_RELATIVE = re.compile(r"(\d+|\\1) (\w+) ago")
_ONE = {
    # "an hour ago": CLDR has only digits.
    "en": ["a {u} ago", "an {u} ago", "one {u} ago"],
    "de": ["vor einem {u}", "vor einer {u}"],
    "fr": ["il y a un {u}", "il y a une {u}"],
    "es": ["hace un {u}", "hace una {u}"],
    "it": ["un {u} fa", "una {u} fa", "un'{u} fa"],
    "pt": ["há um {u}", "há uma {u}", "um {u} atrás", "uma {u} atrás"],
    "nl": ["een {u} geleden"],
    "ru": ["{u} назад"],
    "uk": ["{u} тому"],
    "pl": ["{u} temu"],
}
_ONE_WORDS = {
    "en": "year month week day hour minute second",
    "de": "Jahr Monat Woche Tag Stunde Minute Sekunde",
    "fr": "an mois semaine jour heure minute seconde",
    "es": "año mes semana día hora minuto segundo",
    "it": "anno mese settimana giorno ora minuto secondo",
    "pt": "ano mês semana dia hora minuto segundo",
    "nl": "jaar maand week dag uur minuut seconde",
    "ru": "год месяц неделю день час минуту секунду",
    "uk": "рік місяць тиждень день годину хвилину секунду",
    "pl": "rok miesiąc tydzień dzień godzinę minutę sekundę",
}
_SHORT_AGO = {
    "year": ["yr", "yrs"],
    "month": ["mos"],
    "week": ["wk", "wks", "w"],
    "day": ["d"],
    "hour": ["hr", "hrs", "h"],
    "minute": ["min", "mins", "m"],
    "second": ["sec", "secs", "s"],
}
"""English as sites write it, beyond CLDR: "5 mins ago", "3h ago"."""
_JUST_NOW = {
    "en": ["just now", "moments ago"],
    "zh": ["刚刚", "剛剛"],
    "ja": ["たった今"],
    "ko": ["방금"],
    "ru": ["только что"],
    "fr": ["à l'instant"],
    "de": ["gerade eben"],
    "es": ["ahora mismo"],
}

Table = dict[str, dict[str, Any]]


def build_names() -> Table:
    """The whole table: ``months[lang]`` is twelve lists of names, ``weekdays[lang]`` one list, ``periods[lang]`` maps
    ``am`` and ``pm`` to lists, ``relative[lang]`` maps a phrase (``{0}`` is the number) to ``[unit, n or null]``,
    ``orders[locale]`` is the order of its short date, ``fillers`` are words that stand inside dates."""
    months: dict[str, list[set[str]]] = defaultdict(lambda: [set() for _ in range(12)])
    weekdays: dict[str, set[str]] = defaultdict(set)
    periods: dict[str, dict[str, set[str]]] = defaultdict(lambda: {"am": set(), "pm": set()})
    relative: dict[str, dict[str, tuple[str, int | None]]] = defaultdict(dict)
    orders: dict[str, str] = {}
    fillers: set[str] = set()
    _add_cldr(months, weekdays, periods, relative, orders, fillers)
    _add_dateparser(months, weekdays, periods, relative)
    _add_own(relative)
    root_days = weekdays.pop("root")
    return {
        "sources": {name: version(name) for name in ("babel", "dateparser")},
        "months": {lang: [sorted(names) for names in months[lang]] for lang in sorted(months) if any(months[lang])},
        "weekdays": {
            lang: sorted(names)
            for lang in sorted(weekdays)
            if (names := weekdays[lang] - (root_days if lang != "en" else set()))
        },
        "periods": {
            lang: {half: sorted(names) for half, names in sorted(periods[lang].items())}
            for lang in sorted(periods)
            if all(periods[lang].values())
        },
        "relative": {lang: dict(sorted(relative[lang].items())) for lang in sorted(relative) if relative[lang]},
        "orders": _without_repeats(orders),
        "fillers": {"words": sorted(fillers)},
    }


def _without_repeats(orders: Mapping[str, str]) -> dict[str, str]:
    """A territory that writes as its language does needs no line of its own."""
    kept = {}
    for locale_id, order in sorted(orders.items()):
        base, _, rest = locale_id.partition("_")
        if not rest or orders.get(base) != order:
            kept[locale_id] = order
    return kept


def _add_cldr(
    months: Mapping[str, list[set[str]]],
    weekdays: dict[str, set[str]],
    periods: Mapping[str, dict[str, set[str]]],
    relative: Mapping[str, dict[str, tuple[str, int | None]]],
    orders: dict[str, str],
    fillers: set[str],
) -> None:
    from babel import Locale
    from babel.localedata import locale_identifiers

    weekdays["root"] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
    for locale_id in sorted(locale_identifiers()):
        locale = Locale.parse(locale_id)
        lang = locale.language
        if lang in ("root", "und"):
            continue
        patterns = _date_patterns(locale)
        affixes = {affix for pattern in patterns for affix in _month_affixes(pattern)} | {("", "")}
        for number, name in _names(locale.months):
            if not re.fullmatch(r"M?\d+", name):
                months[lang][number - 1].update(fold_phrase(f"{before}{name}{after}") for before, after in affixes)
        weekdays[lang].update(fold_phrase(name) for _, name in _names(locale.days))
        for half in ("am", "pm"):
            periods[lang][half].update(map(fold_phrase, _texts(locale._data["day_periods"], half)))
        relative[lang].update(_relative_fields(locale._data["date_fields"]))
        fillers.update(word for pattern in patterns for word in _literals(pattern))
        if order := _order(locale.date_formats["short"].pattern):
            orders[locale_id] = order


def _names(tables: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    for context in tables.values():
        for width, names in context.items():
            if width != "narrow":
                yield from names.items()


def _texts(tables: Mapping[str, Any], key: str) -> Iterator[str]:
    for context in tables.values():
        for width, names in context.items():
            if key in names and width != "narrow":
                yield names[key]


def _date_patterns(locale: Any) -> list[str]:
    skeletons = locale._data["datetime_skeletons"]
    wanted = [skeletons[key].pattern for key in skeletons if "M" in key and not set(key) & set("QwWGB")]
    return [pattern.pattern for pattern in locale.date_formats.values()] + wanted


def _month_affixes(pattern: str) -> Iterator[tuple[str, str]]:
    """Letters glued to the month's name: Hebrew "במרץ", Basque "apirilaren", Mongolian "сарын"."""
    for match in _MONTH_IN_PATTERN.finditer(pattern):
        before, after = match[1] or match[2] or "", match[3] or match[4] or ""
        if (before or after) and "MMM" in match.group() + "MMM"[: match.group().count("L")]:
            yield before, after


def _literals(pattern: str) -> Iterator[str]:
    for quoted, bare in _LITERAL.findall(pattern):
        yield from (fold_word(word) for word in re.findall(r"[^\W\d_]+", quoted or bare))


def _order(pattern: str) -> str | None:
    letters = "".join(dict.fromkeys(letter.upper() for letter in re.sub(r"'[^']*'", "", pattern) if letter in "dMyL"))
    return {"DMY": "DMY", "MDY": "MDY", "YMD": "YMD"}.get(letters.replace("L", "M"))


def _relative_fields(fields: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, int | None]]]:
    for unit in _UNITS:
        for width in ("", "-short", "-narrow"):
            past = fields.get(unit + width, {}).get("past", {})
            for plural, phrase in past.items():
                number = {"one": 1, "two": 2}.get(plural)
                told = phrase[:1] not in "-−+" and re.search(rf"{WORD}{{2}}", phrase.replace("{0}", ""))
                if told and ("{0}" in phrase or number):
                    yield fold_phrase(phrase), (unit, None if "{0}" in phrase else number)


def _add_dateparser(
    months: Mapping[str, list[set[str]]],
    weekdays: dict[str, set[str]],
    periods: Mapping[str, dict[str, set[str]]],
    relative: Mapping[str, dict[str, tuple[str, int | None]]],
) -> None:
    package = importlib.import_module("dateparser.data.date_translation_data")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        info = importlib.import_module(f"{package.__name__}.{module.name}").info
        lang = info["name"].split("-")[0]
        for index, key in enumerate(_MONTHS):
            months[lang][index].update(fold_phrase(name) for name in info.get(key, ()) if len(name) > 1)
        for key in _WEEKDAYS:
            weekdays[lang].update(fold_phrase(name) for name in info.get(key, ()) if len(name) > 1)
        for half in ("am", "pm"):
            periods[lang][half].update(map(fold_phrase, info.get(half, ())))
        for meaning, phrases in info.get("relative-type", {}).items():
            match = _DATEPARSER_RELATIVE.fullmatch(meaning)
            if match and match[1] != r"\1" and match[2] == "day":
                relative[lang].update(_relative_words(phrases, match[2], int(match[1])))


def _relative_words(phrases: Iterable[str], unit: str, number: int) -> Iterator[tuple[str, tuple[str, int]]]:
    for phrase in phrases:
        if len(phrase) > 1 and not re.search(r"\d", phrase):
            yield fold_phrase(phrase), (unit, number)


def _add_own(relative: Mapping[str, dict[str, tuple[str, int | None]]]) -> None:
    for lang, phrases in _ONE.items():
        for unit, word in zip(_UNITS, _ONE_WORDS[lang].split(), strict=True):
            relative[lang].update((fold_phrase(phrase.format(u=word)), (unit, 1)) for phrase in phrases)
    for phrase, meaning in list(relative["ar"].items()):
        if phrase.startswith("قبل "):
            relative["ar"]["منذ " + phrase.removeprefix("قبل ")] = meaning
    for unit, words in _SHORT_AGO.items():
        relative["en"].update((f"{{0}} {word} ago", (unit, None)) for word in words)
    for lang, phrases in _JUST_NOW.items():
        relative[lang].update((fold_phrase(phrase), ("second", 0)) for phrase in phrases)


def render_names() -> str:
    """The text of ``names.json``: one language a line, so that a new CLDR is a readable diff."""
    sections = []
    for section, table in build_names().items():
        lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in table.items()]
        sections.append(f'"{section}": {{\n' + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(sections) + "\n}\n"


if __name__ == "__main__":
    NAMES_FILE.write_text(render_names(), encoding="utf-8")
