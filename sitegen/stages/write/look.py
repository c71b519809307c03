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
    folders: dict[str, bool] = {"": True}
    return {
        path
        for path, stamp in stamps.items()
        if _is_folder(root, path.rpartition("/")[0], folders) and _looks_like(f"{root}/{path}", stamp)
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


def _is_folder(root: str, path: str, known: dict[str, bool]) -> bool:
    if path not in known:
        above = _is_folder(root, path.rpartition("/")[0], known)
        known[path] = above and _is_real_folder(f"{root}/{path}")
    return known[path]


def _is_real_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def _looks_like(path: str, stamp: Stamp) -> bool:
    try:
        status = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and looks_like(stamp, status)
