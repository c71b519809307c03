"""What the views of one site share: addresses, dates, cards, heads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from hashlib import sha256
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from sitegen.adapters.jinja import TemplateMistake, Templates
from sitegen.config import Config, reader_rules
from sitegen.model.document import PUBLIC, Document, Heading, Link
from sitegen.model.lock import KEYRING, OPEN, GatedFile, Lock
from sitegen.model.site import Page, Post, Site, Teaser, TermRef
from sitegen.model.view import (
    Card,
    Crumb,
    FeedLink,
    Head,
    Mark,
    MembersView,
    MenuItem,
    SiteView,
    TermLink,
    TocEntry,
)
from sitegen.stages.plan.atlas import Atlas, Place
from sitegen.stages.plan.links import Origin, Resolver, origin_of

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_RTL = frozenset(("ar", "arc", "ckb", "dv", "fa", "he", "ku", "nqo", "ps", "sd", "ug", "ur", "yi"))
"""Languages that are written from right to left."""


@lru_cache(maxsize=64)
def direction(lang: str) -> str:
    """`rtl` or `ltr`, as a language is written."""
    subtags = lang.lower().split("-")
    script = next((tag for tag in subtags[1:] if len(tag) == 4), "")
    if script:
        return "rtl" if script in ("arab", "hebr", "thaa", "nkoo", "syrc") else "ltr"
    return "rtl" if subtags[0] in _RTL else "ltr"


def month_name(number: int) -> str:
    """The English name of a month, 1 to 12, whatever the machine's locale."""
    return _MONTHS[number - 1]


def date_text(date: datetime, pattern: str) -> str:
    """A date as `pattern` says: %d %e %m %b %B %y %Y, in English whatever the machine's locale."""
    return "".join([_DATE_PARTS.get(piece, _literal)(date, piece) for piece in _pieces(pattern)])


def _literal(_date: datetime, piece: str) -> str:
    return piece


_DATE_PARTS: dict[str, Callable[[datetime, str], str]] = {
    "%d": lambda date, _: f"{date.day:02}",
    "%e": lambda date, _: str(date.day),
    "%m": lambda date, _: f"{date.month:02}",
    "%b": lambda date, _: month_name(date.month)[:3],
    "%B": lambda date, _: month_name(date.month),
    "%y": lambda date, _: f"{date.year % 100:02}",
    "%Y": lambda date, _: f"{date.year:04}",
}


@lru_cache(maxsize=8)
def _pieces(pattern: str) -> tuple[str, ...]:
    return tuple(re.split("(%[demyYbB])", pattern))


def _in_zone(date: datetime, zone: ZoneInfo) -> datetime:
    """A moment by the clocks of a zone; by its own where theirs do not reach, in the years 1 and 9999."""
    try:
        return date.astimezone(zone)
    except OverflowError:
        return date


def toc(headings: Iterable[Heading], least: int) -> tuple[TocEntry, ...]:
    """The headings of level 2 with those of level 3 below; empty if fewer than `least` are of level 2."""
    entries: list[tuple[Heading, list[TocEntry]]] = []
    for heading in headings:
        if heading.level == 2:
            entries.append((heading, []))
        elif heading.level == 3 and entries:
            entries[-1][1].append(TocEntry(heading.id, heading.text))
    if len(entries) < least:
        return ()
    return tuple(TocEntry(heading.id, heading.text, tuple(below)) for heading, below in entries)


JSON_LD = "json_ld"
LOGIN = "/login/"
"""Where members log in, unless a site says otherwise."""
MOST_TAGS = 20
"""So many tags a card carries at most: a post with thousands would weigh down every list it stands in."""


class _Cards(dict[str, Card]):
    """Cards by the ids of their posts, each made when it is first asked for."""

    def __init__(self, make: Callable[[str], Card]) -> None:
        self.make = make

    def __missing__(self, id: str) -> Card:
        card = self[id] = self.make(id)
        return card


class _Links(dict[TermRef, TermLink]):
    """Terms to link to: thousands of cards show the same."""

    def __init__(self, make: Callable[[TermRef], TermLink]) -> None:
        self.make = make

    def __missing__(self, ref: TermRef) -> TermLink:
        link = self[ref] = self.make(ref)
        return link


