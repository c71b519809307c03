"""`sitegen.toml` as a frozen value.

`Config` says which settings there are, with their defaults; `read_config` turns a file's text into one and
reports every mistake at once, each with its line. Stages take the part that concerns them, never the whole
where a part will do: what a stage is given is what its result depends on.
"""

from __future__ import annotations

import re
import tomllib
import types
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from sitegen.errors import Problem, did_you_mean

FILE = "sitegen.toml"


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

    engine: Literal["python-markdown"] = "python-markdown"
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
    login_url: str = "/login/"
    join_url: str = "/join/"
    heading: str = "Become a Member"
    text: str = "Members read every post in full."


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
    front_matter: tuple[tuple[str, str], ...] = ()
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
        return (_split_url(self.site.url) or urlsplit("")).path.rstrip("/") + "/"


class ParseRules(Struct, frozen=True):
    """All that `parse` needs to know of the configuration."""

    timezone: str = "UTC"
    posts: PostsConfig = PostsConfig()
    front_matter: tuple[tuple[str, str], ...] = ()
    defaults: tuple[DefaultsConfig, ...] = ()
    tiers: tuple[str, ...] = ("members",)
    access: str = "public"
    document_bytes: int = 5_000_000


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
        posts=config.posts,
        front_matter=config.front_matter,
        defaults=config.defaults,
        tiers=config.members.tiers,
        access=config.members.access,
        document_bytes=config.limits.document_bytes,
    )


def convert_rules(config: Config) -> ConvertRules:
    """The part of the configuration that `convert` depends on."""
    return ConvertRules(
        markdown=config.markdown,
        summary=config.summary,
        reading=config.reading,
        seconds=config.limits.convert_seconds,
    )


class Reading(NamedTuple):
    """A configuration as far as it could be read, and what was wrong with it."""

    config: Config
    problems: tuple[Problem, ...]


def read_config(data: bytes, path: str = FILE) -> Reading:
    """Read the bytes of a `sitegen.toml`. Wrong settings keep their defaults; all are reported at once."""
    try:
        text = data.decode().removeprefix("\ufeff").replace("\r\n", "\n")
        table = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = Problem(
            path=path, line=line, message=f"Byte {error.start} is not UTF-8", hint="Save the file as UTF-8."
        )
        return Reading(Config(), (problem,))
    except tomllib.TOMLDecodeError as error:
        return Reading(Config(), (_toml_problem(error, path),))
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, thousands of brackets
        return Reading(Config(), (Problem(path=path, message=f"This cannot be read as TOML: {error}"),))
    problems: list[Problem] = []
    found = _Walk(path, text, problems)
    values = found.struct(Config, table, ())
    config = Config(**values)
    problems.extend(_check(config, _Wrong(found)))
    return Reading(config, tuple(sorted(problems, key=lambda p: (p.line, p.message))))


def _toml_problem(error: tomllib.TOMLDecodeError, path: str) -> Problem:
    """A syntax error of TOML, with the place that `tomllib` puts into its message."""
    place = re.search(r"^(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)$", str(error))
    if place is None:
        return Problem(path=path, message=f"This is not TOML: {error}")
    message, line, column = place.groups()
    return Problem(
        path=path,
        line=int(line or 0),
        column=int(column or 0),
        message=f"This is not TOML: {message}",
        hint='Texts stand in quotes: title = "My Site".',
    )


Keys = tuple[str | int, ...]
"""Where a setting stands: the names of its tables, or numbers in a list of tables, and its own name."""


