"""A page that fits its print lists the same; anything that changes what it lists does not fit."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presswatch.fixture_site import fixtures_folder
from scraper.diff import keys_for, listing_digest
from scraper.extract import extract
from scraper.pageprint import fits, loosened, take_print, understand
from scraper.types import Extraction, PagePrint

URL = "https://example.org/news/"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TITLES = (
    "The harbour office reopens the north pier",
    "Line seven is closed for repairs until May",
    "The library extends its reading room by forty seats",
    "The museum shows four centuries of tide tables",
    "New moorings for the ferries of the western quay",
    "The council adopts the budget of the waterworks",
)


def page(
    titles: tuple[str, ...] = TITLES, *, nonce: str = "a1", readers: int = 12, read: str = "Ferries", ago: str = "3"
) -> bytes:
    rows = "".join(
        f'<li class="entry"><span class="date">{20 - n:02d}.02.2026</span><h3><a href="/news/{len(title)}-{n}">'
        f"{title}</a></h3><p>What the office says about matter number {n}, in a sentence of some length.</p>"
        f'<span class="count">{readers + n} readers</span></li>'
        for n, title in enumerate(titles)
    )
    return (
        f'<html lang="en"><head><title>News</title><meta name="t" content="{nonce}"><script>var t="{nonce}<b>";'
        f'</script></head><body><nav><a href="/a/">Office</a><a href="/b/">Contact</a></nav><p>{readers} online</p>'
        f'<main><h1>News</h1><ul class="list">{rows}</ul></main><aside class="side"><p>Updated {ago} minutes ago</p>'
        f'<ol><li><a href="/topics/{nonce}">{read}</a></li></ol></aside></body></html>'
    ).encode()


def print_of(body: bytes) -> PagePrint:
    found = understand(body, URL, content_type="text/html; charset=utf-8", now=NOW).page_print
    assert found is not None
    return found


def digest_of(found: Extraction) -> tuple[str, str]:
    return found.verdict.kind.value, listing_digest(keys_for(found.items, URL)[0])


def listing(date: str = "20.02.2026", summary: str = "The works cost {n} million.", more: str = "") -> bytes:
    """A list whose records show a date as ``date`` says, and a summary of their own that ends in ``more``."""
    rows = "".join(
        f"<article><h3><a href='/n/{n}'>{title}</a></h3><p class='m'>{date if n == 1 else f'1{n}.02.2026'}</p>"
        f"<p>{summary.format(n=12 + n)} It is about {title.lower()}, as the office says.{more}</p>"
        f"<p class='c'>{n} comments</p></article>"
        for n, title in enumerate(TITLES)
    )
    return f"<html lang='en'><body><main><h1>News</h1>{rows}</main></body></html>".encode()


@pytest.mark.parametrize(
    "shown", ["{}", "Published {}", "{} | Press release", "No. 12/2026 of {}", "Date: {} (Friday)"]
)
def test_a_date_that_is_edited_amid_other_words_does_not_fit(shown: str) -> None:
    known = print_of(listing(shown.format("20.02.2026")))
    assert fits(known, listing(shown.format("20.02.2026")).replace(b"1 comments", b"7 comments"))
    assert not fits(known, listing(shown.format("19.02.2026")))


@pytest.mark.parametrize("more", ["", " Read more »", " Weiter\u00adlesen", " &raquo; more"])
def test_a_number_that_is_edited_in_a_summary_does_not_fit(more: str) -> None:
    known = print_of(listing(more=more))
    assert fits(known, listing(more=more).replace(b"1 comments", b"7 comments"))
    assert not fits(known, listing(more=more).replace(b"14 million", b"18 million"))


def test_a_number_in_a_summary_with_soft_hyphens_is_one() -> None:
    text = "The mu\u00adni\u00adci\u00adpa\u00adli\u00adty pays {n} mil\u00adlion."
    known = print_of(listing(summary=text))
    assert not fits(known, listing(summary=text).replace(b"14 mil", b"18 mil"))


def test_noise_fits() -> None:
    known = print_of(page())
    assert fits(known, page())
    assert fits(known, page(nonce="ff00ff", readers=4711, read="Tide tables of the western quay", ago="47"))


@pytest.mark.parametrize(
    "changed",
    [
        page(("Another bridge over the lock is opened", *TITLES)),
        page(("Another bridge over the lock is opened", *TITLES[:-1])),
        page(TITLES[:2] + TITLES[3:]),
        page((TITLES[1], TITLES[0], *TITLES[2:])),
        page((TITLES[0].replace("north", "south"), *TITLES[1:])),
        page().replace(b"20.02.2026", b"21.02.2026"),
        page().replace(b"matter number 2,", b"matter number 9,"),
        page().replace(b'href="/news/42-1"', b'href="/press/42-1"'),
        page().replace(b"<main>", b'<main><div class="hero"><h2><a href="/news/new">Storm at the pier</a></h2></div>'),
        page().replace(b'class="entry"', b'class="teaser"'),
        b"<html><body><h1>Just a moment</h1><p>Checking your browser</p></body></html>",
        b"",
    ],
    ids="on_top in_its_place withdrawn order title date summary address hero class wall empty".split(),
)  # fmt: skip
def test_what_matters_does_not_fit(changed: bytes) -> None:
    assert changed != page()
    assert not fits(print_of(page()), changed)


def test_a_page_that_is_more_than_a_listing_has_no_print() -> None:
    article = "".join(f"<p>{'Words about the tide in the western harbour of the town. ' * 6}{n}</p>" for n in range(8))
    body = page().replace(b"<main>", f"<main><article><h1>The tide</h1>{article}</article>".encode())
    found = understand(body, URL, content_type="text/html", now=NOW)
    assert found.article is not None
    assert found.page_print is None


def test_what_varies_of_itself_is_learnt_to_be_noise() -> None:
    words = [page().replace(b" readers</span>", b" %s</span>" % word) for word in (b"readers", b"watch", b"people")]
    first, second = print_of(words[0]), print_of(words[1])
    assert not fits(first, words[1])
    learnt = loosened(first, second, same_items=True)
    assert learnt is not None
    assert fits(learnt, words[2])
    # What was learnt outlives a change of the list, and teaches nothing where the list changed.
    longer = page(("Another bridge over the lock is opened", *TITLES))
    kept = loosened(learnt, print_of(longer), same_items=False)
    assert kept is not None
    assert fits(kept, longer.replace(b" readers</span>", b" people</span>"))
    unlearnt = loosened(first, second, same_items=False)
    assert unlearnt is not None
    assert not fits(unlearnt, words[2])


LISTINGS = sorted(fixtures_folder().rglob("site/**/*.html"))[::4]


@settings(max_examples=120, deadline=None)
@given(seed=st.integers(0, 2**32), at=st.integers(0, max(len(LISTINGS) - 1, 0)))
def test_whatever_fits_lists_the_same(seed: int, at: int) -> None:
    body, chance = LISTINGS[at].read_bytes(), Random(seed)
    found = extract(body, URL, content_type="text/html", now=NOW)
    known = take_print(body, found, "text/html")
    if known is None:
        return
    pieces = re.findall(rb"<[^<>]*>?[^<]*", body)
    one, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
    tag, mark, text = pieces[one].rpartition(b">")
    said = pieces[other].rpartition(b">")[2]
    word = bytes(chance.choices(b"abc 0123", k=9))
    attribute = re.sub(rb'"[^"]*"', b'"' + word + b'"', tag, count=1) + mark + text
    forms = [b"", pieces[one] * 2, tag + mark + word, tag + mark + said, attribute, pieces[other]]
    pieces[one] = chance.choice(forms)
    changed = b"".join(pieces)
    if fits(known, changed):
        assert digest_of(extract(changed, URL, content_type="text/html", now=NOW)) == digest_of(found)


@pytest.mark.parametrize("unit", [b"<", b"<a class=", b'class="', b"<script", b"<p>x", b"</script", b"<a href='"])
def test_hostile_bodies_are_looked_at_once_from_end_to_end(unit: bytes) -> None:
    """What took more than linear time would take minutes here."""
    assert not fits(print_of(page()), unit * (900_000 // len(unit)))
