"""The pipeline, top to bottom: the one place that joins the stages to the engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from sitegen.model.report import BuildReport

Progress = Callable[[str, int, int], None]
"""Told of each step: its name, how many of its items are done, and how many there are."""


class Options(Struct, frozen=True, kw_only=True):
    """How to build."""

    site: Path
    """The site's folder, which holds `sitegen.toml`."""
    output: Path
    now: datetime
    """Read once, with a UTC offset: what is in the future, what has expired."""
    drafts: bool = False
    """Publish drafts too."""
    preview: bool = False
    """For `serve`: drafts and future posts shown and marked, broken links only warned of, stable asset names."""
    jobs: int = 0
    """How many processes convert and render; 0 for as many as there are processors."""
    strict: bool = False
    """Warnings are errors."""
    keep_going: bool = False
    """Leave out what has an error and publish the rest."""


def build(options: Options, progress: Progress | None = None) -> BuildReport:
    """Build the site. Raises `SiteError` with every mistake, and `UsageError` for folders that cannot be used."""
    raise NotImplementedError
