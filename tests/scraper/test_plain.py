from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.charset import decode_body
from scraper.extract.plain import extract_plain
from scraper.types import Extraction, PageKind
from tests.scraper.plain_pages import compose

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "fixtures" / "plain").iterdir())
LISTINGS = [case for case in CASES if json.loads((case / "expected.json").read_text(encoding="utf-8"))["items"]]
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
SEEDS = ROOT.parent / "shared" / "seeds"


def load(case: Path) -> tuple[str, dict[str, Any], dict[str, Any]]:
    text, _ = decode_body((case / "page.txt").read_bytes(), "text/plain")
    meta = json.loads((case / "meta.json").read_text(encoding="utf-8"))
    return text, meta, json.loads((case / "expected.json").read_text(encoding="utf-8"))


def extract_case(case: Path) -> Extraction:
    text, meta, _ = load(case)
    return extract_plain(text, meta["url"], now=datetime.fromisoformat(meta["now"]))


def shown(extraction: Extraction) -> list[dict[str, str | None]]:
    return [
        {"title": item.title, "published": item.published and item.published.iso(), "summary": item.summary}
        for item in extraction.items
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_items_are_the_expected_ones_and_no_others(case: Path) -> None:
    assert shown(extract_case(case)) == load(case)[2]["items"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_kind_is_told_with_a_reason(case: Path) -> None:
    verdict = extract_case(case).verdict
    assert verdict.kind.value in load(case)[2]["kind"]
    assert verdict.reasons
    assert 0 < verdict.confidence <= 1


@pytest.mark.parametrize("case", LISTINGS + [c for c in CASES if c.name == "article_alone"], ids=lambda case: case.name)
def test_the_pages_own_article_is_no_item(case: Path) -> None:
    article, expected = extract_case(case).article, load(case)[2]["article"]
    if expected is None:
        assert article is None
        return
    assert article is not None
    published = article.published.iso() if article.published else None
    assert {"title": article.title, "published": published, "text": article.text} == expected


@pytest.mark.parametrize("case", LISTINGS, ids=lambda case: case.name)
@pytest.mark.parametrize("change", ["crlf", "cr", "trailing", "bom", "leading_blank", "final_breaks"])
def test_spelling_of_line_ends_and_margins_changes_nothing(case: Path, change: str) -> None:
    text, meta, expected = load(case)
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    changed = {
        "crlf": "\r\n".join(lines),
        "cr": "\r".join(lines),
        "trailing": "\n".join(line + " \t" for line in lines),
        "bom": "\ufeff" + "\n".join(lines),
        "leading_blank": "\n\n\n" + "\n".join(lines),
        "final_breaks": "\n".join(lines) + "\n\n\n\n",
    }[change]
    extraction = extract_plain(changed, meta["url"], now=datetime.fromisoformat(meta["now"]))
    assert shown(extraction) == expected["items"]


@pytest.mark.parametrize("case", LISTINGS, ids=lambda case: case.name)
def test_another_encoding_is_no_other_page(case: Path) -> None:
    text, meta, expected = load(case)
    for codec in ("utf-8", "utf-8-sig", "utf-16"):
        decoded, _ = decode_body(text.removeprefix("\ufeff").encode(codec), "text/plain")
        extraction = extract_plain(decoded, meta["url"], now=datetime.fromisoformat(meta["now"]))
        assert shown(extraction) == expected["items"]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CASES), st.floats(0, 1))
def test_a_page_cut_anywhere_never_raises_and_invents_nothing(case: Path, share: float) -> None:
    text, meta, _ = load(case)
    cut = text[: int(len(text) * share)]
    extraction = extract_plain(cut, meta["url"], now=NOW)
    for item in extraction.items:
        assert item.title
        assert len(item.title) <= 200
        assert not item.summary or all(part in cut for part in item.summary.split()[:3])


