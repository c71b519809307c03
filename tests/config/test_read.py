"""`sitegen.toml` as a value: every setting, every mistake, each with its line."""

from __future__ import annotations

import pickle
import re
from typing import Any, get_args, get_origin

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sitegen.config import (
    AddressConfig,
    AuthorConfig,
    CategoryConfig,
    Config,
    ConvertRules,
    DefaultsConfig,
    MenuConfig,
    ParseRules,
    PostsConfig,
    convert_rules,
    parse_rules,
    read_config,
)
from sitegen.digest import canonical


def told(text: str) -> list[str]:
    """What is wrong with a file, a line each, without the file's name."""
    return [str(problem).removeprefix("sitegen.toml") for problem in read_config(text.encode()).problems]


def good(text: str) -> Config:
    reading = read_config(text.encode())
    assert reading.problems == ()
    return reading.config


# What there is

DEFAULTS: dict[str, dict[str, Any]] = {
    "site": {
        "title": "My Site",
        "tagline": "",
        "description": "",
        "url": "",
        "lang": "en",
        "timezone": "UTC",
        "author": "",
        "copyright": "",
        "image": "",
        "date_format": "%b %d %Y",
    },
    "paths": {"content": "content", "templates": "templates", "ignore": ()},
    "posts": {"folders": ("posts",), "per_page": 9},
    "addresses": {
        "post": "/blog/{slug}/",
        "page": "/{folder}/{slug}/",
        "blog": "/blog/",
        "archive": "/archive/",
        "categories": "/categories/",
        "category": "/category/{term}/",
        "tags": "/tags/",
        "tag": "/tag/{term}/",
        "authors": "/authors/",
        "author": "/author/{term}/",
    },
    "related": {"limit": 3, "minimum": 0.10, "fill": True},
    "summary": {"length": 200},
    "reading": {"words_per_minute": 230, "cjk_per_minute": 500},
    "markdown": {"engine": "python-markdown", "html": "safe", "toc_from": 3},
    "links": {"broken": "error"},
    "members": {
        "tiers": ("members",),
        "access": "public",
        "lock": None,
        "related": "show",
        "hide": (),
        "hidden_title": "A post for members",
        "strict": True,
        "prefix": "members/",
        "host": None,
        "login_url": "/login/",
        "join_url": "/join/",
        "heading": "Become a Member",
        "text": "Members read every post in full.",
        "cta_attributes": (),
    },
    "feed": {"limit": 20},
    "limits": {"document_bytes": 5_000_000, "convert_seconds": 5.0},
}
LISTS = ("categories", "authors", "menu", "footer", "front_matter", "defaults")


SEGMENTS = " Use letters, digits, hyphens, slashes, and fields in braces."


@pytest.mark.parametrize("data", [b"", b"\n", b"# nothing\r\n", b"\xef\xbb\xbf", b"[site]\n"])
def test_a_file_that_says_nothing_gives_every_default(data: bytes) -> None:
    reading = read_config(data)
    assert reading.problems == ()
    shown = {name: getattr(reading.config, name) for name in Config.__struct_fields__}
    assert {name: shown.pop(name) for name in LISTS} == dict.fromkeys(LISTS, ())
    assert {name: msgspec.structs.asdict(part) for name, part in shown.items()} == DEFAULTS


def another(value: Any) -> tuple[str, Any]:
    """Another value of a setting's kind, as TOML and as it is then read."""
    if isinstance(value, bool):
        return str(not value).lower(), not value
    if isinstance(value, int):
        return str(value + 1), value + 1
    if isinstance(value, float):
        return str(value / 2), value / 2
    if isinstance(value, tuple):
        return '["one", "two"]', ("one", "two")
    return '"/other/{slug}{term}/"', "/other/{slug}{term}/"


