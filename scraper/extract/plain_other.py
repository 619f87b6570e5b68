"""Plain texts that are no listing whatever their gaps and dates look like: code, tables, logs, settings, mark-up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from scraper.extract.plain_lines import Line

_CODE_END = re.compile(r"[{};]$|\)\s*:$|=>$|\\$")
_CODE_START = re.compile(
    r"(?:def|class|import|from|function|var|let|const|return|if|for|while|public|private|static|package|include|use|end)\b"
    r"[^.!?]*[(){}\[\]=;:]|[#/]{2}|/\*|\*/|#include|#!|@\w+$|</?\w"
)
_SETTING = re.compile(r"[\w.\-*/ ]{1,40}\s?[:=]\s?\S")
_ROBOTS = re.compile(r"(?:user-agent|disallow|allow|sitemap|crawl-delay|host|clean-param)\s*:", re.IGNORECASE)
_MAIL_HEADER = re.compile(r"(?:from|to|cc|subject|date|reply-to|sent|von|an|betreff|de|à|objet)\s?:", re.IGNORECASE)
_HEADER = re.compile(r"[A-Z][A-Za-z]{1,20}(?:-[A-Z][A-Za-z]{1,20}){0,3}: \S")
_SYMBOLS = re.compile(r"[{}<>=_\\|#$@*`^~+]")
_MOST_SYMBOLS = 0.02
_FEWEST_UNITS = 2
_LOG = re.compile(
    r"\b(?:INFO|WARN(?:ING)?|ERROR|DEBUG|TRACE|FATAL|NOTICE|CRITICAL)\b|\b\d\d:\d\d:\d\d\b|\b(?:GET|POST|HEAD) /"
)
_MARKDOWN = re.compile(r"#{1,6} |[*+-] |\d{1,3}[.)] |```|> |\|.*\||!?\[[^\]]*\]\(|[A-Za-z0-9_-]+\s*=\s*")
_NUMBERED = re.compile(r"(?:§|Art\.?|Article|Section|\(?[a-z0-9]{1,3}[.)]|[IVX]{1,5}\.)\s?", re.IGNORECASE)
_DELIMITERS = (",", ";", "\t", "|")
_WHOLE = {"{": "JSON", "[": "JSON", "<": "mark-up", "%PDF": "a PDF file", "{\\rtf": "RTF"}


def reason_for_no_listing(text: str, lines: Sequence[Line]) -> str | None:
    """Why a plain text is no listing, in words; ``None`` where nothing speaks against it. Looks at 400 lines."""
    head = text.lstrip("\ufeff \t\r\n")[:5]
    for mark, name in _WHOLE.items():
        if head.startswith(mark) and (mark != "[" or head[1:2] in '{["]'):
            return f"the text is {name}, not prose"
    if sum(1 for line in lines[:8] if _MAIL_HEADER.match(line.text)) >= 3:
        return "the text is a mail"
    if len(lines) >= 4 and all(_HEADER.match(line.text) for line in lines[:3]):
        return "the text begins with header fields"
    sample = [line.text for line in lines[:400]]
    undated = [line.text for line in lines[:400] if not line.date and not line.leading]
    telling = sorted(line.units for line in lines[:400] if not line.date)
    if not telling:
        return "the text has dates and nothing else"
    if _symbol_share(undated) > _MOST_SYMBOLS:
        return "the text has more symbols than prose has"
    if telling[len(telling) // 2] < _FEWEST_UNITS:
        return "the text is a list of single words"
    shares = {
        "source code": _share(sample, lambda s: bool(_CODE_END.search(s) or _CODE_START.match(s))),
        "rules for robots": _share(sample, lambda s: bool(_ROBOTS.match(s))),
        "a log file": _share(sample, _is_log_line),
        "settings": _share(sample, lambda s: bool(_SETTING.match(s)) and len(s) < 120 and s[-1] not in ".!?。"),
        "a document in Markdown": _share(undated, lambda s: bool(_MARKDOWN.match(s))),
        "numbered clauses": _share(undated, lambda s: bool(_NUMBERED.match(s))),
        "a table": _table_share(text),
    }
    limits = {"a document in Markdown": 0.3, "source code": 0.3, "numbered clauses": 0.4, "a log file": 0.5}
    for name, share in shares.items():
        if share >= limits.get(name, 0.6):
            return f"the text looks like {name} ({share:.0%} of its lines)"
    return None


def _share(sample: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(1 for line in sample if test(line)) / max(len(sample), 1)


def _symbol_share(sample: Sequence[str]) -> float:
    text = "".join(sample)
    return len(_SYMBOLS.findall(text)) / max(len(text), 1)


def _is_log_line(line: str) -> bool:
    return bool(_LOG.search(line[:120])) and bool(re.match(r"[\[(]?\d|[A-Z][a-z]{2} \d|\S+ - - \[", line))


def _table_share(text: str) -> float:
    """How many lines have the same number (two or more) of one delimiter."""
    rows = [row for row in text[:40_000].splitlines() if row.strip()][:200]
    if len(rows) < 3:
        return 0.0
    best = 0.0
    for delimiter in _DELIMITERS:
        # Sentences have commas too: a row that ends like one counts for no delimiter that prose uses.
        counts = Counter(
            0 if delimiter in ",;" and row.rstrip()[-1] in ".!?。" else row.count(delimiter) for row in rows
        )
        most = max(counts, key=lambda count: (count >= 2, counts[count]))
        if most >= 2:
            best = max(best, counts[most] / len(rows))
    return best
