"""Feeds, sitemap, robots.txt, redirects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from sitegen.model.document import Heading
from sitegen.stages.index import Entry
from tests import builders
from tests.stages.plan import support
from tests.stages.plan.support import page, paths, planned, text, view, with_links


def test_a_feed_has_the_newest_posts_and_when_the_last_of_them_changed() -> None:
    changed = datetime(2024, 12, 1, tzinfo=UTC)
    made = planned(
        builders.entry("posts/new.md", category="Care", tags=("rest",), authors=("Jo",)),
        builders.entry("posts/old.md", date=builders.DATE - timedelta(days=9), updated=changed),
        builders.entry("posts/oldest.md", date=builders.DATE - timedelta(days=99)),
        settings=support.SUB + 'tagline = "Notes"\n[feed]\nlimit = 2\n',
    )
    feed = view(made, "feed.xml")
    assert (feed.id, feed.self_url) == ("https://example.org/sub/feed.xml",) * 2
    assert (feed.home_url, feed.title, feed.subtitle) == ("https://example.org/sub/", "Site", "Notes")
    assert (feed.updated, feed.author) == (changed.isoformat(), "Site")
    new, old = feed.entries
    assert (new.id, new.url) == ("https://example.org/sub/blog/new/",) * 2
    assert (new.categories, new.authors, new.summary) == (("Care", "rest"), ("Jo",), "Text.")
    assert (new.published, new.updated) == ("2024-05-09T00:00:00+00:00",) * 2
    assert (old.published, old.updated) == ("2024-04-30T00:00:00+00:00", changed.isoformat())


def test_each_category_has_a_feed_of_its_own() -> None:
    made = planned(builders.entry("posts/a.md", category="Care"), builders.entry("posts/b.md"))
    feed = view(made, "category/care/feed.xml")
    assert [entry.title for entry in feed.entries] == ["A"]
    assert (feed.title, feed.home_url) == ("Site: Care", "https://example.org/category/care/")


def test_a_feed_without_posts_still_has_a_date() -> None:
    assert view(planned(), "feed.xml").updated == "1970-01-01T00:00:00+00:00"


def test_a_public_post_stands_in_the_feed_in_full_with_whole_addresses() -> None:
    targets = ("b.md", "#part", "/blog/", "https://x.example/", "mailto:a@b.c", "../cat.jpg", "?x=1")
    post = with_links("posts/a.md", *targets)
    preview = replace(post.body.preview, ids=("part",))
    made = planned(
        Entry(post.document, replace(post.body, preview=preview)),
        builders.entry("posts/b.md", date=builders.DATE - timedelta(days=1)),
        settings=support.SUB,
        files=(support.file("cat.jpg"),),
    )
    assert made.problems == ()
    shown = page(made, "feed.xml").texts[0]
    assert shown.name == "https://example.org/sub/blog/a/"
    assert shown.html == post.body.preview.html
    assert shown.links == (
        "https://example.org/sub/blog/b/",
        "https://example.org/sub/blog/a/#part",
        "https://example.org/sub/blog/",
        "https://x.example/",
        "mailto:a@b.c",
        "https://example.org/sub/cat.jpg",
        "https://example.org/sub/blog/a/?x=1",
    )


def test_a_post_for_members_stands_in_the_feed_by_its_summary_only() -> None:
    made = planned(with_links("posts/a.md", gated=("https://x.example/",)), builders.entry("posts/b.md"))
    recipe = page(made, "feed.xml")
    locked, free = view(made, "feed.xml").entries
    assert (locked.locked, free.locked) == (True, False)
    assert locked.summary == "Text."
    assert [one.name for one in recipe.texts] == ["https://example.org/blog/b/"]


def test_unlisted_posts_are_in_no_feed() -> None:
    made = planned(builders.entry("posts/a.md", unlisted=True, category="Care"))
    assert view(made, "feed.xml").entries == ()
    assert "category/care/feed.xml" not in paths(made)


def test_the_sitemap_has_what_wants_to_be_found_and_nothing_else() -> None:
    changed = datetime(2024, 6, 1, tzinfo=UTC)
    made = planned(
        builders.entry("posts/a.md", aliases=("/old/",), updated=changed, tags=("x",)),
        builders.entry("posts/hidden.md", unlisted=True),
        builders.entry("posts/draft.md", draft=True),
        builders.entry("about.md"),
        builders.entry("quiet.md", unlisted=True),
        settings=support.SUB,
    )
    urls = view(made, "sitemap.xml").urls
    home = "https://example.org/sub"
    assert [(one.url.removeprefix(home), one.modified) for one in urls] == [
        ("/", ""),
        ("/about/", ""),
        ("/archive/", ""),
        ("/blog/", ""),
        ("/blog/a/", changed.isoformat()),
        ("/tag/x/", ""),
        ("/tags/", ""),
    ]


def test_robots_are_told_of_the_sitemap() -> None:
    expected = "User-agent: *\nAllow: /\n\nSitemap: https://example.org/sub/sitemap.xml\n"
    assert text(planned(settings=support.SUB), "robots.txt") == expected
    assert text(planned(settings=""), "robots.txt") == "User-agent: *\nAllow: /\n"


def test_without_a_site_address_there_is_neither_feed_nor_sitemap() -> None:
    made = planned(builders.entry("posts/a.md", category="Care"), settings="")
    assert not [path for path in paths(made) if path.endswith(".xml")]
    assert view(made, "blog/a/index.html").page.canonical_url == ""
    assert view(made, "blog/a/index.html").page.feeds == ()
    assert view(made, "index.html").site.feed_url == ""


def test_an_alias_is_a_page_that_leads_on_and_a_rule_for_the_host() -> None:
    made = planned(
        builders.entry("posts/a.md", title="A & B", aliases=("/old", "/2012/a.html", "/größe/")),
        builders.entry("about.md", aliases=("/me/",)),
        settings=support.SUB,
    )
    moved = view(made, "old/index.html")
    assert (moved.title, moved.url) == ("A & B", "/sub/blog/a/")
    assert moved.canonical_url == "https://example.org/sub/blog/a/"
    assert view(made, "2012/a.html").url == "/sub/blog/a/"
    assert view(made, "größe/index.html").url == "/sub/blog/a/"
    assert text(made, "_redirects").splitlines() == [
        "/sub/2012/a.html /sub/blog/a/ 301",
        "/sub/gr%C3%B6%C3%9Fe/ /sub/blog/a/ 301",
        "/sub/me/ /sub/about/ 301",
        "/sub/old/ /sub/blog/a/ 301",
    ]


def test_the_file_for_the_host_does_not_name_what_is_unlisted() -> None:
    made = planned(
        builders.entry("posts/a.md", aliases=("/old/",), unlisted=True),
        builders.entry("about.md", aliases=("/me/",), unlisted=True),
        builders.entry("posts/b.md", aliases=("/b/",)),
    )
    assert text(made, "_redirects") == "/b/ /blog/b/ 301\n"
    assert view(made, "old/index.html").url == "/blog/a/"
    assert view(made, "me/index.html").url == "/about/"


def test_without_aliases_there_is_no_file_for_the_host() -> None:
    assert "_redirects" not in paths(planned(builders.entry("posts/a.md")))


def test_a_redirect_exists_without_a_site_address_too() -> None:
    made = planned(builders.entry("posts/a.md", aliases=("/old/",)), settings="")
    assert (view(made, "old/index.html").url, view(made, "old/index.html").canonical_url) == ("/blog/a/", "")


@pytest.mark.parametrize("name", ["robots.txt", "_redirects"])
def test_a_file_of_the_author_s_own_takes_the_place_of_ours(name: str) -> None:
    made = planned(builders.entry("posts/a.md", aliases=("/old/",)), files=(support.file(name),))
    assert made.problems == ()
    assert support.artifact(made, name).source == f"content/{name}"


def test_an_alias_that_is_the_present_address_needs_no_redirect() -> None:
    made = planned(builders.entry("posts/a.md", aliases=("/blog/a/", "/Blog/A")))
    assert made.problems == ()
    assert "_redirects" not in paths(made)


def test_links_to_anchors_of_other_posts_stay_whole_in_the_feed() -> None:
    other = builders.body(headings=(Heading(2, "part", "Part"),))
    made = planned(with_links("posts/a.md", "b.md#part"), builders.entry("posts/b.md", body=other))
    assert page(made, "feed.xml").texts[0].links == ("https://example.org/blog/b/#part",)
