"""Foreign text in a cell of a spreadsheet: it stays text."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def inert_cell(text: str) -> str:
    """``text`` as a cell that a spreadsheet takes for text: what it would read as a formula gets a leading apostrophe
    (https://owasp.org/www-community/attacks/CSV_Injection), control characters are left out."""
    text = _CONTROL.sub("", text) if not text.startswith(("\t", "\r")) else text
    return f"'{text}" if _FORMULA.match(text) else text
