"""Runs fuzz cases by number: ``python -m tests.fuzz.runner --cases 1000000 --seconds 3600``.

A case is named by target and seed, and is the same each time: ``python -m tests.fuzz.runner --only extract:1234``.
A case fails by an exception, by more than five seconds of processor time, or by memory: the process may hold no more
than 500 MB beyond what it began with.
"""

from __future__ import annotations

import argparse
import itertools
import random
import resource
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from bs4 import XMLParsedAsHTMLWarning

from tests.fuzz.coverage import LineCoverage
from tests.fuzz.targets import TARGETS, pages

MOST_CPU_SECONDS: Final = 5.0
MOST_BYTES: Final = 500 * 1024 * 1024
TRACED_EVERY: Final = 47
"""Every so manieth case is run under the line tracer: it is slow."""


@dataclass
class Outcome:
    """What a run came to. ``failed`` maps ``target:seed`` to what went wrong; ``slowest`` are seconds by target."""

    cases: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)
    slowest: dict[str, tuple[float, int]] = field(default_factory=dict)
    seconds: float = 0.0
    coverage: LineCoverage | None = None

    def report(self) -> str:
        """A few lines for a person."""
        lines = [f"{sum(self.cases.values()):,} cases in {self.seconds:,.0f} s, {len(self.failed)} failed"]
        for name, count in sorted(self.cases.items()):
            slow, seed = self.slowest[name]
            lines.append(f"  {name:12} {count:>9,} cases, slowest {slow:.2f} s of CPU (seed {seed})")
        if self.coverage is not None:
            lines += [f"  {line}" for line in self.coverage.report()]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        return "\n".join([*lines, f"  peak memory {peak} MB", *self._failures()])

    def _failures(self) -> list[str]:
        """One of each kind in full, the others by name."""
        kinds: dict[str, list[str]] = {}
        for name, why in self.failed.items():
            kinds.setdefault("\n".join(why.splitlines()[-4:-1]), []).append(name)
        return [f"FAILED {', '.join(names[:10])}\n{self.failed[names[0]]}" for names in kinds.values()]


def schedule(names: list[str]) -> Iterator[str]:
    """Target names in the shares of :data:`tests.fuzz.targets.TARGETS`, mixed, for ever."""
    one_round = [name for name in names for _ in range(TARGETS[name][0])]
    random.Random(0).shuffle(one_round)
    return itertools.cycle(one_round)


def run(
    cases: int, *, first: int = 0, seconds: float = 1e9, names: list[str] | None = None, traced: bool = False
) -> Outcome:
    """Run cases number ``first`` and on until there were ``cases``, or the time is up."""
    names = names or list(TARGETS)
    outcome = Outcome(coverage=LineCoverage() if traced else None)
    started = time.monotonic()
    for number, name in zip(range(first, first + cases), schedule(names), strict=False):
        if time.monotonic() - started > seconds:
            break
        trace = outcome.coverage if number % TRACED_EVERY == 0 else None
        why, cpu = run_case(name, number, trace)
        outcome.cases[name] += 1
        outcome.slowest[name] = max(outcome.slowest.get(name, (0.0, 0)), (0.0 if trace else cpu, number))
        if why:
            outcome.failed[f"{name}:{number}"] = why
            if len(outcome.failed) > 100:
                break
    outcome.seconds = time.monotonic() - started
    return outcome


def run_case(name: str, seed: int, coverage: LineCoverage | None = None) -> tuple[str, float]:
    """Run one case; why it failed (empty: it did not), and its seconds of processor time."""
    rng = random.Random(f"{name}:{seed}")
    cpu = time.process_time()
    try:
        if coverage is None:
            TARGETS[name][1](rng)
        else:
            with coverage:
                TARGETS[name][1](rng)
    except MemoryError:
        return f"more than {MOST_BYTES:,} bytes\n{traceback.format_exc()}", time.process_time() - cpu
    except Exception:  # noqa: BLE001  (whatever a case raises is a finding)
        return traceback.format_exc(), time.process_time() - cpu
    cpu = time.process_time() - cpu
    return (f"{cpu:.1f} s of CPU" if cpu > MOST_CPU_SECONDS and coverage is None else ""), cpu


def limit_memory() -> None:
    """From now on this process may hold 500 MB more than it does."""
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
        held = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MOST_BYTES, resource.RLIM_INFINITY))


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--targets", default="")
    parser.add_argument("--only", default="", help="one case, as target:seed")
    parser.add_argument("--no-coverage", action="store_true")
    args = parser.parse_args()
    warnings.simplefilter("error")
    warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
    pages()
    if args.only:
        name, _, seed = args.only.partition(":")
        why, cpu = run_case(name, int(seed))
        print(why or f"fine, {cpu:.2f} s")
        return bool(why)
    names = args.targets.split(",") if args.targets else None
    limit_memory()
    outcome = run(args.cases, first=args.first, seconds=args.seconds, names=names, traced=not args.no_coverage)
    print(outcome.report())
    return bool(outcome.failed)


if __name__ == "__main__":
    sys.exit(main())
