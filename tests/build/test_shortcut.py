"""Sites of which only some texts are others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sitegen.build import Options, build, pipeline
from sitegen.model.report import BuildReport
from tests.test_build import NOW, Site

FREE = (
    "First words of it.\n\n## Part one\n\nMore words, and [a link](https://example.net/).\n\n"
    "## Part two\n\nWords.\n\n## Part three\n\nLast words.\n"
)
LINKED = "First words of it.\n\nSee [the first](first.md) and [out](https://example.net/).\n"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    site = Site(folder)
    site.post("first", FREE, tags=["rest"], summary="What it says.")
    site.post("second", LINKED, tags=["rest"], summary="What it says, too.", category="Care")
    site.post("third", "Some words.", draft=True, summary="To come.")
    site.page("plain", "Plain words.")
    site.page("about", "Who we are.", summary="Who.")
    site.write("content/index.md", '{"title": "Home", "summary": "Hello."}\nWelcome to it.\n')
    site.write("sitegen.toml", site.folder.joinpath("sitegen.toml").read_text() + "[related]\nlimit = 1\n")
    site.build()
    return site


def rewrite(path: str, old: str, new: str) -> Callable[[Site], None]:
    """An edit of a text of the content folder."""

    def edit(site: Site) -> None:
        file = site.folder / "content" / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

    return edit


def is_short(site: Site, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Build, and say whether that went without knowing the whole site."""
    whole: list[None] = []
    real = vars(pipeline)["read_site"]

    def watched(*args: object) -> object:
        whole.append(None)
        return real(*args)

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "read_site", watched)
        site.build()
    return not whole


def cold(site: Site, tmp_path: Path) -> dict[str, bytes]:
    """What a build from nothing makes."""
    output = tmp_path / "cold" / "output"
    build(Options(site=site.folder, output=output, now=NOW, jobs=1, cold=True))
    other = Site.__new__(Site)
    other.output = output
    return other.files()


SHORT = {
    "words of a post": rewrite("posts/first.md", "Last words.", "Other last words."),
    "the first words, where the summary is written": rewrite("posts/first.md", "First words", "Other words"),
    "another link out of the site": rewrite(
        "posts/first.md", "https://example.net/", "https://example.org/x"
    ),
    "one more link out of the site": rewrite("posts/first.md", "Words.", "[Words](https://example.com/)."),
    "a post with links within the site": rewrite("posts/second.md", "First words", "Other words"),
    "lines above such links": rewrite("posts/second.md", "First words", "One.\n\nTwo.\n\nFirst words"),
    "a page": rewrite("about.md", "Who we are.", "Who we were."),
    "the home page": rewrite("index.md", "Welcome to it.", "Welcome to it, all."),
    "a draft": rewrite("posts/third.md", "Some words.", "Some other, and more."),
}


@pytest.mark.parametrize("edit", SHORT.values(), ids=SHORT)
def test_a_text_alone_needs_no_whole_site_and_gives_what_a_first_build_gives(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: Callable[[Site], None]
) -> None:
    edit(site)
    assert is_short(site, monkeypatch)
    assert site.files() == cold(site, tmp_path)


LONG: dict[str, Callable[[Site], None]] = {
    "a title": rewrite("posts/first.md", '"title": "first"', '"title": "1st"'),
    "a new heading": rewrite("posts/first.md", "Last words.", "## Part four\n\nLast words."),
    "another heading": rewrite("posts/first.md", "## Part two", "## Part 2"),
    "a link within the site more": rewrite("posts/first.md", "Last words.", "See [it](second.md)."),
    "a link within the site less": rewrite("posts/second.md", "[the first](first.md)", "the first"),
    "a minute more": rewrite("posts/first.md", "Last words.", "Last words. " * 300),
    "a summary that is made of the text": rewrite("plain.md", "Plain words.", "Other words."),
    "a warning": rewrite("posts/first.md", "Last words.", "<blink>Last</blink> words."),
    "a marker for members": rewrite("posts/first.md", '"date"', '"access": "members", "date"'),
    "a file": lambda site: site.write("content/a.txt", "a"),
    "a post more": lambda site: site.post("fourth"),
    "a template": lambda site: site.write("templates/redirect.html", "x"),
    "a setting": lambda site: site.write("sitegen.toml", "[site]\ntitle = 'Other'\n"),
}


@pytest.mark.parametrize("name", LONG)
def test_for_all_else_the_whole_site_is_planned(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    LONG[name](site)
    assert not is_short(site, monkeypatch)
    assert site.files() == cold(site, tmp_path)


def test_a_text_that_was_warned_of_is_not_taken_for_sound(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite("posts/first.md", "Last words.", "<blink>Last</blink> words.")(site)
    assert [problem.path for problem in site.build().problems] == ["content/posts/first.md"]
    rewrite("posts/first.md", "<blink>Last</blink>", "Last")(site)
    assert not is_short(site, monkeypatch)
    assert site.build().problems == ()


def test_the_report_is_that_of_any_build(site: Site) -> None:
    rewrite("posts/first.md", "Last words.", "Other last words.")(site)
    report = site.build(explain=True)
    assert isinstance(report, BuildReport)
    assert (report.posts, [one.path for one in report.held]) == (2, ["content/posts/third.md"])
    assert report.result.written == ("blog/first/index.html", "feed.xml")
    assert [(one.path, one.why) for one in report.rendered] == [
        ("blog/first/index.html", "its text"),
        ("feed.xml", "its text"),
    ]
    runs = {stage.name: (stage.run, stage.reused) for stage in report.stages}
    assert (runs["read"], runs["relate"], runs["render"][0]) == ((1, 5), (0, 1), 2)


def test_without_the_recipes_of_before_the_whole_site_is_planned(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sitegen.engine.store import Store

    with Store(site.folder / ".sitegen" / "cache.db") as store:
        store._database.execute('DELETE FROM blob WHERE CAST(data AS TEXT) LIKE \'{"kind":"post"%\'')
    rewrite("posts/first.md", "Last words.", "Other last words.")(site)
    assert not is_short(site, monkeypatch)
    assert site.files() == cold(site, tmp_path)
