"""Making the output folder equal to what is staged."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.adapters.stamps import Stamp
from sitegen.digest import Digest, digest_bytes
from sitegen.errors import SiteError, UsageError
from sitegen.model.report import MANIFEST, Written
from sitegen.stages.write import Staged, discard, publish, stage, staging, stamps
from tests.stages.write.support import put, tree


class Site:
    """An output folder and what is published into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "output"

    def publish(self, files: dict[str, bytes]) -> Written:
        with staging(self.output, self.folder / "cache") as folder:
            return publish([stage(folder, path, data) for path, data in files.items()], folder, self.output)

    def files(self) -> dict[str, bytes | str | None]:
        """All in the output folder but the manifest; folders only where they are empty."""
        found = tree(self.output)
        found.pop(MANIFEST, None)
        return {
            path: data
            for path, data in found.items()
            if data is not None or not any(other.startswith(f"{path}/") for other in found)
        }

    def manifest(self) -> dict[str, str]:
        files: dict[str, str] = json.loads((self.output / MANIFEST).read_bytes())["files"]
        return files


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_first_build_makes_the_folder_and_its_manifest(site: Site) -> None:
    written = site.publish({"index.html": b"home", "blog/a/index.html": b"a", "empty": b""})
    assert site.files() == {"index.html": b"home", "blog/a/index.html": b"a", "empty": b""}
    assert sorted(site.manifest()) == ["blog/a/index.html", "empty", "index.html"]
    assert written.written == ("empty", "blog/a/index.html", "index.html")
    assert (written.unchanged, written.removed, written.foreign) == (0, (), ())
    assert dict(written.manifest.files) == site.manifest()


def test_an_empty_plan_still_marks_the_folder(site: Site) -> None:
    site.publish({})
    assert list(tree(site.output)) == [MANIFEST]


def test_the_same_again_touches_nothing(site: Site) -> None:
    files = {"index.html": b"home", "blog/a/index.html": b"a"}
    site.publish(files)
    paths = [site.output, *site.output.rglob("*")]
    for path in paths:
        os.utime(path, ns=(10**18, 10**18))
    written = site.publish(files)
    assert (written.written, written.unchanged) == ((), 2)
    assert {path.stat().st_mtime_ns for path in paths} == {10**18}


def test_only_what_changed_is_written(site: Site) -> None:
    site.publish({"a.html": b"a", "b.html": b"b"})
    before = (site.output / "a.html").stat()
    written = site.publish({"a.html": b"a", "b.html": b"B", "c.html": b"c"})
    assert (written.written, written.unchanged) == (("b.html", "c.html"), 1)
    assert (site.output / "a.html").stat() == before