SETTINGS = [(table, key) for table, keys in DEFAULTS.items() for key in keys]
OTHERS = {
    ("site", "url"): "https://example.org/",
    ("site", "lang"): "pt-BR",
    ("site", "timezone"): "Europe/Vienna",
    ("markdown", "engine"): "python-markdown",
    ("markdown", "html"): "none",
    ("links", "broken"): "warn",
    ("members", "access"): "members",
    ("members", "lock"): "teaser",
    ("members", "related"): "at-most-one",
    ("members", "prefix"): "for/friends/",
    ("members", "host"): "netlify",
    **{("addresses", name): "/x/{slug}/" for name in ("post", "page")},
    **{("addresses", name): "/x/{term}/" for name in ("category", "tag", "author")},
    **{("addresses", name): "/x/" for name in ("blog", "archive", "categories", "tags", "authors")},
}


WRITTEN: dict[tuple[str, str], tuple[str, Any]] = {
    ("members", "hide"): ('["tags", "date"]', ("tags", "date")),
    ("members", "cta_attributes"): (
        '{ data-portal = "signup", data-a = "" }',
        (("data-a", ""), ("data-portal", "signup")),
    ),
}
"""Settings that are written as lists or tables of a kind of their own, and what they are then."""


@pytest.mark.parametrize(("table", "key"), SETTINGS)
def test_every_setting_can_be_set(table: str, key: str) -> None:
    said = OTHERS.get((table, key))
    other = WRITTEN.get((table, key)) or another(DEFAULTS[table][key])
    written, value = (f'"{said}"', said) if said else other
    config = good(f"[{table}]\n{key} = {written}\n")
    assert getattr(getattr(config, table), key) == value


@pytest.mark.parametrize(("table", "key"), SETTINGS)
def test_every_setting_of_the_wrong_kind_is_told_with_its_line_and_keeps_its_default(
    table: str, key: str
) -> None:
    reading = read_config(f"\n[{table}]\n# a remark\n{key} = 2024-05-09\n".encode())
    (problem,) = reading.problems
    assert problem.line == 4
    assert problem.message.startswith(f"`{key}` is a date, but ")
    assert problem.message.endswith(" belongs here")
    assert reading.config == Config()


def test_categories_and_authors_have_their_names_from_their_tables_and_keep_their_order() -> None:
    config = good(
        '[categories."Self Care"]\nicon = "leaf"\ndescription = "Rest."\n'
        "[categories.Business]\n"
        '[authors."J. R. Doe"]\nbio = "Hi."\nimage = "j.png"\nurl = "https://example.org"\nperson = false\n'
    )
    assert config.categories == (
        CategoryConfig("Self Care", "leaf", "Rest."),
        CategoryConfig("Business", "folder", ""),
    )
    assert config.authors == (AuthorConfig("J. R. Doe", "Hi.", "j.png", "https://example.org", False),)


def test_menus_and_defaults_are_lists_of_tables() -> None:
    config = good(
        '[[menu]]\nlabel = "About"\nto = "about.md"\n[[menu]]\nlabel = "Blog"\nto = "/blog/"\n'
        '[[footer]]\nlabel = "Privacy"\nto = "privacy.md"\n'
        '[[defaults]]\nfolder = "posts/old"\ntags = ["old"]\ndraft = false\naccess = "members"\n'
    )
    assert config.menu == (MenuConfig("About", "about.md"), MenuConfig("Blog", "/blog/"))
    assert config.footer == (MenuConfig("Privacy", "privacy.md"),)
    assert config.defaults == (DefaultsConfig("posts/old", tags=("old",), draft=False, access="members"),)
    assert config.defaults[0].unlisted is None


def test_keys_of_other_tools_are_mapped_and_sorted() -> None:
    config = good(
        '[front_matter]\nexcerpt = "summary"\n"date modified" = "updated"\nurl = "path"\nlayout = "ignore"\n'
    )
    assert config.front_matter == (
        ("date modified", "updated"),
        ("excerpt", "summary"),
        ("layout", "ignore"),
        ("url", "path"),
    )


