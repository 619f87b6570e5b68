"""Errors. Each carries its identifiers as attributes and reads: what, which one, caused by what."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path


class PresswatchError(Exception):
    """Base of all errors that presswatch raises on purpose. ``str(e)`` is one sentence for a person."""


class ConfigError(PresswatchError):
    """The configuration cannot be used.

    ``path`` is the file (``None`` for an environment variable or an option), ``key`` the dotted key in it.
    """

    def __init__(self, message: str, *, path: Path | None = None, key: str | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.key = key

    def __str__(self) -> str:
        where = ": ".join(str(part) for part in (self.path, self.key) if part)
        return f"{where}: {self.args[0]}" if where else str(self.args[0])


class NotFoundError(PresswatchError):
    """What the user named does not exist. ``what`` is the kind of thing, ``name`` what they called it."""

    def __init__(self, what: str, name: str, *, hint: str = "") -> None:
        super().__init__(f"no {what} named {name!r}" + (f"; {hint}" if hint else ""))
        self.what = what
        self.name = name


class CheckError(PresswatchError):
    """Ends one check, never the run. ``reason`` is one of the failure classes of :data:`scraper.types.FAILURES`."""

    def __init__(self, reason: str, message: str, *, url: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.url = url


class FetchError(CheckError):
    """No usable answer. ``status`` is ``None`` below HTTP; ``not_before`` is the server's Retry-After, if any."""

    def __init__(
        self, reason: str, message: str, *, url: str, status: int | None = None, not_before: datetime | None = None
    ) -> None:
        super().__init__(reason, message, url=url)
        self.status = status
        self.not_before = not_before


class AddressRefusedError(FetchError):
    """The address is not a global one and the operator has not opened it (``PRESSWATCH_ALLOW_PRIVATE``)."""

    def __init__(self, message: str, *, url: str) -> None:
        super().__init__("address_refused", message, url=url)


class ExtractError(CheckError):
    """The page could not be read within its bounds (time, memory, nodes), or a hand-written recipe raised."""


class LeaseLostError(PresswatchError):
    """Another process took over what this one had for itself, such as a source: what it found is not committed.
    ``what`` was taken over, and what follows from it, is for people."""

    def __init__(self, name: str, what: str | None = None) -> None:
        super().__init__(what or f"the lease {name!r} was taken over; this check is not committed")
        self.name = name


class NotConfiguredError(PresswatchError):
    """Another process configured the source ``slug``, otherwise than this one knows it: it is not asked for here."""

    def __init__(self, slug: str) -> None:
        super().__init__(
            f"{slug} is configured otherwise than this process knows; it is looked at once that is applied"
        )
        self.slug = slug


class StoreError(PresswatchError):
    """The database cannot be used, in a way a person can act on (locked, full, damaged, not ours)."""


class SchemaError(StoreError):
    """The file is not a presswatch database, or was written by a newer presswatch. It was left untouched."""


class DeliveryError(PresswatchError):
    """One attempt to send failed.

    ``retryable`` says whether another attempt can help; ``gone`` that the receiver asked to never be called again
    (HTTP 410); ``not_before`` is the receiver's Retry-After; ``received_by`` names those of several recipients that
    have the message nevertheless.
    """

    def __init__(
        self,
        message: str,
        *,
        channel: str,
        retryable: bool,
        gone: bool = False,
        status: int | None = None,
        not_before: datetime | None = None,
        received_by: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.received_by = received_by
        self.channel = channel
        self.retryable = retryable
        self.gone = gone
        self.status = status
        self.not_before = not_before
