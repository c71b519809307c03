"""What templates may see: finished addresses, finished dates, and never the site itself.

Every field of a view is a top-level name in the template that it is handed to. Addresses named `url` are
ready for `href` (they begin with the path of the site, `/` or `/sub/`); those named `..._url` in `Head` that
machines read are absolute. An empty string or tuple means "there is none".
"""

from __future__ import annotations

from msgspec import Struct

# There are many of these, and none is ever part of a cycle: `gc=False` spares the collector from walking them
# again and again. Those that stand in others are written without the names of their fields, which would be
# most of the bytes that workers are sent: `array_like`.


class Mark(Struct, frozen=True, array_like=True, gc=False):
    """A label that only the preview shows, such as Draft or Goes live on a date."""

    kind: str
    """`draft`, `future` or `unlisted`."""
    text: str


class TermLink(Struct, frozen=True, array_like=True, gc=False):
    """A category, tag or author to link to."""

    name: str
    url: str
    icon: str = ""
    """Of a category: the id of a symbol in `assets/icons.svg`, or a picture's address (it holds a `/`)."""
    count: int = 0
    description: str = ""
    """Only where all categories, or all authors, are listed: what they are about."""
    image: str = ""
    """Only where all authors are listed: an author's portrait."""


class MenuItem(Struct, frozen=True, array_like=True, gc=False):
    """An entry of a menu."""

    label: str
    url: str
    icon: str = ""


