"""The pipeline with its cache and its session: what stays from build to build decides nothing."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest

from sitegen.build import Options, Session, build, survey
from sitegen.digest import digest_bytes
from sitegen.engine.store import Store
from sitegen.model.report import BuildReport
from sitegen.stages.write import intact
from tests.test_build import NOW, SECRET, Site

CACHE = ".sitegen/cache.db"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site of a few posts."""
    folder = tmp_path / "site"
    folder.mkdir()
    made = Site(folder)
    for number in range(3):
        made.post(f"p{number}", f"Text {number}, see [another](p{(number + 1) % 3}.md).", tags=["x"])
    made.page("about")
    return made


def options(site: Site, **more: Any) -> Options:
    return Options(**{"site": site.folder, "output": site.output, "now": NOW, "jobs": 1, **more})


def runs(report: BuildReport) -> dict[str, tuple[int, int]]:
    """Of each stage how often it ran, and how often a result of before was taken."""
    return {one.name: (one.run, one.reused) for one in report.stages}


def edited(site: Site) -> None:
    site.post("p1", "Another text.", tags=["x"])


def cold(site: Site) -> dict[str, bytes]:
    """What a build from nothing makes of the site."""
    other = Site.__new__(Site)
    other.folder, other.output = site.folder, site.folder.parent / "cold"
    build(options(other, cold=True))
    files = other.files()
    shutil.rmtree(other.output)
    return files


# A cache that is not what was written


@contextmanager
def refused(number: int) -> Iterator[None]:
    """The system does not open the cache."""
    real = os.open

    def opening(path: Any, flags: int, *more: Any, **others: Any) -> int:
        if str(path).endswith("cache.db"):
            raise OSError(number, os.strerror(number))
        return real(path, flags, *more, **others)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "open", opening)
        yield


@contextmanager
def writes_refused(file: Path) -> Iterator[None]:
    """The cache can be read, and nothing can be written into it."""
    real = sqlite3.connect

    def connect(path: Any, *more: Any, **others: Any) -> sqlite3.Connection:
        database: sqlite3.Connection = real(path, *more, **others)
        if path:
            database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            database.execute("PRAGMA query_only = ON")
        return database

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect)
        yield


@contextmanager
def full(file: Path) -> Iterator[None]:
    """The disk takes no more of the cache."""
    real = sqlite3.connect

    def connect(path: Any, *more: Any, **others: Any) -> sqlite3.Connection:
        database: sqlite3.Connection = real(path, *more, **others)
        if path:
            database.execute("PRAGMA max_page_count = 1")
        return database

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect)
        yield


@contextmanager
def busy(file: Path) -> Iterator[None]:
    """Another program writes into the cache all the time."""
    with pytest.MonkeyPatch.context() as patch, closing(sqlite3.connect(file)) as other:
        patch.setattr("sitegen.engine.store.PATIENCE", 0.01)
        other.execute("BEGIN IMMEDIATE")
        yield


def other_tables(file: Path) -> None:
    """A database of another program."""
    file.unlink()
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE result (what TEXT)")


