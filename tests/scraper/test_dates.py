from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.dates import decide_order, find_dates, parse_date, parse_iso
from scraper.dates.calendars import from_ethiopian, from_persian
from scraper.dates.generate import NAMES_FILE
from scraper.dates.hijri import from_hijri
from scraper.dates.names import load_names
from scraper.dates.sift import sift_texts
from scraper.types import Precision, Published

NOW = datetime(2025, 7, 10, 12, 0, tzinfo=UTC)


def iso(found: Published | None) -> str | None:
    return found.iso() if found else None


PRINTED = [
    ("21.04.2025", "2025-04-21"),
    ("21.4.2025", "2025-04-21"),
    ("dne 21. 4. 2025", "2025-04-21"),
    ("2025/04/21", "2025-04-21"),
    ("2025. 4. 21.", "2025-04-21"),
    ("12.05.24", "2024-05-12"),
    ("12/05/98", "1998-05-12"),
    ("20250421", "2025-04-21"),
    ("2025-04-21T14:30:00+03:00", "2025-04-21T14:30:00+03:00"),
    ("12.01.2025 - 19:10 [ Source ]", "2025-01-12T19:10"),
    ("14:30 21.04.2025", "2025-04-21T14:30"),
    ("April 21, 2025", "2025-04-21"),
    ("Apr. 21st, 2025, 2:30 p.m.", "2025-04-21T14:30"),
    ("Monday, 21 April 2025 14:30 MSK", "2025-04-21T14:30:00+03:00"),
    ("Mon, 21 Apr 2025 10:00:00 GMT", "2025-04-21T10:00:00+00:00"),
    ("21-Apr-2025", "2025-04-21"),
    ("Posted on May 3, 2024 by admin", "2024-05-03"),
    ("the 3rd of May 2024", "2024-05-03"),
    ("April 7 to 10, 2025", "2025-04-07"),
    ("3–5 May 2025", "2025-05-03"),
    ("Dec 28", "2024-12-28"),
    ("10 July", "2025-07-10"),
    ("29 February", "2024-02-29"),
    ("21 de abril de 2025", "2025-04-21"),
    ("le 21 avril 2025 à 14h30", "2025-04-21T14:30"),
    ("1er mai 2025", "2025-05-01"),
    ("Am 3. Mai 2024 beginnt", "2024-05-03"),
    ("21. April 2025, 14.30 Uhr", "2025-04-21T14:30"),
    ("maandag 21 april 2025 om 14:30", "2025-04-21T14:30"),
    ("21 апреля 2025 г., 14:30", "2025-04-21T14:30"),
    ("21 kwietnia 2025 r.", "2025-04-21"),
    ("2025 m. balandžio 21 d.", "2025-04-21"),
    ("2025. gada 21. aprīlis", "2025-04-21"),
    ("2025. április 21., hétfő 14:30", "2025-04-21T14:30"),
    ("Δευτέρα 21 Απριλίου 2025", "2025-04-21"),
    ("ΑΠΡΙΛΙΟΥ 21, 2025", "2025-04-21"),
    ("21 NİSAN 2025", "2025-04-21"),
    ("21 באפריל 2025", "2025-04-21"),
    ("١٢ أبريل ٢٠٢٥", "2025-04-12"),
    ("۱ اردیبهشت ۱۴۰۴", "2025-04-21"),
    ("۱۴۰۴/۰۲/۰۱", "2025-04-21"),
    ("۰۱/۰۲/۱۴۰۴", "2025-04-21"),
    ("1 رمضان 1446 هـ", "2025-03-01"),
    ("١٥ ذو القعدة ١٤٤٦هـ", "2025-05-13"),
    ("01/09/1446 هـ", "2025-03-01"),
    ("1446-09-01هـ", "2025-03-01"),
    ("12 Rabi al-Awwal 1446", "2024-09-15"),
    ("५ मई २०२५", "2025-05-05"),
    ("21 เมษายน 2568", "2025-04-21"),
    ("21 เม.ย. 68", "2025-04-21"),
    ("ngày 21 tháng 4 năm 2025", "2025-04-21"),
    ("2025 оны 4-р сарын 21", "2025-04-21"),
    ("2025年4月21日 14:30", "2025-04-21T14:30"),
    ("2025-04-21 下午2:30", "2025-04-21T14:30"),
    ("令和7年4月21日", "2025-04-21"),
    ("民國114年4月21日", "2025-04-21"),
    ("2025년 4월 21일 (월) 오후 2:30", "2025-04-21T14:30"),
    ("mar. 16 abr. 2024", "2024-04-16"),
]


