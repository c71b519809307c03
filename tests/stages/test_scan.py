"""Scan: what lies on the disk."""

from __future__ import annotations

import os
import socket
import tracemalloc
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.adapters import files
from sitegen.config import Config, PathsConfig, PostsConfig
from sitegen.digest import digest_bytes
from sitegen.errors import Problem, SiteError
from sitegen.model.source import Source, Tree
from sitegen.stages.scan import Roots, path_of, read, scan


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    site = tmp_path / "site"
    roots = Roots(site, site / "content", site / "templates", tmp_path / "theme", site / "output")
    for folder in (roots.content, roots.templates, roots.theme):
        folder.mkdir(parents=True)
    return roots


def put(root: Path, path: str, data: bytes = b"x") -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def kinds(tree: Tree) -> dict[str, str]:
    return {source.path: source.kind for source in tree.sources}


def found(roots: Roots, config: Config | None = None) -> dict[str, str]:
    """The kinds by path of a scan that must not find anything wrong."""
    tree = scan(roots, config or Config())
    assert tree.problems == ()
    return kinds(tree)


def only_problem(tree: Tree) -> Problem:
    [problem] = tree.problems
    return problem


def test_each_file_is_of_the_kind_that_its_place_and_name_say(roots: Roots) -> None:
    for path in (
        *(
            "posts/a.md",
            "posts/deep/b.MARKDOWN",
            "posts/pic.png",
            "about.md",
            "team/jane.Md",
            "postscript.md",
        ),
        *("_data/team.toml", "_data/a.JSON", "_data/b.yml", "robots.txt", "_redirects", ".well-known/x.txt"),
    ):
        put(roots.content, path)
    for path in ("base.html", "feed.xml", "partials/card.html", "assets/site.css", "assets/img/a.png"):
        put(roots.theme, path)
    assert found(roots) == {
        ".well-known/x.txt": "file",
        "_data/a.JSON": "data",
        "_data/b.yml": "data",
        "_data/team.toml": "data",
        "_redirects": "file",
        "about.md": "page",
        "posts/a.md": "post",
        "posts/deep/b.MARKDOWN": "post",
        "posts/pic.png": "file",
        "postscript.md": "page",
        "robots.txt": "file",
        "team/jane.Md": "page",
        "assets/img/a.png": "asset",
        "assets/site.css": "asset",
        "base.html": "template",
        "feed.xml": "template",
        "partials/card.html": "template",
    }


@pytest.mark.parametrize(
    ("folders", "posts"),
    [
        ((".",), {"a.md", "blog/b.md", "blog/x/c.md", "news/d.md"}),
        (("blog",), {"blog/b.md", "blog/x/c.md"}),
        (("./blog/",), {"blog/b.md", "blog/x/c.md"}),
        (("blog/x", "news"), {"blog/x/c.md", "news/d.md"}),
        ((), set[str]()),
    ],
)
def test_the_configuration_says_which_folders_hold_posts(
    roots: Roots, folders: tuple[str, ...], posts: set[str]
) -> None:
    for path in ("a.md", "blog/b.md", "blog/x/c.md", "news/d.md"):
        put(roots.content, path)
    kinds_of = found(roots, Config(posts=PostsConfig(folders=folders)))
    assert {path for path, kind in kinds_of.items() if kind == "post"} == posts


def test_a_source_holds_digest_size_and_the_path_from_the_site(roots: Roots) -> None:
    data = b"a" * (files.CHUNK + 1)
    put(roots.content, "posts/a.md", data)
    [source] = scan(roots, Config()).sources
    assert source == Source(
        "content", "posts/a.md", "post", digest_bytes(data), len(data), "content/posts/a.md"
    )


def test_a_content_folder_outside_the_site_is_shown_by_its_own_name(roots: Roots, tmp_path: Path) -> None:
    put(tmp_path / "notes", "a.md")
    [source] = scan(roots._replace(content=tmp_path / "notes"), Config()).sources
    assert source.shown == "notes/a.md"


