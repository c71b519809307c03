"""Where a text stops being free: the line `<!--members-only-->`, and what may stand around it.

A text is read line by line, as far as it takes to know what is code and what is a comment. Whatever is in
doubt is an error, never a public text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from sitegen.errors import Problem

MARKER = "<!--members-only-->"

Kind = Literal["text", "code", "comment"]

_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)*(`{3,}(?=[^`]*$)|~{3,})")
_CLOSING = re.compile(r"[ \t>]*(`{3,}|~{3,})[ \t]*$")
_ITEM = re.compile(r" {0,3}(?:[-*+]|[0-9]{1,9}[.)])(?:[ \t]|$)")
_INDENTED = re.compile(r" {4}| {0,3}\t")
_MARKER_LINE = re.compile(r" {0,3}<!--[ \t]*members-only[ \t]*-->[ \t]*", re.IGNORECASE)
_TOKENS = re.compile(r"\\.|`+|<!--")
_EMPTY = re.compile(r"-?>")


class Line(NamedTuple):
    """One line of a text, and what it is."""

    number: int
    text: str
    """Code spans and comments are blanked."""
    raw: str
    kind: Kind


class Scanned(NamedTuple):
    """A text's lines but the empty ones, and where a comment opens that is never closed (0 for none)."""

    lines: tuple[Line, ...]
    open_comment: int = 0


class Cut(NamedTuple):
    """A text that was split at its marker."""

    preview: str
    gated: str | None
    """None where there is no marker."""
    line: int
    """The line of the file on which the gated part begins; 0 without one."""
    problems: tuple[Problem, ...] = ()


def scan_lines(text: str, first: int = 1) -> Scanned:
    """Tell each line of a text as text, code or comment. `first` is the number of its first line.

    A fence that is never closed opens nothing, as in the text's page. Takes time linear in the text.
    """
    raw_lines = text.split("\n")
    closings = _longest_closings(raw_lines)
    found: list[Line] = []
    fence = ""
    opened = 0
    context = _Context()
    for index, raw in enumerate(raw_lines):
        number = first + index
        shown, kind = raw, "text"
        if fence:
            kind, fence = "code", "" if _closes(raw, fence) else fence
        elif not opened and (match := _opening(raw)) and closings[index + 1][match[1][0]] >= len(match[1]):
            kind, fence = "code", match[1]
        elif not opened and context.is_code(raw):
            kind = "code"
        else:
            kind = "comment" if opened else "text"
            shown, still = _without_spans(raw, bool(opened))
            opened = (number if not opened or "-->" in raw else opened) if still else 0
        context.see(raw, kind == "code")
        if raw:
            found.append(Line(number, shown, raw, kind))  # type: ignore[arg-type]
    return Scanned(tuple(found), opened)


class _Context:
    """What the lines so far say about an indented one: code, or part of a list."""

    def __init__(self) -> None:
        self.in_list = False
        self.after_gap = True

    def is_code(self, raw: str) -> bool:
        """Whether a line is code by its indentation."""
        return bool(_INDENTED.match(raw)) and bool(raw.strip()) and self.after_gap and not self.in_list

    def see(self, raw: str, code: bool) -> None:
        """Take a line into account."""
        if not raw.strip():
            self.after_gap = True
            return
        if not raw.startswith((" ", "\t")):
            self.in_list = _ITEM.match(raw) is not None or (self.in_list and not self.after_gap)
        self.after_gap = code


def _longest_closings(lines: list[str]) -> list[dict[str, int]]:
    """For each line, the length of the longest closing fence of either kind from there on."""
    longest = [{"`": 0, "~": 0}]
    for line in reversed(lines):
        match = _CLOSING.match(line) if _may_be_fence(line) else None
        below = longest[-1]
        if match is not None and len(match[1]) > below[match[1][0]]:
            below = {**below, match[1][0]: len(match[1])}
        longest.append(below)
    longest.reverse()
    return longest


def _may_be_fence(raw: str) -> bool:
    """Seen at once of nearly every line, which no expression then has to go through."""
    return "```" in raw or "~~~" in raw


def _opening(raw: str) -> re.Match[str] | None:
    return _FENCE.match(raw) if _may_be_fence(raw) else None


def _closes(raw: str, fence: str) -> bool:
    match = _CLOSING.match(raw)
    return match is not None and match[1].startswith(fence)


