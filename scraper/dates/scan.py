"""One scan over a text for everything that is a date: :func:`find_dates`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeVar

from scraper.dates.candidate import Candidate, DateOrder, aware, calendar_date, is_future, roll_back
from scraper.dates.clock import Clock, clock_after, clock_before
from scraper.dates.machine import with_time
from scraper.dates.named import named_candidates
from scraper.dates.names import load_names
from scraper.dates.numeric import may_be_numeric, numeric_candidates
from scraper.dates.order import language_order
from scraper.dates.relative import RelativeHit, east_asian_hits, phrase_hits, tell_relative
from scraper.dates.tokens import WORD, Token, find_words, fold_word, folded_words, has_word, tokenize, uniform
from scraper.types import Precision, Published

AnyCandidate = TypeVar("AnyCandidate", Candidate, RelativeHit, Candidate | RelativeHit)

LONGEST_TEXT = 200_000
MOST_HITS = 5_000
_WORDS_ONLY_LENGTH = 60
_REACH = 40
_LONGEST_WORD = 60
_SHORTEST = 3  # characters: "2日前"
_MARK = re.compile(r"\.?[ ]?(?:г(?:ода?|оду)?|р(?:оку)?|ж|жылы?|թ|هـ?|r|d|н|ዓ\.?ም)\.?(?![^\W_])|\.(?=[ ,;)]|$)")
_WEEKDAY_BEGIN = re.compile(rf"[ ,(\[]{{0,3}}({WORD}+)")
_DIGIT = re.compile("[0-9]+")
GAP = " .'’-"
"""What may stand between the words of a phrase, up to three."""
_WORD_AFTER = re.compile(rf"[{GAP}]{{0,3}}({WORD}+)")
_THAI_TEXT = re.compile("[\u0e01-\u0e4e]")
_PERSIAN_DIGIT = re.compile("[۰-۹]")


@dataclass(frozen=True, slots=True)
class DateHit:
    """A date found in a text: ``text[start:end]`` is what was read (weekday and time of day included)."""

    start: int
    end: int
    published: Published


def find_dates(
    text: str,
    *,
    now: datetime,
    languages: Sequence[str] = (),
    order: DateOrder | None = None,
    ahead: bool = False,
) -> list[DateHit]:
    """All dates of a text, in order of place, none overlapping.

    Reads at most the first 200,000 characters and gives at most 5,000 hits. ``languages`` (``en``, ``pt-BR``) settle
    names and customs that differ between languages; ``order`` is the day/month order of the column, where known.
    Dates more than a day ahead of ``now`` are left out, unless ``ahead`` asks for them; dates without a year are the
    latest such day; words such as "yesterday" count as labels only, never inside a sentence. Never raises.
    """
    text = text[:LONGEST_TEXT]
    plain = uniform(text)
    now = aware(now)
    if not _DIGIT.search(plain):
        return _words_only(text, plain, now)
    if len(plain) < _SHORTEST or plain.isdigit():
        return []
    candidates: list[Candidate | RelativeHit] = []
    bases = _base_languages(tuple(languages))
    if may_be_numeric(plain):
        candidates += numeric_candidates(
            plain,
            now=now,
            order=order,
            fallback=language_order(tuple(languages)) if languages else None,
            thai="th" in bases or (not plain.isascii() and bool(_THAI_TEXT.search(text))),
            persian="fa" in bases or "ps" in bases or (not text.isascii() and bool(_PERSIAN_DIGIT.search(text))),
            languages=bases,
        )
    if names_time(plain):
        months, ages = _tokens_near_digits(plain)
        candidates += named_candidates(plain, months, now=now, languages=bases)
        candidates += phrase_hits(plain, ages)
    candidates += east_asian_hits(plain)
    if not candidates:
        return []
    return list(_hits(text, plain, _apart(candidates), now, ahead=ahead))[:MOST_HITS]


@lru_cache(maxsize=512)
def _base_languages(languages: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(language.replace("_", "-").split("-")[0].lower() for language in languages))


_DULL: set[str] = set()
_MOST_DULL = 50_000


def names_time(plain: str) -> bool:
    """Whether a uniform text has a word that dates are made of."""
    words = find_words(plain)
    return not _DULL.issuperset(words) and bool(telling_words(words))


def telling_words(words: Iterable[str]) -> list[str]:
    """Those of the words, as they stand in a uniform text, that dates are made of. Those once seen to be none are
    remembered: nearly all words of a page are."""
    fresh = set(words).difference(_DULL)
    if not fresh:
        return []
    names = load_names()
    if len(_DULL) > _MOST_DULL:
        _DULL.clear()
    telling = []
    for word in fresh:
        folded = fold_word(word)
        if folded in names.month_words or folded in names.age_words or folded in names.counted_words:
            telling.append(word)
        elif len(word) < _LONGEST_WORD:
            _DULL.add(word)
    return telling


def number_beside(word: str) -> int:
    """Where the number of a phrase stands from a telling word ("days": before it), as bits (:data:`names.BEFORE`);
    0 for one that tells without a number ("today") or of a month."""
    names, folded = load_names(), fold_word(word)
    if folded in names.month_words or folded in names.age_words:
        return 0
    return names.counted_words.get(folded, 0)


def counts_time(plain: str, start: int, end: int) -> bool:
    """Whether a number between two offsets of a uniform text stands beside a word as it does in phrases for ages."""
    beside = load_names().beside_numbers
    for match in _DIGIT.finditer(plain, start, end):
        after = _WORD_AFTER.match(plain, match.end(), end)
        if after and fold_word(after[1]) in beside:
            return True
        head = plain[max(start, match.start() - _REACH, 0) : match.start()].rstrip(GAP)
        before = head[head.rfind(" ") + 1 :]
        if before and not before.isalpha():
            before = (find_words(before) or [""])[-1]
        if before and fold_word(before) in beside:
            return True
    return False


def _words_only(text: str, plain: str, now: datetime) -> list[DateHit]:
    if not 0 < len(plain) <= _WORDS_ONLY_LENGTH:
        return []
    if not has_word(plain, 0, len(plain), load_names().relative_words):
        return []
    tokens = list(tokenize(plain, 0, len(plain)))
    return [_relative_hit(text, plain, hit, now) for hit in _apart(phrase_hits(plain, tokens))]


def _tokens_near_digits(plain: str) -> tuple[list[Token], list[Token]]:
    """Words far from any digit are never part of a date; only what is near is looked at, and of that only what has
    a word that dates are made of: tokens beside a month's name, tokens beside a word for an age."""
    names = load_names()
    months: list[Token] = []
    ages: list[Token] = []
    for start, end in _windows(plain):
        words = folded_words(plain, start, end)
        dated = not names.month_words.isdisjoint(words)
        aged = not names.age_words.isdisjoint(words) or (
            not names.counted_words.keys().isdisjoint(words) and counts_time(plain, start, end)
        )
        if dated or aged:
            tokens = list(tokenize(plain, start, end))
            if dated:
                months += tokens
            if aged:
                ages += tokens
    return months, ages


