"""Reading the configuration: text in, values out, or every mistake at once."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from presswatch.config.consistency import check_references
from presswatch.config.fields import DOCUMENT
from presswatch.config.model import ChannelConfig, Config, RuleConfig, Settings, SiteConfig, SourceConfig
from presswatch.config.problems import InvalidConfigError, Problem, Problems, did_you_mean
from presswatch.config.texts import LANGUAGE, SHORTEST_EVERY, TIMEZONE
from scheduler.timing import shortest_gap
from scraper.durations import render_duration
from scraper.errors import ConfigError
from scraper.slugs import slugify
from scraper.urls import origin_of, site_of

MAX_FILE_BYTES = 20_000_000
IsOpened = Callable[[str], bool]
_LINE = re.compile(r"\(at line (\d+)")


def nothing_opened(url: str) -> bool:  # noqa: ARG001  # the policy of an operator who opened nothing
    """Whether the operator has opened this address: no."""
    return False


def load_config(path: Path, *, environ: Mapping[str, str], is_opened: IsOpened = nothing_opened) -> Config:
    """Read and parse the file. Raises :class:`ConfigError` where it cannot be read, see also :func:`parse_config`."""
    return parse_config(read_config_text(path), path=path, environ=environ, is_opened=is_opened)


def read_config_text(path: Path) -> str:
    """The text of the file. Raises :class:`ConfigError`."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise ConfigError("does not exist; presswatch init writes one", path=path) from error
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", path=path) from error
    if len(content) > MAX_FILE_BYTES:
        raise ConfigError(f"is larger than {MAX_FILE_BYTES // 1_000_000} MB", path=path)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"line {line}: is not UTF-8 text; save the file as UTF-8", path=path) from error


def parse_config(text: str, *, path: Path, environ: Mapping[str, str], is_opened: IsOpened = nothing_opened) -> Config:
    """The configuration that a TOML text says.

    ``path`` is the file it comes from: named in errors, and its folder is where relative paths are meant from.
    ``environ`` gives the defaults of language and zone (``LC_ALL``, ``LC_TIME``, ``LANG``, ``TZ``) and the meaning of
    ``~``; secrets are not read. ``is_opened`` says whether the operator has opened a URL's address, where sources may
    be looked at more often than every five minutes.

    Raises :class:`InvalidConfigError` (a :class:`ConfigError`) that lists every mistake found.
    """
    try:
        raw = tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError, and what Python says of a number with thousands of digits
        raise InvalidConfigError([_syntax_problem(error, text)], path=path) from error
    except RecursionError as error:
        raise InvalidConfigError([Problem("", "is nested too deeply")], path=path) from error
    problems = Problems()
    config = _interpret(raw, path, environ, is_opened, problems)
    problems.raise_if_any(path=path, text=text)
    return config


def find_mistakes(
    raw: Mapping[str, Any], *, path: Path, environ: Mapping[str, str], is_opened: IsOpened = nothing_opened
) -> tuple[Problem, ...]:
    """What :func:`parse_config` would find wrong with a text that has these plain values."""
    problems = Problems()
    _interpret(raw, path, environ, is_opened, problems)
    return problems.found


def _interpret(
    raw: Mapping[str, Any], path: Path, environ: Mapping[str, str], is_opened: IsOpened, problems: Problems
) -> Config:
    """The configuration, of no use if there are problems afterwards."""
    values = DOCUMENT.read(raw, "", problems)
    check_references(raw, problems)
    if values is None:
        return Config(path)
    config = _build(values, path, environ, problems)
    _check_intervals(config, is_opened, problems)
    return config


def _syntax_problem(error: ValueError, text: str) -> Problem:
    message = str(error)
    line = _LINE.search(message)
    said = message[: line.start()].rstrip() if line else message
    number = int(line[1]) if line else None
    if number is not None and said == "Cannot overwrite a value":
        key, equals, _ = text.split("\n")[number - 1].partition("=")
        if equals:
            return Problem("", f"{key.strip()[:100]} is set twice in its table; keep one of them", number)
    return Problem("", f"is not TOML: {said}", number)


