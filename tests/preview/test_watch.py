from __future__ import annotations

import os
import resource
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from sitegen.preview import watch
from sitegen.preview.watch import LONGEST, QUIET, Notices, Polling, Roots, Watcher, must_poll, relevant

PATIENCE = 20.0
QUICK_POLLING = partial(Polling, seconds=0.05)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A folder with a post in it."""
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "post.md").write_text("first")
    return folder


@contextmanager
def watching(
    roots: Callable[[], Roots], notices: Callable[[Roots], watch.Source] = Notices
) -> Iterator[Watcher]:
    warnings: list[str] = []
    watcher = Watcher(roots, warnings.append, notices)
    watcher.arm()
    try:
        yield watcher
    finally:
        watcher.close()
    assert warnings == []


def wait(watcher: Watcher) -> set[str]:
    """The names of what changed in the next burst."""
    end = time.monotonic() + PATIENCE
    return {Path(path).name for path in watcher.wait(lambda: time.monotonic() > end)}


def still(watcher: Watcher) -> bool:
    """Whether nothing comes for a while."""
    end = time.monotonic() + 0.2
    return not watcher.wait(lambda: time.monotonic() > end)


# --- what an author changed


@pytest.mark.parametrize(
    "name",
    [
        *("post.md~", ".post.md.swp", ".post.md.swo", ".post.md.swx", "4913", "#post.md#", ".#post.md"),
        *(".DS_Store", "Thumbs.db", "___jb_tmp___", "___jb_old___", ".goutputstream-A1B2C3", ".~lock.a.md#"),
        *(".git/index", ".git/refs/heads/main", "node_modules/a/b.js", "drafts/__pycache__/x.pyc"),
    ],
)
def test_what_editors_and_tools_leave_beside_the_files_is_ignored(content: Path, name: str) -> None:
    assert not relevant(str(content / name), Roots((content,)))


@pytest.mark.parametrize("name", ["post.md", "4913.md", "a~b.md", ".htaccess", "swp.md", "#1.md", "a/b.jpg"])
def test_what_an_author_saves_counts(content: Path, name: str) -> None:
    assert relevant(str(content / name), Roots((content,)))


def test_what_the_build_writes_does_not_count(tmp_path: Path) -> None:
    roots = Roots((tmp_path,), ignored=(tmp_path / "output",))
    assert not relevant(str(tmp_path / "output" / "index.html"), roots)
    assert not relevant(str(tmp_path / ".sitegen" / "preview" / "index.html"), roots)
    assert relevant(str(tmp_path / "posts" / "output" / "index.md"), roots)


def test_a_site_may_lie_in_a_folder_with_an_ignored_name() -> None:
    folder = Path("/home/ann/.venv/site/content")
    assert relevant(str(folder / "post.md"), Roots((folder,)))


# --- bursts


class Script:
    """Changes at given moments of a clock that only this script moves on."""

    def __init__(self, moments: dict[int, str]) -> None:
        self.now = 0
        self.moments = moments

    def look(self) -> set[str]:
        start, self.now = self.now, self.now + 25
        return {path for moment, path in self.moments.items() if start <= moment < self.now}

    def close(self) -> None:
        pass


def bursts(moments: dict[int, str], until: int) -> list[tuple[int, set[str]]]:
    script = Script(moments)
    watcher = Watcher(
        lambda: Roots(()), lambda _text: None, lambda _roots: script, clock=lambda: script.now / 1000
    )
    watcher.arm()
    found = []
    while burst := watcher.wait(lambda: script.now > until):
        found.append((script.now, set(burst)))
    return found


def test_a_burst_ends_fifty_milliseconds_after_its_last_change() -> None:
    moments = {100: "a", 130: "b", 170: "c"}
    ((end, paths),) = bursts(moments, 1000)
    assert paths == {"a", "b", "c"}
    assert 170 + QUIET * 1000 <= end <= 170 + QUIET * 1000 + 50


def test_the_same_file_again_prolongs_a_burst() -> None:
    moments = dict.fromkeys(range(100, 400, 30), "a")
    assert [paths for _end, paths in bursts(moments, 1000)] == [{"a"}]


def test_changes_with_a_pause_between_them_are_two_bursts() -> None:
    assert [paths for _end, paths in bursts({100: "a", 300: "b"}, 1000)] == [{"a"}, {"b"}]


def test_a_burst_that_never_ends_is_told_after_a_while() -> None:
    moments = dict.fromkeys(range(100, 9000, 20), "log")
    first = bursts(moments, 8000)[0]
    assert LONGEST * 1000 <= first[0] <= LONGEST * 1000 + 200


# --- what comes through


@pytest.mark.parametrize("notices", [Notices, QUICK_POLLING])
def test_saves_in_new_and_old_folders_removals_and_renames_come_through(
    content: Path, notices: Callable[[Roots], watch.Source]
) -> None:
    with watching(lambda: Roots((content,)), notices=notices) as watcher:
        (content / "post.md").write_text("second")
        assert "post.md" in wait(watcher)
        (content / "a" / "b").mkdir(parents=True)
        (content / "a" / "b" / "deep.md").write_text("x")
        assert wait(watcher)
        assert still(watcher)
        (content / "a" / "b" / "deep.md").write_text("y")
        assert "deep.md" in wait(watcher)
        (content / "post.md").rename(content / "post.new")
        assert {"post.md", "post.new"} <= wait(watcher)
        (content / "post.new").unlink()
        assert "post.new" in wait(watcher)
        assert still(watcher)


def test_polling_sees_every_one_of_many_saves_within_a_second(content: Path) -> None:
    polling = Polling(Roots((content,)), seconds=0.0)
    for number in range(10):
        (content / "post.md").write_text(str(number))
        assert polling.look() == {str(content / "post.md")}
    polling.close()


def test_polling_sees_a_change_whose_time_was_set_back(content: Path) -> None:
    before = (content / "post.md").stat()
    polling = Polling(Roots((content,)), seconds=0.0)
    (content / "post.md").write_text("other")
    os.utime(content / "post.md", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert polling.look() == {str(content / "post.md")}


def test_what_changes_while_nobody_waits_is_told_at_the_next_wait(content: Path) -> None:
    with watching(lambda: Roots((content,))) as watcher:
        (content / "post.md").write_text("second")
        time.sleep(0.2)
        assert "post.md" in wait(watcher)
        assert still(watcher)


def test_a_single_file_counts_however_it_is_saved_and_its_neighbours_do_not(content: Path) -> None:
    folder = content.parent
    settings = folder / "sitegen.toml"
    with watching(lambda: Roots((content,), (settings,))) as watcher:
        settings.write_text("a = 1")
        assert wait(watcher) == {"sitegen.toml"}
        (folder / "new").write_text("b = 1")
        (folder / "new").replace(settings)
        assert wait(watcher) == {"sitegen.toml"}
        (folder / "other.toml").write_text("")
        assert still(watcher)
        settings.unlink()
        assert wait(watcher) == {"sitegen.toml"}


# --- roots


@pytest.mark.parametrize("notices", [Notices, QUICK_POLLING])
def test_a_root_that_is_deleted_and_comes_back_is_watched_again(
    content: Path, notices: Callable[[Roots], watch.Source]
) -> None:
    with watching(lambda: Roots((content,)), notices=notices) as watcher:
        shutil.rmtree(content)
        assert wait(watcher)
        content.mkdir()
        (content / "back.md").write_text("x")
        assert wait(watcher)
        assert still(watcher)
        (content / "back.md").write_text("y")
        assert "back.md" in wait(watcher)


def test_a_root_that_another_folder_replaces_is_watched_in_its_new_place(content: Path) -> None:
    with watching(lambda: Roots((content,))) as watcher:
        content.rename(content.with_name("old"))
        shutil.copytree(content.with_name("old"), content)
        assert wait(watcher)
        assert still(watcher)
        (content.with_name("old") / "post.md").write_text("nobody's")
        assert still(watcher)
        (content / "post.md").write_text("second")
        assert "post.md" in wait(watcher)


def test_a_root_that_is_not_there_yet_is_watched_once_it_is(content: Path) -> None:
    later = content.with_name("templates")
    with watching(lambda: Roots((content, later))) as watcher:
        assert still(watcher)
        later.mkdir()
        (later / "base.html").write_text("x")
        assert wait(watcher)
        (later / "base.html").write_text("y")
        assert "base.html" in wait(watcher)


def test_roots_that_the_configuration_names_from_now_on_are_watched_and_told_at_once(content: Path) -> None:
    roots = [Roots((content,))]
    with watching(lambda: roots[0]) as watcher:
        other = content.with_name("other")
        other.mkdir()
        roots[0] = Roots((other,))
        assert wait(watcher) == {"other"}
        (other / "x.md").write_text("x")
        assert "x.md" in wait(watcher)


# --- where the system has no more notices to give


class Refusing:
    """A system that has no notices left, at once or after a while."""

    def __init__(self, looks: int) -> None:
        self.looks = looks
        if looks == 0:
            raise OSError(28, "No space left on device")

    def look(self) -> set[str]:
        self.looks -= 1
        if self.looks < 0:
            raise RuntimeError("OS file watch limit reached")
        return set()

    def close(self) -> None:
        pass


@pytest.mark.parametrize("looks", [0, 3])
def test_without_notices_it_polls_and_says_so_once(content: Path, looks: int) -> None:
    warnings: list[str] = []
    watcher = Watcher(lambda: Roots((content,)), warnings.append, lambda _roots: Refusing(looks))
    watcher.arm()
    if looks:
        assert "content" in wait(watcher)
    shutil.rmtree(content)
    wait(watcher)
    content.mkdir()
    wait(watcher)
    (content / "post.md").write_text("second")
    assert "post.md" in wait(watcher)
    assert len(warnings) == 1
    assert "The system cannot tell of changed files" in warnings[0]
    assert "max_user_watches" in warnings[0]
    watcher.close()


def test_a_real_limit_of_open_files_makes_it_poll(content: Path) -> None:
    warnings: list[str] = []
    watcher = Watcher(lambda: Roots((content,)), warnings.append)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # One that is left, for reading the folder.
    highest = max(int(link.name) for link in Path("/dev/fd").iterdir()) + 2
    spare = [os.open(os.devnull, os.O_RDONLY) for _ in range(highest)]
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(spare) + 2, hard))
        watcher.arm()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for descriptor in spare:
            os.close(descriptor)
    assert len(warnings) == 1
    (content / "post.md").write_text("second")
    assert "post.md" in wait(watcher)
    watcher.close()


@pytest.mark.parametrize(
    ("folder", "release", "environ", "polls"),
    [
        ("/home/ann/site", "6.1.0", {}, False),
        ("/home/ann/site", "5.15.1-microsoft-standard-WSL2", {}, False),
        ("/mnt/c/site", "5.15.1-microsoft-standard-WSL2", {}, True),
        ("/mnt/data/site", "6.1.0", {}, False),
        ("/home/ann/site", "6.1.0", {"WATCHFILES_FORCE_POLLING": "true"}, True),
        ("/home/ann/site", "6.1.0", {"WATCHFILES_FORCE_POLLING": "false"}, False),
    ],
)
def test_it_polls_where_notices_are_known_not_to_come(
    folder: str, release: str, environ: dict[str, str], polls: bool
) -> None:
    assert must_poll(Roots((Path(folder),)), release, environ) is polls


# --- editors


def vim(file: Path, text: str) -> None:
    swap = file.with_name(f".{file.name}.swp")
    swap.write_text("swap")
    (file.parent / "4913").write_text("")
    (file.parent / "4913").unlink()
    file.rename(f"{file}~")
    file.write_text(text)
    file.chmod(0o644)
    Path(f"{file}~").unlink()
    swap.unlink()


def vs_code(file: Path, text: str) -> None:
    # Truncated first, then written.
    with file.open("w") as opened:
        opened.flush()
        opened.write(text)


def emacs(file: Path, text: str) -> None:
    lock = file.with_name(f".#{file.name}")
    lock.symlink_to("ann@box.1234:1700000000")
    (auto := file.with_name(f"#{file.name}#")).write_text(text)
    file.rename(f"{file}~")
    file.write_text(text)
    auto.unlink()
    lock.unlink()


def two_writes(file: Path, text: str) -> None:
    file.write_text(text[:1])
    file.write_text(text)


def rsync(file: Path, text: str) -> None:
    staged = file.with_name(f".{file.name}.Xa81Bc")
    staged.write_text(text)
    os.utime(staged, (1_500_000_000, 1_500_000_000))
    staged.rename(file)


def jetbrains(file: Path, text: str) -> None:
    (new := Path(f"{file}___jb_tmp___")).write_text(text)
    file.rename(f"{file}___jb_old___")
    new.rename(file)
    Path(f"{file}___jb_old___").unlink()


def many(file: Path, text: str) -> None:
    for number in range(500):
        file.with_name(f"{number}.md").write_text(text)
    file.write_text(text)


@pytest.mark.parametrize("save", [vim, vs_code, emacs, two_writes, rsync, jetbrains, many])
def test_a_save_by_any_editor_is_one_burst(content: Path, save: Callable[[Path, str], None]) -> None:
    with watching(lambda: Roots((content,))) as watcher:
        for attempt in range(5):
            saving = threading.Thread(target=save, args=(content / "post.md", f"text {attempt}"))
            saving.start()
            names = wait(watcher)
            saving.join()
            # A machine that stops the editor in the middle of its save makes two of it: try again.
            if still(watcher):
                break
        else:
            pytest.fail("each of five saves came in several bursts")
        assert "post.md" in names
        assert (content / "post.md").read_text() == f"text {attempt}"


def test_swap_and_lock_files_alone_are_no_change(content: Path) -> None:
    with watching(lambda: Roots((content,))) as watcher:
        for name in (".post.md.swp", "4913", "post.md~", "#post.md#", ".DS_Store"):
            (content / name).write_text("x")
        (content / ".#post.md").symlink_to("ann@box.1234:1700000000")
        assert still(watcher)


def test_a_switch_of_branches_is_one_burst_after_which_all_is_watched(tmp_path: Path) -> None:
    content = tmp_path / "content"

    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *words],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )

    git("init", "-q", "-b", "main")
    for folder in ("posts", "pages"):
        (content / folder).mkdir(parents=True)
        for number in range(50):
            (content / folder / f"{number}.md").write_text("main")
    git("add", ".")
    git("commit", "-qm", "one")
    git("checkout", "-qb", "other")
    shutil.rmtree(content / "pages")
    (content / "new").mkdir()
    (content / "new" / "page.md").write_text("other")
    git("add", ".")
    git("commit", "-qm", "two")
    with watching(lambda: Roots((content,))) as watcher:
        for branch in ("main", "other", "main", "other", "main", "other"):
            git("checkout", "-q", branch)
            assert wait(watcher)
            if still(watcher):
                break
        else:
            pytest.fail("each of six switches came in several bursts")
        page = content / ("pages/0.md" if branch == "main" else "new/page.md")
        page.write_text("edited")
        assert page.name in wait(watcher)