def test_a_byte_order_mark_and_line_ends_of_windows_do_not_count() -> None:
    text = '[site]\ntitle = "Jause"\n\n[posts]\nper_page = 4\n'
    windows = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    assert read_config(windows) == read_config(text.encode())
    assert read_config(windows).config.site.title == "Jause"


def test_lines_are_counted_alike_with_line_ends_of_windows() -> None:
    data = b"\xef\xbb\xbf[site]\r\n\r\ntitel = 'x'\r\n"
    assert [problem.line for problem in read_config(data).problems] == [3]


# Mistakes

SITE = "title, tagline, description, url, lang, timezone, author, copyright, image, date_format"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # Keys that there are not
        ('[site]\ntitel = "x"\n', ":2: `titel` is not a setting in [site]. Did you mean `title`?"),
        ('[site]\nzebra = "x"\n', f":2: `zebra` is not a setting in [site]. Known here: {SITE}."),
        ("\n[psots]\nper_page = 3\n", ":2: `psots` is not a setting. Did you mean `posts`?"),
        ('title = "x"\n', ":1: `title` is not a setting. Did you mean `site`?"),
        (
            '[categories."Self Care"]\nicno = "x"\n',
            ':2: `icno` is not a setting in [categories."Self Care"]. Did you mean `icon`?',
        ),
        (
            '[authors.Ann]\nname = "x"\n',
            ":2: `name` is not a setting in [authors.Ann]. Known here: bio, image, url, person.",
        ),
        (
            '[[menu]]\nlabel = "A"\nto = "/"\n[[menu]]\nlabel = "B"\nto = "/"\nlabl = "C"\n',
            ":7: `labl` is not a setting in [[menu]]. Did you mean `label`?",
        ),
        # Values of the wrong kind
        ("[site]\ntitle = 3\n", ':2: `title` is a number, but a text ("...") belongs here.'),
        ('[posts]\nper_page = "9"\n', ":2: `per_page` is a text, but a whole number belongs here."),
        ("[posts]\nper_page = 9.0\n", ":2: `per_page` is a number, but a whole number belongs here."),
        ("[posts]\nper_page = true\n", ":2: `per_page` is true or false, but a whole number belongs here."),
        ('[posts]\nfolders = "posts"\n', ":2: `folders` is a text, but a list of texts belongs here."),
        ("[posts]\nfolders = [1]\n", ":2: `folders` is a list, but a list of texts belongs here."),
        ('[related]\nfill = "yes"\n', ":2: `fill` is a text, but true or false belongs here."),
        ('[related]\nminimum = "0.1"\n', ":2: `minimum` is a text, but a number belongs here."),
        (
            '[[defaults]]\nfolder = "a"\ndraft = "no"\n',
            ":3: `draft` is a text, but true or false belongs here.",
        ),
        ('[markdown]\nhtml = "saef"\n', ':2: `html` is "saef", but "safe" or "all" or "none" belongs here.'),
        ("[links]\nbroken = 3\n", ':2: `broken` is a number, but "error" or "warn" belongs here.'),
        ("[site.title]\nx = 1\n", ':1: `title` is a table, but a text ("...") belongs here.'),
        # Tables that are none
        ('site = "x"\n', ":1: `site` is a text, but a table belongs here. Write [site] above its settings."),
        (
            '[[site]]\ntitle = "x"\n',
            ":1: `site` is a list, but a table belongs here. Write [site] above its settings.",
        ),
        (
            "front_matter = 3\n",
            ":1: `front_matter` is a number, but a table belongs here. "
            "Write [front_matter] above its settings.",
        ),
        (
            '[[categories]]\nname = "A"\n',
            ':1: `categories` is written another way. Write [categories."Name"] above its settings.',
        ),
        (
            'categories = ["A", "B"]\n',
            ':1: `categories` is written another way. Write [categories."Name"] above its settings.',
        ),
        (
            '[categories]\n"Self Care" = "leaf"\n',
            ":2: `Self Care` is a text, but a table belongs here. "
            'Write [categories."Self Care"] above its settings.',
        ),
        (
            '[menu]\nlabel = "A"\nto = "/"\n',
            ":1: `menu` is written another way. Write [[menu]] above its settings.",
        ),
        (
            'menu = ["/about/"]\n',
            ":1: `menu` is a text, but a table belongs here. Write [[menu]] above its settings.",
        ),
        # What is missing
        ('[[menu]]\nlabel = "A"\n', ":1: `to` is missing in [[menu]]."),
        (
            '[[menu]]\nlabel = "A"\nto = "/"\n\n[[menu]]\nto = "/"\n',
            ":5: `label` is missing in [[menu]].",
        ),
        ('[[defaults]]\ncategory = "A"\n', ":1: `folder` is missing in [[defaults]]."),
        # Values that mean nothing
        (
            '[site]\ntimezone = "Mars/Base"\n',
            ":2: There is no time zone `Mars/Base`. "
            'Write one as in "Europe/Berlin", "America/New_York" or "UTC".',
        ),
        (
            '[site]\nlang = "english"\n',
            ':2: `english` is not a language tag. Write one as in "en" or "pt-BR".',
        ),
        ("[posts]\nper_page = 0\n", ":2: `per_page` is 0, but it goes from 1 to 1000."),
        ("[posts]\nper_page = 1001\n", ":2: `per_page` is 1001, but it goes from 1 to 1000."),
        ("[related]\nlimit = -1\n", ":2: `limit` is -1, but it goes from 0 to 50."),
        ("[related]\nminimum = 1.5\n", ":2: `minimum` is 1.5, but it goes from 0 to 1."),
        ("[related]\nminimum = nan\n", ":2: `minimum` is nan, but it goes from 0 to 1."),
        ("[summary]\nlength = 5\n", ":2: `length` is 5, but it goes from 20 to 5000."),
        ("[reading]\nwords_per_minute = 0\n", ":2: `words_per_minute` is 0, but it goes from 20 to 2000."),
        ("[reading]\ncjk_per_minute = 9\n", ":2: `cjk_per_minute` is 9, but it goes from 20 to 5000."),
        ("[markdown]\ntoc_from = 0\n", ":2: `toc_from` is 0, but it goes from 1 to 1000."),
        ("[feed]\nlimit = 0\n", ":2: `limit` is 0, but it goes from 1 to 1000."),
        ("[limits]\ndocument_bytes = 9\n", ":2: `document_bytes` is 9, but it goes from 1000 to 1000000000."),
        ("[limits]\nconvert_seconds = inf\n", ":2: `convert_seconds` is inf, but it goes from 0.05 to 3600."),
        # Front matter of other tools
        (
            '[front_matter]\nexcerpt = "sumary"\n',
            ":2: `sumary` is not a key of front matter. Did you mean `summary`?",
        ),
        (
            '[front_matter]\ntags = "category"\n',
            ":2: `tags` has a meaning of its own and cannot be mapped.",
        ),
        ("[front_matter]\nexcerpt = 3\n", ":2: `excerpt` is a number, but the name of a key belongs here."),
        # Members
        (
            '[members]\ntiers = ["Gold!"]\n',
            ":2: `Gold!` cannot name a tier. Use small letters, digits and hyphens.",
        ),
        (
            '[members]\ntiers = ["public"]\n',
            ":2: `public` cannot name a tier. Use small letters, digits and hyphens.",
        ),
        ('[members]\naccess = "gold"\n', ":2: There is no tier `gold`. Known: public, members."),
        (
            '[[defaults]]\nfolder = "a"\naccess = "public"\n[[defaults]]\nfolder = "b"\naccess = "membres"\n',
            ":6: There is no tier `membres`. Known: public, members.",
        ),
        (
            '[categories."Self Care"]\naccess = "gold"\n',
            ":2: There is no tier `gold`. Known: public, members.",
        ),
        (
            '[members]\nlock = "open"\n',
            ':2: `lock` is "open", but "teaser" or "encrypted" or "host" belongs here.',
        ),
        (
            "[members]\nlock = 3\n",
            ':2: `lock` is a number, but "teaser" or "encrypted" or "host" belongs here.',
        ),
        (
            '[members]\nrelated = "none"\n',
            ':2: `related` is "none", but "show" or "hide" or "at-most-one" belongs here.',
        ),
        (
            '[members]\nprefix = "/members"\n',
            ':2: `/members` cannot be a folder of its own. Write it as in "members/": small letters, digits '
            "and hyphens, a slash at the end.",
        ),
        ('[members]\nhide = ["titel"]\n', ":2: `titel` of a post cannot be hidden. Did you mean `title`?"),
        ('[members]\nhide = ["slug"]\n', ":2: `slug` of a post cannot be hidden. Known: title, tags, date."),
        ('[members]\nhidden_title = " "\n', ":2: `hidden_title` is empty. A page needs some title."),
        (
            '[members]\ncta_attributes = { onclick = "x()" }\n',
            ":2: `onclick` may not stand on a link. Attributes that only hold a value begin with `data-`, in "
            "small letters, digits and hyphens.",
        ),
        (
            "[members.cta_attributes]\ndata-x = 3\n",
            ":2: `data-x` is a number, but a text belongs here.",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_next_move(text: str, message: str) -> None:
    assert told(text) == [message]


@pytest.mark.parametrize(
    ("table", "key", "low", "high"),
    [
        ("posts", "per_page", 1, 1000),
        ("related", "limit", 0, 50),
        ("related", "minimum", 0, 1),
        ("summary", "length", 20, 5000),
        ("reading", "words_per_minute", 20, 2000),
        ("reading", "cjk_per_minute", 20, 5000),
        ("markdown", "toc_from", 1, 1000),
        ("feed", "limit", 1, 1000),
        ("limits", "document_bytes", 1000, 1_000_000_000),
        ("limits", "convert_seconds", 0.05, 3600),
    ],
)
def test_a_number_may_be_as_small_and_as_large_as_is_said(
    table: str, key: str, low: float, high: float
) -> None:
    for value in (low, high):
        assert getattr(getattr(good(f"[{table}]\n{key} = {value}\n"), table), key) == value


@pytest.mark.parametrize(
    "url",
    [
        *("example.org", "//example.org/", "ftp://example.org/", "/blog/", "https://", "https://?x"),
        *(
            "https://example.org/?a=1",
            "https://example.org/#top",
            "https://[example.org/",
            "https://a b.org/",
        ),
        *("https://example.org:port/", "https://example.org:99999/", "javascript:alert(1)"),
    ],
)
def test_what_is_no_address_of_a_home_page_is_told(url: str) -> None:
    hint = 'Write the whole address of the home page: "https://example.org/".'
    assert told(f'[site]\nurl = "{url}"\n') == [f":2: `{url}` is not an address. {hint}"]
    assert read_config(f'[site]\nurl = "{url}"\n'.encode()).config.root.endswith("/")


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("", "/"),
        ("https://example.org", "/"),
        ("https://example.org/", "/"),
        ("http://localhost:8000/sub", "/sub/"),
        ("https://example.org/a/b/", "/a/b/"),
        ("https://müller.example/", "/"),
        ("https://[::1]:8000/x/", "/x/"),
    ],
)
def test_the_root_is_the_path_under_which_the_site_lives(url: str, root: str) -> None:
    assert good(f'[site]\nurl = "{url}"\n').root == root