def test_what_somebody_edited_is_put_right(site: Site) -> None:
    """Also if the edit left the size and the time as they were."""
    site.publish({"a.html": b"a", "b.html": b"b"})
    stat = (site.output / "a.html").stat()
    (site.output / "a.html").write_bytes(b"x")
    os.utime(site.output / "a.html", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    (site.output / "b.html").unlink()
    assert site.publish({"a.html": b"a", "b.html": b"b"}).written == ("a.html", "b.html")
    assert site.files() == {"a.html": b"a", "b.html": b"b"}


def test_what_is_no_longer_planned_goes_with_the_folders_it_leaves_empty(site: Site) -> None:
    site.publish({"index.html": b"", "blog/a/index.html": b"", "tag/x/y/index.html": b"", "tag/z": b""})
    (site.output / "mine/empty").mkdir(parents=True)
    written = site.publish({"index.html": b""})
    assert written.removed == ("blog/a/index.html", "tag/x/y/index.html", "tag/z")
    assert site.files() == {"index.html": b"", "mine/empty": None}
    assert list(site.manifest()) == ["index.html"]


def test_files_of_others_stay_and_are_named_at_the_top(site: Site) -> None:
    site.publish({"index.html": b"", "blog/a.html": b"", "old/a.html": b""})
    theirs = {
        "CNAME": b"x",
        ".git/config": b"y",
        "blog/notes.txt": b"z",
        "old/upload.pdf": b"u",
        "up/load": b"l",
    }
    put(site.output, theirs)
    written = site.publish({"index.html": b"", "blog/a.html": b"1"})
    assert written.foreign == (".git", "CNAME", "old", "up")
    assert site.files() == {"index.html": b"", "blog/a.html": b"1", **theirs}


def test_a_strangers_file_in_the_way_is_named_and_nothing_is_touched(site: Site) -> None:
    site.publish({"index.html": b"", "old.html": b""})
    put(site.output, {"about/index.html": b"mine", "join": b"mine"})
    before = tree(site.output)
    with pytest.raises(SiteError) as caught:
        site.publish({"index.html": b"new", "about/index.html": b"", "join/index.html": b""})
    assert tree(site.output) == before
    hint = "Move it out of the output folder, or give the page another address."
    assert [str(problem) for problem in caught.value.problems] == [
        f"output/about/index.html: Here lies a file that is not sitegen's. {hint}",
        f"output/join/index.html: At `join`, in the way of this, lies a file that is not sitegen's. {hint}",
    ]


def test_a_strangers_file_with_the_very_same_bytes_becomes_ours(site: Site) -> None:
    site.publish({})
    put(site.output, {"robots.txt": b"same"})
    assert site.publish({"robots.txt": b"same"}).unchanged == 1
    assert site.publish({}).removed == ("robots.txt",)


def test_files_and_folders_change_places(site: Site) -> None:
    site.publish({"a": b"file", "b/c/d": b"deep", "b/e": b"e"})
    written = site.publish({"a/x/y": b"deep", "b": b"file"})
    assert site.files() == {"a/x/y": b"deep", "b": b"file"}
    assert written.removed == ("a", "b/c/d", "b/e")
    site.publish({"a": b"file", "b/c/d": b"deep", "b/e": b"e"})
    assert site.files() == {"a": b"file", "b/c/d": b"deep", "b/e": b"e"}


@pytest.mark.parametrize("inside", [True, False])
def test_a_linked_folder_in_the_output_is_never_followed(site: Site, inside: bool) -> None:
    site.publish({"blog/index.html": b"ours", "index.html": b""})
    theirs = site.output / "theirs" if inside else site.folder / "theirs"
    (site.output / "blog").rename(theirs)
    (site.output / "blog").symlink_to(theirs)
    before = tree(site.folder)
    with pytest.raises(SiteError, match=r"At `blog`, in the way of this, lies a link that is not sitegen's"):
        site.publish({"blog/index.html": b"new", "index.html": b""})
    assert {path: data for path, data in tree(site.folder).items() if "lock-" not in path} == {
        path: data for path, data in before.items() if "lock-" not in path
    }
    site.publish({"index.html": b""})
    assert (theirs / "index.html").read_bytes() == b"ours"
    assert (site.output / "blog").is_symlink()


def test_a_linked_file_in_the_output_is_neither_followed_nor_removed(site: Site) -> None:
    site.publish({"a.html": b"ours"})
    put(site.folder, {"theirs": b"ours"})
    (site.output / "a.html").unlink()
    (site.output / "a.html").symlink_to(site.folder / "theirs")
    with pytest.raises(SiteError, match=r"Here lies a link"):
        site.publish({"a.html": b"ours"})
    assert site.publish({}).removed == ()
    assert (site.output / "a.html").is_symlink()
    assert (site.folder / "theirs").read_bytes() == b"ours"


def test_an_output_folder_that_is_itself_a_link_is_written_to(site: Site) -> None:
    (site.folder / "www").mkdir()
    site.output.symlink_to(site.folder / "www")
    site.publish({"a.html": b"a"})
    assert (site.folder / "www/a.html").read_bytes() == b"a"
    assert site.output.is_symlink()


@pytest.mark.parametrize(
    "files",
    [
        {"../a": b""},
        {"/tmp/a": b""},
        {"a\\b": b""},
        {"A": b"", "a": b""},
        {"a": b"", "a/b": b""},
        {MANIFEST: b""},
    ],
)
def test_paths_that_cannot_be_are_refused_before_anything_is_touched(
    site: Site, files: dict[str, bytes]
) -> None:
    with pytest.raises(SiteError):
        site.publish({"ok.html": b"", **files})
    assert not site.output.exists()


def test_two_files_of_one_path_are_refused(site: Site, tmp_path: Path) -> None:
    file = stage(tmp_path, "a.html", b"")
    with pytest.raises(SiteError, match=r"output/a.html: Two files have this one path"):
        publish([file, file], tmp_path, site.output)


def test_a_damaged_manifest_is_refused(site: Site) -> None:
    site.publish({"a.html": b"a"})
    (site.output / MANIFEST).write_bytes(b"{")
    with pytest.raises(UsageError, match="damaged"):
        site.publish({"a.html": b"b"})
    assert site.files() == {"a.html": b"a"}


@pytest.mark.parametrize(("umask", "file", "folder"), [(0o022, 0o644, 0o755), (0o077, 0o600, 0o700)])
def test_published_files_have_the_permissions_of_any_new_file(
    site: Site, umask: int, file: int, folder: int
) -> None:
    before = os.umask(umask)
    try:
        site.publish({"blog/a.html": b""})
    finally:
        os.umask(before)
    for path, mode in (("blog/a.html", file), (MANIFEST, file), ("blog", folder), (".", folder)):
        assert (site.output / path).stat().st_mode & 0o777 == mode


def test_renames_go_from_assets_to_pages_to_feeds_and_removals_come_last(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.publish({"old.css": b"", "old.html": b""})
    steps: list[str] = []
    for name in ("replace", "unlink"):
        watch(
            monkeypatch, name, lambda path: steps.append(Path(path).relative_to(site.output).as_posix()), site
        )
    site.publish({"a.html": b"", "site.css": b"", "feed.xml": b"", "robots.txt": b""})
    assert steps == [
        *(MANIFEST, "robots.txt", "site.css", "a.html", "feed.xml", "old.html", "old.css", MANIFEST),
    ]


def test_the_manifest_names_old_and_new_before_the_first_rename(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.publish({"old.html": b""})
    seen: list[list[str]] = []
    watch(monkeypatch, "replace", lambda path: seen.append(sorted(site.manifest())), site)
    site.publish({"new.html": b""})
    assert seen == [["old.html"], ["new.html", "old.html"], ["new.html", "old.html"]]


def watch(monkeypatch: pytest.MonkeyPatch, name: str, tell: Callable[[Any], None], site: Site) -> None:
    """Call `tell` with the path before each such step in the output folder (of a rename, with the target)."""
    real = getattr(os, name)

    def step(*args: Any, **others: Any) -> None:
        path = Path(args[1] if name == "replace" else args[0])
        if path.is_relative_to(site.output) and ".probe" not in path.name:
            tell(path)
        real(*args, **others)

    monkeypatch.setattr(os, name, step)


class Killed(BaseException):
    """Stands for the end of the process."""


BEFORE = {
    "index.html": b"1",
    "site.css": b"1",
    "same.html": b"=",
    "old/a/index.html": b"1",
    "old/b.html": b"1",
    "file": b"1",
    "folder/a/b": b"1",
    "folder/c": b"1",
}
AFTER = {
    "index.html": b"2",
    "site.css": b"2",
    "same.html": b"=",
    "new/a/index.html": b"2",
    "file/is/folder": b"2",
    "folder": b"2",
    "feed.xml": b"2",
}
THEIRS = {"CNAME": b"t", "old/upload": b"t", "new/notes": b"t"}


class Stopper:
    """Raises at the step of a number among all that change the output folder."""

    def __init__(self, number: int, error: BaseException) -> None:
        self.number = number
        self.error = error
        self.count = 0

    def __call__(self, _: object) -> None:
        self.count += 1
        if self.count == self.number:
            raise self.error

    def install(self, patch: pytest.MonkeyPatch, site: Site) -> None:
        for name in ("replace", "unlink", "rmdir", "mkdir"):
            watch(patch, name, self, site)


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
OTHER = {"other.html": b"3", "file": b"3"}


@pytest.mark.parametrize("error", [Killed(), FULL], ids=["killed", "full"])
@pytest.mark.parametrize("following", [AFTER, BEFORE, OTHER], ids=["again", "back", "other"])
def test_stopped_at_any_step_the_next_build_heals(
    tmp_path: Path, error: BaseException, following: dict[str, bytes]
) -> None:
    """For every step of a build, and whatever is built next: the plan and others' files, nothing else."""
    number, reached = 0, True
    while reached:
        number += 1
        site = Site(tmp_path / str(number))
        site.publish(BEFORE)
        put(site.output, THEIRS)
        stopper = Stopper(number, error)
        with pytest.MonkeyPatch.context() as patch, suppress(Killed, SiteError):
            stopper.install(patch, site)
            site.publish(AFTER)
        reached = stopper.count >= number
        for path, data in THEIRS.items():
            assert (site.output / path).read_bytes() == data
        site.publish(following)
        assert site.files() == {**following, **THEIRS}
        assert sorted(site.manifest()) == sorted(following)
    assert number > 20


def test_what_the_disk_refuses_is_told_in_plain_words(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.publish({"a.html": b"1"})

    def refuse(path: Path) -> None:
        if path.name == "a.html":
            raise FULL

    watch(monkeypatch, "replace", refuse, site)
    with pytest.raises(SiteError) as caught:
        site.publish({"a.html": b"2"})
    assert str(caught.value) == (
        "output/a.html: This cannot be written: No space left on device. "
        "Make room on the disk and build again."
    )
    assert site.files() == {"a.html": b"1"}


def test_a_page_never_names_an_asset_that_is_not_there_at_any_step(tmp_path: Path) -> None:
    """Pages and their style sheet change together; each page there is finds the sheet that it names."""
    for number in range(1, 12):
        site = Site(tmp_path / str(number))
        site.publish({"a.html": b"1.css", "b.html": b"1.css", "1.css": b""})
        with pytest.MonkeyPatch.context() as patch, suppress(Killed):
            Stopper(number, Killed()).install(patch, site)
            site.publish({"a.html": b"2.css", "b.html": b"2.css", "2.css": b""})
        for page in site.output.glob("*.html"):
            assert (site.output / page.read_text()).exists()


def test_a_page_that_goes_does_not_outlive_the_asset_that_it_names_at_any_step(tmp_path: Path) -> None:
    for number in range(1, 12):
        site = Site(tmp_path / str(number))
        site.publish({"a.html": b"1.css", "z.html": b"1.css", "1.css": b""})
        with pytest.MonkeyPatch.context() as patch, suppress(Killed):
            Stopper(number, Killed()).install(patch, site)
            site.publish({"a.html": b"2.css", "2.css": b""})
        for page in site.output.glob("*.html"):
            assert (site.output / page.read_text()).exists()


NAMES = st.sampled_from(["a", "b", "c.html", "d.xml", "é"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)


@st.composite
def plans(draw: st.DrawFn) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for path, data in draw(st.dictionaries(PATHS, st.binary(max_size=2), max_size=6)).items():
        if not any(path.startswith(f"{other}/") or other.startswith(f"{path}/") for other in files):
            files[path] = data
    return files


@settings(max_examples=80, deadline=None)
@given(steps=st.lists(plans(), min_size=1, max_size=6), theirs=plans(), at=st.integers(0, 5))
def test_any_sequence_of_plans_leaves_the_last_one_and_the_files_of_others(
    tmp_path_factory: pytest.TempPathFactory, steps: list[dict[str, bytes]], theirs: dict[str, bytes], at: int
) -> None:
    """Where a plan meets others' files, it is refused, and the folder stays as it was."""
    site = Site(tmp_path_factory.mktemp("site"))
    kept: dict[str, bytes] = {}
    published: dict[str, bytes] = {}
    for number, plan in enumerate(steps):
        if number == min(at, len(steps) - 1):
            kept = {path: data for path, data in theirs.items() if not meets(path, published)}
            put(site.output, kept)
        if any(meets(path, kept) for path in plan):
            kept_before = tree(site.output)
            try:
                site.publish(plan)
            except SiteError:
                assert tree(site.output) == kept_before
                continue
            # Only files with the very same bytes may meet; they are ours from now on.
            assert all(kept.get(path, data) == data for path, data in plan.items())
            kept = {path: data for path, data in kept.items() if path not in plan}
        else:
            site.publish(plan)
        published = plan
        assert site.files() == {**plan, **kept}
        assert site.manifest().keys() == plan.keys()


def meets(path: str, files: dict[str, bytes]) -> bool:
    """Whether a file of this path would lie where one of the files, or a folder on its way, lies."""
    return any(
        path == other or path.startswith(f"{other}/") or other.startswith(f"{path}/") for other in files
    )


def test_the_digests_in_the_manifest_are_those_of_the_published_bytes(site: Site) -> None:
    site.publish({"a.html": b"a", "b/c.css": b"c"})
    for path, digest in site.manifest().items():
        assert digest_bytes((site.output / path).read_bytes()) == digest


# Files that are there already


def there(path: str, data: bytes) -> Staged:
    """A file that is known to lie in the output folder, and was not made again."""
    return Staged(path, digest_bytes(data), len(data), there=True)


def publish_again(
    site: Site, kept: dict[str, bytes], new: dict[str, bytes], known: Mapping[str, Stamp] | None = None
) -> Written:
    """Publish with some files that are there already."""
    with staging(site.output, site.folder / "cache") as folder:
        files = [there(path, data) for path, data in kept.items()]
        files += [stage(folder, path, data) for path, data in new.items()]
        return publish(files, folder, site.output, known)


def looks(site: Site, files: dict[str, bytes]) -> dict[str, Stamp]:
    """What published files look like."""
    return stamps(site.output, [(path, digest_bytes(data)) for path, data in files.items()])


OLD = {"a.html": b"a", "blog/b.html": b"b"}


def test_files_that_are_there_are_neither_staged_nor_touched(site: Site) -> None:
    site.publish({**OLD, "gone.html": b""})
    before = looks(site, OLD)
    written = publish_again(site, OLD, {"c.html": b"c"})
    assert (written.written, written.unchanged, written.removed) == (("c.html",), 2, ("gone.html",))
    assert site.files() == {**OLD, "c.html": b"c"}
    assert sorted(site.manifest()) == ["a.html", "blog/b.html", "c.html"]
    assert looks(site, OLD) == before


def test_a_file_that_is_there_is_not_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.publish({**OLD, "c.html": b"c"})
    read = count_readings(monkeypatch)
    publish_again(site, OLD, {"c.html": b"c"})
    assert read == ["c.html"]


def count_readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read from now on to know their digests."""
    read: list[str] = []

    def digest(path: Path) -> tuple[Digest, int]:
        read.append(path.name)
        data = path.read_bytes()
        return digest_bytes(data), len(data)

    monkeypatch.setattr(sys.modules[publish.__module__], "digest_file", digest)
    return read


def change(path: Path) -> None:
    path.write_bytes(b"?")


def grow(path: Path) -> None:
    path.write_bytes(b"something longer")


MEANWHILE = (
    "output/a.html: Somebody changed or removed this file while the site was being built. Build again."
)
STRANGER = "output/a.html: Here lies a file that is not sitegen's."


@pytest.mark.parametrize(
    ("harm", "message"), [(change, STRANGER), (grow, STRANGER), (Path.unlink, MEANWHILE)]
)
def test_a_file_that_is_not_in_the_list_is_looked_at_though_it_was_there(
    site: Site, harm: Callable[[Path], None], message: str
) -> None:
    """One that was changed may be a stranger's then. Nothing is touched."""
    site.publish({"b.html": b"b"})
    put(site.output, {"a.html": b"a"})
    assert publish_again(site, {"a.html": b"a"}, {"b.html": b"b"}).unchanged == 2
    pretend_owned(site, "a.html", owned=False)
    harm(site.output / "a.html")
    before = tree(site.output)
    with pytest.raises(SiteError) as caught:
        publish_again(site, {"a.html": b"a"}, {"b.html": b"new"})
    assert str(caught.value).startswith(message)
    assert tree(site.output) == before


@pytest.mark.parametrize("harm", [change, grow, Path.unlink], ids=["changed", "grown", "removed"])
@pytest.mark.parametrize("known", [True, False])
def test_where_all_has_to_be_looked_at_what_changed_meanwhile_is_told(
    site: Site, harm: Callable[[Path], None], known: bool
) -> None:
    """That is where a file goes whose name is, in other case, that of one which is there."""
    site.publish(OLD)
    pretend_owned(site, "A.HTML")
    before = looks(site, OLD) if known else {}
    harm(site.output / "a.html")
    with pytest.raises(SiteError) as caught:
        publish_again(site, OLD, {"c.html": b"c"}, before)
    assert str(caught.value) == MEANWHILE
    assert not (site.output / "c.html").exists()


def case_counts(site: Site) -> bool:
    """Whether two names that differ by case are two files on this disk."""
    put(site.folder, {"case": b""})
    return not (site.folder / "CASE").exists()


def pretend_owned(site: Site, path: str, *, owned: bool = True) -> None:
    """Write a path into the manifest, as if it had been published, or take it out."""
    manifest = json.loads((site.output / MANIFEST).read_bytes())
    files = {**manifest["files"], path: digest_bytes(b"other")}
    manifest["files"] = {name: files[name] for name in sorted(files) if owned or name != path}
    (site.output / MANIFEST).write_text(json.dumps(manifest))


def test_a_twin_in_other_case_that_goes_does_not_take_the_file_that_stays_with_it(site: Site) -> None:
    """On a disk where case does not count they are one file; here a second name for it stands for that."""
    site.publish({"Post/i.html": b"x"})
    (site.output / "post").mkdir()
    os.link(site.output / "Post/i.html", site.output / "post/i.html")
    pretend_owned(site, "post/i.html")
    with pytest.raises(SiteError, match=r"post/i.html: Somebody changed or removed this file while"):
        publish_again(site, {"post/i.html": b"x"}, {})
    assert (site.output / "post/i.html").read_bytes() == b"x"


def test_a_twin_in_other_case_that_is_a_file_of_its_own_goes_and_the_other_stays(site: Site) -> None:
    if not case_counts(site):
        return
    site.publish({"post/i.html": b"x"})
    put(site.output, {"Post/i.html": b"other"})
    pretend_owned(site, "Post/i.html")
    written = publish_again(site, {"post/i.html": b"x"}, {})
    assert (written.removed, written.unchanged) == (("Post/i.html",), 1)
    assert site.files() == {"post/i.html": b"x"}


# Files whose looks are known


def test_a_file_that_looks_as_before_is_not_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.publish(OLD)
    known = looks(site, OLD)
    read = count_readings(monkeypatch)
    written = publish_again(site, {}, {**OLD, "c.html": b"c"}, known)
    assert read == []
    assert (written.written, written.unchanged) == (("c.html",), 2)


@pytest.mark.parametrize("planned", [b"a", b"x"])
def test_a_file_that_no_longer_looks_as_before_is_read_and_put_right(
    site: Site, monkeypatch: pytest.MonkeyPatch, planned: bytes
) -> None:
    site.publish(OLD)
    known = looks(site, OLD)
    put(site.output, {"a.html": b"?!"})
    put(site.output, {"a.html": b"x"})
    os.utime(site.output / "a.html", ns=(0, 0))
    read = count_readings(monkeypatch)
    written = publish_again(site, {}, {**OLD, "a.html": planned}, known)
    assert read == ["a.html"]
    assert written.written == (("a.html",) if planned == b"a" else ())
    assert site.files() == {**OLD, "a.html": planned}


def test_a_file_that_looks_as_before_is_written_if_other_bytes_are_planned(site: Site) -> None:
    site.publish(OLD)
    written = publish_again(site, {}, {**OLD, "a.html": b"A"}, looks(site, OLD))
    assert written.written == ("a.html",)
    assert site.files() == {**OLD, "a.html": b"A"}


# New folders


NEW = {"blog/a/index.html": b"a", "blog/b/index.html": b"b", "blog/index.html": b"c", "index.html": b"d"}


def test_a_new_folder_is_published_in_one_step(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    watch(monkeypatch, "replace", lambda path: steps.append(path.relative_to(site.output).as_posix()), site)
    site.publish(NEW)
    assert steps == [MANIFEST, "blog", "index.html"]
    assert site.files() == NEW


def test_where_a_whole_folder_cannot_be_moved_its_files_are(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []

    def refuse(path: Path) -> None:
        steps.append(path.relative_to(site.output).as_posix())
        if path.name == "blog":
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    watch(monkeypatch, "replace", refuse, site)
    written = site.publish(NEW)
    assert steps == [MANIFEST, "blog", *sorted(NEW)]
    assert site.files() == NEW
    assert written.written == tuple(sorted(NEW))


def test_a_folder_that_somebody_filled_meanwhile_is_filled_up_file_by_file(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def be_faster(path: Path) -> None:
        if path.name == "blog":
            put(site.output, {"blog/CNAME": b"theirs"})

    watch(monkeypatch, "replace", be_faster, site)
    site.publish(NEW)
    assert site.files() == {**NEW, "blog/CNAME": b"theirs"}


def test_where_the_files_of_a_folder_cannot_be_moved_either_it_is_told_why(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        if "blog" in path.parts:
            raise FULL

    watch(monkeypatch, "replace", refuse, site)
    with pytest.raises(SiteError) as caught:
        site.publish(NEW)
    assert str(caught.value) == (
        "output/blog/a/index.html: This cannot be written: No space left on device. "
        "Make room on the disk and build again."
    )


def test_a_folder_of_assets_and_pages_is_published_file_by_file(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    watch(monkeypatch, "replace", lambda path: steps.append(path.relative_to(site.output).as_posix()), site)
    site.publish({"trip/index.html": b"", "trip/cat.jpg": b"", "a.html": b""})
    assert steps == [MANIFEST, "trip/cat.jpg", "a.html", "trip/index.html"]


def test_what_is_not_published_of_a_new_folder_stays_where_it_is_staged(site: Site) -> None:
    """Of two that claim one path, say, neither is published."""
    with staging(site.output, site.folder / "cache") as folder:
        file = stage(folder, "blog/a/index.html", b"a")
        stage(folder, "blog/b/index.html", b"b")
        discard(folder, "blog/b/index.html")
        publish([file], folder, site.output)
    assert site.files() == {"blog/a/index.html": b"a"}


def test_a_file_that_was_staged_aside_comes_with_the_new_folder_that_it_lies_in(site: Site) -> None:
    """It lies aside because a file that is not published after all was in its way."""
    with staging(site.output, site.folder / "cache") as folder:
        stage(folder, "x/about", b"a file")
        files = [stage(folder, "x/about/index.html", b"a page"), stage(folder, "x/other.html", b"other")]
        discard(folder, "x/about")
        publish(files, folder, site.output)
    assert site.files() == {"x/about/index.html": b"a page", "x/other.html": b"other"}
