"""What was measured, as Markdown.

python -m benchmarks.table RESULTS.json...
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.edits import CASES

BASELINE = "hugo"
"""Whose times the others' are multiples of."""
BEGIN, END = "<!-- the last run -->", "<!-- /the last run -->"
_QUIET = 0.05
"""Other programs that use less than this share of the processors are not worth a word."""


class Row(NamedTuple):
    """One build, or one run of a program that is measured beside the builds."""

    peer: str
    case: str
    """A name in `CASES`, or what was run."""
    run: int
    seconds: float
    processor: float
    memory: int
    others: float
    files: int = 0
    bytes: int = 0
    finding: str = ""


class Saved(NamedTuple):
    """One post saved while a preview runs."""

    peer: str
    what: str
    """What of it was changed."""
    ready: float
    """Seconds from the start of the preview to its first page."""
    seconds: float
    """From saving to the page that shows it; negative if it never did."""


@dataclass
class Results:
    """A run of the benchmark, with so many posts."""

    posts: int
    words: int
    seed: int
    runs: int
    machine: str
    versions: dict[str, str]
    rows: list[Row] = field(default_factory=list)
    floor: list[Row] = field(default_factory=list)
    """What copying the first peer's output and looking at its content takes."""
    start: list[Row] = field(default_factory=list)
    """Programs that have nothing to do."""
    saved: list[Saved] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Keep the results as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Results:
        """Results that were kept."""
        data = json.loads(path.read_text(encoding="utf-8"))
        for name, kind in (("rows", Row), ("floor", Row), ("start", Row), ("saved", Saved)):
            data[name] = [kind(*one) for one in data[name]]
        return cls(**data)


def report(results: Results) -> str:
    """All tables of a run, and what has to be said of them."""
    parts = [f"## {results.posts:,} posts of {results.words} words", _about(results)]
    if results.rows:
        parts += [
            "Seconds by the clock, and how many times Hugo's:",
            _cases(results, results.floor, lambda row: row.seconds),
            "Seconds of all processors, in all processes:",
            _cases(results, results.floor, lambda row: row.processor),
            "The most memory that all processes of a build held together, in MB:",
            _cases(results, [], lambda row: row.memory / 1e6),
            _outputs(results),
        ]
        parts.append(_findings(results))
    if results.saved:
        parts += ["From saving a post to its page in the preview, milliseconds:", _previews(results)]
    if results.start:
        parts += ["Programs that have nothing to do:", _starts(results)]
    return "\n\n".join(parts) + "\n"


def _about(results: Results) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    rows = [*results.rows, *results.floor, *results.start]
    busiest = max((row.others for row in rows), default=0)
    runs = f"Medians of {results.runs} runs, in turn" if results.runs > 1 else "One run"
    text = f"{versions}. {results.machine}. {runs}; seed {results.seed}."
    if busiest >= _QUIET:
        typical = median(row.others for row in rows)
        text += (
            f" The machine was not quiet: other programs used {typical:.0%} of its processors meanwhile,"
            f" up to {busiest:.0%}; trust the processors' seconds more than the clock's."
        )
    return text


# By case


def _cases(results: Results, floor: Sequence[Row], value: Callable[[Row], float]) -> str:
    cases = [name for name in CASES if any(row.case == name for row in results.rows)]
    head = ["", *(CASES[name].shown for name in cases)]
    base = {name: _median(results.rows, BASELINE, name, value) for name in cases}
    lines = []
    for peer in results.versions:
        found = [_median(results.rows, peer, name, value) for name in cases]
        marks = ["†" if _wrong(results, peer, name) else "" for name in cases]
        cells = [_cell(one, base[name]) + mark for one, name, mark in zip(found, cases, marks, strict=True)]
        lines.append([peer, *cells])
    for what in dict.fromkeys(row.peer for row in floor):
        # The floor stands below the case that it is the floor of.
        found = [_median(floor, what, name, value) for name in cases]
        lines.append([f"*{what}*", *(_cell(one, base[name]) for one, name in zip(found, cases, strict=True))])
    return _table(head, lines)


def _median(rows: Iterable[Row], peer: str, case: str, value: Callable[[Row], float]) -> float | None:
    found = [value(row) for row in rows if row.peer == peer and row.case == case]
    return median(found) if found else None


def _cell(one: float | None, base: float | None) -> str:
    if one is None:
        return ""
    return f"{_number(one)} ({_number(one / base)}×)" if base else _number(one)


def _number(one: float) -> str:
    """Three digits that count."""
    return f"{one:,.{0 if one >= 100 else 1 if one >= 10 else 2}f}"


# What came out


def _outputs(results: Results) -> str:
    lines = []
    for peer in results.versions:
        rows = [row for row in results.rows if row.peer == peer]
        if rows:
            lines.append([peer, f"{rows[0].files:,}", f"{rows[0].bytes / 1e6:,.1f}"])
    return _table(["", "files", "MB"], lines)


def _wrong(results: Results, peer: str, case: str) -> list[str]:
    return [row.finding for row in results.rows if (row.peer, row.case) == (peer, case) and row.finding]


def _findings(results: Results) -> str:
    lines = [
        f"† {peer}, {CASES[case].shown}: {wrong[0]}."
        for peer in results.versions
        for case in CASES
        if (wrong := _wrong(results, peer, case))
    ]
    right = (
        "After every build the output showed what had been edited, and nothing showed what had been before."
    )
    return "\n".join(lines) or right


# Beside the builds


def _previews(results: Results) -> str:
    whats = list(dict.fromkeys(one.what for one in results.saved))
    lines = []
    for peer in dict.fromkeys(one.peer for one in results.saved):
        mine = [one for one in results.saved if one.peer == peer]
        cells = [_latency([one.seconds for one in mine if one.what == what]) for what in whats]
        lines.append([peer, _number(mine[0].ready), *cells])
    return _table(["", "seconds until it can be looked at", *(f"one {what}" for what in whats)], lines)


def _latency(seconds: Sequence[float]) -> str:
    if not seconds or min(seconds) < 0:
        return "never"
    low, high = min(seconds) * 1000, max(seconds) * 1000
    return f"{median(seconds) * 1000:.0f} ({low:.0f} to {high:.0f})"


def _starts(results: Results) -> str:
    lines = []
    for what in dict.fromkeys(row.peer for row in results.start):
        rows = [row for row in results.start if row.peer == what]
        clock = median(row.seconds for row in rows) * 1000
        processor = median(row.processor for row in rows) * 1000
        lines.append(
            [what, f"{clock:.0f}", f"{processor:.0f}", f"{max(row.memory for row in rows) / 1e6:.0f}"]
        )
    return _table(["", "ms", "ms of processors", "MB"], lines)


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rule = ["---", *(["--:"] * (len(head) - 1))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *lines))


def into_readme(readme: Path, text: str) -> None:
    """Put a report in place of the one that a file holds, between the two comments."""
    whole = readme.read_text(encoding="utf-8")
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    if not pattern.search(whole):
        raise SystemExit(f"{readme} does not say where: it needs a line {BEGIN} and a line {END}.")
    readme.write_text(pattern.sub(lambda _: f"{BEGIN}\n\n{text}\n{END}", whole), encoding="utf-8")


if __name__ == "__main__":
    print("\n".join(report(Results.read(Path(name))) for name in sys.argv[1:]))
