"""Tables of TOML into structs: what fits is taken, what does not is noted with its line."""

from __future__ import annotations

import re
import tomllib
import types
from bisect import bisect_left
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from sitegen.config.settings import Pairs
from sitegen.errors import Problem, did_you_mean

Keys = tuple[str | int, ...]
"""Where a setting stands: the names of its tables, or numbers in a list of tables, and its own name."""


class Walk:
    """Turns tables into structs and notes what does not fit, with its line."""

    def __init__(self, path: str, text: str, problems: list[Problem]) -> None:
        self.path = path
        self.lines = text.split("\n")
        self.problems = problems

    def problem(self, keys: Keys, message: str, hint: str = "") -> None:
        """Note what is wrong with the setting at `keys`, with its line."""
        self.problems.append(Problem(path=self.path, line=self.line_of(keys), message=message, hint=hint))

    def line_of(self, keys: Keys) -> int:
        """The line on which the statement begins that sets a key, or 0 if none does."""
        # A file's first lines are TOML up to the end of any statement. So the statement wanted begins on the
        # first line for which what is TOML from there on holds the key; once it is there, it stays.
        numbers = range(1, len(self.lines) + 1)
        place = bisect_left(numbers, True, key=lambda number: self.is_set_at(number, keys))
        return numbers[place] if place < len(numbers) else 0

    def is_set_at(self, number: int, keys: Keys) -> bool:
        """Whether a key is set by the end of the statement that stands on a line."""
        for end in range(number, len(self.lines) + 1):
            try:
                table = tomllib.loads("\n".join(self.lines[:end]))
            except tomllib.TOMLDecodeError:
                continue
            return _holds(table, keys)
        return False

    def struct(self, kind: type[Struct], table: dict[str, Any], keys: Keys) -> dict[str, Any]:
        """The values for the fields of `kind` that `table` gives rightly."""
        hints = get_type_hints(kind)
        known = [name for name in kind.__struct_fields__ if not (keys and name == "name")]
        values = {}
        for key, value in table.items():
            if key not in known:
                where = f" in {_header(keys)}" if keys else ""
                hint = did_you_mean(key, known) or f"Known here: {', '.join(known)}."
                self.problem((*keys, key), f"`{key}` is not a setting{where}", hint)
                continue
            fitted = self.value(hints[key], value, (*keys, key))
            if fitted is not None:
                values[key] = fitted
        return values

    def value(self, kind: Any, value: Any, keys: Keys) -> Any:
        """`value` as `kind`, or None if it does not fit, which is then noted."""
        item = _struct_item(kind)
        if isinstance(kind, type) and issubclass(kind, Struct):
            return self.one(kind, value, keys)
        if item is not None:
            return self.many(item, value, keys)
        if kind == Pairs:
            return self.pairs(value, keys)
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError:
            wanted = _wanted(kind)
            told = f'"{value}"' if isinstance(value, str) and wanted.startswith('"') else _told(value)
            self.problem(keys, f"`{keys[-1]}` is {told}, but {wanted} belongs here")
            return None

    def one(self, kind: type[Struct], value: Any, keys: Keys) -> Struct | None:
        """A table, or None if it is none or lacks what it needs, which is then noted."""
        if not isinstance(value, dict):
            name = next(key for key in reversed(keys) if isinstance(key, str))
            message = f"`{name}` is {_told(value)}, but a table belongs here"
            self.problem(keys, message, f"Write {_header(keys)} above its settings.")
            return None
        values = self.struct(kind, value, keys)
        missing = [
            field.name
            for field in msgspec.structs.fields(kind)
            if field.required and field.name not in values and field.name not in value
        ]
        for name in missing:
            self.problem(keys, f"`{name}` is missing in {_header(keys)}")
        required = {field.name for field in msgspec.structs.fields(kind) if field.required}
        return kind(**values) if required <= values.keys() else None

    def many(self, kind: type[Struct], value: Any, keys: Keys) -> tuple[Struct, ...]:
        """A table of named tables, or a list of tables."""
        named = kind.__struct_fields__[0] == "name"
        found: list[Struct] = []
        if named and isinstance(value, dict):
            for name, table in value.items():
                one = self.named(kind, name, table, (*keys, name))
                if one is not None:
                    found.append(one)
        elif not named and isinstance(value, list):
            for number, table in enumerate(value):
                one = self.one(kind, table, (*keys, number))
                if one is not None:
                    found.append(one)
        else:
            shape = f'[{keys[-1]}."Name"]' if named else f"[[{keys[-1]}]]"
            self.problem(keys, f"`{keys[-1]}` is written another way", f"Write {shape} above its settings.")
        return tuple(found)

    def named(self, kind: type[Struct], name: str, table: Any, keys: Keys) -> Struct | None:
        """A table that has its name from its header."""
        if isinstance(table, dict):
            return kind(name=name, **self.struct(kind, table, keys))
        message = f"`{name}` is {_told(table)}, but a table belongs here"
        self.problem(keys, message, f"Write {_header(keys)} above its settings.")
        return None

    def pairs(self, value: Any, keys: Keys) -> Pairs:
        """A table of texts by names of the user's own: the keys of other tools, each with what it means."""
        if not isinstance(value, dict):
            message = f"`{keys[-1]}` is {_told(value)}, but a table belongs here"
            self.problem(keys, message, f"Write {_header(keys)} above its settings.")
            return ()
        found = []
        for key, target in value.items():
            if isinstance(target, str):
                found.append((key, target))
            else:
                wanted = "the name of a key" if keys == ("front_matter",) else "a text"
                self.problem((*keys, key), f"`{key}` is {_told(target)}, but {wanted} belongs here")
        return tuple(sorted(found))


def _holds(table: Any, keys: Keys) -> bool:
    """Whether a key is set in a table, a list of tables, or tables within."""
    for key in keys:
        if isinstance(table, list) and isinstance(key, int) and key < len(table):
            table = table[key]
        elif isinstance(table, dict) and key in table:
            table = table[str(key)]
        else:
            return False
    return True


def _header(keys: Keys) -> str:
    """The header of a table as it is written: `[site]`, `[categories."Self Care"]`, `[[menu]]`."""
    names = [
        key if re.fullmatch(r"[\w-]+", key, re.ASCII) else f'"{key}"' for key in keys if isinstance(key, str)
    ]
    name = ".".join(names)
    return f"[[{name}]]" if isinstance(keys[-1], int) else f"[{name}]"


def _struct_item(kind: Any) -> type[Struct] | None:
    """The struct that a `tuple[Struct, ...]` holds, else None."""
    args = get_args(kind)
    if get_origin(kind) is tuple and isinstance(args[0], type) and issubclass(args[0], Struct):
        return args[0]
    return None


def _told(value: Any) -> str:
    """A value as a message names it."""
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "a table",
    }
    return names.get(type(value), "a date")


def _wanted(kind: Any) -> str:
    """A type as a message names it."""
    if get_origin(kind) in (Union, types.UnionType):
        kind = get_args(kind)[0]
    if get_origin(kind) is Literal:
        return " or ".join(f'"{choice}"' for choice in get_args(kind))
    if get_origin(kind) is tuple:
        return "a list of texts"
    return {bool: "true or false", int: "a whole number", float: "a number", str: 'a text ("...")'}.get(
        kind, "a text"
    )