@pytest.mark.parametrize("seed", range(300))
def test_composed_pages_are_taken_apart_again(seed: int) -> None:
    page = compose(seed)
    extraction = extract_plain(page.text, "https://news.example.org/", now=NOW)
    found = []
    for item, (title, _, _) in zip(extraction.items, page.items, strict=False):
        day = item.published.on.isoformat() if item.published and item.published.on else None
        found.append((item.title if title else None, day, item.summary))
    assert len(extraction.items) == len(page.items), page.about
    assert found == page.items, page.about
    article = extraction.article
    published = article.published.iso() if article and article.published else None
    assert (article and (article.title, published, article.text)) == page.article, page.about


_LINES = st.lists(
    st.sampled_from(
        [
            "",
            "",
            "12.03.2026",
            "A headline of five words",
            "A sentence that ends as it should.",
            "Go back",
            "?",
            "…",
            "–",
        ]
    )
    | st.text(max_size=40),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(_LINES)
def test_any_lines_are_read_without_raising(lines: list[str]) -> None:
    extraction = extract_plain("\n".join(lines), "https://news.example.org/", now=NOW)
    assert all(item.title for item in extraction.items)
    assert extraction.verdict.reasons


@pytest.mark.parametrize(
    "name",
    [
        "asyncio/events.py",
        "operator.py",
        "csv.py",
        "json/decoder.py",
        "encodings/cp1256.py",
        "turtle.py",
        "calendar.py",
    ],
)
def test_source_files_list_nothing(name: str) -> None:
    text = (Path(json.__file__).parents[1] / name).read_text(encoding="utf-8")
    assert extract_plain(text, "https://news.example.org/", now=NOW).items == ()


TEASERS = [
    "The harbour office opened the new northern quay for small freight ships this week.",
    "Talks on the shared river water plan took place in Brookport under the chairmanship of Lena Ode",
    "Forty pilots took part in the annual course at the training ground in Sallow Bay...",
    "The ferry to the bay is back in daily service after a winter of repairs.",
]
BODY = [
    "The House of Guilds held a round table under the motto: “A river for everybody”.",
    "Representatives of six towns attended it and spoke at length about locks and fares.",
    "Nobody wants to close a lock before autumn. The common timetable is to be ready in May.",
    "The expert stressed that all towns should know when a ship will come.",
]


@pytest.mark.parametrize(
    ("page", "count"),
    [
        ("\n\n\n".join(TEASERS) + "\n\nSpring on the river\n\n\n" + "\n\n".join(BODY) + "\n\nGo back", 4),
        ("Latest news\n\n" + "\n\n\n".join(TEASERS) + "\n\nSpring on the river\n\n\n" + "\n\n".join(BODY), 4),
        ("\n".join(TEASERS[::3] * 2) + "\nSpring on the river\n\n" + "\n\n".join(BODY), 4),
        ("\n".join(TEASERS[::3] * 2) + "\nSpring on the river\n" + "\n".join(BODY), 4),
    ],
)
def test_teasers_before_an_article_in_several_line_break_habits(page: str, count: int) -> None:
    extraction = extract_plain(page, "https://news.example.org/", now=NOW)
    assert extraction.verdict.kind is PageKind.BOTH
    assert len(extraction.items) == count
    assert extraction.article is not None
    assert extraction.article.title == "Spring on the river"
    assert extraction.article.text == "\n\n".join(BODY)


def test_an_article_above_the_list_is_no_item() -> None:
    days = ["12.03.2026", "10.03.2026", "06.03.2026", "01.03.2026"]
    listing = "\n\n\n".join(f"{day}\n\n{teaser}" for day, teaser in zip(days, TEASERS, strict=True))
    page = "A round table was held\n\n05.03.2026\n\n" + "\n\n".join(BODY) + "\n\n\n" + listing
    extraction = extract_plain(page, "https://news.example.org/", now=NOW)
    assert [item.summary for item in extraction.items] == TEASERS
    assert extraction.article is not None
    assert extraction.article.published is not None
    assert extraction.article.published.iso() == "2026-03-05"


def test_items_keep_the_order_of_the_page_and_nothing_of_a_teaser_is_lost() -> None:
    teasers = [f"Report number {n} was presented to the council today. Its second sentence is long." for n in range(60)]
    text = "\n".join(f"{n % 28 + 1:02}.02.2026\n\n{teaser}\n\n" for n, teaser in enumerate(teasers))
    extraction = extract_plain(text, "https://news.example.org/", now=NOW)
    assert [item.summary for item in extraction.items] == teasers


def test_a_hard_wrapped_listing_is_read_like_an_unwrapped_one() -> None:
    teaser = (
        "The northern quay was opened this week after two years of work on its foundations, and the first small "
        "freight ships have already called there on their way up the river to the towns behind the hills."
    )
    import textwrap

    wrapped = "\n\n".join(f"{day}.02.2026\n" + "\n".join(textwrap.wrap(teaser, 70)) for day in (12, 11, 10))
    extraction = extract_plain(wrapped, "https://news.example.org/", now=NOW)
    assert [item.summary for item in extraction.items] == [teaser] * 3


@pytest.mark.parametrize("flood", ["12.03.2026\nA line.\n", "A headline here\n", "A sentence.\n\n", "\n", "1.1.1 "])
def test_large_pages_stay_bounded(flood: str) -> None:
    import time

    started = time.process_time()
    extraction = extract_plain(flood * (1_000_000 // len(flood)), "https://news.example.org/", now=NOW)
    assert len(extraction.items) <= 2_000
    assert time.process_time() - started < 10


def read_seed(name: str) -> Extraction:
    if not SEEDS.is_dir():
        print(f"skipped: {SEEDS} is not there")
        pytest.skip("the seed documents are not beside this checkout")
    (path,) = SEEDS.glob(f"{name}_*.txt")
    text, _ = decode_body(path.read_bytes(), None)
    return extract_plain(text, "https://news.example.org/", now=datetime(2025, 6, 1, tzinfo=UTC))


def test_seed_with_dates_before_its_teasers() -> None:
    extraction = read_seed("004")
    assert extraction.verdict.kind is PageKind.BOTH
    days = [item.published.iso() for item in extraction.items if item.published]
    assert days == ["2025-04-21", "2025-04-18", "2025-04-14", "2025-04-11"]
    assert all(item.summary and item.summary.startswith(item.title.rstrip("…")) for item in extraction.items)
    endings = ["without military status.", "(ICMEC, Commission).", "states took place.", "Murodali Rajab Rajabzoda."]
    for item, ending in zip(extraction.items, endings, strict=True):
        assert item.summary is not None
        assert item.summary.endswith(ending)
    article = extraction.article
    assert article is not None
    assert article.title == (
        "An international conference with the participation of representatives of the CSTO, the CIS and the SCO was "
        "held at the Center for Social Conservative Policy"
    )
    assert article.published is not None
    assert article.published.iso() == "2025-04-04"
    assert article.text.startswith("On April 3, 2025, the Center for Social Conservative Policy held")
    assert article.text.endswith("the expert emphasized.")
    assert "Go back" not in article.text
    assert "Back to the" not in article.text


def test_seed_with_undated_teasers() -> None:
    extraction = read_seed("000")
    assert extraction.verdict.kind is PageKind.BOTH
    assert [item.published for item in extraction.items] == [None] * 4
    second, fourth = extraction.items[1], extraction.items[3]
    assert second.summary is not None
    assert second.summary.startswith("Allow me to thank the Russian presidency")
    assert "I highly appreciate my participation" in second.summary
    assert fourth.summary is not None
    assert fourth.summary.startswith("Imangali Tasmagambetov, the Collective Security Treaty Organization Secretary")
    assert "Great Victory" not in fourth.summary
    article = extraction.article
    assert article is not None
    assert article.title == "The May of the Great Victory is ahead!"
    assert article.published is None
    assert article.text.startswith("At the National Center for Defense Management")
    assert article.text.endswith("approach to their implementation.")
    assert "Go back" not in article.text
