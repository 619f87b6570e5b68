"""The process in which templates run: it may be killed at any time. ``python -m scheduler.template_worker``.

One request and one answer a line, JSON: ``{"template", "html", "values"}`` and ``{"text"}`` or ``{"error"}``.
"""

from __future__ import annotations

import json
import resource
import sys
from functools import lru_cache
from typing import Any

from scraper.guard import seal_guard
from scraper.parseworker import limit_memory

MEMORY = 512 << 20
"""Bytes of address space."""
LONGEST = 100_000
"""Characters of what a template may give."""


def main() -> None:
    """Answer until the input ends."""
    limit_memory(MEMORY)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    seal_guard()
    for line in sys.stdin:
        try:
            request = json.loads(line)
            answer = {"text": _fill(request["template"], request["html"], request["values"])}
        except MemoryError:
            answer = {"error": "it needs too much memory"}
        except RecursionError:
            answer = {"error": "it is nested too deeply"}
        except Exception as error:  # noqa: BLE001 - whatever an operator's template does is told to the operator
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(answer), flush=True)


def _fill(source: str, html: bool, values: dict[str, Any]) -> str:
    pieces: list[str] = []
    length = 0
    for piece in _environment(html).from_string(source).generate(values):
        length += len(piece)
        if length > LONGEST:
            raise ValueError(f"it gives more than {LONGEST} characters")
        pieces.append(piece)
    return "".join(pieces)


@lru_cache
def _environment(html: bool) -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    # Nothing is folded at compile time: 'a' * 10**9 must not run before its turn.
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=html, trim_blocks=True, lstrip_blocks=True, optimized=False
    )


if __name__ == "__main__":
    main()
