"""The header of a text: found, split off strictly, and read, through python-frontmatter's handlers.

The handlers here derive from that library's and take over all of its reading: its own way is lenient, so
that a header which is never closed would be published as text, with whatever it was meant to hide. What
the library writes (`export`, `format`) is left as it is.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC
from json import JSONDecodeError
from typing import Any, NamedTuple

import frontmatter.default_handlers as library
import msgspec

from sitegen.adapters.limited_yaml import DEPTH, Loaded, duplicate, load_yaml, too_deep
from sitegen.adapters.stray_header import stray_header
from sitegen.errors import Problem
from sitegen.text.dates import DateError, read_date
from sitegen.text.decode import with_line_feeds
from sitegen.text.scalars import Plain

MOST_BYTES = 64 * 1024
"""The largest header."""


class Header(NamedTuple):
    """What stands at the top of a text, and the text below it."""

    table: dict[str, Any]
    """Keys and values as typed; empty where there is no header, or an unreadable one."""
    lines: dict[str, int]
    """The line of the file on which each key stands."""
    body: str
    body_line: int
    """The line of the file on which the body begins."""
    problems: tuple[Problem, ...] = ()
    """Without a path, which only the caller knows."""


class _HeaderError(Exception):
    """The header cannot be told from the text."""

    def __init__(self, line: int, message: str, hint: str) -> None:
        self.problem = Problem(message=message, line=line, hint=hint)
        super().__init__(message)


class _Strict:
    """What our handlers share: mistakes come back with their lines, or stop those who ask for values only."""

    def read(self, fm: str, above: int = 0) -> Loaded:
        """The header's values with their lines within it, and its mistakes; `above` lines stand above it."""
        raise NotImplementedError

    def load(self, fm: str, **_: object) -> dict[str, Any]:
        """The header's values. Raises `ValueError` for one with mistakes."""
        loaded = self.read(fm)
        if errors := [problem for problem in loaded.problems if problem.severity == "error"]:
            raise ValueError(str(errors[0]))
        return loaded.table


class YAMLHandler(_Strict, library.YAMLHandler):
    """YAML between two lines of `---`; the second may be `...`."""

    FM_BOUNDARY = re.compile(r"\A\s*^[ \t]*---[ \t]*$", re.MULTILINE)
    CLOSING = ("---", "...")

    def split(self, text: str) -> tuple[str, str]:
        """The header and the body. Raises `_HeaderError` if the header is never closed."""
        return _between_fences(text, self.CLOSING)

    def read(self, fm: str, above: int = 0) -> Loaded:
        """The header's values with their lines, and its mistakes."""
        return load_yaml(fm, above)


class TOMLHandler(_Strict, library.BaseHandler):
    """TOML between two lines of `+++`, read by the standard library."""

    FM_BOUNDARY = re.compile(r"\A\s*^[ \t]*\+\+\+[ \t]*$", re.MULTILINE)
    START_DELIMITER = END_DELIMITER = "+++"

    def split(self, text: str) -> tuple[str, str]:
        """The header and the body. Raises `_HeaderError` if the header is never closed."""
        return _between_fences(text, ("+++",))

    def read(self, fm: str, above: int = 0) -> Loaded:
        """The header's values with their lines, and its mistakes."""
        if line := too_deep(fm):
            return _failed(
                line, f"Lists or tables are nested deeper than {DEPTH} levels", "Write it flatter."
            )
        try:
            table = tomllib.loads(fm, parse_float=_as_typed)
        except tomllib.TOMLDecodeError as error:
            return Loaded({}, {}, (_toml_problem(error, fm, above),))
        except (ValueError, RecursionError, OverflowError) as error:
            return _failed(1, f"This is not TOML: {error}")
        return _checked(table, _toml_lines(fm))


