"""Fixtures for the preview."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sitegen.preview.serve import Built
from tests.preview.support import FakeSite, Running, running


@pytest.fixture(autouse=True)
def _own_theme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Watch no theme that somebody may be working on."""
    monkeypatch.setattr("sitegen.preview.serve.theme_folder", lambda: tmp_path / "no-theme")


def make_site(folder: Path) -> FakeSite:
    site = FakeSite(folder)
    site.write("content/index.md", "Home, first")
    site.write("content/post.md", "Post, first")
    site.write("content/404.html", "<!doctype html><title>Not here</title><h1>Not here</h1>")
    site.write("templates/assets/site.css", "h1 { color: rgb(1, 2, 3) }")
    site.write("sitegen.toml", "")
    return site


@pytest.fixture
def site(tmp_path: Path) -> FakeSite:
    """A site of two pages and a style sheet."""
    return make_site(tmp_path / "site")


@pytest.fixture
def preview(site: FakeSite) -> Iterator[Running]:
    """A preview of it that has built once."""
    with running(site) as preview:
        preview.next(Built)
        yield preview


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A preview whose site nobody changes, for tests that only ask. It answers to `my.box`, too."""
    folder = tmp_path_factory.mktemp("steady")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sitegen.preview.serve.theme_folder", lambda: folder / "no-theme")
        with running(make_site(folder / "site"), "My.Box") as preview:
            preview.next(Built)
            yield preview
