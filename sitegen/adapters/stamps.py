"""Digests of files, known by their size, times and inode, so that a file that did not change is not read.

As in git's index, a file that changed in the very moment in which it was looked at is not trusted: within the
grain of the clock it may change again and look the same. That spares reading, and decides nothing else.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from sitegen.adapters.files import digest_file
from sitegen.digest import Digest

GRAIN = 50_000_000
"""Nanoseconds: more than a tick of any system's clock."""
COARSE = 2_000_000_000
"""The same where a file system keeps whole seconds only, or every second of them, as FAT does."""


class Stamp(Struct, frozen=True, array_like=True):
    """What a file looked like when its bytes had a digest."""

    size: int
    modified: int
    """In nanoseconds, as `changed`."""
    changed: int
    """The time that nobody can set back."""
    inode: int
    digest: Digest


class Stamps:
    """The stamps of before, and those of the files that were asked for."""

    def __init__(self, before: Mapping[str, Stamp] | None = None) -> None:
        self.before = before or {}
        self.now: dict[str, Stamp] = {}
        """What can be trusted next time."""
        self.read = 0
        """How many files had to be read."""

    def digest(self, name: str, path: Path | str, status: os.stat_result) -> tuple[Digest, int]:
        """The digest and the size of a file that has this status and is known as `name`. Raises `OSError`."""
        known = self.before.get(name)
        if known is not None and looks_like(known, status):
            self.now[name] = known
            return known.digest, known.size
        now = time.time_ns()
        self.read += 1
        digest, size = digest_file(Path(path))
        stamp = stamp_of(status, digest)
        if size == status.st_size and rests(stamp, now):
            self.now[name] = stamp
        return digest, size

    def trusts(self, name: str) -> bool:
        """Whether a file that was asked for is as it was before."""
        return name in self.now and self.now[name] is self.before.get(name)

    def forget(self, name: str) -> None:
        """Keep nothing of a file."""
        self.now.pop(name, None)


def stamp_of(status: os.stat_result, digest: Digest) -> Stamp:
    """The stamp of a file with this status, whose bytes have this digest."""
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, digest)


def rests(stamp: Stamp, now: int) -> bool:
    """Whether a change that comes after `now`, in nanoseconds, cannot leave a file that looks like this."""
    second = 1_000_000_000
    coarse = stamp.modified % second == 0 and stamp.changed % second == 0
    return max(stamp.modified, stamp.changed) < now - (COARSE if coarse else GRAIN)


def looks_like(stamp: Stamp, status: os.stat_result) -> bool:
    """Whether a file is as it was when it was stamped."""
    return (
        stamp.size == status.st_size
        and stamp.changed == status.st_ctime_ns
        and stamp.modified == status.st_mtime_ns
        and stamp.inode == status.st_ino
    )
