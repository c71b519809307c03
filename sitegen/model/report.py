"""What the output folder holds, and what a build did."""

from __future__ import annotations

from msgspec import Struct

from sitegen.digest import Digest
from sitegen.errors import Problem
from sitegen.model.site import Held


class Manifest(Struct, frozen=True):
    """The files in the output folder that are sitegen's, with the digests of their bytes. Sorted by path."""

    files: tuple[tuple[str, Digest], ...] = ()
    version: int = 1


class Written(Struct, frozen=True, kw_only=True):
    """What `write` did to the output folder."""

    written: tuple[str, ...] = ()
    """Paths that are new or have other bytes than before."""
    unchanged: int = 0
    removed: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    """Files and folders in the output folder that are not ours, named at its top level."""
    manifest: Manifest = Manifest()


class BuildReport(Struct, frozen=True, kw_only=True):
    """What a build did, for the summary line, for `serve` and for tests."""

    posts: int = 0
    pages: int = 0
    """Pages of any kind but posts."""
    result: Written = Written()
    held: tuple[Held, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Warnings and notices; with `--keep-going` also the errors of what was left out."""
    left_out: tuple[str, ...] = ()
    """Files that were not published because of an error, with `--keep-going`."""
    seconds: float = 0.0
