"""Learn ``scraper/extract/weights.json`` from hand-checked pages, and say what it is worth on sites left out.

usage: python -m bench.train_ranker CORPUS [--write]

CORPUS is a folder with ``truth.jsonl``, ``pages/ID.html`` and ``score.py`` (``score_page(truth, predictions)``).
Invented
pages that are no listing (``tests/scraper/extract/other_pages.py``, ``further_pages.py``) and invented listings
(``shapes``) join in, at half weight.
Two linear rules over the same signs: ``choice`` by conditional logit over the candidates of a page, ``odds`` by
logistic regression over each page's likeliest candidates. Printed: records found (F1 with titles and dates, after the
gate) and pages wrongly answered, once with all sites in the training, once leaving each page's own site out (of the
invented pages: all of them).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from selectolax.lexbor import LexborHTMLParser

from scraper.charset import decode_body
from scraper.extract.article import find_prose, says_article
from scraper.extract.head import guess_language, read_head
from scraper.extract.html import text_sample
from scraper.extract.listing import candidates, items_of, read_page
from scraper.extract.score import weigh_page
from scraper.extract.signs import PAGE_SIGNS, Signs
from scraper.extract.walk import build_tree
from tests.scraper.extract.further_pages import FURTHER_KINDS
from tests.scraper.extract.other_pages import KINDS
from tests.scraper.extract.shapes import SHAPES, Shape

NAMES = list(Signs.__slots__)
CHOICE_PENALTY, ODDS_PENALTY = 0.5, 0.3
GOOD = 0.55
"""Quality from which a candidate counts as the page's listing."""
RANKS = (1.0, 0.3, 0.2, 0.1, 0.1)
"""Weights of a page's five likeliest candidates in the odds."""
WEIGHTS = Path(__file__).parent.parent / "scraper" / "extract" / "weights.json"


@dataclass
class Sample:
    """One page: its candidates' signs (rows), how good each is (0..1), how much each counts, and its F1, title and
    date accuracy (NaN where there are none to find)."""

    name: str
    site: str
    negative: bool
    signs: np.ndarray
    quality: np.ndarray
    weight: np.ndarray
    fields: np.ndarray


def read_sample(html: str, url: str, truth: dict[str, Any], score_page: Any, weight: float) -> Sample | None:
    parser = LexborHTMLParser(html)
    head = read_head(parser, url)
    tree = build_tree(parser)
    language = guess_language(head.language, text_sample(tree))
    languages = (language,) if language else ()
    now = datetime.now(UTC)
    page = read_page(tree, now=now, languages=languages)
    rows, quality, weights, fields = [], [], [], []
    for judged in candidates(page):
        prose = find_prose(page, sorted((r.start, r.stop) for r in judged.group.records))
        passwords = tree.passwords
        weigh_page(judged, prose.units if prose else 0, says_article=says_article(head), url=url, passwords=passwords)
        items = [item for _, item in items_of(page, judged, head.base, now=now, languages=languages)]
        given = [
            {"title": i.title, "url": i.url, "published": i.published.iso() if i.published else None} for i in items
        ]
        scored = score_page(truth, given)
        found = _quality(scored) if truth["entries"] else 0.0
        harmless = not truth["entries"] and scored["fp"] == 0
        rows.append([getattr(judged.signs, name) for name in NAMES])
        quality.append(found)
        fields.append((scored["f1"], _share(scored["t_ok"], scored["t_n"]), _share(scored["d_ok"], scored["d_n"])))
        weights.append(weight * (0.3 if harmless or 0.3 < found < 0.6 else 1.0))
    if not rows:
        return None
    negative = not truth["entries"]
    return Sample(
        truth["id"],
        truth["site"],
        negative,
        np.array(rows),
        np.array(quality),
        np.array(weights),
        np.array(fields, dtype=float),
    )


def _share(right: int, of: int) -> float:
    return right / of if of else float("nan")


def _quality(scored: dict[str, Any]) -> float:
    titles = scored["t_ok"] / scored["t_n"] if scored["t_n"] else 1.0
    dates = scored["d_ok"] / scored["d_n"] if scored["d_n"] else 1.0
    return float(scored["f1"] * (0.7 + 0.15 * titles + 0.15 * dates)) if scored["tp"] else 0.0


