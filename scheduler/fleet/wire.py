"""What travels between the scheduler and its workers: MessagePack (msgspec), compressed, of bounded size.

Nothing that arrives is executed or unpickled; a message of another shape is an error that names it.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, TypeVar

import msgspec

from scraper.answers import NotModified
from scraper.errors import AddressRefusedError, CheckError, ExtractError, FetchError, PresswatchError
from scraper.reading import Reading, ReadingManners, ReadRequest
from scraper.robots import RobotsRecord
from scraper.types import Access, Extraction, Page

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PROTOCOL: Final = 1
"""The version of these messages. It is part of every queue's name, so that a worker of another version is never given
a job that it cannot read; it is told apart by its :class:`Hello`, whose shape never changes but by new fields."""

MOST_BYTES: Final = 48 * 1024 * 1024
"""Of a message once unpacked: a page of ten megabytes and all that can be read from it."""
MOST_SENT: Final = 16 * 1024 * 1024
"""Of a message as it travels: RabbitMQ 4 takes no larger one unless it is told to, and closes the channel instead."""
_WORTH_PACKING: Final = 512

T = TypeVar("T")
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""What the database can hold."""


class WireError(PresswatchError):
    """A message that cannot be read, or written: another shape, or too large."""


class TooLargeError(WireError):
    """A message that no broker would take."""


class Job(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A page to be read. ``site`` is spaced by whoever reads; ``request`` has the options of its source in it, secrets
    among them; ``robots`` is what is known of the page's origin, and of those that it led to before."""

    id: str
    site: str
    request: ReadRequest
    manners: ReadingManners
    robots: tuple[RobotsRecord, ...]


class Failure(msgspec.Struct, frozen=True, array_like=True):
    """A :class:`scraper.errors.CheckError` on its way."""

    kind: Literal["fetch", "refused", "extract", "check"]
    reason: str
    message: str
    url: str
    status: int | None = None
    not_before: datetime | None = None


class Done(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What came of a job: the parts of a :class:`scraper.reading.Reading`, or why there is none.

    ``robots`` were fetched for it.
    """

    id: str
    worker: str
    spacing: timedelta
    page: Page | None = None
    not_modified: NotModified | None = None
    extraction: Extraction | None = None
    body_sha256: str | None = None
    listed: bool = False
    access: Access | None = None
    picture: bytes | None = None
    failure: Failure | None = None
    robots: tuple[RobotsRecord, ...] = ()

    def reading(self) -> Reading:
        """The reading, as if it had been made here. Raises the :class:`CheckError` that there is instead."""
        error = error_of(self.failure) if self.failure else None
        answer = self.page or self.not_modified
        if answer is None:
            raise error or WireError(f"the worker {self.worker} sent neither a page nor an error")
        return Reading(
            answer,
            self.extraction,
            error,
            body_sha256=self.body_sha256,
            listed=self.listed,
            access=self.access,
            picture=self.picture,
        )


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    """A worker says every few seconds that it lives. A map, so that other versions can read it."""

    name: str
    protocol: Count
    version: str
    host: str
    pid: Count
    started_at: Annotated[datetime, msgspec.Meta(tz=True)]
    reading: Count = 0
    done: Count = 0
    failed: Count = 0
    leaving: bool = False


class Roster(msgspec.Struct, frozen=True):
    """The names of the workers that live, as the scheduler sees them."""

    workers: tuple[str, ...]


def failure_of(error: CheckError) -> Failure:
    """``error``, to be sent."""
    if isinstance(error, FetchError):
        kind: Literal["fetch", "refused"] = "refused" if isinstance(error, AddressRefusedError) else "fetch"
        return Failure(kind, error.reason, str(error), error.url, error.status, error.not_before)
    return Failure("extract" if isinstance(error, ExtractError) else "check", error.reason, str(error), error.url)


def error_of(failure: Failure) -> CheckError:
    """The error that was sent."""
    if failure.kind == "refused":
        return AddressRefusedError(failure.message, url=failure.url)
    if failure.kind == "fetch":
        return FetchError(
            failure.reason, failure.message, url=failure.url, status=failure.status, not_before=failure.not_before
        )
    kind = ExtractError if failure.kind == "extract" else CheckError
    return kind(failure.reason, failure.message, url=failure.url)


def pack(message: msgspec.Struct) -> bytes:
    """A message as bytes; the first one says whether the rest is compressed. Raises :class:`WireError`."""
    try:
        plain = msgspec.msgpack.encode(message)
    except (TypeError, ValueError, OverflowError) as error:
        raise WireError(f"a {type(message).__name__} cannot be sent: {error}") from error
    packed = b"\x00" + plain if len(plain) < _WORTH_PACKING else b"\x01" + zstd.compress(plain, 1)
    if len(plain) > MOST_BYTES or len(packed) > MOST_SENT:
        raise TooLargeError(
            f"a {type(message).__name__} of {len(plain):,} bytes, {len(packed):,} compressed, is too large to be sent"
        )
    return packed


def unpack(data: bytes, kind: type[T]) -> T:
    """The message in ``data``. Raises :class:`WireError`."""
    try:
        plain = _inflated(data[1:]) if data[:1] == b"\x01" else data[1:]
        return msgspec.msgpack.decode(plain, type=kind)
    except (msgspec.MsgspecError, zstd.ZstdError, ValueError) as error:
        raise WireError(f"a message is no {kind.__name__}: {error}") from error


def _inflated(data: bytes) -> bytes:
    inflator = zstd.ZstdDecompressor()
    plain = inflator.decompress(data, MOST_BYTES)
    if not inflator.eof:
        raise ValueError(f"it is cut short, or larger than {MOST_BYTES:,} bytes")
    return plain
