"""Members' pages in clear, below a folder that the host locks."""

from __future__ import annotations

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.members.sites import CANARIES, POSTS, SETTINGS, canary, found, make, write_post
from tests.test_build import Site

LOCK = 'lock = "host"\n'


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make(tmp_path / "site", "host")


def outside(site: Site) -> list[tuple[str, str]]:
    """The canaries that are anywhere but in the folder that the host locks."""
    return [(one, name) for one, name in found(site.output, CANARIES) if not name.startswith("members/")]


def attribute(page: LexborHTMLParser, selector: str, name: str) -> str:
    node = page.css_first(selector)
    assert node is not None
    return node.attributes[name] or ""


def test_guests_get_the_preview_and_members_all_of_it_below_one_folder(site: Site) -> None:
    (problem,) = site.build().problems
    assert problem.severity == "notice"
    assert problem.message == "What is for members is published in clear below /members/"
    assert outside(site) == []
    for post, tier in zip(POSTS, ("members", "gold", "members"), strict=True):
        address = f"members/{tier}/blog/post-{post}/"
        guest = site.html(f"blog/post-{post}/index.html")
        assert guest.css_first(f'a[href="/sub/{address}"]') is not None
        whole = site.html(f"{address}index.html")
        text = whole.html or ""
        assert f"Free words of {post}." in text
        assert canary(post, "paragraph") in text
        assert f"{canary(post, 'title')}</h1>" in text
        assert attribute(whole, 'meta[name="robots"]', "content") == "noindex"
        assert whole.css_first(".gate") is None
        picture = attribute(whole, f'img[src^="/sub/members/{tier}/files/"]', "src").removeprefix("/sub/")
        assert picture.endswith(".png")
        assert (site.output / picture).read_text() == canary(post, "file content") * 3


def test_members_pages_are_in_no_list_and_no_map(site: Site) -> None:
    site.build()
    for path, data in site.files().items():
        if not path.startswith(("members/", "assets/", "blog/post-")):
            assert b"/members/" not in data, path


def test_another_lock_leaves_nothing_of_them_anywhere(site: Site) -> None:
    site.build()
    assert found(site.folder / ".sitegen", CANARIES) != []
    site.write("sitegen.toml", SETTINGS + 'lock = "teaser"\n')
    report = site.build()
    assert found(site.output, CANARIES) == found(site.folder / ".sitegen", CANARIES) == []
    assert "members/gold/blog/post-two/index.html" in report.result.removed


def test_a_text_for_members_that_is_edited_is_seen_on_its_own_page_only(site: Site) -> None:
    site.build()
    path = "content/posts/one/index.md"
    text = (site.folder / path).read_text()
    site.write(path, text.replace(canary("one", "list"), "Another thing"))
    report = site.build()
    assert report.result.written == ("members/members/blog/post-one/index.html",)
    site.build(output=site.folder / "cold", cold=True)
    for file, data in site.files().items():
        assert (site.folder / "cold" / file).read_bytes() == data


def test_netlify_is_told_who_may_get_in_before_it_is_told_anything_else(site: Site) -> None:
    site.write("sitegen.toml", SETTINGS + LOCK + 'host = "netlify"\n')
    site.page("login")
    site.post("old", aliases=["/older/"])
    site.build()
    assert (site.output / "_redirects").read_text() == (
        "/sub/members/members/* 200! Role=members,gold\n"
        "/sub/members/gold/* 200! Role=gold\n"
        "/sub/members/* /sub/login/ 401!\n"
        "/sub/sitegen-manifest.json /sub/404.html 404!\n"
        "/sub/older/ /sub/blog/old/ 301\n"
    )


def test_without_a_page_to_log_in_on_netlify_says_that_nothing_is_there(site: Site) -> None:
    site.write("sitegen.toml", SETTINGS + LOCK + 'host = "netlify"\nlogin_url = "https://id.example/"\n')
    site.build()
    rules = (site.output / "_redirects").read_text().splitlines()
    assert rules[-2:] == [
        "/sub/members/* /sub/404.html 404!",
        "/sub/sitegen-manifest.json /sub/404.html 404!",
    ]


def test_a_file_in_the_place_of_the_rules_is_an_error(site: Site) -> None:
    site.write("sitegen.toml", SETTINGS + LOCK + 'host = "netlify"\n')
    site.write("content/_redirects", "/a /b 301\n")
    assert [told for told in site.fails() if "takes the place" in told]


def test_a_page_of_the_sites_own_in_the_folder_of_members_is_told(site: Site) -> None:
    site.post("x", slug="post-one")
    write_post(site, "two", None)
    site.write("sitegen.toml", SETTINGS + LOCK + '[addresses]\npost = "/members/members/blog/{slug}/"\n')
    assert any("would be published at one address" in told for told in site.fails())
