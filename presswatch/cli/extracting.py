"""``presswatch extract``: what is understood of saved pages or of pages on the web. Nothing is stored of them."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from presswatch.cli.app import App
from presswatch.cli.output import to_json
from presswatch.cli.talk import say

_LONGEST_LINE = 1_000_000


@click.command(name="extract")
@click.argument("targets", nargs=-1, metavar="[FILE|FOLDER|URL]...")
@click.option("--url", help="Where the saved pages come from: their links are relative to it.")
@click.option("--json", "form", flag_value="json", default=None, help="For programs: a JSON array.")
@click.option("--jsonl", "form", flag_value="jsonl", help="One JSON object a line; without targets, see above.")
@click.pass_obj
def extract_command(app: App, targets: Sequence[str], url: str | None, form: str | None) -> int:
    """Show what is understood of a page.

    Saved pages need no network; pages on the web are asked for with the manners of a check.

    With --jsonl and no target, lines {"id", "path", "url"} are read from standard input, and each is answered at once
    by a line with kind, confidence, reasons, entries, article, ms (CPU) and error.

    \b
    presswatch extract page.html --url https://ministry.example/news
    presswatch extract --jsonl < requests.jsonl
    """
    if not targets:
        if form != "jsonl":
            raise click.UsageError("name a saved page or an address; or give --jsonl, to answer lines", _context())
        return _answer_lines()
    found = _extract_all(app, targets, url)
    if form == "json":
        click.echo(to_json([record for record, _ in found], indent=2))
    for record, extraction in found:
        if form == "jsonl":
            click.echo(to_json(record))
        elif form is None:
            _show(record, extraction, many=len(found) > 1)
    failed = sum(record["error"] is not None for record, _ in found)
    return 0 if not failed else 1 if failed == len(found) else 3


def _context() -> click.Context:
    return click.get_current_context()


def _answer_lines() -> int:
    """Answer each line of standard input by one, at once; whatever a line says, the next one is answered."""
    import gc

    from scraper.clock import utc_now
    from scraper.extract.jsonl import answer_line, refuse_line

    gc.freeze()
    gc.set_threshold(20_000, 50, 100)  # a page is many small objects, and no cycles
    while line := sys.stdin.buffer.readline(_LONGEST_LINE):
        rest = line
        while len(rest) == _LONGEST_LINE and not rest.endswith(b"\n"):
            rest = sys.stdin.buffer.readline(_LONGEST_LINE)  # too long a line is not JSON of ours, and is one line
        if not line.strip():
            continue
        name = None
        try:
            request = json.loads(line)
            name = request.get("id") if isinstance(request, dict) else None
            answer = answer_line(request, now=utc_now()) if isinstance(request, dict) else refuse_line(None, _NO_OBJECT)
        except (ValueError, RecursionError):
            answer = refuse_line(name, "the line is not JSON")
        # Around one page: a fault of ours is its answer, and the others are answered.
        except Exception as error:
            logging.getLogger(__name__).exception("page %r", name)
            answer = refuse_line(name, f"{type(error).__name__}: {error}"[:500])
        sys.stdout.write(to_json(answer) + "\n")
        sys.stdout.flush()
    return 0


_NO_OBJECT = 'the line is no JSON object with "path" and "url"'


def _extract_all(app: App, targets: Sequence[str], url: str | None) -> list[tuple[dict[str, Any], Any]]:
    """A record of each page with what was understood (``None`` if nothing was), in the order of the targets."""
    from presswatch.cli.looking import preview_pages

    remote = [target for target in targets if target.lower().startswith(("http://", "https://"))]
    previews = dict(zip(remote, preview_pages(app, remote), strict=True)) if remote else {}
    found = []
    for target in targets:
        if target in previews:
            preview = previews[target]
            final = preview.page.url if preview.page else target
            error = str(preview.error) if preview.error else None
            found.append((_record(target, final, preview.extraction, error), preview.extraction))
        else:
            found.extend(_extract_saved(Path(target), url))
    return found


def _extract_saved(path: Path, url: str | None) -> list[tuple[dict[str, Any], Any]]:
    import logging

    from scraper.clock import utc_now
    from scraper.errors import ExtractError, NotFoundError
    from scraper.extract import extract
    from scraper.saved import find_saved_pages

    # It tells of each oddity of a PDF, and of nothing else.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        pages = find_saved_pages(path, url=url, series=False)
    except NotFoundError as error:
        return [(_record(str(path), url, None, str(error)), None)]
    found = []
    for saved in pages:
        extraction, why = None, None
        try:
            page = saved.read()
            extraction = extract(page.body, page.url, content_type=page.content_type, now=utc_now())
        except OSError as error:
            why = f"cannot be read: {error.strerror or error}"
        except ExtractError as error:
            why = str(error)
        found.append((_record(str(saved.path), saved.url, extraction, why), extraction))
    return found


def _record(target: str, url: str | None, extraction: Any, error: str | None) -> dict[str, Any]:
    from presswatch.cli.understood import as_record
    from scraper.types import Extraction, PageKind, Verdict

    nothing = Extraction((), None, Verdict(PageKind.OTHER, 0.0))
    return {"target": target, "url": url, **as_record(extraction or nothing), "error": error}


def _show(record: dict[str, Any], extraction: Any, *, many: bool) -> None:
    from presswatch.cli.screen import make_console, plain
    from presswatch.cli.understood import print_understood

    console = make_console()
    if many:
        console.print(plain(record["target"], "bold", 1_000), soft_wrap=True)
    if extraction is None:
        say(f"{record['target']}: {record['error']}")
    else:
        print_understood(console, extraction, most=None)
