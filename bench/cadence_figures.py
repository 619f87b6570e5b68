"""``make bench-cadence``: mean delay at equal requests against fixed intervals, by the simulator that lies beside the
checkout; the figures go to ``bench/results/cadence.md``. Needs numpy.

    python -m bench.cadence_figures [FOLDER_OF_THE_SIMULATOR] [BUDGET]...
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import cadence_cost

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "cadence.md"
BUDGETS = ("4", "12", "24", "96")
_HEAD = """# Cadence: delay at equal requests

Ratio to fixed intervals at the same number of requests, publication times of 138 sources replayed
(`make bench-cadence`; the policy is `bench/cadence.py:Policy`). {about}

| looks a day | requests used | mean delay | mean over sources | p95 | median | items missed (fixed) | µs per decision |
|---|---|---|---|---|---|---|---|
"""


def main(arguments: list[str]) -> int:
    """Measure and write; 0, or 1 if there is no simulator."""
    folder = Path(arguments[0]) if arguments else HERE.parents[1] / "shared" / "cadence"
    if not (folder / "simulate.py").exists():
        print(f"cadence: skipped, there is no simulator in {folder}")
        return 1
    text = _HEAD.format(about=f"Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}.")
    for budget in arguments[1:] or BUDGETS:
        text += _line(budget, _measure(folder, budget))
        print(text.splitlines()[-1], flush=True)
    text += f"\n{cadence_cost.line()}\n"
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")
    return 0


def _measure(folder: Path, budget: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        found = Path(scratch) / "figures.json"
        command = [sys.executable, str(folder / "simulate.py"), "--policy", "cadence:Policy", "--budgets", budget]
        subprocess.run([*command, "--json", str(found)], cwd=HERE, check=True, stdout=subprocess.DEVNULL)
        figures: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))[budget]
    return figures


def _line(budget: str, figures: dict[str, Any]) -> str:
    ours, fixed = figures["cadence:Policy"], figures["uniform"]
    used = ours["per_day"] / float(budget)
    p95, median = (ours[name] / fixed[name] * used for name in ("p95", "median"))
    return (
        f"| {budget} | {used:.1%} | {ours['ratio']:.3f} | {ours['macro_ratio']:.3f} | {p95:.3f} | {median:.3f} "
        f"| {ours['missed']} ({fixed['missed']}) | {ours['cpu_us']:.0f} |\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
