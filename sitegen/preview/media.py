"""The parts of a file that a request asks for."""

from __future__ import annotations

import re

from msgspec import Struct


class Part(Struct, frozen=True):
    """The bytes from `start` up to `end`, which does not belong to it."""

    start: int
    end: int


def part_of(header: str, size: int) -> Part | None:
    """What a `Range` header (RFC 9110, 14.2) asks of a file of `size` bytes; the whole if it means nothing.

    None if it asks for what the file does not have. Several ranges at once are answered with the whole, as
    the standard allows.
    """
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", header.strip())
    if match is None or not (match[1] or match[2]) or len(header) > 64:
        return Part(0, size)
    if not match[1]:
        start, end = max(0, size - int(match[2])), size
    else:
        start, end = int(match[1]), min(size, int(match[2]) + 1 if match[2] else size)
    return Part(start, end) if start < end else None
