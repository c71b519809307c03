"""Builds that are killed, interrupted, short of disk or not alone: the published site stays whole."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.edits import CACHE, MANIFEST, Edit, World, cache_files, tree

ROOT = Path(__file__).parents[1]
NOW = "2025-01-01 12:00"
PATIENCE = 60
"""Seconds after which a test fails rather than hangs."""
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
ANOTHER = "Another build of this site is writing to the same folder."

Files = dict[str, bytes]


class Two:
    """A site that goes to and fro between two states."""

    def __init__(self, folder: Path, posts: int = 7) -> None:
        self.folder = folder
        self.states: list[World] = []
        self.published: list[Files] = []
        for name in ("a", "b"):
            (folder / name).mkdir()
            world = World(folder / name, posts)
            if name == "b":
                _change(world)
            self.states.append(world)
            outcome, report = world.build()
            assert report is not None, outcome
            self.published.append(_without_manifest(world.files()))
        (folder / "site").mkdir()
        self.world = World(folder / "site", posts)
        self.now = 0
        """Which state it is in."""

    @property
    def site(self) -> Path:
        return self.world.folder

    @property
    def output(self) -> Path:
        return self.world.output

    def go(self, state: int) -> None:
        """Change the site's files into those of a state."""
        self.now = state
        for name in ("content", "templates"):
            shutil.rmtree(self.site / name, ignore_errors=True)
            shutil.copytree(self.states[state].folder / name, self.site / name)
        shutil.copy2(self.states[state].folder / "sitegen.toml", self.site)

    def files(self) -> Files:
        return _without_manifest(self.world.files())

    def assert_built(self) -> None:
        """All of this state is published, nothing else, and nothing is left of any build before."""
        assert self.files() == self.published[self.now]
        named = json.loads((self.output / MANIFEST).read_bytes())["files"]
        assert set(named) == set(self.published[self.now])
        assert not list(self.site.rglob(".sitegen-staging-*"))
        known = {"content", "templates", "sitegen.toml", "output", "public", CACHE}
        assert {path.name for path in self.site.iterdir()} <= known

    def assert_whole(self) -> None:
        """Each published file is one of the one state or the other, whole; what both have is there."""
        old, new = self.published
        files = self.files()
        for path, data in files.items():
            assert data in (old.get(path), new.get(path)), path
        assert old.keys() & new.keys() <= files.keys()
        assert files.keys() <= set(json.loads((self.output / MANIFEST).read_bytes())["files"])


def _change(world: World) -> None:
    """Most kinds of things: texts, tags, posts that come and go, an asset, a template, a setting."""
    edits = (
        *(Edit("text", 0, 1), Edit("post: title", 3, 5), Edit("post: tags", 4, 8), Edit("delete", 5)),
        *(Edit("add", 9), Edit("post: aliases", 6, 2), Edit("post: access", 6, 1), Edit("template", 4, 1)),
        *(Edit("file", 10, 2), Edit("file", 3, 1), Edit("setting", 2, 1)),
    )
    assert (world.folder / "templates/assets/own.css").read_text() == "a{}\n"
    world.edit(edits)
    assert (world.folder / "templates/assets/own.css").read_text() != "a{}\n"


def _without_manifest(files: Files) -> Files:
    return {path: data for path, data in files.items() if path != MANIFEST}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Two:
    return Two(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Two:
    """More posts than one process takes alone."""
    return Two(tmp_path_factory.mktemp("large"), 110)


@pytest.fixture
def two(small: Two) -> Two:
    """The small site, built in its first state."""
    return _built(small)


@pytest.fixture
def many(large: Two) -> Two:
    """The large site, built in its first state."""
    return _built(large)


def _built(site: Two) -> Two:
    for name in ("output", "public", CACHE):
        shutil.rmtree(site.site / name, ignore_errors=True)
    site.go(0)
    site.world.build()
    site.assert_built()
    return site


def command(site: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "sitegen", "build", "--site", str(site), "--now", NOW, *arguments]


def start(site: Path, *arguments: str, limit: int | None = None) -> subprocess.Popen[bytes]:
    """Start a build in a session of its own, perhaps with a limit to the size of each file it writes."""
    bound = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (limit or 0, limit or 0))
    return subprocess.Popen(
        command(site, *arguments),
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=bound if limit else None,  # noqa: PLW1509 - the tests have no threads
    )