@pytest.mark.parametrize(("text", "expected"), PRINTED)
def test_printed_dates_are_read(text: str, expected: str) -> None:
    assert iso(parse_date(text, now=NOW)) == expected


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("3 hours ago", "2025-07-10T09:00:00+00:00"),
        ("an hour ago", "2025-07-10T11:00:00+00:00"),
        ("5 mins ago", "2025-07-10T11:55:00+00:00"),
        ("3h ago", "2025-07-10T09:00:00+00:00"),
        ("1 day, 3 hours ago", "2025-07-09T09:00:00+00:00"),
        ("2 hours and 10 minutes ago", "2025-07-10T09:50:00+00:00"),
        ("1 week 2 days ago", "2025-07-01"),
        ("vor 2 Stunden", "2025-07-10T10:00:00+00:00"),
        ("3 часа назад", "2025-07-10T09:00:00+00:00"),
        ("منذ 3 ساعات", "2025-07-10T09:00:00+00:00"),
        ("15 分钟前", "2025-07-10T11:45:00+00:00"),
        ("3시간 전", "2025-07-10T09:00:00+00:00"),
        ("5h", "2025-07-10T07:00:00+00:00"),
        ("il y a 3 jours", "2025-07-07"),
        ("2日前", "2025-07-08"),
        ("قبل يومين", "2025-07-08"),
        ("yesterday", "2025-07-09"),
        ("Вчера в 19:10", "2025-07-09T19:10"),
        ("Heute, 14:30 Uhr", "2025-07-10T14:30"),
        ("hôm qua", "2025-07-09"),
    ],
)
def test_relative_dates_are_told_from_now(text: str, at: str) -> None:
    found = parse_date(text, now=NOW)
    assert found is not None
    assert found.method == "relative"
    assert found.iso() == at


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("5 minutes ago", Precision.MINUTE),
        ("3 hours ago", Precision.HOUR),
        ("3 days ago", Precision.DAY),
        ("2 weeks ago", Precision.MONTH),
        ("2 months ago", Precision.MONTH),
        ("3 years ago", Precision.YEAR),
        ("May 2024", Precision.MONTH),
        ("2024-05", Precision.MONTH),
        ("3 May 2024", Precision.DAY),
        ("3 May 2024 14:30", Precision.MINUTE),
        ("2024-05-03T14:30:01", Precision.SECOND),
    ],
)
def test_precision_is_what_the_page_shows_and_a_coarse_one_gives_no_day(text: str, precision: Precision) -> None:
    found = parse_date(text, now=NOW)
    assert found is not None
    assert found.precision is precision
    assert (found.on is None) == (precision in (Precision.MONTH, Precision.YEAR))


NO_DATES = [
    "$12.05.24", "€ 3.10.2024,50", "v1.2.2024", "3.10.12", "192.168.10.12", "555-12-2024", "10 out of 20", "Read more",
    "No. 2024-05", "2024 UT 40", "14:30", "5 set 20 reps", "Gold price today", "Today we begin", "2-1", "10-12",
    "3 ago", "Score 21-19-23", "ISBN 978-3-16-148410-0", "24-1234", "1.5 million", "5 may be", "2024/25 season",
    "12,50", "Tel. 01 23 45 67 89", "99/100", "Article 12.3.2", "1/2", "Page 3 of 10", "8.12.1", "G20 May",
    "100 set 2", "",
    "2024", "March", "31.02.2024", "32 May 2024", "00.00.0000", "2024-13-01", "#2024-05-03x", "1 of 1 may", "20241332",
    "Windows 10 May Update", "9 mars missions", "room 12 Dec", "Section 2(a) of Act 4/1998", "12:05:24",
    "+1 202 555 0123",
    "7.5.10.2024.3", "COVID-19", "F-16", "5G", "Top 100", "1,000,000", "50%", "1e5", "2 for 1", "24/7", "9/11",
    "Q4 2024",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_DATES)
def test_numbers_that_are_no_dates_invent_nothing(text: str) -> None:
    hits = [hit for hit in find_dates(text, now=NOW) if hit.published.on]
    assert hits == []
    found = parse_date(text, now=NOW)
    assert found is None or found.on is None


def test_a_date_inside_a_sentence_is_found_where_it_stands() -> None:
    text = "On 25 July 2024, staff met; the next talks were held on 3.02.2025 at 14:30, the plant costs 12.50."
    hits = find_dates(text, now=NOW)
    assert [text[hit.start : hit.end] for hit in hits] == ["25 July 2024", "3.02.2025 at 14:30"]
    assert [iso(hit.published) for hit in hits] == ["2024-07-25", "2025-02-03T14:30"]


