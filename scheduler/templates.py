"""An operator's own form of messages: Jinja2 in the immutable sandbox, in a process with bounds that can be killed.

The values are inert (:mod:`scheduler.inert`); text of pages is data to a template and never part of one.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from scheduler.render import Rendered

SECONDS = 3.0
"""For one message, the start of the process excepted."""
_START = 10.0
_MOST_ANSWER = 2_000_000
_LONGEST_FILE = 100_000


class TemplateError(Exception):
    """A template could not be filled in; the text says why."""


class Template:
    """A template (its text, or the file that is read for each message) with its process. ``html``: values are escaped.
    For one thread."""

    def __init__(self, source: str | Path, *, html: bool) -> None:
        self._source = source
        self._html = html
        self._process: subprocess.Popen[bytes] | None = None

    def fill(self, rendered: Rendered) -> str:
        """The message's text (or HTML). Raises :class:`TemplateError` within a few seconds, whatever the template."""
        request = {"template": self._text(), "html": self._html, "values": values_of(rendered)}
        fresh = self._process is None or self._process.poll() is not None
        if fresh:
            self.close()
            self._process = _start()
        assert self._process is not None  # noqa: S101 - just started
        try:
            answer = _ask(self._process, json.dumps(request).encode() + b"\n", SECONDS + _START * fresh)
        except TemplateError:
            self.close()
            raise
        if "error" in answer:
            raise TemplateError(answer["error"])
        return str(answer["text"])

    def _text(self) -> str:
        if isinstance(self._source, str):
            return self._source
        try:
            with self._source.open("rb") as file:
                text = file.read(_LONGEST_FILE + 1)
            if len(text) > _LONGEST_FILE:
                raise TemplateError(f"{self._source} is longer than {_LONGEST_FILE:,} bytes")
            return text.decode("utf-8")
        except OSError as error:
            raise TemplateError(f"{self._source} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise TemplateError(f"{self._source} is not UTF-8 text") from error

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):  # of what it did not read any more
                        pipe.close()


def values_of(rendered: Rendered) -> dict[str, Any]:
    """What templates may name: ``docs/alerts.md`` lists it."""
    return {
        "subject": rendered.subject,
        "text": rendered.text,
        "kind": rendered.message.kind,
        "channel": rendered.message.channel,
        "total": len(rendered.entries) + rendered.omitted,
        "omitted": rendered.omitted,
        "entries": [
            {
                "kind": entry.kind.value,
                "label": entry.label,
                "source": entry.source,
                "title": entry.title,
                "date": entry.date,
                "url": entry.url,
                "summary": entry.summary,
                "detail": entry.detail,
                "edits": [{"field": edit.field, "old": edit.old, "new": edit.new} for edit in entry.edits],
            }
            for entry in rendered.entries
        ],
    }


def _start() -> subprocess.Popen[bytes]:
    root = str(Path(__file__).resolve().parents[1])
    environ = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": root, "PYTHONUTF8": "1"}
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "scheduler.template_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environ,
            cwd="/",
        )
    except OSError as error:
        raise TemplateError(f"no process for it: {error.strerror}") from error


def _ask(process: subprocess.Popen[bytes], request: bytes, seconds: float) -> dict[str, Any]:
    assert process.stdin is not None  # noqa: S101 - both are pipes
    assert process.stdout is not None  # noqa: S101
    end, said = time.monotonic() + seconds, b""
    try:
        process.stdin.write(request)
        process.stdin.flush()
    except OSError as error:
        raise TemplateError("its process has ended") from error
    output = process.stdout.fileno()
    ready = select.poll()  # select() takes no descriptor beyond 1,023
    ready.register(output, select.POLLIN)
    while not said.endswith(b"\n"):
        left = end - time.monotonic()
        if left <= 0 or not ready.poll(left * 1000):
            raise TemplateError(f"it took more than {SECONDS:.0f} s")
        piece = os.read(output, 65_536)
        if not piece:
            raise TemplateError("it ended its process")
        said += piece
        if len(said) > _MOST_ANSWER:
            raise TemplateError("it gives too much")
    answer: dict[str, Any] = json.loads(said)
    return answer
