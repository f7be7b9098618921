"""What of a configuration can only be checked with the whole program at hand: spiders and secrets."""

from __future__ import annotations

from wirewatch.config import Config


def check_whole(config: Config) -> Config:
    """``config`` itself, when its spiders exist and the files of its secrets can be read.

    Raises:
        UsageError, ConfigError: naming what is wrong.
    """
    from crawler.spiders.registry import collector_for

    for source in config.sources.values():
        if source.spider:
            collector_for(source.spider)
    config.mail_password()
    config.operator_token()
    config.channel_urls()
    config.dkim_key()
    return config
