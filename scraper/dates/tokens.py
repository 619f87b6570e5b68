"""The words and numbers of a text, in one spelling for all scripts, with their places in the text as given."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_ZEROS = "٠۰߀०০੦૦୦௦౦೦൦෦๐໐༠၀႐០᠐᥆᧐᪀᪐᭐᮰᱀᱐꘠꣐꤀꧐꧰꩐꯰０𐒠𑁦𑄶𑇐𞥐"  # the digit zero of each script; its nine follow it
_AS_SPACE = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t"
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u00ad"
_UNIFORM = {
    **{ord(zero) + n: str(n) for zero in _ZEROS for n in range(10)},
    **dict.fromkeys(map(ord, _AS_SPACE + _INVISIBLE), " "),
    **dict.fromkeys(map(ord, "‐‑‒–—−－"), "-"),
    **dict.fromkeys(map(ord, "／∕⁄"), "/"),
    **dict.fromkeys(map(ord, "．。・｡"), "."),
    **dict.fromkeys(map(ord, "：∶"), ":"),
    **dict.fromkeys(map(ord, "，、،"), ","),
    ord("（"): "(",
    ord("）"): ")",
    ord("［"): "[",
    ord("］"): "]",
}

_NOT_UNIFORM = re.compile("[" + re.escape("".join(chr(c) for c in _UNIFORM if c < 0x10000)) + "\U00010000-\U0010ffff]")

_WORD_BREAKS = (
    r"\s\d!-/:-@\[-`{-~\u00a1-\u00a9\u00ab-\u00b6\u00b8\u00b9\u00bb-\u00bf\u2000-\u206f\u3000-\u303f\u060c\u061b\u061f"
    r"\u06d4\u0964\u0965\u05be\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
WORD = rf"[^{_WORD_BREAKS}]"
"""One character of a word, marks of Indic and South-East Asian scripts included (``\\w`` leaves them out)."""
_TOKEN = re.compile(rf"(\d+)|([^{_WORD_BREAKS}]+)")
_WORDS = re.compile(f"[^{_WORD_BREAKS}]+")
_LATIN_MARKS = re.compile(r"([a-zæœøħıα-ω])[\u0300-\u036f]+")
_DROPPED_MARKS = re.compile(r"[\u0591-\u05c7\u05f3\u05f4\u064b-\u065f\u0670\u0640·ʼʻ]+")
_LETTER_FORMS = str.maketrans({"ı": "i", "ی": "ي", "ى": "ي", "ک": "ك", "ۀ": "ه", "ة": "ه", "ß": "ss"})


class Token(NamedTuple):
    """A word (``word`` folded, ``number`` -1) or a number (``word`` its digits). ``start``/``end`` are offsets."""

    start: int
    end: int
    word: str
    number: int


def uniform(text: str) -> str:
    """The text with ASCII digits, plain spaces, dashes, slashes and colons, character for character: offsets hold."""
    if text.isascii():
        return text.replace("\t", " ")
    return text.translate(_UNIFORM) if _NOT_UNIFORM.search(text) else text


@lru_cache(maxsize=32_768)
def fold_word(word: str) -> str:
    """A word for look-up: case, accents of Latin and Greek, Arabic hamza and vowel signs aside."""
    folded = word.casefold()
    if folded.isascii():
        return folded
    folded = _DROPPED_MARKS.sub("", unicodedata.normalize("NFKD", folded))
    folded = _LATIN_MARKS.sub(r"\1", folded).translate(_LETTER_FORMS)
    return unicodedata.normalize("NFC", folded)


def fold_phrase(phrase: str) -> str:
    """The folded words and numbers of a phrase, one space between; ``{0}`` stays."""
    parts = uniform(phrase).split("{0}")
    folded = [" ".join(token.word for token in tokenize(part, 0, len(part))) for part in parts]
    return " {0} ".join(folded).strip()


def find_words(text: str) -> list[str]:
    """The words of a uniform text as they stand."""
    return _WORDS.findall(text)


def folded_words(text: str, start: int, end: int) -> list[str]:
    """The folded words that stand between two offsets of a uniform text."""
    return [fold_word(word) for word in _WORDS.findall(text, start, end)]


def has_word(text: str, start: int, end: int, words: frozenset[str]) -> bool:
    """Whether any of the folded words stands between two offsets of a uniform text."""
    return not words.isdisjoint(map(fold_word, _WORDS.findall(text, start, end)))


def tokenize(text: str, start: int, end: int) -> Iterator[Token]:
    """Tokens of a uniform text between two offsets."""
    for match in _TOKEN.finditer(text, start, end):
        digits, word = match.groups()
        if digits:
            # A longer run of digits is no part of any date; its value does not matter.
            yield Token(*match.span(), digits, int(digits) if len(digits) <= 8 else 99_999_999)
        else:
            yield Token(*match.span(), fold_word(word), -1)
