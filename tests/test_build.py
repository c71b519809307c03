"""Whole small sites, built for real."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from selectolax.lexbor import LexborHTMLParser

from sitegen.build import Options, build, making, survey, theme_folder
from sitegen.errors import SiteError
from sitegen.model.report import BuildReport
from sitegen.stages.plan.json_ld import GATE
from sitegen.stages.scan import read

ROOT = Path(__file__).parents[1]
NOW = datetime(2025, 1, 1, 12, tzinfo=UTC)
MANIFEST = "sitegen-manifest.json"
SETTINGS = '[site]\ntitle = "Site"\nurl = "https://example.org/"\n'
SECRET = "Xylophonquark"
"""A word that is nowhere but where a test puts it."""


class Site:
    """A site in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "output"
        self.write("sitegen.toml", SETTINGS)
        (folder / "content").mkdir()

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def post(self, name: str, text: str = "Some text.", **front: Any) -> None:
        """A post; its front matter is JSON, so that any value can stand in it."""
        front = {"title": name, "date": "2024-05-09", **front}
        self.write(f"content/posts/{name}.md", f"{json.dumps(front)}\n{text}\n")

    def page(self, name: str, text: str = "Some text.", **front: Any) -> None:
        self.write(f"content/{name}.md", f"{json.dumps({'title': name, **front})}\n{text}\n")

    def build(self, **options: Any) -> BuildReport:
        options = {"output": self.output, "now": NOW, "jobs": 1, **options}
        return build(Options(site=self.folder, **options))

    def fails(self, **options: Any) -> tuple[str, ...]:
        """The problems that keep a site from being built."""
        with pytest.raises(SiteError) as caught:
            self.build(**options)
        return tuple(str(problem) for problem in caught.value.problems)

    def files(self) -> dict[str, bytes]:
        """The published files, without the list of them."""
        found = (path for path in self.output.rglob("*") if path.is_file())
        every = {path.relative_to(self.output).as_posix(): path.read_bytes() for path in found}
        return {path: data for path, data in sorted(every.items()) if path != MANIFEST}

    def pages(self) -> list[str]:
        """The paths of the published files but for the theme's."""
        return [path for path in self.files() if not path.startswith("assets/")]

    def html(self, path: str) -> LexborHTMLParser:
        return LexborHTMLParser((self.output / path).read_bytes())

    def holds(self, word: str) -> list[str]:
        """Where in the output, the list of files included, a word stands; names of files count."""
        found = (path for path in self.output.rglob("*") if path.is_file())
        return [str(path) for path in found if word in str(path) or word.encode() in path.read_bytes()]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    return Site(folder)


# What is published


def test_an_empty_site_builds(site: Site) -> None:
    report = site.build()
    assert site.pages() == ["404.html", "feed.xml", "index.html", "robots.txt", "sitemap.xml"]
    assert report.problems == ()
    assert (report.posts, report.pages) == (0, 2)


def test_a_small_site_has_exactly_these_files(site: Site) -> None:
    site.post("first", category="Care", tags=["rest"], authors=["Jo"], aliases=["/old/"])
    site.post("second", category="Care")
    site.page("about")
    site.page("index", "Welcome.")
    site.write("content/images/cat.txt", "cat")
    site.write("sitegen.toml", SETTINGS + "[posts]\nper_page = 1\n")
    report = site.build()
    assert report.problems == ()
    assert site.pages() == sorted(
        [
            *("404.html", "_redirects", "about/index.html", "archive/index.html", "author/jo/index.html"),
            *("authors/index.html", "blog/first/index.html", "blog/index.html", "blog/page/2/index.html"),
            *("blog/second/index.html", "categories/index.html", "category/care/feed.xml"),
            *("category/care/index.html", "category/care/page/2/index.html", "feed.xml"),
            *("images/cat.txt", "index.html", "old/index.html", "robots.txt", "sitemap.xml"),
            *("tag/rest/index.html", "tags/index.html"),
        ]
    )
    assert (report.posts, set(report.result.written)) == (2, set(site.files()))


