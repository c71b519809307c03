"""Addresses that would lead out of the output folder, or to each other."""

from __future__ import annotations

import pytest

from tests.bad_inputs.support import Site, files_below, post

SLUGS = (
    "../../escape",
    "..",
    "'.'",
    "/abs",
    "/etc/passwd",
    "'C:\\'",
    "'C:\\Windows\\x'",
    "'C:'",
    "//host",
    "//host/share",
    "a/../..",
    "a/../../..",
    "'..\\..\\x'",
    '"a\\0b"',
    '"a\\u2028/../b"',
    '"%2e%2e/%2e%2e/x"',
)


def around(site: Site) -> set[str]:
    """All files near the site, but not its output and its cache."""
    return {path for path in files_below(site.root.parent) if not path.startswith(("site/output", "site/.s"))}


def test_a_slug_that_leads_out_of_its_folder_is_an_error_and_makes_nothing_outside(site: Site) -> None:
    for number, slug in enumerate(SLUGS):
        site.post(post(front=f"slug: {slug}"), f"bad{number}.md")
    before = around(site)
    told = (f"posts/bad{number}.md:4 error `slug`" for number in range(len(SLUGS)))
    messages = site.refuses(*told, f"{len(SLUGS)} errors")
    assert messages.count("A slug is one part of an address") == len(SLUGS) - 1
    assert around(site) == before


@pytest.mark.parametrize("key", ["title", "category", "tags", "authors"])
def test_no_name_leads_out_of_the_output_folder(site: Site, key: str) -> None:
    names = ('"../../one"', "'..\\..\\two'", '"/etc/three"', '".."', '"%2e%2e"')
    for number, name in enumerate(names):
        title = f"title: {name}" if key == "title" else "title: Other"
        front = "" if key == "title" else f"{key}: [{name}]"
        site.post(
            post(title=title, front=front), f"{number}/2024-03-05.md" if key == "title" else f"{number}.md"
        )
    before = around(site)
    site.accepts()
    assert around(site) == before
    for path in site.output.rglob("*"):
        assert path.resolve().is_relative_to(site.output)


def test_two_posts_at_one_address_are_an_error_that_names_both(site: Site) -> None:
    site.post(post(front="slug: same"), "one.md")
    site.post(post(front="slug: Same"), "two.md")
    site.refuses(
        "content/posts/one.md and content/posts/two.md", "at one address, /blog/same/", "another `slug`"
    )


def test_a_page_and_a_post_at_one_address_are_an_error_that_names_both(site: Site) -> None:
    site.write("content/blog/good.md", "---\ntitle: Good\n---\ntext\n")
    site.refuses("content/blog/good.md and content/posts/good.md", "/blog/good/")


def test_a_page_at_the_address_of_a_list_is_an_error(site: Site) -> None:
    site.write("content/tags.md", "---\ntitle: Tags\n---\ntext\n")
    site.refuses("content/tags.md", "at one address, /tags/", "Give one of them another")


def test_a_slug_that_is_a_name_of_the_site_s_own_meets_none_of_its_pages(site: Site) -> None:
    for slug in ("tags", "index", "archive", "404", "feed"):
        site.post(post(f"The words of {slug}.", front=f"slug: {slug}\nsummary: short"), f"{slug}.md")
    before = site.published().keys()
    site.accepts()
    assert before <= site.published().keys()
    for slug in ("tags", "index", "archive", "404", "feed"):
        pages = [path for path in site.anywhere(f"The words of {slug}.</p>") if path.endswith(".html")]
        assert pages == [f"blog/{'index-page' if slug == 'index' else slug}/index.html"]


def test_an_alias_at_the_address_of_another_post_is_an_error_that_names_both(site: Site) -> None:
    site.post(post(front="aliases: [/blog/good/]"))
    site.refuses("content/posts/bad.md and content/posts/good.md", "/blog/good/")


ALIASES = (
    "'javascript:alert(1)'",
    "'JaVaScRiPt:alert(1)'",
    "'data:text/html,x'",
    "//evil.example/",
    "https://evil.example/",
    "'\\\\evil\\x'",
    "/../../escape",
    "/a/../../../escape/",
    "'/%2e%2e/%2e%2e/escape'",
    "'/a/\\..\\..\\b'",
    '"/a\\nb 200"',
    "'/x\"><script>'",
    "/con/",
)


def test_an_alias_that_is_no_address_of_the_site_is_an_error_and_makes_nothing(site: Site) -> None:
    for number, alias in enumerate(ALIASES):
        site.post(post(front=f"aliases: [{alias}]"), f"bad{number}.md")
    before = around(site)
    told = (f"posts/bad{number}.md:4 error `aliases` holds" for number in range(len(ALIASES)))
    site.refuses(*told, f"{len(ALIASES)} errors")
    assert around(site) == before


def test_an_alias_makes_a_page_that_leads_on_and_one_rule_for_the_host(site: Site) -> None:
    site.post(
        post(front='aliases: ["/old place/ü & ’x’/"]', title='title: "</title><script>alert(1)</script>"')
    )
    site.accepts()
    assert (site.output / "_redirects").read_text().count("\n") == 1
    assert len((site.output / "_redirects").read_text().split()) == 3
    page = site.page("old place/ü & ’x’")
    refresh = page.css_first("meta[http-equiv=refresh]")
    assert refresh is not None
    assert refresh.attributes["content"] == "0; url=/blog/bad/"
