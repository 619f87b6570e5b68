"""What publishers do in general, local time, as factors with mean 1: where a source begins before it has shown its own
habits. Learnt by ``python -m bench.learn_profile`` from the publication times of 138 sources (ministries, newspapers,
newsrooms, companies, blogs)."""

from __future__ import annotations

HOURS = (
    0.47, 0.33, 0.17, 0.25, 0.54, 0.79, 0.70, 0.89, 1.93, 1.94, 1.64, 1.65,
    1.60, 1.47, 1.48, 1.46, 1.16, 1.00, 0.88, 0.84, 0.75, 0.74, 0.65, 0.67,
)  # fmt: skip
"""From midnight."""

WEEKDAYS = (0.99, 1.15, 1.26, 1.50, 1.10, 0.50, 0.51)
"""From Monday."""

MINUTES = (1.72, 0.83, 0.85, 0.91, 0.81, 0.81, 1.59, 0.78, 0.87, 0.96, 0.90, 0.99)
"""By five minutes: full and half hours are when people press the button."""