def _build(values: dict[str, Any], path: Path, environ: Mapping[str, str], problems: Problems) -> Config:
    settings = Settings(**{**_environment_defaults(environ), **values.get("presswatch", {})})
    if settings.retry_first > settings.retry_max:
        problems.add("presswatch.retry_first", "is longer than retry_max; make it shorter")
    channels = tuple(
        _build_channel(name, content, path, environ, problems) for name, content in values.get("channels", ())
    )
    sources = tuple(_build_source(content) for content in values.get("sources", ()))
    sites = tuple(SiteConfig(name, **content) for name, content in values.get("sites", ()))
    _check_names(sources, problems)
    _check_times(sources, problems)
    _check_posts(sources, problems)
    rules = _build_rules(values.get("rules", ()), sources, problems)
    config = Config(path, settings, sources, channels, rules + _implied_rules(rules, sources), sites)
    _check_sites(config, problems)
    return config


def _environment_defaults(environ: Mapping[str, str]) -> dict[str, str]:
    """What the environment says of language and zone, as far as it makes sense."""
    found: dict[str, str] = {}
    language = next((environ[name] for name in ("LC_ALL", "LC_TIME", "LANG") if environ.get(name)), "")
    for name, kind, said in (
        ("language", LANGUAGE, language.partition(".")[0].partition("@")[0]),
        ("timezone", TIMEZONE, environ.get("TZ", "").removeprefix(":")),
    ):
        ignored = Problems()
        value = kind.read(said, name, ignored) if said != "POSIX" else None
        if value:
            found[name] = value
    return found


def _build_channel(
    name: str, content: dict[str, Any], config_path: Path, environ: Mapping[str, str], problems: Problems
) -> ChannelConfig:
    values = dict(content)
    for key in ("path", "template"):
        if key in values:
            said = values[key]
            if said.startswith("~/") and environ.get("HOME"):
                said = environ["HOME"] + said[1:]
            values[key] = config_path.parent.absolute() / said
    channel = ChannelConfig(name=name, **values)
    if channel.retry_first > channel.retry_max:
        problems.add(f"channels.{name}.retry_first", "is longer than retry_max; make it shorter")
    return channel


def _build_source(content: dict[str, Any]) -> SourceConfig:
    slug = content.get("slug") or slugify(content["id"])
    values = {**content, "slug": slug, "name": content.get("name", slug)}
    if recipe := content.get("recipe"):
        values["recipe"] = replace(recipe, language=content.get("language"), timezone=content.get("timezone"))
    return SourceConfig(**values)


def _check_names(sources: tuple[SourceConfig, ...], problems: Problems) -> None:
    """Each id and each slug names one source, so that a command's word never means two."""
    owners: dict[str, int] = {}
    for place, source in enumerate(sources, 1):
        for name, key in {source.slug: "slug", source.id: "id"}.items():
            owner = owners.setdefault(name, place)
            if owner != place:
                problems.add(
                    f"sources[{place}].{key}", f"{name!r} is already the name of sources[{owner}]; choose another"
                )


def _build_rules(
    contents: tuple[dict[str, Any], ...], sources: tuple[SourceConfig, ...], problems: Problems
) -> tuple[RuleConfig, ...]:
    ids = {name: source.id for source in sources for name in (source.slug, source.id)}
    seen: dict[str, int] = {}
    rules = []
    for place, content in enumerate(contents, 1):
        named = content.get("sources", ())
        if seen.setdefault(content["name"], place) != place:
            problems.add(f"rules[{place}].name", f"{content['name']!r} is already the name of another rule")
        rule = RuleConfig(**content)
        if rule.sources is not None:
            rule = replace(rule, sources=tuple(dict.fromkeys(ids[name] for name in named if name in ids)))
        if rule.at_once and (rule.digest is not None or rule.quiet is not None):
            problems.add(f"rules[{place}].at_once", "contradicts the digest or the quiet hours of the rule; keep one")
        rules.append(rule)
    return tuple(rules)