def _windows(plain: str) -> Iterator[tuple[int, int]]:
    start = end = -1
    for match in _DIGIT.finditer(plain):
        if match.start() - _REACH > end:
            if end >= 0:
                yield _whole_words(plain, start, end)
            start = max(match.start() - _REACH, 0)
        end = match.end() + _REACH
    if end >= 0:
        yield _whole_words(plain, start, end)


def _whole_words(plain: str, start: int, end: int) -> tuple[int, int]:
    if start > 0 and plain[start - 1].isalnum() and (space := plain.find(" ", start, start + _REACH)) >= 0:
        start = space
    if end < len(plain) and (space := plain.rfind(" ", end - _REACH + 1, end)) >= 0:
        end = space
    return start, min(end, len(plain))


def _apart(candidates: Iterable[AnyCandidate]) -> Iterator[AnyCandidate]:
    """From left to right, of those that overlap the one with a year ("Mar 16 abr 2024"), else the longer one."""
    best: AnyCandidate | None = None
    for candidate in sorted(candidates, key=lambda c: (c.start, -c.end)):
        if best is None or candidate.start >= best.end:
            if best is not None:
                yield best
            best = candidate
        elif _weight(candidate) > _weight(best):
            best = candidate
    if best is not None:
        yield best


def _weight(candidate: Candidate | RelativeHit) -> tuple[bool, int]:
    return isinstance(candidate, RelativeHit) or candidate.year is not None, candidate.end - candidate.start