def test_a_second_build_writes_nothing(site: Site) -> None:
    site.post("first")
    site.build()
    before = {path: path.stat().st_mtime_ns for path in site.output.rglob("*")}
    report = site.build()
    assert report.result.written == report.result.removed == ()
    assert {path: path.stat().st_mtime_ns for path in site.output.rglob("*")} == before


def test_every_page_is_well_formed_and_every_feed_is_xml(site: Site) -> None:
    title = '</title></script><script>alert("1")</script>&\u2028 \U0001f600'
    site.post("first", "Text with \u2028 and ]]> & <b>so</b>.", title=title, tags=["<i>"], category="A & B")
    site.build()
    for path, data in site.files().items():
        if path.endswith(".xml"):
            ElementTree.fromstring(data)
        if path.endswith(".html"):
            page = LexborHTMLParser(data)
            assert data.startswith(b"<!doctype html>"), path
            assert len(page.css("html")) == len(page.css("main")) == len(page.css("title")) == 1, path
            scripts = page.css("script:not([src]):not([type='application/ld+json'])")
            assert scripts == [], path
            ids = [node.attributes["id"] for node in page.css("[id]")]
            assert len(set(ids)) == len(ids), path
    (node,) = site.html("blog/first/index.html").css("script[type='application/ld+json']")
    assert json.loads(node.text())["@graph"][0]["headline"] == title.replace("\u2028", " ").replace("  ", " ")


def test_posts_are_data_and_not_templates(site: Site) -> None:
    site.post("first", "{{ 7919 * 7907 }} and {% include 'x' %}", title="{{ 7919 * 7907 }}")
    site.build()
    assert site.holds("62615533") == []
    assert "{{ 7919 * 7907 }}" in site.html("blog/first/index.html").css("h1")[0].text()


def test_without_an_address_there_is_one_warning_and_nothing_that_needs_one(site: Site) -> None:
    site.write("sitegen.toml", '[site]\ntitle = "Site"\n')
    site.post("first", category="Care", aliases=["/old/"])
    report = site.build()
    (warning,) = report.problems
    assert (warning.severity, warning.path) == ("warning", "sitegen.toml")
    assert "no `url`" in warning.message
    assert not [path for path in site.files() if path.endswith(".xml")]
    assert site.holds("canonical") == []
    assert site.holds("application/ld+json") == []
    assert b"Sitemap" not in (site.output / "robots.txt").read_bytes()


@pytest.mark.parametrize("url", ["https://example.org/sub/", "https://example.org/sub"])
def test_a_site_under_a_path_links_to_nothing_outside_it(site: Site, url: str) -> None:
    site.write("sitegen.toml", f'[site]\ntitle = "Site"\nurl = "{url}"\n')
    site.post(
        "first",
        "[a](second.md#part) ![b](/cat.txt) [c](/about/)",
        category="Care",
        tags=["x"],
        authors=["Jo"],
    )
    site.post("second", "## Part", access="members", aliases=["/old"])
    site.page("about")
    site.page("join")
    site.write("content/cat.txt", "cat")
    assert site.build().problems == ()
    files = site.files()
    for path in files:
        if not path.endswith(".html"):
            continue
        for node in site.html(path).css("[href], [src]"):
            target = node.attributes.get("href") or node.attributes.get("src") or ""
            if target.startswith("/"):
                assert target.startswith("/sub/"), (path, target)
                file = target.removeprefix("/sub/").partition("#")[0]
                assert (file if "." in file else f"{file}index.html") in files, (path, target)
    assert b"https://example.org/sub/blog/first/" in files["sitemap.xml"]
    assert b"/sub/old/ /sub/blog/second/ 301" in files["_redirects"]


# What is not published


