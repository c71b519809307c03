"""Regular files, read without ever waiting."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from sitegen.adapters.files import CHUNK, copy_file, digest_file, opened, reason


def test_the_digest_of_a_file_is_that_of_its_bytes_however_many_there_are(tmp_path: Path) -> None:
    data = b"x" * (CHUNK + 7)
    (tmp_path / "a").write_bytes(data)
    assert digest_file(tmp_path / "a") == (hashlib.sha256(data).hexdigest(), len(data))


def test_a_copy_has_the_same_bytes_and_the_permissions_of_a_new_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "a").chmod(0o400)
    before = os.umask(0o027)
    try:
        assert copy_file(tmp_path / "a", tmp_path / "b") == (hashlib.sha256(b"abc").hexdigest(), 3)
    finally:
        os.umask(before)
    assert (tmp_path / "b").read_bytes() == b"abc"
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o640


def test_a_copy_never_replaces_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    with pytest.raises(FileExistsError):
        copy_file(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"b"


def test_what_is_not_a_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    """Opening a named pipe that nobody writes to would otherwise wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(OSError, match=r"not a file|directory"), opened(path):
            pass


def test_the_reason_of_an_error_names_neither_number_nor_path(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        digest_file(tmp_path / "none")
    assert reason(caught.value) == "No such file or directory"
    assert reason(OSError("odd")) == "odd"
