"""From what the configuration says to what the layers below take. Pure but for revealing secrets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta, tzinfo
from zoneinfo import ZoneInfo

from tzlocal import get_localzone

from presswatch.config import AUTO, ChannelConfig, Config, SourceConfig
from presswatch.config.model import Auth, PostConfig
from presswatch.config.storage import require_own_file
from presswatch.secrets import Secret
from scheduler.cadence import CadenceOptions
from scheduler.channels import ChannelSpec
from scheduler.heartbeat import Switch
from scheduler.messages import TellingPlan
from scheduler.outbox_options import DeliveryPolicy, OutboxOptions
from scheduler.render import RenderOptions
from scheduler.rules import DEFAULT_RULE, Rule
from scheduler.timing import Timing, render_quiet
from scheduler.websub_options import WebSubOptions
from scraper.asking import Post, RequestBook, SourceRequests, basic_credentials
from scraper.check import CheckOptions
from scraper.errors import ConfigError
from scraper.fetch import Limits
from scraper.proxy import Proxy
from scraper.settings import USER_AGENT
from scraper.store.retention import Retention
from scraper.store.sources import SourceSpec


def source_spec(source: SourceConfig) -> SourceSpec:
    """A configured source as the store keeps it."""
    return SourceSpec(
        source_key=source.id,
        slug=source.slug,
        name=source.name,
        url=source.url,
        tags=source.tags,
        every=None if isinstance(source.every, str) else source.every,
        adaptive=source.every == AUTO,
        cron=source.at,
        hours=render_quiet(source.hours) if source.hours else None,
        weight=source.weight,
        timezone=source.timezone,
        language=source.language,
        follow=source.follow,
        paused=source.paused,
        recipe=source.recipe,
        requests=_told_apart(source),
    )


def _told_apart(source: SourceConfig) -> str:
    """How its pages are asked for, without secrets: of these only where they come from."""
    said = (source.headers, source.auth, source.post, source.cookies, source.proxy, source.browser, source.screenshot)
    return repr(said)


def require_own_programs(config: Config) -> None:
    """Raise :class:`scraper.errors.ConfigError` for a configuration that names a browser or a recipe's function in a
    file that others can write; channels see to themselves (:func:`channel_spec`)."""
    if config.settings.chromium is not None:
        require_own_file(config.path, key="presswatch.chromium")
    for source in config.sources:
        require_own_hook(config, source)


def require_own_hook(config: Config, source: SourceConfig) -> None:
    """As :func:`require_own_programs`, for one source."""
    if source.recipe is not None and source.recipe.hook is not None:
        require_own_file(config.path, key=f"sources.{source.slug}.recipe.hook")


def check_options(config: Config) -> CheckOptions:
    """Manners and bounds of checks."""
    settings = config.settings
    agent = USER_AGENT
    if settings.contact:
        agent = f"{USER_AGENT.partition(' ')[0]} (+{settings.contact})"
    seconds = settings.timeout.total_seconds()
    return CheckOptions(
        user_agent=agent,
        spacing=settings.site_spacing,
        limits=Limits(seconds=seconds, total_seconds=min(seconds * 1.5, 40.0)),
    )


def switch(config: Config, environ: Mapping[str, str]) -> Switch | None:
    """The dead man's switch that is told that the service works, if there is one. Raises
    :class:`scraper.errors.ConfigError`."""
    settings = config.settings
    return Switch(settings.heartbeat.reveal(environ), settings.heartbeat_every) if settings.heartbeat else None


def cadence_options(config: Config) -> CadenceOptions:
    """How often to look."""
    settings = config.settings
    return CadenceOptions(
        every=None if isinstance(settings.every, str) else settings.every,
        budget=settings.budget,
        retry_first=settings.retry_first,
        retry_max=settings.retry_max,
        zone=ZoneInfo(settings.timezone) if settings.timezone else get_localzone(),
        site_budgets={site.name: site.looks_a_day for site in config.sites},
    )


def retention(config: Config) -> Retention:
    """How long the bytes of answers are kept."""
    settings = config.settings
    return Retention(
        evidence=settings.keep_evidence,
        suspect=settings.keep_suspect,
        baseline=settings.keep_baseline,
        screenshot=settings.keep_screenshots,
    )


def websub_options(config: Config) -> WebSubOptions | None:
    """Where hubs call, if they may."""
    websub = config.settings.websub
    if websub is None:
        return None
    host, port = websub.place
    options = check_options(config)
    return WebSubOptions(host, port, websub.callback, options.user_agent, options.limits.seconds)


def request_book(config: Config, environ: Mapping[str, str]) -> RequestBook:
    """How each source is asked for, secrets revealed. Raises :class:`scraper.errors.ConfigError`."""
    return RequestBook(
        {source.id: (source_spec(source).digest, _requests_of(source, environ)) for source in config.sources}
    )


def _requests_of(source: SourceConfig, environ: Mapping[str, str]) -> SourceRequests:
    headers = {name: value.reveal(environ) for name, value in source.headers}
    if source.auth is not None:
        headers["Authorization"] = _authorization(source, source.auth, environ)
    return SourceRequests(
        headers=headers,
        post=_post(source.post, environ) if source.post else None,
        cookies=source.cookies,
        language=source.language,
        proxy=_proxy(source, source.proxy, environ) if source.proxy else None,
        browser=source.browser,
        screenshot=source.screenshot,
    )


def _authorization(source: SourceConfig, auth: Auth, environ: Mapping[str, str]) -> str:
    if auth.token is not None:
        return f"Bearer {auth.token.reveal(environ)}"
    user, password = (value.reveal(environ) if value else "" for value in (auth.user, auth.password))
    try:
        return basic_credentials(user, password)
    except ValueError as error:
        raise ConfigError(str(error), key=f"sources.{source.slug}.auth.user") from error


def _post(post: PostConfig, environ: Mapping[str, str]) -> Post:
    if post.json is not None:
        return Post(content=post.json.reveal(environ).encode(), content_type="application/json", first=post.first)
    return Post(tuple((name, value.reveal(environ)) for name, value in post.form), first=post.first)


def _proxy(source: SourceConfig, proxy: Secret, environ: Mapping[str, str]) -> Proxy:
    try:
        return Proxy.parse(proxy.reveal(environ))
    except ConfigError as error:
        raise ConfigError(str(error), key=f"sources.{source.slug}.proxy") from error


def telling_plan(config: Config) -> TellingPlan:
    """Whom to tell what."""
    rules = tuple(
        Rule(
            name=rule.name,
            channels=rule.channels,
            sources=rule.sources,
            tags=rule.tags,
            kinds=frozenset(rule.kinds),
            keywords=rule.keywords,
            patterns=rule.patterns,
            authors=rule.authors,
            languages=rule.languages,
            digest=rule.digest,
            quiet=rule.quiet,
            at_once=rule.at_once,
            redesigns=rule.redesigns,
        )
        for rule in config.rules
    )
    return TellingPlan(
        channels=tuple(channel.name for channel in config.channels),
        rules=rules or (DEFAULT_RULE,),
        of_source={source.id: source.channels for source in config.sources if source.channels is not None},
        burst=config.settings.burst,
        timings={
            channel.name: Timing(channel.digest, channel.quiet, zone_of(config, channel)) for channel in config.channels
        },
    )


def written_rules(config: Config) -> tuple[Rule, ...]:
    """The rules that somebody wrote, without those that hold where none are: each has a feed."""
    written = {rule.name for rule in config.rules if not rule.implied}
    return tuple(rule for rule in telling_plan(config).rules if rule.name in written)


def zone_of(config: Config, channel: ChannelConfig | None) -> tzinfo:
    """The zone in which a channel's reader lives: its own, else that of the settings, else the machine's."""
    name = (channel.timezone if channel else None) or config.settings.timezone
    return ZoneInfo(name) if name else get_localzone()


def channel_spec(config: Config, channel: ChannelConfig, environ: Mapping[str, str]) -> ChannelSpec:
    """A channel with its secrets revealed. Raises :class:`scraper.errors.ConfigError`, also for a command in a file
    that others can write."""
    if channel.type == "command":
        require_own_file(config.path, key=f"channels.{channel.name}.command")
    return ChannelSpec(
        name=channel.name,
        kind=channel.type,
        url=channel.url.reveal(environ) if channel.url else None,
        secret=channel.secret.reveal(environ) if channel.secret else None,
        path=channel.path,
        sender=channel.sender,
        recipients=channel.recipients,
        command=channel.command,
        timeout=channel.timeout,
    )


def outbox_options(config: Config) -> OutboxOptions:
    """How each channel is treated."""
    return OutboxOptions(
        policies={channel.name: _delivery_policy(channel) for channel in config.channels},
        renderings={channel.name: channel_rendering(config, channel) for channel in config.channels},
        templates={channel.name: channel.template for channel in config.channels if channel.template is not None},
    )


def console_rendering(config: Config) -> RenderOptions:
    """How messages look in the terminal: as the first channel of that kind has them, if there is one."""
    return channel_rendering(config, next((channel for channel in config.channels if channel.type == "console"), None))


def channel_rendering(config: Config, channel: ChannelConfig | None) -> RenderOptions:
    """How messages to a channel look; ``None``: to one without settings of its own."""
    language = (channel.language if channel else None) or config.settings.language
    return RenderOptions(language=language, zone=zone_of(config, channel))


def _delivery_policy(channel: ChannelConfig) -> DeliveryPolicy:
    return DeliveryPolicy(
        retry_first=channel.retry_first,
        retry_max=channel.retry_max,
        give_up=channel.give_up,
        deadline=channel.timeout * 2 + timedelta(seconds=20),
        rate=channel.rate,
        paused=channel.paused,
    )
