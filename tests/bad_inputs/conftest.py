"""A site that was built before anything bad came."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.bad_inputs.support import GOOD, SETTINGS, Site


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with one good post, built once."""
    site = Site(tmp_path_factory.mktemp("built") / "site")
    site.write("sitegen.toml", SETTINGS)
    site.post(GOOD, "good.md")
    site.accepts()
    return site.root


@pytest.fixture
def site(built: Path, tmp_path: Path) -> Site:
    """A copy of the built site, for one test."""
    return Site(Path(shutil.copytree(built, tmp_path / "site")))
