"""Functions over many values in several processes. All parallelism of sitegen is in this file.

    with Pool(jobs) as pool:
        for result in pool.map(function, shared, items):
            ...

Results come in the order of the items, the same with any number of processes. Few items, or one job, take the
ordinary loop in this process. Workers start from a fork server (on macOS as fresh interpreters), never by a
plain fork, which is unsafe in a process that has threads, such as the preview's.

Workers hold the reading end of a pipe of which this process alone holds the other end. When that closes, on
leaving the pool and whenever this process ends, be it killed, a thread in the worker ends the worker: none
is left behind.
"""

from __future__ import annotations

import multiprocessing
import operator
import os
import pickle
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import chain, islice
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar, overload

from sitegen.errors import SitegenError

Shared = TypeVar("Shared")
Tool = TypeVar("Tool")
Item = TypeVar("Item")
Result = TypeVar("Result")

FEW = 48
"""Up to so many items the ordinary loop is faster than starting workers: some 0.2 s, at 4 ms for an item."""
MOST_IN_CHUNK = 64
CHUNKS_PER_JOB = 8
"""So that workers that got heavy items do not keep the others waiting at the end."""
AHEAD = 2
"""Chunks sent per job beyond the one awaited: enough that no worker waits, few enough to bound the memory."""


class WorkerDied(SitegenError):
    """A worker process ended before its work was done."""


_DIED = (
    "A process that helped with the build ended unexpectedly: it was killed, perhaps for want of memory, "
    "or it crashed. Try again with `--jobs 1`."
)


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Pool:
    """Workers that start when they are first needed and stay until the pool is left.

    `jobs` is the number of processes, 0 for as many as there are processors. `preload` names modules to
    import once, before workers are made. An `executor` given by the caller does the work instead, and
    stays the caller's to shut down; it may be any, also one that spreads over machines.
    """

    def __init__(
        self, jobs: int = 0, *, preload: Sequence[str] = (), executor: Executor | None = None
    ) -> None:
        self.jobs = jobs or processors()
        self._preload = tuple(preload)
        self._given = executor
        self._own: ProcessPoolExecutor | None = None
        self._lifeline: Connection | None = None
        self._waiting: deque[Future[list[Any]]] = deque()
        """What is under way."""

    @overload
    def map(
        self,
        function: Callable[[Shared, Item], Result],
        shared: Shared,
        items: Iterable[Item],
        prepare: None = None,
        progress: Callable[[int], None] | None = None,
        few: int | None = None,
    ) -> Generator[Result]: ...

    @overload
    def map(
        self,
        function: Callable[[Tool, Item], Result],
        shared: Shared,
        items: Iterable[Item],
        prepare: Callable[[Shared], Tool],
        progress: Callable[[int], None] | None = None,
        few: int | None = None,
    ) -> Generator[Result]: ...

    def map(
        self,
        function: Callable[[Any, Item], Result],
        shared: Any,
        items: Iterable[Item],
        prepare: Callable[[Any], Any] | None = None,
        progress: Callable[[int], None] | None = None,
        few: int | None = None,
    ) -> Generator[Result]:
        """`function(shared, item)` for each item, in order; nothing starts before the first is asked for.

        `shared` is encoded once and decoded once in each worker. With `prepare`, a worker makes its tools of
        it once, and the function gets those: `function(prepare(shared), item)`. Both are functions that
        pickle can name. `progress` is told how many items are done. Items may still be in the making: they
        are taken as workers need them. Up to `few` of them (`FEW`) are done here. Raises what the function
        raises, and `WorkerDied` if a worker ends on the way.
        """
        each: Callable[[Any, list[Any]], list[Any]] = _Each(function)  # type: ignore[assignment]
        yield from self.map_chunks(each, shared, items, prepare, progress, few)

    def map_chunks(
        self,
        function: Callable[[Any, list[Item]], list[Result]],
        shared: Any,
        items: Iterable[Item],
        prepare: Callable[[Any], Any] | None = None,
        progress: Callable[[int], None] | None = None,
        few: int | None = None,
    ) -> Generator[Result]:
        """The same for a function of several items at once, that gives a list with a result for each.

        Doing one step for all of them and then the next is faster where each step is much code: it stays in
        the processor's cache.
        """
        few = FEW if few is None else few
        size = _chunk_size(operator.length_hint(items), self.jobs)
        rest = iter(items)
        first = [] if self.jobs == 1 else list(islice(rest, few + 1))
        every = chain(first, rest)
        if self._given is not None or len(first) > few:
            results = self._there(function, shared, every, prepare, size)
        else:
            results = _here(function, shared, every, prepare, size)
        for done, result in enumerate(results, 1):
            if progress is not None:
                progress(done)
            yield result

    def stop(self) -> None:
        """End the workers if they are still at something that nobody waits for any more."""
        left = [future for future in self._waiting if not future.cancel()]
        if not all(future.done() for future in left):
            self.close()

    def close(self) -> None:
        """End the workers, whatever they are doing. The next `map` starts new ones."""
        executor, lifeline = self._own, self._lifeline
        self._own = self._lifeline = None
        # A second Ctrl-C must not leave workers that are only just starting; there is no long wait here.
        with _without_interrupts():
            if executor is not None:
                _shut_down(executor, lifeline)
            elif lifeline is not None:
                lifeline.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _there(
        self,
        function: Callable[[Any, list[Item]], list[Result]],
        shared: Any,
        items: Iterator[Item],
        prepare: Callable[[Any], Any] | None,
        size: int,
    ) -> Iterator[Result]:
        """The results of the workers, in order, with a bounded number of chunks under way."""
        packed = pickle.dumps((function, prepare, shared), pickle.HIGHEST_PROTOCOL)
        token = sha256(packed).digest()
        waiting = self._waiting = deque()
        try:
            while chunk := list(islice(items, size)):
                waiting.append(self._submit(token, packed, chunk))
                # What is there already makes room for more before anybody waits.
                while waiting and (waiting[0].done() or len(waiting) > self.jobs * AHEAD):
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        except BrokenExecutor:
            self.close()
            raise WorkerDied(_DIED) from None
        finally:
            for future in waiting:
                future.cancel()

    def _submit(self, token: bytes, packed: bytes, items: list[Any]) -> Future[list[Any]]:
        executor = self._given or self._own or self._start()
        # Processes start here when they are needed: with Ctrl-C held back, which they inherit.
        try:
            with _without_interrupts():
                future = executor.submit(_work, token, packed, items)
        except (EOFError, ConnectionError):
            # The server that makes the workers was killed, or just is: whoever tries again gets another.
            self.close()
            time.sleep(0.2)
            raise WorkerDied(_DIED) from None
        if executor is self._own and len(getattr(executor, "_processes", ())) == self.jobs:
            # All of them are there, and each has its own end of the pipe for results.
            _stop_listening(executor)
        return future

    def _start(self) -> ProcessPoolExecutor:
        context = _context(self._preload)
        reading, self._lifeline = context.Pipe(duplex=False)
        self._own = ProcessPoolExecutor(
            self.jobs, mp_context=context, initializer=_begin, initargs=(reading,)
        )
        return self._own


