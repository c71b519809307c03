"""Which folders may be an output folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from sitegen.errors import UsageError
from sitegen.model.report import MANIFEST, Manifest
from sitegen.stages.write.guard import check_output
from sitegen.stages.write.manifest import encode
from tests.stages.write.support import tree


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    site = home / "site"
    for name in ("content/posts", "templates", ".sitegen/preview"):
        (site / name).mkdir(parents=True)
    (site / "content/posts/a.md").write_text("a")
    monkeypatch.setenv("HOME", str(home))
    return site


def check(site: Path, output: Path, *, preview: bool = False) -> Path:
    inputs = (site / "content", site / "templates")
    return check_output(output, site=site, inputs=inputs, cache=site / ".sitegen", preview=preview)


def refusal(site: Path, output: Path, *, preview: bool = False) -> str:
    """The message of the refusal, during which nothing may be touched."""
    before = tree(site)
    with pytest.raises(UsageError) as caught:
        check(site, output, preview=preview)
    assert tree(site) == before
    return str(caught.value).replace(str(site), "SITE").replace(str(site.parent), "HOME")


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (".", "The output folder SITE is the site's own folder."),
        ("content/..", "The output folder SITE is the site's own folder."),
        ("..", "The output folder HOME holds the site's own folder, SITE."),
        ("content", "The output folder SITE/content is a folder that the site is built from."),
        (
            "content/new/x",
            "The output folder SITE/content/new/x lies in a folder that the site is built from, "
            "SITE/content.",
        ),
        (
            "templates/x",
            "The output folder SITE/templates/x lies in a folder that the site is built from, "
            "SITE/templates.",
        ),
        (".sitegen", "The output folder SITE/.sitegen is the cache."),
        (".sitegen/x", "The output folder SITE/.sitegen/x lies in the cache, SITE/.sitegen."),
        (".sitegen/preview", "The output folder SITE/.sitegen/preview lies in the cache, SITE/.sitegen."),
    ],
)
def test_a_folder_that_is_holds_or_lies_in_one_of_the_site_is_refused(
    site: Path, output: str, message: str
) -> None:
    assert refusal(site, site / output) == f"{message} Choose another folder with `--output`."


def test_a_folder_that_holds_content_from_outside_the_site_is_refused(site: Path, tmp_path: Path) -> None:
    notes = tmp_path / "out" / "notes"
    notes.mkdir(parents=True)
    with pytest.raises(UsageError, match=r"holds a folder that the site is built from"):
        check_output(tmp_path / "out", site=site, inputs=[notes], cache=site / ".sitegen")


def test_the_root_of_the_disk_is_refused(site: Path) -> None:
    assert refusal(site, Path("/")).startswith("The output folder cannot be / itself.")


def test_home_and_what_holds_it_is_refused(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "other/home"))
    (tmp_path / "other/home").mkdir(parents=True)
    assert "is your home folder" in refusal(site, tmp_path / "other/home")
    assert "holds your home folder" in refusal(site, tmp_path / "other")


@pytest.mark.parametrize("target", [".", "content", "content/posts", ".sitegen"])
def test_links_do_not_hide_what_a_folder_is(site: Path, tmp_path: Path, target: str) -> None:
    link = tmp_path / "link"
    link.symlink_to(site / target)
    assert "Choose another folder" in refusal(site, link)
    assert "Choose another folder" in refusal(site, link / "content")


def test_a_linked_content_folder_is_kept_too(site: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (site / "linked").symlink_to(tmp_path / "real")
    with pytest.raises(UsageError, match="lies in a folder that the site is built from"):
        check_output(tmp_path / "real/x", site=site, inputs=[site / "linked"], cache=site / ".sitegen")


def test_the_preview_has_its_place_in_the_cache_and_no_other(site: Path) -> None:
    assert check(site, site / ".sitegen/preview", preview=True) == site / ".sitegen/preview"
    assert "lies in the cache" in refusal(site, site / ".sitegen/x", preview=True)
    assert "is the cache" in refusal(site, site / ".sitegen", preview=True)
    assert "lies in a folder" in refusal(site, site / "content/preview", preview=True)


def test_new_empty_and_marked_folders_are_fine(site: Path, tmp_path: Path) -> None:
    assert check(site, site / "output") == site / "output"
    assert not (site / "output").exists()
    (site / "output").mkdir()
    assert check(site, site / "output") == site / "output"
    (site / "output/CNAME").write_text("example.org")
    (site / "output" / MANIFEST).write_bytes(encode(Manifest()))
    assert check(site, site / "output") == site / "output"
    (tmp_path / "www").symlink_to(site / "output")
    assert check(site, tmp_path / "www") == site / "output"


def test_what_a_killed_first_build_left_does_not_make_a_folder_a_strangers(site: Path) -> None:
    (site / "output/.sitegen-staging-0123-x").mkdir(parents=True)
    assert check(site, site / "output") == site / "output"


def test_a_folder_with_files_of_somebody_else_is_refused(site: Path) -> None:
    (site / "docs").mkdir()
    (site / "docs/a.txt").write_text("mine")
    assert refusal(site, site / "docs") == (
        "The output folder SITE/docs is not empty, and it holds no sitegen-manifest.json: sitegen did not "
        "make what is in it. Empty it, or choose another folder with `--output`."
    )


def test_a_damaged_manifest_is_refused_with_the_way_out(site: Path) -> None:
    (site / "output").mkdir()
    (site / "output" / MANIFEST).write_text("{")
    assert refusal(site, site / "output") == (
        "SITE/output/sitegen-manifest.json is damaged or from another version, so nobody can tell which "
        "files there are sitegen's. If nothing in SITE/output is your own, delete that folder and build "
        "again."
    )


def test_a_file_is_no_output_folder(site: Path) -> None:
    (site / "output").write_text("x")
    assert refusal(site, site / "output") == (
        "SITE/output is a file, not a folder. Choose another folder with `--output`."
    )


def test_a_folder_below_a_file_is_refused(site: Path) -> None:
    (site / "file").write_text("x")
    assert "Choose another folder" in refusal(site, site / "file/output")
