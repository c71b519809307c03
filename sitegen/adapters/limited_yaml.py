"""YAML for front matter: a small, safe part of it, through PyYAML's parser (libyaml's where it is there).

Values are built from the parser's events, not by its constructors: nothing is looked up, run or repeated,
and a plain scalar stays what the author typed until a reader of fields says what it means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import yaml

from sitegen.errors import Problem
from sitegen.text.scalars import Plain

DEPTH = 32
"""How deep lists and maps may be nested."""

BRACKETS = 1000
"""How many brackets may be open at once before anything is parsed: libyaml dies of some 25,000."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = frozenset(("", "~", "null", "Null", "NULL"))


class Loaded(NamedTuple):
    """A header's table, the line of each of its keys (from 1 within the header), and what was wrong."""

    table: dict[str, Any]
    lines: dict[str, int]
    problems: tuple[Problem, ...] = ()


def too_deep(text: str, most: int = BRACKETS) -> int:
    """The line (from 1) on which more than `most` brackets are open at once, or 0."""
    if text.count("[") + text.count("{") <= most:
        return 0
    depth = 0
    for match in re.finditer(r"[\[\]{}]", text):
        depth += 1 if match[0] in "[{" else -1
        if depth > most:
            return text.count("\n", 0, match.start()) + 1
        depth = max(depth, 0)
    return 0


def load_yaml(text: str, above: int = 0) -> Loaded:
    """Read a header. All mistakes come back as problems, with lines and columns within `text` from 1.

    `above` is how many lines of the file stand above the text: messages that name two lines count from there.
    """
    if line := too_deep(text):
        return Loaded({}, {}, (_deep(line, 0),))
    problems: list[Problem] = []
    try:
        loader = _LOADER(text)
        try:
            value, lines = _Builder(loader.get_event, problems, above).document()
        finally:
            loader.dispose()
    except _Stop as stop:
        return Loaded({}, {}, (*problems, stop.problem))
    except yaml.MarkedYAMLError as error:
        return Loaded({}, {}, (*problems, _explained(error, text)))
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        message = f"This is not YAML: {getattr(error, 'reason', '') or error}"
        return Loaded({}, {}, (*problems, Problem(message=message, hint="Write plain `key: value` lines.")))
    return Loaded(value, lines, (*problems, *_cut_off(text, set(lines.values()))))


