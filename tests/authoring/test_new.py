"""New posts: their files, their front matter, and what is never overwritten."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sitegen.adapters.limited_yaml import load_yaml
from sitegen.authoring.new import (
    SHOWN,
    InUse,
    NewPost,
    Wish,
    in_use,
    plan_post,
    quoted,
    settle,
    write_post,
)
from sitegen.config import AuthorConfig, CategoryConfig, Config, PostsConfig, SiteConfig
from sitegen.errors import UsageError
from tests.authoring import sites

NOW = datetime(2026, 3, 1, 23, 30, 45, tzinfo=UTC)
BERLIN = Config(site=SiteConfig(timezone="Europe/Berlin"))
USED = InUse(
    categories=("Self Care", "Websites"),
    tags=("burnout", "daily routine"),
    authors=("Jane Doe",),
    slugs=(("on-rest", "content/posts/2024-on-rest.md"),),
)

texts = st.text(st.characters(codec="utf-8"), max_size=60)


def header(post: NewPost) -> str:
    _, head, _ = post.text.split("---\n", 2)
    return head


def plan(title: str = "A title", used: InUse = USED, config: Config = BERLIN, **wish: object) -> NewPost:
    return plan_post(Wish(title=title, **wish), used, config, NOW)  # type: ignore[arg-type]


def test_a_new_post_stands_in_full_as_an_author_finds_it() -> None:
    post = plan("What's new?", category="self care", tags=("Burnout", "rest"), authors=("jane doe",))
    assert post.path == "posts/whats-new.md"
    assert (
        post.text
        == """\
---
title: "What's new?"
date: 2026-03-02 00:30
slug: "whats-new"
# in use: Self Care, Websites
category: "Self Care"
# in use: burnout, daily routine
tags: ["burnout", "rest"]
# in use: Jane Doe
authors: ["Jane Doe"]
# One or two sentences for lists and search engines; without them, the beginning of the text.
summary: ""
# Delete this line to publish the post.
draft: true
---

