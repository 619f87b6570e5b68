"""A held-out list: dates of forty languages as CLDR prints them, drawn at random and never looked at one by one."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from babel.dates import format_date, format_datetime, format_timedelta

from scraper.dates import parse_date

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
LANGUAGES = (
    "en en_GB de fr es it pt nl sv da nb fi pl cs sk sl hr sr bg ru uk be ro hu el tr az lt lv et ar he fa hi bn ta th "
    "vi id ms ko ja zh zh_Hant ka hy kk ur sw ca"
).split()


def random_days(seed: str, count: int) -> list[datetime]:
    rng = random.Random(seed)
    return [NOW - timedelta(minutes=rng.randrange(1, 8_000_000)) for _ in range(count)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_date_that_names_its_month_is_read(language: str) -> None:
    wrong = []
    for style in ("full", "long", "medium"):
        for day in random_days(language + style, 20):
            text = format_date(day, style, locale=language)
            found = parse_date(text, now=NOW, languages=(language.replace("_", "-"),))
            if found is None or found.on != day.date():
                wrong.append((text, found))
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_short_dates_are_read_in_the_language_s_own_order(language: str) -> None:
    wrong = []
    for day in random_days(language, 20):
        text = format_date(day, "short", locale=language)
        found = parse_date(text, now=NOW, languages=(language.replace("_", "-"),))
        if found is None or found.on != day.date():
            wrong.append((text, found))
    assert not wrong


def test_named_months_are_read_without_knowing_the_language() -> None:
    total = right = 0
    for language in LANGUAGES:
        for style in ("full", "long", "medium"):
            for day in random_days("unknown" + language + style, 5):
                found = parse_date(format_date(day, style, locale=language), now=NOW)
                total += 1
                right += found is not None and found.on == day.date()
    assert right / total >= 0.985  # "listopada" is October in Croatian and November in Polish


def test_times_of_day_are_read_beside_the_date() -> None:
    total = right = 0
    for language in LANGUAGES:
        for style in ("long", "medium", "short"):
            for day in random_days("time" + language + style, 5):
                text = format_datetime(day, style, locale=language)
                found = parse_date(text, now=NOW, languages=(language.replace("_", "-"),))
                total += 1
                right += (
                    found is not None
                    and found.on == day.date()
                    and (found.local_time or "")[:5] == day.strftime("%H:%M")
                )
    assert right / total >= 0.97


@pytest.mark.parametrize("language", LANGUAGES)
def test_relative_phrases_of_every_language(language: str) -> None:
    for seconds in (60, 300, 3600, 7200, 5 * 3600, 86_400, 2 * 86_400, 5 * 86_400):
        text = format_timedelta(timedelta(seconds=-seconds), locale=language, add_direction=True, threshold=1.0)
        found = parse_date(text, now=NOW, languages=(language.replace("_", "-"),))
        assert found is not None, text
        assert found.on == (NOW - timedelta(seconds=seconds)).date(), text
        assert found.at is None if seconds >= 86_400 else found.at == NOW - timedelta(seconds=seconds), text
