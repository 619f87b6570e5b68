"""When to look at a source again."""

from __future__ import annotations

from scheduler.cadence.options import CadenceOptions
from scheduler.cadence.policy import Cadence
from scheduler.cadence.waiting import retry_wait

__all__ = ["Cadence", "CadenceOptions", "retry_wait"]