def end(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Wait for a build; its exit code and its messages, in which there is no traceback."""
    try:
        _, errors = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    told = " ".join(errors.decode().split())
    assert "Traceback" not in told, told
    assert "mistake in sitegen" not in told, told
    return process.returncode, told


def finish(site: Two) -> None:
    """Build to the end, and see that all is well."""
    assert end(start(site.site)) == (0, "")
    site.assert_built()


# Killed

PROGRAM = """
import os, signal, sys, time
from datetime import UTC, datetime
from pathlib import Path
from sitegen.build import Options, build

site = Path(sys.argv[1])
options = Options(site=site, output=site / "output", now=datetime(2025, 1, 1, 12, tzinfo=UTC), jobs=1)
seen = 0

def count(event, _arguments):
    global seen
    if event == "open" or (event.startswith(("os.", "sqlite3.", "fcntl.")) and event != "os.kill"):
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)

for line in sys.stdin:
    how, _, when = line.partition(" ")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        last = int(when) if how == "step" else 0
        sys.addaudithook(count)
        begun = time.monotonic()
        build(options)
        os.write(writing, f"{seen} {time.monotonic() - begun}".encode())
        os._exit(0)
    os.close(writing)
    if how == "time":
        time.sleep(float(when))
        os.kill(child, signal.SIGKILL)
    told = os.read(reading, 100).decode()
    os.close(reading)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), told, flush=True)
"""


class Killer:
    """A process that has imported all there is to import, and starts builds and kills them."""

    def __init__(self, site: Two, script: Path) -> None:
        script.write_text(PROGRAM)
        self.process = subprocess.Popen(
            [sys.executable, str(script), str(site.site)],
            env=ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def build(self, how: str = "run", when: float = 0) -> tuple[int, int, float]:
        """Build, to the end or to a step or moment: the exit code, and the steps and seconds of all of it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{how} {when}\n")
        self.process.stdin.flush()
        code, steps, seconds = (self.process.stdout.readline() + " 0 0").split()[:3]
        return int(code), int(steps), float(seconds)

    def close(self) -> None:
        self.process.communicate(timeout=PATIENCE)


@pytest.fixture
def killer(two: Two, tmp_path: Path) -> Iterator[Killer]:
    made = Killer(two, tmp_path / "program.py")
    yield made
    made.close()


@pytest.mark.parametrize("how", ["step", "time"])
def test_killed_at_any_moment_hundreds_of_times_each_file_is_the_old_or_the_new_one(
    two: Two, killer: Killer, how: str
) -> None:
    """And once in a while it is built to the end: that is as if nothing had happened."""
    random = Random(how)
    killed = 0
    steps, seconds = 400, 0.1
    for round_ in range(150 if how == "step" else 90):
        two.go(random.randrange(2))
        when = random.randrange(1, steps) if how == "step" else random.uniform(0, 1.1 * seconds)
        code, _, _ = killer.build(how, when)
        assert code in (0, -signal.SIGKILL)
        killed += code != 0
        two.assert_whole()
        if code == 0:
            two.assert_built()
        if round_ % 10 == 9:
            code, steps, seconds = killer.build()
            assert code == 0
            two.assert_built()
    assert killed > 45


