"""The bytes of answers that led to changes, compressed, named by their SHA-256, beside the database.

A file is complete before the row that names it is committed (written aside, synced, renamed); files that no row names
are left over from a crash and may be collected.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

RetentionClass = Literal["evidence", "suspect", "baseline", "screenshot"]
"""What a capture is kept as, and thereby for how long (:mod:`scraper.store.retention`)."""


_LEVEL = 3
"""Of compression: half the time of the usual 6 for files a tenth longer."""


@dataclass(frozen=True, slots=True)
class Capture:
    """A stored answer. ``sha256`` is that of the decoded body."""

    sha256: str
    bytes: int
    stored_bytes: int
    content_type: str | None
    url: str
    retention: RetentionClass


def capture_path(directory: Path, sha256: str) -> Path:
    """Where the body with this digest is kept."""
    return directory / sha256[:2] / f"{sha256}.gz"


def write_capture(
    directory: Path,
    body: bytes,
    *,
    content_type: str | None,
    url: str,
    retention: RetentionClass,
    sha256: str | None = None,
) -> Capture:
    """Store ``body``, whose digest may be known, unless it is there already. Raises ``OSError`` (a full disk); no half
    file is left."""
    sha256 = sha256 or hashlib.sha256(body).hexdigest()
    path = capture_path(directory, sha256)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(gzip.compress(body, compresslevel=_LEVEL, mtime=0))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    return Capture(sha256, len(body), path.stat().st_size, content_type, url, retention)


def read_capture(directory: Path, sha256: str) -> bytes:
    """The body with this digest. Raises ``FileNotFoundError`` if it was retired, ``OSError`` if it is damaged."""
    with gzip.open(capture_path(directory, sha256)) as file:
        return file.read()