def _without_spans(raw: str, within: bool) -> tuple[str, bool]:
    """A line with its code spans and comments blanked, and whether a comment goes on after it."""
    if not within and "`" not in raw and "<!--" not in raw:
        return raw, False
    kept: list[str] = []
    at = 0
    ends = _span_ends(raw)
    while True:
        if within:
            end = raw.find("-->", at)
            if end < 0:
                return "".join(kept), True
            at, within = end + 3, False
        match = _TOKENS.search(raw, at)
        if match is None:
            return "".join((*kept, raw[at:])), False
        kept.append(raw[at : match.start()])
        at = match.end()
        if match[0] == "<!--":
            empty = _EMPTY.match(raw, at)
            at, within = (empty.end(), False) if empty else (at, True)
        elif match[0][0] == "`":
            at = ends.get(match.start(), at)


def _span_ends(raw: str) -> dict[int, int]:
    """Where the code span that may begin at each run of backticks ends: behind the next run as long."""
    following: dict[int, int] = {}
    ends: dict[int, int] = {}
    for match in reversed(list(re.finditer("`+", raw))):
        size = len(match[0])
        if size in following:
            ends[match.start()] = following[size]
        following[size] = match.end()
    return ends


def split_members(text: str, first: int) -> Cut:
    """Split a text at its marker. `first` is the line of the file on which the text begins.

    The marker counts on a line of its own, outside code and other comments. A second one, one in the middle
    of other text, and what only looks like one are problems; so is a comment that is never closed.
    """
    # A single character is found, or not, much faster than several.
    if ("<" not in text or "<!--" not in text) and not (
        _is_suspect(text) and any(map(_is_suspect, text.split("\n")))
    ):
        return Cut(text, None, 0)
    scanned = scan_lines(text, first)
    markers = [line.number for line in scanned.lines if _is_marker(line)]
    problems = [_second(number, markers[0]) for number in markers[1:]]
    problems += [_almost(line) for line in scanned.lines if _is_almost(line)]
    if scanned.open_comment:
        message = "A comment opens here with `<!--` and is never closed: it would swallow the rest"
        problems.append(Problem(message=message, line=scanned.open_comment, hint="Close it with `-->`."))
    if not markers:
        return Cut(text, None, 0, tuple(problems))
    lines = text.split("\n")
    before, behind = lines[: markers[0] - first], lines[markers[0] - first + 1 :]
    return Cut("\n".join((*before, "")) if before else "", "\n".join(behind), markers[0] + 1, tuple(problems))


def _is_marker(line: Line) -> bool:
    return line.kind == "text" and _MARKER_LINE.fullmatch(line.raw) is not None


def _second(number: int, first: int) -> Problem:
    message = f"`{MARKER}` stands here again, first on line {first}"
    return Problem(message=message, line=number, hint="Keep one: all behind it is for members.")


def _almost(line: Line) -> Problem:
    return Problem(
        message=f"This looks like `{MARKER}` and does not count as one",
        line=line.number,
        hint=f"Write `{MARKER}` on a line of its own, outside of lists, quotes and comments.",
    )


def _is_suspect(raw: str) -> bool:
    """Whether a line, or one line of a text, may hold a marker or what looks like one."""
    if "<" not in raw and ("!" not in raw or "!-" not in raw) and ("&" not in raw or "&lt;" not in raw):
        return False
    folded = raw.casefold()
    return "member" in folded or "membr" in folded


def _is_almost(line: Line) -> bool:
    """Whether a line holds what its author may take for the marker."""
    if line.kind == "code" or not _is_suspect(line.raw) or _is_marker(line):
        return False
    written = line.raw.strip().replace("&lt;", "<").replace("&gt;", ">")
    if len(written) <= 60 and re.match(r"(?:\\?<|!-)[\s!/]*\W*\w+[\W_]*\w*\W*$", written):
        return _resembles(written)
    return any(_resembles(comment) for comment in _comments(_blank_spans(line.raw)))


def _comments(raw: str) -> Iterator[str]:
    """What the comments of a line hold."""
    start = raw.find("<!--")
    while start >= 0 and (end := raw.find("-->", start + 4)) >= 0:
        yield raw[start + 4 : end]
        start = raw.find("<!--", end + 3)


def _blank_spans(raw: str) -> str:
    """A line without its code spans."""
    ends = _span_ends(raw)
    kept, at = [], 0
    for match in re.finditer("`+", raw):
        if match.start() >= at and match.start() in ends:
            kept.append(raw[at : match.start()])
            at = ends[match.start()]
    return "".join((*kept, raw[at:]))


def _resembles(comment: str) -> bool:
    """Whether a comment's words are nearly `members-only`."""
    letters = re.sub(r"&[lg]t;|[^a-z]", "", comment[:200].casefold())
    if letters == "members" or ("membersonly" in letters and len(letters) <= 24):
        return True
    return len(letters) <= 16 and SequenceMatcher(None, letters, "membersonly").ratio() >= 0.8
