"""A warm build and a cold build give the same bytes: after any edits, with any number of processes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sitegen.adapters.deadline import Overdue
from sitegen.adapters.files import digest_file
from sitegen.digest import Digest, digest_bytes
from sitegen.engine.pool import Pool
from sitegen.errors import Problem
from sitegen.model.report import BuildReport
from tests.edits import (
    CACHE,
    FILES,
    HIDDEN,
    KEY_FILE,
    KEY_FILES,
    KINDS,
    LARGEST,
    MANIFEST,
    SECTIONS,
    Edit,
    Outcome,
    World,
    cache_files,
    damage,
    flip_letter,
    random_steps,
    tree,
)

ROOT = Path(__file__).parents[1]
EXAMPLES = int(os.environ.get("SITEGEN_EXAMPLES", "0"))
"""How many random sequences to try, other ones each time; without it a few that are always the same."""
SLOW = " ".join("`" * length for length in range(1, 1500))
"""A text that takes the Markdown library far longer than it may."""

Cold = tuple[Outcome, dict[str, bytes]]
_cold: dict[str, Cold] = {}
"""Cold builds by what they were made from."""


def cold_build(world: World) -> Cold:
    """What a build in a fresh folder gives, with one process."""
    settings = (world.now, sorted(world.flags.items()), world.place)
    digest = hashlib.sha256(repr(settings).encode())
    for path in [*world.inputs(), *world.folder.glob(KEY_FILE)]:
        data = path.read_bytes()
        digest.update(f"{path.relative_to(world.folder)} {len(data)} ".encode() + data)
    key = digest.hexdigest()
    if key not in _cold:
        with tempfile.TemporaryDirectory() as name:
            other = world.copy(Path(name), with_output=False)
            outcome, _ = other.build()
            _cold[key] = outcome, other.files()
    return _cold[key]


def check(world: World, jobs: int = 1) -> bool:
    """Build where the site lies: as if nothing had been built before; whether it went well.

    What is for members alone is then in no file that the build made.
    """
    well = _check(world, jobs)
    if well and not world.is_hosted:
        made = (tree(folder) for folder in (world.output, world.folder / CACHE) if folder.is_dir())
        assert [path for files in made for path, data in files.items() if HIDDEN in data] == []
    return well


def _check(world: World, jobs: int) -> bool:
    expected, published = cold_build(world)
    before = world.files()
    if world.meddled:
        return _check_meddled(world, published, jobs)
    outcome, report = world.build(jobs)
    assert outcome == expected
    after = world.files()
    if report is None:
        assert after == before
        return False
    assert _own(after, report) == published
    assert set(after) - set(published) == set(before) - set(published) - _named(before)
    return True


def _check_meddled(world: World, published: dict[str, bytes], jobs: int) -> bool:
    """What a hand did to the output is put right or is an error: as without any cache."""
    before = world.files()
    with tempfile.TemporaryDirectory() as name:
        other = world.copy(Path(name), with_output=True)
        expected, told = other.build()
        wanted = other.files()
    outcome, report = world.build(jobs)
    assert outcome == expected
    after = world.files()
    assert after == wanted
    if report is None or told is None:
        assert after == before
        return False
    assert report.result == told.result
    assert _own(after, report) == published
    return True


def _own(files: dict[str, bytes], report: BuildReport) -> dict[str, bytes]:
    """The files that are sitegen's."""
    own = {path for path, _ in report.result.manifest.files} | {MANIFEST}
    return {path: data for path, data in files.items() if path in own}


def _named(files: dict[str, bytes]) -> set[str]:
    """The paths that the manifest among these files names."""
    return set(json.loads(files[MANIFEST])["files"]) if MANIFEST in files else set()


def run(world: World, steps: Iterable[tuple[Edit, ...]], jobs: int = 1) -> int:
    """Take the steps one by one, each with a build that is checked; how many of the builds went well."""
    well = int(check(world, jobs))
    for edits in steps:
        world.edit(edits)
        well += check(world, jobs)
    times = {path: path.stat().st_mtime_ns for path in world.output.rglob("*")}
    _, again = world.build(jobs)
    if again is not None:
        assert again.result.written == again.result.removed == ()
    assert {path: path.stat().st_mtime_ns for path in world.output.rglob("*")} == times
    return well


