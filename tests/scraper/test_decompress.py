"""Undoing content-codings: whole, bounded, and never half."""

from __future__ import annotations

import gzip
import random
import time
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.decompress import decompress, split_encodings, unpack_file
from scraper.errors import FetchError
from tests.scraper.misbehaving import bomb, zstd

LIMIT = 10_000_000
PAGE = b"<html><p>The harbour office reports a calm week.</p></html>" * 50


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}


def reason(body: bytes, *encodings: str, limit: int = LIMIT) -> str | None:
    try:
        decompress(body, encodings, limit=limit, url="https://example.org/")
    except FetchError as error:
        return error.reason
    return None


@given(st.binary(max_size=5_000), st.lists(st.sampled_from(sorted(PACKERS)), max_size=3))
def test_what_was_packed_comes_back_through_up_to_three_layers(body: bytes, encodings: list[str]) -> None:
    packed = body
    for name in encodings:
        packed = PACKERS[name](packed)
    assert decompress(packed, encodings, limit=LIMIT) == body


@pytest.mark.parametrize("name", ["deflate", "DEFLATE", " deflate "])
def test_raw_deflate_is_read_too(name: str) -> None:
    assert decompress(raw_deflate(PAGE), [name], limit=LIMIT) == PAGE


@pytest.mark.parametrize("name", [*PACKERS, "raw"])
def test_a_stream_that_is_cut_anywhere_is_incomplete(name: str) -> None:
    packed = raw_deflate(PAGE) if name == "raw" else PACKERS[name](PAGE)
    coding = "deflate" if name == "raw" else name
    for cut in range(1, len(packed)):
        assert reason(packed[:cut], coding) in ("incomplete", "encoding"), cut
    assert reason(packed[: len(packed) // 2], coding) == "incomplete"


@pytest.mark.parametrize("name", PACKERS)
def test_damage_is_an_encoding_error_never_a_crash(name: str) -> None:
    rng = random.Random(7)
    packed = PACKERS[name](PAGE)
    assert reason(b"no stream of any kind, only text", name) in ("encoding", "incomplete")
    for _ in range(300):
        broken = bytearray(packed)
        broken[rng.randrange(len(broken))] ^= rng.randrange(1, 256)
        assert reason(bytes(broken), name) in (None, "encoding", "incomplete", "too_large")


@pytest.mark.parametrize("name", ["gzip", "br", "zstd"])
def test_a_bomb_is_stopped_while_it_unfolds(name: str) -> None:
    packed = bomb(name)
    assert len(packed) < 100_000
    tracemalloc.start()
    try:
        assert reason(packed, name, limit=1_000_000) == "too_large"
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_a_bomb_in_a_bomb_is_stopped_at_the_inner_layer() -> None:
    assert reason(gzip.compress(gzip.compress(bytes(60_000_000))), "gzip", "gzip", limit=1_000_000) == "too_large"


@pytest.mark.parametrize("name", PACKERS)
def test_the_limit_is_exact(name: str) -> None:
    assert reason(PACKERS[name](PAGE), name, limit=len(PAGE)) is None
    assert reason(PACKERS[name](PAGE), name, limit=len(PAGE) - 1) == "too_large"


def test_the_limit_holds_for_a_body_without_coding_too() -> None:
    assert reason(PAGE, limit=len(PAGE) - 1) == "too_large"


def test_members_and_frames_behind_each_other_are_one_body() -> None:
    assert decompress(gzip.compress(PAGE) + gzip.compress(b"tail"), ["gzip"], limit=LIMIT) == PAGE + b"tail"
    assert decompress(zstd.compress(PAGE) + zstd.compress(b"tail"), ["zstd"], limit=LIMIT) == PAGE + b"tail"
    assert reason(gzip.compress(PAGE) * 3, "gzip", limit=len(PAGE) * 2) == "too_large"


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_a_body_of_nothing_but_empty_streams_costs_little(name: str) -> None:
    empty = PACKERS[name](b"")
    began = time.process_time()
    assert reason(empty * (LIMIT // len(empty)), name) == "encoding"
    assert reason(bytes(LIMIT), name) in ("encoding", "incomplete")
    assert time.process_time() - began < 2


@pytest.mark.parametrize("name", PACKERS)
def test_only_zeros_may_follow_a_stream(name: str) -> None:
    assert reason(PACKERS[name](PAGE) + b"and more", name) == "encoding"
    if name != "br":
        assert decompress(PACKERS[name](PAGE) + bytes(512), [name], limit=LIMIT) == PAGE


def test_an_empty_body_stays_empty_whatever_it_claims() -> None:
    assert decompress(b"", ["gzip", "br"], limit=LIMIT) == b""


@pytest.mark.parametrize("name", ["lzma", "compress", "aes128gcm", "exi", "\x1b[31m"])
def test_unknown_codings_are_errors(name: str) -> None:
    assert reason(PAGE, name) == "encoding"


def test_more_than_three_layers_are_an_error() -> None:
    packed = PAGE
    for _ in range(4):
        packed = gzip.compress(packed)
    assert reason(packed, *["gzip"] * 4) == "encoding"


def test_codings_that_mean_nothing_are_passed_over() -> None:
    assert decompress(PAGE, ["identity", "UTF-8", "none", ""], limit=LIMIT) == PAGE


def test_a_zstd_frame_with_a_huge_window_is_refused() -> None:
    options = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.enable_long_distance_matching: 1}
    packer = zstd.ZstdCompressor(options=options)
    packed = packer.compress(PAGE) + packer.flush()
    assert reason(packed, "zstd") in ("encoding", None)
    assert reason(b"\x28\xb5\x2f\xfd\x00\xf0" + bytes(20), "zstd") == "encoding"


@pytest.mark.parametrize(
    ("header", "expected"),
    [(None, ()), ("", ()), ("gzip", ("gzip",)), ("gzip, br", ("gzip", "br")), (" GZIP ,, BR ", ("gzip", "br"))],
)
def test_the_header_is_split(header: str | None, expected: tuple[str, ...]) -> None:
    assert split_encodings(header) == expected


@pytest.mark.parametrize(
    ("content_type", "url", "unpacked"),
    [
        ("application/gzip", "https://example.org/sitemap", True),
        ("Application/X-GZIP; x=y", "https://example.org/sitemap", True),
        ("application/octet-stream", "https://example.org/sitemap.xml.gz?day=1", True),
        (None, "https://example.org/sitemap.xml.GZ", True),
        ("text/html", "https://example.org/news", False),
    ],
)
def test_a_gzip_file_is_unpacked_where_type_or_name_say_so(content_type: str | None, url: str, unpacked: bool) -> None:
    packed = gzip.compress(PAGE)
    assert unpack_file(packed, content_type, limit=LIMIT, url=url) == (PAGE if unpacked else packed)
    assert unpack_file(PAGE, content_type, limit=LIMIT, url=url) == PAGE


def test_a_gzip_file_is_bounded_too() -> None:
    with pytest.raises(FetchError, match="larger than"):
        unpack_file(bomb("gzip"), "application/gzip", limit=1_000_000, url="https://example.org/s.gz")