@pytest.mark.parametrize(
    "front", [{"draft": True}, {"date": "2031-01-01"}, {"expires": "2024-06-01"}, {"published": False}]
)
def test_what_is_not_published_is_nowhere_and_the_report_says_so(site: Site, front: Any) -> None:
    site.post("first", tags=["x"])
    site.post(SECRET, SECRET, tags=["x", SECRET], category=SECRET, aliases=[f"/{SECRET}/"], **front)
    site.post("second", related=[SECRET.lower()])
    report = site.build()
    assert site.holds(SECRET) == site.holds(SECRET.lower()) == []
    assert [one.path for one in report.held] == [f"content/posts/{SECRET}.md"]


def test_drafts_can_be_published_and_stay_away_again_later(site: Site) -> None:
    site.post(SECRET, draft=True)
    site.build(drafts=True)
    address = f"blog/{SECRET.lower()}/index.html"
    assert address in site.pages()
    report = site.build()
    assert address in report.result.removed
    assert site.holds(SECRET) == site.holds(SECRET.lower()) == []


@pytest.mark.parametrize("marker", ["<!--members-only-->", ""], ids=["with a marker", "without a marker"])
def test_what_is_for_members_is_nowhere(site: Site, marker: str) -> None:
    free = f"Free words.\n\n{marker}\n\n" if marker else ""
    gated = (
        f"## {SECRET}\n\n{SECRET} ![{SECRET}]({SECRET}.png) [{SECRET}](https://x.example/{SECRET})\n\n"
        f"`{SECRET}`\n\n    {SECRET}\n\n| {SECRET} |\n|---|\n| x |\n\nNote[^1]\n\n[^1]: {SECRET}\n\n"
        f"<b title='{SECRET}'>x</b>"
    )
    site.post("first", free + gated, access="members", tags=["x"], category="Care", aliases=["/old/"])
    site.post("other", "[to it](first.md)", tags=["x"], category="Care")
    site.page("inside", free + gated, access="members")
    site.write(f"content/posts/{SECRET}.png", "not even this")
    site.write(f"content/{SECRET}.png", "not even this")
    assert [problem for problem in site.build().problems if problem.severity == "error"] == []
    assert site.holds(SECRET) == site.holds(SECRET.lower()) == []
    page = site.html("blog/first/index.html")
    assert ("Free words." in page.text()) == bool(marker)
    assert len(page.css(GATE)) == 1
    graph = json.loads(page.css("script[type='application/ld+json']")[0].text())["@graph"]
    assert graph[0]["isAccessibleForFree"] is False
    assert len(page.css(graph[0]["hasPart"]["cssSelector"])) == 1
    assert site.html("inside/index.html").css(GATE) != []
    assert not (site.folder / ".sitegen").exists() or SECRET.encode() not in b"".join(
        path.read_bytes() for path in (site.folder / ".sitegen").rglob("*") if path.is_file()
    )


def test_the_folder_of_a_post_for_members_is_published_only_as_far_as_its_preview_shows_it(
    site: Site,
) -> None:
    text = "![](free.txt)\n\n<!--members-only-->\n\n![](hidden.txt)"
    site.post("a-post/index", text, access="members", slug="a-post")
    for name in ("free", "hidden", "unused"):
        site.write(f"content/posts/a-post/{name}.txt", name)
    site.build()
    assert [path for path in site.pages() if path.endswith(".txt")] == ["posts/a-post/free.txt", "robots.txt"]


def test_an_unlisted_post_has_a_page_and_stands_nowhere_else(site: Site) -> None:
    site.post("first", tags=["x"])
    site.post("quietish", unlisted=True, tags=["x", "alone"])
    site.build()
    names = {Path(path).relative_to(site.output).as_posix() for path in site.holds("quietish")}
    assert names == {MANIFEST, "blog/quietish/index.html"}
    assert len(site.html("blog/quietish/index.html").css("meta[name=robots][content=noindex]")) == 1


# The same bytes


