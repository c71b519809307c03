"""What shall be written: one artifact for each file of the published site."""

from __future__ import annotations

from msgspec import Struct

from sitegen.digest import Digest
from sitegen.errors import Problem
from sitegen.model.lock import GatedText, Lock
from sitegen.model.source import Origin
from sitegen.model.view import View

GATED = "gated"
"""The name of a text that only members may read, on a page that only they can get."""


class Text(Struct, frozen=True, array_like=True, gc=False):
    """A run of HTML from the store, and what each of its link targets becomes."""

    html: Digest
    links: tuple[str, ...] = ()
    """In the order of the fragment's `links`."""
    name: str = ""
    """Which entry of a feed it is the text of; on a page empty, or `GATED`."""
    source: str = ""
    """The document that it is the text of, below the content folder."""


class PageRecipe(Struct, frozen=True, kw_only=True, tag="page", gc=False):
    """A file made by a template."""

    template: str
    templates: Digest
    """Of the template and all that it extends, includes and imports."""
    view: View
    data: Digest = Digest("")
    """The site's own data as a JSON document in the store, where the template mentions `data`; else empty."""
    texts: tuple[Text, ...] = ()
    gated: GatedText | None = None
    """What the page holds sealed."""


class CopyRecipe(Struct, frozen=True, tag="copy", gc=False):
    """A file that is an input file, byte for byte."""

    origin: Origin
    source: str
    digest: Digest


class SealedRecipe(Struct, frozen=True, tag="sealed", gc=False):
    """A file of gated texts, sealed."""

    source: str
    """Below the content folder."""
    digest: Digest
    lock: Lock


class TextRecipe(Struct, frozen=True, tag="text", gc=False):
    """A file whose text is known already: `robots.txt`, `_redirects`."""

    text: str


class KeptRecipe(Struct, frozen=True, tag="kept", gc=False):
    """A page that is already there, and what it shows is what it would show now."""


class StoredRecipe(Struct, frozen=True, tag="stored", gc=False):
    """A page that shows what it showed, by templates that are others now: its recipe is in the store."""

    template: str
    templates: Digest
    """Of the template and all that it extends, includes and imports."""


Recipe = PageRecipe | CopyRecipe | SealedRecipe | TextRecipe | KeptRecipe | StoredRecipe


class Artifact(Struct, frozen=True, gc=False):
    """One file of the published site: its path below the output folder, with `/`, and how it is made."""

    path: str
    recipe: Recipe
    source: str = ""
    """Which file of the site it is for, to name in messages."""
    key: str = ""
    """By what a page can be known next time, before it is planned; empty if it has to be planned."""


class Plan(Struct, frozen=True):
    """All files of the published site, sorted by path, and what was found wrong while planning."""

    artifacts: tuple[Artifact, ...] = ()
    problems: tuple[Problem, ...] = ()
    left_out: tuple[str, ...] = ()
    """What is not among the artifacts because of its problems, as messages name it. Sorted."""
