"""Regular files, read without ever waiting and piece by piece, and the system's errors in plain words."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sitegen.digest import Digest

CHUNK = 1 << 20
"""Bytes read at a time: a film in the content must not fill the memory."""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A regular file, opened for reading. All else raises `OSError`, at once: a pipe would wait for ever."""
    with open(path, "rb", opener=_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "It is not a file")
        yield file


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def digest_file(path: Path) -> tuple[Digest, int]:
    """The digest and the size in bytes of a file. Raises `OSError`."""
    return _pass_on(path, None)


def copy_file(path: Path, to: Path) -> tuple[Digest, int]:
    """Copy the bytes of a file into a new one; the digest and the size of what was copied. Raises `OSError`.

    The copy has the permissions of any new file, whatever those of the original are.
    """
    with to.open("xb") as copy:
        return _pass_on(path, copy)


def _pass_on(path: Path, copy: BinaryIO | None) -> tuple[Digest, int]:
    digest = hashlib.sha256()
    size = 0
    with opened(path) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if copy is not None:
                copy.write(chunk)
    return Digest(digest.hexdigest()), size


def reason(error: OSError) -> str:
    """What the system says of an error, without its number and path: "Permission denied"."""
    return error.strerror or str(error)
