"""Whether the output folder is as it was left, without reading what is in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from sitegen.adapters.files import digest_file
from sitegen.adapters.stamps import Stamp, looks_like, stamp_of
from sitegen.digest import Digest


def intact(output: Path, stamps: Mapping[str, Stamp]) -> set[str]:
    """The paths at which still lies, in folders that are no links, the file that was stamped."""
    root = os.path.realpath(output)
    folders = _Folders(root)
    return {
        path
        for path, stamp in stamps.items()
        if folders[path.rpartition("/")[0]] and _looks_like(f"{root}/{path}", stamp)
    }


def restamp(output: Path, files: Iterable[tuple[str, Digest]]) -> dict[str, Stamp]:
    """The stamps of those files that still have these digests: they are read to know that."""
    found = stamps(output, files)
    root = os.path.realpath(output)
    there = intact(output, found)
    return {
        path: stamp
        for path, stamp in found.items()
        if path in there and _digest(f"{root}/{path}") == stamp.digest
    }


def stamps(output: Path, files: Iterable[tuple[str, Digest]]) -> dict[str, Stamp]:
    """What the files in the output folder look like that have these digests."""
    root = os.path.realpath(output)
    found = {}
    for path, digest in files:
        with suppress(OSError):
            found[path] = stamp_of(os.lstat(f"{root}/{path}"), digest)
    return found


def _digest(path: str) -> str:
    try:
        return digest_file(Path(path))[0]
    except OSError:
        return ""


class _Folders(dict[str, bool]):
    """Which folders below a root are real ones: no links, and in none.

    What lies in a folder is listed once: with thousands side by side that costs less than to look at each.
    """

    def __init__(self, root: str) -> None:
        super().__init__({"": True})
        self.root = root
        self._inside: dict[str, set[str]] = {}

    def __missing__(self, path: str) -> bool:
        above, _, name = path.rpartition("/")
        found = self[path] = self[above] and name in self._names(above)
        return found

    def _names(self, above: str) -> set[str]:
        """The names of the folders in a folder."""
        if above not in self._inside:
            try:
                with os.scandir(f"{self.root}/{above}") as entries:
                    found = {entry.name for entry in entries if entry.is_dir(follow_symlinks=False)}
            except OSError:
                found = set()
            self._inside[above] = found
        return self._inside[above]


def _looks_like(path: str, stamp: Stamp) -> bool:
    try:
        status = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and looks_like(stamp, status)