def rewrite(world: World, number: int) -> None:
    """Give a post to which nothing links a text that it has not had before."""
    world.edit_post((0, 3, 4, 5)[number % 4], lambda _front, _body: f"Text number {number}.", number % 2)


@pytest.fixture
def world(tmp_path: Path) -> World:
    folder = tmp_path / "site"
    folder.mkdir()
    return World(folder)


# Random edits


@pytest.fixture(scope="module")
def workers() -> Iterator[Executor]:
    """Four processes that stay: to start them for each build would take most of the time."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["sitegen.build"])
    with ProcessPoolExecutor(4, mp_context=context) as executor:
        yield executor


NUMBERS = st.integers(0, LARGEST)
EDITS = st.builds(Edit, st.sampled_from(KINDS), NUMBERS, NUMBERS, st.integers(0, 3))
STEPS = st.lists(st.lists(EDITS, min_size=1, max_size=3).map(tuple), min_size=4, max_size=10)


def random_edits(count: int) -> settings:
    """As many sequences, or as many as the environment asks for. A module of workers is shared by all."""
    return settings(
        max_examples=EXAMPLES or count,
        derandomize=not EXAMPLES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def _run_fresh(steps: list[tuple[Edit, ...]], jobs: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "site"
        folder.mkdir()
        run(World(folder), steps, jobs)


@random_edits(45)
@given(steps=STEPS)
def test_after_any_edits_a_warm_build_is_a_cold_one(steps: list[tuple[Edit, ...]]) -> None:
    _run_fresh(steps, 1)


@random_edits(10)
@given(steps=STEPS)
def test_after_any_edits_a_warm_build_by_four_processes_is_a_cold_one(
    workers: Executor, steps: list[tuple[Edit, ...]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sitegen.build.shop.Pool", partial(Pool, executor=workers))
        _run_fresh(steps, 4)


def test_every_kind_of_edit_is_made_and_most_builds_go_well(world: World) -> None:
    """Else the random edits would show little."""
    steps = [(edit,) for edit in _each_kind_once()]
    assert len(steps) / 2 < run(world, steps) < len(steps)


def _each_kind_once() -> Iterator[Edit]:
    for number, kind in enumerate(sorted(set(KINDS))):
        yield Edit(kind, number, 1, number % 4)


MEMBERS = [
    *("members", "members", "members", "members edit", "members edit", "members edit", "clock"),
    *("post: access", "post: title", "post: tags", "setting: members", "text", "file", "old cache"),
    *("gated file", "gated file", "delete", "rename", "post: slug"),
    *("edit output", "damage cache", "place", "mend"),
]


@pytest.mark.parametrize("seed", range(6))
def test_after_any_edits_that_concern_members_a_warm_build_is_a_cold_one(
    tmp_path: Path, workers: Executor, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Sealed texts and files, the list of members, keys that come, go and change."""
    monkeypatch.setattr("sitegen.build.shop.Pool", partial(Pool, executor=workers if seed % 2 else None))
    folder = tmp_path / "site"
    folder.mkdir()
    world = World(folder)
    world.members(KEY_FILES[2])
    for number in range(3):
        Edit("members edit", number, number).apply(world)
    steps = random_steps(seed, 30, MEMBERS)
    assert run(world, steps, 4 if seed % 2 else 1) > 12


