"""How well news are told over consecutive real captures of a page: the whole product on the corpus' replay series.

    python -m bench.replay CORPUS

An item counts as new at the capture in which its address first stands on the page, the first capture apart. *False* is
an alert about an address that is no item of the page then, or a second alert about one; *missed* is a new item that is
never told, *later* one that is told after its first capture; an address to which an item *moved* that was known under
another one is no new item. Addresses are compared by the corpus' own rule. Exit
status 1 above 3 false or 10 missed ones.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from presswatch.replays import replay_captures

MOST_FALSE, MOST_MISSED = 3, 10


@dataclass(frozen=True, slots=True)
class Score:
    """Of one series: how many items were new, told, told later, told falsely, not told (of these how many silently)."""

    name: str
    captures: int
    new: int
    told: int
    later: int
    moved: int
    false: tuple[str, ...]
    missed: tuple[str, ...]
    surfaced: int
    edits: int
    seconds: float


def load_norm(corpus: Path) -> Callable[[str | None], str | None]:
    """The corpus' rule by which two addresses are one."""
    spec = importlib.util.spec_from_file_location("corpus_score", corpus / "score.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(corpus / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    norm: Callable[[str | None], str | None] = module.norm_url
    return norm


def truths(series: dict[str, Any]) -> Iterator[tuple[set[str], set[str]]]:
    """The addresses of each capture's items, and those that count neither way."""
    current: set[str] = set()
    for step in series["steps"]:
        current = set(step["urls"]) if "urls" in step else (current - set(step["del"])) | set(step["add"])
        yield set(current), set(step.get("optional") or [])


def lay_out(corpus: Path, series: dict[str, Any], folder: Path) -> None:
    """Copy the captures with the times at which they were made."""
    for place, step in enumerate(series["steps"]):
        target = folder / f"{place:03}.html"
        shutil.copyfile(corpus / "replay" / series["id"] / target.name, target)
        stamp = datetime.fromisoformat(step["time"]).timestamp()
        os.utime(target, (stamp, stamp))


def score_series(corpus: Path, series: dict[str, Any], norm: Callable[[str | None], str | None]) -> Score:
    """Replay one series and compare."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        lay_out(corpus, series, Path(place))
        lines = list(replay_captures(Path(place), series["url"]))
    seen: set[str] = set()
    optional: set[str] = set()
    told: set[str] = set()
    new: set[str] = set()
    silent: set[str] = set()
    moved: set[str] = set()
    false: list[str] = []
    later = edits = 0
    for number, ((shown, neither), line) in enumerate(zip(truths(series), lines, strict=True)):
        optional |= neither
        fresh = shown - seen if number else set()
        new |= fresh
        seen |= shown
        edits += sum(change["kind"] == "revised" and change["tell"] for change in line.changes)
        for change in line.changes:
            url = norm(change["url"]) or ""
            if change["tell"] and "url" in change["fields"]:
                moved.add(url)
            if change["kind"] == "surfaced":
                silent.add(url)
            if change["kind"] != "added" or not change["tell"]:
                continue
            if url in told or url not in seen | optional:
                false.append(f"{number:03} {change['title']} {change['url']}")
            elif url in new and url not in fresh:
                later += 1
            told.add(url)
    missed = new - told - optional - moved
    return Score(
        series["id"],
        len(lines),
        len(new),
        len(new & told),
        later,
        len(new & moved),
        tuple(false),
        tuple(sorted(missed)),
        len(missed & silent),
        edits,
        time.monotonic() - started,
    )


def main() -> int:
    """Print a line a series; ``-v`` names what was false and missed."""
    corpus = Path(sys.argv[1])
    verbose = "-v" in sys.argv[2:]
    norm = load_norm(corpus)
    scores = [score_series(corpus, series, norm) for series in json.loads((corpus / "replay.json").read_text("utf-8"))]
    print(f"{'series':24}{'captures':>9}{'new':>6}{'told':>6}{'later':>6}{'moved':>6}{'false':>6}{'missed':>7}{'s':>7}")
    for one in scores:
        print(
            f"{one.name:24}{one.captures:9}{one.new:6}{one.told:6}{one.later:6}{one.moved:6}{len(one.false):6}{len(one.missed):7}"
            f"{one.seconds:7.1f}   {one.surfaced} of the missed were stored silently; {one.edits} edits told"
        )
        if verbose:
            print(*(f"  false  {text}" for text in one.false), *(f"  missed {url}" for url in one.missed), sep="\n")
    false, missed = sum(len(one.false) for one in scores), sum(len(one.missed) for one in scores)
    print(f"all: {false} false alerts (at most {MOST_FALSE}), {missed} missed (at most {MOST_MISSED})")
    return int(false > MOST_FALSE or missed > MOST_MISSED)


if __name__ == "__main__":
    sys.exit(main())