def test_words_such_as_yesterday_count_as_labels_only() -> None:
    assert find_dates("Posted yesterday", now=NOW)
    assert find_dates("News | Today, 14:30", now=NOW)
    for sentence in ("Yesterday's rules no longer hold", "He came yesterday and left", "Prices today: nothing new"):
        assert find_dates(sentence, now=NOW) == []


def test_dates_more_than_a_day_ahead_are_left_out() -> None:
    assert iso(parse_date("11 July 2025", now=NOW)) == "2025-07-11"
    assert parse_date("13 July 2025", now=NOW) is None
    assert find_dates("The fair opens on 3 May 2031.", now=NOW) == []


@pytest.mark.parametrize(
    ("text", "order", "languages", "expected"),
    [
        ("03/04/2025", "DMY", (), "2025-04-03"),
        ("03/04/2025", "MDY", (), "2025-03-04"),
        ("03/04/2025", None, ("en",), "2025-03-04"),
        ("03/04/2025", None, ("en-GB",), "2025-04-03"),
        ("03/04/2025", None, ("de",), "2025-04-03"),
        ("03.04.2025", None, ("en",), "2025-04-03"),
        ("25/04/2025", "MDY", (), "2025-04-25"),
        ("12/03/2025", None, ("pt",), "2025-03-12"),
        ("03/12/2025", None, (), "2025-03-12"),
        ("24.05.12", "YMD", (), "2024-05-12"),
        ("24. 5. 12.", None, ("ko",), "2024-05-12"),
        ("5 listopada 2024", None, ("hr",), "2024-10-05"),
        ("5 listopada 2024", None, ("pl",), "2024-11-05"),
        ("3.10.12", None, ("sl",), "2012-10-03"),
    ],
)
def test_order_and_language_settle_what_is_ambiguous(
    text: str, order: str | None, languages: tuple[str, ...], expected: str
) -> None:
    assert iso(parse_date(text, now=NOW, order=order, languages=languages)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("texts", "language", "url", "order"),
    [
        (["07-02-2014", "06-30-2014"], None, None, "MDY"),
        (["07.02.2014", "30.06.2014"], "en", None, "DMY"),
        (["2014-07-02"], None, None, "YMD"),
        (["03/04/2025"], "en", "https://www.agency.gov/news", "MDY"),
        (["03/04/2025"], "en", "https://www.agency.gov.uk/news", "DMY"),
        (["03/04/2025"], "fr", "https://example.us/", "DMY"),
        (["03/04/2025"], "en-AU", None, "DMY"),
        (["05/06/2025", "05/02/2025", "04/11/2025", "04/03/2025", "03/12/2025"], "en-GB", None, "MDY"),
        ([], None, None, "DMY"),
        (["no dates", "12"], "xx", "http://[broken", "DMY"),
    ],
)
def test_one_order_per_column(texts: list[str], language: str | None, url: str | None, order: str) -> None:
    assert decide_order(texts, language=language, url=url) == order


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-04-21", "2025-04-21"),
        ("2025-04-21T14:30:00Z", "2025-04-21T14:30:00+00:00"),
        ("2025-04-21T14:30:00.123456+0200", "2025-04-21T14:30:00+02:00"),
        ("2025-04-21 14:30:00 +02:00", "2025-04-21T14:30:00+02:00"),
        ("2025-04-21T14:30", "2025-04-21T14:30"),
        ("20250421T143000Z", "2025-04-21T14:30:00+00:00"),
        ("2025-04-21T23:59:60Z", "2025-04-21T23:59:59+00:00"),
        ("2025-04-21T99:99", "2025-04-21"),
        ("Mon, 21 Apr 2025 14:30:00 GMT", "2025-04-21T14:30:00+00:00"),
        ("21 Apr 25 14:30 EST", "2025-04-21T14:30:00-05:00"),
        ("Mon, 21 Apr 2025 14:30:00 -0000", "2025-04-21T14:30:00"),
        ("1745245800", "2025-04-21T14:30:00+00:00"),
        ("1745245800000", "2025-04-21T14:30:00+00:00"),
        ("٢٠٢٥-٠٤-٢١", "2025-04-21"),
        ("0000-00-00T00:00:00Z", None),
        ("2025-02-30", None),
        ("yesterday", None),
        ("", None),
        ("21.04.2025", None),
        ("202504", None),
    ],
)
def test_machine_values(text: str, expected: str | None) -> None:
    assert iso(parse_iso(text)) == expected