def varied(site: Site, posts: int = 70) -> None:
    """More documents than one process takes alone, with terms, links and related posts."""
    for number in range(posts):
        tags = [f"tag {number % 7}", f"tag {number % 11}", "Grün"]
        site.post(
            f"p-{number:03}",
            f"## Part\n\nPost [other](p-{(number + 1) % posts:03}.md#part) and *text* {number}.",
            date=f"2024-{number % 12 + 1:02}-{number % 27 + 1:02}",
            tags=tags,
            category=f"C{number % 3}",
            authors=[f"Author {number % 4}"],
        )


def test_the_same_input_gives_the_same_bytes_everywhere(site: Site) -> None:
    """With one process and three, another hash seed, time zone and locale."""
    varied(site)
    site.build()
    expected = site.files()
    assert len(expected) > 100
    program = (
        "import sys; from datetime import *; from pathlib import *; from sitegen.build import *\n"
        "if __name__ == '__main__':\n"
        "    folder, output, jobs = sys.argv[1:]\n"
        "    now = datetime(2025, 1, 1, 12, tzinfo=timezone.utc)\n"
        "    build(Options(site=Path(folder), output=Path(output), now=now, jobs=int(jobs)))\n"
    )
    script = site.folder.parent / "program.py"
    script.write_text(program)
    for seed, zone, lang, jobs in (
        ("1", "Pacific/Kiritimati", "C", "3"),
        ("77", "America/Adak", "de_DE.UTF-8", "1"),
    ):
        site.output = site.folder.parent / f"output-{seed}"
        environment = {
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "LANG": lang,
            "LC_ALL": lang,
            "PYTHONPATH": str(ROOT),
        }
        subprocess.run(
            [sys.executable, str(script), str(site.folder), str(site.output), jobs],
            env={"PATH": os.environ["PATH"], **environment},
            check=True,
            timeout=300,
        )
        assert site.files() == expected


def test_the_order_in_which_files_were_made_does_not_matter(site: Site, tmp_path: Path) -> None:
    varied(site, 12)
    site.build()
    (tmp_path / "other").mkdir()
    other = Site(tmp_path / "other")
    for path in sorted((site.folder / "content").rglob("*.md"), reverse=True):
        other.write(str(path.relative_to(site.folder)), path.read_text())
    other.build()
    assert other.files() == site.files()


