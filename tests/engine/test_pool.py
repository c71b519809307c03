"""Functions over many values in several processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import overload

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.engine.pool import FEW, MOST_IN_CHUNK, Pool, WorkerDied, processors
from sitegen.errors import Problem, SiteError

MANY = 3 * FEW
PATIENCE = 60
"""Seconds after which a test fails rather than hangs."""


def multiply(factor: int, item: int) -> int:
    return factor * item


def whose(_: object, item: int) -> tuple[int, int]:
    return os.getpid(), item


class Tool:
    """Cannot be pickled, and knows which one of its process it is."""

    made = 0

    def __init__(self, name: str) -> None:
        Tool.made += 1
        self.name = name
        self.lock = threading.Lock()


def use(tool: Tool, item: int) -> tuple[str, int, int]:
    with tool.lock:
        return tool.name, Tool.made, item


def fail(_: object, item: int) -> int:
    if item == 70:
        raise SiteError([Problem(path="a.md", line=3, message="Wrong")])
    return item


def die(_: object, item: int) -> int:
    if item == 70:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def handler_of_interrupts(_: object, item: int) -> bool:
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def hang(folder: Path, item: int) -> int:
    (folder / str(os.getpid())).touch()
    if item:
        (folder / f"hangs.{os.getpid()}").touch()
    while item:
        time.sleep(0.05)
    return item


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(2) as pool:
        yield pool


def is_alive(process: int) -> bool:
    """Whether a process runs; one that ended and was not yet asked for by its parent does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        return True
    return state != "Z"


def wait_until_gone(processes: list[int]) -> None:
    end = time.monotonic() + PATIENCE
    while left := [process for process in processes if is_alive(process)]:
        assert time.monotonic() < end, f"workers were left behind: {[what_is(process) for process in left]}"
        time.sleep(0.01)


def what_is(process: int) -> str:
    """A process, to find out why it is still there."""
    folder = Path(f"/proc/{process}")
    with suppress(OSError):
        return f"{(folder / 'stat').read_text()} {(folder / 'cmdline').read_text()!r}"
    return str(process)


@pytest.mark.parametrize("count", [0, 1, FEW, FEW + 1, 1000])
def test_results_come_in_the_order_of_the_items(pool: Pool, count: int) -> None:
    with Pool(1) as alone:
        results = list(alone.map(multiply, 3, range(count)))
    assert results == list(pool.map(multiply, 3, range(count))) == [3 * item for item in range(count)]


@settings(max_examples=15, deadline=None)
@given(items=st.lists(st.integers(), max_size=2 * FEW), factor=st.integers())
def test_any_items_give_the_same_in_one_process_and_in_several(items: list[int], factor: int) -> None:
    with ThreadPoolExecutor(2) as executor, Pool(2, executor=executor) as pool, Pool(1) as alone:
        assert list(pool.map(multiply, factor, items)) == list(alone.map(multiply, factor, items))


def test_few_items_and_one_job_stay_in_this_process(pool: Pool) -> None:
    with Pool(1) as alone:
        here = {
            process
            for process, _ in (*pool.map(whose, None, range(FEW)), *alone.map(whose, None, range(MANY)))
        }
    assert here == {os.getpid()}


def test_many_items_go_to_as_many_processes_as_there_are_jobs_at_most(pool: Pool) -> None:
    others = {process for process, _ in pool.map(whose, None, range(MANY))}
    assert os.getpid() not in others
    assert 1 <= len(others) <= 2


def test_workers_stay_from_one_map_to_the_next() -> None:
    with Pool(1, executor=None) as pool:
        pool.jobs = 2
        seen = [{process for process, _ in pool.map(whose, None, range(MANY))} for _ in range(4)]
    assert len(set().union(*seen)) <= 2


@pytest.mark.parametrize("jobs", [1, 2])
def test_tools_are_made_once_in_each_process(jobs: int) -> None:
    before = Tool.made
    with Pool(jobs) as pool:
        for name in ("a", "b"):
            results = list(pool.map(use, name, range(MANY), Tool))
            assert [item for _, _, item in results] == list(range(MANY))
            assert {found for found, _, _ in results} == {name}
    assert {made - (before if jobs == 1 else 0) for _, made, _ in results} == {2}


