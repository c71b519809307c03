"""How often each stage runs after each kind of edit: what a build does anew, and what it does not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import asdict

from sitegen.model.report import BuildReport
from tests.edits import CACHE, NOWS, TEMPLATES, Edit, World, flip_letter

ALL = 9
"""Documents in the site: seven posts, one that goes live later, and a page."""
COPIED = ("assets/*", "images/*", "posts/*.png", "posts/*.txt")
"""What is published as it is: no stage makes it."""


POSTS = "p-0 p-1 p-2 p-3 p-4 p-5 p-6"
"""Files in short: `p-3` for blog/p-3/index.html, `archive` for archive/index.html, `.` for index.html."""
FEEDS = "category/care/feed.xml category/work/feed.xml feed.xml"
"""All feeds."""
BASED = f"{POSTS} about author/ann author/jo blog category/care category/work . tag/rest tag/tag-0 tag/tag-1"
"""All pages whose templates extend `base.html`."""
EVERY = f"{BASED} {FEEDS} robots.txt 404.html archive authors categories tags sitemap.xml"
"""All that is not copied."""


KNOWN = {"robots.txt", "_redirects"}
"""Files whose text is known without rendering anything."""


class Case(NamedTuple):
    """A kind of edit, and what has to run after it."""

    edit: Callable[[World], object]
    read: int
    """Documents that are parsed and converted."""
    relate: int
    rendered: str
    """The files that are rendered: all of them show what was edited."""
    idle: str = ""
    """Files that are rendered and come out as they were: a name that their template mentions holds it."""


def do(*edits: Edit) -> Callable[[World], object]:
    return lambda world: world.edit(edits)


def write(path: str, text: str) -> Callable[[World], object]:
    return lambda world: world.write(path, text)


def template(name: str, old: str, new: str) -> Callable[[World], object]:
    text = TEMPLATES[name][0] or ""
    assert old in text
    return write(f"templates/{name}", text.replace(old, new))


def setting(section: str, choice: int) -> Callable[[World], object]:
    def change(world: World) -> None:
        world.sections[section] = choice
        world._settings()

    return change


def body(text: str) -> Callable[[World], object]:
    """Another text for the post with a summary of its own."""
    return lambda world: world.edit_post(0, lambda _front, _body: text, 0)


def later(world: World) -> None:
    """Past the date of the post to come."""
    world.now = NOWS[3]


def touch_all(world: World) -> None:
    for path in world.inputs():
        path.touch()


def damage_page(world: World) -> None:
    flip_letter(world.output / "blog/p-3/index.html")


def drop_output(world: World) -> None:
    shutil.rmtree(world.output)


def drop_cache(world: World) -> None:
    shutil.rmtree(world.folder / CACHE)


def there_and_back(world: World) -> None:
    """An edit, a build, and the edit undone: the state before."""
    path = world.folder / "content/posts/p-4.md"
    before = path.read_text()
    do(Edit("post: tags", 4, 2), Edit("post: title", 4, 2))(world)
    _, report = world.build()
    assert report is not None
    path.write_text(before)


def failed_and_mended(world: World) -> None:
    do(Edit("spoil", 0, 0))(world)
    _, report = world.build()
    assert report is None
    world.write("content/posts/spoilt.md", None)


@pytest.fixture
def world(tmp_path: Path) -> World:
    folder = tmp_path / "site"
    folder.mkdir()
    made = World(folder)
    made.edit((Edit("post: summary", 0, 1), Edit("add", 7)))
    made.edit([Edit("post: date", 7, 3)])
    assert made.posts()[7].endswith("p-7.md")
    outcome, report = made.build()
    assert report is not None, outcome
    assert len(outcome.held) == 1
    return made


CASES: dict[str, Case] = {
    "nothing": Case(do(), 0, 0, ""),
    "every file touched": Case(touch_all, 0, 0, ""),
    "a text": Case(body("Some test."), 1, 0, "p-0 category/care/feed.xml feed.xml"),
    "a text that is a minute longer": Case(
        body("Some text. " * 120),
        1,
        0,
        "archive author/jo blog p-0 p-4 p-5 p-6 category/care . category/care/feed.xml feed.xml",
    ),
    "a summary": Case(
        do(Edit("post: summary", 0, 2)),
        1,
        0,
        "archive author/jo blog p-0 p-4 p-5 p-6 category/care . category/care/feed.xml feed.xml",
    ),
    "a title": Case(
        do(Edit("post: title", 4, 0)),
        1,
        0,
        "archive author/jo blog p-0 p-2 p-3 p-4 p-6 category/care . tag/tag-0 "
        "category/care/feed.xml feed.xml",
    ),
    "a tag": Case(
        do(Edit("post: tags", 4, 3)),
        1,
        1,
        "archive author/jo blog p-0 p-2 p-3 p-4 p-5 p-6 category/care . tag/rest "
        "tag/tag-0 tags category/care/feed.xml feed.xml",
    ),
    "a category": Case(
        do(Edit("post: category", 4, 4)),
        1,
        1,
        "archive author/jo blog p-0 p-1 p-2 p-3 p-4 p-5 p-6 categories category/care "
        "category/work . tag/tag-0 category/care/feed.xml category/work/feed.xml feed.xml",
    ),
    "an author": Case(
        do(Edit("post: authors", 4, 3)),
        1,
        0,
        "archive author/ann author/jo authors blog p-0 p-2 p-3 p-4 p-6 category/care . "
        "tag/tag-0 category/care/feed.xml feed.xml",
    ),
    "a date": Case(
        do(Edit("post: date", 4, 0)),
        1,
        1,
        "archive author/jo blog p-0 p-2 p-3 p-4 p-6 category/care . tag/tag-0 "
        "category/care/feed.xml feed.xml sitemap.xml",
    ),
    "an address that another post links to": Case(
        do(Edit("post: slug", 1, 1)),
        1,
        0,
        "archive author/ann blog blog/own p-2 p-3 p-5 p-6 category/work . tag/tag-1 "
        "category/care/feed.xml category/work/feed.xml feed.xml sitemap.xml",
    ),
    "the picture of a post": Case(
        do(Edit("post: image", 3, 1)), 1, 0, "archive author/ann blog p-1 p-2 p-3 p-4 p-5 category/work ."
    ),
    "an alias": Case(do(Edit("post: aliases", 3, 1)), 1, 0, "_redirects old"),
    "a post becomes a draft": Case(
        do(Edit("post: draft", 4, 1)),
        1,
        1,
        "archive author/jo authors blog p-0 p-2 p-3 p-6 categories category/care . "
        "tag/tag-0 tags category/care/feed.xml feed.xml sitemap.xml",
    ),
    "a post becomes unlisted": Case(
        do(Edit("post: unlisted", 4, 1)),
        1,
        1,
        "archive author/jo authors blog p-0 p-2 p-3 p-4 p-6 categories category/care . "
        "tag/tag-0 tags category/care/feed.xml feed.xml sitemap.xml",
    ),
    "a post becomes one for members": Case(
        do(Edit("post: access", 4, 1)),
        1,
        1,
        "archive author/jo blog p-0 p-2 p-3 p-4 p-6 category/care . tag/tag-0 "
        "category/care/feed.xml feed.xml",
    ),
    "a pick": Case(do(Edit("post: related", 3, 1)), 1, 1, "p-3"),
    "a template of its own": Case(do(Edit("post: template", 3, 1)), 1, 0, "p-3"),
    "a post more": Case(
        do(Edit("add", 9)),
        1,
        1,
        "archive author/ann authors blog p-1 p-3 p-4 p-5 p-9 categories category/work . "
        "category/work/feed.xml feed.xml sitemap.xml",
    ),
    "a post less": Case(
        do(Edit("delete", 5)),
        0,
        1,
        "archive author/ann authors blog p-0 p-1 p-2 p-3 categories category/work . "
        "tag/rest tag/tag-1 tags category/work/feed.xml feed.xml sitemap.xml",
    ),
    "a post with another name": Case(
        do(Edit("rename", 3, 9)),
        1,
        1,
        "archive author/ann blog p-1 p-2 p-4 p-5 p-9 category/work . "
        "category/work/feed.xml feed.xml sitemap.xml",
    ),
    "a page": Case(write("content/about.md", "---\ntitle: About\n---\nOther text.\n"), 1, 0, "about"),
    "the title of a page": Case(
        write("content/about.md", "---\ntitle: Us\n---\nSome text.\n"), 1, 0, "about"
    ),
    "the base template": Case(template("base.html", "<title>", "<meta><title>"), 0, 0, BASED),
    "the template of feeds": Case(do(Edit("template", 9, 1)), 0, 0, FEEDS),
    "a partial that some include if it is there": Case(do(Edit("template", 12, 1)), 0, 0, BASED),
    "a partial that none includes": Case(do(Edit("template", 13, 1)), 0, 0, ""),
    "a style sheet": Case(
        write("templates/assets/own.css", "b{}\n"),
        0,
        0,
        "404.html about author/ann author/jo authors blog p-0 p-1 p-2 p-3 p-4 p-5 p-6 "
        "categories category/care category/work . tag/rest tag/tag-0 tag/tag-1 tags",
    ),
    "a picture": Case(write("content/posts/pic.png", "other"), 0, 0, ""),
    "a data file": Case(write("content/_data/links.toml", 'a = "c"\n'), 0, 0, "about"),
    "the title of the site": Case(
        setting("site", 1), 0, 0, BASED, f"404.html archive authors categories tags {FEEDS}"
    ),
    "the length of lists": Case(
        setting("posts", 1),
        0,
        0,
        "author/jo author/jo/page/2 blog blog/page/2 blog/page/3 category/care "
        "category/care/page/2 . sitemap.xml",
    ),
    "who an author is": Case(setting("authors", 1), 0, 0, "author/jo authors p-0 p-2 p-4 p-6"),
    "how many are related": Case(setting("related", 1), 0, 1, POSTS),
    "the length of feeds": Case(setting("feed", 1), 0, 0, FEEDS),
    "the speed of readers": Case(
        setting("reading", 1),
        ALL,
        0,
        "archive author/ann author/jo blog p-0 p-1 p-2 p-3 p-4 p-5 p-6 category/care "
        "category/work . tag/rest tag/tag-0 tag/tag-1",
    ),
    "what becomes of HTML": Case(
        setting("markdown", 1),
        ALL,
        0,
        "archive author/ann author/jo blog p-0 p-1 p-2 p-3 p-4 p-5 p-6 category/care "
        "category/work . tag/rest tag/tag-0 tag/tag-1 category/care/feed.xml "
        "category/work/feed.xml feed.xml",
    ),
    "the clock passes a date": Case(
        later,
        0,
        1,
        "archive author/ann authors blog p-1 p-3 p-4 p-5 p-7 categories category/work . "
        "tag/tag-1 tags category/work/feed.xml feed.xml sitemap.xml",
    ),
    "the clock passes no date": Case(lambda world: setattr(world, "now", NOWS[0].replace(hour=13)), 0, 0, ""),
    "there and back": Case(
        there_and_back,
        0,
        0,
        "archive author/jo blog p-0 p-2 p-3 p-4 p-5 p-6 category/care . tag/rest "
        "tag/tag-0 tags category/care/feed.xml feed.xml",
    ),
    "a failed build and its mending": Case(failed_and_mended, 0, 0, ""),
    "a published page damaged": Case(damage_page, 0, 0, "p-3"),
    "the output dropped": Case(drop_output, 0, 0, EVERY),
    "the cache dropped": Case(drop_cache, ALL, 1, EVERY),
}
"""What has to run after each kind of edit."""


def files(names: str) -> set[str]:
    """The files that are named in short."""
    return {_file(name) for name in names.split()}


def _file(name: str) -> str:
    if name == ".":
        return "index.html"
    if "." in name or name.startswith("_"):
        return name
    return f"blog/{name}/index.html" if name.startswith("p-") else f"{name}/index.html"


def made(report: BuildReport) -> set[str]:
    """What a build wrote anew, but for copies."""
    return {path for path in report.result.written if not any(fnmatchcase(path, one) for one in COPIED)}


@pytest.mark.parametrize("name", CASES)
def test_only_what_shows_an_edit_is_written_anew(world: World, name: str) -> None:
    case = CASES[name]
    case.edit(world)
    outcome, report = world.build()
    assert report is not None, outcome
    expected = set() if name == "the cache dropped" else files(case.rendered)
    assert made(report) == expected


@pytest.mark.parametrize("name", CASES)
def test_only_what_an_edit_concerns_runs_again(world: World, name: str) -> None:
    case = CASES[name]
    case.edit(world)
    outcome, report = world.build()
    assert report is not None, outcome
    runs = {one.name: one.run for one in asdict(report)["stages"]}
    assert (runs["read"], runs["relate"]) == (case.read, case.relate)
    assert runs["render"] == len(files(f"{case.rendered} {case.idle}") - KNOWN)


def test_what_does_not_run_is_counted_as_reused(world: World) -> None:
    do(Edit("post: title", 4, 0))(world)
    outcome, report = world.build()
    assert report is not None, outcome
    stages = {one.name: (one.run, one.reused) for one in asdict(report)["stages"]}
    assert stages["read"] == (1, ALL - 1)
    assert stages["relate"] == (0, 1)
    assert sum(stages["render"]) == len(files(EVERY) - KNOWN)
