"""A cold build beside a warm one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from sitegen.build import Options, verify
from sitegen.digest import digest_bytes
from sitegen.model.report import BuildReport
from tests.stages.write.support import tree
from tests.test_build import NOW, Site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site, and a folder for temporary files beside it."""
    (tmp_path / "site").mkdir()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    made = Site(tmp_path / "site")
    made.post("first", tags=["x"])
    made.post("second", tags=["x"])
    return made


def options(site: Site) -> Options:
    return Options(site=site.folder, output=site.output, now=NOW, jobs=1)


def files(site: Site) -> dict[str, bytes | str | None]:
    """All that is in the site's folder, but for the locks of builds."""
    return {path: data for path, data in tree(site.folder).items() if not path.startswith(".sitegen/lock-")}


def verified(site: Site, report: BuildReport) -> tuple[str, ...]:
    """What is found; and no folder is left behind, and no file touched."""
    before = files(site)
    found = verify(options(site), report)
    assert files(site) == before
    assert list((site.folder.parent / "temporary").iterdir()) == []
    return found


def test_a_first_build_and_one_from_nothing_are_the_same(site: Site) -> None:
    assert verified(site, site.build()) == ()


def test_a_warm_build_and_one_from_nothing_are_the_same(site: Site) -> None:
    site.build()
    site.post("second", "Another text.", tags=["x"])
    report = site.build()
    assert verified(site, report) == ()
    assert verified(site, site.build()) == ()


def test_every_option_of_the_build_is_that_of_the_other_too(site: Site) -> None:
    site.post("third", draft=True)
    report = site.build(drafts=True)
    assert verify(replace(options(site), drafts=True, explain=True), report) == ()


PAGE = "blog/first/index.html"


def damage(site: Site) -> None:
    (site.output / PAGE).write_bytes(b"somebody's")


def remove(site: Site) -> None:
    (site.output / PAGE).unlink()


def make_folder(site: Site) -> None:
    (site.output / PAGE).unlink()
    (site.output / PAGE).mkdir()


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (damage, f"{PAGE} has other bytes"),
        (remove, f"{PAGE} cannot be read: No such file or directory"),
        (make_folder, f"{PAGE} cannot be read: Is a directory"),
    ],
)
def test_a_published_file_that_is_not_what_it_should_be_is_told(
    site: Site, harm: Callable[[Site], None], sentence: str
) -> None:
    report = site.build()
    harm(site)
    assert verified(site, report) == (sentence,)


def test_a_build_that_published_too_much_or_too_little_is_told_of_each_file(site: Site) -> None:
    report = site.build()
    listed = dict(report.result.manifest.files)
    del listed["archive/index.html"]
    listed["zebra.html"] = digest_bytes(b"")
    manifest = replace(report.result.manifest, files=tuple(listed.items()))
    wrong = replace(report, result=replace(report.result, manifest=manifest))
    (site.output / "index.html").write_bytes(b"?")
    assert verified(site, wrong) == (
        "archive/index.html is missing",
        "index.html has other bytes",
        "zebra.html would not be there",
    )


def test_files_of_others_in_the_output_folder_are_no_difference(site: Site) -> None:
    report = site.build()
    (site.output / "CNAME").write_text("example.org")
    assert verified(site, report) == ()


def test_what_an_old_cache_made_wrong_is_found(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here a build believes that a page is as it was when it is not."""
    site.build()
    site.post("first", "Another text.", tags=["x"])
    monkeypatch.setattr("sitegen.stages.plan.keys.Keys.holds", lambda _keys, path, _key: path == PAGE)
    stale = site.build()
    monkeypatch.undo()
    assert b"Another text." not in (site.output / PAGE).read_bytes()
    assert verify(options(site), stale) == (f"{PAGE} has other bytes",)


def test_no_lock_is_left_behind_for_each_comparison(site: Site) -> None:
    """A temporary folder has another name every time."""
    report = site.build()
    before = tree(site.folder).keys()
    verify(options(site), report)
    assert tree(site.folder).keys() == before
