"""Which file of the site an address means.

Only what the manifest names exists: a request never becomes a path on the disk, it is looked up.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from urllib.parse import quote, unquote_to_bytes

from msgspec import Struct

INDEX = "index.html"
NOT_FOUND = "404.html"


class File(Struct, frozen=True):
    """The address means this file, named as in the manifest."""

    path: str


class Moved(Struct, frozen=True):
    """The address is spelled another way; `location` is a path, quoted."""

    location: str
    permanent: bool = True


class Missing(Struct, frozen=True):
    """Nothing lies behind the address."""


Place = File | Moved | Missing


def locate(target: str, files: AbstractSet[str], root: str = "/") -> Place:
    """What a request's path means in a site that lives under `root`.

    `target` is the path as it was sent, without the query, its bytes as Latin-1.
    """
    path = decode(target) or ""
    if path == "/" != root:
        return Moved(quote(root), permanent=False)
    if path and path + "/" == root:
        return Moved(quote(root))
    return _below(path.removeprefix(root), path, files) if path.startswith(root) else Missing()


def _below(rest: str, path: str, files: AbstractSet[str]) -> Place:
    """What `rest` means, the part of `path` that is below the site's root."""
    if (file := rest + INDEX if rest.endswith("/") or not rest else rest) in files:
        return File(file)
    return Moved(quote(path) + "/") if f"{rest}/{INDEX}" in files else Missing()


def decode(target: str) -> str | None:
    """The path with its percent signs resolved once, or None if it cannot be that of a file."""
    if not target.startswith("/"):
        return None
    try:
        parts = [unquote_to_bytes(part.encode("latin-1")).decode("utf-8") for part in target.split("/")]
    except UnicodeError:
        return None
    if any("/" in part or "\0" in part for part in parts):
        return None
    return "/".join(parts)
