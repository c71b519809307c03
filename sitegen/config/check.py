"""What types alone do not tell of settings: numbers out of range, patterns that give no address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sitegen.config.settings import (
    FRONT_MATTER_KEYS,
    HIDEABLE,
    PATH_KEY,
    Config,
    MembersConfig,
    SiteConfig,
    split_url,
)
from sitegen.config.walk import Keys, Walk
from sitegen.errors import Problem, did_you_mean

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


class Wrong:
    """Makes the problems of settings that are of the right kind but mean nothing."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.refused: list[Keys] = []
        """The settings that a problem was made of."""

    def __call__(self, keys: Keys, message: str, hint: str = "") -> Problem:
        """The problem of the setting at `keys`, with its line."""
        self.refused.append(keys)
        return Problem(path=self.walk.path, line=self.walk.line_of(keys), message=message, hint=hint)


def check(config: Config, wrong: Wrong) -> Iterator[Problem]:
    """What types alone do not tell."""
    yield from _check_site(config.site, wrong)
    yield from _check_numbers(config, wrong)
    for name in config.addresses.__struct_fields__:
        yield from _check_pattern(name, getattr(config.addresses, name), wrong)
    for key, target in config.front_matter:
        yield from _check_mapping(key, target, wrong)
    yield from _check_access(config, wrong)
    yield from _check_members(config.members, wrong)


def _check_site(site: SiteConfig, wrong: Wrong) -> Iterator[Problem]:
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


def _is_url(url: str) -> bool:
    """Whether it can be the address of a home page."""
    parts = split_url(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    return not (parts.query or parts.fragment or re.search(r'[\s<>"\\]', url))


def _check_numbers(config: Config, wrong: Wrong) -> Iterator[Problem]:
    """Numbers stand within their bounds."""
    for (table, key), (low, high) in _BOUNDS.items():
        value = getattr(getattr(config, table), key)
        if not low <= value <= high:
            yield wrong((table, key), f"`{key}` is {value}, but it goes from {low} to {high}")


def _check_mapping(key: str, target: str, wrong: Wrong) -> Iterator[Problem]:
    """A key of another tool is mapped to one of ours."""
    if target not in (*FRONT_MATTER_KEYS, PATH_KEY, "ignore"):
        known = f"Known: {', '.join(FRONT_MATTER_KEYS)}, path, ignore."
        hint = did_you_mean(target, FRONT_MATTER_KEYS) or known
        yield wrong(("front_matter", key), f"`{target}` is not a key of front matter", hint)
    if key in FRONT_MATTER_KEYS:
        yield wrong(("front_matter", key), f"`{key}` has a meaning of its own and cannot be mapped")


def _check_access(config: Config, wrong: Wrong) -> Iterator[Problem]:
    """Tiers can be told from each other, and posts are not open to tiers that do not exist."""
    for tier in config.members.tiers:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", tier) or tier == "public":
            hint = "Use small letters, digits and hyphens."
            yield wrong(("members", "tiers"), f"`{tier}` cannot name a tier", hint)
    levels = ("public", *config.members.tiers)
    said: list[tuple[Keys, str]] = [(("members", "access"), config.members.access)]
    said += [(("defaults", n, "access"), one.access) for n, one in enumerate(config.defaults) if one.access]
    said += [(("categories", one.name, "access"), one.access) for one in config.categories if one.access]
    for keys, access in said:
        if access not in levels:
            yield wrong(keys, f"There is no tier `{access}`", f"Known: {', '.join(levels)}.")


def _check_members(members: MembersConfig, wrong: Wrong) -> Iterator[Problem]:
    """What is hidden is something that can be, and no attribute does more than hold a value."""
    for what in members.hide:
        if what not in HIDEABLE:
            hint = did_you_mean(what, HIDEABLE) or f"Known: {', '.join(HIDEABLE)}."
            yield wrong(("members", "hide"), f"`{what}` of a post cannot be hidden", hint)
    if not re.fullmatch(r"([a-z0-9][a-z0-9-]*/)+", members.prefix):
        hint = 'Write it as in "members/": small letters, digits and hyphens, a slash at the end.'
        yield wrong(("members", "prefix"), f"`{members.prefix}` cannot be a folder of its own", hint)
    if not members.hidden_title.strip():
        yield wrong(("members", "hidden_title"), "`hidden_title` is empty", "A page needs some title.")
    for name, _ in members.cta_attributes:
        if not re.fullmatch(r"data-[a-z0-9]+(-[a-z0-9]+)*", name):
            hint = (
                "Attributes that only hold a value begin with `data-`, in small letters, digits and hyphens."
            )
            yield wrong(("members", "cta_attributes"), f"`{name}` may not stand on a link", hint)


def _check_pattern(name: str, pattern: str, wrong: Wrong) -> Iterator[Problem]:
    """An address pattern starts and ends with a slash and holds only what it may."""
    keys = ("addresses", name)
    fields = _PATTERN_FIELDS[name]
    found = set(re.findall(r"\{(.*?)\}", pattern))
    rest = re.sub(r"\{[^{}]*\}", "", pattern)
    if not (pattern.startswith("/") and pattern.endswith("/")) or "//" in pattern:
        yield wrong(keys, f"`{pattern}` is not a pattern of addresses", "It begins and ends with a `/`.")
    if {".", ".."} & set(pattern.split("/")) or re.search(r'[\s\0-\x1f\\?#%<>":|*{}]', rest):
        hint = "Use letters, digits, hyphens, slashes, and fields in braces."
        yield wrong(keys, f"`{pattern}` holds what an address cannot hold", hint)
    for field in sorted(found - fields):
        known = ", ".join("{" + field + "}" for field in sorted(fields)) or "none"
        yield wrong(keys, f"`{{{field}}}` means nothing here", f"Known: {known}.")
    needed = next(iter({"slug", "term"} & fields), "")
    if needed and needed not in found:
        yield wrong(keys, f"`{pattern}` would give everything the same address", f"Put {{{needed}}} in it.")