def test_progress_is_told_after_each_item(pool: Pool) -> None:
    for count in (3, MANY):
        told: list[int] = []
        list(pool.map(multiply, 1, range(count), progress=told.append))
        assert told == list(range(1, count + 1))


def test_nothing_starts_before_the_first_result_is_asked_for() -> None:
    with Pool(2) as pool:
        pool.map(multiply, 1, range(MANY))
        assert pool._own is None


class Counted(Sequence[int]):
    """A million numbers; notes how far they were asked for."""

    most = 0

    def __len__(self) -> int:
        return 1_000_000

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[int]: ...
    def __getitem__(self, at: int | slice) -> int | Sequence[int]:
        if isinstance(at, int):
            return at
        self.most = max(self.most, at.stop)
        return range(at.start, at.stop)


def test_only_a_few_chunks_are_under_way_at_once() -> None:
    items = Counted()
    with ThreadPoolExecutor(2) as executor, Pool(2, executor=executor) as pool:
        results = pool.map(multiply, 1, items)
        for taken in range(1, 3001):
            next(results)
            assert items.most <= taken + 8 * MOST_IN_CHUNK
        results.close()


def test_a_mistake_in_a_worker_arrives_whole(pool: Pool) -> None:
    with pytest.raises(SiteError) as caught:
        list(pool.map(fail, None, range(MANY)))
    assert caught.value.problems == (Problem(path="a.md", line=3, message="Wrong"),)
    assert str(caught.value) == "a.md:3: Wrong."
    assert list(pool.map(multiply, 1, range(MANY))) == list(range(MANY))


def test_a_worker_that_dies_is_told_and_the_pool_goes_on() -> None:
    with Pool(2) as pool:
        with pytest.raises(WorkerDied) as caught:
            list(pool.map(die, None, range(MANY)))
        assert str(caught.value) == (
            "A process that helped with the build ended unexpectedly: it was killed, perhaps for want of "
            "memory, or it crashed. Try again with `--jobs 1`."
        )
        assert list(pool.map(multiply, 1, range(MANY))) == list(range(MANY))


def test_workers_leave_interrupts_to_their_parent(pool: Pool) -> None:
    assert all(pool.map(handler_of_interrupts, None, range(MANY)))


