"""Damage for documents: what servers, proxies, editors and attackers do to a page, by a seeded hand."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final

MOST_BYTES: Final = 400_000
"""A mutant is cut here, so that a million of them take hours and not days."""

_TAG: Final = re.compile(rb"<[^<>]{1,300}>")
_TEXT: Final = re.compile(rb">[^<>]{1,400}<")

TOKENS: Final = (
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<script>",
    b"</script>",
    b"<style>",
    b"<template>",
    b"<svg><foreignObject>",
    b"<math>",
    b"<noscript>",
    b"<plaintext>",
    b"<textarea>",
    b"<select>",
    b"<table><tr><td>",
    b"</body>",
    b"<base href='http://[::1'>",
    b"<base href=//>",
    b"<html lang=tlh>",
    b"<meta charset=utf-16>",
    b"<meta charset=iso-2022-jp>",
    b'<meta http-equiv=refresh content="0;url=file:///etc/passwd">',
    b"<?xml version='1.0' encoding='utf-32'?>",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b"<a href='http://[::1'>x</a>",
    b"<a href='https://a\\@b/'>x</a>",
    b"<time datetime='99999-99-99T99:99'>",
    b"<time datetime='0000-00-00'>",
    b"<h1>",
    b"<li>",
    b"\x00",
    b"\xff\xfe",
    b"\xfe\xff\x00<",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\x1b[2J",
    b"\x1b$B",
    b"\r\n\r\n",
    b"&#x0;",
    b"&#xD800;",
    b"&#1114112;",
    b"&#99999999999999999999;",
    b"&ampampamp",
    b"&notit;",
    b"%00%ff%zz",
    b"31.02.2026",
    b"12/13/14",
    b"2026-02-30T25:61:61+99:99",
    b"99999999999999999999",
    b"-1",
    b"1e999",
    b"NaN",
    b'{"@graph":[',
    b'{"@type":["NewsArticle"],"headline":{}}',
    b'"\\ud800"',
    "\u202e".encode(),
    "\ufeff".encode(),
    "\u200b".encode(),
    "ﷺ".encode() * 20,
    ("a" + "\u0301" * 200).encode(),
    "昨日 3時間前 ٢٠٢٦/٠٣/٠١ ค.ศ. २०२६".encode(),
    b"=cmd|' /C calc'!A0",
    b"{{7*7}}${7*7}<%=7%>",
)

_WEIRD_BYTES: Final = (0, 1, 9, 10, 13, 27, 34, 38, 39, 47, 60, 61, 62, 92, 127, 128, 160, 192, 224, 237, 255)


def _place(rng: random.Random, data: bytes) -> int:
    return rng.randrange(len(data) + 1)


def flip_bytes(rng: random.Random, data: bytes) -> bytes:
    """A few bytes are others."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 30)):
        if out:
            out[rng.randrange(len(out))] = rng.choice(_WEIRD_BYTES) if rng.random() < 0.5 else rng.randrange(256)
    return bytes(out)


def cut(rng: random.Random, data: bytes) -> bytes:
    """The document ends early, or begins late."""
    at = _place(rng, data)
    return data[:at] if rng.random() < 0.8 else data[at:]


def remove_span(rng: random.Random, data: bytes) -> bytes:
    """A part is missing."""
    at = _place(rng, data)
    return data[:at] + data[at + rng.randint(1, 2_000) :]


def repeat_span(rng: random.Random, data: bytes) -> bytes:
    """A part comes again and again."""
    at = _place(rng, data)
    part = data[at : at + rng.choice((1, 7, 60, 500, 4_000))]
    return data[:at] + part * min(rng.choice((2, 3, 20, 500, 5_000)), MOST_BYTES // (len(part) or 1)) + data[at:]


def move_span(rng: random.Random, data: bytes) -> bytes:
    """A part stands elsewhere."""
    at, to = _place(rng, data), _place(rng, data)
    size = rng.randint(1, 3_000)
    part, rest = data[at : at + size], data[:at] + data[at + size :]
    return rest[:to] + part + rest[to:]


def insert_token(rng: random.Random, data: bytes) -> bytes:
    """What parsers stumble over, somewhere."""
    for _ in range(rng.randint(1, 8)):
        at = _place(rng, data)
        data = data[:at] + rng.choice(TOKENS) + data[at:]
    return data


def splice_tags(rng: random.Random, data: bytes) -> bytes:
    """Tags of the document go to where other tags were."""
    found = list(_TAG.finditer(data))
    if len(found) < 2:
        return data
    for _ in range(rng.randint(1, 10)):
        source, target = rng.choice(found)[0], rng.choice(found)[0]
        data = data.replace(target, source, rng.choice((1, 2, 1_000)))
    return data[:MOST_BYTES]


def replace_text(rng: random.Random, data: bytes) -> bytes:
    """Texts between tags become tokens, become one another, or become long."""
    found = list(_TEXT.finditer(data))
    if not found:
        return data
    for _ in range(rng.randint(1, 10)):
        old = rng.choice(found)[0]
        new = rng.choice((rng.choice(TOKENS), rng.choice(found)[0][1:-1], old[1:-1] * rng.choice((2, 50)), b""))
        data = data.replace(old, b">" + new + b"<", rng.choice((1, 1_000)))
    return data[:MOST_BYTES]


def flood_attributes(rng: random.Random, data: bytes) -> bytes:
    """A tag gets hundreds of attributes, or one that is long."""
    found = list(_TAG.finditer(data))
    if not found:
        return data
    at = rng.choice(found).end() - 1
    count = rng.choice((5, 100, 3_000))
    flood = b"".join(b" a%d=%d" % (n, n) for n in range(count)) if rng.random() < 0.7 else b" class='" + b"x " * count
    return data[:at] + flood + data[at:]


def nest(rng: random.Random, data: bytes) -> bytes:
    """A tag is opened many times and not closed."""
    tag = rng.choice((b"<div>", b"<b>", b"<ul><li>", b"<a href=/x>", b"<table>", b"<font>", b"<x:y>", b"<p><i>", b"["))
    at = _place(rng, data)
    return data[:at] + tag * rng.choice((10, 300, 5_000)) + data[at:]


def recode(rng: random.Random, data: bytes) -> bytes:
    """The text in another encoding than it says."""
    text = data.decode("utf-8", "replace")
    return text.encode(
        rng.choice(("utf-16", "utf-16-be", "utf-7", "cp1251", "shift_jis", "gb18030", "cp037")), "replace"
    )


MUTATIONS: Final[tuple[Callable[[random.Random, bytes], bytes], ...]] = (
    flip_bytes,
    cut,
    remove_span,
    repeat_span,
    move_span,
    insert_token,
    splice_tags,
    replace_text,
    flood_attributes,
    nest,
    recode,
)


def mutate(rng: random.Random, data: bytes, other: bytes = b"") -> bytes:
    """One to six mutations behind each other; now and then the end of another document."""
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        data = rng.choice(MUTATIONS)(rng, data)[:MOST_BYTES]
    if other and rng.random() < 0.1:
        data = data[: _place(rng, data)] + other[_place(rng, other) :]
    return data[:MOST_BYTES]


def mutate_text(rng: random.Random, text: str) -> str:
    """The same for a short text; now and then with a lone surrogate in it."""
    found = mutate(rng, text.encode("utf-8", "replace")).decode("utf-8", "replace")[:20_000]
    if rng.random() < 0.1:
        at = rng.randrange(len(found) + 1)
        found = found[:at] + rng.choice(("\ud800", "\udfff", "\0", "\x1b]0;x\x07", "\u2028")) + found[at:]
    return found