def test_the_result_is_sorted_and_the_same_whatever_order_the_disk_has(
    roots: Roots, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("b.md", "a/z.md", "a.md", "B/x.md", "é.md", "posts/1.md", "posts/10.md", "posts/2.md"):
        put(roots.content, path)
    put(roots.templates, "post.html")
    put(roots.theme, "base.html")
    first = scan(roots, Config())
    real = os.scandir

    class Backwards:
        def __init__(self, path: Path) -> None:
            with real(path) as entries:
                self.entries = sorted(entries, key=lambda entry: entry.name, reverse=True)

        def __enter__(self) -> list[os.DirEntry[str]]:
            return self.entries

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(os, "scandir", Backwards)
    assert scan(roots, Config()) == first
    order = [(source.origin, source.path) for source in first.sources]
    assert order == sorted(order)


def test_a_template_or_asset_of_the_site_stands_in_for_that_of_the_theme(roots: Roots) -> None:
    for root in (roots.templates, roots.theme):
        put(root, "post.html", str(root).encode())
        put(root, "assets/site.css", str(root).encode())
    put(roots.theme, "base.html")
    assert [(source.origin, source.path) for source in scan(roots, Config()).sources] == [
        ("templates", "assets/site.css"),
        ("templates", "post.html"),
        ("theme", "base.html"),
    ]


def test_a_templates_folder_that_is_the_theme_is_listed_once(roots: Roots) -> None:
    put(roots.templates, "base.html")
    link = roots.site / "same"
    link.symlink_to(roots.templates)
    for theme in (roots.templates, link):
        tree = scan(roots._replace(theme=theme), Config())
        assert [(source.origin, source.path) for source in tree.sources] == [("templates", "base.html")]


def test_a_site_needs_no_templates_of_its_own(roots: Roots) -> None:
    roots.templates.rmdir()
    put(roots.theme, "base.html")
    assert found(roots) == {"base.html": "template"}


def test_a_theme_whose_files_are_links_is_read_since_installers_make_such(
    roots: Roots, tmp_path: Path
) -> None:
    (roots.theme / "base.html").symlink_to(put(tmp_path, "cache/base.html"))
    [source] = scan(roots, Config()).sources
    assert source.shown == "(default theme)/base.html"


def test_hidden_files_and_what_editors_leave_are_passed_over(roots: Roots) -> None:
    for path in (
        *(".git/config", ".hidden.md", "posts/.a.md.swp", ".DS_Store", "a.md~", "posts/#a.md#", "4913"),
        *("Thumbs.db", "THUMBS.DB", "~$report.docx", "a.tmp", "desktop.ini", ".well-known/.x"),
    ):
        put(roots.content, path)
    put(roots.theme, ".hidden.html")
    assert found(roots) == {}


def test_patterns_of_the_configuration_leave_out_content_alone(roots: Roots) -> None:
    for path in ("drafts/a.md", "drafts/x/b.png", "posts/_index.md", "posts/a.md"):
        put(roots.content, path)
    put(roots.theme, "_index.md")
    config = Config(paths=PathsConfig(ignore=("drafts/**", "**/_index.md")))
    assert found(roots, config) == {"posts/a.md": "post", "_index.md": "template"}


def test_a_site_whose_content_is_its_own_folder_does_not_publish_its_other_folders(roots: Roots) -> None:
    put(roots.site, "about.md")
    put(roots.site, "sitegen.toml")
    put(roots.site, "sub/sitegen.toml")
    put(roots.site, ".sitegen/cache")
    put(roots.output, "about/index.html")
    put(roots.templates, "base.html")
    assert found(roots._replace(content=roots.site)) == {
        "about.md": "page",
        "sub/sitegen.toml": "file",
        "base.html": "template",
    }


def test_a_missing_content_folder_says_how_to_make_a_site(roots: Roots) -> None:
    roots.content.rmdir()
    problem = only_problem(scan(roots, Config()))
    assert str(problem) == (
        "content: There is no such folder. `sitegen init` makes a new site; [paths] content in sitegen.toml "
        "names another folder."
    )


def test_a_named_pipe_is_left_out_without_being_opened(roots: Roots) -> None:
    os.mkfifo(roots.content / "a.md")
    tree = scan(roots, Config())
    problem = only_problem(tree)
    assert tree.sources == ()
    assert (problem.path, problem.severity) == ("content/a.md", "warning")
    assert problem.message == "This is a named pipe, not a file, and is left out"


def test_a_socket_is_left_out(roots: Roots, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(roots.content)  # a socket's path holds some hundred bytes only
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("a.sock")
        assert "a socket" in only_problem(scan(roots, Config())).message


def test_a_link_to_a_device_is_left_out_of_a_theme_too(roots: Roots) -> None:
    (roots.theme / "zero.html").symlink_to("/dev/zero")
    assert "a device" in only_problem(scan(roots, Config())).message


def test_a_folder_may_be_named_like_a_post(roots: Roots) -> None:
    put(roots.content, "posts/a.md/b.md")
    assert found(roots) == {"posts/a.md/b.md": "post"}


def test_an_unreadable_file_is_an_error_and_the_others_are_found(
    roots: Roots, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(roots.content, "a.md")
    put(roots.content, "b.md")
    put(roots.content, "shut/c.md")
    real_open, real_scandir = os.open, os.scandir

    def refusing(real: Callable[..., object], *names: str) -> Callable[..., object]:
        def call(path: str | Path, *args: object) -> object:
            if Path(path).name in names:
                raise PermissionError(13, "Permission denied")
            return real(path, *args)

        return call

    monkeypatch.setattr(os, "open", refusing(real_open, "a.md"))
    monkeypatch.setattr(os, "scandir", refusing(real_scandir, "shut"))
    tree = scan(roots, Config())
    assert kinds(tree) == {"b.md": "page"}
    hint = "Allow reading it, or move it out of the site."
    assert [str(problem) for problem in tree.problems] == [
        f"content/{name}: This cannot be read: Permission denied. {hint}" for name in ("a.md", "shut")
    ]


@pytest.mark.parametrize("target", ["secret", "folder", "/etc/passwd"])
def test_a_link_out_of_the_content_is_not_followed(roots: Roots, tmp_path: Path, target: str) -> None:
    put(tmp_path, "secret")
    put(tmp_path, "folder/secret.md")
    (roots.content / "a.md").symlink_to(tmp_path / target)
    tree = scan(roots, Config())
    problem = only_problem(tree)
    assert tree.sources == ()
    assert problem.severity == "warning"
    assert problem.message == "This link leads out of its folder, so what it leads to is not published"


def test_a_file_behind_a_linked_folder_out_of_the_content_is_not_found_by_its_neighbours_name(
    roots: Roots, tmp_path: Path
) -> None:
    """`content-old` begins with `content` and yet lies outside of it."""
    put(roots.site, "content-old/a.md")
    (roots.content / "old").symlink_to(roots.site / "content-old")
    assert "leads out" in only_problem(scan(roots, Config())).message


def test_links_within_the_content_are_followed(roots: Roots) -> None:
    put(roots.content, "img/a.png")
    put(roots.content, "posts/x.md")
    (roots.content / "copy.png").symlink_to("img/a.png")
    (roots.content / "posts/img").symlink_to("../img")
    paths = ["copy.png", "img/a.png", "posts/img/a.png", "posts/x.md"]
    assert sorted(found(roots)) == paths


def test_a_broken_link_is_a_warning(roots: Roots) -> None:
    (roots.content / "a.md").symlink_to("nowhere.md")
    problem = only_problem(scan(roots, Config()))
    assert str(problem) == "content/a.md: This link leads nowhere. Remove it, or correct it."
    assert problem.severity == "warning"


def test_links_that_lead_round_in_circles_end(roots: Roots) -> None:
    put(roots.content, "a/x.md")
    put(roots.content, "b/y.md")
    (roots.content / "loop").symlink_to(".")
    (roots.content / "self").symlink_to("self")
    (roots.content / "a/b").symlink_to("../b")
    (roots.content / "b/a").symlink_to("../a")
    (roots.content / "a/up").symlink_to("..")
    tree = scan(roots, Config())
    assert sorted(kinds(tree)) == ["a/b/y.md", "a/x.md", "b/a/x.md", "b/y.md"]
    assert {problem.severity for problem in tree.problems} == {"warning"}
    assert {problem.path.removeprefix("content/") for problem in tree.problems} == {
        *("loop", "self", "a/up", "a/b/a", "b/a/b", "b/a/up"),
    }


def test_a_name_that_is_not_text_is_an_error_that_can_be_printed(roots: Roots) -> None:
    try:
        put(roots.content, os.fsdecode(b"caf\xe9.md"))
    except OSError:
        pytest.skip("this disk holds no such names")
    problem = only_problem(scan(roots, Config()))
    assert str(problem) == "content/caf\\xe9.md: The name of this file is not UTF-8. Rename it."


def test_paths_are_composed_and_the_disks_spelling_is_kept(roots: Roots) -> None:
    spelt = unicodedata.normalize("NFD", "café/ü.md")
    put(roots.content, spelt, b"data")
    [source] = scan(roots, Config()).sources
    assert source.path == "café/ü.md"
    assert source.shown == "content/café/ü.md"
    assert read(roots, source) == b"data"
    if source.raw:
        assert source.raw == spelt
        assert path_of(roots, source) == roots.content / spelt


def test_two_forms_of_one_name_are_an_error_that_names_both(roots: Roots) -> None:
    names = ["café.md", unicodedata.normalize("NFD", "café.md")]
    for name in names:
        put(roots.content, name)
    if len(list(roots.content.iterdir())) < 2:
        pytest.skip("this disk takes both for one")
    tree = scan(roots, Config())
    assert only_problem(tree).message == (
        "`content/café.md` and `content/café.md` differ only in the encoding of an accent"
    )
    assert len(tree.sources) == 1


def test_two_cases_of_one_name_are_an_error_that_names_both(roots: Roots) -> None:
    for name in ("posts/Post.md", "posts/post.md"):
        put(roots.content, name)
    if len(list((roots.content / "posts").iterdir())) < 2:
        pytest.skip("this disk takes both for one")
    assert str(only_problem(scan(roots, Config()))) == (
        "content/posts/post.md: `content/posts/post.md` and `content/posts/Post.md` differ only in upper and "
        "lower case. Rename one of them: many disks take both for one file."
    )


@pytest.mark.parametrize("name", ["a:b.png", "a.png.", "con.png", "img /a.png", "what?.pdf"])
def test_a_file_that_windows_cannot_hold_is_an_error(roots: Roots, name: str) -> None:
    put(roots.content, name)
    tree = scan(roots, Config())
    problem = only_problem(tree)
    assert tree.sources == ()
    assert (problem.path, problem.severity) == (f"content/{name}", "error")
    assert problem.hint == "Rename the file, or the folder it is in."


@pytest.mark.parametrize("name", ["con.md", "what?.md", "a:b.md"])
def test_markdown_may_have_any_name_since_its_address_is_made_of_a_slug(roots: Roots, name: str) -> None:
    put(roots.content, name)
    assert found(roots) == {name: "page"}


@pytest.mark.parametrize("name", ["a.md.bak", "a.md.orig", "a.mdx", "a.txt", "a.html", "deep/a"])
@pytest.mark.parametrize(
    "text",
    [
        b"---\ntitle: A\ndraft: true\n---\nSecret.",
        b"\xef\xbb\xbf\n--- \r\nAccess : members\r\n---\r\nSecret.",
        b"+++\naccess = 'members'\n+++\nSecret.",
        b"---\npublished: false\n---\n",
    ],
)
def test_a_copy_of_a_post_under_another_name_is_an_error_and_not_published(
    roots: Roots, name: str, text: bytes
) -> None:
    put(roots.content, f"posts/{name}", text)
    tree = scan(roots, Config())
    problem = only_problem(tree)
    assert tree.sources == ()
    assert (problem.path, problem.severity) == (f"content/posts/{name}", "error")
    assert "it would be published whole" in problem.message
    assert problem.hint.startswith("End its name in `.md`, remove it, or let `[paths] ignore`")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config.yml", b"---\ntitle: A\n---\n"),
        ("a.patch", b"--- title: old\n+++ title: new\n"),
        ("a.txt", b"---\nA rule above, and no key.\n"),
        ("a.html", b"<pre>\n---\ntitle: A\n---\n</pre>"),
    ],
)
def test_a_file_that_only_resembles_a_post_is_published(roots: Roots, name: str, text: bytes) -> None:
    put(roots.content, name, text)
    assert found(roots) == {name: "file"}


def test_what_is_no_data_in_the_data_folder_is_not_published(roots: Roots) -> None:
    put(roots.content, "_data/secret.csv")
    put(roots.content, "_data/README.md")
    put(roots.content, "_data/deep/x.toml")
    tree = scan(roots, Config(posts=PostsConfig(folders=(".",))))
    assert tree.sources == ()
    assert {problem.severity for problem in tree.problems} == {"warning"}
    assert len(tree.problems) == 3


def test_a_big_file_does_not_fill_the_memory(roots: Roots) -> None:
    with (roots.content / "film.mp4").open("wb") as file:
        file.truncate(40 * files.CHUNK)
    tracemalloc.start()
    try:
        [source] = scan(roots, Config()).sources
        data = read(roots, source, limit=1000)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert source.size == 40 * files.CHUNK
    assert len(data) == 1001
    assert most < 5 * files.CHUNK


def test_reading_gives_the_bytes_that_were_scanned_or_says_that_they_changed(roots: Roots) -> None:
    file = put(roots.content, "a.md", b"before")
    [source] = scan(roots, Config()).sources
    assert read(roots, source) == read(roots, source, limit=6) == b"before"
    assert read(roots, source, limit=3) == b"befo"
    file.write_bytes(b"after")
    with pytest.raises(SiteError, match=r"The file changed while the site was being built. Build again."):
        read(roots, source)


def test_reading_a_file_that_is_gone_or_has_become_a_pipe_raises_without_waiting(roots: Roots) -> None:
    file = put(roots.content, "a.md")
    [source] = scan(roots, Config()).sources
    file.unlink()
    with pytest.raises(SiteError, match=r"content/a.md: This cannot be read: No such file"):
        read(roots, source)
    os.mkfifo(file)
    with pytest.raises(SiteError, match=r"content/a.md: This cannot be read: It is not a file"):
        read(roots, source)


@given(names=st.sets(st.text(alphabet="aAéÉß._# ", min_size=1, max_size=4), max_size=6))
def test_no_file_is_lost_in_silence(tmp_path_factory: pytest.TempPathFactory, names: set[str]) -> None:
    """Each visible file is a source or stands in a problem, and no two sources meet on any disk."""
    site = tmp_path_factory.mktemp("site")
    content = site / "content"
    content.mkdir()
    (site / "theme").mkdir()
    names = {name for name in names if not set(name) <= {"."}}
    for name in names:
        (content / name).write_bytes(b"")
    tree = scan(Roots(site, content, site / "templates", site / "theme", site / "output"), Config())
    told = {problem.path for problem in tree.problems} | {source.shown for source in tree.sources}
    visible = {
        name for name in names if not (name.startswith(".") or (name[0] == name[-1] == "#" and len(name) > 1))
    }
    assert told == {f"content/{unicodedata.normalize('NFC', name)}" for name in visible}
    folded = [source.path.casefold() for source in tree.sources]
    assert len(folded) == len(set(folded))
