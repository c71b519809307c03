"""Which files of a site were saved, told once for a burst of changes.

The system's own notices come through watchfiles. Where the system has run out of them, and where it has
none, the folders are looked through again and again; watchfiles' own polling is not used for that, since it
compares times by the second and misses the later of two saves within one.
"""

from __future__ import annotations

import os
import platform
import re
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import watchfiles
from msgspec import Struct

QUIET = 0.05
"""Seconds without a change that end a burst."""
LONGEST = 5.0
"""Seconds after which a burst that does not end is told all the same."""
_STEP = 25
"""Milliseconds between two looks at what the system has noticed."""

IGNORED_FOLDERS = frozenset({".git", ".hg", ".svn", ".sitegen", ".venv", "node_modules", "__pycache__"})
_IGNORED_NAMES = re.compile(
    r".*~"  # Emacs, Vim, gedit: the file as it was
    r"|\..*\.sw[a-z]"  # Vim: what is being written
    r"|4913"  # Vim: may I write into this folder?
    r"|#.*#|\.#.*"  # Emacs: saved by itself; lock
    r"|___jb_\w+___"  # JetBrains: safe write
    r"|\.goutputstream-\w+"  # GLib: before the rename
    r"|\.~lock\..*#"  # LibreOffice
    r"|\.DS_Store|Thumbs\.db|desktop\.ini"
)


class Roots(Struct, frozen=True):
    """What to watch."""

    folders: tuple[Path, ...]
    """With all that is below them. They need not exist."""
    files: tuple[Path, ...] = ()
    """Single files, whatever happens beside them."""
    ignored: tuple[Path, ...] = ()
    """Folders inside those that a build itself writes into."""


class Source(Protocol):
    """Something that notices changes."""

    def look(self) -> set[str]:
        """Wait a moment; the paths that changed since the last look. Raises `OSError` or `RuntimeError`."""

    def close(self) -> None:
        """Stop noticing."""


def relevant(path: str, roots: Roots) -> bool:
    """Whether a change of this path can be an author's."""
    whole = Path(path)
    if _IGNORED_NAMES.fullmatch(whole.name):
        return False
    if any(whole.is_relative_to(folder) for folder in roots.ignored):
        return False
    below = [whole.relative_to(folder).parts for folder in roots.folders if whole.is_relative_to(folder)]
    # Below a root only: the site itself may well live in a folder of such a name.
    return not any(IGNORED_FOLDERS.intersection(parts) for parts in below)


