"""What feeds say of when they want to be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scraper.extract import extract
from scraper.types import FeedHints

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ITEM = "<item><title>Harbour dredged again</title><link>https://tides.example/1</link></item>"
SY = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


def hints(channel: str) -> FeedHints | None:
    body = f'<rss version="2.0" {SY}><channel><title>Tides</title>{channel}{ITEM}</channel></rss>'
    found = extract(body.encode(), "https://tides.example/feed", content_type="application/rss+xml", now=NOW)
    assert len(found.items) == 1
    return found.hints


def days(*names: str) -> str:
    return f"<skipDays>{''.join(f'<day>{name}</day>' for name in names)}</skipDays>"


def hours(*numbers: object) -> str:
    return f"<skipHours>{''.join(f'<hour>{number}</hour>' for number in numbers)}</skipHours>"


@pytest.mark.parametrize(
    ("channel", "minutes"),
    [
        ("<ttl>45</ttl>", 45),
        ("<ttl> 45 </ttl>", 45),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 15),
        ("<sy:updateFrequency>2</sy:updateFrequency>", 720),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", 1440),
        ("<ttl>10</ttl><sy:updatePeriod>daily</sy:updatePeriod>", 1440),
    ],
)
def test_the_time_between_two_looks_is_read(channel: str, minutes: int) -> None:
    assert hints(channel) == FeedHints(wait=timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "channel",
    [
        "",
        "<ttl>0</ttl>",
        "<ttl>-5</ttl>",
        "<ttl>often</ttl>",
        "<ttl/>",
        "<ttl>999999999999999999</ttl>",
        "<sy:updatePeriod>now and then</sy:updatePeriod>",
        "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
        hours("noon", -1, 25),
        hours(*range(24)),
        days("Moonday"),
        days("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    ],
)
def test_nonsense_is_no_hint(channel: str) -> None:
    assert hints(channel) is None


def test_what_a_program_writes_into_every_feed_is_nobodys_wish() -> None:
    preset = "<sy:updatePeriod>\n\thourly\t</sy:updatePeriod><sy:updateFrequency>\n\t1\t</sy:updateFrequency>"
    assert hints(preset) is None


def test_hours_and_days_to_be_skipped_are_read() -> None:
    assert hints(hours(0, 24, 3, "x") + days("Sunday", "saturday")) == FeedHints(
        skip_hours=(0, 3), skip_days=(5, 6)
    )  # 24 is how some write midnight


def test_a_feed_of_rss_1_says_it_too() -> None:
    body = (
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" {SY}>'
        f"<channel><title>Tides</title><sy:updatePeriod>weekly</sy:updatePeriod></channel>{ITEM}</rdf:RDF>"
    )
    found = extract(body.encode(), "https://tides.example/feed", content_type="application/rdf+xml", now=NOW)
    assert found.hints == FeedHints(wait=timedelta(days=7))
