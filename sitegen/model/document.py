"""One post or page: its typed front matter, and what its Markdown became."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from sitegen.digest import Digest
from sitegen.errors import Problem

PUBLIC = "public"
"""The `access` of a post that everybody may read. Any other value names a tier of members."""

# There are many of these, and none is ever part of a cycle: `gc=False` spares the collector from walking them
# again and again.


class FrontMatter(Struct, frozen=True, kw_only=True, gc=False):
    """The header of a post or page, typed and with the defaults of its folder applied."""

    title: str
    date: datetime | None = None
    """With its own UTC offset, a fixed one. None only for pages."""
    updated: datetime | None = None
    expires: datetime | None = None
    category: str = ""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    slug: str = ""
    """Safe as one segment of an address; the author's, else from the file's name."""
    summary: str = ""
    description: str = ""
    image: str = ""
    """As written: an address or a path, like the target of a link."""
    image_alt: str = ""
    read_time: int = 0
    """Minutes, as the author says; 0 if they leave it to us."""
    draft: bool = False
    unlisted: bool = False
    access: str = PUBLIC
    related: tuple[str, ...] = ()
    """Hand-picked posts as written: a slug, a path or an id."""
    aliases: tuple[str, ...] = ()
    """Former addresses, each beginning with `/`."""
    template: str = ""
    lang: str = ""
    """A BCP 47 tag; empty for the site's own language."""
    extra: tuple[tuple[str, object], ...] = ()
    """The author's own keys, sorted."""
    lines: tuple[tuple[str, int], ...] = ()
    """On which line of the file each key stands, for messages about it. Sorted by key."""

    def line_of(self, key: str) -> int:
        """The line where `key` stands, or 0."""
        return next((line for written, line in self.lines if written == key), 0)


class Passage(Struct, frozen=True, gc=False):
    """A run of Markdown: its text and the line of the file on which it begins."""

    text: str
    line: int


class Document(Struct, frozen=True, kw_only=True, gc=False):
    """A post or page after `parse`, without its text."""

    id: str
    """The path below the content folder without its suffix: `posts/why-a-website`."""
    path: str
    """The path to show to a person."""
    source: str
    """The path below the content folder."""
    kind: Literal["post", "page"]
    front: FrontMatter
    gated: bool = False
    """Whether part of the text (all of it, where there is no marker) is for members only."""


class Parsed(Struct, frozen=True, kw_only=True, gc=False):
    """What `parse` made of one source. `document` is None if it has an error."""

    document: Document | None = None
    preview: Passage = Passage("", 1)
    """What everybody may read."""
    gated: Passage | None = None
    """What members may read; None if the whole text is public."""
    problems: tuple[Problem, ...] = ()


class Heading(Struct, frozen=True, gc=False):
    """A heading of the text, for the table of contents and for links to it."""

    level: int
    """2 to 6: the title of the page is its only heading of level 1."""
    id: str
    text: str


class Link(Struct, frozen=True, gc=False):
    """A target as the author wrote it; `plan` finds out where it leads."""

    target: str
    kind: Literal["link", "image", "media"]
    line: int = 0


class Fragment(Struct, frozen=True, kw_only=True, gc=False):
    """HTML made from one passage, described.

    In the HTML itself each link target stands as a number between two NUL characters, the position of its
    `Link` in `links`, and no NUL stands anywhere else: `plan` says what each becomes, `render` puts it in.
    """

    html: Digest
    headings: tuple[Heading, ...] = ()
    ids: tuple[str, ...] = ()
    """Every id in the HTML, to check links against. Sorted."""
    links: tuple[Link, ...] = ()
    words: int = 0


class Body(Struct, frozen=True, kw_only=True, gc=False):
    """A document's text after `convert`, described."""

    preview: Fragment
    gated: Fragment | None = None
    summary: str = ""
    """Plain text for cards and feeds, from the front matter or the preview only."""
    read_time: int = 1
    """Minutes, at least 1."""


class Converted(Struct, frozen=True, kw_only=True, gc=False):
    """What `convert` made of one document. `body` is None if it has an error."""

    body: Body | None = None
    preview_html: str = ""
    gated_html: str = ""
    """Never stored, and never handed to a template."""
    problems: tuple[Problem, ...] = ()