class Context:
    """The site as its views need it: where things lie, what they are called, how a card of a post looks."""

    def __init__(
        self,
        site: Site,
        config: Config,
        atlas: Atlas,
        resolver: Resolver,
        templates: Templates,
        lock: Lock = OPEN,
    ) -> None:
        self.lock = lock
        self.gated_files: Mapping[str, tuple[GatedFile, ...]] = {}
        """By a document's source, the sealed files that its gated text shows."""
        self.site = site
        self.config = config
        self.readers = reader_rules(config)
        self.atlas = atlas
        self.resolver = resolver
        self.templates = templates
        self.listed = site.listed
        self.former = [one for one in site.written if one.document.front.aliases]
        """What had other addresses before."""
        self.tag_slugs = {term.address: term.slug for term in site.tags}
        self.categories = {term.address: term for term in site.categories}
        self.authors = {term.address: term for term in site.authors}
        self.posts = {post.teaser.id: post for post in site.posts}
        self._home = config.site.url and f"{config.site.url.rstrip('/')}/"
        self._host = urljoin(self._home, "/").rstrip("/")
        self.url = resolver.url
        """An address of the site, ready for `href`."""
        self.card: Callable[[str], Card] = _Cards(self._card).__getitem__
        """The card of a post by its id, the same in every list."""
        self._mentions: dict[str, frozenset[str]] = {}
        self._link: Callable[[TermRef], TermLink] = _Links(self.term).__getitem__

    def mentions(self, template: str) -> frozenset[str]:
        """What a template names: nothing else of a page need be worked out.

        Nothing if it cannot be read, which is told where its pages are made.
        """
        if template not in self._mentions:
            self._mentions[template] = self._mentioned(template)
        return self._mentions[template]

    def _mentioned(self, template: str) -> frozenset[str]:
        try:
            closure = self.templates.closure(template)
        except TemplateMistake:
            return frozenset()
        texts = [self.templates.files[name].text for name, digest in closure.members if digest]
        # It is a field of `page`: no name of its own, but what stands in no text is shown by none.
        shown = any(JSON_LD in text for text in texts)
        return closure.mentions | {JSON_LD} if shown else closure.mentions

    def describes(self, template: str) -> bool:
        """Whether pages of a template hold structured data: it shows them, and the site has a `url`."""
        return bool(self._home) and JSON_LD in self.mentions(template)

    def close(self) -> None:
        """Forget everything. Cards hold the context, which holds the cards: nobody else would free them."""
        vars(self).clear()

    def absolute(self, url: str) -> str:
        """A `url` as the whole web knows it; empty without the site's own, and of an empty one."""
        if not self._home or not url:
            return ""
        # By far the most are paths; for those there is nothing to find out.
        return self._host + url if url[0] == "/" and url[:2] != "//" else urljoin(self._home, url)

    def canonical(self, address: str) -> str:
        """The whole address of a page; empty without the site's `url`."""
        return self.absolute(self.url(address)) if self.config.site.url else ""

    def target(self, target: str, key: str, document: Document, place: Place) -> str:
        """Where a value of a document's front matter leads, ready for `src` or `href`."""
        if not target:
            return ""
        link = Link(target, "image", document.front.line_of(key))
        return self.resolver.link(link, origin_of(document, place))

    def configured(self, target: str, kind: str = "link") -> str:
        """Where a value of the configuration leads, ready for `src` or `href`."""
        origin = Origin("sitegen.toml", "", Place("/"))
        return (
            self.resolver.link(Link(target, "image" if kind == "image" else "link"), origin) if target else ""
        )

    def term(self, ref: TermRef, count: int = 0) -> TermLink:
        """A term to link to."""
        icon = self.configured(ref.icon, "image") if "/" in ref.icon else ref.icon
        return TermLink(ref.name, self.url(ref.address), icon, count)

    def whole_card(self, id: str) -> Card:
        """The card of a post for its own page, with all its tags."""
        card, tags = self.card(id), self.posts[id].teaser.tags
        return card if len(tags) <= MOST_TAGS else replace(card, tags=tuple(self.term(tag) for tag in tags))

    def cards(self, ids: Iterable[str]) -> tuple[Card, ...]:
        """The cards of these posts, in order."""
        return tuple(map(self.card, ids))

    def _card(self, id: str) -> Card:
        post = self.posts[id]
        teaser = post.teaser
        lang = teaser.lang if teaser.lang != self.config.site.lang else ""
        pattern = self.config.site.date_format
        return Card(
            title=teaser.title,
            url=self.url(teaser.address),
            date=teaser.date.isoformat(),
            date_text=date_text(teaser.date, pattern),
            updated=teaser.updated.isoformat() if teaser.updated else "",
            updated_text=date_text(teaser.updated, pattern) if teaser.updated else "",
            read_text=f"{teaser.read_time}m Read",
            excerpt=teaser.summary,
            category=self._link(teaser.category) if teaser.category else None,
            tags=tuple([self._link(tag) for tag in teaser.tags[:MOST_TAGS]]),
            authors=tuple([self._link(author) for author in teaser.authors]),
            image=self.target(teaser.image, "image", post.document, Place(teaser.address)),
            image_alt=teaser.image_alt,
            art=tuple(sha256(teaser.id.encode()).digest()[:8]),
            locked=teaser.access != PUBLIC,
            access=teaser.access,
            lang=lang,
            dir=direction(lang) if lang else "",
            marks=self.marks(teaser, post.document),
        )

    def marks(self, teaser: Teaser, document: Document) -> tuple[Mark, ...]:
        """What the preview says of a post that a build would not show, or not in lists."""
        marks = []
        if teaser.draft:
            marks.append(Mark("draft", "Draft"))
        if teaser.future:
            when = _in_zone(teaser.date, self.config.zone)
            marks.append(Mark("future", f"Goes live {date_text(when, self.config.site.date_format)}"))
        if document.front.unlisted and marks:
            marks.append(Mark("unlisted", "Unlisted"))
        return tuple(marks)

    def head(self, title: str, address: str, above: Sequence[tuple[str, str]] = (), **more: object) -> Head:
        """What a page says of itself; `more` are fields of `Head`.

        `above` are labels and addresses of the pages between the home page and this one.
        """
        site = self.config.site
        lang = str(more.pop("lang", "") or site.lang)
        url = self.url(address)
        way = [Crumb(name, self.url(to)) for name, to in above]
        fields: dict[str, object] = {
            "title": title,
            "head_title": f"{title} · {site.title}" if title != site.title else title,
            "description": site.description,
            "canonical_url": self.absolute(url),
            "lang": lang,
            "dir": direction(lang),
            "image_url": self.site_image,
            "image_alt": site.title if site.image else "",
            "feeds": self._feeds,
            "crumbs": (self._home_crumb, *way, Crumb(title)),
            "current_url": url,
        }
        fields.update(more)
        return Head(**fields)  # type: ignore[arg-type]

    @cached_property
    def _home_crumb(self) -> Crumb:
        return Crumb(self.config.site.title, self.url("/"))

    @cached_property
    def site_image(self) -> str:
        """The picture for social cards of pages that have none, as the whole web knows it."""
        return self.absolute(self.configured(self.config.site.image, "image"))

    @cached_property
    def _feeds(self) -> tuple[FeedLink, ...]:
        site = self.config.site
        return (FeedLink(site.title, self.url("/feed.xml")),) if site.url else ()

    def feeds(self, *more: FeedLink) -> tuple[FeedLink, ...]:
        """The feeds that a page points to: the site's, and its own."""
        return (*self._feeds, *more) if self._feeds else ()

    def site_view(self, assets: Iterable[tuple[str, str]], integrity: str = "") -> SiteView:
        """What every page knows of the site. `integrity` is that of the script of members' pages."""
        site, addresses, members = self.config.site, self.config.addresses, self.config.members
        listed = self.listed
        return SiteView(
            title=site.title,
            tagline=site.tagline,
            description=site.description,
            lang=site.lang,
            dir=direction(site.lang),
            root=self.url("/"),
            url=site.url and self.canonical("/"),
            menu=self._menu(),
            footer=self._footer(),
            archive_url=self.url(addresses.archive) if listed else "",
            tags_url=self.url(addresses.tags) if self.site.tags else "",
            categories_url=self.url(addresses.categories) if self.site.categories else "",
            authors_url=self.url(addresses.authors) if self.site.authors else "",
            login_url=self._door(members.login_url, LOGIN),
            join_url=self._door(members.join_url, "/join/"),
            feed_url=self.url("/feed.xml") if site.url else "",
            copyright=site.copyright,
            members_heading=members.heading,
            members_text=members.text,
            members=self._members(integrity),
            cta_attributes=members.cta_attributes,
            assets=tuple(sorted(assets)),
        )

    def members_url(self, one: Post | Page) -> str:
        """Where the host lets members read the whole text of a page; empty under other locks."""
        if not self.lock.hosted or one.body.gated is None or one.address == "/":
            return ""
        return self.url(self.lock.address(one.document.front.access, one.address))

    def _members(self, integrity: str) -> MembersView:
        lock = self.lock
        if not lock.seals:
            return MembersView(lock=lock.kind)
        return MembersView(lock=lock.kind, site=lock.site, keyring=self.url(f"/{KEYRING}"), script=integrity)

    def _door(self, target: str, usual: str) -> str:
        """Where members log in or join; nowhere if the site has neither said nor made the usual page."""
        if target == usual and self.atlas.at(target) is None:
            return ""
        return self.configured(target)

    def _menu(self) -> tuple[MenuItem, ...]:
        if self.config.menu:
            return tuple(MenuItem(item.label, self.configured(item.to)) for item in self.config.menu)
        links = (self.term(TermRef(term.name, term.address, term.icon)) for term in self.site.categories)
        return tuple(MenuItem(link.name, link.url, link.icon) for link in links)

    def _footer(self) -> tuple[MenuItem, ...]:
        if self.config.footer:
            return tuple(MenuItem(item.label, self.configured(item.to)) for item in self.config.footer)
        usual = {"/about/": "About", "/privacy/": "Privacy"}
        unlisted = {page.address for page in self.site.pages if page.document.front.unlisted}
        found = (address for address in usual if self.atlas.at(address) and address not in unlisted)
        return tuple(MenuItem(usual[address], self.url(address)) for address in found)