@pytest.mark.parametrize(
    "name",
    ["with spaces", 'it\'s "quoted"', "emoji \U0001f332", "100% #1?", "ünïcode", "x" * 200, "-dash", "a\nb"],
)
def test_a_site_builds_wherever_it_lies_and_alike(tmp_path: Path, site: Site, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    moved = Site(folder)
    for one in (site, moved):
        one.post("first", "![a](cat.txt) [b](second.md)")
        one.post("second")
        one.write("content/posts/cat.txt", "cat")
        one.build()
    assert moved.files() == site.files()


@pytest.mark.parametrize("year", [1970, 2038, 9999])
def test_a_site_builds_at_any_time(site: Site, year: int) -> None:
    site.write("sitegen.toml", SETTINGS + 'timezone = "Pacific/Kiritimati"\n')
    site.post("old", date="1969-12-31T23:59:59-12:00")
    site.post("young", date="2037-12-31", expires="9999-12-30T23:59:59-12:00")
    site.post("last", date="9999-12-30T23:59:59-12:00")
    now = datetime(year, 12 if year == 9999 else 1, 31, 23, 59, tzinfo=UTC)
    report = site.build(now=now)
    published = [path for path in site.pages() if path.startswith("blog/") and path.count("/") == 2]
    expected = {1970: ["old"], 2038: ["old", "young"], 9999: ["last", "old"]}[year]
    assert published == [f"blog/{name}/index.html" for name in expected]
    assert all(one.reason for one in report.held)
    site.build(now=now, preview=True)
    assert "blog/last/index.html" in site.pages()


def test_files_can_be_read_by_a_web_server_as_far_as_the_umask_allows(site: Site) -> None:
    site.post("first")
    site.write("content/cat.txt", "cat")
    modes = {}
    for mask in (0o022, 0o077):
        before = os.umask(mask)
        try:
            site.output = site.folder.parent / f"output-{mask:o}"
            site.build()
        finally:
            os.umask(before)
        modes[mask] = {
            path.stat().st_mode & 0o777
            for path in site.output.rglob("*")
            if path.is_file() and path.name != MANIFEST
        }
    assert modes == {0o022: {0o644}, 0o077: {0o600}}


# Mistakes


def test_the_mistakes_of_all_files_are_told_at_once(site: Site) -> None:
    site.post("typo", acess="members")
    site.post("date", date="2024-02-30")
    site.post("link", "[x](nowhere.md)\n\n![y](nothing.png)")
    site.post("pick", related=["nobody"])
    site.post("one", slug="same")
    site.post("two", slug="same")
    site.post("dressed", template="dres.html")
    site.write("content/_data/bad.json", "{")
    site.write("content/evil.svg", '<svg xmlns="http://www.w3.org/2000/svg"><script>x</script></svg>')
    site.write("templates/page.html", "{% if %}")
    site.page("about")
    site.write("sitegen.toml", SETTINGS + "[post]\n")
    told = "\n".join(site.fails())
    for part in (
        *(
            "content/posts/typo.md",
            "content/posts/date.md",
            "content/posts/link.md:2",
            "content/posts/link.md:4",
        ),
        *("nobody", "content/posts/one.md and content/posts/two.md", "dres.html", "content/_data/bad.json"),
        *("content/evil.svg", "templates/page.html:1", "sitegen.toml"),
    ):
        assert part in told
    assert not site.output.exists()


Spoil = Callable[[Site], None]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda site: site.post("bad", acess="members"),
        lambda site: site.post("bad", "[x](nowhere.md)"),
        lambda site: site.write("templates/post.html", "{{ nothing }}"),
        lambda site: site.write("templates/post.html", "{% if %}"),
        lambda site: site.write("sitegen.toml", "["),
        lambda site: site.write("content/posts/bad.md", "\x00"),
    ],
    ids=["front matter", "link", "a failing template", "an unreadable template", "settings", "bytes"],
)
def test_a_build_that_fails_leaves_the_published_site_as_it_was(site: Site, spoil: Spoil) -> None:
    site.post("first")
    site.build()
    before = {path: path.read_bytes() for path in site.output.rglob("*") if path.is_file()}
    site.post("second")
    spoil(site)
    site.fails()
    assert {path: path.read_bytes() for path in site.output.rglob("*") if path.is_file()} == before
    assert sorted(
        path.name for path in site.folder.iterdir() if path.name not in ("templates", ".sitegen")
    ) == [
        *("content", "output", "sitegen.toml"),
    ]


def test_with_keep_going_the_rest_is_published_and_what_is_left_out_is_named(site: Site) -> None:
    site.post("good")
    site.post("bad", acess="members")
    site.post("one", slug="same")
    site.post("two", slug="same")
    site.post("dressed", template="dres.html")
    report = site.build(keep_going=True)
    published = [path for path in site.pages() if path.startswith("blog/") and path.count("/") == 2]
    assert published == ["blog/good/index.html"]
    assert report.left_out == tuple(f"content/posts/{name}.md" for name in ("bad", "dressed", "one", "two"))
    assert len([problem for problem in report.problems if problem.severity == "error"]) == 3


