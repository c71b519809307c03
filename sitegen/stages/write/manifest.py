"""The list of our files, in the output folder itself, so that removal survives the loss of the cache."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec import Struct

from sitegen.adapters.files import opened
from sitegen.digest import Digest
from sitegen.errors import UsageError
from sitegen.model.report import MANIFEST, Manifest
from sitegen.text.paths import escapes

_DIGEST = re.compile(r"[0-9a-f]{64}")


class _File(Struct):
    version: int
    files: dict[str, str]


def manifest_of(files: Mapping[str, Digest]) -> Manifest:
    """The manifest of files, given as digests by path."""
    return Manifest(tuple(sorted(files.items())))


def encode(manifest: Manifest) -> bytes:
    """A manifest as JSON, one line for each file."""
    data = msgspec.json.encode({"version": manifest.version, "files": dict(manifest.files)})
    return msgspec.json.format(data, indent=2) + b"\n"


@lru_cache(maxsize=2)
def decode(data: bytes) -> Manifest | None:
    """The manifest in these bytes; None if it is damaged or of another version.

    A path that might lead out of the folder makes it damaged: what it names gets deleted.
    """
    try:
        found = msgspec.json.decode(data, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    sound = all(map(_DIGEST.fullmatch, found.files.values())) and not any(map(escapes, found.files))
    if found.version != Manifest().version or MANIFEST in found.files or not sound:
        return None
    return manifest_of({path: Digest(digest) for path, digest in found.files.items()})


def read_manifest(output: Path) -> Manifest:
    """The manifest of an output folder, empty if there is none. Raises `UsageError` if it is damaged."""
    path = output / MANIFEST
    if not os.path.lexists(path):
        return Manifest()
    manifest = None
    if not path.is_symlink():
        try:
            with opened(path) as file:
                manifest = decode(file.read())
        except OSError:
            manifest = None
    if manifest is None:
        raise UsageError(
            f"{path} is damaged or from another version, so nobody can tell which files there are sitegen's. "
            f"If nothing in {output} is your own, delete that folder and build again."
        )
    return manifest


def write_manifest(manifest: Manifest, staging: Path, output: Path) -> None:
    """Put a manifest in place, whole or not at all. Raises `OSError`."""
    # Not beside its place: killed in between, the folder would hold a file that nobody owns.
    new = staging / MANIFEST
    new.write_bytes(encode(manifest))
    os.replace(new, output / MANIFEST)  # noqa: PTH105 - the one call that publishes; tests stop it anywhere
