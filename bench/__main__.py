"""``make bench``: all measurements that need nothing but this checkout, and the corpus where it lies beside it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RESULTS = Path(__file__).with_name("results.md")
CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"


def main() -> int:
    """Run them one after the other and put their figures into one file; the worst exit status."""
    commands = [["bench.service"], ["bench.daemon"], ["bench.store"], ["bench.outbox"], ["bench.browser"]]
    if CORPUS.exists():
        commands += [["bench.extraction", str(CORPUS)], ["bench.replay", str(CORPUS)]]
    else:
        print(f"extraction, replay: skipped, there is no corpus at {CORPUS}")
    worst = max(subprocess.run([sys.executable, "-m", *command], check=False).returncode for command in commands)
    gather()
    return worst


def gather() -> None:
    """``bench/results.md``: what the measurements that write a file found last, one after the other."""
    parts = [path.read_text("utf-8").strip() for path in sorted(RESULTS.with_suffix("").glob("*.md"))]
    RESULTS.write_text("\n\n".join(["<!-- gathered from bench/results/ by `make bench` -->", *parts]) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
