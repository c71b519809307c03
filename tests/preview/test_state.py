from pathlib import Path

import pytest

from sitegen.digest import Digest
from sitegen.errors import Problem
from sitegen.model.report import MANIFEST, BuildReport, Manifest, Written
from sitegen.preview.state import (
    Effect,
    Shown,
    alert,
    built,
    failed,
    read_files,
    reload,
    welcome,
    what_changed,
)
from sitegen.stages.write.manifest import encode

WRONG = (Problem(path="content/a.md", line=3, message="There is no date", hint="Write one."),)
SHOWN = Shown(number=4, files=frozenset({"index.html"}))


def report(*written: str, removed: tuple[str, ...] = (), problems: tuple[Problem, ...] = ()) -> BuildReport:
    return BuildReport(result=Written(written=written, removed=removed), problems=problems)


@pytest.mark.parametrize(
    ("paths", "effect"),
    [
        ((), "nothing"),
        (("assets/site.css",), "styles"),
        (("assets/a.css", "assets/b.css"), "styles"),
        (("assets/a.css", "index.html"), "all"),
        (("index.html",), "all"),
        (("assets/a.css.map",), "all"),
    ],
)
def test_styles_alone_need_no_reload(paths: tuple[str, ...], effect: Effect) -> None:
    assert what_changed(paths) == effect


def test_a_build_that_wrote_a_page_has_a_new_number_and_reloads() -> None:
    step = built(SHOWN, report("index.html"), SHOWN.files, "/")
    assert step.shown.number == 5
    assert step.messages == (reload(step.shown),)


def test_a_build_that_wrote_nothing_keeps_its_number_and_only_takes_mistakes_back() -> None:
    step = built(failed(SHOWN, WRONG).shown, report(), SHOWN.files, "/")
    assert step.shown == SHOWN
    assert [message["command"] for message in step.messages] == ["alert"]
    assert step.messages[0]["problems"] == []


def test_a_build_that_wrote_styles_names_each_of_them() -> None:
    step = built(SHOWN, report("a.css", removed=("b.css",)), SHOWN.files, "/")
    told = [(message["path"], message["liveCSS"], message["build"]) for message in step.messages[:2]]
    assert told == [("a.css", True, 5), ("b.css", True, 5)]
    assert step.messages[2]["command"] == "alert"


def test_a_removed_page_reloads() -> None:
    assert built(SHOWN, report(removed=("x/index.html",)), SHOWN.files, "/").effect == "all"


def test_the_first_build_reloads_whatever_it_wrote() -> None:
    step = built(Shown(), report(), SHOWN.files, "/")
    assert (step.shown.number, step.effect) == (1, "all")


def test_another_path_in_the_sites_url_reloads() -> None:
    step = built(SHOWN, report(), SHOWN.files, "/sub/")
    assert (step.shown.number, step.shown.root, step.effect) == (5, "/sub/", "all")


def test_a_mistake_leaves_the_last_good_site_and_is_told_with_its_place() -> None:
    step = failed(SHOWN, WRONG)
    assert (step.shown.number, step.shown.files, step.effect) == (4, SHOWN.files, "nothing")
    (message,) = step.messages
    assert message["message"] == "content/a.md:3: There is no date. Write one."
    assert message["problems"][0] | {"severity": "error"} == {
        "place": "content/a.md:3",
        "path": "content/a.md",
        "line": 3,
        "column": 0,
        "message": "There is no date",
        "hint": "Write one.",
        "severity": "error",
        "group": "",
    }


def test_errors_of_files_that_were_left_out_are_shown_and_warnings_are_not() -> None:
    warning = Problem(message="A link leads nowhere", severity="warning")
    step = built(SHOWN, report("index.html", problems=(*WRONG, warning)), SHOWN.files, "/")
    assert step.shown.problems == WRONG
    assert failed(SHOWN, (warning, *WRONG)).shown.problems == WRONG


def test_a_page_of_this_build_only_hears_what_is_wrong() -> None:
    assert welcome(SHOWN, 4) == (alert(SHOWN),)


@pytest.mark.parametrize("number", [3, 0, 5])
def test_a_page_of_another_build_reloads_when_it_connects(number: int) -> None:
    assert welcome(SHOWN, number)[0] == reload(SHOWN)


def test_the_manifest_says_which_files_there_are(tmp_path: Path) -> None:
    manifest = Manifest(files=(("a/index.html", Digest("0" * 64)), ("feed.xml", Digest("1" * 64))))
    (tmp_path / MANIFEST).write_bytes(encode(manifest))
    assert read_files(tmp_path) == {"a/index.html", "feed.xml"}


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "a\\..\\b", "a/../../b"])
def test_a_manifest_that_names_a_file_outside_names_nothing(tmp_path: Path, path: str) -> None:
    manifest = Manifest(files=(("a/index.html", Digest("0" * 64)), (path, Digest("1" * 64))))
    (tmp_path / MANIFEST).write_bytes(encode(manifest))
    assert read_files(tmp_path) == frozenset()


@pytest.mark.parametrize("data", [None, b"", b"{", b"[]", b'{"files": 3}', b"\xff"])
def test_a_missing_or_damaged_manifest_names_no_files(tmp_path: Path, data: bytes | None) -> None:
    if data is not None:
        (tmp_path / MANIFEST).write_bytes(data)
    assert read_files(tmp_path) == frozenset()