Write here.
"""
    )


def test_the_file_is_a_post_without_mistakes_with_the_date_in_the_sites_zone() -> None:
    post = plan(category="Websites", tags=("rest",), authors=("Jane Doe",), draft=False)
    read = sites.parsed(post.path, post.text, BERLIN)
    assert read.problems == ()
    assert read.document is not None
    front = read.document.front
    assert (front.title, front.slug, front.category) == ("A title", "a-title", "Websites")
    assert (front.tags, front.authors, front.draft) == (("rest",), ("Jane Doe",), False)
    assert front.date == NOW.replace(second=0)


def test_a_file_without_category_tags_and_authors_is_no_mistake_either() -> None:
    post = plan()
    read = sites.parsed(post.path, post.text, BERLIN)
    assert read.problems == ()
    assert read.document is not None
    assert read.document.front.draft
    assert (read.document.front.category, read.document.front.tags) == ("", ())


def test_a_post_that_is_no_draft_does_not_mention_drafts() -> None:
    assert "draft" not in plan(draft=False).text


def test_a_site_without_names_in_use_gets_no_comments_about_them() -> None:
    assert "in use" not in plan(used=InUse()).text
    assert "category:\n" in plan(used=InUse()).text


def test_only_so_many_names_are_listed_and_the_rest_counted() -> None:
    many = InUse(tags=tuple(f"tag{number:03}" for number in range(SHOWN + 7)))
    text = plan(used=many).text
    assert "tag039, and 7 more" in " ".join(text.replace("\n#", "").split())
    assert "tag040" not in text
    assert max(map(len, text.splitlines())) <= 100


@given(texts, texts, st.lists(texts, max_size=3))
def test_whatever_title_and_names_hold_the_header_reads_back_as_meant(
    title: str, category: str, tags: list[str]
) -> None:
    used = InUse(tags=(category, *tags), categories=(title,))
    try:
        post = plan_post(Wish(title=title, category=category, tags=tuple(tags)), used, Config(), NOW)
    except UsageError:
        assert not title.split()
        return
    loaded = load_yaml(header(post))
    assert loaded.problems == ()
    assert str(loaded.table["title"]) == " ".join(title.split())
    assert loaded.table["draft"] in ("true", True)
    assert yaml.safe_load(header(post))["tags"] == list(settle(tags, used.tags))


@given(st.text())
def test_quoted_text_is_a_scalar_on_one_line(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    assert yaml.safe_load(f"x: {quoted(text)}") == {"x": text}
    assert len(quoted(text).splitlines()) == 1


@given(texts)
def test_a_path_never_leaves_the_folder_whatever_the_title(title: str) -> None:
    if not title.split():
        return
    path = plan_post(Wish(title=title), InUse(), Config(), NOW).path
    assert path.startswith("posts/")
    assert path.count("/") == 1
    assert ".." not in path


@pytest.mark.parametrize("title", ["", "   ", "\n\t"])
def test_a_post_without_a_title_is_refused_with_an_example(title: str) -> None:
    with pytest.raises(UsageError, match="A post needs a title: sitegen new"):
        plan(title)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UsageError, match="`caf\\?` holds bytes that are not text in UTF-8"):
        plan("caf\udce9")
    with pytest.raises(UsageError, match="not text in UTF-8"):
        plan(tags=("\udce9",))


def test_a_title_without_letters_gets_a_slug_from_the_moment() -> None:
    assert plan("🎉🎉").slug == "post-20260302-003045"


def test_a_title_that_names_a_device_of_windows_gets_a_safe_file_name() -> None:
    assert plan("CON").path == "posts/con-page.md"


def test_a_title_that_names_the_page_of_its_folder_gets_a_file_name_of_its_own() -> None:
    assert plan("Index").path == "posts/index-page.md"


@pytest.mark.parametrize("title", ["On rest", "ON REST", "On – Rest!"])
def test_a_slug_that_another_post_has_is_refused_whatever_its_file_is_called(title: str) -> None:
    with pytest.raises(UsageError) as caught:
        plan(title)
    assert str(caught.value) == (
        "content/posts/2024-on-rest.md has the slug `on-rest` already. Choose another title."
    )


@pytest.mark.parametrize(
    ("folder", "path"),
    [
        ("", "posts/a-title.md"),
        ("posts", "posts/a-title.md"),
        ("posts/2027/", "posts/2027/a-title.md"),
        ("./posts/2027", "posts/2027/a-title.md"),
        ("content/posts/2027", "posts/2027/a-title.md"),
    ],
)
def test_a_folder_is_one_below_the_content_folder(folder: str, path: str) -> None:
    assert plan(folder=folder).path == path


@pytest.mark.parametrize("folder", ["/etc", "../x", "posts/../../x", "posts/\x00", "posts\\..\\.."])
def test_a_folder_outside_is_refused(folder: str) -> None:
    with pytest.raises(UsageError, match="is not a folder below content/"):
        plan(folder=folder)


@pytest.mark.parametrize("folder", ["posts/.later", "posts/.git/x"])
def test_a_hidden_folder_is_refused_since_no_build_reads_it(folder: str) -> None:
    with pytest.raises(UsageError, match="is hidden, and nothing in hidden folders is read"):
        plan(folder=folder)


def test_a_folder_of_pages_is_refused_with_the_folders_of_posts() -> None:
    with pytest.raises(UsageError) as caught:
        plan(folder="notes")
    assert str(caught.value) == ("Files in `notes` are pages, not posts. Posts lie in `posts` and below.")


def test_where_all_content_is_posts_any_folder_will_do() -> None:
    config = replace(BERLIN, posts=PostsConfig(folders=(".",)))
    assert plan(config=config).path == "a-title.md"
    assert plan(config=config, folder="notes").path == "notes/a-title.md"


def test_a_site_without_folders_of_posts_says_where_to_name_one() -> None:
    with pytest.raises(UsageError, match=r"Name one in sitegen.toml under \[posts\] folders"):
        plan(config=replace(BERLIN, posts=PostsConfig(folders=())))


def test_names_take_the_spelling_in_use_and_stand_once() -> None:
    assert settle(["SELF-care", " rest ", "", "Rest"], ("Self Care", "self care")) == ("Self Care", "rest")


def test_names_in_use_come_most_used_first_then_those_only_configured() -> None:
    site = sites.site(
        sites.post("a", "rest", category="Care"),
        sites.post("b", "rest", "work", category="Business"),
        sites.post("c", category="Care"),
        held=(sites.held("soon"),),
    )
    config = Config(
        categories=(CategoryConfig(name="care"), CategoryConfig(name="Notes")),
        authors=(AuthorConfig(name="Jane Doe"),),
    )
    used = in_use(site, config)
    assert used.categories == ("Care", "Business", "Notes")
    assert used.tags == ("rest", "work")
    assert used.authors == ("Jane Doe",)
    assert [slug for slug, _ in used.slugs] == ["a", "b", "c", "soon"]


def test_a_post_is_written_as_planned_and_folders_are_made(tmp_path: Path) -> None:
    post = NewPost(path="posts/2027/x.md", slug="x", text="é\n")
    path = write_post(post, tmp_path / "content")
    assert path == tmp_path / "content/posts/2027/x.md"
    assert path.read_bytes() == b"\xc3\xa9\n"


@pytest.mark.parametrize("name", ["café.md", "Café.md", "CAFE\u0301.MD", "café.markdown", "café/index.md"])
def test_a_file_that_some_disk_takes_for_the_same_is_never_overwritten(tmp_path: Path, name: str) -> None:
    there = tmp_path / "posts" / name
    there.parent.mkdir(parents=True)
    there.write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        write_post(NewPost(path="posts/café.md", slug="café", text="new"), tmp_path)
    assert [path.read_text() for path in tmp_path.rglob("*") if path.is_file()] == ["mine"]


def test_other_files_of_that_name_are_not_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/x.png").touch()
    assert write_post(NewPost(path="posts/x.md", slug="x", text=""), tmp_path).is_file()


def test_a_link_that_leads_out_of_the_content_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "content").mkdir()
    (tmp_path / "content/posts").symlink_to(outside)
    with pytest.raises(UsageError, match="Nothing was written"):
        write_post(NewPost(path="posts/x.md", slug="x", text=""), tmp_path / "content")
    assert list(outside.iterdir()) == []


def test_a_content_folder_that_is_a_link_itself_is_fine(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "content").symlink_to("real")
    write_post(NewPost(path="posts/x.md", slug="x", text=""), tmp_path / "content")
    assert (tmp_path / "real/posts/x.md").is_file()
