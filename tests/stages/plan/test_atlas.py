"""Addresses: which are the same, which files they are, how they are written."""

from __future__ import annotations

import pytest

from sitegen.stages.plan.atlas import (
    Atlas,
    Place,
    alias_address,
    encoded,
    encoded_rest,
    path_of,
    plain,
    site_ids,
)
from tests import builders
from tests.stages.plan import support


@pytest.mark.parametrize(
    "spelling", ["/blog/post/", "/blog/post", "blog/post/", "/blog/post/index.html", "/blog/post//"]
)
def test_spellings_of_one_address_are_one(spelling: str) -> None:
    assert plain(spelling) == "/blog/post"


def test_the_home_page_has_one_plain_address() -> None:
    assert {plain(one) for one in ("", "/", "/index.html")} == {"/"}


def test_the_unicode_form_of_an_address_does_not_count() -> None:
    assert plain("/cafe\u0301/") == plain("/caf\u00e9/")


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/", "index.html"),
        ("/blog/", "blog/index.html"),
        ("/feed.xml", "feed.xml"),
        ("/404.html", "404.html"),
    ],
)
def test_each_address_is_served_from_one_file(address: str, path: str) -> None:
    assert path_of(address) == path


@pytest.mark.parametrize(
    ("alias", "address"),
    [
        ("/old", "/old/"),
        ("/old/", "/old/"),
        ("/old.html", "/old.html"),
        ("/old.htm", "/old.htm"),
        ("/a.php", "/a.php/"),
    ],
)
def test_an_alias_is_a_folder_unless_it_names_an_html_file(alias: str, address: str) -> None:
    assert alias_address(alias) == address


def test_addresses_are_encoded_and_what_would_end_their_path_is_too() -> None:
    assert encoded("/größe/100% a#b?c.pdf") == "/gr%C3%B6%C3%9Fe/100%25%20a%23b%3Fc.pdf"
    assert encoded("/it's/(a,b)/c&d;e=f/@x:y!") == "/it's/(a,b)/c&d;e=f/@x:y!"


def test_what_is_encoded_already_is_not_encoded_twice() -> None:
    assert encoded_rest("q=%20ä?") == "q=%20%C3%A4?"


def test_the_first_place_at_an_address_stays() -> None:
    atlas = Atlas()
    atlas.add(Place("/a/", ("one",)), "a.md")
    atlas.add(Place("/a"), "b.md")
    assert atlas.at("/a/index.html") == Place("/a/", ("one",))
    assert atlas.files == {"a.md": Place("/a/", ("one",)), "b.md": Place("/a")}
    assert atlas.at("/b/") is None


def test_the_anchors_of_a_document_include_those_of_its_gated_part() -> None:
    from sitegen.model.document import Heading

    behind = builders.fragment(headings=(Heading(2, "behind", "Behind"),))
    text = builders.body(headings=(Heading(2, "before", "Before"),), gated=behind)
    site = builders.site(builders.entry("posts/a.md", body=text))
    assert list(site_ids(site)) == [("posts/a.md", "/blog/a/", ("before", "behind"))]


def test_lists_feeds_and_robots_are_places_that_links_may_lead_to() -> None:
    post = builders.entry("posts/a.md", category="Care", tags=("rest",), authors=("Jo",))
    site = builders.site(post)
    atlas = support.context(site).atlas
    for address in (
        *("/blog/", "/archive/", "/categories/", "/category/care/", "/category/care/feed.xml", "/tags/"),
        *("/tag/rest/", "/authors/", "/author/jo/", "/feed.xml", "/sitemap.xml", "/robots.txt", "/404.html"),
    ):
        assert atlas.at(address) is not None, address


def test_an_empty_site_has_no_lists_to_lead_to() -> None:
    atlas = support.context(builders.site()).atlas
    assert atlas.at("/") is not None
    assert atlas.at("/blog/") is None
    assert atlas.at("/tags/") is None
