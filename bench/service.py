"""CPU of a whole look at a page, against others on the same pages.

    python -m bench.service [--sites N] [--rounds N] [--without urlwatch webchanges changedetection.io]

The pages are those of :mod:`bench.farm`. Each contender looks at all of them once a round, all contenders in turn; what
counts is the CPU time of its whole process tree, less that of the same command with a single page (start-up), median
over the rounds. Writes ``bench/results/service.md``.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench import contenders
from bench.contenders import Contender
from bench.farm import FarmProcess

OTHERS = ("urlwatch", "webchanges", "changedetection.io")
RESULTS = Path(__file__).with_name("results") / "service.md"
_ABOUT = "`python -m bench.service --sites {sites} --rounds {rounds}`, {day}; Python {python}, {rest}."
_MEANING = (
    "CPU of the whole process tree a page, start-up taken off, as a multiple of Scrapy that was tuned, fetches the "
    "same pages in the same phase and does nothing. Compare only figures of one run."
)
ROOT = Path(__file__).resolve().parents[1]


@dataclass(slots=True)
class Stand:
    """A contender with two folders: for all pages, and for the first one alone."""

    contender: Contender
    whole: Path
    single: Path

    @classmethod
    def build(cls, contender: Contender, urls: Sequence[str], folder: Path) -> Stand:
        """Prepare both."""
        name = contender.name.replace(" ", "-")
        stand = cls(contender, folder / name, folder / f"{name}-single")
        for home, some in ((stand.whole, urls), (stand.single, urls[:1])):
            home.mkdir()
            contender.prepare(home, some)
        return stand

    def look(self, pages: int) -> float:
        """One look at everything; CPU milliseconds a page."""
        return 1000 * (self._cpu(self.whole) - self._cpu(self.single)) / (pages - 1)

    def _cpu(self, home: Path) -> float:
        environ = dict(os.environ, PYTHONPATH=str(ROOT), **self.contender.environ)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with (home / "output.txt").open("w") as output:
            done = subprocess.run(
                self.contender.command, cwd=home, env=environ, stdout=output, stderr=output, check=False
            )
        if done.returncode:
            raise RuntimeError(f"{self.contender.name}: {(home / 'output.txt').read_text('utf-8')[-2000:]}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@dataclass(frozen=True, slots=True)
class Goal:
    """``first`` may cost ``most`` times what ``other`` costs, in the phase ``phase``."""

    phase: str
    first: str
    other: str
    most: float


GOALS = (
    Goal("noise", "presswatch", "Scrapy, tuned", 2.0),
    Goal("noise", "presswatch", "urlwatch with selectors", 0.85),
    Goal("304", "presswatch", "Scrapy, tuned", 1.3),
    Goal("news", "presswatch", "floor by hand", 2.5),
)


def measure_noise(sites: int, rounds: int, folder: Path, without: Sequence[str]) -> dict[str, dict[str, float]]:
    """Pages whose noise changes, then the same with one new item each; milliseconds by phase and contender."""
    some = [
        contenders.presswatch(),
        contenders.scrapy(contenders.TUNED, "Scrapy, tuned"),
        contenders.scrapy({"LOG_FILE": "scrapy.log"}, "Scrapy, defaults"),
        contenders.floor(),
        contenders.urlwatch() if "urlwatch" not in without else None,
        contenders.webchanges() if "webchanges" not in without else None,
        contenders.changedetection() if "changedetection.io" not in without else None,
    ]
    with FarmProcess.start(sites) as farm:
        stands = [Stand.build(one, farm.urls, folder) for one in some if one is not None]
        for stand in stands:
            for _ in range(stand.contender.looks_before):
                stand.look(sites)
        found = {"noise": _rounds(stands, sites, rounds)}
        news = defaultdict[str, list[float]](list)
        for _ in range(rounds):
            farm.publish(range(sites))
            for stand in stands:
                news[stand.contender.name].append(stand.look(sites))
        found["news"] = {name: median(values) for name, values in news.items()}
    return found


def measure_not_modified(sites: int, rounds: int, folder: Path) -> dict[str, float]:
    """Pages that answer 304; milliseconds by contender."""
    product = contenders.presswatch()
    remember = contenders.scrapy(contenders.TUNED, "Scrapy, first", remember=True)
    again = contenders.scrapy(contenders.TUNED, "Scrapy, tuned", conditional=True)
    with FarmProcess.start(sites, etag=True, block=130) as farm:
        stands = [Stand.build(one, farm.urls, folder) for one in (product, remember, again)]
        for stand in stands[:2]:
            stand.look(sites)
        for home in ("whole", "single"):
            tags = getattr(stands[1], home) / "tags.json"
            (getattr(stands[2], home) / "tags.json").write_bytes(tags.read_bytes())
        return _rounds([stands[0], stands[2]], sites, rounds)


def _rounds(stands: Sequence[Stand], sites: int, rounds: int) -> dict[str, float]:
    found = defaultdict[str, list[float]](list)
    for _ in range(rounds):
        for stand in stands:
            found[stand.contender.name].append(stand.look(sites))
    return {name: median(values) for name, values in found.items()}


def report(found: dict[str, dict[str, float]], sites: int, rounds: int) -> str:
    """The figures as Markdown."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("scrapy", "twisted", "aiohttp", "lxml", "selectolax"))
    lines = [
        "# Cost of a look",
        "",
        _ABOUT.format(
            sites=sites, rounds=rounds, day=time.strftime("%Y-%m-%d"), python=platform.python_version(), rest=versions
        ),
        "",
        _MEANING,
        "",
        "| | noise changed | 304 | a new item |",
        "|---|---|---|---|",
    ]
    for name in found["noise"]:
        cells = [_cell(found[phase], name) for phase in ("noise", "304", "news")]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += ["", "| goal | at most | measured |", "|---|---|---|"]
    for goal in GOALS:
        costs = found[goal.phase]
        if goal.other in costs:
            ratio = costs[goal.first] / costs[goal.other]
            lines.append(f"| {goal.phase}: {goal.first} against {goal.other} | {goal.most} | {ratio:.2f} |")
    return "\n".join(lines) + "\n"


def _cell(costs: dict[str, float], name: str) -> str:
    return f"{costs[name] / costs['Scrapy, tuned']:.2f} ({costs[name]:.2f} ms)" if name in costs else ""


def main() -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--sites", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without", nargs="*", default=[], choices=OTHERS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure_noise(options.sites, options.rounds, Path(folder), options.without)
    with tempfile.TemporaryDirectory() as folder:
        found["304"] = measure_not_modified(options.sites, options.rounds, Path(folder))
    text = report(found, options.sites, options.rounds)
    print(text)
    RESULTS.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
