"""How well listings are understood: the corpus' own scorer on ``presswatch extract --jsonl``.

    python -m bench.extraction [--gate] CORPUS

Prints the figures beside those of other tools on the same pages, how far the stated confidence can be trusted, CPU per
page (of the whole process, start-up apart) against lxml parsing the same bytes, and the replay series. With ``--gate``
the exit status is 1 when a figure is below its floor in ``bench/floors.json``; raise a floor whenever one can be.
Without, the learnt weights are also measured on sites left out of the training.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FLOORS = Path(__file__).with_name("floors.json")
EXTRACT = [sys.executable, "-m", "presswatch", "extract", "--jsonl"]
RUNS = 3
_LXML = """
import json, sys
import lxml.html
for line in sys.stdin:
    with open(json.loads(line)["path"], "rb") as file:
        lxml.html.document_fromstring(file.read() or b"<p>")
"""

# Other tools on the same pages: macro F1, titles %, dates %, pages that are no listing with any / 3+ items %.
PEERS = (
    ("feedless", 0.901, 83, 17, 75, 58),
    ("DEPTA (pydepta)", 0.693, 84, 0, 33, 33),
    ("newsworker 1.4", 0.634, 95, 88, 0, 0),
    ("html2rss 0.27.1", 0.562, 82, 27, 58, 25),
    ("newspaper4k", 0.452, 42, 0, 50, 25),
    ("structured data alone (extruct)", 0.177, 98, 30, 0, 0),
)


@dataclass(frozen=True, slots=True)
class Timed:
    """What a command printed and the CPU seconds that it and its children took."""

    output: str
    cpu: float


def run_timed(command: Sequence[str], requests: str) -> Timed:
    """Run ``command`` with ``requests`` on its standard input, measured from outside."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, input=requests, stdout=subprocess.PIPE, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Timed(done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def measure_cpu(requests: str) -> tuple[Timed, float, float]:
    """The answers, and CPU seconds of ours and of lxml's parse, start-up taken off: each the least of some runs in
    turn, because whatever else the machine does only adds."""
    lxml = [sys.executable, "-c", _LXML]
    runs = [
        (run_timed(EXTRACT, requests), run_timed(lxml, requests), run_timed(EXTRACT, ""), run_timed(lxml, ""))
        for _ in range(RUNS)
    ]
    ours, theirs, our_start, their_start = (min(run[k].cpu for run in runs) for k in range(4))
    return runs[0][0], ours - our_start, theirs - their_start


def requests_of(corpus: Path) -> str:
    """The corpus' pages as lines for ``extract --jsonl``."""
    pages = [json.loads(line) for line in (corpus / "truth.jsonl").read_text("utf-8").splitlines()]
    return "".join(
        json.dumps({"id": page["id"], "path": str(corpus / "pages" / f"{page['id']}.html"), "url": page["url"]}) + "\n"
        for page in pages
    )


def score(corpus: Path, answers: Path) -> dict[str, Any]:
    """The scorer's own account of ``answers``."""
    command = [sys.executable, str(corpus / "score.py"), "--json", "--predictions", str(answers)]
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return found


