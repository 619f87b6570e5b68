"""Which lines of our own packages were reached, by ``sys.settrace``: enough to say how far a fuzz run came."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final, Self

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("scraper/extract", "scraper/dates", "scraper", "scheduler", "presswatch/config")


class LineCoverage:
    """Counts lines while it is entered as a context."""

    def __init__(self) -> None:
        self._seen: dict[str, set[int]] = defaultdict(set)
        self._ours: dict[CodeType, bool] = {}

    def __enter__(self) -> Self:
        sys.settrace(self._enter_frame)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _enter_frame(self, frame: FrameType, event: str, arg: object) -> Any:  # noqa: ARG002
        code = frame.f_code
        ours = self._ours.get(code)
        if ours is None:
            ours = self._ours[code] = _group_of(code.co_filename) is not None
        if not ours:
            return None
        seen = self._seen[code.co_filename]

        def note(frame: FrameType, event: str, arg: object) -> Any:
            if event == "line":
                seen.add(frame.f_lineno)
            return note

        return note

    def report(self) -> list[str]:
        """Per group of modules: how many lines inside functions of the modules that were reached at all."""
        reached, there = defaultdict[str, int](int), defaultdict[str, int](int)
        for file, seen in self._seen.items():
            group = _group_of(file) or ""
            lines = _lines_in_functions(Path(file))
            reached[group] += len(seen & lines)
            there[group] += len(lines)
        return [
            f"{group:18} {reached[group]:,} of {there[group]:,} lines ({reached[group] / there[group]:.0%})"
            for group in sorted(there)
        ]


def _group_of(file: str) -> str | None:
    if not file.startswith(str(ROOT)):
        return None
    inside = Path(file).relative_to(ROOT).as_posix()
    return next((group for group in PACKAGES if inside.startswith(f"{group}/")), None)


def _lines_in_functions(file: Path) -> set[int]:
    """Lines that run when a function is called: what stands outside ran when the module was imported."""
    lines: set[int] = set()
    waiting = [compile(file.read_text(encoding="utf-8"), str(file), "exec")]
    while waiting:
        code = waiting.pop()
        waiting.extend(one for one in code.co_consts if isinstance(one, CodeType))
        if code.co_flags & 0x2 and code.co_name != "<lambda>":  # CO_NEWLOCALS: functions
            own = {line for _, _, line in code.co_lines() if line}
            lines |= own - {code.co_firstlineno}
    return lines
