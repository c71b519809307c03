"""What git tracks, read in real indexes of every version."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sitegen.adapters.git_index import tracks, work_tree

NAMES = (
    "a/members.key.json",
    "ab",
    "members.key.json.old",
    "other members.key.json",
    "ü" * 60,
    "z" * 70,
    "long/" + "x" * 200,  # what comes after it drops more signs than fit into a byte
)


def git(folder: Path, *arguments: str) -> None:
    settings = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *settings, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init")
    for name in (*NAMES, *(f"many/of/{number}.md" for number in range(200))):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    git(tmp_path, "add", "--all")
    (tmp_path / "members.key.json").write_text("{}")
    return tmp_path


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_exactly_what_is_in_the_index_is_tracked(repository: Path, version: str) -> None:
    (repository / "intended").write_text("")
    if version == "3":
        git(repository, "add", "--intent-to-add", "intended")
    git(repository, "update-index", "--index-version", version, "--force-write-index")
    assert (repository / ".git/index").read_bytes()[4:8] == int(version).to_bytes(4, "big")
    assert all(tracks(repository / name) for name in NAMES)
    assert all(tracks(repository / f"many/of/{number}.md") for number in range(200))
    assert tracks(repository / "intended") == (version == "3")
    assert not tracks(repository / "members.key.json")
    git(repository, "add", "members.key.json")
    assert tracks(repository / "members.key.json")


def test_an_index_that_shares_its_entries_is_read_with_what_it_shares(repository: Path) -> None:
    git(repository, "update-index", "--split-index")
    git(repository, "add", "members.key.json")
    assert list((repository / ".git").glob("sharedindex.*"))
    assert tracks(repository / "members.key.json")
    assert tracks(repository / "ab")


def test_a_repository_with_long_names_of_objects_is_read_too(tmp_path: Path) -> None:
    git(tmp_path, "init", "--object-format=sha256")
    for name in ("a.md", "members.key.json", "other.md"):
        (tmp_path / name).write_text(name)
    git(tmp_path, "add", "a.md", "members.key.json")
    assert [tracks(tmp_path / name) for name in ("a.md", "members.key.json", "other.md")] == [
        True,
        True,
        False,
    ]


def test_a_linked_work_tree_has_an_index_of_its_own(repository: Path, tmp_path: Path) -> None:
    git(repository, "commit", "--message", "all")
    linked = tmp_path / "linked"
    git(repository, "worktree", "add", str(linked), "-b", "other")
    (linked / "members.key.json").write_text("{}")
    assert work_tree(linked / "members.key.json") == linked
    assert tracks(linked / "ab")
    assert not tracks(linked / "members.key.json")
    git(linked, "add", "members.key.json")
    assert tracks(linked / "members.key.json")
    assert not tracks(repository / "members.key.json")


def test_without_a_repository_nothing_is_tracked(tmp_path: Path) -> None:
    assert work_tree(tmp_path / "members.key.json") is None
    assert not tracks(tmp_path / "members.key.json")


@pytest.mark.parametrize("data", [b"", b"DIRC", b"DIRC\0\0\0\x02\0\0\0\x09short", b"DIRC\0\0\0\x09\0\0\0\0"])
def test_an_index_that_cannot_be_read_tells_of_nothing(tmp_path: Path, data: bytes) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/index").write_bytes(data)
    assert not tracks(tmp_path / "members.key.json")
