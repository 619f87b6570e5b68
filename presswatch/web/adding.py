"""Adding a page from the browser: ``presswatch add`` in a process of its own, which fetches, judges and writes with the
manners, the guard and the editor of the command line."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scheduler.inert import inert_line

SECONDS = 90.0
"""A look may take so long: robots.txt, spacing, redirects, the page."""
_MOST_OUTPUT = 4_000_000
_FIELDS = {"name": "--name", "slug": "--slug", "every": "--every"}
_OPTION = re.compile(r"; --[a-z-]+ .{0,200}$")
_SHORT = 200
_LONG = 2_000


@dataclass(frozen=True, slots=True)
class Looked:
    """What the command said. ``found`` is its JSON, ``None`` if it made none; ``problem`` is a sentence for people,
    ``""`` if there is none."""

    found: dict[str, Any] | None = None
    problem: str = ""


@dataclass
class Adder:
    """Runs ``presswatch add`` for one page at a time. ``home`` is what ``--home`` said, ``None`` for nothing."""

    home: str | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    _busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def look(self, form: Mapping[str, str]) -> Looked:
        """What is on the page, and whether it would be added; writes nothing."""
        return await self._run([*_words(form), "--dry-run"], form)

    async def save(self, form: Mapping[str, str]) -> Looked:
        """Look once more, and write the page into the configuration."""
        return await self._run([*_words(form), *(["--force"] if form.get("force") == "1" else [])], form)

    async def _run(self, words: Sequence[str], form: Mapping[str, str]) -> Looked:
        url = _printable(form.get("url", ""), _LONG)
        if not url:
            return Looked(problem="An address is needed.")
        if self._busy.locked():
            return Looked(problem="Another page is being looked at. Try again in a moment.")
        async with self._busy:
            home = (f"--home={self.home}",) if self.home is not None else ()
            command = (sys.executable, "-m", "presswatch", *home, "add", "--json", *words, "--", url)
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=dict(self.environ),
                start_new_session=True,
            )
            try:
                out, err = await asyncio.wait_for(_outputs(process), SECONDS)
            except TimeoutError:
                return Looked(problem=f"No answer within {SECONDS:.0f} seconds.")
            finally:
                _end(process)
        return _judge(out, err)


def _words(form: Mapping[str, str]) -> list[str]:
    """The options of the command; each value is part of its word, so that none can be taken for an option."""
    given = {option: _printable(form.get(name, ""), _SHORT) for name, option in _FIELDS.items()}
    words = [f"{option}={value}" for option, value in given.items() if value]
    tags = _printable(form.get("tags", ""), _LONG).replace(",", " ").split()
    return words + [f"--tag={tag}" for tag in tags[:20]]


def _printable(text: str, limit: int) -> str:
    """A value as a word of a command can hold it."""
    return "".join(char for char in text[:limit] if char.isprintable()).strip()


async def _outputs(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    assert process.stdout is not None  # noqa: S101 - asked for above
    assert process.stderr is not None  # noqa: S101
    out, err = await asyncio.gather(_read(process.stdout), _read(process.stderr))
    await process.wait()
    return out, err


async def _read(stream: asyncio.StreamReader) -> bytes:
    """All that a stream says; of more than four megabytes the beginning."""
    kept = b""
    while piece := await stream.read(65_536):
        kept += piece[: _MOST_OUTPUT - len(kept)]
    return kept


def _end(process: asyncio.subprocess.Process) -> None:
    """The command and all that it started."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _judge(out: bytes, err: bytes) -> Looked:
    try:
        found = json.loads(out)
    except ValueError:
        lines = [line for line in err.decode("utf-8", "replace").splitlines() if line.strip()]
        said = lines[-1].removeprefix("presswatch: ").removeprefix("Error: ") if lines else "it could not be looked at"
        return Looked(problem=inert_line(_for_the_form(said), 500))
    if isinstance(found, dict) and isinstance(found.get("warnings"), list):
        found["warnings"] = [_for_the_form(str(warning)) for warning in found["warnings"]]
    return Looked(found if isinstance(found, dict) else None)


def _for_the_form(said: str) -> str:
    """Without what is said of the command's options, which the form does not have. That a page needs its scripts is
    said by a key of the configuration in place of the option."""
    said = said.replace("--browser has them run", 'browser = "auto", in the configuration, has them run')
    return _OPTION.sub("", said)
