"""What has to be done to an output folder: the table of cases."""

from __future__ import annotations

from itertools import chain
from pathlib import PurePosixPath
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.digest import Digest
from sitegen.stages.write.changes import Changes, Entry, Move, changes, moves, wrong_paths

NEW, OLD = Digest("new"), Digest("old")
FOLDER, LINK, PIPE = Entry("folder"), Entry("link"), Entry("other")


def file(digest: Digest = OLD, inode: int = 0) -> Entry:
    return Entry("file", digest, (1, inode))


class Case(NamedTuple):
    claim: str
    owned: set[str]
    planned: set[str]
    disk: dict[str, Entry]
    expected: Changes
    messages: tuple[str, ...] = ()


CASES = [
    Case("a new file is written", set(), {"a"}, {}, Changes(write=("a",))),
    Case("our file with other bytes is written", {"a"}, {"a"}, {"a": file(OLD)}, Changes(write=("a",))),
    Case("our file with these bytes stays", {"a"}, {"a"}, {"a": file(NEW)}, Changes(unchanged=("a",))),
    Case("our file that was deleted is written again", {"a"}, {"a"}, {}, Changes(write=("a",))),
    Case("our file that is no longer planned goes", {"a"}, set(), {"a": file()}, Changes(remove=("a",))),
    Case("our file that is gone already needs nothing", {"a"}, set(), {}, Changes()),
    Case(
        "a stranger's file with these bytes is taken over",
        set(),
        {"a"},
        {"a": file(NEW)},
        Changes(unchanged=("a",)),
    ),
    Case(
        "a stranger's file with other bytes is in the way",
        set(),
        {"a"},
        {"a": file(OLD)},
        Changes(),
        ("Here lies a file that is not sitegen's",),
    ),
    Case(
        "a link where our file was is a stranger's",
        {"a"},
        {"a"},
        {"a": LINK},
        Changes(),
        ("Here lies a link that is not sitegen's",),
    ),
    Case(
        "a pipe is a stranger's",
        {"a"},
        {"a"},
        {"a": PIPE},
        Changes(),
        ("Here lies something that is not sitegen's",),
    ),
    Case("a link that replaced our file is not removed", {"a"}, set(), {"a": LINK}, Changes()),
    Case(
        "a link on the way is never followed",
        {"a/b"},
        {"a/b"},
        {"a": LINK},
        Changes(),
        ("At `a`, in the way of this, lies a link that is not sitegen's",),
    ),
    Case(
        "folders that removals may leave empty go from within, but not those that are still needed",
        {"a/b/c/d", "a/b/e", "a/f", "g/h"},
        {"a/f"},
        {
            **dict.fromkeys(["a", "a/b", "a/b/c", "g"], FOLDER),
            "a/b/c/d": file(),
            "a/b/e": file(),
            "a/f": file(NEW),
        },
        Changes(remove=("a/b/c/d", "a/b/e"), unchanged=("a/f",), prune=("g", "a/b/c", "a/b")),
    ),
    Case("what lies behind a link on the way is not removed", {"a/b"}, set(), {"a": LINK}, Changes()),
    Case(
        "a stranger's file where a folder must go is in the way",
        set(),
        {"a/b/c"},
        {"a": FOLDER, "a/b": file(NEW)},
        Changes(),
        ("At `a/b`, in the way of this, lies a file that is not sitegen's",),
    ),
    Case(
        "our file where a folder must go is cleared before",
        {"a"},
        {"a/b", "a/c"},
        {"a": file()},
        Changes(clear=("a",), write=("a/b", "a/c")),
    ),
    Case(
        "our folder where a file must go is cleared from within",
        {"a/b", "a/c/d"},
        {"a"},
        {"a": FOLDER, "a/b": file(), "a/c": FOLDER, "a/c/d": file()},
        Changes(clear=("a/c/d", "a/c", "a/b", "a"), write=("a",)),
    ),
    Case(
        "an empty folder where a file must go is cleared",
        set(),
        {"a"},
        {"a": FOLDER},
        Changes(clear=("a",), write=("a",)),
    ),
    Case(
        "a folder with a stranger's file where a file must go is in the way",
        {"a/b"},
        {"a"},
        {"a": FOLDER, "a/b": file(), "a/CNAME": file()},
        Changes(),
        ("At `a/CNAME`, in the way of this, lies a file that is not sitegen's",),
    ),
    Case(
        "a folder with a link where a file must go is in the way, even if a file of ours had its name",
        {"a/b"},
        {"a"},
        {"a": FOLDER, "a/b": LINK},
        Changes(),
        ("At `a/b`, in the way of this, lies a link that is not sitegen's",),
    ),
    Case(
        "a stranger's folder beside ours is nobody's business",
        {"a/b"},
        {"a/b"},
        {"a": FOLDER, "a/b": file(NEW), "a/c": FOLDER},
        Changes(unchanged=("a/b",)),
    ),
    Case(
        "assets come before pages, pages before feeds",
        {"old.css", "old.html"},
        {"feed.xml", "a.html", "z.css", "b/x.HTM", "b/sitemap.XML", "_redirects"},
        {"old.css": file(), "old.html": file()},
        Changes(
            write=("_redirects", "z.css", "a.html", "b/x.HTM", "b/sitemap.XML", "feed.xml"),
            remove=("old.html", "old.css"),
        ),
    ),
    Case(
        "a new spelling is written anew where the disk takes it for the old one",
        {"Post/i.html"},
        {"post/i.html"},
        {
            "Post": FOLDER,
            "post": FOLDER,
            "Post/i.html": file(OLD, inode=7),
            "post/i.html": file(NEW, inode=7),
        },
        Changes(clear=("Post/i.html", "Post"), write=("post/i.html",)),
    ),
    Case(
        "a new spelling is another file where the disk tells them apart",
        {"Post/i.html"},
        {"post/i.html"},
        {"Post": FOLDER, "Post/i.html": file(OLD, inode=7)},
        Changes(write=("post/i.html",), remove=("Post/i.html",), prune=("Post",)),
    ),
    Case("nothing planned and nothing owned is nothing to do", set(), set(), {}, Changes()),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.claim)