def test_killed_at_any_step_of_its_first_build_a_site_is_built_by_the_next(two: Two, killer: Killer) -> None:
    shutil.rmtree(two.output)
    shutil.rmtree(two.site / CACHE)
    two.go(1)
    _, steps, _ = killer.build()
    for step in range(1, steps, max(1, steps // 40)):
        shutil.rmtree(two.output, ignore_errors=True)
        shutil.rmtree(two.site / CACHE, ignore_errors=True)
        assert killer.build("step", step)[0] == -signal.SIGKILL
        for path, data in two.files().items():
            assert data == two.published[1][path]
        assert killer.build()[0] == 0
        two.assert_built()


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_command_killed_with_all_its_workers_leaves_the_site_whole(many: Two, jobs: int) -> None:
    random = Random(jobs)
    longest = 0.0
    for round_ in range(8):
        many.go(1 - many.now)
        begun = time.monotonic()
        process = start(many.site, "--jobs", str(jobs))
        if round_ % 4 == 0:
            assert end(process) == (0, "")
            many.assert_built()
            longest = time.monotonic() - begun
            continue
        time.sleep(random.uniform(0.2, 1) * longest)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=PATIENCE)
        many.assert_whole()
        wait_until_gone(process.pid)
    finish(many)


def living(session: int) -> dict[int, tuple[int, str]]:
    """The processes of a session that run, their parents and their command lines."""
    found = {}
    for folder in Path("/proc").iterdir():
        try:
            state, parent, _, of = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
            line = (folder / "cmdline").read_text()
        except (OSError, ValueError):
            continue
        if int(of) == session and state != "Z":
            found[int(folder.name)] = (int(parent), line)
    return found


def wait_until_gone(session: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while living(session):
        assert time.monotonic() < deadline, living(session)
        time.sleep(0.01)


def staged(site: Path) -> set[Path]:
    """What builds staged, and is still there."""
    return set(site.rglob(".sitegen-staging-*"))


def wait_for_work(process: subprocess.Popen[bytes], site: Path, before: set[Path]) -> None:
    """Wait until a build has begun, past all imports. `before` was staged by others."""
    deadline = time.monotonic() + PATIENCE
    while not staged(site) - before and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)


needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="processes are found by /proc")


# Interrupted


@needs_proc
@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_ends_the_build_at_once_without_a_word_and_leaves_nothing_behind(many: Two, jobs: int) -> None:
    random = Random(jobs)
    codes = []
    for round_ in range(5):
        many.go(1 - many.now)
        # After a second Ctrl-C something may be left, and the next build that gets so far removes it.
        before = staged(many.site)
        process = start(many.site, "--jobs", str(jobs))
        wait_for_work(process, many.site, before)
        time.sleep(random.uniform(0, 0.15 * round_))
        # As a terminal does: to all processes of the group, and impatient people press it twice.
        twice = round_ % 2 == 1
        for _ in range(1 + twice):
            with_luck(os.killpg, process.pid, signal.SIGINT)
        code, told = end(process)
        # While Python itself ends, after a build or a first Ctrl-C, it is killed: 130 in a shell, too.
        assert code in (130, 0, -signal.SIGINT)
        if code == -signal.SIGINT and not twice:
            many.assert_built()
        assert told == ""
        codes.append(code)
        wait_until_gone(process.pid)
        many.assert_whole()
        assert twice or staged(many.site) <= before
    assert 130 in codes
    finish(many)


def with_luck(kill: object, process: int, number: signal.Signals) -> None:
    """Send a signal to processes that may be gone by now."""
    assert callable(kill)
    try:
        kill(process, number)
    except ProcessLookupError:
        return


# Short of disk


@pytest.mark.parametrize("limit", [1, 100, 1000, 3000, 20_000, 100_000, 1_000_000])
def test_where_files_cannot_grow_the_build_fails_in_plain_words_or_does_without_a_cache(
    two: Two, limit: int
) -> None:
    two.go(1)
    before = two.files()
    code, told = end(start(two.site, "--jobs", "1", limit=limit))
    if code == 0:
        two.assert_built()
    else:
        assert code == 1
        assert "File too large" in told or "cannot be" in told, told
        assert two.files() == before
    finish(two)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("only an administrator may mount a disk; limits to files are tested in any case")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], check=False)
    if done.returncode != 0:
        pytest.skip("no disk may be mounted here; limits to files are tested in any case")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_on_a_full_disk_a_build_fails_in_plain_words_and_changes_nothing(two: Two, tiny_disk: Path) -> None:
    """Whatever was filled: room for nothing, for the cache alone, or for some of the pages."""
    for name in ("content", "templates"):
        shutil.copytree(two.site / name, tiny_disk / name)
    shutil.copy2(two.site / "sitegen.toml", tiny_disk)
    assert end(start(tiny_disk, "--jobs", "1")) == (0, "")
    before = tree(tiny_disk / "output")
    assert _without_manifest(before) == two.published[0]
    shutil.copytree(two.states[1].folder / "content", tiny_disk / "content", dirs_exist_ok=True)
    codes = []
    for spare in (0, 8, 40, 120, 300, 400, 500, 600):
        filler = _fill(tiny_disk, spare * 1024)
        code, told = end(start(tiny_disk, "--jobs", "1"))
        codes.append(code)
        if code != 0:
            assert code == 1, told
            assert "No space left on device" in told or "no room" in told.lower(), told
            assert tree(tiny_disk / "output") == before
        filler.unlink()
        if code == 0:
            break
    assert codes[0] == 1
    assert end(start(tiny_disk, "--jobs", "1")) == (0, "")
    assert not list(tiny_disk.rglob(".sitegen-staging-*"))
    other = World.__new__(World)
    other.__dict__.update(two.states[1].__dict__, folder=tiny_disk)
    cold = other.copy(two.site.parent / f"cold {time.monotonic_ns()}", with_output=False)
    cold.build()
    assert tree(tiny_disk / "output") == cold.files()


