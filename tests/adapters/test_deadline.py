"""The time limit."""

from __future__ import annotations

import re
import signal
import sys
import threading

import pytest

from sitegen.adapters.deadline import Overdue, deadline


def test_a_loop_that_swallows_exceptions_is_stopped() -> None:
    def stubborn() -> None:
        while True:
            try:
                sum(range(1000))
            except Exception:  # noqa: BLE001 - what a library may do
                continue

    with pytest.raises(Overdue), deadline(0.05):
        stubborn()


def test_a_regular_expression_that_backtracks_is_stopped() -> None:
    with pytest.raises(Overdue), deadline(0.05):
        re.fullmatch(r"(a+)+b", "a" * 60)


def test_a_ring_that_python_drops_is_not_printed_and_the_next_one_stops_the_work(
    capsys: pytest.CaptureFixture[str],
) -> None:
    dropped: list[bool] = []

    class Slow:
        def __del__(self) -> None:
            try:
                while True:
                    sum(range(1000))
            except Overdue:
                dropped.append(True)
                raise

    def work() -> None:
        slow = Slow()
        del slow
        while True:
            sum(range(1000))

    hook = sys.unraisablehook
    with pytest.raises(Overdue), deadline(0.05):
        work()
    assert dropped == [True]
    assert capsys.readouterr().err == ""
    assert sys.unraisablehook is hook


def test_the_timer_and_the_handler_are_as_before_afterwards() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with deadline(60):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_the_timer_is_stopped_when_the_block_raises() -> None:
    with pytest.raises(ValueError, match="ours"), deadline(60):
        raise ValueError("ours")
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_outside_the_main_thread_there_is_no_limit_and_no_error() -> None:
    reached: list[bool] = []

    def work() -> None:
        with deadline(60):
            reached.append(signal.getitimer(signal.ITIMER_REAL)[0] == 0)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert reached == [True]
