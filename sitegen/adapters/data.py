"""The site's own data: TOML, JSON and YAML files as plain values."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

import msgspec

from sitegen.errors import Problem

MOST_VALUES = 1_000_000
"""How many values a YAML file may hold, those counted again that it refers to again."""


class DataMistake(Exception):
    """A data file cannot be used; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def read_data_file(shown: str, data: bytes) -> Any:
    """The value in a data file, of texts, numbers, lists and maps. Raises `DataMistake`.

    `shown` is its path, whose ending says the format. Dates become texts in ISO 8601.
    """
    try:
        text = data.decode().removeprefix("\ufeff")
        value = plain_value(_load(shown, text))
        msgspec.json.encode(value)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _mistake(shown, f"Byte {error.start} is not UTF-8", line) from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        raise _mistake(shown, f"This is not TOML: {error}", int(place[1]) if place else 0) from None
    except json.JSONDecodeError as error:
        raise _mistake(shown, f"This is not JSON: {error.msg}", error.lineno) from None
    except (ValueError, OverflowError, RecursionError, TypeError) as error:
        raise _mistake(shown, f"This cannot be used as data: {error}") from None
    return value


def _load(shown: str, text: str) -> Any:
    suffix = shown.rpartition(".")[2].lower()
    if suffix == "toml":
        return tomllib.loads(text)
    if suffix == "json":
        return json.loads(text)
    return _load_yaml(shown, text)


def _load_yaml(shown: str, text: str) -> Any:
    import yaml

    from sitegen.adapters.limited_yaml import too_deep

    if line := too_deep(text):
        raise _mistake(shown, "The brackets are nested too deep", line)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if "*" in text and _values(yaml.parse(text, loader)) > MOST_VALUES:
            raise _mistake(shown, f"Its aliases make more than {MOST_VALUES} values of it")
        return yaml.load(text, loader)  # noqa: S506 - a safe loader either way
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise _mistake(shown, f"This is not YAML: {error.problem}", line) from None
    except yaml.YAMLError as error:
        raise _mistake(shown, f"This is not YAML: {error}") from None


def _values(events: Iterable[Any]) -> int:
    """How many values a stream of YAML's events makes once every alias is what it refers to.

    An alias of a value that is not complete yet counts as one: what holds itself is found by its depth.
    """
    sizes: dict[str, int] = {}
    nested: list[tuple[str, int]] = [("", 0)]
    for event in events:
        name, anchor = type(event).__name__, getattr(event, "anchor", None) or ""
        if name in ("MappingStartEvent", "SequenceStartEvent"):
            nested.append((anchor, 1))
            continue
        if name in ("MappingEndEvent", "SequenceEndEvent"):
            anchor, size = nested.pop()
        else:
            size = sizes.get(anchor, 1) if name == "AliasEvent" else int(name == "ScalarEvent")
        if anchor and name != "AliasEvent":
            sizes[anchor] = size
        outer, total = nested.pop()
        nested.append((outer, total + size))
    return nested[0][1]


def plain_value(value: Any) -> Any:
    """A value with its dates as texts and its keys as texts, sorted. Raises `ValueError` for other kinds."""
    if isinstance(value, dict):
        return {str(key): plain_value(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list):
        return [plain_value(one) for one in value]
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):  # noqa: PLR0124
        raise ValueError(f"{value} is not a number that JSON knows")
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise ValueError(f"a {type(value).__name__} is not plain data")


def _mistake(shown: str, message: str, line: int = 0) -> DataMistake:
    return DataMistake(Problem(path=shown, line=line, message=message, hint="Mend it, or take the file out."))