@pytest.mark.parametrize("zone", ["", "../etc/passwd", "/etc/localtime", "Europe", "UTC+2", "a\\u0000b"])
def test_what_is_no_time_zone_is_told_and_the_zone_is_utc_until_it_is_mended(zone: str) -> None:
    reading = read_config(f'[site]\ntimezone = "{zone}"\n'.encode())
    assert [problem.line for problem in reading.problems] == [2]
    assert reading.problems[0].message.startswith("There is no time zone `")
    assert reading.config.zone.key == "UTC"


@pytest.mark.parametrize("tag", ["en", "pt-BR", "zh-Hant-TW", "gsw", "de-CH-1996"])
def test_language_tags_have_parts(tag: str) -> None:
    assert good(f'[site]\nlang = "{tag}"\n').site.lang == tag


# Patterns of addresses

POST = "Known: {category}, {day}, {folder}, {lang}, {month}, {slug}, {year}."


@pytest.mark.parametrize(
    ("name", "pattern", "message"),
    [
        ("post", "{slug}/", "`{slug}/` is not a pattern of addresses. It begins and ends with a `/`."),
        ("post", "/{slug}", "`/{slug}` is not a pattern of addresses. It begins and ends with a `/`."),
        ("post", "//{slug}/", "`//{slug}/` is not a pattern of addresses. It begins and ends with a `/`."),
        ("post", "/blog/", "`/blog/` would give everything the same address. Put {slug} in it."),
        ("page", "/{folder}/", "`/{folder}/` would give everything the same address. Put {slug} in it."),
        ("tag", "/tag/", "`/tag/` would give everything the same address. Put {term} in it."),
        ("post", "/{slog}/{slug}/", f"`{{slog}}` means nothing here. {POST}"),
        ("post", "/{slug!r}/{slug}/", f"`{{slug!r}}` means nothing here. {POST}"),
        ("post", "/{}/{slug}/", f"`{{}}` means nothing here. {POST}"),
        ("page", "/{year}/{slug}/", "`{year}` means nothing here. Known: {folder}, {lang}, {slug}."),
        ("category", "/{slug}/{term}/", "`{slug}` means nothing here. Known: {term}."),
        ("blog", "/{slug}/", "`{slug}` means nothing here. Known: none."),
        ("post", "/../{slug}/", "`/../{slug}/` holds what an address cannot hold." + SEGMENTS),
        ("post", "/./{slug}/", "`/./{slug}/` holds what an address cannot hold." + SEGMENTS),
        ("post", "/a b/{slug}/", "`/a b/{slug}/` holds what an address cannot hold." + SEGMENTS),
        ("post", "/a?b/{slug}/", "`/a?b/{slug}/` holds what an address cannot hold." + SEGMENTS),
        ("post", "/a#b/{slug}/", "`/a#b/{slug}/` holds what an address cannot hold." + SEGMENTS),
        ("post", "/a%20b/{slug}/", "`/a%20b/{slug}/` holds what an address cannot hold." + SEGMENTS),
        ("post", "/{slug}}/", "`/{slug}}/` holds what an address cannot hold." + SEGMENTS),
        ("post", "/}{slug}/", "`/}{slug}/` holds what an address cannot hold." + SEGMENTS),
        ("post", "/{slug}/{/", "`/{slug}/{/` holds what an address cannot hold." + SEGMENTS),
    ],
)
def test_a_pattern_that_gives_no_addresses_is_told(name: str, pattern: str, message: str) -> None:
    assert told(f"[addresses]\n{name} = '{pattern}'\n") == [f":2: {message}"]