class _Walk:
    """Turns tables into structs and notes what does not fit, with its line."""

    def __init__(self, path: str, text: str, problems: list[Problem]) -> None:
        self.path = path
        self.lines = text.split("\n")
        self.problems = problems

    def problem(self, keys: Keys, message: str, hint: str = "") -> None:
        self.problems.append(Problem(path=self.path, line=self.line_of(keys), message=message, hint=hint))

    def line_of(self, keys: Keys) -> int:
        """The line on which the statement begins that sets a key, or 0 if none does."""
        # A file's first lines are TOML up to the end of any statement. So the statement wanted begins on the
        # first line for which what is TOML from there on holds the key; once it is there, it stays.
        numbers = range(1, len(self.lines) + 1)
        place = bisect_left(numbers, True, key=lambda number: self.is_set_at(number, keys))
        return numbers[place] if place < len(numbers) else 0

    def is_set_at(self, number: int, keys: Keys) -> bool:
        """Whether a key is set by the end of the statement that stands on a line."""
        for end in range(number, len(self.lines) + 1):
            try:
                table = tomllib.loads("\n".join(self.lines[:end]))
            except tomllib.TOMLDecodeError:
                continue
            return _holds(table, keys)
        return False

    def struct(self, kind: type[Struct], table: dict[str, Any], keys: Keys) -> dict[str, Any]:
        """The values for the fields of `kind` that `table` gives rightly."""
        hints = get_type_hints(kind)
        known = [name for name in kind.__struct_fields__ if not (keys and name == "name")]
        values = {}
        for key, value in table.items():
            if key not in known:
                where = f" in {_header(keys)}" if keys else ""
                hint = did_you_mean(key, known) or f"Known here: {', '.join(known)}."
                self.problem((*keys, key), f"`{key}` is not a setting{where}", hint)
                continue
            fitted = self.value(hints[key], value, (*keys, key))
            if fitted is not None:
                values[key] = fitted
        return values

    def value(self, kind: Any, value: Any, keys: Keys) -> Any:
        """`value` as `kind`, or None if it does not fit, which is then noted."""
        item = _struct_item(kind)
        if isinstance(kind, type) and issubclass(kind, Struct):
            return self.one(kind, value, keys)
        if item is not None:
            return self.many(item, value, keys)
        if keys == ("front_matter",):
            return self.pairs(value, keys)
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError:
            told = f'"{value}"' if isinstance(value, str) and get_origin(kind) is Literal else _told(value)
            self.problem(keys, f"`{keys[-1]}` is {told}, but {_wanted(kind)} belongs here")
            return None

    def one(self, kind: type[Struct], value: Any, keys: Keys) -> Struct | None:
        """A table, or None if it is none or lacks what it needs, which is then noted."""
        if not isinstance(value, dict):
            name = next(key for key in reversed(keys) if isinstance(key, str))
            message = f"`{name}` is {_told(value)}, but a table belongs here"
            self.problem(keys, message, f"Write {_header(keys)} above its settings.")
            return None
        values = self.struct(kind, value, keys)
        missing = [
            field.name
            for field in msgspec.structs.fields(kind)
            if field.required and field.name not in values and field.name not in value
        ]
        for name in missing:
            self.problem(keys, f"`{name}` is missing in {_header(keys)}")
        required = {field.name for field in msgspec.structs.fields(kind) if field.required}
        return kind(**values) if required <= values.keys() else None

    def many(self, kind: type[Struct], value: Any, keys: Keys) -> tuple[Struct, ...]:
        """A table of named tables, or a list of tables."""
        named = kind.__struct_fields__[0] == "name"
        found: list[Struct] = []
        if named and isinstance(value, dict):
            for name, table in value.items():
                one = self.named(kind, name, table, (*keys, name))
                if one is not None:
                    found.append(one)
        elif not named and isinstance(value, list):
            for number, table in enumerate(value):
                one = self.one(kind, table, (*keys, number))
                if one is not None:
                    found.append(one)
        else:
            shape = f'[{keys[-1]}."Name"]' if named else f"[[{keys[-1]}]]"
            self.problem(keys, f"`{keys[-1]}` is written another way", f"Write {shape} above its settings.")
        return tuple(found)

    def named(self, kind: type[Struct], name: str, table: Any, keys: Keys) -> Struct | None:
        """A table that has its name from its header."""
        if isinstance(table, dict):
            return kind(name=name, **self.struct(kind, table, keys))
        message = f"`{name}` is {_told(table)}, but a table belongs here"
        self.problem(keys, message, f"Write {_header(keys)} above its settings.")
        return None

    def pairs(self, value: Any, keys: Keys) -> tuple[tuple[str, str], ...]:
        """The keys of other tools, each with what it is mapped to."""
        if not isinstance(value, dict):
            message = f"`{keys[-1]}` is {_told(value)}, but a table belongs here"
            self.problem(keys, message, f"Write {_header(keys)} above its settings.")
            return ()
        found = []
        for key, target in value.items():
            if isinstance(target, str):
                found.append((key, target))
            else:
                self.problem((*keys, key), f"`{key}` is {_told(target)}, but the name of a key belongs here")
        return tuple(sorted(found))


