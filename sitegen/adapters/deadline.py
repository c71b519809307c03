"""A time limit for work that may never end, by the system's interval timer.

Python-Markdown and templates can run for minutes on a few kilobytes. A timer's signal reaches Python code and
its regular expressions, wherever they are; nothing of the kind reaches a thread, so the limit holds only in
the main thread of a process and is silently absent elsewhere: run such work there or in a worker process.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Hook = Callable[[sys.UnraisableHookArgs], object]


class Overdue(BaseException):
    """The time is up.

    Not an `Exception`, so that a library's own `except Exception` cannot swallow it.
    """


class _Alarm:
    """The timer of this process, and whether a ring of it counts."""

    armed = False
    standing = False


@contextmanager
def standing() -> Iterator[None]:
    """Make the deadlines in the block cost less: what they share is set up once. Blocks may be nested."""
    if _Alarm.standing or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        if _Alarm.armed:
            raise Overdue

    before = signal.signal(signal.SIGALRM, ring)
    hook = sys.unraisablehook
    sys.unraisablehook = _quietly(hook)
    _Alarm.standing = True
    try:
        yield
    finally:
        _Alarm.standing = False
        signal.signal(signal.SIGALRM, before)
        sys.unraisablehook = hook


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise `Overdue` in the block after `seconds` of wall time, and once more every second until it ends."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with standing():
        try:
            try:
                # Within, since little time may be up at once.
                _Alarm.armed = True
                signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
                yield
            finally:
                # A ring in this very moment must not keep the timer from being stopped below.
                _Alarm.armed = False
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _quietly(hook: Hook) -> Hook:
    """A hook that says nothing of a ring that came while Python was collecting garbage.

    Python drops what is raised there and prints it. The next ring, a second later, is not lost.
    """

    def tell(lost: sys.UnraisableHookArgs) -> None:
        if lost.exc_type is not Overdue:
            hook(lost)

    return tell