def test_workers_that_nobody_waits_for_are_stopped_and_others_are_not(tmp_path: Path) -> None:
    with Pool(2) as pool:
        workers = {process for process, _ in pool.map(whose, None, range(MANY))} - {os.getpid()}
        assert workers
        pool.stop()
        assert {process for process, _ in pool.map(whose, None, range(MANY))} <= {*workers, os.getpid()}
        # Of an unknown number, so many go into the first chunk; all others hang.
        results = pool.map(hang, tmp_path, (int(item >= MOST_IN_CHUNK // 2) for item in range(10 * MANY)))
        next(results)
        # As after an exception, while its traceback still holds whoever was waiting.
        pool.stop()
        wait_until_gone([int(file.suffix[1:]) for file in tmp_path.glob("hangs.*")])
        # Were one of them still at it, this would take for ever.
        assert list(pool.map(multiply, 1, range(MANY))) == list(range(MANY))
        wait_until_gone([int(file.suffix[1:]) for file in tmp_path.glob("hangs.*")])


def test_no_worker_is_left_after_the_pool() -> None:
    with Pool(2) as pool:
        workers = [process for process, _ in pool.map(whose, None, range(MANY))]
    wait_until_gone(workers)


def test_leaving_does_not_wait_for_a_worker_that_hangs(tmp_path: Path) -> None:
    """As after Ctrl-C: the error goes up, the workers end where they are."""
    with Pool(2) as pool:
        results = pool.map(hang, tmp_path, [0] * MANY + [1] * MANY)
        assert next(results) == 0
    workers = [int(file.name) for file in tmp_path.iterdir() if not file.suffix]
    assert workers
    wait_until_gone(workers)
    results.close()


def test_a_pool_may_be_used_from_a_thread_beside_others() -> None:
    """The preview's server has its own thread; a plain fork there may copy a lock that is held."""
    found: list[int] = []

    def work() -> None:
        with Pool(2) as pool:
            found.extend(pool.map(multiply, 2, range(MANY)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(PATIENCE)
    assert found == [2 * item for item in range(MANY)]


def test_a_given_executor_does_the_work_and_stays_open() -> None:
    with ThreadPoolExecutor(1) as executor:
        with Pool(1, executor=executor) as pool:
            assert list(pool.map(multiply, 2, [1, 2])) == [2, 4]
        assert executor.submit(multiply, 2, 3).result() == 6


def test_there_is_a_processor_and_no_job_is_as_many_as_there_are() -> None:
    assert processors() >= 1
    assert Pool().jobs == Pool(0).jobs == processors()
    assert Pool(3).jobs == 3


def test_only_processors_that_may_be_used_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {4, 5, 6}, raising=False)
    assert processors() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert processors() == 1


def test_fresh_interpreters_do_as_well_as_the_fork_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with Pool(2) as pool:
        assert list(pool.map(multiply, 2, range(MANY))) == [2 * item for item in range(MANY)]
        workers = [process for process, _ in pool.map(whose, None, range(MANY))]
    wait_until_gone(workers)


PROGRAM = """
import pathlib, sys
from sitegen.engine.pool import Pool
from tests.engine.test_pool import MANY, hang

if __name__ == "__main__":
    with Pool(2) as pool:
        for number, result in enumerate(pool.map(hang, pathlib.Path(sys.argv[1]), [0] * MANY + [1] * MANY)):
            if number == 0:
                print("busy", flush=True)
"""


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A process of its own group whose workers hang, and the folder in which those tell who they are."""
    (tmp_path / "program.py").write_text(PROGRAM)
    folder = tmp_path / "workers"
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "program.py"), str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"busy\n"
    yield process, folder
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_worker_outlives_a_parent_that_is_killed(
    busy: tuple[subprocess.Popen[bytes], Path], number: signal.Signals
) -> None:
    process, folder = busy
    process.send_signal(number)
    assert process.wait(PATIENCE) == -number
    wait_until_gone([int(file.name) for file in folder.iterdir() if not file.suffix])


def test_ctrl_c_ends_everything_and_only_the_parent_speaks(
    busy: tuple[subprocess.Popen[bytes], Path],
) -> None:
    """A terminal sends it to all processes of the group at once."""
    process, folder = busy
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGINT
    assert errors.count(b"Traceback") == 1, errors.decode()
    assert b"KeyboardInterrupt" in errors
    wait_until_gone([int(file.name) for file in folder.iterdir() if not file.suffix])


LARGE = """
import os, signal, sys
from multiprocessing import active_children
from sitegen.engine.pool import Pool, WorkerDied
from tests.engine.test_pool import large

if __name__ == "__main__":
    with Pool(2) as pool:
        for number, _ in enumerate(pool.map(large, None, range(400))):
            if number == 5:
                break
    print("left", flush=True)
    try:
        with Pool(2) as pool:
            for number, _ in enumerate(pool.map(large, None, range(400))):
                if number == 5:
                    for process in active_children():
                        os.kill(process.pid, signal.SIGKILL)
    except WorkerDied:
        print("died", flush=True)
"""


def large(_: object, item: int) -> bytes:
    """More than a pipe takes at once: whoever sends it is interrupted in the middle."""
    return bytes(3_000_000)


def test_workers_that_end_while_they_send_a_result_are_not_waited_for(tmp_path: Path) -> None:
    """What they have sent by then is half a message, and its end never comes."""
    (tmp_path / "program.py").write_text(LARGE)
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "program.py")],
        stdout=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    try:
        told, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        told, _ = process.communicate()
    assert told.split() == [b"left", b"died"]


def test_where_the_server_of_workers_was_killed_the_next_ones_come_from_another_or_it_is_told() -> None:
    """An administrator or a machine without memory may have ended it."""
    from multiprocessing import forkserver

    with Pool(2) as pool:
        assert list(pool.map(multiply, 2, range(MANY))) == [2 * item for item in range(MANY)]
    server = vars(forkserver)["_forkserver"]._forkserver_pid
    os.kill(server, signal.SIGKILL)
    with Pool(2) as pool:
        try:
            assert list(pool.map(multiply, 2, range(MANY))) == [2 * item for item in range(MANY)]
        except WorkerDied:
            assert list(pool.map(multiply, 2, range(MANY))) == [2 * item for item in range(MANY)]