class JSONHandler(_Strict, library.JSONHandler):
    """A JSON object at the top of the text; what follows its last brace is the body."""

    FM_BOUNDARY = re.compile(r'\A\s*\{(?:[ \t]*$|\s*["}])', re.MULTILINE)

    def split(self, text: str) -> tuple[str, str]:
        """The header and the body. Raises `_HeaderError` if the object is broken or never closed."""
        start = len(text) - len(text.lstrip())
        line = text.count("\n", 0, start)
        if deep := too_deep(text[: MOST_BYTES + start]):
            raise _HeaderError(
                deep, f"Lists or objects are nested deeper than {DEPTH} levels", "Write it flatter."
            )
        try:
            end = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode(text, start)[1]
        except JSONDecodeError as error:
            message = f"The front matter is not JSON: {error.msg[0].lower()}{error.msg[1:]}"
            raise _HeaderError(
                error.lineno, message, "Quote keys and texts, and put commas between pairs."
            ) from None
        except RecursionError:
            raise _HeaderError(line + 1, "The front matter is nested too deep", "Write it flatter.") from None
        rest = re.compile(r"[ \t]*\n?").match(text, end)
        return text[start:end], text[rest.end() if rest else end :]

    def read(self, fm: str, above: int = 0) -> Loaded:
        """The header's values with their lines, and its mistakes."""
        doubles: list[str] = []

        def table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            keys = [key for key, _ in pairs]
            doubles.extend(key for key in dict.fromkeys(keys) if keys.count(key) > 1)
            return dict(reversed(pairs))

        found = json.loads(
            fm, object_pairs_hook=table, parse_int=_whole, parse_float=_as_typed, parse_constant=float
        )
        loaded = _checked(dict(reversed(found.items())), _json_lines(fm))
        problems = []
        for key in doubles:
            found_on = [*_json_key_lines(fm, key), 1, 1]
            problems.append(duplicate(key, found_on[0], found_on[1], above))
        return loaded._replace(problems=(*problems, *loaded.problems))


_HANDLERS: tuple[YAMLHandler | TOMLHandler | JSONHandler, ...] = (YAMLHandler(), TOMLHandler(), JSONHandler())


def read_header(text: str) -> Header:
    """Split a text into its header and its body, and read the header. Never raises for any text.

    A text that begins with something like a header which is not one (a fence of two or four hyphens, keys
    without a fence, a header below a comment) is a problem: as text, it would publish what it should hide.
    """
    text = with_line_feeds(text.removeprefix("\ufeff"))
    handler = next((handler for handler in _HANDLERS if handler.detect(text)), None)
    if handler is None:
        return Header({}, {}, text, 1, stray_header(text))
    try:
        written, body = handler.split(text)
    except _HeaderError as error:
        return Header({}, {}, "", text.count("\n") + 1, (error.problem,))
    body_line = text.count("\n", 0, len(text) - len(body)) + 1
    offset = text.count("\n", 0, text.index(written)) if isinstance(handler, JSONHandler) else _fence(text)
    if len(written.encode("utf-8", "replace")) > MOST_BYTES:
        message = f"The front matter is larger than {MOST_BYTES // 1024} KiB"
        problem = Problem(message=message, line=offset, hint="Is a line `---` missing below it?")
        return Header({}, {}, body, body_line, (problem,))
    table, lines, problems = handler.read(written, offset)
    shown = tuple(msgspec.structs.replace(problem, line=problem.line + offset) for problem in problems)
    return Header(table, {key: line + offset for key, line in lines.items()}, body, body_line, shown)


def _fence(text: str) -> int:
    """The line of the opening fence, which is how far the header's own lines are from the file's."""
    return text[: len(text) - len(text.lstrip())].count("\n") + 1


def _between_fences(text: str, closing: tuple[str, ...]) -> tuple[str, str]:
    """The lines between the first fence and the next, and all below."""
    start = len(text) - len(text.lstrip())
    first = text.find("\n", start)
    indented = text[:start].rpartition("\n")[2] != ""
    at = first
    while at >= 0:
        end = text.find("\n", at + 1)
        line = text[at + 1 :] if end < 0 else text[at + 1 : end]
        if (line.strip() if indented else line.rstrip()) in closing:
            return text[first + 1 : at + 1], "" if end < 0 else text[end + 1 :]
        at = end
    raise _HeaderError(
        _fence(text),
        "The front matter that begins here never ends",
        f"Close it with a line `{closing[0]}` of its own.",
    )


def _failed(line: int, message: str, hint: str = "") -> Loaded:
    return Loaded({}, {}, (Problem(message=message, line=line, hint=hint),))


def _as_typed(text: str) -> Plain:
    """A number with a point, as its author typed it: a title of 1.10 stays that."""
    return Plain(text.replace("_", ""))


def _whole(text: str) -> int | Plain:
    """A whole number, as typed where it is too long to be one."""
    return int(text) if len(text) <= 20 else Plain(text)


