"""What commands need of a site before they work on it: its folder, its settings, its time."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import datetime

    from sitegen.config import Config

FOLDER = click.Path(path_type=Path)
site_option = click.option(
    "--site", type=FOLDER, default=".", metavar="DIR", help="The site's folder. Default: this one."
)


def site_config(site: Path) -> Config:
    """The settings of a site as far as they can be read; the build tells what is wrong with them."""
    from sitegen.config import FILE, Config, read_config
    from sitegen.errors import UsageError

    if (site / FILE).is_file():
        return read_config((site / FILE).read_bytes()).config
    if not (site / Config().paths.content).is_dir():
        where = "here" if site == Path() else f"in {site}"
        raise UsageError(
            f"There is no site {where}: neither {FILE} nor a folder content/. "
            "Make one with `sitegen init my-site`, or name its folder with --site."
        )
    return Config()


def site_now(when: str, config: Config | None) -> datetime:
    """The moment that a command is to take for the present one."""
    from datetime import UTC

    from sitegen.cli.moment import moment

    zone = None
    # A time zone that does not exist is a mistake in the settings, which the build tells.
    with suppress(KeyError, ValueError, OSError):
        zone = config.zone if config else None
    return moment(when, zone or UTC, os.environ)
