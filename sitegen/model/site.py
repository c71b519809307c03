"""All documents together: order, addresses, terms, neighbours."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from sitegen.errors import Problem
from sitegen.model.document import PUBLIC, Body, Document

Taxonomy = Literal["category", "tag", "author"]

# There are many of these, and none is ever part of a cycle: `gc=False` spares the collector from walking them
# again and again.


class TermRef(Struct, frozen=True, gc=False):
    """A term as a post points to it."""

    name: str
    address: str
    icon: str = ""


class Teaser(Struct, frozen=True, kw_only=True, gc=False):
    """The public face of a post.

    It has no field for text: lists, cards, feeds and related posts are made of teasers, so they cannot
    show what is for members only.
    """

    id: str
    title: str
    address: str
    date: datetime
    updated: datetime | None = None
    category: TermRef | None = None
    tags: tuple[TermRef, ...] = ()
    authors: tuple[TermRef, ...] = ()
    read_time: int = 1
    summary: str = ""
    description: str = ""
    image: str = ""
    """An address within the site or a whole URL; empty where a cover is drawn."""
    image_alt: str = ""
    access: str = PUBLIC
    lang: str = ""
    draft: bool = False
    future: bool = False


class Post(Struct, frozen=True, kw_only=True, gc=False):
    """A post that is published: its face, its document, and its place among the others."""

    teaser: Teaser
    document: Document
    body: Body
    unlisted: bool = False
    previous: str = ""
    """The id of the next older listed post; empty for the oldest."""
    next: str = ""
    """The id of the next newer listed post; empty for the newest."""
    hidden_title: str = ""
    """The title, where only members may know it: face and document have another."""
    moment: datetime | None = None
    """The date, where only members may know it, likewise."""

    @property
    def address(self) -> str:
        """Where it is published."""
        return self.teaser.address


class Page(Struct, frozen=True, kw_only=True, gc=False):
    """A page: a document outside the flow of posts."""

    address: str
    document: Document
    body: Body
    hidden_title: str = ""
    """As of a post."""


class Term(Struct, frozen=True, kw_only=True, gc=False):
    """A category, a tag or an author, with the posts that carry it."""

    taxonomy: Taxonomy
    name: str
    slug: str
    address: str
    posts: tuple[str, ...]
    """Ids of listed posts, newest first."""
    description: str = ""
    icon: str = ""
    image: str = ""
    url: str = ""
    """An author's own site, if the configuration names one."""
    person: bool = True
    """Whether an author is one person; false for a team."""


class Held(Struct, frozen=True, gc=False):
    """A post that is not published now, and why."""

    path: str
    reason: str
    """`draft`, `goes live 2027-01-02 09:00 (Europe/Berlin)`, `expired 2024-03-01 00:00 (UTC)`."""
    document: Document
    body: Body
    """Kept to know what is its own: files that only it shows are held back with it."""


class Site(Struct, frozen=True, kw_only=True, gc=False):
    """What the whole site consists of. Templates never see it; they see views of it."""

    posts: tuple[Post, ...] = ()
    """Newest first; ties by id."""
    pages: tuple[Page, ...] = ()
    categories: tuple[Term, ...] = ()
    tags: tuple[Term, ...] = ()
    authors: tuple[Term, ...] = ()
    held: tuple[Held, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def listed(self) -> tuple[Post, ...]:
        """The posts that stand in lists, newest first."""
        return tuple(post for post in self.posts if not post.unlisted)

    @property
    def written(self) -> tuple[Post | Page, ...]:
        """All posts, then all pages."""
        everything: list[Post | Page] = [*self.posts, *self.pages]
        return tuple(everything)


class TagRow(Struct, frozen=True, kw_only=True, gc=False):
    """What `relate` may know of a post, and no more."""

    id: str
    tags: tuple[str, ...]
    """Slugs of its tags, sorted."""
    category: str = ""
    date: datetime
    access: str = PUBLIC
    picks: tuple[str, ...] = ()
    """Ids of hand-picked posts, resolved, in the author's order."""


class TagTable(Struct, frozen=True, gc=False):
    """All that the ranking knows: one row for each listed post, newest first."""

    rows: tuple[TagRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Hand-picked posts that do not exist."""


class SharedTag(Struct, frozen=True, gc=False):
    """A tag that two posts share, and how much it counts: round(1000 ln(1 + N/df))."""

    slug: str
    weight: int


class Relation(Struct, frozen=True, kw_only=True, gc=False):
    """One related post, and what made it so."""

    id: str
    score: int
    """In millionths."""
    shared: tuple[SharedTag, ...] = ()
    """Heaviest first."""
    same_category: bool = False
    picked: bool = False