def test_a_backslash_or_a_control_character_is_in_no_address() -> None:
    assert told('[addresses]\npost = "/a\\\\{slug}/"\n') == [
        ":2: `/a\\{slug}/` holds what an address cannot hold." + SEGMENTS
    ]
    assert told('[addresses]\npost = "/a\\u0000{slug}/"\n') == [
        ":2: `/a\0{slug}/` holds what an address cannot hold." + SEGMENTS
    ]


@given(st.sampled_from(AddressConfig.__struct_fields__), st.text("/{}slugtermyadofn.:!", max_size=20))
@example("post", "/{slug}/{{}}/")
@example("post", "/{slug:>9}/")
def test_a_pattern_that_is_accepted_can_be_filled_in(name: str, pattern: str) -> None:
    if read_config(f"[addresses]\n{name} = '{pattern}'\n".encode()).problems:
        return
    fields = dict.fromkeys(("slug", "year", "month", "day", "category", "folder", "lang", "term"), "x")
    filled = pattern.format_map(fields)
    assert filled.startswith("/")
    assert filled.endswith("/")
    assert not re.search("[{}]", filled)


# All at once, and where


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = """\
[site]
titel = "x"
lang = "english"
url = "example.org"

[related]
limit = 99

[addresses]
post = "/blog/"

[[menu]]
label = "A"

[zebra]
"""
    reading = read_config(text.encode())
    assert [problem.line for problem in reading.problems] == [2, 3, 4, 7, 10, 12, 15]
    assert {problem.path for problem in reading.problems} == {"sitegen.toml"}
    assert {problem.severity for problem in reading.problems} == {"error"}


