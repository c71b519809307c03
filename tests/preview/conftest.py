"""Fixtures for the preview."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sitegen.preview.serve import Built
from tests.preview.support import FakeSite, Running, running


@pytest.fixture
def site(tmp_path: Path) -> FakeSite:
    """A site of two pages and a style sheet."""
    site = FakeSite(tmp_path / "site")
    site.write("content/index.md", "Home, first")
    site.write("content/post.md", "Post, first")
    site.write("content/404.html", "<!doctype html><title>Not here</title><h1>Not here</h1>")
    site.write("templates/assets/site.css", "h1 { color: rgb(1, 2, 3) }")
    site.write("sitegen.toml", "")
    return site


@pytest.fixture
def preview(site: FakeSite) -> Iterator[Running]:
    """A preview of it that has built once."""
    with running(site) as preview:
        preview.next(Built)
        yield preview