def test_a_day_of_twenty_digits_is_no_date() -> None:
    assert parse_iso("Mon, 99999999999999999999 Mar 2026 09:00:00 +0000") is None


@pytest.mark.parametrize("zone", ["+9999", "-9960", "+9999999999999999999999", "+2500", "-1501"])
def test_an_offset_of_no_clock_leaves_the_day_and_the_time(zone: str) -> None:
    found = parse_iso(f"Mon, 02 Mar 2026 09:00:00 {zone}")
    assert found is not None
    assert (str(found.on), found.local_time, found.at) == ("2026-03-02", "09:00:00", None)


def test_a_date_without_offset_is_no_instant() -> None:
    found = parse_date("21 April 2025 14:30", now=NOW)
    assert found is not None
    assert (found.at, found.offset_minutes, found.local_time) == (None, None, "14:30")
    found = parse_iso("2025-04-21T00:30:00+03:00")
    assert found is not None
    assert found.on == date(2025, 4, 21)
    assert found.at == datetime(2025, 4, 20, 21, 30, tzinfo=UTC)


def test_persian_calendar_agrees_with_known_new_years() -> None:
    # Official dates of Nowruz (1 Farvardin).
    known = {1357: date(1978, 3, 21), 1375: date(1996, 3, 20), 1399: date(2020, 3, 20), 1400: date(2021, 3, 21)}
    known |= {1403: date(2024, 3, 20), 1404: date(2025, 3, 21), 1408: date(2029, 3, 20)}
    assert {year: from_persian(year, 1, 1) for year in known} == known
    assert from_persian(1403, 12, 30) == date(2025, 3, 20)
    assert from_persian(1404, 12, 30) is None


def test_islamic_calendar_agrees_with_known_days() -> None:
    known = {(1400, 1, 1): date(1979, 11, 20), (1446, 9, 1): date(2025, 3, 1), (1447, 1, 1): date(2025, 6, 26)}
    known |= {(1370, 1, 1): date(1950, 10, 13), (1500, 12, 30): date(2077, 11, 16)}
    assert {day: from_hijri(*day) for day in known} == known
    assert from_hijri(1446, 9, 30) is None
    assert from_hijri(1342, 1, 1) is None


