"""The command ``presswatch``.

Data goes to standard output, talk to standard error. Exit codes: 0 fine, 1 failure, 2 usage or configuration, 3 some
sources failed, 130 interrupted.
"""

from __future__ import annotations

import sys


def main() -> None:
    """The entry point."""
    from presswatch.cli.root import run

    sys.exit(run(sys.argv[1:]))
