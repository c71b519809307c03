"""What the output folder holds, and what a build did."""

from __future__ import annotations

from msgspec import Struct

from sitegen.digest import Digest
from sitegen.errors import Problem

MANIFEST = "sitegen-manifest.json"
"""Names all that was published. A folder that holds it is an output folder of ours."""


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


class Waiting(Struct, frozen=True):
    """A post or page that is not published now, and why."""

    path: str
    reason: str


class StageRuns(Struct, frozen=True):
    """How often a stage ran in a build, and how often a result of an earlier build was taken."""

    name: str
    run: int
    reused: int


class Rendered(Struct, frozen=True):
    """A page that was made anew, and why: `new`, `related: +1, -1`, `template: base.html`."""

    path: str
    why: str


class BuildReport(Struct, frozen=True, kw_only=True):
    """What a build did, for the summary line, for `serve` and for tests."""

    posts: int = 0
    pages: int = 0
    """Pages of any kind but posts."""
    result: Written = Written()
    held: tuple[Waiting, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Warnings and notices; with `--keep-going` also the errors of what was left out."""
    left_out: tuple[str, ...] = ()
    """Files that were not published because of an error, with `--keep-going`."""
    stages: tuple[StageRuns, ...] = ()
    rendered: tuple[Rendered, ...] = ()
    """With `--explain`: every page that was made anew."""
    seconds: float = 0.0
