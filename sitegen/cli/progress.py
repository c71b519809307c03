"""A progress bar for builds that take their time."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress


class Bar:
    """Shows a build's steps on a terminal once the build has taken longer than `patience` seconds.

    It draws in the calls that it gets and starts no thread: the build may fork processes meanwhile.
    """

    def __init__(
        self, stream: TextIO, patience: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._from = clock() + patience
        self._progress: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def __call__(self, step: str, done: int, total: int) -> None:
        """Note that `done` of the `total` items of a step are done."""
        if self._progress is None:
            if self._clock() < self._from or not self._stream.isatty():
                return
            self._progress = _start(self._stream)
        progress = self._progress
        progress.update(progress.task_ids[0], description=step, completed=done, total=total, refresh=True)


def _start(stream: TextIO) -> Progress:
    from rich.console import Console  # fast builds never need it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    progress = Progress(*columns, console=Console(file=stream), transient=True, auto_refresh=False)
    progress.start()
    progress.add_task("", total=1)
    return progress
