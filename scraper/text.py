"""Small, pure functions over text in any script: cleaning, folding for comparison, first sentences, counting.

Nothing here knows a language by name; scripts and Unicode categories decide.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_KEPT_SPACES = "\u00a0\u202f"
"""No-break spaces are the publisher's typography (French, Russian, numbers): a single one stays as it stands."""

_REMOVED = {
    **dict.fromkeys((c for c in range(0x20) if chr(c) not in "\t\n\v\f\r\x1c\x1d\x1e\x1f"), ""),
    **dict.fromkeys((c for c in range(0x7F, 0xA0) if c != 0x85), ""),
    **dict.fromkeys(range(0x202A, 0x202F), ""),  # bidi embeddings and overrides
    **dict.fromkeys(range(0x2060, 0x2070), ""),  # word joiner, invisible operators, bidi isolates, deprecated
    **dict.fromkeys((0x00AD, 0x200B, 0xFEFF, 0xFFF9, 0xFFFA, 0xFFFB), ""),  # soft hyphen, ZWSP, BOM, annotations
    **dict.fromkeys(range(0xD800, 0xE000), ""),  # lone surrogates cannot be stored
    **dict.fromkeys(range(0xE0001, 0xE0080), ""),  # tag characters
}
_NEEDS_REMOVAL = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0001-\U000e007f]"
)
_SPACES = re.compile(r"\s+")


def clean_text(s: str) -> str:
    """One line as a person reads it, for storing and showing.

    Runs of white space become one space and the ends are trimmed; control characters, bidi overrides, zero-width
    spaces and soft hyphens go; NFC. Typographic characters stay as they stand, a single no-break space too
    (:func:`fold_text` folds it for comparison). ZWJ and ZWNJ stay: Persian, Hindi and emoji are spelt with them.
    """
    if s.isprintable():  # no control characters, and no white space but blanks
        s = " ".join(s.split()) if "  " in s else s.strip(" ")
        return s if s.isascii() else unicodedata.normalize("NFC", s)
    if _NEEDS_REMOVAL.search(s):
        s = s.translate(_REMOVED)
    s = _SPACES.sub(_one_space, s).strip()
    return s if s.isascii() else unicodedata.normalize("NFC", s)


def _one_space(match: re.Match[str]) -> str:
    run = match.group()
    return run if run in _KEPT_SPACES else " "


_FOLDED = {
    **dict.fromkeys(map(ord, "‘’‚‛′`´ʼʹʻ＇"), "'"),
    **dict.fromkeys(map(ord, "“”„‟″«»‹›〝〞〟「」『』《》〈〉＂"), '"'),
    **dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－⸺"), "-"),
    **dict.fromkeys(map(ord, "\u200c\u200d\u200e\u200f\u061c\u0640\ufe0e\ufe0f"), ""),
}


@lru_cache(maxsize=8192)
def fold_text(s: str) -> str:
    """The same text for comparison only, never for showing: NFKC, case folded, one kind of quote, dash and space;
    invisible joiners, direction marks and the Arabic tatweel gone. Idempotent."""
    s = clean_text(s)
    if s.isascii():
        return s.replace("`", "'").lower()
    for _ in range(3):  # NFKC and casefold can each make work for the other; three rounds reach the fixed point
        folded = unicodedata.normalize("NFKC", s.translate(_FOLDED)).casefold().translate(_FOLDED)
        folded = _SPACES.sub(" ", folded).strip()
        if folded == s:
            break
        s = folded
    return s


# Scripts written without spaces between words: CJK, kana, Thai, Lao, Myanmar, Khmer.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_UNSPACED_CHAR = re.compile(f"[{_UNSPACED}\U00020000-\U0003ffff]")
_UNSPACED_COMMON = re.compile(f"[{_UNSPACED}]")  # without the rare planes the class is a table, five times as fast
_SPACED_WORD = re.compile(rf"[^\W_{_UNSPACED}](?:[^\s_{_UNSPACED}]*[^\W_{_UNSPACED}])?")


