"""What a long run found, as a page in ``bench/results``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "bench" / "results"


def write_results(name: str, about: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Put a table into ``bench/results/NAME.md``: rows of an earlier run that begin alike are replaced, others stay."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.md"
    found = {str(row[0]): [str(cell) for cell in row] for row in rows}
    old = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for line in old:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == len(header) and cells[0] not in (header[0], "---"):
            found.setdefault(cells[0], cells)
    lines = [
        about.strip(),
        "",
        _line(header),
        _line(["---"] * len(header)),
        *(_line(found[key]) for key in sorted(found)),
        "",
        f"Last run: {datetime.now(UTC):%Y-%m-%d} (`make soak`).",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
