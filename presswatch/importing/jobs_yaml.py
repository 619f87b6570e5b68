"""Jobs of urlwatch and webchanges (``urls.yaml``, ``jobs.yaml``): YAML documents with a ``url`` each.

https://urlwatch.readthedocs.io/en/latest/jobs.html, https://webchanges.readthedocs.io/en/stable/jobs.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import yaml

from presswatch.importing.found import MAX_FOUND, Found, labels_of, name_of, recipe_from_css
from scraper.errors import ConfigError

MAX_BYTES = 1_000_000
_HANDLED = frozenset(("name", "url", "navigate", "use_browser", "filter", "filters", "tags", "note", "enabled", "kind",
                      "user_visible_url", "timeout", "max_tries", "<<"))  # fmt: skip
_HARMLESS = frozenset(("html2text", "strip", "beautify", "format-json", "format_json", "remove_repeated", "sort",
                       "strip_each_line", "reverse", "html2txt"))  # fmt: skip


def read_jobs(text: str) -> list[Found]:
    """The jobs of a file, in its order. Everything in it is read as text, so no tag of YAML makes an object, and an
    alias costs nothing. Raises :class:`ConfigError` for what is no YAML, or too large."""
    if len(text) > MAX_BYTES:
        raise ConfigError(f"is larger than {MAX_BYTES // 1_000_000} MB, which no list of jobs is")
    try:
        documents = list(islice(yaml.load_all(text, Loader=yaml.BaseLoader), MAX_FOUND + 1))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ConfigError(f"is no YAML{f': line {mark.line + 1}' if mark else ''}") from error
    except (RecursionError, ValueError, TypeError) as error:
        raise ConfigError("is no list of jobs: it is nested too deeply, or written strangely") from error
    jobs = list(islice(_jobs(documents), MAX_FOUND + 1))
    if len(jobs) > MAX_FOUND:
        raise ConfigError(f"has more than {MAX_FOUND} jobs; split it")
    return [_found(number, job) for number, job in enumerate(jobs, 1)]


def _jobs(documents: list[Any]) -> Iterator[Mapping[str, Any]]:
    """Documents, or lists of jobs in a document; what has another shape is passed over."""
    for document in documents:
        for job in document if isinstance(document, list) else [document]:
            if isinstance(job, dict):
                inherited = job.get("<<")
                yield {**inherited, **job} if isinstance(inherited, dict) else job


def _found(number: int, job: Mapping[str, Any]) -> Found:
    where = f"job {number}"
    url, name = _text(job, "url") or _text(job, "navigate"), name_of(_text(job, "name"))
    if not url:
        what = "runs a command" if "command" in job or "shellcommand" in job else "has no url"
        return Found(where, "", name, refused=f"{what}; presswatch watches pages")
    if _text(job, "method").upper() not in ("", "GET") or "data" in job:
        return Found(where, url, name, refused="sends data; presswatch only asks for pages")
    recipe, notes = _filters(job.get("filter", job.get("filters")))
    if "navigate" in job or _text(job, "use_browser").lower() in ("true", "yes"):
        notes.append("a browser is not used; `presswatch explain` shows what is seen without one")
    left = sorted(key[:40] for key in job if isinstance(key, str) and key not in _HANDLED)
    if left:
        notes.append(f"not taken over: {', '.join(left[:12])}")
    paused = _text(job, "enabled").lower() in ("false", "no")
    return Found(where, url, name, labels_of(job.get("tags")), None, paused, recipe, tuple(notes))


def _filters(given: Any) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    """The recipe in a chain of filters, if there is one, and what to say of the others."""
    recipe: tuple[tuple[str, str], ...] = ()
    left = []
    for name, value in islice(_chain(given), 50):
        found = recipe_from_css(value) if name == "css" and not recipe else ()
        if found:
            recipe = found
        elif name not in _HARMLESS:
            left.append(f"{name[:40]} {value[:60]!r}" if value else name[:40])
    notes = [f"its list is looked for by {recipe[0][1]!r}"] if recipe else []
    if left:
        notes.append(f"filters not taken over, items are found without: {', '.join(left[:6])}")
    return recipe, notes


def _chain(given: Any) -> Iterator[tuple[str, str]]:
    """``css:#a,html2text`` (old), ``[{css: "#a"}, html2text]``, ``[{css: {selector: "#a"}}]``, ``{css: "#a"}``."""
    steps = [given] if isinstance(given, dict) else given.split(",") if isinstance(given, str) else given
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, str):
            name, _, value = step.partition(":")
            yield name.strip(), value.strip()
        elif isinstance(step, dict):
            for name, value in islice(step.items(), 10):
                inner = value.get("selector", "") if isinstance(value, dict) else value
                yield str(name), inner if isinstance(inner, str) else ""


def _text(job: Mapping[str, Any], key: str) -> str:
    value = job.get(key, "")
    return value.strip() if isinstance(value, str) else ""
