"""``make bench``: all measurements that need nothing but this checkout, and the corpus where it lies beside it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"


def main() -> int:
    """Run them one after the other; the worst exit status."""
    commands = [["bench.service"], ["bench.outbox"], ["bench.browser"]]
    if CORPUS.exists():
        commands += [["bench.extraction", str(CORPUS)], ["bench.replay", str(CORPUS)]]
    else:
        print(f"extraction, replay: skipped, there is no corpus at {CORPUS}")
    return max(subprocess.run([sys.executable, "-m", *command], check=False).returncode for command in commands)


if __name__ == "__main__":
    sys.exit(main())
