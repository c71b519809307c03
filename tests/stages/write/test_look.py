"""Whether the output folder is as it was left."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sitegen.adapters.files import digest_file
from sitegen.adapters.stamps import Stamp
from sitegen.digest import Digest, digest_bytes
from sitegen.stages.write import intact, restamp, stamps
from tests.stages.write.support import put

FILES = {"index.html": b"home", "blog/a/index.html": b"a", "blog/b.css": b"b"}
DIGESTS = [(path, digest_bytes(data)) for path, data in FILES.items()]

Harm = Callable[[Path], object]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    put(tmp_path / "output", FILES)
    return tmp_path / "output"


def lost(output: Path, harm: Harm) -> set[str]:
    """The paths that are no longer as they were left after something was done to the folder."""
    before = stamps(output, DIGESTS)
    assert intact(output, before) == set(FILES)
    harm(output)
    return set(FILES) - intact(output, before)


def replaced(path: Path, make: Callable[[Path], object]) -> None:
    """Put something else where a file or a folder lies, which is kept beside the output folder."""
    path.rename(_aside(path))
    make(path)


def _aside(path: Path) -> Path:
    """Where what was moved away lies."""
    output = next(folder for folder in path.parents if folder.name == "output")
    return output.with_name(f"moved-{path.name}")


def edited(path: Path) -> None:
    """Other bytes of the same number at the same time."""
    times = path.stat()
    path.write_bytes(bytes(reversed(path.read_bytes() + b"?"))[: times.st_size])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def copied_over(path: Path) -> None:
    """A copy with the same bytes and times takes the place of the file."""
    times, data = path.stat(), path.read_bytes()
    replaced(path, lambda there: there.write_bytes(data))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


HARMS: dict[str, tuple[Harm, set[str]]] = {
    "nothing": (lambda _output: None, set()),
    "a file of somebody else's": (lambda output: put(output, {"blog/CNAME": b"x"}), set()),
    "a file with other bytes": (
        lambda output: (output / "index.html").write_bytes(b"somebody's home"),
        {"index.html"},
    ),
    "a file with another time": (lambda output: os.utime(output / "blog/b.css", ns=(0, 0)), {"blog/b.css"}),
    "a file that is gone": (lambda output: (output / "blog/b.css").unlink(), {"blog/b.css"}),
    "a copy in the place of a file": (lambda output: copied_over(output / "index.html"), {"index.html"}),
    "a link to the very file": (
        lambda output: replaced(output / "index.html", lambda path: path.symlink_to(_aside(path))),
        {"index.html"},
    ),
    "a link to nothing": (
        lambda output: replaced(output / "index.html", lambda path: path.symlink_to("gone")),
        {"index.html"},
    ),
    "a folder in the place of a file": (
        lambda output: replaced(output / "index.html", Path.mkdir),
        {"index.html"},
    ),
    "a pipe in the place of a file": (
        lambda output: replaced(output / "index.html", os.mkfifo),
        {"index.html"},
    ),
    "a link to the very folder": (
        lambda output: replaced(output / "blog", lambda path: path.symlink_to(_aside(path))),
        {"blog/a/index.html", "blog/b.css"},
    ),
    "a link to the very folder further in": (
        lambda output: replaced(output / "blog/a", lambda path: path.symlink_to(_aside(path))),
        {"blog/a/index.html"},
    ),
    "a file in the place of a folder": (
        lambda output: replaced(output / "blog", lambda path: path.write_bytes(b"")),
        {"blog/a/index.html", "blog/b.css"},
    ),
    "a folder that is gone": (
        lambda output: (output / "blog").rename(_aside(output / "blog")),
        {"blog/a/index.html", "blog/b.css"},
    ),
    "an output folder that is gone": (lambda output: output.rename(output.with_name("x")), set(FILES)),
    "an output folder that is a link": (
        lambda output: output.symlink_to(output.rename(output.with_name("www"))),
        set(),
    ),
}


@pytest.mark.parametrize("name", HARMS)
def test_what_is_no_longer_as_it_was_left_is_known(output: Path, name: str) -> None:
    harm, expected = HARMS[name]
    assert lost(output, harm) == expected


def test_an_edit_that_leaves_size_and_time_as_they_were_is_known(output: Path) -> None:
    """By the time that nobody can set back, as soon as the clock has ticked."""
    before = stamps(output, DIGESTS)
    tick = output.with_name("tick")
    while not tick.exists() or tick.stat().st_ctime_ns == before["index.html"].changed:
        tick.write_bytes(b"")
    edited(output / "index.html")
    assert (output / "index.html").stat().st_mtime_ns == before["index.html"].modified
    assert set(FILES) - intact(output, before) == {"index.html"}


def test_nothing_is_read_to_know_what_is_as_it_was_left(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stamps(output, DIGESTS)

    def read(path: Path) -> tuple[Digest, int]:
        raise AssertionError(path)

    monkeypatch.setattr("sitegen.stages.write.look.digest_file", read)
    assert intact(output, before) == set(FILES)


def test_each_folder_is_looked_at_once(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stamps(output, DIGESTS)
    asked: list[str] = []

    def counted(function: Callable[[str], Any]) -> Callable[[str], Any]:
        def noted(path: str) -> Any:
            asked.append(f"{function.__name__} {path.removeprefix(str(output))}")
            return function(path)

        return noted

    system = SimpleNamespace(
        lstat=counted(os.lstat), scandir=counted(os.scandir), path=SimpleNamespace(realpath=str)
    )
    monkeypatch.setattr("sitegen.stages.write.look.os", system)
    assert intact(output, before) == set(FILES)
    files = [f"lstat /{path}" for path in FILES]
    assert sorted(asked) == sorted(["scandir /", "scandir /blog", *files])


# Stamps


def test_stamps_are_those_of_the_files_that_are_there(output: Path) -> None:
    found = stamps(output, [*DIGESTS, ("gone.html", digest_bytes(b""))])
    assert set(found) == set(FILES)
    status = (output / "index.html").stat()
    assert found["index.html"] == Stamp(
        4, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, digest_bytes(b"home")
    )


def test_a_stamp_has_the_digest_that_is_said_and_no_file_is_read_for_it(output: Path) -> None:
    assert stamps(output, [("index.html", digest_bytes(b"other"))])["index.html"].digest == digest_bytes(
        b"other"
    )


# Stamps of files that have to be read


def test_files_that_still_have_their_digests_are_stamped(output: Path) -> None:
    assert restamp(output, DIGESTS) == stamps(output, DIGESTS)


def test_a_file_that_does_not_have_its_digest_any_more_gets_no_stamp(output: Path) -> None:
    edited(output / "index.html")
    (output / "blog/b.css").unlink()
    assert set(restamp(output, [*DIGESTS, ("gone.html", digest_bytes(b""))])) == {"blog/a/index.html"}


@pytest.mark.parametrize("path", ["index.html", "blog"])
def test_what_lies_behind_a_link_gets_no_stamp(output: Path, path: str) -> None:
    replaced(output / path, lambda there: there.symlink_to(_aside(there)))
    assert set(restamp(output, DIGESTS)) == {name for name in FILES if not name.startswith(path)}


def test_a_folder_or_a_pipe_gets_no_stamp_and_nobody_waits_for_it(output: Path) -> None:
    replaced(output / "index.html", os.mkfifo)
    replaced(output / "blog/b.css", Path.mkdir)
    assert set(restamp(output, DIGESTS)) == {"blog/a/index.html"}


def test_a_file_that_changes_while_it_is_read_may_get_a_stamp_but_not_the_one_that_it_has_then(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the next look sees that it is another one."""

    def then_edit(path: Path) -> tuple[Digest, int]:
        found = digest_file(path)
        path.write_bytes(b"something longer")
        return found

    monkeypatch.setattr("sitegen.stages.write.look.digest_file", then_edit)
    assert intact(output, restamp(output, DIGESTS)) == set()


@pytest.mark.parametrize("what", [intact, restamp, stamps])
def test_where_no_folder_is_nothing_is(tmp_path: Path, what: Callable[..., object]) -> None:
    gone = tmp_path / "gone"
    asked: object = {"a": Stamp(0, 0, 0, 0, Digest(""))} if what is intact else [("a", Digest(""))]
    assert not what(gone, asked)