def count_units(s: str) -> int:
    """How much text there is, in "words" comparable over scripts.

    White-space separated words count one each; in scripts that do not separate words, two characters count as one.
    """
    if s.isascii():
        return sum(1 for word in s.split() if any(map(str.isalnum, word)))
    unspaced = len(_UNSPACED_CHAR.findall(s))
    return len(_SPACED_WORD.findall(s)) + (unspaced + 1) // 2


def has_unspaced(s: str) -> bool:
    """Whether some of it is in a script that is written without spaces between words."""
    return not s.isascii() and _UNSPACED_COMMON.search(s) is not None


def count_letters(s: str) -> int:
    """How many characters are letters."""
    return sum(map(str.isalpha, s))


def count_split(words: list[str], text: str) -> int:
    """About :func:`count_units` of a text that has been split at its white space; a dash counts as a word in a text of
    more than ten."""
    if text.isascii() or (len(words) > 10 and not _UNSPACED_COMMON.search(text)):
        return len(words)
    return count_units(text)


_ENDERS = ".!?…。！？｡．؟۔।॥။።።၊។៕᠃꘎"
_CLOSERS = "\"'”’»)]）］」』》】›“"
_SENTENCE_END = re.compile(rf"[{_ENDERS}]+[{re.escape(_CLOSERS)}]*")
_NEEDS_NO_SPACE = frozenset("。！？｡．")
_ABBREVIATIONS = frozenset(
    "gen col sen rep gov rev capt cmdr maj prof mrs messrs no art inc co jan feb mar apr jun jul aug sep sept oct nov "
    "dec vol fig al ca bzw ing hon av pp ed eds approx dept univ ave im им ул тов акад проф обл гор тел стр".split()
)
_UNPRONOUNCEABLE = re.compile(r"[bcdfghjklmnpqrstvwxzбвгджзклмнпрстфхцчшщ]{1,4}", re.IGNORECASE)
"""Dr, Mr, St, Lt, Nr, vs, млн, г: a word without a vowel before a full stop is an abbreviation. Not in capitals
only: "the RC." may well end a sentence."""
_LAST_WORD = re.compile(r"[^\s(\[\"'«“„‘]*$")
_CUT_TAIL = " \u00a0\t,;:-–—([{«„“‘/&、，；：،؛"


def first_sentence(s: str, limit: int = 200) -> str:
    """The first sentence of a teaser, to stand as its title: at most ``limit`` characters, else cut at a word and
    closed with an ellipsis. One line; the empty string for a text without one.

    Initials ("V. Petrov"), short capitalised abbreviations ("Gen. Brown") and ordinals ("3. Mai") end no sentence.
    """
    s = clean_text(s[: limit * 8])
    for match in _SENTENCE_END.finditer(s):
        if match.end() > limit:
            break
        if match.end() >= 12 and _ends_sentence(s, match):
            return s[: match.end()]
    return s if len(s) <= limit else _cut(s, limit)


def _ends_sentence(s: str, match: re.Match[str]) -> bool:
    mark, after = match.group()[0], s[match.end() :]
    if mark in _NEEDS_NO_SPACE or not after:
        return True
    if not after[0].isspace():
        return False
    rest = after.lstrip()
    if rest[:1].islower():
        return False
    if mark != ".":
        return not (mark == "…" and rest[:1].islower())
    word = _LAST_WORD.search(s[: match.start()][-24:])
    before = word.group() if word else ""
    if before.isdecimal():
        return len(before) > 2  # "3. Mai", "No. 5." against "in 2024. The"
    letters = before.rsplit(".", 1)[-1]
    return (
        len(letters) > 1
        and letters.casefold() not in _ABBREVIATIONS
        and not (_UNPRONOUNCEABLE.fullmatch(letters) and not letters.isupper())
    )


def _cut(s: str, limit: int) -> str:
    head = s[: max(limit - 1, 1)]
    if not s[len(head)].isspace():
        space = max(head.rfind(" "), head.rfind("\u00a0"), head.rfind("\u202f"))
        if space >= limit // 2:
            head = head[:space]
        else:  # no spaces in this script: never cut between a letter and its marks
            while len(head) > 1 and _joins_previous(s[len(head)]):
                head = head[:-1]
    return head.rstrip(_CUT_TAIL) + "…"


def _joins_previous(char: str) -> bool:
    return unicodedata.category(char)[0] == "M" or char in "\u200d\ufe0f"
