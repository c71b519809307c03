"""What has to be done to an output folder: the table of cases."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from sitegen.digest import Digest
from sitegen.stages.write.changes import Changes, Entry, changes, wrong_paths

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