def _holds(table: Any, keys: Keys) -> bool:
    """Whether a key is set in a table, a list of tables, or tables within."""
    for key in keys:
        if isinstance(table, list) and isinstance(key, int) and key < len(table):
            table = table[key]
        elif isinstance(table, dict) and key in table:
            table = table[str(key)]
        else:
            return False
    return True


def _header(keys: Keys) -> str:
    """The header of a table as it is written: `[site]`, `[categories."Self Care"]`, `[[menu]]`."""
    names = [
        key if re.fullmatch(r"[\w-]+", key, re.ASCII) else f'"{key}"' for key in keys if isinstance(key, str)
    ]
    name = ".".join(names)
    return f"[[{name}]]" if isinstance(keys[-1], int) else f"[{name}]"


def _struct_item(kind: Any) -> type[Struct] | None:
    """The struct that a `tuple[Struct, ...]` holds, else None."""
    args = get_args(kind)
    if get_origin(kind) is tuple and isinstance(args[0], type) and issubclass(args[0], Struct):
        return args[0]
    return None


def _told(value: Any) -> str:
    """A value as a message names it."""
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "a table",
    }
    return names.get(type(value), "a date")


def _wanted(kind: Any) -> str:
    """A type as a message names it."""
    if get_origin(kind) is Literal:
        return " or ".join(f'"{choice}"' for choice in get_args(kind))
    if get_origin(kind) is tuple:
        return "a list of texts"
    if get_origin(kind) in (Union, types.UnionType):
        kind = get_args(kind)[0]
    return {bool: "true or false", int: "a whole number", float: "a number", str: 'a text ("...")'}.get(
        kind, "a text"
    )


FRONT_MATTER_KEYS = (
    *("title", "date", "updated", "category", "tags", "authors", "slug", "summary", "description", "image"),
    *("image_alt", "read_time", "draft", "unlisted", "expires", "access", "related", "aliases", "template"),
    *("lang", "extra"),
)
"""The keys of front matter that have a meaning, in the order in which people are told of them."""

PATH_KEY = "path"
"""What a key of another tool may be mapped to beside those: an address that holds a date, a slug or both."""

_BOUNDS: dict[tuple[str, str], tuple[float, float]] = {
    ("posts", "per_page"): (1, 1000),
    ("related", "limit"): (0, 50),
    ("related", "minimum"): (0, 1),
    ("summary", "length"): (20, 5000),
    ("reading", "words_per_minute"): (20, 2000),
    ("reading", "cjk_per_minute"): (20, 5000),
    ("markdown", "toc_from"): (1, 1000),
    ("feed", "limit"): (1, 1000),
    ("limits", "document_bytes"): (1000, 1_000_000_000),
    ("limits", "convert_seconds"): (0.05, 3600),
}

_POST_FIELDS = {"slug", "year", "month", "day", "category", "folder", "lang"}
_PATTERN_FIELDS = {
    "post": _POST_FIELDS,
    "page": {"slug", "folder", "lang"},
    **{name: {"term"} for name in ("category", "tag", "author")},
    **{name: set() for name in ("blog", "archive", "categories", "tags", "authors")},
}


class _Wrong:
    """Makes the problems of settings that are of the right kind but mean nothing."""

    def __init__(self, walk: _Walk) -> None:
        self.walk = walk

    def __call__(self, keys: Keys, message: str, hint: str = "") -> Problem:
        return Problem(path=self.walk.path, line=self.walk.line_of(keys), message=message, hint=hint)


def _check(config: Config, wrong: _Wrong) -> Iterator[Problem]:
    """What types alone do not tell."""
    yield from _check_site(config.site, wrong)
    yield from _check_numbers(config, wrong)
    for name in config.addresses.__struct_fields__:
        yield from _check_pattern(name, getattr(config.addresses, name), wrong)
    for key, target in config.front_matter:
        yield from _check_mapping(key, target, wrong)
    yield from _check_access(config, wrong)


