"""Digests of files that are known by their looks: what is read, and what is remembered."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sitegen.adapters import stamps
from sitegen.adapters.files import digest_file
from sitegen.adapters.stamps import COARSE, GRAIN, Stamp, Stamps, looks_like, rests, stamp_of
from sitegen.digest import Digest, digest_bytes

SECOND = 1_000_000_000
FINE = 1_700_000_000 * SECOND + 123_456_789
"""A moment by a clock that knows nanoseconds."""
WHOLE = 1_700_000_000 * SECOND
"""One by a clock that knows whole seconds."""
STAMP = Stamp(4, FINE, FINE, 7, digest_bytes(b"text"))


def status(stamp: Stamp) -> os.stat_result:
    """The status of a file that looks like this."""
    times = {"st_mtime_ns": stamp.modified, "st_ctime_ns": stamp.changed}
    return os.stat_result((0o100644, stamp.inode, 1, 1, 0, 0, stamp.size, 0, 0, 0), times)


class Clock:
    """What the clock says while files are read; a long time after they were written unless it is told."""

    def __init__(self) -> None:
        self.now = 2**62

    def time_ns(self) -> int:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(stamps, "time", SimpleNamespace(time_ns=made.time_ns))
    return made


@pytest.fixture
def file(tmp_path: Path, clock: Clock) -> Path:
    path = tmp_path / "a.md"
    path.write_bytes(b"text")
    return path


def look(known: Stamps, path: Path) -> str:
    return known.digest("a.md", path, path.stat())[0]


# What is read


def test_a_file_that_is_not_known_is_read_and_remembered(file: Path) -> None:
    found = Stamps()
    assert found.digest("a.md", file, file.stat()) == (digest_bytes(b"text"), 4)
    assert found.read == 1
    assert found.now == {"a.md": stamp_of(file.stat(), digest_bytes(b"text"))}


def test_a_file_that_looks_as_before_is_not_read(clock: Clock) -> None:
    """It need not even be there any more."""
    found = Stamps({"a.md": STAMP})
    assert found.digest("a.md", Path("/nowhere"), status(STAMP)) == (STAMP.digest, 4)
    assert found.read == 0
    assert found.now == {"a.md": STAMP}


@pytest.mark.parametrize("field", ["size", "modified", "changed", "inode"])
@pytest.mark.parametrize("step", [-1, 1])
def test_whatever_looks_otherwise_makes_it_read_again(file: Path, field: str, step: int) -> None:
    now = stamp_of(file.stat(), digest_bytes(b"old"))
    before = replace(now, **{field: getattr(now, field) + step})
    found = Stamps({"a.md": before})
    assert look(found, file) == digest_bytes(b"text")
    assert found.read == 1


def test_a_file_of_another_name_is_read(file: Path) -> None:
    found = Stamps({"b.md": stamp_of(file.stat(), digest_bytes(b"old"))})
    assert look(found, file) == digest_bytes(b"text")
    assert "b.md" not in found.now


def test_an_edit_is_seen_though_it_leaves_size_and_time_as_they_were(file: Path) -> None:
    first = Stamps()
    look(first, file)
    times = file.stat()
    file.write_bytes(b"test")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    # A clock that ticks slowly may not have ticked since; nobody can set this time, so this is the next tick.
    found = Stamps({"a.md": replace(first.now["a.md"], changed=file.stat().st_ctime_ns - 1)})
    assert file.stat().st_mtime_ns == times.st_mtime_ns
    assert look(found, file) == digest_bytes(b"test")


def test_a_file_that_took_the_place_of_another_is_seen_though_it_looks_like_it(file: Path) -> None:
    first = Stamps()
    look(first, file)
    other = file.with_name("other")
    other.write_bytes(b"test")
    other.replace(file)
    now = file.stat()
    same = replace(first.now["a.md"], modified=now.st_mtime_ns, changed=now.st_ctime_ns)
    assert same.size == now.st_size
    assert look(Stamps({"a.md": same}), file) == digest_bytes(b"test")


def test_a_file_that_cannot_be_read_is_not_remembered(tmp_path: Path, clock: Clock) -> None:
    found = Stamps()
    with pytest.raises(FileNotFoundError):
        found.digest("a.md", tmp_path / "gone", status(STAMP))
    assert found.now == {}


def test_a_file_that_grew_while_it_was_read_is_not_remembered(file: Path) -> None:
    before = file.stat()
    file.write_bytes(b"a longer text")
    found = Stamps()
    assert found.digest("a.md", file, before) == (digest_bytes(b"a longer text"), 13)
    assert found.now == {}


# What is remembered


@pytest.mark.parametrize(
    ("age", "remembered"), [(-SECOND, False), (0, False), (GRAIN, False), (GRAIN + 1, True)]
)
def test_what_changed_within_the_grain_of_the_clock_is_not_remembered(
    file: Path, clock: Clock, age: int, remembered: bool
) -> None:
    os.utime(file, ns=(0, 1))
    clock.now = file.stat().st_ctime_ns + age
    found = Stamps()
    assert look(found, file) == digest_bytes(b"text")
    assert ("a.md" in found.now) == remembered


CASES = [
    # modified, changed, what the clock says, whether it rests
    (FINE, FINE, FINE + GRAIN, False),
    (FINE, FINE, FINE + GRAIN + 1, True),
    (FINE - 9 * SECOND, FINE, FINE + GRAIN, False),
    (FINE - 9 * SECOND, FINE, FINE + GRAIN + 1, True),
    (FINE, FINE - 9 * SECOND, FINE + GRAIN, False),
    (FINE, FINE - 9 * SECOND, FINE + GRAIN + 1, True),
    # A clock of whole seconds, or of every second one, may be behind by as much.
    (WHOLE, WHOLE, WHOLE + GRAIN + 1, False),
    (WHOLE, WHOLE, WHOLE + SECOND, False),
    (WHOLE, WHOLE, WHOLE + COARSE, False),
    (WHOLE, WHOLE, WHOLE + COARSE + 1, True),
    # One fine time shows that the clock is not coarse: the other was set by hand.
    (WHOLE, FINE, FINE + GRAIN + 1, True),
    (0, FINE, FINE + GRAIN + 1, True),
    # A time in the future does not rest before it has come.
    (FINE + 9 * SECOND, FINE, FINE + COARSE, False),
]


@pytest.mark.parametrize(("modified", "changed", "now", "expected"), CASES)
def test_a_file_rests_when_no_later_change_can_look_the_same(
    modified: int, changed: int, now: int, expected: bool
) -> None:
    assert rests(replace(STAMP, modified=modified, changed=changed), now) == expected


@given(st.integers(0, 2**61), st.integers(0, 2**61), st.integers(0, 2**61), st.integers(0, 2**61))
def test_what_rests_goes_on_resting(modified: int, changed: int, now: int, later: int) -> None:
    stamp = replace(STAMP, modified=modified, changed=changed)
    assert not rests(stamp, now) or rests(stamp, now + later)


def test_a_file_of_a_coarse_clock_is_remembered_two_seconds_later(file: Path, clock: Clock) -> None:
    coarse = replace(STAMP, modified=WHOLE, changed=WHOLE)
    for later, expected in ((GRAIN + 1, {}), (COARSE + 1, {"a.md": coarse})):
        clock.now = WHOLE + later
        found = Stamps()
        found.digest("a.md", file, status(coarse))
        assert found.now == expected


def test_what_was_too_new_is_read_again_and_remembered_then(file: Path, clock: Clock) -> None:
    clock.now = file.stat().st_ctime_ns
    first = Stamps()
    look(first, file)
    clock.now += SECOND
    second = Stamps(first.now)
    look(second, file)
    third = Stamps(second.now)
    look(third, file)
    assert (first.read, second.read, third.read) == (1, 1, 0)


def test_the_clock_is_read_before_the_file_is(
    file: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change that comes during a long reading would be taken for an old one else."""
    clock.now = file.stat().st_ctime_ns

    def slowly(path: Path) -> tuple[Digest, int]:
        clock.now += 9 * SECOND
        return digest_file(path)

    monkeypatch.setattr("sitegen.adapters.stamps.digest_file", slowly)
    found = Stamps()
    look(found, file)
    assert found.now == {}