def wrong_values(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE result SET value = x'7b7d'")
        database.execute("UPDATE blob SET data = x'00'")


def swapped(file: Path) -> None:
    """Each result lies under the key of another."""
    with closing(sqlite3.connect(file)) as database, database:
        rows = database.execute("SELECT key, proof, value FROM result ORDER BY key").fetchall()
        for (key, _, _), (_, proof, value) in zip(rows, rows[1:] + rows[:1], strict=True):
            database.execute("UPDATE result SET proof = ?, value = ? WHERE key = ?", (proof, value, key))


def no_blobs(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("DELETE FROM blob")


def in_its_place(make: Callable[[Path], object]) -> Callable[[Path], object]:
    """Something else lies where the cache was."""

    def change(file: Path) -> None:
        file.unlink()
        make(file)

    return change


HARMS: dict[str, Callable[[Path], object]] = {
    "whole": lambda _file: None,
    "gone": Path.unlink,
    "empty": lambda file: file.write_bytes(b""),
    "cut": lambda file: os.truncate(file, file.stat().st_size // 2),
    "no database": lambda file: file.write_bytes(b"no database" * 999),
    "another program's": other_tables,
    "with other values": wrong_values,
    "with results that were swapped": swapped,
    "without texts": no_blobs,
    "a folder": in_its_place(Path.mkdir),
    "a pipe": in_its_place(os.mkfifo),
    "a link to nowhere": in_its_place(lambda file: file.symlink_to("gone")),
}
SIEGES: dict[str, Callable[[Path], Any]] = {
    "read-only for us": lambda _file: refused(errno.EACCES),
    "on a disk that is read-only": lambda _file: refused(errno.EROFS),
    "read-only once it is open": writes_refused,
    "on a full disk": full,
    "written by another program": busy,
}


@pytest.mark.parametrize("name", HARMS)
def test_whatever_the_cache_is_the_output_is_the_same_and_nothing_is_said(site: Site, name: str) -> None:
    site.build()
    edited(site)
    HARMS[name](site.folder / CACHE)
    report = site.build()
    assert report.problems == ()
    assert site.files() == cold(site)
    again = site.build()
    assert (again.problems, again.result.written, again.result.removed) == ((), (), ())


STAYING = ("a folder", "a link to nowhere", "without texts")
"""What is nobody's to remove, and what is noticed only once a text is needed."""


@pytest.mark.parametrize("name", [name for name in HARMS if name not in STAYING])
def test_a_cache_that_was_bad_is_a_good_one_after_the_next_build(site: Site, name: str) -> None:
    site.build()
    HARMS[name](site.folder / CACHE)
    site.build()
    assert runs(site.build())["read"] == (0, 0), "nothing is read where nothing changed"
    edited(site)
    assert runs(site.build())["read"] == (1, 3)


@pytest.mark.parametrize("name", SIEGES)
@pytest.mark.parametrize("made_before", [True, False], ids=["with a cache", "with an empty one"])
def test_a_cache_that_cannot_be_used_makes_no_difference_either(
    site: Site, name: str, made_before: bool
) -> None:
    if made_before:
        site.build()
    else:
        (site.folder / ".sitegen").mkdir()
        Store(site.folder / CACHE).close()
    edited(site)
    expected = cold(site)
    with ExitStack() as siege:
        siege.enter_context(SIEGES[name](site.folder / CACHE))
        report = site.build()
        assert (report.problems, site.files()) == ((), expected)
        again = site.build()
        assert (again.problems, again.result.written) == ((), ())
        # Nothing could be remembered: else this test would show nothing.
        assert runs(again)["read"][0] > 0
    assert site.files() == expected
    assert site.build().result.written == ()


# A cold build, a survey


def test_a_cold_build_neither_takes_nor_leaves_anything(site: Site) -> None:
    assert runs(site.build(cold=True))["read"] == (4, 0)
    assert not (site.folder / CACHE).exists()
    site.build()
    before = (site.folder / CACHE).read_bytes()
    edited(site)
    report = site.build(cold=True)
    assert runs(report)["read"] == (4, 0)
    assert runs(report)["render"][1] == 0
    assert (site.folder / CACHE).read_bytes() == before
    assert site.files() == cold(site)


def surveyed(site: Site) -> list[str]:
    """The steps that a survey had to take."""
    steps: list[str] = []
    found = survey(options(site), lambda name, _done, _all: steps.append(name))
    assert [post.teaser.title for post in found.site.posts] == ["p0", "p1", "p2"]
    assert found.related["posts/p0"]
    return steps


def test_a_survey_makes_no_cache(site: Site) -> None:
    assert set(surveyed(site)) == {"Reading"}
    assert not (site.folder / ".sitegen").exists()


def test_a_survey_uses_a_cache_that_is_there(site: Site) -> None:
    site.build()
    assert surveyed(site) == []
    edited(site)
    assert surveyed(site) == ["Reading"]


def test_a_survey_goes_well_with_a_cache_that_is_damaged(site: Site) -> None:
    site.build()
    wrong_values(site.folder / CACHE)
    assert set(surveyed(site)) == {"Reading"}


# Sessions


def test_a_session_keeps_its_workers_and_ends_them(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sitegen.build.reading.FEW", 0)
    with Session(site.folder, 2) as session:
        build(options(site, jobs=2), session=session)
        workers = {process.pid for process in active_children()}
        assert workers
        for number in range(3):
            site.post(f"p{number}", f"Another text {number}.", tags=["x"])
        report = build(options(site, jobs=2), session=session)
        assert runs(report)["read"] == (3, 1)
        assert {process.pid for process in active_children()} == workers
    assert not workers & {process.pid for process in active_children()}
    assert site.files() == cold(site)


def test_a_session_in_which_little_is_done_starts_no_workers(site: Site) -> None:
    before = active_children()
    with Session(site.folder, 2) as session:
        build(options(site, jobs=2), session=session)
        assert active_children() == before


def test_a_session_takes_what_its_earlier_builds_made(site: Site) -> None:
    with Session(site.folder) as session:
        assert runs(build(options(site), session=session))["read"] == (4, 0)
        edited(site)
        assert runs(build(options(site), session=session))["read"] == (1, 3)
        (site.folder / "content/about.md").unlink()
        build(options(site), session=session)
    assert site.files() == cold(site)
    edited(site)
    assert runs(site.build())["read"][0] == 0


def test_a_session_goes_on_without_a_cache_that_is_damaged_twice(site: Site) -> None:
    with Session(site.folder) as session:
        for number in range(3):
            site.post("p0", f"Text number {number}.", tags=["x"])
            report = build(options(site), session=session)
            assert report.problems == ()
            assert site.files() == cold(site)
            session.store.commit()
            with suppress(sqlite3.Error, OSError):
                wrong_values(site.folder / CACHE)


def test_a_build_that_fails_leaves_the_session_usable(site: Site) -> None:
    with Session(site.folder) as session:
        build(options(site), session=session)
        site.post("p0", "[gone](gone.md)")
        before = site.files()
        with pytest.raises(Exception, match=r"gone\.md"):
            build(options(site), session=session)
        assert site.files() == before
        edited(site)
        site.post("p0", "Mended.")
        build(options(site), session=session)
    assert site.files() == cold(site)


def empty(cache: Path) -> None:
    """Throw away all that is in a cache, as another build may that needs none of it."""
    with closing(sqlite3.connect(cache)) as database, database:
        database.executescript("DELETE FROM result; DELETE FROM blob;")


@pytest.mark.parametrize("edit", [edited, lambda site: site.write("templates/post.html", "{{ body }}!")])
def test_what_a_session_has_at_hand_is_dropped_where_the_cache_has_lost_what_it_speaks_of(
    site: Site, edit: Callable[[Site], None]
) -> None:
    with Session(site.folder, settles_later=True) as session:
        build(options(site), session=session)
        session.settle()
        empty(site.folder / CACHE)
        edit(site)
        build(options(site), session=session)
        assert session.damaged == 0
    assert site.files() == cold(site)


def test_a_session_does_not_look_again_at_what_it_alone_writes_unless_it_is_gone(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Path] = []

    def noted(output: Path, stamps: Any) -> set[str]:
        looked.append(output)
        return intact(output, stamps)

    monkeypatch.setattr("sitegen.build.record.intact", noted)
    with Session(site.folder, settles_later=True) as session:
        build(options(site), session=session)
        looked.clear()
        edited(site)
        build(options(site), session=session)
        assert looked == []
        assert site.files() == cold(site)
        shutil.rmtree(site.output)
        looked.clear()
        build(options(site), session=session)
        assert looked != []
        assert site.files() == cold(site)


def test_what_a_session_notes_down_is_written_when_it_settles(site: Site) -> None:
    with Session(site.folder, settles_later=True) as session:
        build(options(site), session=session)
        assert runs(build(options(site), session=session))["render"][0] == 0
        # To another session the output is one of which it knows nothing.
        assert runs(site.build())["plan"][0] > 0
        edited(site)
        build(options(site), session=session)
        session.settle()
    assert runs(site.build())["plan"] == (0, 0)
    assert site.files() == cold(site)


# What is no longer public


def unpacked(data: bytes) -> Iterator[bytes]:
    """What is packed with zlib or gzip anywhere in these bytes."""
    for start in range(len(data)):
        if data[start : start + 1] in (b"\x78", b"\x1f"):
            with suppress(zlib.error):
                yield zlib.decompressobj(47).decompress(data[start:], 100_000)


def remembered(site: Site, *words: bytes) -> list[str]:
    """The files of the cache in which a word stands, plain or packed."""
    found = []
    for path in sorted((site.folder / ".sitegen").rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            if any(word in one for word in words for one in (data, *unpacked(data))):
                found.append(path.name)
    return found


def test_a_public_text_is_remembered(site: Site) -> None:
    """Else the next tests would show nothing."""
    site.post("p0", SECRET, tags=["x"])
    site.build()
    assert remembered(site, SECRET.encode()) == ["cache.db"]


@pytest.mark.parametrize("again", [False, True], ids=["at once", "and built again"])
def test_a_post_that_becomes_one_for_members_leaves_nothing_of_its_text_in_the_cache(
    site: Site, again: bool
) -> None:
    """Neither the text that was public before, nor a bare digest of it, which would confirm a guess."""
    front = {"title": "p0", "date": "2024-05-09", "tags": ["x"]}
    site.write("content/posts/p0.md", f"{json.dumps(front)}\n{SECRET}\n")
    site.build()
    bare = digest_bytes((site.folder / "content/posts/p0.md").read_bytes())
    site.write("content/posts/p0.md", f"{json.dumps({**front, 'access': 'members'})}\n{SECRET}\n")
    site.build()
    if again:
        site.build()
    assert site.holds(SECRET) == []
    assert remembered(site, SECRET.encode(), bare.encode(), bytes.fromhex(bare)) == []


# A build that was killed


@pytest.mark.parametrize("published", [True, False], ids=["and published", "and not yet published"])
def test_what_a_killed_build_began_is_removed_though_the_site_is_what_it_was(
    site: Site, published: bool
) -> None:
    """It named new files in the manifest, and perhaps put them there; then the edit was undone."""
    site.build()
    before, marker = site.files(), site.output / "sitegen-manifest.json"
    named = json.loads(marker.read_bytes())
    begun = {**named["files"], "blog/new/index.html": digest_bytes(b"new")}
    if published:
        site.write("output/blog/new/index.html", "new")
    marker.write_text(json.dumps({**named, "files": begun}))
    report = site.build()
    assert site.files() == before
    assert json.loads(marker.read_bytes()) == named
    assert report.result.removed == (("blog/new/index.html",) if published else ())
    assert not (site.output / "blog/new").exists()
