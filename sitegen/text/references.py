"""Definitions that a split text would part from their uses: footnotes, link references, abbreviations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sitegen.errors import Problem
from sitegen.text.marker import Line, scan_lines

_DEFINITION = re.compile(r" {0,3}(\*?)\[([^\]\[]{1,200})\]:[ \t]*(\S|$)")
_USE = re.compile(r"\[([^\[\]\n]{1,200})\](\[([^\[\]\n]{0,200})\]|\()?")
_WORD = re.compile(r"\w+")


class Joined(NamedTuple):
    """The gated part with the definitions from the preview that it needs, and what cannot be mended."""

    text: str
    above: int
    """How many lines were put above the gated part."""
    problems: tuple[Problem, ...] = ()


class _Definition(NamedTuple):
    kind: str
    """`[^1]` for a footnote, `[x]` for a link reference, `*[x]` for an abbreviation."""
    line: Line


def join_references(preview: str, preview_line: int, gated: str, gated_line: int) -> Joined:
    """Give the gated part what it uses of the preview's definitions, and find what cannot be given.

    Both parts become HTML on their own. What the preview defines may stand in both, so link references and
    abbreviations are repeated; a footnote would appear twice, which is a warning. What is defined behind the
    marker and used before it is an error: taking it over would publish a piece of the gated part.
    """
    free, hidden = scan_lines(preview, preview_line).lines, scan_lines(gated, gated_line).lines
    before, behind = _definitions(free), _definitions(hidden)
    if not before and not behind:
        return Joined(gated, 0)
    problems = [
        _used_before(definition, line)
        for label, line in _uses(free, behind).items()
        if label not in before
        for definition in (behind[label],)
    ]
    needed = sorted(_uses(hidden, before).keys() - behind.keys(), key=lambda label: before[label].line.number)
    problems += [_footnote_apart(before[label]) for label in needed if label.startswith("^")]
    repeated = [before[label].line.raw for label in needed if not label.startswith("^")]
    above = [*repeated, ""] if repeated else []
    return Joined("\n".join((*above, gated)), len(above), tuple(problems))


def _definitions(lines: Iterable[Line]) -> dict[str, _Definition]:
    """The first definition of each label. Abbreviations' labels begin with `*` and keep their case."""
    found: dict[str, _Definition] = {}
    for line in lines:
        match = _DEFINITION.match(line.text) if line.kind == "text" and "]:" in line.text else None
        if match is not None:
            label = f"*{match[2].strip()}" if match[1] else _folded(match[2])
            found.setdefault(label, _Definition(f"{match[1]}[{match[2]}]", line))
    return found


def _uses(lines: Iterable[Line], labels: Iterable[str]) -> dict[str, int]:
    """The line on which each of these labels is first used."""
    labels = set(labels)
    abbreviations = _by_first_word(label[1:] for label in labels if label.startswith("*"))
    found: dict[str, int] = {}
    for line in lines:
        if line.kind == "code":
            continue
        definition = _DEFINITION.match(line.text) if "]:" in line.text else None
        start = definition.end() if definition is not None else 0
        for match in _USE.finditer(line.text, start) if "[" in line.text else ():
            label = _folded(match[3] or match[1])
            if label in labels and match[2] != "(":
                found.setdefault(label, line.number)
        for word in _abbreviated(line.text, start, abbreviations) if abbreviations else ():
            found.setdefault(f"*{word}", line.number)
    return found


def _by_first_word(abbreviations: Iterable[str]) -> dict[str, list[tuple[int, str]]]:
    """Abbreviations by the first word in each, and where in it that stands: one pass finds them all."""
    found: dict[str, list[tuple[int, str]]] = {}
    for abbreviation in abbreviations:
        match = _WORD.search(abbreviation)
        if match is not None:
            found.setdefault(match[0], []).append((match.start(), abbreviation))
    return found


def _abbreviated(text: str, start: int, abbreviations: dict[str, list[tuple[int, str]]]) -> Iterator[str]:
    """The abbreviations that stand in a line as words of their own."""
    for match in _WORD.finditer(text, start):
        for offset, abbreviation in abbreviations.get(match[0], ()):
            begin = match.start() - offset
            end = begin + len(abbreviation)
            goes_on = _WORD.match(text, end) is not None and _WORD.match(abbreviation[-1]) is not None
            if begin >= 0 and text.startswith(abbreviation, begin) and not goes_on:
                yield abbreviation


def _folded(label: str) -> str:
    """A label as Markdown compares it: case and the number of blanks do not count."""
    return " ".join(label.casefold().split())


def _used_before(definition: _Definition, line: int) -> Problem:
    return Problem(
        message=f"`{definition.kind}` is used here and defined behind the members-only marker, "
        f"on line {definition.line.number}",
        line=line,
        hint="Move the definition above the marker.",
    )


def _footnote_apart(definition: _Definition) -> Problem:
    return Problem(
        message=f"`{definition.kind}` is defined above the members-only marker and used behind it",
        line=definition.line.number,
        hint="Move its definition behind the marker, or write two footnotes.",
        severity="warning",
    )