def _implied_rules(rules: tuple[RuleConfig, ...], sources: tuple[SourceConfig, ...]) -> tuple[RuleConfig, ...]:
    """Without rules, one for all. With rules, one for each source with channels of its own that no rule would tell:
    a channel that is named for a source must not stay silent."""
    if not rules:
        return (RuleConfig("default", implied=True),)
    open_rules = [rule for rule in rules if rule.channels is None]
    return tuple(
        RuleConfig(f"source:{source.id}", channels=source.channels, sources=(source.id,), implied=True)
        for source in sources
        if source.channels and not any(rule.selects(source) for rule in open_rules)
    )


def _check_times(sources: tuple[SourceConfig, ...], problems: Problems) -> None:
    for place, source in enumerate(sources, 1):
        if source.at is not None and source.every is not None:
            problems.add(f"sources[{place}].at", "contradicts every; keep one of them")


def _check_posts(sources: tuple[SourceConfig, ...], problems: Problems) -> None:
    for place, source in enumerate(sources, 1):
        if source.post and source.post.first and origin_of(source.post.first) != origin_of(source.url):
            problems.add(f"sources[{place}].post.first", "is at another origin than url, where the form is not sent")
        if source.auth is not None and any(name.lower() == "authorization" for name, _ in source.headers):
            problems.add(f"sources[{place}].auth", "contradicts the header Authorization; keep one of them")


def _check_sites(config: Config, problems: Problems) -> None:
    """Each site is one that is watched, and its budget suffices for the intervals that people fixed and for a look a
    day at each of the others: less often nothing is looked at."""
    if not config.sites:  # the list of public suffixes takes a while to load
        return
    at_site: dict[str, list[SourceConfig]] = {}
    for source in config.sources:
        at_site.setdefault(site_of(source.url), []).append(source)
    for site in config.sites:
        key = f"sites.{site.name}"
        if site.name not in at_site:
            usual = site_of(f"https://{site.name}")
            near = f"; write {usual}" if usual in at_site else did_you_mean(site.name, at_site)
            problems.add(key, f"no source is at this site{near}")
            continue
        least = sum(_looks_a_day(config, source) for source in at_site[site.name] if not source.paused)
        if least > site.looks_a_day:
            problems.add(
                f"{key}.budget",
                f"is {site.looks_a_day:.6g} looks a day, but its sources take {math.ceil(least)} at least: their fixed "
                "intervals, and one a day for each of the others",
            )


def _looks_a_day(config: Config, source: SourceConfig) -> float:
    """How often a source is looked at, at least. What a cron expression names is not counted, nor what active hours
    leave of an interval."""
    every = config.interval(source) if source.hours is None else None
    return timedelta(days=1) / every if every else 1.0


def _check_intervals(config: Config, is_opened: IsOpened, problems: Problems) -> None:
    said: set[str] = set()
    for place, source in enumerate(config.sources, 1):
        remedy = (
            f"write {render_duration(SHORTEST_EVERY)} or more, or open the address, if it is your own, for every "
            f"presswatch that reads this file: PRESSWATCH_ALLOW_PRIVATE={_place_of(source.url)}"
        )
        for key, found in _too_often(config, source):
            if key in said or is_opened(source.url):
                continue
            if key.startswith("presswatch."):
                said.add(key)
                problems.add(key, f"{found} is too often for sources[{place}] ({source.slug}), a public site; {remedy}")
            else:
                problems.add(f"sources[{place}].{key}", f"{found} is too often for a public site; {remedy}")


def _place_of(url: str) -> str:
    """Host and port, as an opening names them."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def _too_often(config: Config, source: SourceConfig) -> Iterator[tuple[str, str]]:
    """The keys that have ``source`` looked at more often than a public site is, and what they say."""
    every, gap = config.interval(source), shortest_gap(source.at) if source.at is not None else None
    if every is not None and every < SHORTEST_EVERY:
        yield "every" if source.every is not None else "presswatch.every", render_duration(every)
    if gap is not None and gap < SHORTEST_EVERY:
        yield "at", f"{render_duration(gap)} between two looks"
    if config.settings.retry_first < SHORTEST_EVERY:
        yield "presswatch.retry_first", render_duration(config.settings.retry_first)
