"""Learns anew what publishers do in general (``scheduler/cadence/population.py``) from publication times.

    python -m bench.learn_profile TRACES.json.gz

The file is a JSON array of ``{"split", "tz", "precision", "timestamps"}``, timestamps in seconds UTC. Each source
counts as the root of its items: a busy one says more than a quiet one, but must not speak for all. Summer time is left
out, as the simulator and sites of which only the offset is known leave it out.
"""

from __future__ import annotations

import gzip
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

SLOTS = {"HOURS": 24, "WEEKDAYS": 7, "MINUTES": 12}


def learn(traces: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Factors with mean 1 by name of the constant."""
    sums = {name: [0.0] * count for name, count in SLOTS.items()}
    for trace in traces:
        if trace["precision"] == "date" or not trace["timestamps"]:
            continue
        zone, worth = ZoneInfo(trace["tz"]), len(trace["timestamps"]) ** -0.5
        for stamp in trace["timestamps"]:
            local = datetime.fromtimestamp(stamp, zone)
            local -= local.dst() or timedelta(0)
            sums["HOURS"][local.hour] += worth
            sums["WEEKDAYS"][local.weekday()] += worth
            sums["MINUTES"][local.minute // 5] += worth
    return {name: [round(weight * len(slots) / sum(slots), 2) for weight in slots] for name, slots in sums.items()}


def main(path: str) -> None:
    """Print the constants."""
    traces = json.loads(gzip.decompress(Path(path).read_bytes()))
    for name, factors in learn([trace for trace in traces if trace.get("split", "dev") == "dev"]).items():
        print(f"{name} = {tuple(factors)}")


if __name__ == "__main__":
    main(sys.argv[1])
