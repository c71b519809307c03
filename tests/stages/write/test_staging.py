"""Files on their way."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from sitegen.digest import digest_bytes
from sitegen.errors import SiteError, UsageError
from sitegen.stages.write.staging import (
    PREFIX,
    Staged,
    discard,
    leave_nothing,
    locked,
    stage,
    stage_copy,
    staged_at,
    staging,
)
from tests.stages.write.support import put, tree


def test_staged_bytes_lie_ready_in_folders_like_those_they_are_published_in(tmp_path: Path) -> None:
    for path in ("a/b.html", "b.html", "x" * 255, "a/" * 500 + "b"):
        data = path.encode()
        assert stage(tmp_path, path, data) == Staged(path, digest_bytes(data), len(data))
        assert staged_at(tmp_path, path) == tmp_path / "tree" / path
        assert staged_at(tmp_path, path).read_bytes() == data


@pytest.mark.parametrize("paths", [("a", "a/b"), ("a/b", "a"), ("a/b/c", "a/b", "a/b/d")])
def test_files_whose_paths_meet_are_staged_all_the_same(tmp_path: Path, paths: tuple[str, ...]) -> None:
    """Only one of them will be published, and which that is nobody knows yet."""
    for path in paths:
        stage(tmp_path, path, path.encode())
    assert [staged_at(tmp_path, path).read_bytes() for path in paths] == [path.encode() for path in paths]
    discard(tmp_path, paths[0])
    assert not staged_at(tmp_path, paths[0]).is_file()


def test_a_copy_is_staged_and_digested_in_one_go(tmp_path: Path) -> None:
    put(tmp_path, {"source/a.png": b"picture"})
    source, digest = tmp_path / "source/a.png", digest_bytes(b"picture")
    for _ in range(2):
        staged = stage_copy(tmp_path, "img/a.png", source, digest, "content/a.png")
        assert staged == Staged("img/a.png", digest, 7)
        assert staged_at(tmp_path, "img/a.png").read_bytes() == b"picture"


def test_a_source_that_changed_since_it_was_scanned_is_a_problem(tmp_path: Path) -> None:
    put(tmp_path, {"a.png": b"after"})
    with pytest.raises(SiteError) as caught:
        stage_copy(tmp_path, "a.png", tmp_path / "a.png", digest_bytes(b"before"), "content/a.png")
    assert str(caught.value) == "content/a.png: The file changed while the site was being built. Build again."


def test_a_source_that_cannot_be_read_is_a_problem_with_its_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, why in (("none", "No such file or directory"), ("pipe", "It is not a file")):
        with pytest.raises(SiteError) as caught:
            stage_copy(tmp_path, "a.png", tmp_path / name, digest_bytes(b""), "content/a.png")
        [problem] = caught.value.problems
        assert problem.path == "content/a.png"
        assert problem.message == f"This cannot be copied to `a.png`: {why}"


def test_a_full_disk_is_told_in_plain_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    # The module: the package has a function of its name.
    monkeypatch.setattr(sys.modules["sitegen.stages.write.staging"], "_new_file", full)
    with pytest.raises(SiteError) as caught:
        stage(tmp_path, "a.html", b"x")
    assert str(caught.value) == (
        "a.html: This cannot be written: No space left on device. Make room on the disk and build again."
    )


def test_a_file_of_which_only_a_part_fits_is_told_and_not_taken_for_whole(tmp_path: Path) -> None:
    """The system takes the part that fits, without an error."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(SiteError, match=r"a\.html: This cannot be written: File too large"):
            stage(tmp_path, "a.html", b"x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_file_that_the_system_takes_in_parts_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:7]))
    stage(tmp_path, "a.html", bytes(range(100)))
    assert staged_at(tmp_path, "a.html").read_bytes() == bytes(range(100))


def test_a_staging_folder_lies_in_the_cache_and_is_gone_afterwards(tmp_path: Path) -> None:
    cache, output = tmp_path / "site/.sitegen", tmp_path / "site/output"
    with staging(output, cache) as folder:
        stage(folder, "a", b"x")
        assert folder.parent == cache
        assert not output.exists()
    assert not folder.exists()
    assert cache.stat().st_mode & 0o777 == 0o700
    assert sorted(tree(tmp_path / "site")) == [
        ".sitegen",
        next(path for path in tree(tmp_path / "site") if "lock-" in path),
    ]


def test_a_staging_folder_is_gone_after_an_error_too(tmp_path: Path) -> None:
    def interrupted() -> None:
        with staging(tmp_path / "output", tmp_path / "cache") as folder:
            stage(folder, "a", b"x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [path for path in tree(tmp_path) if PREFIX in path] == []


@pytest.mark.parametrize("refused", [1, 2])
def test_where_renaming_into_the_output_fails_the_next_best_place_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: int
) -> None:
    """Beside the output folder if the cache is on another disk, in it if it is a disk of its own."""
    cache, output = tmp_path / "site/.sitegen", tmp_path / "www/output"
    places = [cache, output.parent, output]
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if self.parent.parent in places[:refused]:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    output.mkdir(parents=True)
    with staging(output, cache) as folder:
        assert folder.parent == places[refused]
        assert folder.name.startswith(PREFIX)
    assert tree(tmp_path / "www") == {"output": None}


def test_a_site_that_cannot_be_written_to_needs_no_cache(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("a file, in which no folder can be made")
    with staging(tmp_path / "output", tmp_path / "site/.sitegen") as folder:
        assert folder.parent == tmp_path


def test_an_output_folder_that_cannot_be_written_to_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(UsageError) as caught, staging(tmp_path / "output", tmp_path / "cache"):
        pass
    assert str(caught.value) == (
        f"The output folder {tmp_path}/output cannot be written to: Permission denied. "
        "Allow it, or choose another folder with `--output`."
    )
    assert [path for path in tree(tmp_path) if PREFIX in path] == []


def test_what_a_killed_build_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    cache, output = tmp_path / "cache", tmp_path / "output"
    with staging(output, cache) as folder:
        name = folder.name
    with staging(tmp_path / "other", cache) as folder:
        other = folder.name
    for place in (cache, tmp_path, output):
        put(place / f"{name}-old", {"x": b""})
        (place / f"{name}.probe").touch()
        put(place / other, {"kept": b""})
    with staging(output, cache):
        pass
    left = {path for path, data in tree(tmp_path).items() if data is not None and "lock-" not in path}
    assert left == {f"cache/{other}/kept", f"{other}/kept", f"output/{other}/kept"}


def test_a_second_build_into_the_same_folder_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    output, cache = tmp_path / "output", tmp_path / "cache"
    with staging(output, cache) as folder:
        stage(folder, "a", b"x")
        refused = pytest.raises(UsageError, match="Another build of this site is writing to the same folder")
        with refused, staging(output, cache):
            pass
        assert staged_at(folder, "a").read_bytes() == b"x"
        with staging(tmp_path / "elsewhere", cache):
            pass
    with staging(output, cache):
        pass


def test_a_lock_is_gone_with_the_process_that_held_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    program = (
        "import pathlib, sys\n"
        "from sitegen.stages.write import locked\n"
        "with locked(pathlib.Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(UsageError), locked(path):
            pass
        process.kill()
    with locked(path):
        assert path.stat().st_size == 0


def test_an_error_in_the_block_of_a_lock_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="mine"), locked(tmp_path / "lock"):
        raise OSError("mine")


def test_ctrl_c_leaves_nothing_behind_whenever_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the folder is made and nobody knows its name yet, and while it is being removed."""
    output = tmp_path / "output"

    def interrupted(module: object, name: str) -> None:
        original = getattr(module, name)

        def once(*args: object, **named: object) -> None:
            monkeypatch.setattr(module, name, original)
            if name == "mkdtemp":
                original(*args, **named)
            raise KeyboardInterrupt

        monkeypatch.setattr(module, name, once)

    for module, name in ((tempfile, "mkdtemp"), (shutil, "rmtree")):
        interrupted(module, name)
        with pytest.raises(KeyboardInterrupt), staging(output, tmp_path / "cache") as folder:
            put(folder, {"tree/a.html": b"x"})
        assert not list(tmp_path.rglob(f"{PREFIX}*"))


def test_what_this_process_staged_can_be_removed_from_outside_and_nothing_else_is(tmp_path: Path) -> None:
    output, cache = tmp_path / "output", tmp_path / "cache"
    with staging(output, cache) as folder:
        other = folder.with_name(folder.name.replace(f"-{os.getpid()}-", "-1-"))
        other.mkdir()
        leave_nothing(output, cache)
        assert not folder.exists()
        assert other.exists()
