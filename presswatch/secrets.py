"""Values that nobody may read by accident: where they come from, and how they are kept out of what is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from scraper.errors import ConfigError

MASK = "***"
MAX_SECRET_BYTES = 64 * 1024
_WHOLE = re.compile(r"(env|keyring):.+|file:(?!//).+", re.DOTALL)
_EMBEDDED = re.compile(r"\$\{((?:env:|keyring:|file:(?!//))[^{}]{1,1000})\}")
_TELLING_NAMES = re.compile(
    r"token|secret|passw|pwd|^key$|api_?key|auth|sig(nature)?$|session|credential", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A configured value that may be secret, read only when it is needed.

    ``text`` is what the file says: the value itself; or ``env:NAME``, ``file:/path`` (without its last newline) or
    ``keyring:service/user``; or a text with such references in it, as in ``mailtos://me:${env:MAIL_PASSWORD}@host``.
    ``str`` and ``repr`` never show a value.
    """

    text: str

    @property
    def references(self) -> tuple[str, ...]:
        """The references in it; empty if the file holds the value itself."""
        return (self.text,) if _WHOLE.fullmatch(self.text) else tuple(_EMBEDDED.findall(self.text))

    def reveal(self, environ: Mapping[str, str]) -> str:
        """The value. Raises :class:`ConfigError` where a reference leads nowhere."""
        if _WHOLE.fullmatch(self.text):
            return _look_up(self.text, environ)
        return _EMBEDDED.sub(lambda found: _look_up(found[1], environ), self.text)

    def __str__(self) -> str:
        """Where the value comes from; ``***`` stands for what the file itself says."""
        references = self.references
        if references == (self.text,):
            return self.text
        return " ".join((MASK, *references))

    def __repr__(self) -> str:
        return f"Secret({self})"


def _look_up(reference: str, environ: Mapping[str, str]) -> str:
    kind, _, name = reference.partition(":")
    if kind == "env":
        if name not in environ:
            raise ConfigError(f"the environment variable {name} is not set", key=reference)
        return environ[name]
    return _read_file(name, environ) if kind == "file" else _ask_keyring(name)


def _read_file(name: str, environ: Mapping[str, str]) -> str:
    if name.startswith("~/") and environ.get("HOME"):
        name = environ["HOME"] + name[1:]
    path = Path(name)
    if not path.is_absolute():
        raise ConfigError("write the whole path of the file, beginning with / or ~/", key=f"file:{name}")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SECRET_BYTES + 1)
        value = content.decode("utf-8")
    except OSError as error:
        raise ConfigError(f"the file cannot be read: {error.strerror}", key=f"file:{name}") from error
    except UnicodeDecodeError as error:
        raise ConfigError("the file is not UTF-8 text", key=f"file:{name}") from error
    if len(content) > MAX_SECRET_BYTES:
        raise ConfigError(f"the file is longer than {MAX_SECRET_BYTES} bytes", key=f"file:{name}")
    return value.removesuffix("\n").removesuffix("\r")


def _ask_keyring(name: str) -> str:
    from importlib import import_module

    service, _, user = name.rpartition("/")
    reference = f"keyring:{name}"
    if not service or not user:
        raise ConfigError("write keyring:service/user", key=reference)
    try:
        keyring = import_module("keyring")
    except ImportError as error:
        raise ConfigError("reading a keyring needs the package keyring: pip install keyring", key=reference) from error
    try:
        value = keyring.get_password(service, user)
    except keyring.errors.KeyringError as error:
        raise ConfigError(f"the keyring did not answer: {type(error).__name__}", key=reference) from error
    if value is None:
        raise ConfigError(f"the keyring has nothing for user {user} of service {service}", key=reference)
    return str(value)


def mask_url(url: str) -> str:
    """``url`` as it may be shown. Of a web address, user name and password and the values of telling parameters
    (``token``, ``key``, ``signature`` …) go; of an Apprise URL, whose parts are all tokens or addresses, only the
    scheme stays."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return MASK
    if scheme.lower() not in ("http", "https"):
        return f"{scheme}://{MASK}"
    rest, hash_mark, fragment = rest.partition("#")
    place, question, query = rest.partition("?")
    authority, slash, path = place.partition("/")
    if "@" in authority:
        authority = f"{MASK}@{authority.rpartition('@')[2]}"
    return f"{scheme}://{authority}{slash}{path}{question}{_mask_query(query)}{hash_mark}{_mask_query(fragment)}"


def mask_target(url: str) -> str:
    """``url`` of a channel as it may be shown: of a web address only the host (the path of a webhook is its key)."""
    if not url.lower().startswith(("http://", "https://")):
        return mask_url(url)
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return MASK
    return f"{parts.scheme}://{host}" + (f"/{MASK}" if parts.path.strip("/") or parts.query else "")


def _mask_query(query: str) -> str:
    pairs = []
    for pair in query.split("&"):
        name, equals, _ = pair.partition("=")
        pairs.append(f"{name}={MASK}" if equals and _TELLING_NAMES.search(name) else pair)
    return "&".join(pairs)
