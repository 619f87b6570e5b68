"""Bytes of a page to text: which character encoding, decided as browsers do (WHATWG Encoding and HTML standards).

Order: byte order mark, ``charset`` of the Content-Type header, declaration in the first 1024 bytes (``<meta>``, XML
declaration). Unlike browsers, an undeclared body that is valid UTF-8 is UTF-8; only then the bytes are guessed at.
"""

from __future__ import annotations

import codecs
import re

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_LABELS = {
    # Labels that browsers read as a superset of what they say (WHATWG Encoding, "Names and labels").
    **dict.fromkeys(("ascii", "iso8859-1", "cp1252"), "windows-1252"),
    **dict.fromkeys(("iso8859-9", "cp1254"), "windows-1254"),
    **dict.fromkeys(("iso8859-11", "tis-620", "cp874"), "windows-874"),
    **dict.fromkeys(("gb2312", "gbk", "hz"), "gb18030"),
    **dict.fromkeys(("big5", "big5hkscs", "cp950"), "big5"),
    **dict.fromkeys(("shift_jis", "cp932", "shift_jisx0213"), "shift_jis"),
    **dict.fromkeys(("euc_kr", "cp949", "johab"), "euc-kr"),
    **{f"cp125{n}": f"windows-125{n}" for n in (0, 1, 3, 5, 6, 7, 8)},
    "euc_jp": "euc-jp",
    "iso2022_jp": "iso-2022-jp",
    "koi8-u": "koi8-u",
    "koi8-r": "koi8-r",
}
_CODECS = {
    "windows-874": "cp874",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "iso-8859-8-i": "iso8859-8",
    "x-mac-cyrillic": "mac_cyrillic",
}
_ALIASES = {
    "unicode-1-1-utf-8": "utf-8",
    "utf8": "utf-8",
    "x-sjis": "shift_jis",
    "windows-31j": "shift_jis",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-x-big5": "big5",
    "big5-hkscs": "big5",
    "ks_c_5601-1987": "euc-kr",
    "windows-949": "euc-kr",
    "x-euc-jp": "euc-jp",
    "iso-8859-8-i": "iso-8859-8-i",
    "logical": "iso-8859-8-i",
    "visual": "iso8859-8",
    "x-mac-cyrillic": "x-mac-cyrillic",
    "macintosh": "mac_roman",
    "x-cp1251": "windows-1251",
    "x-cp1250": "windows-1250",
    "x-cp1252": "windows-1252",
    "x-user-defined": "windows-1252",
    "dos-874": "windows-874",
    "unicode": "utf-16-le",
    "utf-16": "utf-16-le",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
_NOT_TEXT = frozenset(("utf-7", "utf-32", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"))

_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]{1,40})""", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_META = re.compile(rb"<meta[\s/]([^>]{1,500})", re.IGNORECASE)
_META_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([^\s"'/>;]{1,40})""", re.IGNORECASE)
_XML_DECLARATION = re.compile(rb"""\s{0,64}<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_MARKUP = re.compile(
    rb"<(?:script|style)\b.{0,4000}?</(?:script|style)|<[^>]{0,2000}>|&[#\w]{1,12};", re.DOTALL | re.IGNORECASE
)
_GUESSABLE = (
    "cp1251 koi8_u cp1250 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp874 iso8859_2 iso8859_5 iso8859_6 "
    "cp932 euc_jp gb18030 big5 cp949 cp866"
).split()
_GUESS_BYTES = 16_384
_ISO_2022_JP = re.compile(rb"\x1b\$[@B]")
_LATIN_LETTERS = {
    # Letters that texts in these code pages are made of: what tells the Latin code pages apart on short texts.
    "windows-1252": "àáâãäåæçèéêëìíîïñòóôõöøùúûüýßœÀÁÂÃÄÅÆÇÈÉÊËÍÎÑÓÔÕÖØÚÜŒšž",
    "windows-1250": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽőűŐŰöüäôĺľŕđĐăâîşţĂÂÎŞŢ",
    "windows-1254": "çğıöşüÇĞİÖŞÜâîû",
    "windows-1257": "āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽąęėįųĄĘĖĮŲõäöüÕÄÖÜ",
}
_LATIN_LETTERS["iso8859-2"] = _LATIN_LETTERS["windows-1250"]
_TYPOGRAPHIC = "“”‘’„‚«»–—…•·©®™°€£§№\u00a0"


def decode_body(body: bytes, content_type: str | None) -> tuple[str, str]:
    """The text of a body, and the encoding's WHATWG name in lower case.

    Never raises; bytes that are invalid in the encoding become U+FFFD. A leading byte order mark is not in the text.
    """
    for bom, label in _BOMS:
        if body.startswith(bom):
            return _decode(body[len(bom) :], label), label.replace("utf-16-", "utf-16")
    label = _declared(body, content_type) or _undeclared(body)
    return _decode(body, label).removeprefix("\ufeff"), label.replace("utf-16-", "utf-16")


def normalize_label(label: str) -> str | None:
    """The encoding that browsers mean by a label, or ``None`` for an unknown one."""
    label = label.strip().lower()
    label = _ALIASES.get(label, label)
    if label in _CODECS or (label in _ALIASES.values() and label != "iso8859-8"):
        return label
    try:
        info = codecs.lookup(label)
    except (LookupError, ValueError):
        return None
    if not info._is_text_encoding or info.name in _NOT_TEXT or info.name.startswith("utf-32"):
        return None
    return _LABELS.get(info.name, info.name)


def _declared(body: bytes, content_type: str | None) -> str | None:
    if content_type and (match := _HEADER_CHARSET.search(content_type)) and (label := normalize_label(match[1])):
        return label
    media = (content_type or "").split(";")[0].strip().lower()
    if media == "text/plain":
        return None  # a plain text that quotes a <meta> declares nothing
    return _prescan(body[:1024])


def _prescan(head: bytes) -> str | None:
    """HTML standard 13.2.3.2, without the states that no page needs."""
    if match := _XML_DECLARATION.match(head):
        return _ascii_compatible(match[1])
    for meta in _META.finditer(_COMMENT.sub(b"", head)):
        if (match := _META_CHARSET.search(meta[1])) and (label := _ascii_compatible(match[1])):
            return label
    return None


def _ascii_compatible(raw: bytes) -> str | None:
    """A declaration that could be read as ASCII cannot be UTF-16: the standard takes it for UTF-8."""
    label = normalize_label(raw.decode("ascii", "replace"))
    return "utf-8" if label and label.startswith("utf-16") else label


def _undeclared(body: bytes) -> str:
    if _ISO_2022_JP.search(body, 0, _GUESS_BYTES):
        return "iso-2022-jp"  # seven bits, so it would pass for UTF-8
    if label := _utf16_without_bom(body):
        return label  # before UTF-8: ASCII in UTF-16 is valid UTF-8 full of NULs
    return "utf-8" if _is_utf8(body) else _guess(body)


def _is_utf8(body: bytes) -> bool:
    """Valid UTF-8, a cut last character and single damaged bytes among many sound ones forgiven."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(body) - 3 and error.reason == "unexpected end of data":
            return True
    else:
        return True
    text = body[: 64 * _GUESS_BYTES].decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    sound = sum(1 for char in text[:200_000] if char > "\x7f") - damaged
    return sound > 20 * damaged


def _utf16_without_bom(body: bytes) -> str | None:
    head = body[:2048]
    if len(head) < 8 or b"\0" not in head:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > 0.6 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.6 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None


def _guess(body: bytes) -> str:
    """By the shape of the text, markup put aside; bounded to 16 kB. Windows-1252 where nothing speaks for another."""
    from charset_normalizer import from_bytes

    text = _MARKUP.sub(b" ", body[: 4 * _GUESS_BYTES])
    first = next((i for i, byte in enumerate(text) if byte > 0x7F), 0)
    start = max(text.rfind(b" ", 0, first), 0)
    sample = text[start : start + _GUESS_BYTES]
    cut = max(sample.rfind(b"\n"), sample.rfind(b" ")) if len(text) > start + _GUESS_BYTES else -1
    sample = sample[:cut] if cut > 1024 else sample
    best = from_bytes(sample, cp_isolation=_GUESSABLE, preemptive_behaviour=False).best()
    label = (normalize_label(best.encoding) if best else None) or "windows-1252"
    return _latin(sample) if label in _LATIN_LETTERS else label


def _latin(sample: bytes) -> str:
    """Among the Latin code pages, the one whose own letters fit best; ties go to the more common one."""

    def fit(label: str) -> int:
        high = [char for char in sample.decode(_CODECS.get(label, label), "replace") if char > "\x7f"]
        known = frozenset(_LATIN_LETTERS[label] + _TYPOGRAPHIC)
        return sum(1 if char in known else -2 for char in high)

    return max(_LATIN_LETTERS, key=fit)


def _decode(body: bytes, label: str) -> str:
    return body.decode(_CODECS.get(label, label), "replace")