def test_what_is_right_is_kept_beside_what_is_wrong() -> None:
    reading = read_config(
        b'[site]\ntitle = "Kept"\nlang = 3\n[categories.A]\nicon = 3\n[[menu]]\nlabel = "x"\n'
    )
    assert len(reading.problems) == 3
    assert reading.config.site.title == "Kept"
    assert reading.config.site.lang == "en"
    assert reading.config.categories == (CategoryConfig("A"),)
    assert reading.config.menu == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('\nsite.titel = "x"\n', 2),
        ('\nsite = { title = "y", titel = "x" }\n', 2),
        ('[ site ]\n\n  "titel" = "x"\n', 3),
        ('[site]\ntitle = """\n[site]\ntitel = 1\n"""\ntitel = "x"\n', 6),
        ('[posts]\nfolders = [\n  "titel",\n  "b",\n]\n[site]\ntitel = [\n  1,\n  2,\n]\n', 7),
        ('[categories."C#"]\n[site] # here\n# titel = 1\ntitel = "x" # there\n', 4),
        ('categories = { "A = [b]" = { icon = "x" } }\nsite.titel = 1', 2),
        ("[categories.'Quote\"d']\nicon = 'x'\n[site]\ntitel = 1", 4),
    ],
)
def test_the_line_of_a_mistake_is_found_however_it_is_written(text: str, line: int) -> None:
    assert [problem.line for problem in read_config(text.encode()).problems] == [line]


