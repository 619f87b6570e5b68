"""What travels between scheduler and workers arrives as it was sent, and nothing else is believed."""

from __future__ import annotations

import sys
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.fleet.shards import SHARDS, shard_of, shards_of
from scheduler.fleet.wire import MOST_BYTES, Done, Failure, Hello, Job, WireError, error_of, failure_of, pack, unpack
from scheduler.fleet.worker import parts_of
from scraper.answers import NotModified
from scraper.asking import SourceRequests
from scraper.errors import AddressRefusedError, CheckError, ExtractError, FetchError
from scraper.extract import extract
from scraper.reading import Reading, ReadingManners, ReadRequest
from scraper.robots import RobotsRecord
from scraper.types import FeedHints, Page, Recipe, Validators

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def listing() -> bytes:
    rows = "".join(
        f"<li><a href='/n/{n}'>Harbour office opens counter {n} for bargemen</a> <time>2026-11-{n:02d}</time></li>"
        for n in range(20, 1, -1)
    )
    return f"<html lang=en><main><h1>News</h1><ul>{rows}</ul></main></html>".encode()


def test_a_page_and_all_that_was_read_from_it_arrive() -> None:
    body = listing()
    said = extract(body, "https://port.example/n", now=NOW)
    assert len(said.items) == 19
    validators = Validators("https://port.example/n", '"e1"')
    page = Page("https://port.example/n", 200, body, "text/html", validators, ("https://port.example/",))
    done = Done(id="1", worker="w", spacing=2 * SECOND, page=page, extraction=said)
    sent = pack(done)
    assert len(sent) < len(body)
    assert unpack(sent, Done).reading() == Reading(page, said)


def test_the_wishes_of_a_feed_arrive() -> None:
    wishes = b"<ttl>45</ttl><skipDays><day>Sunday</day></skipDays>"
    body = b"<rss><channel>" + wishes + b"<item><title>Ebb</title></item></channel></rss>"
    said = extract(body, "https://port.example/feed", now=NOW)
    assert said.hints == FeedHints(45 * 60 * SECOND, skip_days=(6,))
    page = Page("https://port.example/feed", 200, body, headers={"cache-control": "max-age=600"})
    done = Done(id="1", worker="w", spacing=SECOND, page=page, extraction=said)
    assert unpack(pack(done), Done).reading() == Reading(page, said)


def test_a_job_arrives_with_its_manners_and_robots() -> None:
    request = ReadRequest(
        url="https://port.example/n",
        source_key="port",
        source_url="https://port.example/n",
        seconds=45.0,
        asking=SourceRequests(headers={"X-Key": "k"}, cookies=True, language="de"),
        validators=Validators("https://port.example/n", last_modified="Sun, 22 Nov 2026 09:00:00 GMT"),
        recipe=Recipe(item="li"),
    )
    job = Job(
        id="2",
        site="port.example",
        request=request,
        manners=ReadingManners("presswatch/1", 3 * SECOND),
        robots=(RobotsRecord("https://port.example", NOW, NOW + 60 * SECOND, 200, b"User-agent: *\nCrawl-delay: 7"),),
    )
    assert unpack(pack(job), Job) == job


def test_no_part_of_a_reading_is_forgotten() -> None:
    """What is added to a reading one day must travel too."""
    parts = {part.name for part in fields(Reading)} - {"answer", "error"}
    assert parts <= set(Done.__struct_fields__)


def test_of_a_page_that_lists_what_was_known_only_the_length_travels() -> None:
    page = Page("https://port.example/n", 200, b"<p>Ferries</p>" * 10_000)
    reading = Reading(page, body_sha256="ab", listed=True)
    sent = pack(Done(id="4", worker="w", spacing=SECOND, **parts_of(reading)))
    assert len(sent) < 1_000
    found = unpack(sent, Done).reading()
    assert isinstance(found.answer, Page)
    assert (found.answer.size, found.body_sha256, found.listed) == (140_000, "ab", True)


