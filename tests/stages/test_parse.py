"""What `parse` makes of the headers and texts that blogs hold, and of wrong ones."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.config import FRONT_MATTER_KEYS, DefaultsConfig, ParseRules
from sitegen.digest import Digest, digest_of
from sitegen.model.document import Document, FrontMatter, Parsed, Passage
from sitegen.model.source import Source
from sitegen.stages.parse import parse

RULES = ParseRules(timezone="America/New_York", tiers=("members", "friends"))
KEYS = (
    *("title", "date", "updated", "category", "tags", "authors", "slug", "summary", "description", "image"),
    *("image_alt", "read_time", "draft", "unlisted", "expires", "access", "related", "aliases", "template"),
    *("lang", "extra"),
)
LATIN = "Latin-1 (ISO 8859-1). Save the file as UTF-8."
CORPORA = Path(__file__).parents[3] / "shared" / "corpora"


def read(text: str | bytes, path: str = "posts/a-post.md", rules: ParseRules = RULES) -> Parsed:
    """Parse a text that lies at a path: a post below `posts`, else a page."""
    data = text.encode() if isinstance(text, str) else text
    kind: Any = "post" if path.startswith("posts/") else "page"
    return parse(Source("content", path, kind, Digest("0"), len(data), f"content/{path}"), data, rules)


def post(header: str, body: str = "Text.\n", rules: ParseRules = RULES) -> Parsed:
    """Parse a post with a title, a date and more."""
    return read(f"---\ntitle: A post\ndate: 2024-05-09\n{header}\n---\n{body}", rules=rules)


def document(parsed: Parsed) -> Document:
    assert parsed.document is not None, told(parsed)
    return parsed.document


def front(header: str, body: str = "Text.\n", rules: ParseRules = RULES) -> FrontMatter:
    """The front matter of a post that has no problem."""
    parsed = post(header, body, rules)
    assert told(parsed) == []
    return document(parsed).front


def told(parsed: Parsed) -> list[str]:
    return [str(problem).removeprefix("content/posts/a-post.md:") for problem in parsed.problems]


def test_what_many_posts_have_in_common_takes_memory_once() -> None:
    first = front("category: Self Care\ntags: [rest, sleep]\nauthors: Jane Doe")
    second = front("category: Self  Care\ntags: [sleep, rest]\nauthors: [Jane Doe]")
    assert first.category is second.category
    assert first.tags[0] is second.tags[1]
    assert first.authors[0] is second.authors[0]
    assert first.lines is second.lines


def test_what_lies_in_a_folder_for_drafts_is_one_unless_it_says_otherwise() -> None:
    text = "---\ntitle: A\ndate: 2024-05-09\n{}---\nText.\n"
    assert document(read(text.format(""), "posts/_drafts/a.md")).front.draft
    assert document(read(text.format(""), "_drafts/a.md")).front.draft
    assert not document(read(text.format("draft: no\n"), "posts/_drafts/a.md")).front.draft
    assert not document(read(text.format(""), "posts/_drafts.md")).front.draft


def errors(parsed: Parsed) -> list[str]:
    """The errors, which must have kept the document and its text back."""
    found = [
        str(problem).removeprefix("content/posts/a-post.md:")
        for problem in parsed.problems
        if problem.severity == "error"
    ]
    assert found
    assert (parsed.document, parsed.preview, parsed.gated) == (None, Passage("", 1), None)
    return found


def test_a_whole_header_is_read() -> None:
    parsed = read(
        "---\ntitle: A post\ndate: 2024-05-09 22:30 -0700\nupdated: 2024-06-01\ncategory: Self Care\n"
        "tags: [a, b]\nauthors: Jane Doe\nslug: the-post\nsummary: Short.\ndescription: Shorter.\n"
        "image: /a.png\nimage_alt: A cup\nread_time: 4m\ndraft: no\nunlisted: yes\nexpires: 2030-01-01\n"
        "access: friends\nrelated: [other]\naliases: [old/]\ntemplate: wide.html\nlang: pt-BR\n"
        "extra: {b: 1, a: x}\n---\nFree.\n<!--members-only-->\nGated.\n"
    )
    assert parsed.problems == ()
    found = document(parsed)
    assert (found.id, found.source, found.path) == (
        "posts/a-post",
        "posts/a-post.md",
        "content/posts/a-post.md",
    )
    assert (found.kind, found.gated) == ("post", True)
    assert msgspec.structs.asdict(found.front) == {
        "title": "A post",
        "date": datetime.fromisoformat("2024-05-09T22:30:00-07:00"),
        "updated": datetime.fromisoformat("2024-06-01T00:00:00-04:00"),
        "expires": datetime.fromisoformat("2030-01-01T00:00:00-05:00"),
        "category": "Self Care",
        "tags": ("a", "b"),
        "authors": ("Jane Doe",),
        "slug": "the-post",
        "summary": "Short.",
        "description": "Shorter.",
        "image": "/a.png",
        "image_alt": "A cup",
        "read_time": 4,
        "draft": False,
        "unlisted": True,
        "access": "friends",
        "related": ("other",),
        "aliases": ("/old/",),
        "template": "wide.html",
        "lang": "pt-BR",
        "extra": (("a", "x"), ("b", 1)),
        "lines": tuple(sorted((key, line) for line, key in enumerate(KEYS, 2))),
    }
    assert (parsed.preview, parsed.gated) == (Passage("Free.\n", 24), Passage("Gated.\n", 26))
    assert set(found.front.__struct_fields__) - {"lines"} == set(FRONT_MATTER_KEYS)


# --- bytes ---------------------------------------------------------------------------------------------


def test_a_byte_order_mark_and_crlf_make_no_difference() -> None:
    text = "---\ntitle: A post\ndate: 2024-05-09\n---\nOne\ntwo\n"
    assert read(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()) == read(text)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"---\ntitle: caf\xe9\n---\n", "2: Byte 14 (0xe9) is not UTF-8; the file is probably " + LATIN),
        ("hello".encode("utf-16"), "1: This is UTF-16, not UTF-8. Save the file as UTF-8."),
        (b"---\ntitle: x\n---\n\0", "4: A NUL character stands in the text. Remove it."),
        (b"", " The file is empty. Write front matter and a text, or remove the file."),
    ],
)  # fmt: skip
def test_a_file_that_is_no_text_is_an_error(data: bytes, message: str) -> None:
    assert errors(read(data)) == [message]


def test_a_file_over_the_limit_is_an_error() -> None:
    (message,) = errors(read(b"x" * 5_000_001))
    assert "The file has 5.1 MB, more than the limit of 5 MB" in message


def test_a_line_of_a_megabyte_is_fine() -> None:
    assert document(post("", "x" * 1_000_000)).gated is False


# --- keys ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("catgory", "Did you mean `category`?"),
        ("acess", "Did you mean `access`?"),
        ("tag", "Did you mean `tags`?"),
        ("darft", "Did you mean `draft`?"),
        ("membres", "Did you mean `members`?"),
        ("pubished", "Did you mean `published`?"),
    ],
)
def test_a_key_that_is_nearly_one_of_ours_is_an_error(key: str, hint: str) -> None:
    (message,) = errors(post(f"{key}: true"))
    assert message.startswith(f"4: `{key}` is not a key of front matter. {hint}")


def test_letters_of_a_key_may_be_large() -> None:
    assert front("Image-Alt: A cup\nTAGS: a").tags == ("a",)


def test_a_key_that_stands_twice_in_different_letters_is_an_error() -> None:
    assert errors(post("Draft: true\ndraft: false")) == [
        "5: `draft` stands twice, as `Draft` and `draft`, on lines 4 and 5. Keep one of them."
    ]


@pytest.mark.parametrize(
    ("key", "setting"),
    [
        ("excerpt", 'excerpt = "summary"'),
        ("author", 'author = "authors"'),
        ("categories", 'categories = "category"'),
        ("lastmod", 'lastmod = "updated"'),
        ("redirect_from", 'redirect_from = "aliases"'),
        ("permalink", 'permalink = "path"'),
        ("layout", 'layout = "ignore"'),
        ("tumblr_url", 'tumblr_url = "ignore"'),
        ("two words", '"two words" = "ignore"'),
    ],
)
def test_a_key_of_another_tool_is_one_warning_for_the_site_with_the_line_that_settles_it(
    key: str, setting: str
) -> None:
    (problem,) = post(f"{key}: x").problems
    assert (problem.severity, problem.group, problem.line) == ("warning", f"front-matter:{key}", 4)
    assert problem.message == f"`{key}` has no meaning in front matter"
    assert f"[front_matter] `{setting}`" in problem.hint


def test_keys_of_other_tools_are_mapped_or_ignored_and_ours_win() -> None:
    rules = msgspec.structs.replace(
        RULES,
        front_matter=(
            ("categories", "category"),
            ("excerpt", "summary"),
            ("hero", "image"),
            ("layout", "ignore"),
            ("topics", "tags"),
        ),
    )
    found = front(
        "excerpt: theirs\nlayout: x\ncategories: [One, Two]\nhero: [/a.png]\ntopics: [a, b]", rules=rules
    )
    assert (found.summary, found.category, found.image, found.tags) == ("theirs", "One", "/a.png", ("a", "b"))
    assert found.line_of("summary") == 4
    assert front("excerpt: theirs\nsummary: ours", rules=rules).summary == "ours"


@pytest.mark.parametrize(
    ("header", "draft", "unlisted"),
    [
        ("published: false", True, False),
        ("published: no", True, False),
        ("published: true", False, False),
        ("status: draft", True, False),
        ("status: Hidden", False, True),
        ("status: published", False, False),
        ("published: false\ndraft: false", True, False),
    ],
)
def test_switches_of_other_tools_are_read_as_meant(header: str, draft: bool, unlisted: bool) -> None:
    found = front(header)
    assert (found.draft, found.unlisted) == (draft, unlisted)


def test_hidden_keeps_a_post_out_of_lists_and_says_what_to_write() -> None:
    parsed = post("hidden: true")
    assert document(parsed).front.unlisted
    assert 'hidden = "unlisted"' in parsed.problems[0].hint


def test_published_with_a_date_is_a_key_of_another_tool() -> None:
    (problem,) = post("published: 2024-01-01").problems
    assert problem.severity == "warning"


@pytest.mark.parametrize(
    "header",
    [
        "visibility: members",
        "private: true",
        "password: secret",
        "members: true",
        "protected: yes",
        "members_only: true",
        "paid: true",
        "tier: gold",
        "tiers: [gold]",
        "is_draft: true",
        "public: false",
        "status: private",
    ],
)
def test_keys_that_hide_something_elsewhere_are_an_error_that_points_to_access(header: str) -> None:
    (message,) = errors(post(header))
    assert "hides nothing here" in message
    assert "`access: members`" in message


@pytest.mark.parametrize("header", ["visibility: public", "public: true", "private: false", "password:"])
def test_keys_that_hide_nothing_elsewhere_are_only_warned_of(header: str) -> None:
    assert [problem.severity for problem in post(header).problems] == ["warning"]


@pytest.mark.parametrize(
    "header", ["published: maybe", "published:", "status: somehow", "status: [a]", "hidden: 7"]
)
def test_a_switch_that_cannot_be_read_is_an_error(header: str) -> None:
    assert len(errors(post(header))) == 1


# --- fields --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("no", "no"),
        ("2024", "2024"),
        ("1.10", "1.10"),
        ("2020-01-01", "2020-01-01"),
        ("true", "true"),
        ("'  two\n  lines  '", "two lines"),
        ('"</title><script>&amp; *x*"', "</title><script>&amp; *x*"),
        ('"a\\x0bb\\0c"', "abc"),
        ("x" * 5000, "x" * 5000),
    ],
)
def test_a_title_is_text_as_typed(written: str, title: str) -> None:
    assert document(read(f"---\ndate: 2024-05-09\ntitle: {written}\n---\n")).front.title == title


def test_numbers_in_toml_and_json_are_texts_as_typed_too() -> None:
    toml = read("+++\ntitle = 1.10\ndate = 2024-05-09\ntags = [2020, true, 1.50]\nslug = 124062\n+++\n")
    assert document(toml).front.title == "1.10"
    assert document(toml).front.tags == ("2020", "true", "1.50")
    assert document(toml).front.slug == "124062"
    json = read('{"title": 2024, "date": "2024-05-09T10:00:00Z", "tags": [1.50]}\nText')
    assert (document(json).front.title, document(json).front.tags) == ("2024", ("1.50",))


def test_a_missing_title_is_the_heading_at_the_top_which_is_then_not_repeated() -> None:
    parsed = read("---\ndate: 2024-05-09\n---\n\n# The *title*\n\nText\n")
    assert document(parsed).front.title == "The title"
    assert parsed.preview == Passage("\n\n\nText\n", 4)


def test_a_title_is_never_taken_from_behind_the_marker() -> None:
    parsed = read("---\ndate: 2024-05-09\naccess: members\n---\n<!--members-only-->\n# Secret\n")
    assert errors(parsed) == [
        "1: There is no title. Add `title:` to the front matter, or begin the text with a heading `# ...`."
    ]


def test_a_missing_title_and_date_are_told_together() -> None:
    assert errors(read("Text.")) == [
        "1: There is no title. Add `title:` to the front matter, or begin the text with a heading `# ...`.",
        "1: The post has no date. Add `date: 2024-05-09`, or begin the file's name with the day, "
        "as in `2024-05-09-a-post.md`.",
    ]


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("posts/2014-09-25-slug.md", "slug"),
        ("posts/2014-09-25-slug/index.md", "slug"),
        ("posts/2014/09/25/slug.md", "slug"),
        ("posts/2014-09-25_Größe & more.md", "größe-more"),
        ("posts/2014-09-25.md", "a-post"),
        ("posts/2014-09-25-index.md", "index-page"),
        ("posts/2014-09-25-con.md", "con-page"),
    ],
)
def test_a_date_in_the_files_name_is_taken_and_the_slug_without_it(path: str, slug: str) -> None:
    found = document(read("---\ntitle: A post\n---\n", path)).front
    assert str(found.date) == "2014-09-25 00:00:00-04:00"
    assert found.slug == slug


def test_a_date_in_a_mapped_address_is_taken_and_the_slug_behind_it() -> None:
    text = '+++\ntitle = "x"\npath = "2014/12/12/The-Slug.html"\n+++\n'
    rules = msgspec.structs.replace(RULES, front_matter=(("path", "path"),))
    found = document(read(text, rules=rules)).front
    assert (str(found.date), found.slug) == ("2014-12-12 00:00:00-05:00", "the-slug")
    (message,) = errors(read(text))
    assert 'If `path` holds it, say so in sitegen.toml: [front_matter] `path = "path"`' in message


def test_the_date_key_wins_over_the_name() -> None:
    found = document(read("---\ntitle: x\ndate: 2024-05-09\n---\n", "posts/2014-09-25-slug.md")).front
    assert (str(found.date), found.slug) == ("2024-05-09 00:00:00-04:00", "slug")


@pytest.mark.parametrize(
    "date", ["2024-02-30", "05/09/2022", "2016-1-29", "2024-13-01", "99999999999", "[1]"]
)
def test_a_wrong_date_is_an_error_with_its_line(date: str) -> None:
    for key in ("date", "updated", "expires"):
        (message,) = errors(read(f"---\ntitle: x\n{key}: {date}\n---\n", "posts/2014-09-25-x.md"))
        assert message.startswith("content/posts/2014-09-25-x.md:3: ")


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("about.md", "about"),
        ("index.md", ""),
        ("about/index.md", ""),
        ("about/_index.md", ""),
        ("404.md", "404"),
        ("aux.md", "aux-page"),
        ("2014-09-25-x.md", "2014-09-25-x"),
    ],
)
def test_a_page_needs_no_date_and_an_index_is_its_folder(path: str, slug: str) -> None:
    found = document(read("# A page\n", path))
    assert (found.kind, found.front.date, found.front.slug) == ("page", None, slug)


def test_a_posts_folder_with_an_index_is_one_post() -> None:
    assert document(read("---\ntitle: x\ndate: 2024-05-09\n---\n", "posts/foo/index.md")).id == "posts/foo"
    assert document(read("# x\n", "foo/index.md")).id == "foo/index"


def test_names_and_titles_without_letters_give_different_slugs_that_stay() -> None:
    def slug(path: str, title: str) -> str:
        return document(read(f"---\ntitle: '{title}'\ndate: 2024-05-09\n---\n", path)).front.slug

    assert slug("posts/!!!.md", "Hello") == "hello"
    assert slug("posts/!!!.md", "🎉") == slug("posts/!!!.md", "🎄") != slug("posts/🎉.md", "🎉")


@pytest.mark.parametrize(
    "slug",
    ["../../escape", "/abs", "C:\\", "'C:'", "//host", "a/../..", '"a\\0b"', "..", "'!!!'", "a\\b", "[a]"],
)
def test_a_slug_that_leads_elsewhere_is_an_error(slug: str) -> None:
    (message,) = errors(post(f"slug: {slug}"))
    assert message.startswith("4: `slug` ")


@pytest.mark.parametrize(
    ("written", "slug"),
    [
        ("124062", "124062"),
        ("index", "index-page"),
        ("con", "con-page"),
        ("tags", "tags"),
        ("My Post", "my-post"),
        ("é", "é"),
    ],
)
def test_a_slug_is_made_safe(written: str, slug: str) -> None:
    assert front(f"slug: {written}").slug == slug


@pytest.mark.parametrize(
    ("written", "tags"),
    [
        ("one", ("one",)),
        ("one two", ("one two",)),
        ("one, two,,one", ("one", "two")),
        ("[a, ' b  c ', a, '', null]", ("a", "b c")),
        ("", ()),
        ("null", ()),
        ("''", ()),
        ("2020", ("2020",)),
        ("[yes, 22:22, 010, 1.10, true]", ("yes", "22:22", "010", "1.10", "true")),
        ("['..', a/b, C#]", ("..", "a/b", "C#")),
    ],
)
def test_tags_are_texts_in_order_once_each(written: str, tags: tuple[str, ...]) -> None:
    assert front(f"tags: {written}").tags == tags


def test_ten_thousand_tags_are_fine() -> None:
    assert len(front(f"tags: [{', '.join(str(number) for number in range(10_000))}]").tags) == 10_000


@pytest.mark.parametrize(
    ("written", "authors"),
    [
        ("Jane Doe, PhD", ("Jane Doe, PhD",)),
        ("[A, B, A]", ("A", "B")),
        ("[{name: A, url: x}]", ("A",)),
        ("", ()),
    ],
)
def test_authors_are_names(written: str, authors: tuple[str, ...]) -> None:
    assert front(f"authors: {written}").authors == authors


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("tags: {a: b}", "4: `tags` is a map, but a list belongs here. Write `tags: [one, two]`."),
        ("authors: [{url: x}]", "4: `authors` holds a map without a `name`. Write `authors: [Jane Doe]`."),
        (
            "category: [a, b]",
            "4: `category` is a list, but one name belongs here. "
            "A post has one category: keep that, and put the others under `tags`.",
        ),
        (
            "draft: maybe",
            "4: `draft` is `maybe`, neither true nor false. Write `draft: true` or `draft: false`.",
        ),
        ("draft:", "4: `draft` is empty, neither true nor false. Write `draft: true` or `draft: false`."),
        (
            "unlisted: [x]",
            "4: `unlisted` is a list, neither true nor false. Write `unlisted: true` or `unlisted: false`.",
        ),
        ("access: membres", "4: There is no tier `membres`. Did you mean `members`?"),
        ("access: gold", "4: There is no tier `gold`. Known: public, members, friends."),
        ("access:", "4: `access` is empty. Known: public, members, friends."),
        ("access: [members]", '4: `access` is a list, but a text belongs here. Write `access: "..."`.'),
        ("read_time: long", "4: `read_time` is `long`, which is no number of minutes. Write `read_time: 4`."),
        ("lang: englisch!", "4: `englisch!` is not a language tag. Write one as in `en` or `pt-BR`."),
        (
            "template: ../x",
            "4: `../x` is not the name of a template. Write one as in `template: landing.html`.",
        ),
        ("summary: {a: b}", '4: `summary` is a map, but a text belongs here. Write `summary: "..."`.'),
        (
            "expires: soon",
            "4: In `expires`: `soon` is not a date. Write it as in 2024-05-09 or 2024-05-09 14:30 +0200.",
        ),
        ("extra: x", "4: `extra` is a text, but keys of your own belong below it. Indent them."),
        ("extra: {a: .inf}", "4: In `extra`, `.inf` is no number that can be kept. Put it in quotes."),
    ],
)
def test_a_value_that_its_field_cannot_hold_is_told_with_the_next_move(header: str, message: str) -> None:
    assert errors(post(header)) == [message]


def test_all_mistakes_of_a_file_are_told_together_from_top_to_bottom() -> None:
    parsed = post("tags: {a: b}\ndraft: maybe\nacess: members\nslug: ../x", "a\n<!--members only-->\n")
    assert [problem.line for problem in parsed.problems] == [4, 5, 6, 7, 10]


@pytest.mark.parametrize("word", ["true", "yes", "on", "1", "'true'", "Yes"])
def test_a_draft_is_read_as_meant(word: str) -> None:
    assert front(f"draft: {word}").draft is True


@pytest.mark.parametrize(
    ("written", "minutes"), [("4", 4), ("4m", 4), ('"4 min"', 4), ("12 minutes", 12), ("", 0)]
)
def test_a_reading_time_is_in_minutes(written: str, minutes: int) -> None:
    assert front(f"read_time: {written}").read_time == minutes


@pytest.mark.parametrize(
    ("written", "aliases"),
    [
        ("old", ("/old",)),
        ("[/a/b.html, c/, /a/b.html]", ("/a/b.html", "/c/")),
        ("/a, b/", ("/a, b/",)),
        ("caf%C3%A9/", ("/café/",)),
        ("", ()),
    ],
)
def test_aliases_are_addresses_of_the_site(written: str, aliases: tuple[str, ...]) -> None:
    assert front(f"aliases: {written}").aliases == aliases


@pytest.mark.parametrize(
    "alias",
    [
        "../x",
        "/a/../../x",
        "//host/x",
        "https://a.org/x",
        "'C:\\x'",
        "a\\b",
        '"a\\0"',
        "/con/",
        "a?b=1",
        "%2e%2e/x",
        "{a: b}",
    ],
)
def test_an_alias_that_leads_elsewhere_is_an_error(alias: str) -> None:
    assert len(errors(post(f"aliases: [{alias}]"))) == 1


def test_the_authors_own_keys_are_kept_sorted_and_typed_without_problems() -> None:
    found = front('extra:\n  z: {b: [1, 1.5, yes, "2"], a: null}\n  a: 2020-01-01\n  titel: x')
    assert found.extra == (("a", "2020-01-01"), ("titel", "x"), ("z", {"a": None, "b": [1, 1.5, "yes", "2"]}))
    toml = document(
        read('+++\ntitle = "x"\ndate = 2024-05-09\n[extra]\nb = 2020-01-01\na = 1.5\n+++\n')
    ).front
    assert toml.extra == (("a", 1.5), ("b", "2020-01-01"))


def test_the_last_defaults_that_match_the_folder_hold_where_the_header_says_nothing() -> None:
    rules = msgspec.structs.replace(
        RULES,
        defaults=(
            DefaultsConfig(folder=".", lang="en", authors=("Desk",), draft=True),
            DefaultsConfig(folder="posts", category="News", tags=("n",), access="friends", draft=False),
            DefaultsConfig(folder="posts/deep", category="Deep"),
            DefaultsConfig(folder="pos", category="Never"),
        ),
    )
    found = front("", rules=rules)
    assert (found.category, found.tags, found.access, found.draft) == ("News", ("n",), "friends", False)
    assert (found.lang, found.authors) == ("en", ("Desk",))
    assert front("category: Own\naccess: public\ntags: []", rules=rules).category == "Own"
    deep = document(read("---\ntitle: x\ndate: 2024-05-09\n---\n", "posts/deep/er/x.md", rules)).front
    assert (deep.category, deep.access) == ("Deep", "friends")


@pytest.mark.parametrize(
    ("header", "folder", "access"),
    [
        ("", "posts", "public"),
        ("category: self care", "posts", "members"),
        ("category: [SELF CARE]", "posts", "members"),
        ("category: Other", "posts", "public"),
        ("category: Self Care\naccess: public", "posts", "public"),
        ("category: Self Care", "posts/gold", "friends"),
        ("category: Self Care", "posts/open", "members"),
        ("", "posts/open", "public"),
        ("", "posts/work", "friends"),
        ("category: Self Care", "posts/work", "members"),
    ],
)
def test_a_category_has_an_access_of_its_own_and_of_folder_and_category_the_higher_counts(
    header: str, folder: str, access: str
) -> None:
    rules = msgspec.structs.replace(
        RULES,
        tiers=("members", "friends"),
        categories=(("Self Care", "members"), ("Work", "friends")),
        defaults=(
            DefaultsConfig(folder="posts/gold", access="friends"),
            DefaultsConfig(folder="posts/open", access="public"),
            DefaultsConfig(folder="posts/work", category="Work"),
        ),
    )
    text = f"---\ntitle: x\ndate: 2024-05-09\n{header}\n---\n"
    assert document(read(text, f"{folder}/x.md", rules)).front.access == access


def test_the_sites_own_access_holds_for_posts_and_not_for_pages() -> None:
    rules = msgspec.structs.replace(RULES, access="members")
    assert front("", rules=rules).access == "members"
    assert document(read("# About\n", "about.md", rules)).front.access == "public"


# --- header --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: x\naccess: members\n\nSecret",
        "--\ntitle: x\naccess: members\n--\nSecret",
        "title: x\naccess: members\n---\nSecret",
        "---\ntitle: one: two\n---\nSecret",
        "---\n- a\n- b\n---\nSecret",
        "---\n\ttitle: x\n---\nSecret",
        "---\ntitle: x\ntitle: y\n---\nSecret",
        "---\na: !!python/object/apply:os.system [x]\n---\nSecret",
        "---\na: " + "[" * 30_000 + "\n---\nSecret",
    ],
)
def test_a_broken_header_publishes_nothing(text: str) -> None:
    assert errors(read(text))


# --- members -------------------------------------------------------------------------------------------


def test_a_public_post_is_all_preview() -> None:
    parsed = post("", "One\n\ntwo\n")
    assert (parsed.preview, parsed.gated) == (Passage("One\n\ntwo\n", 6), None)


def test_a_members_post_without_a_marker_is_all_gated() -> None:
    parsed = post("access: Members", "One\n")
    assert document(parsed).gated
    assert document(parsed).front.access == "members"
    assert (parsed.preview, parsed.gated) == (Passage("", 6), Passage("One\n", 6))


def test_a_marker_in_a_public_post_is_an_error() -> None:
    assert errors(post("", "One\n<!--members-only-->\ntwo\n")) == [
        "7: `<!--members-only-->` stands in a text that everybody may read. "
        "Write `access: members` in the front matter, or remove it."
    ]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("a\n<!--members-only-->\nb\n<!--members-only-->\n", 9),
        ("a\n<!--member-only-->\nb\n", 7),
        ("a <!--members-only--> b\n", 6),
        ("a[^1]\n<!--members-only-->\n[^1]: b\n", 6),
        ("a\n<!-- b\n", 7),
    ],
)
def test_a_text_that_cannot_be_split_safely_is_an_error(body: str, line: int) -> None:
    parsed = post("access: members", body)
    assert errors(parsed)
    assert [problem.line for problem in parsed.problems] == [line]


def test_a_marker_with_nothing_behind_it_is_a_warning() -> None:
    parsed = post("access: members", "a\n<!--members-only-->\n\n")
    assert [problem.severity for problem in parsed.problems] == ["warning"]
    assert not document(parsed).gated
    assert parsed.preview == Passage("a\n", 6)


def test_definitions_of_the_preview_reach_the_gated_part_and_its_lines_stay_right() -> None:
    parsed = post("access: members", "[x]: /y\n\n<!--members-only-->\nsee [x]\n")
    assert parsed.gated == Passage("[x]: /y\n\nsee [x]\n", 7)


def test_templates_of_other_tools_in_the_text_stay_as_typed() -> None:
    assert post("", "{{ 7919*7907 }}{% include x %}\n").preview.text == "{{ 7919*7907 }}{% include x %}\n"


# --- anything ------------------------------------------------------------------------------------------


VALUES = st.text(max_size=12) | st.sampled_from(
    ["true", "[a, b]", "{a: b}", "2024-01-01", "../x", "members", '"\\0"', "~"]
)
HEADERS = st.dictionaries(
    st.sampled_from((*FRONT_MATTER_KEYS, "published", "path", "status", "x")), VALUES, max_size=6
)


@given(
    HEADERS,
    st.sampled_from(["", "# T\n", "a\n<!--members-only-->\nb", "<!--"]),
    st.sampled_from(["posts/x.md", "x.md"]),
)
def test_any_header_gives_a_document_or_errors_and_a_value_that_can_be_stored(
    header: dict[str, str], body: str, path: str
) -> None:
    lines = "".join(f"{key}: {value}\n" for key, value in header.items())
    parsed = read(f"---\n{lines}---\n{body}".encode("utf-8", "surrogatepass"), path)
    assert (parsed.document is None) == any(problem.severity == "error" for problem in parsed.problems)
    assert digest_of(parsed)
    assert msgspec.json.decode(msgspec.json.encode(parsed), type=Parsed) == parsed


@given(st.binary(max_size=80))
def test_any_bytes_give_a_document_or_errors(data: bytes) -> None:
    parsed = read(data)
    assert (parsed.document is None) == any(problem.severity == "error" for problem in parsed.problems)


@pytest.mark.skipif(not CORPORA.is_dir(), reason="needs the real blogs that lie beside the checkout")
def test_real_blogs_are_read_without_a_key_of_theirs_taken_for_a_slip() -> None:
    rules = ParseRules(front_matter=(("path", "path"),))
    files = [
        file
        for blog in ("18f-blog", "rust-blog", "letsencrypt", "jekyll-site")
        for file in (CORPORA / blog).rglob("*.md")
    ]
    for file in files:
        parsed = read(file.read_bytes(), f"posts/{file.name}", rules)
        assert not any("Did you mean" in problem.hint for problem in parsed.problems)
        assert digest_of(parsed)
