"""What has to be done to an output folder: a pure decision about what lies in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Literal, NamedTuple

from sitegen.digest import Digest
from sitegen.errors import Problem
from sitegen.model.report import MANIFEST
from sitegen.text.paths import escapes, fold_path, unportable


class Entry(NamedTuple):
    """What lies at a path in the output folder, links not followed."""

    kind: Literal["file", "folder", "link", "other"]
    digest: Digest = Digest("")
    """Of a file that may be as planned; empty for one that cannot be, since its size differs."""
    identity: tuple[int, int] = (0, 0)
    """Device and inode."""


class Changes(NamedTuple):
    """What to do, in this order, and why it may not be done."""

    clear: tuple[str, ...] = ()
    """Ours, and in the way: files where a folder must go, folders where a file must; what is inside first."""
    write: tuple[str, ...] = ()
    """New files and those with other bytes: assets, pages, then feeds and the like."""
    remove: tuple[str, ...] = ()
    """Our files that are no longer planned."""
    prune: tuple[str, ...] = ()
    """Folders that may be empty then, the innermost first."""
    unchanged: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def wrong_paths(paths: Iterable[str]) -> list[Problem]:
    """What is wrong with planned paths before anything is looked at: no two may meet, none may lead out."""
    problems = []
    seen: dict[str, str] = {}
    for path in sorted(paths):
        why = escapes(path) or unportable(path)
        if why:
            problems.append(Problem(path=path, message=f"The path of this file {why}", hint="Rename it."))
        elif fold_path(path) == fold_path(MANIFEST):
            message = "sitegen keeps its own list under this name"
            problems.append(Problem(path=path, message=message, hint="Give this file another one."))
        first = seen.setdefault(fold_path(path), path)
        if first != path:
            message = f"`{first}` and `{path}` are one file on many disks"
            problems.append(Problem(path=path, message=message, hint="Give one of them another address."))
    for folded, path in seen.items():
        for folder in folders_of(folded):
            if folder in seen:
                message = f"`{seen[folder]}` would be a file, and a folder for `{path}`"
                hint = "Give one of them another address."
                problems.append(Problem(path=path, message=message, hint=hint))
    return problems


def changes(owned: Collection[str], planned: Mapping[str, Digest], disk: Mapping[str, Entry]) -> Changes:
    """What makes the disk equal to the plan, touching nothing but owned files; nothing if that is impossible.

    `disk` holds, as far as they exist, every owned and planned path, each folder on the way to one, and all
    that is in a folder which lies where a file must go. A stranger's file with the very bytes that are
    planned is taken over; any other one in the way is a problem.
    """
    decision = _Decision(owned, planned, disk)
    for path, digest in sorted(planned.items()):
        decision.place(path, digest)
    return decision.changes()


class _Decision:
    def __init__(
        self, owned: Collection[str], planned: Mapping[str, Digest], disk: Mapping[str, Entry]
    ) -> None:
        self.owned = frozenset(owned)
        self.planned = planned
        self.disk = disk
        self.clear: set[str] = set()
        self.write: list[str] = []
        self.unchanged: list[str] = []
        self.problems: list[Problem] = []
        self.respelt = dict(self.twins())

    def twins(self) -> Iterator[tuple[str, str]]:
        """Planned paths that this disk takes for an owned one of another spelling, and that one."""
        folded = {fold_path(path): path for path in self.planned}
        for path in sorted(self.owned.difference(self.planned)):
            planned = folded.get(fold_path(path), "")
            there = self.disk.get(planned)
            if there is not None and self.kind(path) == "file" and self.disk[path].identity == there.identity:
                yield planned, path

    def place(self, path: str, digest: Digest) -> None:
        """Decide about one planned file."""
        entry = self.disk.get(path)
        blocker = next((folder for folder in folders_of(path) if self.kind(folder) not in ("", "folder")), "")
        if blocker:
            self.make_way(path, blocker)
        elif entry is None:
            self.write.append(path)
        elif path in self.respelt:
            self.clear.update([self.respelt[path], *folders_of(self.respelt[path])])
            self.write.append(path)
        elif entry.kind == "folder":
            self.replace_folder(path)
        elif entry.kind == "file" and entry.digest == digest:
            self.unchanged.append(path)
        elif entry.kind == "file" and path in self.owned:
            self.write.append(path)
        else:
            self.stranger(path, path)

    def make_way(self, path: str, blocker: str) -> None:
        """A file lies where a folder must go."""
        if blocker in self.owned and self.kind(blocker) == "file":
            self.clear.add(blocker)
            self.write.append(path)
        else:
            self.stranger(path, blocker)

    def replace_folder(self, path: str) -> None:
        """A folder lies where a file must go."""
        inside = [other for other in self.disk if other.startswith(f"{path}/")]
        foreign = [other for other in inside if self.kind(other) != "folder" and not self.is_ours(other)]
        if foreign:
            self.stranger(path, min(foreign))
        else:
            self.clear.update(inside, [path])
            self.write.append(path)

    def stranger(self, path: str, other: str) -> None:
        what = {"link": "a link", "file": "a file"}.get(self.kind(other), "something")
        place = "Here" if path == other else f"At `{other}`, in the way of this,"
        message = f"{place} lies {what} that is not sitegen's"
        hint = "Move it out of the output folder, or give the page another address."
        self.problems.append(Problem(path=path, message=message, hint=hint))

    def is_ours(self, path: str) -> bool:
        return path in self.owned and self.kind(path) == "file"

    def kind(self, path: str) -> str:
        return _kind(self.disk, path)

    def changes(self) -> Changes:
        if self.problems:
            return Changes(problems=tuple(self.problems))
        gone = self.owned.difference(self.planned, self.clear)
        # Also those of files that are gone already: a build that was killed may have left them empty.
        left = {folder for path in gone for folder in folders_of(path) if self.kind(folder) == "folder"}
        kept = {folder for path in self.planned for folder in folders_of(path)}
        return Changes(
            clear=tuple(sorted(self.clear, reverse=True)),
            write=tuple(sorted(self.write, key=lambda path: (_phase(path), path))),
            # In the other order than they came: what others name goes after those.
            remove=tuple(sorted(filter(self.is_ours, gone), key=lambda path: (-_phase(path), path))),
            prune=tuple(sorted(left - kept - self.clear, reverse=True)),
            unchanged=tuple(self.unchanged),
        )


class Move(NamedTuple):
    """A step of publishing."""

    path: str
    """Of a file, or of a new folder that is published whole."""
    files: tuple[str, ...]
    """What comes with it."""


def moves(write: Iterable[str], disk: Mapping[str, Entry]) -> list[Move]:
    """The fewest steps that publish these files: assets first, then pages, then feeds and the like.

    A folder that is new comes whole, unless it holds both assets and pages that may show those of others:
    then what is in it comes one by one.
    """
    phases: dict[str, set[int]] = {}
    news: dict[str, list[str]] = {}
    for path in write:
        news[path] = [folder for folder in folders_of(path) if _kind(disk, folder) != "folder"]
        for folder in news[path]:
            phases.setdefault(folder, set()).add(_phase(path))
    groups: dict[str, list[str]] = {}
    for path, folders in news.items():
        alike = (folder for folder in folders if 0 not in phases[folder] or len(phases[folder]) == 1)
        groups.setdefault(next(alike, path), []).append(path)
    steps = [(max(map(_phase, files)), path, tuple(files)) for path, files in groups.items()]
    return [Move(path, files) for _, path, files in sorted(steps)]


def _kind(disk: Mapping[str, Entry], path: str) -> str:
    entry = disk.get(path)
    return entry.kind if entry is not None else ""


def folders_of(path: str) -> list[str]:
    """The folders on the way to a path, the outermost first."""
    found = []
    at = path.find("/")
    while at >= 0:
        found.append(path[:at])
        at = path.find("/", at + 1)
    return found


def _phase(path: str) -> int:
    """No page may name an asset that is not there, no feed a page."""
    return {".html": 1, ".htm": 1, ".xml": 2}.get(PurePosixPath(path).suffix.lower(), 0)