def _fill(disk: Path, spare: int) -> Path:
    """Fill a disk up to so many bytes."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            size = filler.stat().st_size
    os.truncate(filler, max(0, size - spare))
    return filler


# Not alone


def test_of_builds_at_once_one_goes_on_and_the_others_say_why_they_do_not(two: Two) -> None:
    for _ in range(6):
        two.go(1 - two.now)
        processes = [start(two.site) for _ in range(3)]
        ends = [end(process) for process in processes]
        assert {code for code, _ in ends} <= {0, 2}
        assert 0 in [code for code, _ in ends]
        for code, told in ends:
            assert told.startswith(f"sitegen: {ANOTHER}") if code == 2 else told == ""
        two.assert_built()


def test_builds_of_one_site_into_several_folders_at_once_all_go_well(two: Two) -> None:
    """They share a cache."""
    for _ in range(4):
        two.go(1 - two.now)
        processes = [start(two.site, "--output", str(two.site / name)) for name in ("output", "public")]
        assert [end(process) for process in processes] == [(0, ""), (0, "")]
        two.assert_built()
        assert _without_manifest(tree(two.site / "public")) == two.published[two.now]


def test_a_cache_that_somebody_holds_open_or_locked_keeps_nobody_from_building(two: Two) -> None:
    """Such as a program that makes copies of everything, or looks into databases."""
    import sqlite3

    for path in cache_files(two.world):
        if path.read_bytes()[:6] != b"SQLite":
            continue
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        two.go(1 - two.now)
        try:
            finish(two)
        finally:
            holder.close()
    two.go(1 - two.now)
    finish(two)


# Workers that die


@needs_proc
@pytest.mark.parametrize("victim", ["a worker", "all workers", "the server that makes workers"])
def test_a_worker_that_is_killed_ends_the_build_with_a_clear_message(many: Two, victim: str) -> None:
    many.go(1)
    before = many.files()
    process = start(many.site, "--jobs", "2")
    servers, workers = wait_for_workers(process.pid)
    victims = {"a worker": workers[:1], "all workers": workers}.get(victim, servers)
    for one in victims:
        with_luck(os.kill, one, signal.SIGKILL)
    code, told = end(process)
    if code == 0:  # it was at work for the last time
        many.assert_built()
    else:
        assert code == 2, told
        assert told == (
            "sitegen: A process that helped with the build ended unexpectedly: it was killed, perhaps for "
            "want of memory, or it crashed. Try again with `--jobs 1`."
        )
        assert many.files() == before
    wait_until_gone(process.pid)
    finish(many)


def wait_for_workers(session: int) -> tuple[list[int], list[int]]:
    """Wait until workers run: the processes that make them, and those that they made."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = living(session)
        servers = [one for one, (parent, line) in found.items() if parent == session and "forkserver" in line]
        workers = [one for one, (parent, _) in found.items() if parent in servers]
        if workers:
            return servers, workers
        assert session in found, "the build ended without workers"
        time.sleep(0.002)
    raise AssertionError("no worker ever ran")