# Which are trusted


def test_a_file_is_trusted_if_it_was_asked_for_and_is_as_before(file: Path) -> None:
    before = {"a.md": stamp_of(file.stat(), digest_bytes(b"text")), "b.md": STAMP, "c.md": STAMP}
    found = Stamps(before)
    look(found, file)
    found.digest("b.md", file, file.stat())
    found.digest("d.md", file, file.stat())
    assert [found.trusts(f"{name}.md") for name in "abcd"] == [True, False, False, False]


def test_a_file_that_is_forgotten_is_neither_kept_nor_trusted(file: Path) -> None:
    found = Stamps({"a.md": stamp_of(file.stat(), digest_bytes(b"text"))})
    look(found, file)
    found.forget("a.md")
    found.forget("never asked for")
    assert found.now == {}
    assert not found.trusts("a.md")


def test_a_file_that_nobody_asks_for_is_not_kept() -> None:
    assert Stamps({"gone.md": STAMP}).now == {}


# Looks


def test_a_stamp_looks_like_the_status_that_it_was_taken_of() -> None:
    assert stamp_of(status(STAMP), STAMP.digest) == STAMP
    assert looks_like(STAMP, status(STAMP))


@given(*[st.integers(0, 2**40)] * 4)
def test_a_stamp_looks_like_nothing_else(size: int, modified: int, changed: int, inode: int) -> None:
    other = Stamp(size, modified, changed, inode, STAMP.digest)
    assert looks_like(STAMP, status(other)) == (other == STAMP)
