"""URLs: resolving what a page says, one canonical form for identity, the site a URL belongs to.

All functions are pure and never raise on bad input: one broken ``href`` costs one entry, not the page.
"""

from __future__ import annotations

import ipaddress
import re
from functools import cache, lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

MAX_URL = 4_000
"""Characters of a URL that are kept at the most; a longer one is no link."""

_STRIPPED = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u2069\ufeff]")
_NO_HOST = re.compile(r"""[\x00-\x20\x7f-\xa0"%<>\\^|\u200b-\u200f\u2028-\u202f\u2060-\u2069\ufeff@]""")
"""What no host name has (WHATWG URL, "forbidden domain code point", and what is invisible)."""
_ABSOLUTE = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//")
_SURROGATES = re.compile("[\ud800-\udfff]")
# What is resolved to itself: nearly every link of nearly every page. No dot segments, and no port that could be wrong.
_PLAIN_REST = r"(?:/(?![./])[A-Za-z0-9%!$&'()*+,=~._-]*)*+/?(?:\?[A-Za-z0-9%!$&'()*+,=~._/:@?-]+)?"
_PLAIN_PORT = r"(?::(?:[1-9]|[1-5][0-9])[0-9]{3})?"
_PLAIN_HOST = rf"[a-z0-9]++(?:[.-][a-z0-9]++)*+{_PLAIN_PORT}"
_PLAIN = re.compile(rf"https?://{_PLAIN_HOST}(?=/){_PLAIN_REST}")
_PLAIN_PATH = re.compile(rf"(?=/){_PLAIN_REST}")
_PLAIN_ORIGIN = re.compile(rf"(https?://{_PLAIN_HOST})(?=[/?#]|$)")
_EDGE = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f \x1f\xa0"

# Parameters that say how somebody came to a page, never which page it is. Prefixes first, then whole names.
_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "at_campaign", "at_medium", "wt_mc", "ga_")
_TRACKING = frozenset(
    "fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh mc_cid mc_eid mkt_tok oly_anon_id "
    "oly_enc_id _hsenc _hsmi __hssc __hstc __hsfp vero_id vero_conv s_kwcid ef_id wickedid rb_clickid spm scm _ga _gl "
    "cmpid ncid ocid sr_share xtor ns_mchannel ns_source ns_campaign ns_linkname echobox ref_src ref_url".split()
)
_SESSION = frozenset(
    "phpsessid jsessionid aspsessionid asp.net_sessionid sid sessid session sessionid session_id zenid oscsid cfid "
    "cftoken s_id phpsid".split()
)
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
_COOKIELESS = re.compile(r"/\((?:[AFSX]\([\w\-=.]{0,400}\)){1,4}\)(?=/|$)", re.ASCII)
"""ASP.NET's sessions without cookies: ``/(S(lit3py55t21z5v55vlm25s55))/news``."""
_TOKEN = re.compile(r"^[0-9a-zA-Z_\-.!]{16,}$")
_INDEX_PAGE = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_UNRESERVED = "-._~!$'()*,;:@/"
# What only loses its scheme, "www." and trailing slash: nearly every address. It has no query and no session.
_PLAIN_CANONICAL = re.compile(
    rf"https?://(?:www\.)?((?:[a-z0-9-]++\.)*+[a-z0-9-]++{_PLAIN_PORT}(?:/[A-Za-z0-9._~!$'*,:@&=+-]++)*+)(/?)"
)


@lru_cache(maxsize=64)
def _plain_origin(base: str) -> str:
    """Scheme and host of an address if they stand as they are resolved, else empty."""
    found = _PLAIN_ORIGIN.match(base) if len(base) <= MAX_URL // 2 else None
    return found[1] if found else ""


def resolve_url(base: str, href: str) -> str | None:
    """The absolute http(s) URL that ``href`` means on the page ``base``; ``None`` for anything else.

    Tabs and newlines inside are dropped as browsers do (WHATWG URL, "basic URL parser"); the publisher's spelling is
    kept otherwise. Credentials, backslashes and control characters in the authority, and missing hosts are refused:
    they are never a news item's address and have been used to make two parsers see two hosts.
    """
    if not href or len(href) > MAX_URL * 2:
        return None
    if len(href) <= MAX_URL // 2:
        if _PLAIN.fullmatch(href):
            return href
        if _PLAIN_PATH.fullmatch(href) and (origin := _plain_origin(base)):
            return origin + href
    try:
        href = re.sub(r"[\t\r\n]", "", href.strip(_EDGE))
        url = urljoin(base, href)
        if not url.isascii():
            url = _SURROGATES.sub("\ufffd", url)  # as the URL standard does: a lone one has no encoding
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or _NO_HOST.search(parts.netloc):
        return None
    path = quote(_STRIPPED.sub(_escape, parts.path).replace("\\", "/"), safe="/%:@!$&'()*+,;=~-._") or "/"
    query = _STRIPPED.sub(_escape, parts.query)
    fragment = _STRIPPED.sub(_escape, parts.fragment)
    url = urlunsplit((parts.scheme.lower(), parts.netloc.lower(), path, query, fragment))
    return url if len(url) <= MAX_URL else None


