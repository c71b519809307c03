"""What the steps of one build share, and what a session keeps from build to build."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Sized
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from msgspec import Struct
from msgspec.structs import replace

import sitegen
from sitegen.build.members import Members
from sitegen.config import Config
from sitegen.engine.code import code_digest
from sitegen.engine.memo import Memo, Notes
from sitegen.engine.pool import Pool
from sitegen.engine.store import Cipher, Store, StoreDamaged, StoreFull, forget
from sitegen.errors import Problem, SiteError
from sitegen.stages.scan import Roots

CACHE = ".sitegen"
"""The folder, in the site's, for what only sitegen needs."""
STORE = "cache.db"
"""The store, in that folder. It may be deleted at any time."""

Progress = Callable[[str, int, int], None]
"""Told of each step: its name, how many of its items are done, and how many there are."""


class Options(Struct, frozen=True, kw_only=True):
    """How to build."""

    site: Path
    """The site's folder, which holds `sitegen.toml`."""
    output: Path
    now: datetime
    """Read once, with a UTC offset: what is in the future, what has expired."""
    drafts: bool = False
    """Publish drafts too."""
    preview: bool = False
    """For `serve`: drafts and posts to come are shown, broken links warned of, assets keep their names."""
    jobs: int = 0
    """How many processes convert and render; 0 for as many as there are processors."""
    strict: bool = False
    """Warnings are errors."""
    keep_going: bool = False
    """Leave out what has an error and publish the rest."""
    explain: bool = False
    """Say of each page that is made anew why."""
    cold: bool = False
    """Take nothing from earlier builds, and leave nothing for later ones."""


class Session:
    """Worker processes and the store, for one build or for many of one site.

    The workers start when they are first needed. The store is the file in the site's cache, made when a build
    first wants it; another file after one that turned out to be damaged, and none at all after two.

    With `settles_later`, what builds note down is at hand for the next one, and written when `settle` is
    called: somebody waits for the pages meanwhile. If that never happens, the next session has more to do.
    """

    def __init__(
        self,
        site: Path,
        jobs: int = 0,
        *,
        cold: bool = False,
        only_if_there: bool = False,
        settles_later: bool = False,
    ) -> None:
        self.pool = Pool(jobs, preload=("sitegen.build.work", "sitegen.build.tools"))
        self._file = None if cold else site.absolute() / CACHE / STORE
        self._only_if_there = only_if_there
        self._store: Store | None = None
        self._cipher: Cipher | None = None
        self._notes = Notes()
        self.recalls = False
        """Whether the build at work has notes of an earlier one at hand."""
        self.settles_later = settles_later
        self.damaged = 0
        """How many stores turned out to be damaged."""

    @property
    def store(self) -> Store:
        """The store of this moment."""
        if self._store is None:
            file = self._file
            if file is not None and self._only_if_there and not file.exists():
                file = None
            if file is not None:
                with suppress(OSError):
                    file.parent.mkdir(mode=0o700, exist_ok=True)
            self._store = Store(file, self._cipher)
        return self._store

    def new_memo(self) -> Memo:
        """A memo for a build that begins."""
        self.recalls = self.settles_later and bool(self._notes.known)
        return Memo(self.store, code_digest(Path(sitegen.__file__).parent), self._notes)

    def seal(self, cipher: Cipher | None) -> None:
        """From now on keep everything sealed with this cipher, or in clear: in another store than before."""
        if cipher != self._cipher:
            self.let_go()
            self._cipher = cipher

    def let_go(self) -> None:
        """Let go of the store and of what was noted for it."""
        self.settle()
        if self._store is not None:
            self._store.close()
            self._store = None
        self._notes = Notes()

    def settle(self) -> None:
        """Write down what builds noted, once nobody waits for it."""
        if self._store is not None:
            with suppress(StoreDamaged, StoreFull):
                self._notes.write(self._store)
                self._store.finish()

    def renew(self) -> None:
        """Give up the store, which is damaged."""
        recalled, self._notes = self.recalls, Notes()
        self.recalls = False
        if recalled:
            # Another build may have thrown away what the notes at hand speak of, and its own are sound.
            return
        self.damaged += 1
        if self._store is not None:
            self._store.close()
            self._store = None
        if self._file is not None:
            forget(self._file)
        if self.damaged > 1:
            self._file = None

    def close(self) -> None:
        """End the workers, and let go of the store."""
        self.pool.close()
        self.let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Shop(NamedTuple):
    """What all steps of one build share."""

    options: Options
    config: Config
    roots: Roots
    session: Session
    memo: Memo
    members: Members
    progress: Progress
    problems: list[Problem]
    """All that was found wrong so far."""
    left_out: set[str]
    """Files that are not published because of what is wrong with them."""

    @property
    def pool(self) -> Pool:
        """The workers."""
        return self.session.pool

    @property
    def store(self) -> Store:
        """Bodies, and results of earlier builds."""
        return self.memo.store

    @property
    def keeps_gated(self) -> bool:
        """Whether the store may hold what is gated: if it is sealed, or all is published in clear anyway."""
        return self.members.file is not None or self.members.lock.hosted

    def note(self, problems: Iterable[Problem]) -> None:
        """Remember problems, as serious as this build takes them."""
        for problem in problems:
            harder = self.options.strict and problem.severity == "warning"
            self.problems.append(replace(problem, severity="error") if harder else problem)

    def is_wrong(self) -> bool:
        """Whether there is an error."""
        return any(problem.severity == "error" for problem in self.problems)

    def stop_if_wrong(self) -> None:
        """Raise `SiteError` if there is an error; the report holds all that was found so far."""
        if self.is_wrong():
            raise SiteError(dict.fromkeys(self.problems))

    def steps(self, name: str, items: Sized) -> Callable[[int], None]:
        """Tells the progress of a step with so many items."""
        total = len(items)
        return lambda done: self.progress(name, done, total)


def theme_folder() -> Path:
    """The default theme: in the installed package, or in the checkout that an editable install points to."""
    package = Path(sitegen.__file__).parent
    checkout = package.parent
    pyproject = checkout / "pyproject.toml"
    if pyproject.is_file():
        project = tomllib.loads(pyproject.read_text(encoding="utf-8")).get("project", {})
        if project.get("name") == "sitegen":
            return checkout / "templates"
    return package / "templates"
