"""The bytes of answers that led to changes, compressed, named by their SHA-256, beside the database.

A file is complete before the row that names it is committed (written aside, synced, renamed); files that no row names
are left over from a crash and may be collected.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

RetentionClass = Literal["evidence", "suspect", "baseline", "screenshot"]
"""What a capture is kept as, and thereby for how long (:mod:`scraper.store.retention`)."""


SUFFIX: Final = ".zst"
UNFINISHED: Final = ".new-"
"""How the name of a file begins that is not whole yet."""
_LEVEL: Final = 1
"""Of compression: a quarter of the time that gzip takes at its level 3, and smaller files."""
_MOST_BYTES: Final = 100_000_000
"""No body and no picture is larger: a file that claims to be is damaged, or was made by somebody else."""
MOST_STORED: Final = _MOST_BYTES + _MOST_BYTES // 128
"""What cannot be compressed grows by up to a 256th (``ZSTD_COMPRESSBOUND``)."""


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
    return directory / sha256[:2] / f"{sha256}{SUFFIX}"


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
    try:
        stored = path.stat().st_size
    except FileNotFoundError:
        packed = zstd.compress(body, _LEVEL)
        _write(path, packed)
        stored = len(packed)
    return Capture(sha256, len(body), stored, content_type, url, retention)


def _write(path: Path, data: bytes) -> None:
    """A file under its name when it is whole and on the disk, readable by its owner."""
    unfinished = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
    try:
        handle = _create(unfinished)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = _create(unfinished)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
        unfinished.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise


def _create(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def read_capture(directory: Path, sha256: str) -> bytes:
    """The body with this digest. Raises ``FileNotFoundError`` if it was retired, ``OSError`` if it is damaged."""
    data = capture_path(directory, sha256).read_bytes()
    try:
        unpacked = zstd.ZstdDecompressor()
        body = unpacked.decompress(data, _MOST_BYTES)
    except zstd.ZstdError as error:
        raise OSError(f"a damaged capture: {error}") from error
    if not unpacked.eof:
        raise OSError("a damaged capture: it is cut off or too large")
    return body
