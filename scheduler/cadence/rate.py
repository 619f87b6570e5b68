"""How often a source publishes: a Gamma belief, with a short and a long memory. Pure.

A listing shows *how many* items came since the last look, whenever that was: with a Gamma(a, b) belief about the rate,
n items in exposure x make it Gamma(a + n, b + x), and a slow schedule loses no information. Two memories, weighed by
how well each foretold the counts: publishers that change are followed within days, steady ones known well.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma, log

DAY = 86_400.0
SHORT, LONG = 4 * DAY, 30 * DAY
"""Half-lives of the two memories, in seconds."""
PRIOR_ITEMS = 0.3
PRIOR_EXPOSURE = 0.3 * DAY
"""Before anything is known: an item a day, worth three tenths of an item."""
_KEPT = 0.98
"""Share of the weight of evidence between the memories that a further look leaves standing."""
_MOST_FAVOUR = 30.0


@dataclass(slots=True)
class RateBelief:
    """Items (``a``) and exposure in seconds (``b``) of both memories; ``favour`` is the log odds of the short one."""

    short_items: float = PRIOR_ITEMS
    short_exposure: float = PRIOR_EXPOSURE
    long_items: float = PRIOR_ITEMS
    long_exposure: float = PRIOR_EXPOSURE
    favour: float = 0.0

    @property
    def mean(self) -> float:
        """Items per second of average activity."""
        short = 1 / (1 + exp(-self.favour))
        return short * self.short_items / self.short_exposure + (1 - short) * self.long_items / self.long_exposure

    def observe(self, count: int, exposure: float, elapsed: float) -> None:
        """``count`` items came in ``exposure`` (seconds of average activity, above 0) and ``elapsed`` seconds."""
        evidence = _log_likelihood(count, self.short_items, self.short_exposure, exposure) - _log_likelihood(
            count, self.long_items, self.long_exposure, exposure
        )
        self.favour = max(-_MOST_FAVOUR, min(_MOST_FAVOUR, _KEPT * self.favour + evidence))
        kept = 2.0 ** (-elapsed / SHORT)
        self.short_items = PRIOR_ITEMS + (self.short_items - PRIOR_ITEMS) * kept + count
        self.short_exposure = PRIOR_EXPOSURE + (self.short_exposure - PRIOR_EXPOSURE) * kept + exposure
        kept = 2.0 ** (-elapsed / LONG)
        self.long_items = PRIOR_ITEMS + (self.long_items - PRIOR_ITEMS) * kept + count
        self.long_exposure = PRIOR_EXPOSURE + (self.long_exposure - PRIOR_EXPOSURE) * kept + exposure

    def observe_first(self, ages: list[float]) -> None:
        """The first listing, by the ages of its dated items in seconds: the oldest only starts the clock."""
        if len(ages) < 2:
            return
        oldest = max(*ages, 600.0)
        younger = sorted(ages)[:-1]
        self.short_items += sum(2.0 ** (-age / SHORT) for age in younger)
        self.short_exposure += (1 - 2.0 ** (-oldest / SHORT)) * SHORT / log(2)
        self.long_items += sum(2.0 ** (-age / LONG) for age in younger)
        self.long_exposure += (1 - 2.0 ** (-oldest / LONG)) * LONG / log(2)


def _log_likelihood(count: int, items: float, exposure: float, more: float) -> float:
    """Log of the negative binomial probability of ``count`` items in ``more``, up to what does not depend on belief."""
    total = exposure + more
    if count == 0:
        return items * log(exposure / total)
    return lgamma(items + count) - lgamma(items) + items * log(exposure / total) - count * log(total)
