"""By what a page can be known before it is planned.

Planning a page means finding all that it shows. Of posts and of lists, by far the most pages, less will do to
know that they show what they showed before: which version of which posts they are made of, and that what all
pages have in common is the same. A key is the digest of just that; a page with a mistake in it has none, so
that the mistake is found in every build.

The second half of a key stands for the templates. Where that alone is another, the page is made of the recipe
that the store has, and need not be planned.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple

import msgspec
from msgspec import Struct

from sitegen.adapters.jinja import TemplateMistake, Templates
from sitegen.digest import Digest, digest_of
from sitegen.model.lock import GatedFile
from sitegen.model.site import Post, Relation, TermRef
from sitegen.model.view import ListView, SiteView
from sitegen.stages.plan.context import Context
from sitegen.stages.plan.links import WEB


class Earlier(NamedTuple):
    """What is known from an earlier build."""

    versions: Mapping[str, str] = {}
    """By a document's source what all that was read of it is known by; none for what may leave no digest."""
    keys: Mapping[str, str] = {}
    """By path the keys of pages that are still there."""
    stored: Container[str] = ()
    """The paths of those whose recipes are in the store."""
    sealed: bool = False
    """Whether keys are kept sealed, so that they may depend on what is for members."""


NOTHING = Earlier()


_encode = msgspec.json.Encoder(order="deterministic").encode


class Kept(Struct, frozen=True, gc=False):
    """A page that is as it was."""

    path: str
    key: str
    source: str
    canonical_url: str
    """For the sitemap; empty if it does not want to be found."""
    changed: str = ""
    template: str = ""
    """With which it has to be made anew; empty if it has not."""


_HALF = 32
"""Hexadecimal digits: 128 bits, far beyond what could ever meet by chance."""


class Keys:
    """The keys of the pages of one site."""

    def __init__(
        self, context: Context, view: SiteView, templates: Templates, data: Digest, earlier: Earlier
    ) -> None:
        self.context = context
        self.templates = templates
        self.versions = earlier.versions
        self.there = earlier.keys
        self.stored = earlier.stored
        self.sealed = earlier.sealed
        common = (context.config, _settled(context), view, context.resolver.severity, data, context.lock)
        self.common = digest_of(common) if earlier.versions else ""
        self.cards = {post.teaser.id: self._card(post) for post in context.site.posts}
        self._templates: dict[str, _Template] = {}

    def holds(self, path: str, key: str) -> bool:
        """Whether the page at `path` is there and has this key."""
        return bool(key) and self.there.get(path) == key

    def recipe_holds(self, path: str, key: str) -> bool:
        """Whether the page at `path` shows what it showed, so that its recipe need not be found anew."""
        return bool(key) and self.there.get(path, "")[:_HALF] == key[:_HALF] and path in self.stored

    def post(self, post: Post, related: tuple[Relation, ...], more: Iterable[str]) -> str:
        """The key of a post's page; empty if it must be planned."""
        version = self.versions.get(post.document.source, "")
        links = self._links(post)
        template = self._template(post.document.front.template or "post.html")
        if not version or links is None or not template.digest:
            return ""
        cards = self.cards
        parts = [
            "post",
            self.common,
            template.shows,
            version,
            cards[post.teaser.id],
            links,
            "unlisted" if post.unlisted else "",
            cards.get(post.previous, ""),
            cards.get(post.next, ""),
        ]
        parts += [f"{one.link} {one.path} {one.digest}" for one in self._files(post)]
        for one in related:
            parts += (cards[one.id], "picked" if one.picked else "", *[tag.slug for tag in one.shared], "")
        parts.append("more")
        parts += [cards[id] for id in more]
        return _digest(parts, template)

    def list_page(self, address: str, place: tuple[int, int], shown: ListView, ids: Iterable[str]) -> str:
        """The key of a page of a list: the which of how many; `shown` is what all of its pages have."""
        template = self._template("list.html")
        if not self.common or not template.digest:
            return ""
        what = (shown.kind, shown.name, shown.icon, str(shown.total))
        parts = ["list", self.common, template.shows, address, f"{place[0]}/{place[1]}", *what]
        parts += map(self.cards.__getitem__, ids)
        return _digest(parts, template)

    def archive(self, ids: Iterable[str]) -> str:
        """The key of the page of all posts."""
        template = self._template("archive.html")
        if not self.common or not template.digest:
            return ""
        return _digest(["archive", self.common, template.shows, *(self.cards[id] for id in ids)], template)

    def _card(self, post: Post) -> str:
        """What the card of a post is known by."""
        # Where an image leads depends on other files, and if it leads nowhere that has to be told every time.
        shown = self.context.card(post.teaser.id) if post.teaser.image else post.teaser
        return sha256(_encode(shown)).hexdigest()

    def _links(self, post: Post) -> str | None:
        """What the links of a text depend on; None if that may leave no digest."""
        gated = post.body.gated
        for link in (*post.body.preview.links, *(gated.links if gated else ())):
            if not link.target.startswith(WEB):
                return self._places or None
        return ""

    def _files(self, post: Post) -> tuple[GatedFile, ...]:
        """The sealed files that its gated text shows: others may have the same names."""
        return self.context.gated_files.get(post.document.source, ())

    @cached_property
    def _places(self) -> str:
        """The digest of every address and anchor; empty if some are those of a text for members, and keys are
        not kept sealed.
        """
        context, atlas = self.context, self.context.atlas
        if not self.sealed and any(one.body.gated for one in context.site.written):
            return ""
        return digest_of([sorted(known.items()) for known in (atlas.files, atlas.places, atlas.absent)])

    def _template(self, name: str) -> _Template:
        if name not in self._templates:
            shows = digest_of((name, tuple(sorted(self.context.mentions(name)))))
            try:
                digest = self.templates.closure(name).digest
            except TemplateMistake:
                digest = Digest("")
            self._templates[name] = _Template(shows, digest)
        return self._templates[name]


class _Template(NamedTuple):
    """What keys hold of a template."""

    shows: str
    """The digest of its name and of all that it names: what decides what a recipe holds for it."""
    digest: Digest
    """Of it and all that it needs; empty if it cannot be read."""


def _settled(context: Context) -> tuple[object, ...]:
    """Where the addresses in the settings lead now, which other files decide.

    Here and not on each page, so that one that leads nowhere is told in every build.
    """
    config = context.config
    authors = [
        (context.configured(who.image, "image"), context.configured(who.url)) for who in config.authors
    ]
    icons = [context.term(TermRef(one.name, "", one.icon)).icon for one in config.categories]
    return context.site_image, tuple(authors), tuple(icons)


def _digest(parts: Iterable[str], template: _Template) -> str:
    shown = sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return shown[:_HALF] + template.digest[:_HALF]
