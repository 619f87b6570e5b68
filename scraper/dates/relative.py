"""Dates told from now: "3 hours ago", "yesterday", "il y a 3 jours", "3 часа назад", "2日前"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from scraper.dates.names import RelativePhrase, load_names
from scraper.dates.tokens import Token
from scraper.types import Precision, Published

_EAST_ASIAN = re.compile(
    r"(?<![0-9.,])([0-9]{1,3})[ ]?"
    r"(秒钟|秒鐘|秒|分钟|分鐘|分|小时|小時|時間|时|天|日|周|週間|週|星期|个月|個月|か月|ヶ月|カ月|ヵ月|年"
    r"|초|분|시간|일|주|개월|달|년)[ ]?[之以]?[ ]?[前전]"
)
_EAST_ASIAN_UNITS = {
    **dict.fromkeys(("秒钟", "秒鐘", "秒", "초"), "second"),
    **dict.fromkeys(("分钟", "分鐘", "分", "분"), "minute"),
    **dict.fromkeys(("小时", "小時", "時間", "时", "시간"), "hour"),
    **dict.fromkeys(("天", "日", "일"), "day"),
    **dict.fromkeys(("周", "週間", "週", "星期", "주"), "week"),
    **dict.fromkeys(("个月", "個月", "か月", "ヶ月", "カ月", "ヵ月", "개월", "달"), "month"),
    **dict.fromkeys(("年", "년"), "year"),
}
_GAP = re.compile(r"[ .'’-]{0,3}")
_BEFORE = frozenset(" |·•:;,([-–—/>\n\t")
_AFTER = frozenset("|·•:;,)]-–—/<\n\t")
_LABELS = frozenset(
    "posted published updated on added le am vom опубликовано publicado publié veröffentlicht pubblicato".split()
)
_AND = frozenset("and und et y e и og och en i a".split())
_SECONDS = {"week": 604_800, "day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
_WIDEST_JOIN = 6  # characters: ", and "
_LARGEST = {"second": 3600, "minute": 600, "hour": 200, "day": 400, "week": 60, "month": 60, "year": 60}


class RelativeHit(NamedTuple):
    """A phrase in the text: ``number`` units before now."""

    start: int
    end: int
    unit: str
    number: int


def east_asian_hits(text: str) -> list[RelativeHit]:
    """The relative phrases of a uniform text in scripts that set no spaces."""
    if text.isascii() or not ("前" in text or "전" in text):
        return []
    return [
        RelativeHit(match.start(), match.end(), _EAST_ASIAN_UNITS[match[2]], int(match[1]))
        for match in _EAST_ASIAN.finditer(text)
    ]


def relative_hits(text: str, tokens: Sequence[Token]) -> Iterator[RelativeHit]:
    """All relative phrases of a uniform text."""
    yield from east_asian_hits(text)
    yield from phrase_hits(text, tokens)


def phrase_hits(text: str, tokens: Sequence[Token]) -> Iterator[RelativeHit]:
    """The relative phrases among the tokens of a uniform text."""
    names = load_names()
    for index, token in enumerate(tokens):
        if token.number < 0:
            phrases = names.relative.get(token.word, ())
        elif index + 1 < len(tokens):
            phrases = names.relative_after_number.get(tokens[index + 1].word, ())
        else:
            break
        for phrase in phrases:
            hit = _match(text, tokens, index, phrase)
            if hit:
                yield _with_larger_unit(tokens, index, hit) if phrase.words[0] is None else hit
                break


def _match(text: str, tokens: Sequence[Token], index: int, phrase: RelativePhrase) -> RelativeHit | None:
    words = phrase.words
    if index + len(words) > len(tokens):
        return None
    number, end = phrase.number, tokens[index].start
    for place, word in enumerate(words):
        token = tokens[index + place]
        if word is None:
            if token.number < 0:
                return None
            number = token.number
        elif token.word != word:
            return None
        if place and not _GAP.fullmatch(text, end, token.start):
            return None
        end = token.end
    if number is None or number > _LARGEST.get(phrase.unit, 0):
        return None
    start = tokens[index].start
    if None not in words and not _stands_apart(text, start, end, tokens, index):
        return None
    if words[0] is None and start and text[start - 1] in "0123456789.,:/-$€£":
        return None
    return RelativeHit(start, end, phrase.unit, number)


def _with_larger_unit(tokens: Sequence[Token], index: int, hit: RelativeHit) -> RelativeHit:
    """ "1 day, 3 hours ago" is twenty-seven hours, not three."""
    before = index - 1
    if before >= 0 and tokens[before].word in _AND:
        before -= 1
    if before < 1 or tokens[before - 1].number < 0 or hit.start - tokens[before].end > _WIDEST_JOIN:
        return hit
    number = tokens[before - 1].number
    for phrase in load_names().relative_after_number.get(tokens[before].word, ()):
        if phrase.unit == hit.unit or phrase.unit not in _SECONDS or number > _LARGEST[phrase.unit]:
            continue
        if hit.unit not in _SECONDS:
            return hit._replace(start=tokens[before - 1].start, unit=phrase.unit, number=number)
        whole = number * _SECONDS[phrase.unit] // _SECONDS[hit.unit]
        return hit._replace(start=tokens[before - 1].start, number=hit.number + whole) if whole else hit
    return hit


def _stands_apart(text: str, start: int, end: int, tokens: Sequence[Token], index: int) -> bool:
    """ "Yesterday" is a date as a label, not as a word of a headline ("Yesterday's rules", "Gold price today")."""
    after = text[end:].lstrip(" ")
    following = text[end : end + 1]
    if following in ("'", "’") or (
        after and after[0] not in _AFTER and not after[0].isdigit() and not _leads_to_time(after)
    ):
        return False
    if index == 0 or not text[:start].strip():
        return True
    before = text[:start].rstrip(" ")
    return before[-1] in _BEFORE or tokens[index - 1].word in _LABELS


def _leads_to_time(after: str) -> bool:
    """ "yesterday at 14:30", "сегодня в 14:30", "heute um 14.30"."""
    return re.match(r"[^\W\d_]{1,4}\.?[ ][0-9]{1,2}[:.hH]", after) is not None


def tell_relative(hit: RelativeHit, raw: str, now: datetime) -> Published:
    """What a phrase says and no more: hours and minutes give an instant, days a day, longer units no day at all."""
    if hit.unit in ("second", "minute", "hour"):
        at = (now - timedelta(**{hit.unit + "s": hit.number})).replace(microsecond=0)
        precision = Precision.HOUR if hit.unit == "hour" else Precision.MINUTE
        return Published(raw, "relative", precision, at.date(), at.astimezone(UTC))
    if hit.unit == "day":
        return Published(raw, "relative", Precision.DAY, now.date() - timedelta(days=hit.number))
    precision = Precision.YEAR if hit.unit == "year" else Precision.MONTH
    return Published(raw, "relative", precision)
