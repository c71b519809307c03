"""The commands in a process of their own, on a real site."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def sitegen(
    *arguments: str, cwd: Path, code: int = 0, stdin: int | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    done = subprocess.run(
        [sys.executable, "-m", "sitegen", *arguments],
        cwd=cwd,
        env={**environment, "NO_COLOR": "1", "PYTHONPATH": str(ROOT)},
        stdin=stdin if stdin is not None else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture
def site(tmp_path: Path) -> Path:
    sitegen("init", "my site", cwd=tmp_path)
    return tmp_path / "my site"


def test_a_new_site_builds_at_once_with_the_missing_address_as_its_only_warning(site: Path) -> None:
    built = sitegen("build", cwd=site)
    assert built.stderr.count("warning") == 1
    assert "url" in built.stderr
    assert "error" not in built.stderr
    assert built.stdout.splitlines()[-1].startswith("2 posts, ")
    assert (site / "output/blog/your-site-is-ready/index.html").is_file()


def test_a_new_site_with_an_address_builds_without_a_word_of_warning(site: Path) -> None:
    settings = site / "sitegen.toml"
    settings.write_text(settings.read_text().replace("# url =", "url =", 1))
    built = sitegen("build", "--strict", cwd=site)
    assert built.stderr == ""
    assert (site / "output/sitemap.xml").is_file()


def test_a_second_build_changes_nothing_and_says_so(site: Path) -> None:
    sitegen("build", cwd=site)
    again = sitegen("build", cwd=site).stdout.splitlines()[-1]
    assert "written" not in again
    assert "unchanged" in again


def test_the_posts_of_a_new_site_are_related_by_the_tag_they_share(site: Path) -> None:
    why = sitegen("related", "your-first-post", "--why", cwd=site).stdout
    assert "Your site is ready" in why
    assert "tag getting started: weight 693, on 2 posts" in why
    assert "same category Notes: + 0.050" in why
    report = sitegen("related", "--report", cwd=site).stdout
    assert "Posts that no other post leads to: none" in report
    assert "writing: only in posts/your-first-post" in report


def test_a_new_post_is_held_back_as_a_draft_until_the_line_is_deleted(site: Path) -> None:
    sitegen("new", "Von Mäusen & Menschen", "--tag", "Writing", cwd=site)
    path = site / "content/posts/von-mäusen-menschen.md"
    assert 'tags: ["writing"]' in path.read_text(encoding="utf-8")
    assert "held back: content/posts/von-mäusen-menschen.md — draft" in sitegen("build", cwd=site).stdout
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if line != "draft: true\n"), encoding="utf-8")
    built = sitegen("build", cwd=site).stdout
    assert "held back" not in built
    assert "3 posts, " in built


def test_a_title_that_is_taken_is_refused(site: Path) -> None:
    refused = sitegen("new", "Your First Post", cwd=site, code=2)
    assert "content/posts/your-first-post.md has the slug `your-first-post` already" in refused.stderr


def test_at_a_terminal_category_and_tags_are_asked_for_by_number(site: Path) -> None:
    master, slave = pty.openpty()
    try:
        os.write(master, b"1\n1, rest\n")
        asked = sitegen("new", "On walking", cwd=site, stdin=slave)
    finally:
        os.close(master)
        os.close(slave)
    text = (site / "content/posts/on-walking.md").read_text()
    assert "Categories in use:\n   1  Notes\n" in asked.stdout
    assert 'category: "Notes"' in text
    assert 'tags: ["getting started", "rest"]' in text


def test_mistakes_are_told_with_their_lines_and_what_was_published_stays(site: Path) -> None:
    sitegen("build", cwd=site)
    before = (site / "output/index.html").read_bytes()
    for name in ("a", "b"):
        (site / f"content/posts/{name}.md").write_text(
            "---\ntitle: x\ndate: 2026-01-01\ncatgory: y\n---\ntext\n"
        )
    failed = sitegen("build", cwd=site, code=1)
    assert failed.stdout == ""
    for name in ("a", "b"):
        assert f"content/posts/{name}.md:4" in failed.stderr
    assert "Did you mean `category`?" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert (site / "output/index.html").read_bytes() == before


def test_a_draft_is_related_once_drafts_are_counted_in(site: Path) -> None:
    sitegen("new", "On walking", "--tag", "writing", cwd=site)
    refused = sitegen("related", "on-walking", cwd=site, code=2)
    assert "is held back (draft)" in refused.stderr
    assert "Your first post" in sitegen("related", "on-walking", "--drafts", cwd=site).stdout


def test_a_build_says_why_each_page_is_made_anew_and_is_compared_with_one_from_nothing(site: Path) -> None:
    first = sitegen("build", "--explain", "--verify", cwd=site).stdout.splitlines()
    assert "made anew: blog/your-site-is-ready/index.html — new" in first
    assert first[-1] == "verified: a build from nothing makes the same files, byte for byte"
    again = sitegen("build", "--explain", "--verify", cwd=site).stdout
    assert "made anew" not in again
    assert again.splitlines()[-1] == first[-1]