class Card(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """The public face of a post, ready to show."""

    title: str
    url: str
    date: str
    """ISO 8601, for `<time datetime>`."""
    date_text: str
    """As the site writes dates: `Sep 05 2023`."""
    updated: str = ""
    updated_text: str = ""
    read_text: str
    """`4m Read`."""
    excerpt: str = ""
    category: TermLink | None = None
    tags: tuple[TermLink, ...] = ()
    """All of them on the post's own page, the first 20 elsewhere."""
    authors: tuple[TermLink, ...] = ()
    image: str = ""
    """Ready for `src`; empty where a cover is to be drawn from `art`."""
    image_alt: str = ""
    art: tuple[int, ...] = ()
    """Eight numbers from 0 to 255, the same for a post in every build: what a drawn cover is drawn from."""
    locked: bool = False
    """For members: cards show a lock with a text that a screen reader reads."""
    access: str = "public"
    lang: str = ""
    """Set where the post's language differs from the site's."""
    dir: str = ""
    marks: tuple[Mark, ...] = ()


class RelatedCard(Struct, frozen=True, array_like=True, gc=False):
    """A card, and why it stands here."""

    card: Card
    shared: tuple[str, ...] = ()
    """Names of the tags that both posts carry, rarest first. Empty for one that was only hand-picked."""
    picked: bool = False


class TocEntry(Struct, frozen=True, array_like=True, gc=False):
    """A heading in the table of contents. Level 2 entries hold those of level 3 below them."""

    id: str
    text: str
    children: tuple[TocEntry, ...] = ()


class Crumb(Struct, frozen=True, array_like=True, gc=False):
    """A step of the way from the home page to this one. The last has no address."""

    label: str
    url: str = ""


class FeedLink(Struct, frozen=True, array_like=True, gc=False):
    """A feed that a page points to."""

    title: str
    url: str


class MembersView(Struct, frozen=True, array_like=True, gc=False):
    """What pages know of the members' lock."""

    lock: str = "teaser"
    """`teaser`: what is for members is not published. `encrypted`: it is, sealed. `host`: the host locks it.
    """
    keyring: str = ""
    """Where the browser fetches what passcodes open; empty where nothing is sealed."""
    site: str = ""
    """What tells two sites of one host apart; empty where nothing is sealed."""
    script: str = ""
    """The `integrity` of the theme's `members.js`; empty if there is none."""


class SiteView(Struct, frozen=True, kw_only=True, gc=False):
    """What every page knows of the site."""

    title: str
    tagline: str
    description: str
    lang: str
    dir: str
    root: str
    """The address of the home page: `/`, or `/sub/`."""
    url: str
    """The absolute address of the home page; empty if the site has no `url`."""
    menu: tuple[MenuItem, ...]
    """The categories, or what `[menu]` says."""
    footer: tuple[MenuItem, ...]
    archive_url: str
    tags_url: str
    categories_url: str = ""
    authors_url: str = ""
    login_url: str
    join_url: str
    feed_url: str
    """Empty without a site `url`."""
    copyright: str
    members_heading: str
    """The heading of the panel that asks readers to become members."""
    members_text: str
    members: MembersView = MembersView()
    cta_attributes: tuple[tuple[str, str], ...] = ()
    """Attributes for the links to become a member, and their values."""
    assets: tuple[tuple[str, str], ...] = ()
    """The theme's files and their addresses, for `asset("site.css")`. Sorted."""


class Head(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """What a page says of itself, most of it in `<head>`."""

    title: str
    """The page's heading."""
    head_title: str
    """For `<title>`."""
    description: str
    canonical_url: str
    """Empty without a site `url`."""
    lang: str
    dir: str
    """`ltr` or `rtl`."""
    noindex: bool = False
    og_type: str = "website"
    image_url: str = ""
    """Absolute; for Open Graph and Twitter."""
    image_alt: str = ""
    published: str = ""
    modified: str = ""
    author: str = ""
    json_ld: str = ""
    """A JSON document that is safe inside a `<script>` element."""
    feeds: tuple[FeedLink, ...] = ()
    crumbs: tuple[Crumb, ...] = ()
    marks: tuple[Mark, ...] = ()
    current_url: str = ""
    """This page's own address, to mark it in menus."""
    sealed: str = ""
    """What the page holds for members, sealed: a JSON document that is safe inside a `<script>` element."""


class AuthorView(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """An author, ready to show."""

    name: str
    url: str
    bio: str = ""
    image: str = ""
    site_url: str = ""


class PostView(Struct, frozen=True, kw_only=True, tag="post", gc=False):
    """A post's page. Rendered with `body` beside these names: the HTML of what everybody may read."""

    site: SiteView
    page: Head
    post: Card
    toc: tuple[TocEntry, ...] = ()
    """Empty for short posts."""
    authors: tuple[AuthorView, ...] = ()
    gated: bool = False
    """The text goes on for members: the page ends its preview with the call to action."""
    members_url: str = ""
    """Where the host lets members read all of it; empty under other locks."""
    whole: bool = False
    """This is the page that the host shows to members alone."""
    mail_url: str = ""
    """A `mailto:` address that shares the post by e-mail."""
    related: tuple[RelatedCard, ...] = ()
    more: tuple[Card, ...] = ()
    """Fills the row of related posts up, where the site wants that, under a label of its own."""
    more_label: str = ""
    previous: Card | None = None
    next: Card | None = None
    extra: tuple[tuple[str, object], ...] = ()
    """The author's own keys, below `extra:` in the front matter; templates see them as a map."""


class PageView(Struct, frozen=True, kw_only=True, tag="page", gc=False):
    """A page that is not a post. Rendered with `body` beside these names."""

    site: SiteView
    page: Head
    toc: tuple[TocEntry, ...] = ()
    gated: bool = False
    members_url: str = ""
    """As on a post's page, like `whole`."""
    whole: bool = False
    extra: tuple[tuple[str, object], ...] = ()
    """The author's own keys, as on a post's page."""


class HomeView(Struct, frozen=True, kw_only=True, tag="home", gc=False):
    """The home page. `body` holds the text of `content/index.md`, if there is one."""

    site: SiteView
    page: Head
    lead: Card | None = None
    cards: tuple[Card, ...] = ()
    more_url: str = ""
    """The list of all posts; empty if all of them stand here."""
    more_label: str = ""
    categories: tuple[TermLink, ...] = ()


class PageLink(Struct, frozen=True, array_like=True, gc=False):
    """A page of a list that goes over several pages."""

    number: int
    url: str
    current: bool = False


class Pagination(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """Where in a list that goes over several pages this one is."""

    number: int = 1
    count: int = 1
    previous_url: str = ""
    next_url: str = ""
    links: tuple[PageLink, ...] = ()
    """Number 0 stands for a gap."""


class ListView(Struct, frozen=True, kw_only=True, tag="list", gc=False):
    """A page of the posts of a category, a tag, an author, or of all posts."""

    site: SiteView
    page: Head
    kind: str
    """`category`, `tag`, `author` or `blog`."""
    name: str
    icon: str = ""
    description: str = ""
    image: str = ""
    site_url: str = ""
    total: int = 0
    cards: tuple[Card, ...] = ()
    pagination: Pagination = Pagination()


class ArchiveMonth(Struct, frozen=True, array_like=True, gc=False):
    """The posts of a month, newest first."""

    name: str
    cards: tuple[Card, ...]


class ArchiveYear(Struct, frozen=True, array_like=True, gc=False):
    """The months of a year, newest first."""

    year: str
    months: tuple[ArchiveMonth, ...]


class ArchiveView(Struct, frozen=True, kw_only=True, tag="archive", gc=False):
    """All posts by year and month."""

    site: SiteView
    page: Head
    years: tuple[ArchiveYear, ...] = ()
    total: int = 0


class TermsView(Struct, frozen=True, kw_only=True, tag="terms", gc=False):
    """All categories, all tags or all authors, by name."""

    site: SiteView
    page: Head
    kind: str
    terms: tuple[TermLink, ...] = ()


class NotFoundView(Struct, frozen=True, kw_only=True, tag="404", gc=False):
    """The page for addresses behind which nothing lies."""

    site: SiteView
    page: Head
    cards: tuple[Card, ...] = ()


class FeedEntry(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """A post in a feed. Its text is that of the page, for posts that everybody may read."""

    id: str
    title: str
    url: str
    published: str
    updated: str
    summary: str
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    locked: bool = False


class FeedView(Struct, frozen=True, kw_only=True, tag="feed", gc=False):
    """An Atom feed (RFC 4287). Rendered with `bodies` beside these names: absolute HTML by entry id."""

    id: str
    title: str
    subtitle: str
    lang: str
    self_url: str
    home_url: str
    updated: str
    author: str
    entries: tuple[FeedEntry, ...] = ()


class SitemapUrl(Struct, frozen=True, array_like=True, gc=False):
    """An address in the sitemap, and when it last changed (empty if unknown)."""

    url: str
    modified: str = ""


class SitemapView(Struct, frozen=True, kw_only=True, tag="sitemap", gc=False):
    """The sitemap."""

    urls: tuple[SitemapUrl, ...] = ()


class RedirectView(Struct, frozen=True, kw_only=True, tag="redirect", gc=False):
    """A page at a former address that leads to the present one."""

    title: str
    lang: str
    url: str
    canonical_url: str = ""


View = (
    PostView
    | PageView
    | HomeView
    | ListView
    | ArchiveView
    | TermsView
    | NotFoundView
    | FeedView
    | SitemapView
    | RedirectView
)
