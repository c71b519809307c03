"""Making the output folder equal to what is staged."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from sitegen.adapters.files import digest_file
from sitegen.adapters.stamps import Stamp, looks_like
from sitegen.digest import Digest
from sitegen.errors import Problem, SiteError
from sitegen.model.report import MANIFEST, Manifest, Written
from sitegen.stages.write.changes import Changes, Entry, Move, changes, folders_of, moves, wrong_paths
from sitegen.stages.write.manifest import manifest_of, read_manifest, write_manifest
from sitegen.stages.write.staging import PREFIX, TREE, Staged, staged_at, unwritable
from sitegen.text.paths import fold_path

_STAYS = (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST, errno.EBUSY)
"""Gone already, a folder that holds something, or one on which a disk is mounted."""


def publish(
    staged: Iterable[Staged], folder: Path, output: Path, known: Mapping[str, Stamp] | None = None
) -> Written:
    """Make `output` hold the staged files of `folder`, and of ours no others.

    Files that are as they shall be are not touched; they need not lie in `folder`. A file that looks like its
    stamp in `known` is not read to find that out. Raises `SiteError`: before anything is touched where a
    stranger's file is in the way or paths clash, later only if the disk refuses; the next build then goes on
    from there. Raises `UsageError` if the manifest is damaged.
    """
    output = Path(os.path.realpath(output))
    files = list(staged)
    planned = {file.path: file.digest for file in files}
    old = read_manifest(output)
    owned = dict(old.files)
    problems = _twice(files)
    if planned.keys() != owned.keys():
        # Those that are there already had nothing wrong with them.
        problems += wrong_paths(planned)
    if problems:
        raise SiteError(_shown(problems, output))
    kept = _untouched(files, owned, planned)
    look = _Look(output, {file.path: file.size for file in files if file.path not in kept}, known or {})
    some_owned = owned.keys() - kept
    some_planned = {path: digest for path, digest in planned.items() if path not in kept}
    disk = look.at(some_owned)
    todo = changes(some_owned, some_planned, disk)
    problems = [*todo.problems, *_late(files, todo)]
    if problems:
        raise SiteError(_shown(problems, output))
    manifest = manifest_of(planned)
    _act(todo, moves(todo.write, disk), _Manifests(old, manifest), folder, output)
    return Written(
        written=todo.write,
        unchanged=len(todo.unchanged) + len(kept),
        removed=tuple(sorted({*todo.remove, *owned.keys() & set(todo.clear)})),
        foreign=foreign(output, planned),
        manifest=manifest,
    )


def _untouched(files: list[Staged], owned: Collection[str], planned: Collection[str]) -> set[str]:
    """The files that are there already, and need not be looked at again."""
    kept = {file.path for file in files if file.there and file.path in owned}
    # Where case does not count, what is to be removed may be one of them under another name.
    gone = {fold_path(path) for path in owned if path not in planned}
    return set() if gone and not gone.isdisjoint(map(fold_path, kept)) else kept


def _late(files: list[Staged], todo: Changes) -> list[Problem]:
    """Files that were there when the build began, and are not any more."""
    there = {file.path for file in files if file.there}
    message = "Somebody changed or removed this file while the site was being built"
    return [Problem(path=path, message=message, hint="Build again.") for path in todo.write if path in there]


def _twice(files: list[Staged]) -> list[Problem]:
    seen: set[str] = set()
    problems = []
    for file in files:
        if file.path in seen:
            hint = "Give one of them another address."
            problems.append(Problem(path=file.path, message="Two files have this one path", hint=hint))
        seen.add(file.path)
    return problems


class _Look:
    """One look at the output folder, links not followed."""

    def __init__(self, output: Path, planned: Mapping[str, int], known: Mapping[str, Stamp]) -> None:
        self.output = output
        self.planned = planned
        self.known = known
        self.disk: dict[str, Entry] = {}
        self.absent: set[str] = set()

    def at(self, owned: Iterable[str]) -> dict[str, Entry]:
        """What lies at the planned and the owned paths, and on the way to them."""
        for path in sorted({*self.planned, *owned}):
            if all(self.is_folder(folder) for folder in folders_of(path)):
                self.note(path)
        for path in self.planned:
            if path in self.disk and self.disk[path].kind == "folder":
                with _in_plain_words(self.output, path):
                    self.add_all_in(path)
        return self.disk

    def is_folder(self, path: str) -> bool:
        self.note(path)
        return path in self.disk and self.disk[path].kind == "folder"

    def note(self, path: str) -> None:
        if path not in self.disk and path not in self.absent:
            entry = self.entry(path)
            if entry is None:
                self.absent.add(path)
            else:
                self.disk[path] = entry

    def entry(self, path: str) -> Entry | None:
        """What lies at a path; its digest only if it has the planned size and can be read."""
        where = f"{self.output}/{path}"
        try:
            found = os.lstat(where)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SiteError(_shown([unwritable(path, error)], self.output)) from None
        identity = (found.st_dev, found.st_ino)
        if stat.S_ISDIR(found.st_mode):
            return Entry("folder", identity=identity)
        if not stat.S_ISREG(found.st_mode):
            return Entry("link" if stat.S_ISLNK(found.st_mode) else "other", identity=identity)
        known = self.known.get(path)
        if known is not None and looks_like(known, found):
            return Entry("file", known.digest, identity)
        digest = Digest("")
        if found.st_size == self.planned.get(path):
            with suppress(OSError):
                digest = digest_file(Path(where))[0]
        return Entry("file", digest, identity)

    def add_all_in(self, path: str) -> None:
        for name in sorted(os.listdir(self.output / path)):  # noqa: PTH208 - names, not paths
            self.note(f"{path}/{name}")
            if self.is_folder(f"{path}/{name}"):
                self.add_all_in(f"{path}/{name}")


class _Manifests(NamedTuple):
    old: Manifest
    new: Manifest


def _act(todo: Changes, steps: Iterable[Move], manifests: _Manifests, folder: Path, output: Path) -> None:
    """Do what was decided. Killed after any step, the manifest names at least all files that are ours."""
    old, manifest = manifests
    with _in_plain_words(output, MANIFEST):
        output.mkdir(parents=True, exist_ok=True)
        both = manifest_of({**dict(old.files), **dict(manifest.files)}) if todo.write else old
        if both != old:
            write_manifest(both, folder, output)
    for path in todo.clear:
        _remove(output, path)
    alone = _has_files_aside(folder)
    for step in steps:
        if alone or step.files == (step.path,) or not _move_folder(step.path, folder, output):
            for path in step.files:
                _move(path, staged_at(folder, path) if alone else f"{folder}/{TREE}/{path}", output)
    for path in (*todo.remove, *todo.prune):
        _remove(output, path)
    with _in_plain_words(output, MANIFEST):
        if manifest != both or not (output / MANIFEST).exists():
            write_manifest(manifest, folder, output)


def _has_files_aside(folder: Path) -> bool:
    """Whether some file is not staged in the folder that it will be published in."""
    return not {TREE, MANIFEST}.issuperset(os.listdir(folder))  # noqa: PTH208 - names, not paths


def _move(path: str, staged: Path | str, output: Path) -> None:
    # Once for each page that is made anew: a `Path` costs more than the rename itself.
    target = f"{output}/{path}"
    above = target.rpartition("/")[0]
    try:
        if not os.path.isdir(above):  # noqa: PTH112
            Path(above).mkdir(parents=True, exist_ok=True)
        os.replace(staged, target)  # noqa: PTH105 - as in `write_manifest`
    except OSError as error:
        raise SiteError(_shown([unwritable(path, error)], output)) from None


def _move_folder(path: str, folder: Path, output: Path) -> bool:
    """Publish a new folder with all that is in it; whether that went."""
    with _in_plain_words(output, path):
        (output / path).parent.mkdir(parents=True, exist_ok=True)
    try:
        os.replace(folder / TREE / path, output / path)  # noqa: PTH105 - as in `write_manifest`
    except OSError:
        # A disk of its own is mounted there, or somebody was faster: then file by file, which tells why.
        return False
    return True


def _remove(output: Path, path: str) -> None:
    """Remove a file, or a folder if it is empty."""
    target = output / path
    with _in_plain_words(output, path):
        try:
            if target.is_dir() and not target.is_symlink():
                target.rmdir()
            else:
                target.unlink()
        except OSError as error:
            if error.errno not in _STAYS:
                raise


def foreign(output: Path, planned: Iterable[str]) -> tuple[str, ...]:
    """The names at the top of the output folder under which nothing is ours."""
    ours = {path.partition("/")[0] for path in planned} | {MANIFEST}
    names = os.listdir(output)  # noqa: PTH208 - names, not paths
    return tuple(sorted(name for name in names if name not in ours and not name.startswith(PREFIX)))


def _shown(problems: Iterable[Problem], output: Path) -> list[Problem]:
    """Problems of paths below the output folder, with its name before them."""
    return [replace(problem, path=f"{output.name}/{problem.path}") for problem in problems]


@contextmanager
def _in_plain_words(output: Path, path: str) -> Iterator[None]:
    """Turn what the system says into a problem."""
    try:
        yield
    except OSError as error:
        raise SiteError(_shown([unwritable(path, error)], output)) from None