class _Stop(Exception):
    """The header cannot be read on."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


class _Builder:
    """Builds one value from a stream of events. `next` gives them one by one, and None after the last."""

    def __init__(self, next: Callable[[], Any], problems: list[Problem], above: int) -> None:
        self.above = above
        self.next = next
        self.problems = problems

    def document(self) -> tuple[dict[str, Any], dict[str, int]]:
        """The mapping that the header is, and the lines of its keys."""
        event = self.next()
        while isinstance(event, (yaml.StreamStartEvent, yaml.DocumentStartEvent)):
            event = self.next()
        table: dict[str, Any] = {}
        lines: dict[str, int] = {}
        if isinstance(event, yaml.MappingStartEvent):
            self.check(event)
            table, lines = self.mapping(1)
        elif not isinstance(event, yaml.StreamEndEvent) and self.value(event, 1) is not None:
            kind = "a list" if isinstance(event, yaml.SequenceStartEvent) else "a text"
            hint = "Write `key: value` lines with a space behind the colon, as in `title: My post`."
            raise _Stop(_problem(event, f"The front matter is {kind}", hint))
        event = self.next()
        while isinstance(event, yaml.DocumentEndEvent):
            event = self.next()
        if isinstance(event, yaml.DocumentStartEvent):
            raise _Stop(_problem(event, "A second document begins inside the front matter", "Keep one."))
        return table, lines

    def value(self, event: Any, depth: int) -> Any:
        """The value that begins with an event."""
        if depth > DEPTH:
            raise _Stop(_deep(event.start_mark.line + 1, event.start_mark.column + 1))
        self.check(event)
        if isinstance(event, yaml.ScalarEvent):
            if event.style:
                return event.value
            return None if event.value in _NULL else Plain(event.value)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(depth)[0]
        return self.sequence(depth) if isinstance(event, yaml.SequenceStartEvent) else None

    def sequence(self, depth: int) -> list[Any]:
        """The items up to the end of the sequence."""
        items = []
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            items.append(self.value(event, depth + 1))
        return items

    def mapping(self, depth: int) -> tuple[dict[str, Any], dict[str, int]]:
        """The pairs up to the end of the mapping, and the lines of their keys."""
        table: dict[str, Any] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _Stop(_problem(event, "A key is not a text", "Write `key: value`."))
            self.check(event)
            key, line = event.value, _line(event)
            if key in table:
                self.problems.append(duplicate(key, lines[key], line, self.above))
            value = self.value(self.next(), depth + 1)
            table.setdefault(key, value)
            lines.setdefault(key, line)
        return table, lines

    def check(self, event: Any) -> None:
        """Note what YAML can do and front matter must not."""
        hint = "If it is part of the text, put the value in quotes."
        if isinstance(event, yaml.AliasEvent):
            self.problems.append(_problem(event, f"`*{event.anchor}` refers to another value", hint))
        elif getattr(event, "anchor", None):
            self.problems.append(_problem(event, f"`&{event.anchor}` names a value for use elsewhere", hint))
        if getattr(event, "tag", None):
            name = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.problems.append(_problem(event, f"The tag `{name[:80]}` is not allowed here", hint))


def duplicate(key: str, first: int, second: int, above: int) -> Problem:
    """The problem of a key that stands twice in one table, with `above` lines of the file above both."""
    message = f"`{key}` stands twice, on lines {first + above} and {second + above}"
    return Problem(message=message, line=second, hint="Keep one of them.")


_CUT = re.compile(r"""[\w-]+:[ \t]+(?:[^\s"'\[{|>#](?:[^#\n]*[ \t])?)?(#\w[^\n]*)""")
"""A key, a value without quotes if any, and what looks like a hashtag and is a comment."""


def _cut_off(text: str, keys: set[int]) -> Iterator[Problem]:
    """A warning for each line of a key whose value a `#` cuts short. `keys` are the lines of keys."""
    if "#" not in text:
        return
    for number, line in enumerate(text.split("\n"), 1):
        if number in keys and (match := _CUT.match(line)):
            message = f"`{match[1].strip()[:40]}` is a comment here, no part of the value"
            hint = "Leave the # out, or put the value in quotes; a comment has a space behind its #."
            column = match.start(1) + 1
            yield Problem(message=message, line=number, column=column, hint=hint, severity="warning")


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _problem(event: Any, message: str, hint: str = "") -> Problem:
    mark = event.start_mark
    return Problem(message=message, line=mark.line + 1, column=mark.column + 1, hint=hint)


def _deep(line: int, column: int) -> Problem:
    message = f"Lists or maps are nested deeper than {DEPTH} levels"
    return Problem(message=message, line=line, column=column, hint="Close the brackets, or write it flatter.")


def _explained(error: yaml.MarkedYAMLError, text: str) -> Problem:
    """A parser's message in plain words, at the place that an author would look at."""
    told, context = error.problem or "", error.context or ""
    began_earlier = "end of stream" in told or "expected ':'" in told or "simple key" in context
    mark = (error.context_mark if began_earlier else None) or error.problem_mark
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    written = [*text.split("\n"), ""][min(line, text.count("\n") + 1)]
    message, hint = _words(told, context, written)
    return Problem(
        message=message, line=line + 1, column=column + 1, hint=hint.replace("{quoted}", _quoted(written))
    )


_EXPLAINED = (
    (
        r"mapping values are not allowed.*\n.*\n +[\w-]+:[^:]*$",
        "A key is indented below a value",
        "Begin it in the first column; if it belongs to that value, put all of it in quotes.",
    ),
    (
        r"mapping values are not allowed",
        "A colon followed by a space stands inside a value",
        "Put the value in quotes: {quoted}",
    ),
    (r"quoted scalar", "A quotation mark is opened and never closed", "Close it, or remove it."),
    (
        r"cannot start any token|alphabetic or numeric",
        "A value begins with a character that means something in YAML",
        "Put it in quotes: {quoted}",
    ),
    (
        r"expected ',' or|parsing a flow",
        "A list or map in brackets is not closed",
        "Close it with the other bracket, or put the value in quotes.",
    ),
    (
        r"expected ':'",
        "A line is not of the form `key: value`",
        "Add the colon, or indent the line if it goes on.",
    ),
    (
        r"^.*\n.*block mapping.*\n[\w-]+: *[\"']",
        "The quotation marks around a value end before the value does",
        "Put other quotation marks around it: {quoted}",
    ),
    (
        r"block mapping|block collection",
        "The line does not fit the lines above it",
        "Begin all keys of a table in one column.",
    ),
)
"""What parsers say (and the line of which they say it), what is wrong in plain words, and the next move."""


def _words(told: str, context: str, written: str) -> tuple[str, str]:
    """Message and hint for what a parser told of a line."""
    indent = written[: len(written) - len(written.lstrip())]
    if "\t" in indent or "'\\t'" in told:
        return "A tab stands in the indentation", "YAML is indented with spaces: replace the tab."
    for pattern, message, hint in _EXPLAINED:
        if re.search(pattern, f"{told}\n{context}\n{written}"):
            return message, hint
    return f"This is not YAML: {told}", "Put values with special characters in quotes."


def _quoted(line: str) -> str:
    """A `key: value` line with its value in quotes, ready to copy."""
    key, colon, value = line.strip().partition(":")
    if not colon or not value.strip():
        return '`key: "value"`.'
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    value = value[:80]
    if '"' in value and "'" not in value:
        return f"`{key}: '{value}'`."
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'`{key}: "{escaped}"`.'