def _chunk_size(count: int, jobs: int) -> int:
    """How many items to send at once, of so many; of an unknown number if it is 0."""
    return max(1, min(MOST_IN_CHUNK, count // (jobs * CHUNKS_PER_JOB))) if count else MOST_IN_CHUNK // 2


def _stop_listening(executor: Executor) -> None:
    """Let the thread that waits for results notice that a worker ended in the middle of one.

    It would wait for the rest for ever: the pipe has a writing end in this process, which nobody uses. The
    library has no word for that, so this does nothing where it has changed.
    """
    writer = getattr(getattr(executor, "_result_queue", None), "_writer", None)
    if writer is not None and not writer.closed:
        with suppress(OSError):
            writer.close()


def _shut_down(executor: Executor, lifeline: Connection | None) -> None:
    """End the workers of an executor, and wait until they are gone."""
    _stop_listening(executor)
    thread = getattr(executor, "_executor_manager_thread", None)
    # First what waits is called off, and then the workers end: in the other order the library's own thread
    # stumbles over work that is called off under its hands, and says so to whoever pressed Ctrl-C.
    executor.shutdown(wait=False, cancel_futures=True)
    if lifeline is not None:
        lifeline.close()
    if thread is not None:
        thread.join()


class _Each(NamedTuple):
    """A function of one item as one of several."""

    function: Callable[[Any, Any], Any]

    def __call__(self, tool: Any, items: list[Any]) -> list[Any]:
        return [self.function(tool, item) for item in items]


def _here(
    function: Callable[[Any, list[Item]], list[Result]],
    shared: Any,
    items: Iterator[Item],
    prepare: Callable[[Any], Any] | None,
    size: int,
) -> Iterator[Result]:
    """The ordinary loop."""
    tool = shared if prepare is None else prepare(shared)
    if isinstance(function, _Each):
        size = 1
    while chunk := list(islice(items, size)):
        yield from function(tool, chunk)


def _context(preload: Sequence[str]) -> BaseContext:
    """How processes are started."""
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", __name__, *preload])
    return context


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Hold SIGINT back in this thread: processes that start meanwhile never see it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(lifeline: Connection) -> None:
    """A worker's first act. Ctrl-C is the parent's business; all other signals do what they do by default."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, args=(lifeline,), daemon=True).start()


def _end_with_parent(lifeline: Connection) -> None:
    """Wait until the parent closes its end of the pipe or is gone, then end at once."""
    try:
        lifeline.recv_bytes()
    except (EOFError, OSError):
        os._exit(1)


_tools: dict[bytes, tuple[Callable[[Any, list[Any]], list[Any]], Any]] = {}
"""The function and the tools of the map at work in this process: one entry at most."""


def _work(token: bytes, packed: bytes, items: list[Any]) -> list[Any]:
    """A chunk's results, in a worker."""
    if token not in _tools:
        function, prepare, shared = pickle.loads(packed)  # noqa: S301 - the parent's own bytes
        _tools.clear()
        _tools[token] = function, (shared if prepare is None else prepare(shared))
    function, tool = _tools[token]
    return function(tool, items)