def score_replay(corpus: Path, scratch: Path) -> list[dict[str, Any]]:
    """New items told over the replay series, by the extraction alone."""
    script = str(corpus / "replay.py")
    lines = subprocess.run([sys.executable, script, "requests"], capture_output=True, text=True, check=True).stdout
    answers = scratch / "replay.jsonl"
    answers.write_text(run_timed(EXTRACT, lines).output, "utf-8")
    command = [sys.executable, script, "score", str(answers), "--json"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    rows: list[dict[str, Any]] = found if isinstance(found, list) else found.get("series", found.get("rows", []))
    return rows


def reliability(rows: Iterable[dict[str, Any]], answers: str) -> list[tuple[str, int, float, float]]:
    """Stated confidence against measured precision: (band, pages, mean confidence, mean precision) of the pages on
    which items were given."""
    confidence = {}
    for line in answers.splitlines():
        answer = json.loads(line)
        if answer.get("entries"):
            confidence[answer["id"]] = answer.get("confidence") or 0.0
    return in_bands(
        (confidence[row["id"]], 0.0 if row["negative"] else float(row["p"]))
        for row in rows
        if row["id"] in confidence and row["tp"] + row["fp"]  # else all that was given counts neither way
    )


def in_bands(pairs: Iterable[tuple[float, float]]) -> list[tuple[str, int, float, float]]:
    """(stated, measured) pairs by fifths of what was stated: (band, pages, mean stated, mean measured)."""
    bands: dict[int, list[tuple[float, float]]] = {}
    for stated, measured in pairs:
        bands.setdefault(min(int(stated * 5), 4), []).append((stated, measured))
    return [
        (
            f"{band / 5:.1f}-{(band + 1) / 5:.1f}",
            len(found),
            sum(stated for stated, _ in found) / len(found),
            sum(measured for _, measured in found) / len(found),
        )
        for band, found in sorted(bands.items())
    ]


def figures_of(overall: dict[str, Any], cpu_ratio: float) -> dict[str, float]:
    """The figures that have floors (or, for the last four, ceilings)."""
    return {
        "macro_f1": overall["macro_f1"],
        "pages_f1_ge_90": overall["pages_f1_ge_90"],
        "title_acc_macro": overall["title_acc_macro"],
        "date_acc_macro": overall["date_acc_macro"],
        "date_invented": overall["date_invented"],
        "neg_any_fp": overall["neg_any_fp"],
        "neg_ge3_fp": overall["neg_ge3_fp"],
        "cpu_ratio": cpu_ratio,
    }


def below_floors(figures: dict[str, float], floors: dict[str, dict[str, float]]) -> list[str]:
    """Sentences about figures that are worse than they must be."""
    found = [
        f"{name} is {figures[name]:.3f}, must be at least {bound}"
        for name, bound in floors["at_least"].items()
        if figures[name] < bound
    ]
    found += [
        f"{name} is {figures[name]:.3f}, must be at most {bound}"
        for name, bound in floors["at_most"].items()
        if figures[name] > bound
    ]
    return found


def main() -> int:
    """Measure, print, and with ``--gate`` judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--gate", action="store_true", help="exit with 1 when a figure is below its floor")
    parser.add_argument("corpus", type=Path)
    options = parser.parse_args()
    requests = requests_of(options.corpus)
    timed, cpu, lxml_cpu = measure_cpu(requests)
    with tempfile.TemporaryDirectory() as folder:
        answers = Path(folder) / "answers.jsonl"
        answers.write_text(timed.output, "utf-8")
        scored = score(options.corpus, answers)
        replay = score_replay(options.corpus, Path(folder))
    figures = figures_of(scored["overall"], cpu / lxml_cpu)
    print_table(figures)
    print_details(scored, reliability(scored["pages"], timed.output), replay)
    pages = len(requests.splitlines())
    print(
        f"\nCPU: {1000 * cpu / pages:.1f} ms a page; lxml parses the same bytes in {1000 * lxml_cpu / pages:.1f} ms "
        f"({figures['cpu_ratio']:.1f} x)"
    )
    if not options.gate:
        print_left_out(options.corpus)
    failures = below_floors(figures, json.loads(FLOORS.read_text("utf-8")))
    for failure in failures:
        print(f"below its floor: {failure}")
    return 1 if failures and options.gate else 0


def print_table(figures: dict[str, float]) -> None:
    """Ours beside the others'."""
    print(f"{'':34} {'macro F1':>8} {'titles %':>8} {'dates %':>8}   non-listings with any / 3+ items, %")
    print(
        f"{'presswatch':34} {figures['macro_f1']:8.3f} {figures['title_acc_macro']:8.1f} "
        f"{figures['date_acc_macro']:8.1f}   {figures['neg_any_fp']:.1f} / {figures['neg_ge3_fp']:.1f}"
    )
    for name, f1, titles, dates, some, three in PEERS:
        print(f"{name:34} {f1:8.3f} {titles:8} {dates:8}   {some} / {three}")


def print_left_out(corpus: Path) -> None:
    """What the learnt weights are worth on a site that was not among those they are learnt from (two minutes)."""
    from bench.train_ranker import left_out_rules, outcome, read_all

    samples = read_all(corpus)
    found = outcome(samples, left_out_rules(samples))
    print(
        f"\nown site left out of the training: F1 {found.f1:.3f}, titles {found.titles:.1%}, dates {found.dates:.1%}; "
        f"{len(found.wrong)} of {found.others} other pages answered (all invented ones left out)"
    )
    print("\nconfidence   pages  stated         F1   (own site left out)")
    for band, pages, stated, measured in in_bands(found.stated):
        print(f"{band:10} {pages:7} {stated:7.2f} {measured:10.2f}")


def print_details(
    scored: dict[str, Any], bands: list[tuple[str, int, float, float]], replay: list[dict[str, Any]]
) -> None:
    """What stands behind the table."""
    overall = scored["overall"]
    print(
        f"\n{overall['listing_pages']} listings, {overall['neg_pages']} pages that are none; "
        f"F1 at least 0.9 on {overall['pages_f1_ge_90']:.1f} % of the listings, "
        f"dates given where there are none {overall['date_invented']:.1f} %"
    )
    print("\nconfidence   pages  stated  precision")
    for band, pages, stated, precision in bands:
        print(f"{band:10} {pages:7} {stated:7.2f} {precision:10.2f}")
    print("\nreplay series        new  false  late  missed")
    for row in replay:
        print(f"{row['id']:18} {row['tp']:6} {row['fp']:6} {row['late']:5} {row['fn']:7}")


if __name__ == "__main__":
    sys.exit(main())