@pytest.mark.parametrize("blank", [0, 1, 50])
def test_lines_above_move_the_place_of_a_mistake_along(blank: int) -> None:
    text = "# remark\n" * blank + "[feed]\nlimit = 0\n" + "\n# more" * 20
    assert [problem.line for problem in read_config(text.encode()).problems] == [blank + 2]


# What is no TOML


@pytest.mark.parametrize(
    ("data", "line", "column", "message"),
    [
        (b"[site]\ntitle = My Site\n", 2, 9, "This is not TOML: Invalid value"),
        (b"[site\ntitle = 3\n", 1, 6, "This is not TOML: Expected ']' at the end of a table declaration"),
        (b"[site]\na = 1\na = 2\n", 3, 6, "This is not TOML: Cannot overwrite a value"),
        (b"[site]\n[site]\n", 2, 6, "This is not TOML: Cannot declare ('site',) twice"),
        (b"title = '''", 1, 0, "This is not TOML: Expected \"'''\""),
        (b"title = 2024-02-30", 1, 9, "This is not TOML: Invalid date or datetime"),
    ],
)
def test_what_is_no_toml_is_told_with_its_place(data: bytes, line: int, column: int, message: str) -> None:
    reading = read_config(data)
    (problem,) = reading.problems
    assert (problem.line, problem.column, problem.message) == (line, column, message)
    assert problem.hint == 'Texts stand in quotes: title = "My Site".'
    assert reading.config == Config()


@pytest.mark.parametrize("data", [b"a = " + b"[" * 30_000, b"a = " + b"9" * 5000, b"a = " + b"{a=" * 3000])
def test_what_no_reader_of_toml_survives_is_a_mistake_and_no_crash(data: bytes) -> None:
    (problem,) = read_config(data).problems
    assert problem.message.startswith("This cannot be read as TOML: ")


