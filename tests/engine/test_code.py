"""What results depend on beside their arguments: the files of the program, and what is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.engine.code import code_digest

Change = Callable[[Path], object]


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """A process asks once for each package; these tests change what it is."""
    code_digest.cache_clear()
    yield
    code_digest.cache_clear()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    (folder / "stages/deep").mkdir(parents=True)
    (folder / "__init__.py").write_text("x = 1\n")
    (folder / "stages/read.py").write_text("y = 1\n")
    (folder / "stages/deep/base.html").write_text("<p>\n")
    return folder


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which distributions are installed; no others are."""
    folder = tmp_path / "site-packages"
    (folder / "jinja2-3.1.4.dist-info").mkdir(parents=True)
    (folder / "jinja2").mkdir()
    monkeypatch.setattr(sys, "path", [str(folder)])
    return folder


def digest(package: Path) -> str:
    code_digest.cache_clear()
    return code_digest(package)


def touch(package: Path) -> None:
    for path in package.rglob("*"):
        os.utime(path, ns=(10**18, 10**18))


def swap(package: Path) -> None:
    """Two files exchange what is in them."""
    one, other = package / "__init__.py", package / "stages/read.py"
    first = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(first)


CHANGES: dict[str, Change] = {
    "a file at the top": lambda package: (package / "__init__.py").write_text("x = 2\n"),
    "a file below": lambda package: (package / "stages/read.py").write_text("y = 2\n"),
    "a file that is no program": lambda package: (package / "stages/deep/base.html").write_text("<b>\n"),
    "a name": lambda package: (package / "stages/read.py").rename(package / "stages/reed.py"),
    "a name of a folder": lambda package: (package / "stages").rename(package / "steps"),
    "a move": lambda package: (package / "stages/read.py").rename(package / "read.py"),
    "a new file": lambda package: (package / "stages/new.py").write_text(""),
    "a file that is gone": lambda package: (package / "stages/read.py").unlink(),
    "two files that change places": swap,
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_of_a_file_changes_the_digest(package: Path, place: Path, name: str) -> None:
    before = digest(package)
    CHANGES[name](package)
    assert digest(package) != before


def put_compiled(package: Path) -> None:
    (package / "stages/__pycache__").mkdir()
    (package / "stages/__pycache__/read.cpython-311.pyc").write_bytes(b"\0")


NO_CHANGES: dict[str, Change] = {
    "nothing": lambda _package: None,
    "times": touch,
    "what Python compiled": put_compiled,
    "rights": lambda package: (package / "stages/read.py").chmod(0o600),
    "an empty folder": lambda package: (package / "stages/empty").mkdir(),
}


@pytest.mark.parametrize("name", NO_CHANGES)
def test_what_is_no_change_of_a_file_does_not_change_the_digest(
    package: Path, place: Path, name: str
) -> None:
    before = digest(package)
    NO_CHANGES[name](package)
    assert digest(package) == before


def test_the_digest_does_not_depend_on_where_the_package_lies(
    package: Path, place: Path, tmp_path: Path
) -> None:
    other = tmp_path / "elsewhere/package"
    shutil.copytree(package, other)
    assert digest(package) == digest(other)


FILES = st.dictionaries(st.from_regex(r"[a-z]{1,3}\.py", fullmatch=True), st.binary(max_size=4), max_size=4)


@settings(max_examples=50, deadline=None)
@given(one=FILES, other=FILES)
def test_two_packages_have_one_digest_exactly_if_their_files_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, one: dict[str, bytes], other: dict[str, bytes]
) -> None:
    """Names and bytes run into each other in no case."""
    digests = []
    for files in (one, other):
        folder = tmp_path_factory.mktemp("package")
        for name, data in files.items():
            (folder / name).write_bytes(data)
        digests.append(digest(folder))
    assert (digests[0] == digests[1]) == (one == other)


# What is installed


DISTRIBUTIONS: dict[str, Change] = {
    "another version": lambda place: (place / "jinja2-3.1.4.dist-info").rename(
        place / "jinja2-3.1.5.dist-info"
    ),
    "a new distribution": lambda place: (place / "markdown-3.7.dist-info").mkdir(),
    "a distribution of the older form": lambda place: (place / "markdown-3.7.egg-info").mkdir(),
    "a distribution that is a file": lambda place: (place / "markdown-3.7.egg-info").write_text(""),
    "a distribution that is gone": lambda place: (place / "jinja2-3.1.4.dist-info").rmdir(),
    "a name that is not UTF-8": lambda place: os.mkdir(bytes(place) + b"/\xff-1.dist-info"),  # noqa: PTH102
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_another_set_of_installed_distributions_changes_the_digest(
    package: Path, place: Path, name: str
) -> None:
    before = digest(package)
    DISTRIBUTIONS[name](place)
    assert digest(package) != before


@pytest.mark.parametrize("name", ["markdown", "markdown.pth", "dist-info", "notes.txt"])
def test_what_is_no_distribution_does_not_change_the_digest(package: Path, place: Path, name: str) -> None:
    before = digest(package)
    (place / name).mkdir()
    assert digest(package) == before


def test_the_order_of_the_folders_of_distributions_does_not_matter_nor_one_that_is_not_there(
    package: Path, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    (other / "markdown-3.7.dist-info").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(place), str(other)])
    before = digest(package)
    gone, zipped = str(tmp_path / "gone"), str(package / "__init__.py")
    monkeypatch.setattr(sys, "path", [gone, str(other), zipped, str(place), str(place)])
    assert digest(package) == before


def test_an_empty_entry_of_the_path_is_this_folder(
    package: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest(package)
    monkeypatch.chdir(place)
    monkeypatch.setattr(sys, "path", [""])
    assert digest(package) == before


def test_another_python_changes_the_digest(
    package: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest(package)
    monkeypatch.setattr(sys, "version", f"{sys.version}+")
    assert digest(package) != before


# Processes


def test_two_processes_of_any_hash_seed_have_the_same_digest(package: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom sitegen.engine.code import code_digest\n"
        "print(code_digest(Path(sys.argv[1])))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program, str(package)],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert len(found) == 1
    assert len(found.pop()) == 64


def test_a_process_asks_once(package: Path, place: Path) -> None:
    """It goes on with the program that it has loaded, whatever becomes of the files."""
    before = code_digest(package)
    (package / "__init__.py").write_text("x = 3\n")
    assert code_digest(package) == before