def test_with_the_default_theme_too_a_warm_build_is_a_cold_one(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    kinds = ["theme", "theme", "text", "post: title", "post: tags", "setting", "clock", "mend", "edit output"]
    assert run(World(folder, 3, own_theme=False), random_steps(7, 8, kinds)) > 4


PROGRAM = """
import hashlib, sys
from pathlib import Path
from sitegen.engine import pool
from tests.edits import World, random_steps

if __name__ == "__main__":
    pool.FEW = 0
    world = World(Path(sys.argv[1]))
    for edits in random_steps(int(sys.argv[3]), int(sys.argv[4])):
        world.edit(edits)
        outcome, _ = world.build(int(sys.argv[2]))
        print(hashlib.sha256(repr((outcome, sorted(world.files().items()))).encode()).hexdigest(), outcome)
"""


def test_a_long_sequence_of_edits_gives_the_same_with_other_processes_and_another_hash_seed(
    tmp_path: Path,
) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    told = []
    for seed, jobs, folder in (("0", "1", "a/site"), ("1", "4", "b/site")):
        (tmp_path / folder).mkdir(parents=True)
        done = subprocess.run(
            [sys.executable, str(tmp_path / "program.py"), str(tmp_path / folder), jobs, "11", "12"],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        told.append(done.stdout.splitlines())
    assert told[0] == told[1]
    assert len(told[0]) == 12
    assert sum("failed=''" in line for line in told[0]) > 5


# A cache that is damaged, old or another's


def test_a_damaged_cache_is_an_empty_cache(world: World) -> None:
    """Whatever happens to any file in it, at any place: the same output, no word of it, and nothing to do."""
    assert run(world, [(Edit("text", 0, 1),), (Edit("post: tags", 2, 2),)]) == 3
    random = Random(1)
    for round_ in range(42):
        files = cache_files(world)
        if files:
            damage(files[round_ % len(files)], round_ // 2, random.getrandbits(32))
        else:  # folders lie in the place of all of them
            Edit("drop cache").apply(world)
        if round_ % 3 == 0:
            rewrite(world, round_)
        assert check(world)


def test_a_cache_in_which_a_bit_flipped_is_never_believed(world: World) -> None:
    """The bits are those of what a cache may hold: of texts, of digests, of tables."""
    assert check(world)
    random = Random(2)
    for round_ in range(24):
        for path in cache_files(world):
            damage(path, 0, random.getrandbits(32))
        rewrite(world, round_)
        assert check(world)


def test_every_file_of_the_cache_may_be_bad_at_once(world: World) -> None:
    assert check(world)
    for mode in range(6):
        for path in cache_files(world):
            damage(path, mode, 9)
        rewrite(world, mode)
        assert check(world)


def test_what_a_database_leaves_beside_itself_when_it_dies_does_no_harm(world: World) -> None:
    assert check(world)
    for round_ in range(4):
        for path in cache_files(world):
            for ending in ("-journal", "-wal", "-shm"):
                path.with_name(path.name + ending).write_bytes(Random(round_).randbytes(5000))
        rewrite(world, round_)
        assert check(world)


@pytest.mark.parametrize("kind", ["a file", "a link to nowhere", "a link to elsewhere", "an empty folder"])
def test_whatever_lies_where_the_cache_belongs_the_site_is_built(world: World, kind: str) -> None:
    assert check(world)
    cache = world.folder / CACHE
    shutil.rmtree(cache)
    if kind == "a file":
        cache.write_text("x")
    elif kind == "an empty folder":
        cache.mkdir()
    else:
        elsewhere = world.folder.parent / "elsewhere"
        if kind == "a link to elsewhere":
            elsewhere.mkdir()
        cache.symlink_to(elsewhere)
    for number in range(3):
        rewrite(world, number)
        assert check(world)


def test_the_cache_of_another_site_does_no_harm(world: World) -> None:
    """Its posts have the names of ours."""
    other = world.copy(world.folder.parent / "other", with_output=False)
    assert run(other, [(Edit("text", number, 1), Edit("post: title", number)) for number in (0, 3, 4)]) == 4
    assert check(world)
    shutil.rmtree(world.folder / CACHE)
    shutil.copytree(other.folder / CACHE, world.folder / CACHE)
    assert check(world)
    assert check(other)


def test_a_site_that_is_moved_or_copied_with_its_cache_is_built_as_before(world: World) -> None:
    assert check(world)
    for number, copied in enumerate((False, True)):
        folder = world.folder.parent / f"place {number}"
        if copied:
            # As `cp -r` does: all files are new, and none has the time of its last change.
            shutil.copytree(world.folder, folder, copy_function=shutil.copyfile)
        else:
            world.folder.rename(folder)
        world.folder = folder
        assert check(world)
        rewrite(world, number)
        assert check(world)


UPDATES = {
    "parse": (
        "parse_all",
        "fronts = [replace(one.document.front, title=one.document.front.title + '!') for one in result]\n"
        "    return [replace(one, document=replace(one.document, front=front))"
        " for one, front in zip(result, fronts)]",
    ),
    "convert": (
        "convert_all",
        "return [replace(one, body=replace(one.body, summary=one.body.summary + '!')) for one in result]",
    ),
    "relate": ("relate", "return {}"),
    "render": ("render", "return replace(result, data=result.data + b'\\n')"),
}
"""What the next version of a stage may do otherwise: its function, and what is done to its result."""


@pytest.mark.parametrize("stage", UPDATES)
def test_after_an_update_of_sitegen_nothing_that_the_old_one_made_is_used(world: World, stage: str) -> None:
    library = world.folder.parent / "library"
    shutil.copytree(ROOT / "sitegen", library / "sitegen", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "templates", library / "sitegen/templates")
    _build_with(library, world)
    before = world.files()
    file = library / "sitegen/stages" / f"{stage}.py"
    function, change = UPDATES[stage]
    update = (
        f"\n\nfrom msgspec.structs import replace\n\n_before = {function}\n\n\n"
        f"def {function}(*given):\n    result = _before(*given)\n    {change}\n"
    )
    file.write_text(file.read_text() + update)
    other = world.copy(world.folder.parent / "other", with_output=False)
    _build_with(library, other)
    _build_with(library, world)
    assert world.files() == other.files() != before


def _build_with(library: Path, world: World) -> None:
    """Build with the sitegen that lies in a folder."""
    arguments = ["--site", str(world.folder), "--now", "2025-01-01", "--jobs", "1"]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "sitegen", "build", *arguments],
        env={**os.environ, "PYTHONPATH": str(library)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


# The clock of the disk


def test_an_edit_right_after_the_build_is_seen_though_size_and_time_are_as_before(world: World) -> None:
    """So close behind that the disk's clock may not have moved on."""
    paths = [path for path in world.inputs() if path.name in ("p-0.md", "home.html", "own.css", "cat.txt")]
    assert len(paths) == 4
    for round_ in range(12):
        _, report = world.build()
        assert report is not None
        flip_letter(paths[round_ % 4])
        check(world)
        Edit("mend").apply(world)


def test_a_published_file_that_is_edited_right_after_the_build_is_put_right(world: World) -> None:
    assert check(world)
    paths = sorted(path for path in world.output.rglob("*") if path.is_file() and path.name != MANIFEST)
    world.meddled = True
    for number, path in enumerate(paths[::3]):
        rewrite(world, number)
        world.build()
        if path.exists():
            flip_letter(path)
        assert check(world)


# Files that change while the site is built

EDITED = {
    "the first post": Edit("text", 0, 1, 1),
    "the last post": Edit("post: title", 6, 1, 1),
    "the base template": Edit("template", 0, 1),
    "the template of posts": Edit("template", 1, 1),
    "a partial that appears": Edit("template", 12, 1),
    "an asset": Edit("file", 10, 1, 1),
    "a copied file": Edit("file", 3, 1, 1),
    "a data file": Edit("file", 8, 1, 1),
    "a setting": Edit("setting", 2, 1),
    "a post that goes": Edit("delete", 3),
    "a post that comes": Edit("add", 9),
}


@pytest.mark.parametrize("what", EDITED)
def test_what_changes_while_the_site_is_built_is_told_or_comes_next_time(world: World, what: str) -> None:
    """Whenever it is: no page is made of the one half before and the other half after."""
    assert list(FILES)[10].endswith("own.css")
    assert list(FILES)[8].endswith("links.toml")
    Edit("template", 1, 3).apply(world)  # it shows the data
    told = 0
    for moment in (("Reading", 1), ("Reading", 4), ("Reading", 8), ("Writing", 1), ("Writing", 20)):
        other = world.copy(world.folder.parent / f"{moment[0]} {moment[1]}", with_output=False)
        assert check(other)
        Edit("text", 5, 1).apply(other)
        Edit("text", 0, 0).apply(other)
        Edit("post: title", 6, 0).apply(other)
        told += _edit_at(other, EDITED[what], moment)
        assert check(other)
    assert told < 5


def _edit_at(world: World, edit: Edit, moment: tuple[str, int]) -> bool:
    """Build, with an edit at a moment; whether it was told and nothing published."""
    expected, published = cold_build(world)
    before = world.files()
    made: list[Edit] = []

    def progress(step: str, done: int, _all: int) -> None:
        # What has been made before may leave fewer steps than a first build has.
        if not made and (step, done) >= moment:
            made.append(edit)
            edit.apply(world)

    outcome, report = world.build(progress=progress)
    if not made:
        edit.apply(world)
    if report is not None:
        assert outcome == expected
        assert _own(world.files(), report) == published
        return False
    assert [problem.message for problem in outcome.problems if problem.severity == "error"]
    assert all(_is_of_change(problem) for problem in outcome.problems), outcome.problems
    assert world.files() == before
    return True


def _is_of_change(problem: Problem) -> bool:
    return "changed while the site was being built" in problem.message or "cannot be" in problem.message


def test_a_file_that_changes_between_two_looks_at_it_is_not_remembered_as_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read, then changed with its size and time kept; what is noted of it must not hide that."""
    assert check(world)
    names = ("p-3.md", "home.html", "own.css", "cat.txt", "links.toml")
    for name in names:
        path = next(path for path in world.inputs() if path.name == name)
        Edit("touch", world.inputs().index(path), 1).apply(world)
        with monkeypatch.context() as patch:
            flipped: list[Path] = []

            def look(read: Path, path: Path = path, flipped: list[Path] = flipped) -> tuple[Digest, int]:
                found = digest_file(read)
                if read == path and not flipped:
                    flipped.append(path)
                    flip_letter(path)
                return found

            patch.setattr("sitegen.adapters.stamps.digest_file", look)
            world.build()
        assert flipped == [path]
        check(world)
        Edit("mend").apply(world)
        assert check(world)


# Limits


def test_one_post_that_takes_too_long_in_a_worker_does_not_keep_the_others_from_being_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sitegen.engine.pool.FEW", 0)
    assert check(world, 4)
    world.write("content/posts/slow.md", f'{{"title": "Slow", "date": "2024-01-01"}}\n{SLOW}')
    world.write("sitegen.toml", SECTIONS["site"][0] + "[limits]\nconvert_seconds = 1.5\n")
    Edit("spoil", 0, 0).apply(world)
    Edit("post: acess", 4, 1).apply(world)
    for jobs in (4, 1):
        before = world.files()
        outcome, report = world.build(jobs)
        assert report is None
        assert world.files() == before
        told = {(problem.path, problem.message) for problem in outcome.problems}
        assert {path for path, _ in told} == {
            "content/posts/p-4.md",
            "content/posts/slow.md",
            "content/posts/spoilt.md",
        }
        assert ("content/posts/slow.md", "The text takes longer than 1.5 s to convert") in told


@pytest.mark.parametrize("stage", ["convert", "render"])
def test_what_took_too_long_once_is_tried_again(
    world: World, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine may have been busy: that a text took too long is no property of the text."""
    assert check(world)
    Edit("text", 0, 1).apply(world)
    with monkeypatch.context() as patch:
        patch.setattr(f"sitegen.stages.{stage}.deadline", _overdue)
        outcome, report = world.build()
        assert report is None
        assert "too long" in str(outcome.problems) or "takes longer" in str(outcome.problems)
    assert check(world)


@contextmanager
def _overdue(_seconds: float) -> Iterator[None]:
    raise Overdue
    yield


# What is for members


def test_nothing_of_what_is_for_members_is_left_in_the_cache(world: World) -> None:
    """Neither as text, plain or packed, nor as a bare digest, which would confirm a guess."""
    secret = "Xylophonquark"
    gated = f"## {secret}\n\n{secret} ![x](pic.png)"
    front = {"title": "Gated", "date": "2024-05-02", "access": "members", "tags": ["rest"]}
    for text in (gated, gated.replace("![x]", "and ![x]")):
        file = f"{json.dumps(front)}\nFree words.\n\n<!--members-only-->\n\n{text}\n"
        world.write("content/posts/gated.md", file)
        assert check(world)
        cut = file.index("<!--")
        parts = (file, text, f"{text}\n", f"\n\n{text}\n", file[cut:], file.partition("\n")[2])
        digests = [digest_bytes(part.encode()) for part in parts]
        for name, data in tree(world.folder / CACHE).items():
            found = [data, *_unpacked(data)]
            assert not [one for one in found if secret.encode() in one], name
            assert secret.lower().encode() not in data, name
            for digest in digests:
                assert digest.encode() not in data, name
                assert bytes.fromhex(digest)[:16] not in data, name
    assert secret.encode() not in b"".join(world.files().values())


def _unpacked(data: bytes) -> Iterator[bytes]:
    """What is packed with zlib or gzip anywhere in these bytes."""
    for start in range(len(data)):
        if data[start : start + 1] in (b"\x78", b"\x1f"):
            with suppress(zlib.error):
                yield zlib.decompressobj(47).decompress(data[start:], 100_000)
