"""What is wrong with a configuration: every mistake at once, each with its key, its line and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from presswatch.config.lines import find_lines
from scraper.errors import ConfigError

MAX_REPORTED = 50


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. ``key`` is dotted, members of lists are counted from 1: ``sources[2].every``; ``line`` counts from 1
    too and is ``None`` where it is not known."""

    key: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.key}: {self.message}" if self.key else f"{where}{self.message}"


class InvalidConfigError(ConfigError):
    """The file says something that cannot be used. ``problems`` lists all that was found, at least one; ``key`` is that
    of the first."""

    def __init__(self, problems: Iterable[Problem], *, path: Path) -> None:
        self.problems = tuple(problems)
        super().__init__(str(self.problems[0]), path=path, key=self.problems[0].key or None)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return f"{self.path}: {self.problems[0]}"
        lines = [f"{self.path}: {len(self.problems)} mistakes", *(f"  {each}" for each in self.problems[:MAX_REPORTED])]
        if len(self.problems) > MAX_REPORTED:
            lines.append(f"  … and {len(self.problems) - MAX_REPORTED} more")
        return "\n".join(lines)


class Problems:
    """Collects mistakes while a file is read."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def __len__(self) -> int:
        return len(self._found)

    @property
    def found(self) -> tuple[Problem, ...]:
        """What was noted, without lines."""
        return tuple(self._found)

    def add(self, key: str, message: str) -> None:
        """Note a mistake at a dotted key."""
        self._found.append(Problem(key, message))

    def raise_if_any(self, *, path: Path, text: str) -> None:
        """Raise :class:`InvalidConfigError` with all that was noted, in the order of the file."""
        if not self._found:
            return
        lines = find_lines(text)
        placed = [Problem(each.key, each.message, _line_of(each.key, lines)) for each in self._found]
        raise InvalidConfigError(sorted(placed, key=lambda each: each.line or 0), path=path)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean …?`` where something near to ``name`` is known, else nothing."""
    near = get_close_matches(name[:100], list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""


def _line_of(key: str, lines: dict[str, int]) -> int | None:
    while key and key not in lines:
        key = key[: max(key.rfind("."), key.rfind("["), 0)]
    return lines.get(key)
