"""The progress bar."""

from __future__ import annotations

import io

import pytest

from sitegen.cli.progress import Bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(stream: io.StringIO, *moments: float) -> str:
    clock = iter((0.0, *moments))
    with Bar(stream, patience=1.0, clock=lambda: next(clock)) as bar:
        for done, _ in enumerate(moments, 1):
            bar("convert", done, 10)
    return stream.getvalue()


def test_a_fast_build_shows_no_bar() -> None:
    assert run(Terminal(), 0.2, 0.9) == ""


def test_a_build_of_more_than_a_second_shows_its_step_and_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    shown = run(Terminal(), 0.5, 1.5)
    assert "convert" in shown
    assert "2/10" in shown


def test_what_is_no_terminal_gets_no_bar() -> None:
    assert run(io.StringIO(), 0.5, 1.5) == ""


def test_the_bar_goes_when_the_build_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream, clock = Terminal(), iter((0.0, 2.0))

    def fail() -> None:
        with Bar(stream, clock=lambda: next(clock)) as bar:
            bar("render", 1, 2)
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - raised above
        fail()
    assert stream.getvalue().endswith(("\x1b[2K", "\x1b[?25h", "\r"))