def test_not_modified_arrives() -> None:
    answer = NotModified("https://port.example/n", Validators("https://port.example/n", '"e1"'))
    done = Done(id="3", worker="w", spacing=SECOND, not_modified=answer)
    assert unpack(pack(done), Done).reading() == Reading(answer)


@pytest.mark.parametrize(
    "error",
    [
        FetchError("rate_limited", "answered 429", url="https://a.example/", status=429, not_before=NOW),
        AddressRefusedError("10.0.0.1 is not global", url="https://a.example/"),
        ExtractError("unreadable", "took too long", url="https://a.example/"),
        CheckError("internal", "KeyError", url="https://a.example/"),
    ],
)
def test_an_error_is_raised_as_it_was(error: CheckError) -> None:
    done = Done(id="4", worker="w", spacing=SECOND, failure=failure_of(error))
    with pytest.raises(type(error)) as raised:
        unpack(pack(done), Done).reading()
    assert type(raised.value) is type(error)
    assert vars(raised.value) == vars(error)
    assert str(raised.value) == str(error)


def test_an_answer_without_anything_is_an_error() -> None:
    with pytest.raises(WireError, match="neither"):
        Done(id="5", worker="w", spacing=SECOND).reading()


def test_what_is_unpacked_is_bounded() -> None:
    bomb = b"\x01" + zstd.compress(b"\x00" * (MOST_BYTES + 1))
    assert len(bomb) < 100_000
    with pytest.raises(WireError, match="larger than"):
        unpack(bomb, Done)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_message_or_an_error(data: bytes) -> None:
    for kind in (Job, Done, Hello):
        try:
            assert isinstance(unpack(data, kind), kind)
        except WireError:
            continue


def test_a_message_cut_anywhere_is_an_error() -> None:
    sent = pack(Done(id="6", worker="w", spacing=SECOND, page=Page("https://a.example/", 200, listing())))
    for end in range(0, len(sent), 37):
        with pytest.raises(WireError):
            unpack(sent[:end], Done)


def test_a_hello_with_fields_of_a_later_version_is_understood() -> None:
    import msgspec

    later = {
        "name": "w", "protocol": 9, "version": "3.0", "host": "h", "pid": 1, "started_at": NOW, "mood": "fine",
    }  # fmt: skip
    assert unpack(b"\x00" + msgspec.msgpack.encode(later), Hello).protocol == 9


def test_failures_keep_what_the_scheduler_decides_by() -> None:
    found = error_of(Failure("fetch", "http_5xx", "answered 503", "https://a.example/", 503, NOW))
    assert isinstance(found, FetchError)
    assert (found.status, found.not_before, found.reason) == (503, NOW, "http_5xx")


# ---- which worker reads what


@given(st.sets(st.text(min_size=1, max_size=20), min_size=1, max_size=12))
def test_every_queue_has_one_owner(workers: set[str]) -> None:
    owned = [shards_of(name, workers) for name in workers]
    assert sum(map(len, owned)) == SHARDS
    assert frozenset().union(*owned) == frozenset(range(SHARDS))


@given(st.sets(st.text(min_size=1, max_size=20), min_size=2, max_size=12))
def test_a_worker_that_goes_moves_no_queue_but_its_own(workers: set[str]) -> None:
    _, *rest = sorted(workers)
    for name in rest:
        assert shards_of(name, workers) <= shards_of(name, rest)


def test_queues_are_shared_out_about_evenly() -> None:
    workers = {f"reader-{n}:4711" for n in range(4)}
    assert all(6 <= len(shards_of(name, workers)) <= 28 for name in workers)


def test_sites_are_spread_over_all_queues() -> None:
    spread = [shard_of(f"ministry-{n}.example") for n in range(6_400)]
    assert set(spread) == set(range(SHARDS))
    assert max(spread.count(shard) for shard in range(SHARDS)) < 200