def _escape(found: re.Match[str]) -> str:
    return quote(found.group(), safe="")


@lru_cache(maxsize=8_192)
def canonicalize_url(url: str) -> str:
    """The form by which two spellings of one address are recognised as one. For comparison only, never fetched.

    Drops scheme, ``www.``, default port, fragment (but not a ``#!`` or ``#/`` route), tracking parameters, session
    ids, index pages, the trailing slash and doubled slashes; sorts the query; normalises percent-encoding
    (RFC 3986 6.2.2). Applying it twice equals applying it once.
    """
    plain = _PLAIN_CANONICAL.fullmatch(url)
    if plain and (plain[2] or not _INDEX_PAGE.search(plain[1])):
        return plain[1]
    return _canonicalize_oddly_spelt(url)


def _canonicalize_oddly_spelt(url: str) -> str:
    if not url.isascii():
        url = _SURROGATES.sub("\ufffd", url)
    try:
        url = url.strip()
        parts = urlsplit(url if _ABSOLUTE.match(url) else f"//{url}")
        host = (parts.hostname or "").strip().rstrip(".").removeprefix("www.")
        port = parts.port
    except ValueError:
        return url.strip()
    try:
        host = host.encode("ascii").decode() if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        host = host.lower()
    netloc = f"[{host}]" if ":" in host else host
    if port and port not in (80, 443):
        netloc += f":{port}"
    path = _requote(_COOKIELESS.sub("", _PATH_SESSION.sub("", parts.path)))
    path = re.sub(r"/{2,}", "/", path)
    path = _INDEX_PAGE.sub("/", path).rstrip("/")
    query = urlencode(sorted(_kept_parameters(parts.query)), quote_via=quote, safe=_UNRESERVED)
    fragment = f"#{parts.fragment}" if parts.fragment.startswith(("!", "/")) and len(parts.fragment) > 1 else ""
    return netloc + path + (f"?{query}" if query else "") + fragment


def _kept_parameters(query: str) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_URL)
    except ValueError:
        return [(query, "")]
    kept = []
    for name, value in pairs:
        low = name.lower().removeprefix("amp;")
        if low in _TRACKING or low.startswith(_TRACKING_PREFIXES):
            continue
        if low in _SESSION and (low not in ("sid", "session", "s_id") or _TOKEN.match(value)):
            continue
        kept.append((name.removeprefix("amp;"), value))
    return kept


def _requote(path: str) -> str:
    """Percent-encoding in one form. A slash or percent sign that was encoded stays so: decoding it would make another
    address of it, and another one the next time."""
    parts = re.split(r"(%2[fF]|%25)", path)
    return "".join(
        part.upper()
        if index % 2
        else quote(
            unquote(part, errors="surrogateescape"), safe="/%" + _UNRESERVED + "&=+", errors="surrogateescape"
        ).replace("%25", "%")
        if "%" not in unquote(part, errors="surrogateescape")
        else part
        for index, part in enumerate(parts)
    )


@lru_cache(maxsize=20_000)
def _registrable(host: str) -> str:
    found: str = _split_host()(host).top_domain_under_public_suffix
    return found or host


@cache
def _split_host() -> Any:
    """The list bundled with the package: a lookup never leaves the machine. Imported when it is first needed: it brings
    along an HTTP client that is never used."""
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@lru_cache(maxsize=20_000)
def site_of(url: str) -> str:
    """The unit of politeness: the registrable domain (bundled public suffix list, private suffixes included).

    An IP address or a name without a public suffix is its own site, together with its port.
    """
    _, host, port = _whereabouts(url)
    if "." in host and not is_literal(host):
        return _registrable(host)
    return _authority(host, port) if port else ""


@lru_cache(maxsize=20_000)
def origin_of(url: str) -> str:
    """Scheme, host and port in one spelling (RFC 6454): ``https://example.org:443``. Empty for what is no URL."""
    scheme, host, port = _whereabouts(url)
    return f"{scheme}://{_authority(host, port)}" if host else ""


def is_literal(host: str) -> bool:
    """Whether a host is a numeric address, as it stands in a URL or an address of a socket (with a zone, if it is of
    IPv6)."""
    try:
        ipaddress.ip_address(host.strip("[]").partition("%")[0] if ":" in host else host)
    except ValueError:
        return False
    return True


def _whereabouts(url: str) -> tuple[str, str, int]:
    """Scheme, host and port; all empty, and 0, for what is no URL."""
    try:
        parts = urlsplit(url)
        return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return "", "", 0


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