def _checked(table: dict[str, Any], lines: dict[str, int]) -> Loaded:
    """A table whose values all have a canonical form; the others are left out and reported."""
    problems = []
    kept = {}
    for key, value in table.items():
        flaw = _flaw(value, 1) or _flaw(key, 1)
        if flaw:
            problems.append(Problem(message=f"`{_shown(key)}`: {flaw}", line=lines.get(key, 1)))
        else:
            kept[key] = value
    return Loaded(kept, lines, tuple(problems))


def _shown(key: str) -> str:
    return key[:80].encode("utf-8", "replace").decode()


def _flaw(value: Any, depth: int) -> str:
    """Why a value cannot be kept, or an empty string."""
    if depth > DEPTH:
        return f"it is nested deeper than {DEPTH} levels"
    if isinstance(value, dict):
        return next((flaw for pair in value.items() for part in pair if (flaw := _flaw(part, depth + 1))), "")
    if isinstance(value, list):
        return next((flaw for item in value if (flaw := _flaw(item, depth + 1))), "")
    return _scalar_flaw(value)


def _scalar_flaw(value: Any) -> str:
    if isinstance(value, Plain):
        value = float(value)
    if isinstance(value, str) and re.search("[\ud800-\udfff]", value):
        return "half of a character stands in it"
    if isinstance(value, float) and not math.isfinite(value):
        return "a number is not finite"
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return "a number takes more than 64 bits"
    return ""


_TOML_KEY = re.compile(
    r"""^[ \t]*\[{0,2}[ \t]*(?:"([^"\n]+)"|'([^'\n]+)'|([\w-]+))[ \t]*(?=[.=\]])""", re.MULTILINE
)


def _toml_lines(text: str) -> dict[str, int]:
    """The line of each key of the top table: of what stands before the first `[table]`, and of tables."""
    lines: dict[str, int] = {}
    within = False
    for match in _TOML_KEY.finditer(text):
        is_table = match[0].lstrip().startswith("[")
        within = within or is_table
        if is_table or not within:
            lines.setdefault(match[1] or match[2] or match[3], text.count("\n", 0, match.end()) + 1)
    return lines


def _toml_problem(error: tomllib.TOMLDecodeError, text: str, above: int) -> Problem:
    """What is wrong with a TOML header, and where."""
    told = re.sub(r" \(at .*?\)$", "", str(error))
    place = re.search(r"\(at line (\d+), column (\d+)\)$", str(error))
    line = int(place[1]) if place else text.rstrip("\n").count("\n") + 1
    column = int(place[2]) if place else 0
    written = [*text.split("\n"), ""][min(line, text.count("\n") + 1) - 1]
    key = written.partition("=")[0].strip(" \t\"'")
    if "overwrite" in told or "twice" in told:
        earlier = [
            number for number, other in enumerate(text.split("\n")[: line - 1], 1) if _has_key(other, key)
        ]
        if earlier:
            return duplicate(key, earlier[0], line, above)
    message, hint = (
        f"This is not TOML: {told[0].lower()}{told[1:]}",
        'Put texts in quotes, as in `title = "My post"`.',
    )
    value = written.partition("=")[2].strip(" \t\"'")
    if re.match(r"[0-9]{1,4}[-/.]", value):
        try:
            read_date(value, UTC)
        except DateError as wrong:
            message, hint = wrong.message, wrong.hint
    return Problem(message=message, line=line, column=column, hint=hint)


def _has_key(line: str, key: str) -> bool:
    return "=" in line and line.partition("=")[0].strip(" \t\"'") == key


_JSON_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|[\[\]{}]', re.DOTALL)


def _json_keys(text: str) -> Iterator[tuple[str, int, int]]:
    """Each key of a JSON text that is known to be one, with its depth and its line."""
    depth, at, line = 0, 0, 1
    for match in _JSON_TOKEN.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        if match[2]:
            yield json.loads(f'"{match[1]}"'), depth, line
        elif match[0][0] != '"':
            depth += 1 if match[0] in "[{" else -1


def _json_key_lines(text: str, key: str) -> list[int]:
    """The lines on which a key stands, at whatever depth."""
    return [line for found, _, line in _json_keys(text) if found == key]


def _json_lines(text: str) -> dict[str, int]:
    """The line of each key of the top object."""
    return {key: line for key, depth, line in _json_keys(text) if depth == 1}
