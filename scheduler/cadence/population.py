"""What publishers do in general, local time, as factors with mean 1: where a source begins before it has shown its own
habits. Learnt by ``python -m bench.learn_profile`` from the publication times of 138 sources (ministries, newspapers,
newsrooms, companies, blogs)."""

from __future__ import annotations

HOURS = (
    0.45, 0.29, 0.10, 0.18, 0.47, 0.76, 0.63, 0.82, 2.24, 2.13, 1.71, 1.73,
    1.60, 1.48, 1.51, 1.50, 1.14, 0.94, 0.81, 0.77, 0.75, 0.72, 0.62, 0.64,
)  # fmt: skip
"""From midnight."""

WEEKDAYS = (0.98, 1.15, 1.26, 1.47, 1.15, 0.50, 0.49)
"""From Monday."""

MINUTES = (1.62, 0.85, 0.91, 0.92, 0.85, 0.83, 1.46, 0.87, 0.90, 0.93, 0.92, 0.94)
"""By five minutes: full and half hours are when people press the button."""