def read_samples(corpus: Path) -> Iterator[Sample | None]:
    spec = importlib.util.spec_from_file_location("corpus_score", corpus / "score.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"no score.py in {corpus}")
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    for line in (corpus / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        html, _ = decode_body((corpus / "pages" / f"{truth['id']}.html").read_bytes(), None)
        yield read_sample(html, truth["url"], truth, scorer.score_page, 1.0)
    home = "https://www.harbour-office.example"
    for name, build in {**KINDS, **FURTHER_KINDS}.items():
        truth = {"id": f"invented {name}", "site": f"invented {name}", "entries": []}
        yield read_sample(build(), f"{home}/{name.replace('_', '-')}", truth, scorer.score_page, 0.5)
    for invented in SHAPES.values():
        truth = {"id": f"invented {invented.name}", "site": f"invented {invented.name}", "entries": _entries(invented)}
        yield read_sample(invented.html, invented.url, truth, scorer.score_page, 0.5)


def _entries(shape: Shape) -> list[dict[str, str | None]]:
    return [
        {
            "title": story.title,
            "url": story.url if shape.linked else None,
            "published": story.iso if shape.dated else None,
        }
        for story in shape.stories
    ]


def fit_choice(samples: list[Sample]) -> np.ndarray:
    """Conditional logit: the weights under which each page's best candidates are likeliest (Adam, 400 steps)."""
    listings = [s for s in samples if not s.negative and s.quality.max() >= 0.5]
    wanted = [(s.quality >= s.quality.max() - 0.03).astype(float) for s in listings]
    weights = np.zeros(len(NAMES))
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, 401):
        slope = CHOICE_PENALTY * weights
        for sample, target in zip(listings, wanted, strict=True):
            signs = choice_signs(sample)
            power = signs @ weights
            share = np.exp(power - power.max())
            slope = slope + signs.T @ (share / share.sum() - target / target.sum())
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope * slope
        weights = weights - 0.05 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return weights


def choice_signs(sample: Sample) -> np.ndarray:
    """The signs without those that only the chosen candidate has."""
    signs: np.ndarray = sample.signs * np.array([name not in PAGE_SIGNS for name in NAMES], dtype=float)
    return signs


def fit_odds(samples: list[Sample], choice: np.ndarray) -> np.ndarray:
    """Logistic regression over each page's likeliest candidates (Newton, ridge)."""
    rows, goods, counts = [], [], []
    for sample in samples:
        order = np.argsort(-(choice_signs(sample) @ choice))[: len(RANKS)]
        for rank, k in enumerate(order):
            rows.append([*sample.signs[k], 1.0])
            goods.append(float(sample.quality[k] >= GOOD))
            counts.append(RANKS[rank] * sample.weight[k])
    x, y, w = np.array(rows), np.array(goods), np.array(counts)
    ridge = np.eye(x.shape[1]) * ODDS_PENALTY
    ridge[-1, -1] = 1e-3
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        change = np.linalg.solve((x * (w * p * (1 - p))[:, None]).T @ x + ridge, x.T @ (w * (p - y)) + ridge @ weights)
        weights = weights - change
        if abs(change).max() < 1e-6:
            break
    return weights


Rules = dict[str, tuple[np.ndarray, np.ndarray]]


@dataclass
class Outcome:
    """What rules do on pages: means over the listings of F1 and of title and date accuracy (where any were found),
    pages wrongly answered, and (stated probability, quality) of each real page that was answered."""

    listings: int
    others: int
    quality: float
    f1: float
    titles: float
    dates: float
    wrong: list[str]
    stated: list[tuple[float, float]]


def outcome(samples: list[Sample], rules: Rules) -> Outcome:
    """Choose and gate on each page by the rule of its site."""
    found, fields, wrong, stated, others = [], [], [], [], 0
    for sample in samples:
        choice, odds = rules[sample.site]
        k = int((choice_signs(sample) @ choice).argmax())
        log_odds = float(sample.signs[k] @ odds[:-1] + odds[-1])
        real = not sample.name.startswith("invented")
        if sample.negative:
            others += 1
            if log_odds > 0 and sample.weight[k] >= 0.5:
                wrong.append(sample.name)
        elif real:
            found.append(float(sample.quality[k]) * (log_odds > 0))
            fields.append(sample.fields[k] if log_odds > 0 else np.array([0.0, np.nan, np.nan]))
        if real and log_odds > 0 and (not sample.negative or sample.weight[k] >= 0.5):
            stated.append((1 / (1 + float(np.exp(-log_odds))), float(sample.fields[k][0])))
    f1, titles, dates = np.nanmean(np.array(fields), axis=0)
    return Outcome(len(found), others, float(np.mean(found)), float(f1), float(titles), float(dates), wrong, stated)


def report(title: str, result: Outcome) -> None:
    print(
        f"{title}: F1 {result.f1:.3f}, titles {result.titles:.1%}, dates {result.dates:.1%}, quality "
        f"{result.quality:.3f} on {result.listings} listings; {len(result.wrong)} of {result.others} others answered"
    )
    print("   ", ", ".join(result.wrong))


def read_all(corpus: Path) -> list[Sample]:
    """The corpus' pages and the invented ones, read."""
    return [s for s in read_samples(corpus) if s is not None]


def left_out_rules(samples: list[Sample]) -> Rules:
    """For each site the rules that are learnt from all other sites."""
    rules = {}
    for site in sorted({s.site for s in samples if not s.name.startswith("invented")}):
        others = [s for s in samples if s.site != site]
        choice = fit_choice(others)
        rules[site] = (choice, fit_odds(others, choice))
    choice = fit_choice([s for s in samples if not s.name.startswith("invented")])
    real = fit_odds([s for s in samples if not s.name.startswith("invented")], choice)
    return rules | {s.site: (choice, real) for s in samples if s.name.startswith("invented")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.name}")
    arguments = parser.parse_args()
    samples = read_all(arguments.corpus)
    choice = fit_choice(samples)
    odds = fit_odds(samples, choice)
    sites = sorted({s.site for s in samples})
    report("all sites", outcome(samples, dict.fromkeys(sites, (choice, odds))))
    report("own site left out", outcome(samples, left_out_rules(samples)))
    if arguments.write:
        rules = {
            "choice": {n: round(float(v), 3) for n, v in zip(NAMES, choice, strict=True) if n not in PAGE_SIGNS},
            "odds": {n: round(float(v), 3) for n, v in zip([*NAMES, "bias"], odds, strict=True)},
        }
        WEIGHTS.write_text(json.dumps(rules, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
