"""Explaining a page within the bounds of a check: in a process that can be killed, with what is needed sent back."""

from __future__ import annotations

import asyncio
from dataclasses import astuple
from datetime import datetime
from typing import Any

from scraper.extract.explain import Candidate, ExplainedItem, Explanation, Place, explain
from scraper.parsepool import ParsePool, WorkerLimits
from scraper.types import Page, Recipe

_LIMITS = WorkerLimits(cpu_seconds=20.0, wall_seconds=30.0)
"""More time than a check has: what a person waits for may be a page that no check can read."""


def work(
    body: bytes,
    url: str,
    *,
    content_type: str | None,
    now: datetime,
    recipe: Recipe | None,
    drawn: bool = False,
    counted: bool = False,
) -> dict[str, Any]:
    """The explanation as plain values; with ``drawn`` the page that shows it, with ``counted`` how often the selectors
    of a recipe by hand match. Runs in the worker."""
    found = explain(body, url, content_type=content_type, now=now, recipe=recipe)
    html = None
    if drawn:
        from presswatch.cli.explain_page import render_page

        html = render_page(found, url)
    matched: dict[str, int] = {}
    if counted and recipe is not None and recipe.origin == "hand":
        from scraper.extract.recipe_matches import count_matches

        matched = count_matches(body, url, content_type=content_type, recipe=recipe)
    return {
        "extraction": found.extraction,
        "items": [(item.data, [astuple(place) for place in item.places], item.record) for item in found.items],
        "candidates": [
            (c.where, c.records, c.choice, c.probability, c.chosen, c.titles, c.reasons, c.signs, c.heads)
            for c in found.candidates
        ],
        "html": html,
        "matched": matched,
    }


def explain_within_bounds(
    page: Page, *, now: datetime, recipe: Recipe | None, drawn: bool = False
) -> tuple[Explanation, str | None]:
    """What :func:`scraper.extract.explain.explain` says of a page, without the page itself, and the document that
    shows it if it was to be ``drawn``. Raises :class:`scraper.errors.ExtractError`."""
    told = asyncio.run(_told(page, now=now, recipe=recipe, drawn=drawn))
    return _explanation(told), told["html"]


def try_within_bounds(page: Page, *, now: datetime, recipe: Recipe | None) -> tuple[Explanation, dict[str, int]]:
    """As :func:`explain_within_bounds`, with what :func:`scraper.extract.recipe_matches.count_matches` says."""
    told = asyncio.run(_told(page, now=now, recipe=recipe, counted=True))
    return _explanation(told), told["matched"]


def _explanation(told: dict[str, Any]) -> Explanation:
    items = tuple(
        ExplainedItem(data, tuple(Place(*place) for place in places), record) for data, places, record in told["items"]
    )
    candidates = tuple(Candidate(*candidate) for candidate in told["candidates"])
    return Explanation(told["extraction"], items, candidates)


async def _told(page: Page, *, now: datetime, recipe: Recipe | None, **wished: bool) -> dict[str, Any]:
    async with ParsePool(workers=1, target=f"{__name__}:{work.__name__}", limits=_LIMITS) as pool:
        found: dict[str, Any] = await pool.call(
            page.url, page.body, page.url, content_type=page.content_type, now=now, recipe=recipe, **wished
        )
        return found
