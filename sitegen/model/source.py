"""Files as `scan` found them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from sitegen.digest import Digest
from sitegen.errors import Problem

Kind = Literal["post", "page", "data", "file", "template", "asset"]
"""`file` is content that is copied to its path; `asset` a theme's file that is copied."""

Origin = Literal["content", "templates", "theme"]
"""Which root a path is relative to: the site's content, the site's templates, or the default theme."""


class Source(Struct, frozen=True):
    """An input file. `path` is relative to the root that `origin` names, with `/`, in NFC."""

    origin: Origin
    path: str
    kind: Kind
    digest: Digest
    size: int
    """In bytes."""
    shown: str
    """The path to show to a person, relative to the site's folder."""
    raw: str = ""
    """The path as the disk spells it where that is not NFC; empty where `path` is it."""


class Tree(Struct, frozen=True):
    """Everything found, sorted by origin and path, with what was wrong on the way."""

    sources: tuple[Source, ...]
    problems: tuple[Problem, ...] = ()

    def of_kind(self, *kinds: Kind) -> tuple[Source, ...]:
        """The sources of these kinds, in order."""
        return tuple(source for source in self.sources if source.kind in kinds)