def test_the_shipped_names_are_what_the_generator_makes() -> None:
    sources = json.loads(NAMES_FILE.read_text(encoding="utf-8"))["sources"]
    installed = {name: version(name) for name in sources}
    if installed != sources:
        pytest.skip(f"names.json was made with {sources}, installed are {installed}")
    # A process of its own: dateparser changes its tables while it works.
    made = subprocess.run(
        [sys.executable, "-c", "from scraper.dates.generate import render_names; print(render_names(), end='')"],
        capture_output=True, check=True, encoding="utf-8", env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert made.stdout == NAMES_FILE.read_text(encoding="utf-8")


_PIECES = st.sampled_from(
    ["12", "3", "2024", "may", "mai", "мая", "5月", "日", "年", ".", "/", "-", ":", " ", ",", "ago", "hours",
     "yesterday",
     "'24", "th", "de", "٣", "ม.ค.", "T", "Z", "+03:00", "pm", "to", "\n", "令和", "tháng", "\u200f", "ǅ", "ß", "İ"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(_PIECES | st.text(max_size=4), max_size=25).map("".join))
def test_any_text_gives_ordered_separate_hits_of_the_past(text: str) -> None:
    hits = find_dates(text, now=NOW)
    end = 0
    for hit in hits:
        assert end <= hit.start < hit.end <= len(text)
        assert hit.published.raw.strip() == text[hit.start : hit.end].strip()
        assert hit.published.on is None or hit.published.on <= NOW.date() + timedelta(days=1)
        end = hit.end
    parse_iso(text)
    parse_date(text, now=NOW)
    decide_order([text])


@given(
    st.dates(date(1990, 1, 1), date(2025, 7, 10)), st.sampled_from(["%d.%m.%Y", "%Y-%m-%d", "%d %B %Y", "%B %d, %Y"])
)
def test_surroundings_do_not_change_a_date(day: date, style: str) -> None:
    printed = day.strftime(style)
    for around in (
        "{}",
        "({})",
        "News | {} | Office",
        "Published: {}",
        "\u00a0{}\u00a0",
        "{}.",
        "Ended on {}, they say.",
    ):
        hits = find_dates(around.format(printed), now=NOW)
        assert [hit.published.on for hit in hits] == [day], around


def test_scanning_is_linear_and_bounded() -> None:
    started = time.process_time()
    for unit in (
        "1 2 3 ",
        "may ",
        "1 may ",
        "1.1.1.",
        "1/1/",
        "3 hours ago ",
        "9",
        "2025年4月",
        "1 of of of may ",
        "12 \n",
    ):
        assert len(find_dates(unit * (60_000 // len(unit)), now=NOW)) <= 5_000
    assert time.process_time() - started < 6


def _all_phrases() -> list[str]:
    names = load_names()
    ages = [p.words for table in (names.relative, names.relative_after_number) for ps in table.values() for p in ps]
    phrases = [" ".join("3" if word is None else word for word in words) for words in ages]
    months = [" ".join(map(str, p.words)) for ps in names.months.values() for p in ps]
    return [*phrases, *(f"12 {name} 2024" for name in months[::3]), *(text for text, _ in PRINTED)]


def test_one_look_over_many_texts_misses_no_date() -> None:
    """Every phrase of every language, among others that hold no date."""
    phrases = _all_phrases()
    assert len(phrases) > 3_000
    for begin in range(0, len(phrases), 25):
        texts = [
            text for phrase in phrases[begin : begin + 25] for text in (phrase, "Route 12 is closed", f"x {phrase}")
        ]
        found = sift_texts(texts)
        missed = [text for at, text in enumerate(texts) if at not in found and find_dates(text, now=NOW)]
        assert missed == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="0123456789./- :年月日前天maydstonrch", max_size=30), max_size=12))
def test_what_is_sifted_out_holds_no_date(texts: list[str]) -> None:
    found = sift_texts(texts)
    assert not any(find_dates(text, now=NOW) for at, text in enumerate(texts) if at not in found)


def test_texts_without_a_date_are_sifted_out() -> None:
    texts = ["Route 12 is closed", "Open on working days at counter 6", "Notice 0/37", "", "3 May", "vor 3 Tagen"]
    assert sift_texts(texts) == {4, 5}


@pytest.mark.parametrize(
    ("text", "language", "on"),
    [
        ("114-04-21", "zh-TW", date(2025, 4, 21)),
        ("發布日期：114/04/21 10:20", "zh", date(2025, 4, 21)),
        ("103.12.1", "zh-Hant-TW", date(2014, 12, 1)),
        ("R7.4.21", "ja", date(2025, 4, 21)),
        ("（H31.4.21更新）", "ja", date(2019, 4, 21)),
        ("2025 оны 4 сарын 21", "mn", date(2025, 4, 21)),
        ("2025 оны 04-р сарын 21", "mn", date(2025, 4, 21)),
        ("ሚያዝያ 13 ቀን 2017 ዓ.ም", "am", date(2025, 4, 21)),
        ("13 ሚያዝያ 2017", "am", date(2025, 4, 21)),
    ],
)
def test_years_of_other_counts_are_read_where_the_language_is_theirs(text: str, language: str, on: date) -> None:
    assert [hit.published.on for hit in find_dates(text, now=NOW, languages=(language,))] == [on]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("114-04-21", "en"),
        ("114-04-21", "de"),
        ("118-04-21", "zh"),  # four years from now
        ("114-14-21", "zh"),
        ("R7.4.21", "en"),
        ("R7.4.2.1", "ja"),
        ("ሚያዝያ 31 ቀን 2017", "am"),
    ],
)
def test_numbers_that_look_like_such_a_year_are_none_elsewhere(text: str, language: str) -> None:
    assert find_dates(text, now=NOW, languages=(language,)) == []


def test_an_ethiopian_year_ends_after_five_or_six_extra_days() -> None:
    assert from_ethiopian(2012, 1, 1) == date(2019, 9, 12)
    assert from_ethiopian(2011, 13, 6) == date(2019, 9, 11)
    assert from_ethiopian(2012, 13, 6) is None
    assert from_ethiopian(2019, 3, 9) == date(2026, 11, 18)


def test_days_to_come_are_given_to_who_asks_for_them() -> None:
    text = "Published 3 July 2025, begins 12 August 2025"
    assert [hit.published.on for hit in find_dates(text, now=NOW)] == [date(2025, 7, 3)]
    assert [hit.published.on for hit in find_dates(text, now=NOW, ahead=True)] == [date(2025, 7, 3), date(2025, 8, 12)]


def test_a_day_behind_an_age_is_no_time_of_day() -> None:
    hits = find_dates("3 days ago - 07.07.2025 11:05", now=NOW)
    assert [(hit.published.on, hit.published.local_time) for hit in hits] == [
        (date(2025, 7, 7), None),
        (date(2025, 7, 7), "11:05"),
    ]