class Watcher:
    """Waits for bursts of changes below the roots.

    `roots` is asked anew at each wait, since a site's configuration says what belongs to it. What changes
    while nobody waits is told at the next wait.
    """

    def __init__(
        self,
        roots: Callable[[], Roots],
        warn: Callable[[str], None],
        notices: Callable[[Roots], Source] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = roots
        self._warn = warn
        self._notices = notices or Notices
        self._clock = clock
        self._polling = must_poll(roots(), platform.release(), os.environ)
        self._roots = Roots(())
        self._pins: tuple[object, ...] = ()
        self._source: Source | None = None

    def arm(self) -> None:
        """Notice changes from now on."""
        self.close()
        self._roots = self._ask()
        # Taken before: what is replaced in between shows as a difference at the next look.
        self._pins = _pins(self._roots)
        try:
            self._source = Polling(self._roots) if self._polling else self._notices(self._roots)
        except FileNotFoundError:
            self._pins = ()
        except (OSError, RuntimeError) as error:
            self._fall_back(error)

    def wait(self, ended: Callable[[], bool] = lambda: False) -> frozenset[str]:
        """Wait for a burst of changes to end; the paths that changed. Empty only if `ended` says so."""
        found = set[str]()
        if self._ask() != self._roots:
            self.arm()
            # What changed there before is not known.
            found = set(map(str, (*self._roots.folders, *self._roots.files)))
        while not found and not ended():
            found = self._look()
        first = last = now = self._clock()
        while not ended() and now - last < QUIET and now - first < LONGEST:
            more = self._look()
            now = self._clock()
            last = now if more else last
            found |= more
        return frozenset(found)

    def close(self) -> None:
        """Stop noticing."""
        if self._source is not None:
            self._source.close()
            self._source = None

    def _look(self) -> set[str]:
        found = set[str]()
        if self._source is None:
            time.sleep(_STEP / 1000)
        else:
            try:
                found = {path for path in self._source.look() if relevant(path, self._roots)}
            except (OSError, RuntimeError) as error:
                self._fall_back(error)
                found = set(map(str, self._roots.folders))
        return found | self._unpinned()

    def _unpinned(self) -> set[str]:
        """Roots that are other ones than before: moved away, come back, replaced."""
        pins = _pins(self._roots)
        if pins == self._pins:
            return set()
        every = (*self._roots.folders, *self._roots.files)
        # Any of them, where what was there before is not known.
        before = self._pins or ("unknown",) * len(pins)
        changed = {str(path) for path, new, old in zip(every, pins, before, strict=True) if new != old}
        # A folder that was moved or removed takes its notices with it.
        if changed.isdisjoint(map(str, self._roots.folders)):
            self._pins = pins
        else:
            self.arm()
        return changed

    def _fall_back(self, error: Exception) -> None:
        """Polling from now on; said once, as it is done once."""
        self._warn(
            f"The system cannot tell of changed files ({error}), so they are looked for instead, which takes"
            " a little longer. On Linux, `fs.inotify.max_user_watches` sets how many it can watch."
        )
        self._polling = True
        self.close()
        self._source = Polling(self._roots)


class Notices:
    """Changes as the system tells them."""

    def __init__(self, roots: Roots) -> None:
        """Raises `OSError` or `RuntimeError` if the system cannot tell."""
        self._watch: Generator[set[tuple[Any, str]], None, None] = watchfiles.watch(
            *(folder for folder in roots.folders if folder.is_dir()),
            watch_filter=None,
            debounce=_STEP,
            step=_STEP,
            rust_timeout=_STEP,
            yield_on_timeout=True,
            force_polling=False,
            ignore_permission_denied=True,
        )
        # The first look is what starts it.
        next(self._watch)

    def look(self) -> set[str]:
        """Wait a moment; the paths that changed since the last look. Raises as the constructor does."""
        return {path for _change, path in next(self._watch)}

    def close(self) -> None:
        """Stop noticing."""
        self._watch.close()


class Polling:
    """Changes found by comparing what lies in the folders with what lay there before."""

    def __init__(self, roots: Roots, seconds: float = 0.2) -> None:
        self._roots = roots
        self._seconds = seconds
        self._pause = seconds
        self._seen = self._snapshot()

    def look(self) -> set[str]:
        """Wait a moment; the paths that changed since the last look."""
        time.sleep(self._pause)
        before, self._seen = self._seen, self._snapshot()
        return {path for path, _stat in before.items() ^ self._seen.items()}

    def close(self) -> None:
        """Forget what lay there."""
        self._seen = {}

    def _snapshot(self) -> dict[str, tuple[int, ...]]:
        start = time.monotonic()
        seen = {path: stat for folder in self._roots.folders for path, stat in _stats(folder)}
        # Never more than a tenth of the time.
        self._pause = max(self._seconds, 9 * (time.monotonic() - start))
        return seen


def _stats(folder: Path | str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The files below a folder, each with what changes when it is written."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        try:
            if not entry.is_dir(follow_symlinks=False):
                yield entry.path, _state(entry.stat())
                continue
        except OSError:
            continue
        if entry.name not in IGNORED_FOLDERS:
            yield from _stats(entry.path)


def _pins(roots: Roots) -> tuple[object, ...]:
    """What tells that a root is the same one as before, and a single file in the same state."""
    folders = (_stat(folder) for folder in roots.folders)
    files = (_stat(file) for file in roots.files)
    return (
        *(stat and (stat.st_dev, stat.st_ino) for stat in folders),
        *(stat and _state(stat) for stat in files),
    )


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _state(stat: os.stat_result) -> tuple[int, ...]:
    # The change time with the rest: unlike the others, nobody can set it back.
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def must_poll(roots: Roots, release: str, environ: Mapping[str, str]) -> bool:
    """Whether notices are known not to come: Windows' disks seen from WSL, or where the user says so."""
    if environ.get("WATCHFILES_FORCE_POLLING", "").lower() not in ("", "false", "disable", "disabled"):
        return True
    below = any(folder.is_relative_to("/mnt") for folder in roots.folders)
    return below and "microsoft" in release.lower()