@pytest.mark.parametrize(
    ("data", "line", "byte"),
    [
        ("[site]\ntitle = 'Jause im Grünen'\n".encode("latin-1"), 2, 27),
        (b"\xef\xbb\xbf[site]\ntitle = '\xe9'\n", 2, 19),
        ("title = 'x'".encode("utf-16"), 1, 0),
    ],
)
def test_what_is_not_utf_8_is_told_with_its_byte(data: bytes, line: int, byte: int) -> None:
    (problem,) = read_config(data).problems
    assert (problem.line, problem.message) == (line, f"Byte {byte} is not UTF-8")
    assert problem.hint == "Save the file as UTF-8."


@given(st.binary(max_size=60) | st.text("[]={}\"'\n.#site menu0-9:", max_size=60).map(str.encode))
def test_no_bytes_at_all_make_it_crash(data: bytes) -> None:
    reading = read_config(data)
    assert isinstance(reading.config, Config)
    assert all(0 <= problem.line <= data.count(b"\n") + 1 for problem in reading.problems)


# What stages are given


def test_the_rules_of_a_stage_have_what_the_configuration_says() -> None:
    config = good(
        '[site]\ntimezone = "Europe/Vienna"\n[posts]\nfolders = ["a"]\n[front_matter]\nx = "title"\n'
        '[members]\ntiers = ["silver", "gold"]\naccess = "silver"\n'
        "[limits]\ndocument_bytes = 2000\nconvert_seconds = 1.5\n"
        '[[defaults]]\nfolder = "a"\n[summary]\nlength = 99\n[markdown]\nhtml = "all"\n'
        "[reading]\nwords_per_minute = 100\n"
    )
    parse = parse_rules(config)
    assert (parse.timezone, parse.tiers) == ("Europe/Vienna", ("silver", "gold"))
    assert (parse.front_matter, parse.access, parse.document_bytes) == ((("x", "title"),), "silver", 2000)
    assert parse.defaults == (DefaultsConfig("a"),)
    convert = convert_rules(config)
    assert (convert.markdown.html, convert.summary.length) == ("all", 99)
    assert (convert.reading.words_per_minute, convert.seconds) == (100, 1.5)


def test_the_rules_of_a_site_without_settings_are_the_defaults_of_the_rules() -> None:
    assert parse_rules(Config()) == ParseRules()
    assert convert_rules(Config()) == ConvertRules()


def test_what_does_not_concern_a_stage_does_not_change_its_rules() -> None:
    config = good('[site]\ntitle = "Other"\n[feed]\nlimit = 3\n[related]\nlimit = 9\n')
    assert canonical(parse_rules(config)) == canonical(ParseRules())
    assert canonical(convert_rules(config)) == canonical(ConvertRules())


def test_a_configuration_is_one_frozen_value() -> None:
    config = good('[categories."A"]\n[[menu]]\nlabel = "x"\nto = "/"\n[front_matter]\nx = "title"\n')
    assert pickle.loads(pickle.dumps(config)) == config
    assert hash(config) == hash(pickle.loads(pickle.dumps(config)))
    with pytest.raises(AttributeError):
        config.site = Config().site  # type: ignore[misc]
    kinds = [field.type for field in msgspec.structs.fields(Config)]
    assert all(get_origin(kind) is tuple or issubclass(kind, msgspec.Struct) for kind in kinds)
    assert all(get_args(kind)[-1] is ... for kind in kinds if get_origin(kind) is tuple)


def test_a_setting_that_means_nothing_keeps_its_default() -> None:
    text = "[site]\nurl = 'ftp://x'\nlang = 'e'\n[posts]\nper_page = 0\nfolders = ['b']\n"
    text += "[addresses]\ntag = '/{x}/'\n"
    config, problems = read_config(text.encode())
    assert len(problems) >= 4
    assert config == Config(posts=PostsConfig(folders=("b",)))


def test_a_statement_that_is_never_ended_is_told_with_the_last_line() -> None:
    (problem,) = read_config(b"[site]\ntitle = 'a'\n[posts\n\n").problems
    assert problem.line == 3
