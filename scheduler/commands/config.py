"""``wirewatch config``: the configuration itself."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import yaml

from scheduler.commands.common import read_config, say, with_config
from wirewatch.config import Settings


@click.group()
def config() -> None:
    """Check, show or describe the configuration.

    \b
    wirewatch config check
    wirewatch config schema > config.schema.json
    """


@config.command()
@with_config
def check(config_file: Path | None, db_file: Path | None) -> None:
    """Report all mistakes at once, each with its line and path; exit code 2 if there is one.

    \b
    wirewatch config check
    """
    from scheduler.checking import check_whole

    checked = check_whole(read_config(config_file, db_file))
    settings = checked.settings
    enabled = sum(source.enabled for source in checked.sources.values())
    mail = f"mail through {settings.mail.host}:{settings.mail.port}" if settings.mail.host else "no mail server set"
    say(
        f"{checked.file}: right; {enabled} sources, {len(settings.topics)} topics,"
        f" {len(settings.searches)} searches, {mail}"
    )


@config.command()
@with_config
def show(config_file: Path | None, db_file: Path | None) -> None:
    """Print every setting as it is in force, as YAML; passwords and addresses of channels are not shown.

    \b
    wirewatch config show
    """
    settings = read_config(config_file, db_file).settings
    rows = settings.model_dump(mode="json", exclude={"sources"})
    if rows["mail"]["password"]:
        rows["mail"]["password"] = "(set)"  # noqa: S105 - the word that stands for it
    for channel in rows["channels"]:
        channel["url"] = channel["url"] and "(set)"
    sys.stdout.write(yaml.safe_dump(rows, sort_keys=False, allow_unicode=True))


@config.command()
def schema() -> None:
    """Print the JSON Schema of config.yaml, for editors.

    \b
    wirewatch config schema > config.schema.json
    """
    # mode: defaults as they are written in the file (1h, not PT1H)
    sys.stdout.write(json.dumps(Settings.model_json_schema(mode="serialization"), indent=2, ensure_ascii=False) + "\n")
