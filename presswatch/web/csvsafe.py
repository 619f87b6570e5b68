"""Datasette's CSV made safe for spreadsheets while it is sent."""

from __future__ import annotations

import codecs
import csv
import io
import re

from presswatch.cli.output import csv_cell

_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?", re.IGNORECASE)
_MOST_RECORD = 8_000_000
"""Characters of one record; a longer one is sent in pieces."""
csv.field_size_limit(2 * _MOST_RECORD)  # Python's own, for all readers of this process, is less than an article has


class SafeCsv:
    """Takes CSV in pieces and gives it back in pieces, each cell that a spreadsheet would compute beginning with an
    apostrophe, as the command line writes it."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._seen = 0
        self._quoted = False
        self._whole = 0

    def feed(self, body: bytes, *, last: bool) -> bytes:
        """The records that are complete by now; with ``last`` all of them."""
        self._rest += self._decoder.decode(body, last)
        self._find_records()
        end = len(self._rest) if last or len(self._rest) > _MOST_RECORD else self._whole
        ready, self._rest = self._rest[:end], self._rest[end:]
        self._seen, self._whole = self._seen - end, 0
        return _safe(ready).encode() if ready else b""

    def _find_records(self) -> None:
        """Where the last whole record ends: a line break outside quotes. Each character is looked at once."""
        self._seen = max(self._seen, 0)
        for place in range(self._seen, len(self._rest)):
            char = self._rest[place]
            if char == '"':
                self._quoted = not self._quoted
            elif char == "\n" and not self._quoted:
                self._whole = place + 1
        self._seen = len(self._rest)


def _safe(text: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for record in csv.reader(io.StringIO(text, newline="")):
        writer.writerow([cell if _NUMBER.fullmatch(cell) else csv_cell(cell) for cell in record])
    return out.getvalue()
