"""Which settings there are, and their defaults.

Stages take the part that concerns them, never the whole where a part will do: what a stage is given is what
its result depends on.
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from msgspec import Struct

FILE = "sitegen.toml"

Pairs = tuple[tuple[str, str], ...]
"""A table of texts by names that are the user's own. Sorted."""


class SiteConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """`[site]`: what the site is."""

    title: str = "My Site"
    tagline: str = ""
    description: str = ""
    url: str = ""
    """Where the site will live, `https://example.org/` or with a path; without it no feed and no sitemap."""
    lang: str = "en"
    timezone: str = "UTC"
    author: str = ""
    """Whom feeds and pages name where a post has no author; empty for the title."""
    copyright: str = ""
    image: str = ""
    """The picture for social cards of pages that have none."""
    date_format: str = "%b %d %Y"
    """With %d %e %m %b %B %y %Y; month names are English whatever the machine's locale."""


class PathsConfig(Struct, frozen=True):
    """`[paths]`: where the site's files lie, relative to its folder."""

    content: str = "content"
    templates: str = "templates"
    ignore: tuple[str, ...] = ()
    """Glob patterns below the content folder: `drafts/**`, `**/_index.md`."""


class PostsConfig(Struct, frozen=True):
    """`[posts]`: which files are posts, and how lists show them."""

    folders: tuple[str, ...] = ("posts",)
    """Folders below the content folder, themselves and all below; `"."` for all of it."""
    per_page: int = 9
    """Cards on a page of a list."""


class AddressConfig(Struct, frozen=True):
    """`[addresses]`: patterns. A post's may hold {slug} {year} {month} {day} {category} {folder} {lang}."""

    post: str = "/blog/{slug}/"
    page: str = "/{folder}/{slug}/"
    blog: str = "/blog/"
    archive: str = "/archive/"
    categories: str = "/categories/"
    category: str = "/category/{term}/"
    tags: str = "/tags/"
    tag: str = "/tag/{term}/"
    authors: str = "/authors/"
    author: str = "/author/{term}/"


class CategoryConfig(Struct, frozen=True):
    """`[categories."Self Care"]`: how a category is shown. The order in the file is the order in the menu."""

    name: str
    icon: str = "folder"
    """The id of a symbol in `assets/icons.svg`, or the address of a picture (with a `/`)."""
    description: str = ""
    access: str = ""
    """Who may read a post of it that says nothing of it; empty for whoever may read any other."""


class AuthorConfig(Struct, frozen=True):
    """`[authors."Jane Doe"]`: who writes."""

    name: str
    bio: str = ""
    image: str = ""
    url: str = ""
    person: bool = True
    """False for a team or an organization."""


class MenuConfig(Struct, frozen=True):
    """`[[menu]]` or `[[footer]]`: an entry of the header's or footer's menu."""

    label: str
    to: str
    """An address of the site (`/about/`), a file of it (`about.md`), or a whole URL."""


class RelatedConfig(Struct, frozen=True):
    """`[related]`: the row of related posts."""

    limit: int = 3
    minimum: float = 0.10
    """Below this score nothing is called related; 0 to 1."""
    fill: bool = True
    """Fill the row up with posts of the same category, under a label that says so."""


class SummaryConfig(Struct, frozen=True):
    """`[summary]`: excerpts where the author wrote none."""

    length: int = 200
    """In characters, roughly: whole sentences."""


class ReadingConfig(Struct, frozen=True):
    """`[reading]`: how reading time is reckoned."""

    words_per_minute: int = 230
    cjk_per_minute: int = 500


class MarkdownConfig(Struct, frozen=True):
    """`[markdown]`: how text becomes HTML."""

    engine: Literal["python-markdown", "commonmark"] = "python-markdown"
    """Which library does it; `commonmark` is the fast one."""
    html: Literal["safe", "all", "none"] = "safe"
    """What becomes of HTML in the text: an allow-list, everything, nothing."""
    toc_from: int = 3
    """Posts with at least this many headings of level 2 show a table of contents."""


class LinksConfig(Struct, frozen=True):
    """`[links]`: what a link, picture or anchor with nothing behind it is."""

    broken: Literal["error", "warn"] = "error"


class DefaultsConfig(Struct, frozen=True):
    """`[[defaults]]`: front matter for files of a folder that do not say otherwise. The last match wins."""

    folder: str
    category: str = ""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    access: str = ""
    lang: str = ""
    template: str = ""
    draft: bool | None = None
    unlisted: bool | None = None


class MembersConfig(Struct, frozen=True):
    """`[members]`: who may read what."""

    tiers: tuple[str, ...] = ("members",)
    """From lowest to highest."""
    access: str = "public"
    """Who may read a post that says nothing of it."""
    lock: Literal["teaser", "encrypted", "host"] | None = None
    """What becomes of gated text; None for `encrypted` where there are members, else for `teaser`."""
    related: Literal["show", "hide", "at-most-one"] = "show"
    """Whether rows of related posts hold those that the readers of a page may not open."""
    hide: tuple[str, ...] = ()
    """What nobody else shall know of posts for members: `title`, `tags`, `date`."""
    hidden_title: str = "A post for members"
    """What stands in the place of a hidden title."""
    strict: bool = True
    """Whether a file of a gated text that is public all the same is an error."""
    prefix: str = "members/"
    """Below what members' pages lie where the host locks them."""
    host: Literal["netlify"] | None = None
    """For which host the rules that lock them are written; None if somebody else sees to it."""
    login_url: str = "/login/"
    join_url: str = "/join/"
    heading: str = "Become a Member"
    text: str = "Members read every post in full."
    cta_attributes: Pairs = ()
    """Attributes of the links that lead to membership, by which a service may take over. Sorted."""


