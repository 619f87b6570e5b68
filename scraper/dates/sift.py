"""Which of many texts may hold a date: one look over all of them, for what would otherwise be asked of each."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from scraper.dates.names import AFTER, APART, BEFORE
from scraper.dates.numeric import LIKELY
from scraper.dates.scan import GAP, counts_time, number_beside, telling_words
from scraper.dates.tokens import find_words, uniform

MOST_WORDS = 60
"""Words for months and ages on one page up to which it is looked up where each stands."""
REACH = 28
"""Characters between a number and a word that counts, in any phrase; the longest is 23."""
_TO_SPACES = {code: " " for code in range(128) if not chr(code).isalpha() and chr(code).isprintable()}
_DIGIT = re.compile("[0-9]")
_AGO = "前전"
"""One of these ends each relative date of the scripts that set no spaces."""


def sift_texts(texts: Sequence[str]) -> set[int]:
    """The indices of the texts in which :func:`scraper.dates.find_dates` may find something; in the others it does not.

    A text is one line. Linear in their length. Where nearly all may, all are said to.
    """
    plain = [uniform(text) for text in texts]
    joined = "\n".join(plain)
    begins = list(accumulate([len(text) + 1 for text in texts], initial=0))
    ends = begins[1:]
    found = {bisect_right(ends, match.start()) for match in LIKELY.finditer(joined)}
    if len(found) * 2 > len(texts):
        return set(range(len(texts)))  # so many that looking further would save nothing
    telling = telling_words(_words(plain))
    if len(telling) > MOST_WORDS:
        return set(range(len(texts)))
    for word in (*telling, *(() if joined.isascii() else _AGO)):
        places = 0 if word in _AGO else number_beside(word)
        at = joined.find(word)
        while at >= 0:
            number, after = bisect_right(ends, at), at + len(word)
            if places and not (number in found or _counts(joined, at, after, places, (begins[number], ends[number]))):
                at = joined.find(word, after)
                continue
            found.add(number)
            at = joined.find(word, ends[number])
    return found


def _words(plain: list[str]) -> list[str]:
    """The words of uniform texts; those of plain letters are found at once."""
    words = " ".join([text for text in plain if text.isascii()]).translate(_TO_SPACES).split()
    others = " ".join([text for text in plain if not text.isascii()])
    return words + find_words(others) if others else words


def _counts(joined: str, start: int, end: int, places: int, line: tuple[int, int]) -> bool:
    """Whether a number stands where it may from a word, on the word's line."""
    if places & BEFORE and joined[max(start - 4, 0) : start].rstrip(GAP)[-1:].isdigit():
        return True
    if places & AFTER and joined[end : end + 4].lstrip(GAP)[:1].isdigit():
        return True
    near, far = max(start - REACH, line[0]), min(end + REACH, line[1])
    if not places & APART or _DIGIT.search(joined, near, far) is None:
        return False
    if near > line[0]:
        near = max(joined.rfind(" ", line[0], near), line[0])  # no part of a word is a word
    return counts_time(joined, near, far)