def test_with_keep_going_files_that_a_left_out_text_names_are_left_out_with_it(site: Site) -> None:
    names = ("secret.pdf", "Zoë's plan.pdf", "a_b.pdf", "free.pdf", "other.pdf")
    for name in names:
        site.write(f"content/files/{name}", "A file.")
    text = (
        "<!--members-only-->\n[One](../files/secret.pdf) [two](/files/Zo%C3%AB&#39;s%20plan.pdf)"
        " [three](/files/a\\_b.pdf) [four](/files/free.pdf)"
    )
    site.post("bad", text, acess="members")
    site.post("good", "[Free](../files/free.pdf)")
    site.build(keep_going=True)
    assert sorted(path.name for path in (site.output / "files").iterdir()) == ["free.pdf", "other.pdf"]


def test_with_keep_going_a_template_that_fails_leaves_out_what_it_makes(site: Site) -> None:
    site.post("good")
    site.page("about")
    site.write("templates/page.html", "{{ nothing }}")
    report = site.build(keep_going=True)
    assert report.left_out == ("content/about.md",)
    assert "blog/good/index.html" in site.pages()
    assert "about/index.html" not in site.pages()


def test_a_post_that_its_template_leaves_out_is_not_counted(site: Site) -> None:
    site.post("good")
    site.post("bad", template="odd.html")
    site.write("templates/odd.html", "{{ nothing }}")
    report = site.build(keep_going=True)
    assert report.left_out == ("content/posts/bad.md",)
    assert report.posts == 1
    assert report.pages == len([path for path in site.pages() if path.endswith(".html")]) - 1


def test_a_build_reads_each_template_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def reading(roots: Any, source: Any, limit: int | None = None) -> bytes:
        seen.append(source.shown)
        return read(roots, source, limit)

    monkeypatch.setattr(making, "read", reading)
    site.post("good")
    site.build()
    templates = [shown for shown in seen if shown.endswith("base.html")]
    assert len(templates) == 1


@pytest.mark.parametrize("text", ["{{ nothing }}", "{% if %}"])
def test_with_keep_going_a_mistake_that_concerns_every_page_publishes_nothing(site: Site, text: str) -> None:
    site.post("good")
    site.build()
    before = site.files()
    site.write("templates/base.html", text)
    assert any("templates/base.html:1" in problem for problem in site.fails(keep_going=True))
    assert site.files() == before


def test_a_content_folder_that_is_gone_empties_no_site_even_with_keep_going(site: Site) -> None:
    site.post("good")
    site.build()
    before = site.files()
    (site.folder / "content").rename(site.folder / "elsewhere")
    assert any("There is no such folder" in problem for problem in site.fails(keep_going=True))
    assert site.files() == before


def test_a_mistake_in_the_settings_publishes_nothing_even_with_keep_going(site: Site) -> None:
    site.write("sitegen.toml", SETTINGS + "[posts]\nper_page = 0\n")
    assert "per_page" in site.fails(keep_going=True)[0]


def test_strict_makes_errors_of_warnings(site: Site) -> None:
    site.post("first", layout="post")
    assert [problem.severity for problem in site.build().problems] == ["warning"]
    (told,) = site.fails(strict=True)
    assert "layout" in told


def test_broken_links_are_only_warned_of_where_the_site_wants_it(site: Site) -> None:
    site.write("sitegen.toml", SETTINGS + '[links]\nbroken = "warn"\n')
    site.post("first", "[x](nowhere.md) ![y](nothing.png)", image="missing.jpg")
    report = site.build()
    assert [problem.severity for problem in report.problems] == ["warning"] * 3
    assert site.html("blog/first/index.html").css("a[href='nowhere.md']")


def test_surveying_a_site_writes_nothing_and_tells_its_mistakes(site: Site) -> None:
    site.post("first", tags=["x"])
    site.post("second", tags=["x"])
    site.post("bad", acess="members")
    found = survey(Options(site=site.folder, output=site.output, now=NOW, jobs=1))
    assert [post.teaser.id for post in found.site.posts] == ["posts/first", "posts/second"]
    assert [one.id for one in found.related["posts/first"]] == ["posts/second"]
    assert [problem.path for problem in found.problems] == ["content/posts/bad.md"]
    assert not site.output.exists()


