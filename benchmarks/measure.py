"""One command: how long it takes, and what it and all the processes it starts use.

    python -m benchmarks.measure COMMAND...

The command runs below a small process of its own that adopts what it leaves behind
(`PR_SET_CHILD_SUBREAPER`): nobody waits for the workers of a fork server, and the usual `time` does not count
them. That process goes on until the last of them has ended, and until then adds up every 100 ms what all of
them hold of the memory (`Pss` in `smaps_rollup`: a page that two processes share counts half for each). Linux
only.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

EVERY = 0.1
"""Seconds between two looks at the memory."""
LEFTOVERS = 20.0
"""Seconds that processes may go on after the command has ended; then they are ended."""
_SET_CHILD_SUBREAPER = 36
"""From `linux/prctl.h`."""


class Measured(NamedTuple):
    """What a command took."""

    seconds: float
    """By the clock on the wall, until the command ended."""
    processor: float
    """Seconds of processor time of all processes, in the program and in the kernel."""
    memory: int
    """Bytes: the most that all processes held together, or the largest of them alone if that is more."""
    code: int
    others: float
    """How much of the machine's processors other programs used meanwhile, 0 to 1."""


class CommandFailed(Exception):
    """A command that was to be measured ended with a mistake."""


def measure(
    command: Sequence[str], folder: Path, log: Path, environment: Mapping[str, str], timeout: float = 3600
) -> Measured:
    """Run a command in a folder, its output in `log`. Raises `CommandFailed` if it does."""
    with tempfile.TemporaryDirectory() as scratch:
        result = Path(scratch, "result.json")
        wrapper = [sys.executable, "-S", "-E", __file__, f"--result={result}", *command]
        with log.open("wb") as output:
            watched = subprocess.Popen(
                wrapper, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
            try:
                watched.wait(timeout)
            except subprocess.TimeoutExpired:
                watched.terminate()
                watched.wait()
        if not result.is_file():
            raise CommandFailed(f"It took more than {timeout:.0f} s: {' '.join(command)}")
        measured = Measured(**json.loads(result.read_text()))
    if measured.code:
        said = log.read_text(errors="replace")[-2000:]
        raise CommandFailed(f"It ended with {measured.code}: {' '.join(command)}\n{said}")
    return measured


# In the process that adopts


def watch(command: Sequence[str]) -> Measured:
    """Run a command until it and all it started have ended."""
    if ctypes.CDLL(None, use_errno=True).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    signal.signal(signal.SIGTERM, _end_all)
    memory = _Memory()
    busy, start = _busy(), time.perf_counter()
    first = subprocess.Popen(command)
    memory.start()
    code, seconds = _wait(first.pid, start)
    first.returncode = code
    whole = time.perf_counter() - start
    memory.stop()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = usage.ru_utime + usage.ru_stime
    theirs = _busy() - busy - processor - time.process_time()
    return Measured(
        seconds=seconds,
        processor=processor,
        memory=max(memory.peak, usage.ru_maxrss * 1024),
        code=code,
        others=min(1.0, max(0.0, theirs / whole / (os.cpu_count() or 1))),
    )


def _wait(pid: int, start: float) -> tuple[int, float]:
    """The exit code of a process and when it ended, once all the others have ended too."""
    code, seconds = -1, 0.0
    with suppress(ChildProcessError):
        while True:
            ended, status = os.wait()
            if ended == pid:
                code, seconds = os.waitstatus_to_exitcode(status), time.perf_counter() - start
                threading.Timer(LEFTOVERS, _end_rest).start()
    for timer in threading.enumerate():
        if isinstance(timer, threading.Timer):
            timer.cancel()
    return code, seconds


def _end_rest() -> None:
    for pid in descendants(os.getpid()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _end_all(_number: int, _frame: object) -> None:
    _end_rest()
    os._exit(1)


class _Memory(threading.Thread):
    """Looks at the memory of this process's descendants again and again."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._ended = threading.Event()

    def run(self) -> None:
        pause = EVERY / 20
        while not self._ended.wait(pause):
            self.peak = max(self.peak, sum(map(held, descendants(os.getpid()))))
            # The first looks follow each other faster, for what ends soon.
            pause = min(EVERY, pause * 1.5)

    def stop(self) -> None:
        self._ended.set()
        self.join()


def held(pid: int) -> int:
    """The bytes of memory that a process holds, its share of what it has in common with others."""
    with suppress(OSError), Path(f"/proc/{pid}/smaps_rollup").open() as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def worked(pid: int) -> float:
    """Seconds of processor time that a process has taken so far."""
    with suppress(OSError):
        # The name, in parentheses, may hold anything; the times stand eleventh and twelfth behind it.
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def descendants(pid: int) -> set[int]:
    """The processes that a process started, and those that these started."""
    children = defaultdict(list)
    for one in _processes():
        with suppress(OSError):
            # State and parent stand first behind the name.
            parent = Path(f"/proc/{one}/stat").read_text(errors="replace").rpartition(")")[2].split()[1]
            children[int(parent)].append(one)
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        more = children[waiting.pop()]
        found.update(more)
        waiting += more
    return found


def _processes() -> Iterable[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208 - some hundred names, often


def _busy() -> float:
    """Seconds that all processors together have worked since the machine started."""
    with Path("/proc/stat").open() as file:
        user, nice, system, _idle, _waiting, *more = map(int, file.readline().split()[1:9])
    return (user + nice + system + sum(more)) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Measure the command that the arguments are."""
    arguments = sys.argv[1:]
    result = ""
    if arguments and arguments[0].startswith("--result="):
        result = arguments.pop(0).partition("=")[2]
    measured = watch(arguments)
    if result:
        Path(result).write_text(json.dumps(measured._asdict()))
    else:
        print(
            f"{measured.seconds:.3f} s, {measured.processor:.3f} s of processors, "
            f"{measured.memory / 1e6:.1f} MB, others {measured.others:.0%}",
            file=sys.stderr,
        )
    return measured.code


if __name__ == "__main__":
    sys.exit(main())