class FeedConfig(Struct, frozen=True):
    """`[feed]`: the Atom feeds."""

    limit: int = 20


class LimitsConfig(Struct, frozen=True):
    """`[limits]`: what one file may cost."""

    document_bytes: int = 5_000_000
    convert_seconds: float = 5.0


class Config(Struct, frozen=True):
    """All settings of a site."""

    site: SiteConfig = SiteConfig()
    paths: PathsConfig = PathsConfig()
    posts: PostsConfig = PostsConfig()
    addresses: AddressConfig = AddressConfig()
    categories: tuple[CategoryConfig, ...] = ()
    authors: tuple[AuthorConfig, ...] = ()
    menu: tuple[MenuConfig, ...] = ()
    footer: tuple[MenuConfig, ...] = ()
    related: RelatedConfig = RelatedConfig()
    summary: SummaryConfig = SummaryConfig()
    reading: ReadingConfig = ReadingConfig()
    markdown: MarkdownConfig = MarkdownConfig()
    links: LinksConfig = LinksConfig()
    front_matter: Pairs = ()
    """Keys of other tools, and which of ours each is; `"ignore"` accepts one without meaning. Sorted."""
    defaults: tuple[DefaultsConfig, ...] = ()
    members: MembersConfig = MembersConfig()
    feed: FeedConfig = FeedConfig()
    limits: LimitsConfig = LimitsConfig()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the site's bare dates and times stand."""
        try:
            return ZoneInfo(self.site.timezone)
        except (KeyError, ValueError, OSError):  # told as a mistake; until it is mended, times need some zone
            return ZoneInfo("UTC")

    @property
    def root(self) -> str:
        """The path under which the site lives: `/`, or `/sub/`."""
        return (split_url(self.site.url) or urlsplit("")).path.rstrip("/") + "/"


class ParseRules(Struct, frozen=True):
    """All that `parse` needs to know of the configuration."""

    timezone: str = "UTC"
    front_matter: Pairs = ()
    defaults: tuple[DefaultsConfig, ...] = ()
    tiers: tuple[str, ...] = ("members",)
    access: str = "public"
    categories: Pairs = ()
    """Names of categories, and who may read a post of each that says nothing of it. Sorted."""
    document_bytes: int = 5_000_000


class ReaderRules(Struct, frozen=True):
    """All that is to be known of readers: which levels there are, and what those see who may not open it."""

    tiers: tuple[str, ...] = ("members",)
    related: Literal["show", "hide", "at-most-one"] = "show"

    def may_open(self, reader: str, access: str) -> bool:
        """Whether somebody who may open posts of one level may open those of another."""
        levels = ("public", *self.tiers)
        return access == reader or (
            access in levels and reader in levels and levels.index(access) < levels.index(reader)
        )


class ConvertRules(Struct, frozen=True):
    """All that `convert` needs to know of the configuration."""

    markdown: MarkdownConfig = MarkdownConfig()
    summary: SummaryConfig = SummaryConfig()
    reading: ReadingConfig = ReadingConfig()
    seconds: float = 5.0


def parse_rules(config: Config) -> ParseRules:
    """The part of the configuration that `parse` depends on."""
    return ParseRules(
        timezone=config.zone.key,
        front_matter=config.front_matter,
        defaults=config.defaults,
        tiers=config.members.tiers,
        access=config.members.access,
        categories=tuple(sorted((one.name, one.access) for one in config.categories if one.access)),
        document_bytes=config.limits.document_bytes,
    )


def reader_rules(config: Config) -> ReaderRules:
    """The part of the configuration that says what readers may open."""
    return ReaderRules(config.members.tiers, config.members.related)


def convert_rules(config: Config) -> ConvertRules:
    """The part of the configuration that `convert` depends on."""
    return ConvertRules(
        markdown=config.markdown,
        summary=config.summary,
        reading=config.reading,
        seconds=config.limits.convert_seconds,
    )


def split_url(url: str) -> SplitResult | None:
    """The parts of an address, or None if it has brackets or a port such as no address has."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        return None
    return parts


HIDEABLE = ("title", "tags", "date")
"""What of a post for members can be kept from everybody else."""

FRONT_MATTER_KEYS = (
    *("title", "date", "updated", "category", "tags", "authors", "slug", "summary", "description", "image"),
    *("image_alt", "read_time", "draft", "unlisted", "expires", "access", "related", "aliases", "template"),
    *("lang", "extra"),
)
"""The keys of front matter that have a meaning, in the order in which people are told of them."""

PATH_KEY = "path"
"""What a key of another tool may be mapped to beside those: an address that holds a date, a slug or both."""