def _hits(
    text: str, plain: str, candidates: Iterable[Candidate | RelativeHit], now: datetime, *, ahead: bool
) -> Iterator[DateHit]:
    floor = 0
    for candidate in candidates:
        if isinstance(candidate, RelativeHit):
            hit: DateHit | None = _relative_hit(text, plain, candidate, now)
        else:
            hit = _dated_hit(text, plain, candidate, now, floor, ahead=ahead)
        if hit and hit.start >= floor:
            floor = hit.end
            yield hit


def _dated_hit(text: str, plain: str, found: Candidate, now: datetime, floor: int, *, ahead: bool) -> DateHit | None:
    if found.day is None:
        first = calendar_date(found.year or 0, found.month, 1)
        if first is None or is_future(first, now):
            return None
        return DateHit(found.start, found.end, Published(text[found.start : found.end], "text", Precision.MONTH))
    if found.year is None:
        on = roll_back(found.month, found.day, now)
    else:
        on = calendar_date(found.year, found.month, found.day)
    if on is None or (is_future(on, now) and not ahead):
        return None
    start, end = found.start, _past_marks(plain, found.end)
    clock = clock_after(plain, end) or clock_before(plain, start)
    if clock and clock.start >= floor:
        start, end = min(start, clock.start), max(end, clock.end)
    else:
        clock = None
    start = _with_weekday(plain, start, floor)
    raw = text[start:end].strip()
    if clock is None:
        return DateHit(start, end, Published(raw, "text", Precision.DAY, on))
    return DateHit(start, end, with_time(raw, "text", on, clock.hour, clock.minute, clock.second, clock.offset))


def _past_marks(plain: str, end: int) -> int:
    """The end moved past "г.", "r.", "d." and a weekday: "21 апреля 2025 г.", "2025. 4. 21. (월)"."""
    if end == len(plain):
        return end
    end = match.end() if (match := _MARK.match(plain, end)) else end
    tail, days = plain[end : end + 32], load_names().weekdays_by_first
    begin = _WEEKDAY_BEGIN.match(tail)
    if not begin or fold_word(begin[1]) not in days:
        return end
    tokens = list(tokenize(tail, 0, len(tail)))
    for words in days.get(tokens[0].word, ()):
        if tuple(token.word for token in tokens[: len(words)]) == words:
            last = tokens[len(words) - 1].end
            return end + last + (1 if tail[last : last + 1] in (".", ")", "]") else 0)
    return end


def _relative_hit(text: str, plain: str, hit: RelativeHit, now: datetime) -> DateHit:
    clock: Clock | None = clock_after(plain, hit.end) if hit.unit == "day" else None
    if clock is None:
        return DateHit(hit.start, hit.end, tell_relative(hit, text[hit.start : hit.end], now))
    raw = text[hit.start : clock.end]
    on = now.date() - timedelta(days=hit.number)
    published = with_time(raw, "relative", on, clock.hour, clock.minute, clock.second, clock.offset)
    return DateHit(hit.start, clock.end, published)


def _with_weekday(plain: str, start: int, floor: int) -> int:
    """The start moved before a weekday's name, so that the hit covers all that says when."""
    head = plain[max(start - 32, floor) : start] if start else ""
    if not head or head.isspace():
        return start
    tokens = list(tokenize(head, 0, len(head)))
    if not tokens or len(head) - tokens[-1].end > 3:
        return start
    for words in load_names().weekdays.get(fold_word(tokens[-1].word), ()):
        if tuple(token.word for token in tokens[-len(words) :]) == words:
            return start - len(head) + tokens[-len(words)].start
    return start
