"""What git has under control, read in its index and without running git.

The format is git's own, `Documentation/gitformat-index.txt`: versions 2 to 4, and an index that shares
most of its entries with another file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

_FIXED = 40
"""Bytes of an entry before its object's name: times, device, inode, mode, owner, size."""
_NAME = 0x0FFF
_EXTENDED = 0x4000


def work_tree(path: Path) -> Path | None:
    """The folder with a `.git` that a path lies in, or None if it lies in none."""
    return next((folder for folder in path.parents if (folder / ".git").exists()), None)


def tracks(path: Path) -> bool:
    """Whether git has this file in its index, so that the next commit holds it.

    False too where there is no index or where it cannot be read: a guess would refuse work for nothing.
    """
    top = work_tree(path)
    if top is None:
        return False
    wanted = path.relative_to(top).as_posix().encode()
    try:
        return any(name == wanted for index in _indexes(top / ".git") for name in _names(index))
    except (OSError, ValueError, struct.error, IndexError):
        return False


def _indexes(git: Path) -> Iterator[tuple[bytes, int]]:
    """The bytes of an index and of those it shares, each with the length of an object's name."""
    if git.is_file():  # a linked work tree, or a submodule
        git = (git.parent / git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()).resolve()
    common = git / "commondir"
    main = (git / common.read_text(encoding="utf-8").strip()).resolve() if common.is_file() else git
    config = main / "config"
    text = config.read_text(encoding="utf-8", errors="replace") if config.is_file() else ""
    size = 32 if "objectformat=sha256" in "".join(text.lower().split()) else 20
    for file in (git / "index", *git.glob("sharedindex.*")):
        if file.is_file():
            yield file.read_bytes(), size


def _names(index: tuple[bytes, int]) -> Iterator[bytes]:
    data, size = index
    magic, version, count = struct.unpack_from(">4sII", data)
    if magic != b"DIRC" or version not in (2, 3, 4):
        raise ValueError("no index that is known")
    at, before = 12, b""
    for _ in range(count):
        start, at = at, at + _FIXED + size
        flags = int.from_bytes(data[at : at + 2], "big")
        at += 4 if flags & _EXTENDED else 2
        if version == 4:
            dropped, at = _number(data, at)
            end = data.index(b"\0", at)
            before = before[: len(before) - dropped] + data[at:end]
            at = end + 1
        else:
            end = at + (flags & _NAME) if flags & _NAME < _NAME else data.index(b"\0", at)
            before = data[at:end]
            at = start + (end - start + 8) // 8 * 8  # one to eight zeros
        yield before


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, as git packs offsets, and where it ends."""
    byte = data[at]
    value = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = data[at]
        value = (value + 1 << 7) | (byte & 0x7F)
    return value, at + 1
