"""The text of a `sitegen.toml` into a `Config`, with every mistake at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from sitegen.config.check import Wrong, check
from sitegen.config.settings import FILE, Config
from sitegen.config.walk import Keys, Walk
from sitegen.errors import Problem


class Reading(NamedTuple):
    """A configuration as far as it could be read, and what was wrong with it."""

    config: Config
    problems: tuple[Problem, ...]


def read_config(data: bytes, path: str = FILE) -> Reading:
    """Read the bytes of a `sitegen.toml`. Wrong settings keep their defaults; all are reported at once."""
    try:
        text = data.decode().removeprefix("\ufeff").replace("\r\n", "\n")
        table = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = Problem(
            path=path, line=line, message=f"Byte {error.start} is not UTF-8", hint="Save the file as UTF-8."
        )
        return Reading(Config(), (problem,))
    except tomllib.TOMLDecodeError as error:
        return Reading(Config(), (_toml_problem(error, path, text),))
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, thousands of brackets
        return Reading(Config(), (Problem(path=path, message=f"This cannot be read as TOML: {error}"),))
    problems: list[Problem] = []
    found = Walk(path, text, problems)
    values = found.struct(Config, table, ())
    config = Config(**values)
    wrong = Wrong(found)
    problems.extend(check(config, wrong))
    ordered = sorted(problems, key=lambda problem: (problem.line, problem.message))
    return Reading(_without(config, wrong.refused), tuple(ordered))


def _without(config: Config, refused: Iterable[Keys]) -> Config:
    """The settings with the default in place of each that was refused; lists of tables stay as they are."""
    for table, *names in refused:
        part = getattr(config, str(table))
        if isinstance(part, Struct):
            name = str(names[0])
            part = replace(part, **{name: getattr(type(part)(), name)})
            config = replace(config, **{str(table): part})
    return config


def _toml_problem(error: tomllib.TOMLDecodeError, path: str, text: str) -> Problem:
    """A syntax error of TOML, with the place that `tomllib` puts into its message."""
    place = re.search(r"^(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)$", str(error))
    if place is None:
        return Problem(path=path, message=f"This is not TOML: {error}")
    message, line, column = place.groups()
    return Problem(
        path=path,
        line=int(line or text.rstrip("\n").count("\n") + 1),
        column=int(column or 0),
        message=f"This is not TOML: {message}",
        hint='Texts stand in quotes: title = "My Site".',
    )
