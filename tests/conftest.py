"""For all tests: property tests take the same examples each time, so that a change is judged and not its luck.

``HYPOTHESIS_PROFILE=wide`` looks farther, at random (``make soak``).
"""

from __future__ import annotations

import gc
import os
import signal
import sys

from hypothesis import HealthCheck, settings

settings.register_profile("fixed", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("wide", max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

# What is compiled is kept, whatever the machine says: three workers rewrite all tests, and hundreds of processes start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A shell lets what it puts into the background ignore Ctrl-C, and processes hand that on to those they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# What collecting the tests leaves behind stays: it need not be looked through for garbage, over and over.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()
