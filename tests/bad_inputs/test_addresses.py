"""Addresses that would lead out of the output folder, or to each other."""

from __future__ import annotations

import pytest

from tests.bad_inputs.support import Site, files_below, post


@pytest.mark.parametrize(
    "slug",
    [
        "../../escape",
        "..",
        "/abs",
        "/etc/passwd",
        "'C:\\'",
        "'C:\\Windows\\x'",
        "'C:'",
        "//host",
        "//host/share",
        "a/../..",
        "a/../../..",
        '"a\\0b"',
        '"a\\u2028/../b"',
        "'..\\..\\x'",
        "'.'",
        '"%2e%2e/%2e%2e/x"',
    ],
)
def test_a_slug_that_leads_out_of_its_folder_is_an_error_and_makes_nothing_outside(site: Site, slug: str) -> None:
    outside = files_below(site.root.parent)
    site.post(post(front=f"slug: {slug}"))
    around = set(files_below(site.root.parent)) - set(outside)
    assert around == {"site/content/posts/bad.md"}
    site.refuses("posts/bad.md:4 error `slug`", "Write it" if "\\0" in slug else "A slug is one part of an address")
    assert set(files_below(site.root.parent)) - set(outside) <= around | {"site/.sitegen/lock"}


@pytest.mark.parametrize("key", ["title", "category", "tags", "authors"])
@pytest.mark.parametrize("name", ['"../../escape"', "'..\\..\\escape'", '"/etc/escape"', '".."', '"%2e%2e"'])
def test_no_name_leads_out_of_the_output_folder(site: Site, key: str, name: str) -> None:
    outside = {path for path in files_below(site.root.parent) if not path.startswith("site/output")}
    title = f"title: {name}" if key == "title" else "title: Other"
    front = "" if key == "title" else f"{key}: [{name}]" if key != "category" else f"category: {name}"
    site.post(post(title=title, front=front), "2024-03-05.md" if key == "title" else "bad.md")
    outside.add("site/content/posts/" + ("2024-03-05.md" if key == "title" else "bad.md"))
    site.accepts()
    after = {path for path in files_below(site.root.parent) if not path.startswith("site/output")}
    assert {path for path in after if ".sitegen" not in path} == {path for path in outside if ".sitegen" not in path}
    for path in site.output.rglob("*"):
        assert path.resolve().is_relative_to(site.output)


def test_two_posts_at_one_address_are_an_error_that_names_both(site: Site) -> None:
    site.post(post(front="slug: same"), "one.md")
    site.post(post(front="slug: Same"), "two.md")
    site.refuses("content/posts/one.md and content/posts/two.md", "at one address, /blog/same/", "another `slug`")


def test_a_page_and_a_post_at_one_address_are_an_error_that_names_both(site: Site) -> None:
    site.write("content/blog/good.md", "---\ntitle: Good\n---\ntext\n")
    site.refuses("content/blog/good.md and content/posts/good.md", "/blog/good/")


def test_a_page_at_the_address_of_a_list_is_an_error(site: Site) -> None:
    site.write("content/tags.md", "---\ntitle: Tags\n---\ntext\n")
    site.refuses("content/tags.md", "at one address, /tags/", "Give one of them another")


@pytest.mark.parametrize("slug", ["tags", "index", "archive", "404", "feed"])
def test_a_slug_that_is_a_name_of_the_site_s_own_meets_none_of_its_pages(site: Site, slug: str) -> None:
    before = {path: site.output.joinpath(path).exists() for path in ("tags/index.html", "blog/index.html")}
    site.post(post("The words of the post.", front=f"slug: {slug}"))
    site.accepts()
    assert all(before.values())
    assert "The words of the post." not in site.page("blog").html
    (path,) = (path for path in site.anywhere("The words of the post.</p>") if path.endswith(".html"))
    assert path.startswith(f"blog/{slug}")


def test_an_alias_at_the_address_of_another_post_is_an_error_that_names_both(site: Site) -> None:
    site.post(post(front="aliases: [/blog/good/]"))
    site.refuses("content/posts/bad.md and content/posts/good.md", "/blog/good/")


@pytest.mark.parametrize(
    "alias",
    [
        "'javascript:alert(1)'",
        "'JaVaScRiPt:alert(1)'",
        "//evil.example/",
        "https://evil.example/",
        "'\\\\evil\\x'",
        "/../../escape",
        "/a/../../../escape/",
        "'/%2e%2e/%2e%2e/escape'",
        '"/a\\nb 200"',
        "'/x\"><script>'",
        "'/a/\\..\\..\\b'",
        "/con/",
        "'data:text/html,x'",
    ],
)
def test_an_alias_that_is_no_address_of_the_site_is_an_error_and_makes_nothing(site: Site, alias: str) -> None:
    site.post(post(front=f"aliases: [{alias}]"))
    site.refuses("posts/bad.md:4 error `aliases` holds")


def test_an_alias_makes_a_page_that_leads_on_and_one_rule_for_the_host(site: Site) -> None:
    site.post(post(front='aliases: ["/old place/ü & ’x’/"]', title='title: "</title><script>alert(1)</script>"'))
    site.accepts()
    assert (site.output / "_redirects").read_text().count("\n") == 1
    assert len((site.output / "_redirects").read_text().split()) == 3
    page = site.page("old place/ü & ’x’")
    refresh = page.css_first("meta[http-equiv=refresh]")
    assert refresh is not None
    assert refresh.attributes["content"] == "0; url=/blog/bad/"