def test_the_decision(case: Case) -> None:
    decided = changes(case.owned, dict.fromkeys(case.planned, NEW), case.disk)
    assert decided._replace(problems=()) == case.expected
    assert tuple(problem.message for problem in decided.problems) == case.messages
    for problem in decided.problems:
        assert problem.hint == "Move it out of the output folder, or give the page another address."
        assert problem.path in case.planned


def test_every_stranger_in_the_way_is_named() -> None:
    decided = changes([], {"a": NEW, "b": NEW}, {"a": file(), "b": file()})
    assert [problem.path for problem in decided.problems] == ["a", "b"]


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["../a"], "The path of this file holds an empty part, `.` or `..`"),
        (["/a"], "The path of this file is absolute"),
        (["C:/a"], "The path of this file is absolute"),
        (["a\\b"], "The path of this file holds a NUL or a backslash"),
        (["a\0b"], "The path of this file holds a NUL or a backslash"),
        ([""], "The path of this file holds an empty part, `.` or `..`"),
        (["ab:c"], "The path of this file holds `:`, which names on Windows cannot hold"),
        (["x" * 256], f"The path of this file has a name of more than 255 bytes (`{'x' * 40}...`)"),
        (["sitegen-manifest.json"], "sitegen keeps its own list under this name"),
        (["Sitegen-Manifest.json"], "sitegen keeps its own list under this name"),
        (["a/Post.html", "a/post.html"], "`a/Post.html` and `a/post.html` are one file on many disks"),
        (["caf\u00e9", "cafe\u0301"], "`cafe\u0301` and `caf\u00e9` are one file on many disks"),
        (["a", "a/b"], "`a` would be a file, and a folder for `a/b`"),
        (["A", "a/b/c"], "`A` would be a file, and a folder for `a/b/c`"),
    ],
)
def test_paths_that_lead_out_or_meet_are_told(paths: list[str], message: str) -> None:
    problems = wrong_paths(paths)
    assert [problem.message for problem in problems] == [message]
    assert all(problem.hint for problem in problems)


def test_paths_that_are_fine_are_not_told() -> None:
    assert wrong_paths(["a/b.html", "a/c.html", "ab", ".well-known/x", "sub/sitegen-manifest.json"]) == []


# The steps of publishing


class Steps(NamedTuple):
    claim: str
    write: set[str]
    disk: dict[str, Entry]
    expected: list[Move]


def one(path: str) -> Move:
    """A file that comes by itself."""
    return Move(path, (path,))


