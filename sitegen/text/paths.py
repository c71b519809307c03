"""Relative paths with `/` that every file system can hold, and patterns that match them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from fnmatch import translate
from functools import lru_cache

from sitegen.text.slugs import safe_segment

MOST_BYTES = 255
"""What one name may take as UTF-8 on ext4, XFS, APFS and most others."""

_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]')
"""What no name on Windows may hold."""


def fold_path(path: str) -> str:
    """The key under which two paths meet on a disk that knows neither case nor Unicode form.

    Unicode's canonical caseless matching (The Unicode Standard, section 3.13, D145).
    """
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


_PLAIN = re.compile(r"(?:[a-zA-Z0-9_-][a-zA-Z0-9._-]*/)*[a-zA-Z0-9_-][a-zA-Z0-9._-]*")
"""By far the most paths, and none of them does harm."""


def escapes(path: str) -> str:
    """Why a path may not lie in the folder it is relative to, as the rest of a sentence; empty if it does."""
    if _PLAIN.fullmatch(path):
        return ""
    parts = path.split("/")
    if "\0" in path or "\\" in path:
        return "holds a NUL or a backslash"
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return "is absolute"
    if any(part in ("", ".", "..") for part in parts):
        return "holds an empty part, `.` or `..`"
    return ""


def unportable(path: str) -> str:
    """Why some system cannot hold a file of this path; empty if all of them can."""
    for part in path.split("/"):
        forbidden = _FORBIDDEN.search(part)
        if forbidden:
            return f"holds {_named(forbidden[0])}, which names on Windows cannot hold"
        if part.rstrip(". ") != part:
            return "has a name that ends with a dot or a space, which Windows drops"
        if safe_segment(part) != part:
            return f"has a name that Windows keeps for a device (`{part.split('.')[0]}`)"
        if len(part.encode("utf-8", "surrogatepass")) > MOST_BYTES:
            return f"has a name of more than {MOST_BYTES} bytes (`{part[:40]}...`)"
    return ""


def _named(character: str) -> str:
    return f"`{character}`" if character.isprintable() else "a control character"


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Whether one of the glob patterns matches a whole path.

    Part for part: `*` and `?` stand for characters within a name, `[a-z]` and `[!a-z]` for one of a set,
    `**` for any number of whole names, none included. `drafts/**` so matches `drafts` and all that lies in
    it, `**/_*` each name that begins with an underscore, and `*.psd` only files at the top. Case counts.
    """
    names = tuple(path.split("/"))
    return any(_matches(names, _parts(pattern)) for pattern in patterns)


@lru_cache(maxsize=256)
def _parts(pattern: str) -> tuple[re.Pattern[str] | None, ...]:
    """One expression for each name of a pattern; None stands for `**`."""
    parts: list[re.Pattern[str] | None] = []
    for part in unicodedata.normalize("NFC", pattern).strip("/").split("/"):
        if part in ("", "."):
            continue
        if part != "**":
            parts.append(re.compile(translate(part)))
        elif not parts or parts[-1] is not None:
            parts.append(None)
    return tuple(parts)


def _matches(names: tuple[str, ...], parts: tuple[re.Pattern[str] | None, ...]) -> bool:
    if not parts:
        return not names
    first, *_ = parts
    if first is None:
        return any(_matches(names[skipped:], parts[1:]) for skipped in range(len(names) + 1))
    return bool(names) and bool(first.match(names[0])) and _matches(names[1:], parts[1:])
