"""The configuration file ``presswatch.toml``: what is to be watched, and who is to be told."""

from presswatch.config.model import (
    AUTO,
    ChannelConfig,
    ChannelType,
    Config,
    RuleConfig,
    Settings,
    SiteConfig,
    SourceConfig,
)
from presswatch.config.parse import IsOpened, load_config, nothing_opened, parse_config, read_config_text
from presswatch.config.problems import InvalidConfigError, Problem

__all__ = [
    "AUTO",
    "ChannelConfig",
    "ChannelType",
    "Config",
    "InvalidConfigError",
    "IsOpened",
    "Problem",
    "RuleConfig",
    "Settings",
    "SiteConfig",
    "SourceConfig",
    "load_config",
    "nothing_opened",
    "parse_config",
    "read_config_text",
]
