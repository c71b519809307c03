"""New sites."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sitegen.authoring.init import init_site, plan_site
from sitegen.config import read_config
from sitegen.errors import UsageError
from tests.authoring import sites

NOW = datetime(2026, 3, 1, 0, 5, tzinfo=UTC)


def test_a_new_site_has_settings_posts_pages_and_what_git_should_ignore() -> None:
    assert [path for path, _ in plan_site(NOW)] == [
        ".gitignore",
        "README.md",
        "content/about.md",
        "content/join.md",
        "content/login.md",
        "content/posts/your-first-post.md",
        "content/posts/your-site-is-ready.md",
        "content/privacy.md",
        "sitegen.toml",
        "templates/.gitkeep",
    ]


def test_its_settings_have_no_mistake() -> None:
    assert read_config(dict(plan_site(NOW))["sitegen.toml"].encode()).problems == ()


def test_the_settings_that_are_only_examples_have_no_mistake_either() -> None:
    text = dict(plan_site(NOW))["sitegen.toml"]
    active = re.sub(r"^# (?=\w+ = |\[)", "", text, flags=re.MULTILINE)
    reading = read_config(active.encode())
    assert reading.problems == ()
    assert reading.config.site.url == "https://example.org/"
    assert reading.config.authors[0].name == "Your Name"
    assert reading.config.menu[0].to == "about.md"


def test_its_posts_and_pages_are_read_without_problems() -> None:
    files = {
        path.removeprefix("content/"): text for path, text in plan_site(NOW) if path.startswith("content/")
    }
    read = {path: sites.parsed(path, text) for path, text in files.items()}
    assert [problem for one in read.values() for problem in one.problems] == []
    assert sum(one.document is not None and one.document.kind == "post" for one in read.values()) == 2


def test_its_posts_lie_in_the_past_whatever_the_time_zone_becomes() -> None:
    files = dict(plan_site(NOW))
    assert "date: 2026-02-28\n" in files["content/posts/your-site-is-ready.md"]
    assert "date: 2026-02-27\n" in files["content/posts/your-first-post.md"]
    assert not any("@" in line for text in files.values() for line in text.splitlines() if "date:" in line)


def test_it_writes_what_it_planned_and_says_which_files(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "site"
    written = init_site(folder, NOW)
    assert written == tuple(path for path, _ in plan_site(NOW))
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == set(
        written
    )


def test_an_empty_folder_will_do_and_so_will_a_fresh_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    init_site(tmp_path, NOW)
    assert (tmp_path / "sitegen.toml").is_file()


def test_a_folder_with_something_in_it_is_left_alone_and_told(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c", "d", "e", "f", "g"):
        (tmp_path / name).touch()
    with pytest.raises(UsageError) as caught:
        init_site(tmp_path, NOW)
    assert str(caught.value) == (
        f"{tmp_path} is not empty: it holds a.txt, b.txt, c, d, e and 2 more. "
        "Nothing was written. Name an empty or a new folder."
    )
    assert len(list(tmp_path.iterdir())) == 7


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "site").touch()
    with pytest.raises(UsageError, match="is a file"):
        init_site(tmp_path / "site", NOW)
