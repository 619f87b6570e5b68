"""Lists in the conventions of Markdown, Gemini and mail: bullets, numbers, headings, emphasis and links taken off."""

from __future__ import annotations

import re

LONGEST_LINE = 2_000
_MARK = re.compile(r"\s{0,8}(?:#{1,6}|=>|[-*+•·>]|\(?\d{1,3}[.)])[ \t]+")
_LINK = re.compile(r"!?\[([^\[\]\n]{1,500})\]\(<?([^()\s<>]{1,2000})>?(?:[ \t]+\"[^\"\n]{0,300}\")?\)")
_GEMINI = re.compile(r"(https?://\S{1,2000}|/\S{0,2000})[ \t]+(\S.*)")
_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|`)(?=\S)([^*_`\n]{1,1000}?)(?<=\S)\1(?!\w)")
_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,}|~{3,})\s*")


def unmark(text: str) -> tuple[str, dict[str, str]]:
    """The text with its marks taken off, line by line, and the addresses that its links lead to, by their text."""
    links: dict[str, str] = {}
    return "\n".join(_unmarked(line, links) for line in text.splitlines()), links


def _unmarked(line: str, links: dict[str, str]) -> str:
    if len(line) > LONGEST_LINE or _UNDERLINE.fullmatch(line):
        return line
    mark = _MARK.match(line)
    if mark:
        line = line[mark.end() :]
        if mark.group().strip() == "=>" and (found := _GEMINI.match(line)):
            links.setdefault(found[2].strip(), found[1])
            return found[2]

    def plain(match: re.Match[str]) -> str:
        shown = _EMPHASIS.sub(r"\2", match[1]).strip()
        links.setdefault(shown, match[2])
        return shown

    return _EMPHASIS.sub(r"\2", _LINK.sub(plain, line))
