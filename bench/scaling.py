"""How far one writer goes, and when to split: a simulation with the figures that ``bench.fleet`` measures.

    python -m bench.scaling [--writer-ms MS] [--worker-ms MS]

Checks arrive at random (Poisson) at the rate of the busiest hour; one writer takes them in turn, each costing it about
as long as measured (exponential around the mean: most are unchanged pages, a few bring news). Printed are the share of
the time the writer works, and how long a reading waits until it is committed. A store is to be split by source before
that wait grows; shards are independent, so the table below a full writer is the table of each.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import sys

DAILY = (1e6, 5e6, 10e6, 20e6, 30e6)
PEAK = 2.0
"""The busiest hour, as a multiple of the mean: looks follow when publishers publish."""
HOUR = 3_600.0
_MOST = 400_000
_FULL = 0.7
"""Share of its time beyond which a writer's queue is no more to be relied upon."""


def waits(rate: float, service: float, chance: random.Random) -> tuple[float, float]:
    """Median and 99th percentile of the seconds between a reading's arrival and its commit, at ``rate`` a second and
    ``service`` seconds each (Lindley's recursion for one server)."""
    wait, found = 0.0, list[float]()
    for _ in range(min(_MOST, int(rate * HOUR))):
        work = chance.expovariate(1 / service)
        found.append(wait + work)
        wait = max(0.0, wait + work - chance.expovariate(rate))
    cuts = statistics.quantiles(found, n=100)
    return cuts[49], cuts[98]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--writer-ms", type=float, default=2.9, help="CPU of the scheduler and writer a check")
    parser.add_argument("--worker-ms", type=float, default=4.2, help="CPU of a worker a check")
    options = parser.parse_args()
    chance = random.Random(20261122)
    print("checks a day  stores  writer busy  commit p50   p99      worker cores  CPU-hours a day")
    for daily in DAILY:
        rate = daily / 86_400 * PEAK
        stores = math.ceil(rate * options.writer_ms / 1000 / _FULL)
        busy = rate / stores * options.writer_ms / 1000
        median, late = waits(rate / stores, options.writer_ms / 1000, chance)
        cores = rate * options.worker_ms / 1000
        hours = daily * (options.writer_ms + options.worker_ms) / 1000 / 3600
        print(
            f"{daily:12,.0f}  {stores:6d}  {busy:10.0%}  {median * 1000:7.1f} ms {late * 1000:6.1f} ms"
            f"  {cores:12.1f}  {hours:15.1f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