# Themes and data


def test_a_site_overrides_one_template_and_keeps_the_others(site: Site) -> None:
    site.post("first")
    site.build()
    before = site.files()
    site.write("templates/partials/footer.html", "<footer>My own</footer>")
    site.build()
    after = site.files()
    assert site.html("index.html").css("footer")[-1].text() == "My own"
    assert {path for path in before if before[path] != after[path]} == {
        path for path in before if path.endswith(".html") and path != "404.html"
    } | {"404.html"}


def test_a_site_adds_an_asset_and_a_template_that_uses_it(site: Site) -> None:
    site.write("templates/assets/own.css", "a { color: red }")
    site.write("templates/assets/deep/font.css", "b")
    site.write(
        "templates/mine.html", '<link href="{{ asset("own.css") }}"><a href="{{ asset("deep/font.css") }}">'
    )
    site.page("about", template="mine.html")
    site.build()
    style, font = site.html("about/index.html").css("link, a")
    href = style.attributes["href"] or ""
    assert (site.output / href[1:]).read_text() == "a { color: red }"
    assert href.startswith("/assets/own.")
    assert href != "/assets/own.css"
    assert font.attributes["href"] == "/assets/deep/font.css"


def test_a_template_of_the_default_theme_that_fails_says_where_it_is(site: Site) -> None:
    site.write("templates/partials/icon.html", "")
    told = "\n".join(site.fails())
    assert "(default theme)/" in told or "templates/partials/icon.html" in told
    assert "Traceback" not in told


def test_data_are_there_for_templates(site: Site) -> None:
    site.write("content/_data/people.toml", '[[team]]\nname = "Jo <3"\nborn = 1990-01-02\n')
    site.write("content/_data/links.json", '{"home": "/"}')
    site.write("content/_data/more.yaml", "list: [1, 2]\n")
    site.write(
        "templates/mine.html",
        "{{ data.people.team[0].name }} {{ data.people.team[0].born }} "
        "{{ data.links.home }} {{ data.more.list | sum }}",
    )
    site.page("about", template="mine.html")
    site.build()
    assert (site.output / "about/index.html").read_text() == "Jo &lt;3 1990-01-02 / 3\n"
    assert not [path for path in site.pages() if "_data" in path]


def test_a_template_of_ones_own_sees_the_authors_own_keys(site: Site) -> None:
    show = "{% if extra.room is defined %}{{ extra.room.name }}{% else %}none{% endif %}\n"
    site.write("templates/room.html", show)
    site.write(
        "content/about.md", "---\ntitle: A\ntemplate: room.html\nextra:\n  room:\n    name: Blue\n---\nx\n"
    )
    site.write("content/posts/b.md", "---\ntitle: B\ndate: 2024-01-01\ntemplate: room.html\n---\nx\n")
    site.build()
    assert (site.output / "about/index.html").read_text() == "Blue\n"
    assert (site.output / "blog/b/index.html").read_text() == "none\n"


def test_two_data_files_of_one_name_are_an_error_that_names_both(site: Site) -> None:
    site.write("content/_data/a.toml", "x = 1")
    site.write("content/_data/a.json", "{}")
    (told,) = site.fails()
    assert "content/_data/a.json and content/_data/a.toml would both be `data.a`" in told


def test_the_default_theme_is_found() -> None:
    assert (theme_folder() / "post.html").is_file()


# Progress


def test_progress_is_told_to_the_last_item(site: Site) -> None:
    site.post("first")
    site.page("about")
    seen: list[tuple[str, int, int]] = []
    options = Options(site=site.folder, output=site.output, now=NOW, jobs=1)
    build(options, lambda *step: seen.append(step))
    assert [step for step in seen if step[0] == "Reading"] == [("Reading", 1, 2), ("Reading", 2, 2)]
    writing = [step for step in seen if step[0] == "Writing"]
    assert writing[-1][1] == writing[-1][2] == len(writing)