STEPS = [
    Steps("nothing to write is no step", set(), {}, []),
    Steps("a file at the top comes by itself", {"index.html"}, {}, [one("index.html")]),
    Steps(
        "a new folder comes whole",
        {"blog/a.html", "blog/b.html"},
        {},
        [Move("blog", ("blog/a.html", "blog/b.html"))],
    ),
    Steps(
        "with the folders in it",
        {"blog/a/index.html", "blog/b/c/index.html", "blog/index.html"},
        {},
        [Move("blog", ("blog/a/index.html", "blog/b/c/index.html", "blog/index.html"))],
    ),
    Steps(
        "files in a folder that is there come one by one",
        {"blog/b.html", "blog/a.html"},
        {"blog": FOLDER},
        [one("blog/a.html"), one("blog/b.html")],
    ),
    Steps(
        "a new folder in one that is there comes whole",
        {"blog/a.html", "blog/new/b.html", "blog/new/c.html"},
        {"blog": FOLDER, "blog/a.html": file()},
        [one("blog/a.html"), Move("blog/new", ("blog/new/b.html", "blog/new/c.html"))],
    ),
    Steps(
        "a folder in the place of a file is new",
        {"blog/a.html", "blog/b.html"},
        {"blog": file()},
        [Move("blog", ("blog/a.html", "blog/b.html"))],
    ),
    Steps(
        "assets alone come whole",
        {"assets/site.css", "assets/fonts/a.woff2"},
        {},
        [Move("assets", ("assets/fonts/a.woff2", "assets/site.css"))],
    ),
    Steps(
        "pages and feeds together come whole, after all other pages",
        {"category/care/feed.xml", "category/care/index.html", "z.html"},
        {},
        [one("z.html"), Move("category", ("category/care/index.html", "category/care/feed.xml"))],
    ),
    Steps(
        "a folder of assets and pages comes one by one, its assets before all pages",
        {"trip/index.html", "trip/cat.jpg", "a.html"},
        {},
        [one("trip/cat.jpg"), one("a.html"), one("trip/index.html")],
    ),
    Steps(
        "what is alike in a folder of both still comes whole",
        {"trip/pictures/a.jpg", "trip/pictures/b.jpg", "trip/days/1.html", "trip/days/2.html"},
        {},
        [
            Move("trip/pictures", ("trip/pictures/a.jpg", "trip/pictures/b.jpg")),
            Move("trip/days", ("trip/days/1.html", "trip/days/2.html")),
        ],
    ),
    Steps(
        "assets and feeds do not come together, since pages come between them",
        {"x/feed.xml", "x/a.css", "a.html"},
        {},
        [one("x/a.css"), one("a.html"), one("x/feed.xml")],
    ),
    Steps(
        "assets come before pages, pages before feeds, each by name",
        {"b.css", "a.css", "b.html", "a.html", "feed.xml", "new/c.html"},
        {},
        [
            *(one("a.css"), one("b.css"), one("a.html"), one("b.html")),
            *(Move("new", ("new/c.html",)), one("feed.xml")),
        ],
    ),
    Steps(
        "a folder whose name begins like that of another is another",
        {"blog/a.html", "blog-old/a.html"},
        {"blog": FOLDER},
        [Move("blog-old", ("blog-old/a.html",)), one("blog/a.html")],
    ),
]


@pytest.mark.parametrize("case", STEPS, ids=lambda case: case.claim)
def test_the_steps_of_publishing(case: Steps) -> None:
    decided = moves(changes([], dict.fromkeys(case.write, NEW), {}).write, case.disk)
    assert decided == case.expected


PARTS = st.sampled_from(["a", "b", "c"])
FILES = st.builds(
    lambda folders, name: "/".join([*folders, name]),
    st.lists(PARTS, max_size=3),
    st.sampled_from(["x.css", "y.html", "z.xml", "w.HTM"]),
)


def phase(path: str) -> int:
    """0 for assets, 1 for pages, 2 for feeds."""
    return {".html": 1, ".htm": 1, ".xml": 2}.get(PurePosixPath(path).suffix.lower(), 0)


@given(st.sets(FILES, max_size=12), st.sets(st.sampled_from(["a", "b", "a/a", "a/b"])))
def test_every_file_comes_once_and_none_before_what_it_may_name(write: set[str], there: set[str]) -> None:
    """No step that brings pages comes before one that brings assets, and no folder that is there is moved."""
    disk = {path: FOLDER for path in there if "/" not in path or path.rpartition("/")[0] in there}
    steps = moves(write, disk)
    assert sorted(chain.from_iterable(step.files for step in steps)) == sorted(write)
    last_asset = max((at for at, step in enumerate(steps) if 0 in map(phase, step.files)), default=-1)
    first_page = min(
        (at for at, step in enumerate(steps) if {1, 2} & set(map(phase, step.files))), default=99
    )
    assert last_asset < first_page
    for step in steps:
        if step.files != (step.path,):
            assert step.path not in disk
            assert set(step.files) == {path for path in write if path.startswith(f"{step.path}/")}