def _check_site(site: SiteConfig, wrong: _Wrong) -> Iterator[Problem]:
    """The site's time zone, address and language exist."""
    try:
        ZoneInfo(site.timezone)
    except (KeyError, ValueError, OSError):
        hint = 'Write one as in "Europe/Berlin", "America/New_York" or "UTC".'
        yield wrong(("site", "timezone"), f"There is no time zone `{site.timezone}`", hint)
    if site.url and not _is_url(site.url):
        hint = 'Write the whole address of the home page: "https://example.org/".'
        yield wrong(("site", "url"), f"`{site.url}` is not an address", hint)
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", site.lang):
        hint = 'Write one as in "en" or "pt-BR".'
        yield wrong(("site", "lang"), f"`{site.lang}` is not a language tag", hint)


def _split_url(url: str) -> SplitResult | None:
    """The parts of an address, or None if it has brackets or a port such as no address has."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        return None
    return parts


def _is_url(url: str) -> bool:
    """Whether it can be the address of a home page."""
    parts = _split_url(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    return not (parts.query or parts.fragment or re.search(r'[\s<>"\\]', url))


def _check_numbers(config: Config, wrong: _Wrong) -> Iterator[Problem]:
    """Numbers stand within their bounds."""
    for (table, key), (low, high) in _BOUNDS.items():
        value = getattr(getattr(config, table), key)
        if not low <= value <= high:
            yield wrong((table, key), f"`{key}` is {value}, but it goes from {low} to {high}")


def _check_mapping(key: str, target: str, wrong: _Wrong) -> Iterator[Problem]:
    """A key of another tool is mapped to one of ours."""
    if target not in (*FRONT_MATTER_KEYS, PATH_KEY, "ignore"):
        known = f"Known: {', '.join(FRONT_MATTER_KEYS)}, path, ignore."
        hint = did_you_mean(target, FRONT_MATTER_KEYS) or known
        yield wrong(("front_matter", key), f"`{target}` is not a key of front matter", hint)
    if key in FRONT_MATTER_KEYS:
        yield wrong(("front_matter", key), f"`{key}` has a meaning of its own and cannot be mapped")


def _check_access(config: Config, wrong: _Wrong) -> Iterator[Problem]:
    """Tiers can be told from each other, and posts are not open to tiers that do not exist."""
    for tier in config.members.tiers:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", tier) or tier == "public":
            hint = "Use small letters, digits and hyphens."
            yield wrong(("members", "tiers"), f"`{tier}` cannot name a tier", hint)
    levels = ("public", *config.members.tiers)
    said: list[tuple[Keys, str]] = [(("members", "access"), config.members.access)]
    said += [(("defaults", n, "access"), one.access) for n, one in enumerate(config.defaults) if one.access]
    for keys, access in said:
        if access not in levels:
            yield wrong(keys, f"There is no tier `{access}`", f"Known: {', '.join(levels)}.")


def _check_pattern(name: str, pattern: str, wrong: _Wrong) -> Iterator[Problem]:
    """An address pattern starts and ends with a slash and holds only what it may."""
    keys = ("addresses", name)
    fields = _PATTERN_FIELDS[name]
    found = set(re.findall(r"\{(.*?)\}", pattern))
    rest = re.sub(r"\{[^{}]*\}", "", pattern)
    if not (pattern.startswith("/") and pattern.endswith("/")) or "//" in pattern:
        yield wrong(keys, f"`{pattern}` is not a pattern of addresses", "It begins and ends with a `/`.")
    if {".", ".."} & set(pattern.split("/")) or re.search(r'[\s\0-\x1f\\?#%<>":|*{}]', rest):
        yield wrong(keys, f"`{pattern}` holds what an address cannot hold")
    for field in sorted(found - fields):
        known = ", ".join("{" + field + "}" for field in sorted(fields)) or "none"
        yield wrong(keys, f"`{{{field}}}` means nothing here", f"Known: {known}.")
    needed = next(iter({"slug", "term"} & fields), "")
    if needed and needed not in found:
        yield wrong(keys, f"`{pattern}` would give everything the same address", f"Put {{{needed}}} in it.")
